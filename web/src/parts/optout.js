// A form for who wants to be left out.  It writes a mail to the operator, who sees by whom it was sent and
// asks back: no server takes a request from strangers, and nobody is taken out of a list by another.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

const DOMAIN = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;
const PREFIX = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+)(\/\d{1,3})?$/;

// Names in other letters as the DNS has them.
function ascii(word) {
	if (/^[\x20-\x7e]*$/.test(word)) return word;
	try {
		return new URL(`http://${word}/`).hostname;
	} catch {
		return word;
	}
}

// [those that can stand on the list], [those that cannot]
export function optout_words(text) {
	const words = text.toLowerCase().split(/[\s,;]+/).filter(Boolean).map(w => ascii(w.replace(/\.$/, '')));
	const good = w => DOMAIN.test(w) || PREFIX.test(w);
	return [words.filter(good), words.filter(w => !good(w))];
}

export function optout_mail(contact, words) {
	const body = `${t('optout.body')}\n\n${words.join('\n')}\n`;
	return `mailto:${contact}?subject=${encodeURIComponent(t('optout.subject'))}&body=${encodeURIComponent(body)}`;
}

export function optout_form(contact) {
	const said = h('p.quiet', { role: 'status' });
	const field = h('textarea', { rows: 3, name: 'optout', 'data-key': 'optout-names', spellcheck: 'false', placeholder: 'example.org\n2001:db8::/32' });
	const write = e => {
		const [good, bad] = optout_words(field.value);
		e.preventDefault();
		if (!good.length || bad.length) {
			said.textContent = bad.length ? `${t('optout.not')}${t('colon')}${bad.slice(0, 5).join(', ')}` : t('optout.none');
			field.focus();
			return;
		}
		const mail = optout_mail(contact, good);
		said.replaceChildren(t('optout.written'), ' ', h('a', { href: mail, 'data-key': 'optout-mail' }, t('optout.open')));
		location.href = mail;
	};
	return h('form.optout', { onsubmit: write }, h('label.setting', null, h('span', null, t('optout.names')), field),
		h('button', { type: 'submit', 'data-key': 'optout-write' }, t('optout.write')), said);
}
