// Pieces that every page has.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { age, minute } from '../lib/format.js';

// The settings that go along with each question to the API.
export function asked(q, own = {}) {
	return { portfolio: q.get('portfolio'), at: q.get('at'), ...own };
}

// Dates and domains are read in one piece: a line does not end inside one.
export function whole_words(sentence) {
	return sentence.split(/(\d{4}-\d\d-\d\d(?:\u00a0\d\d:\d\d)?)/).map((piece, i) => i % 2 ? h('span.whole', null, piece) : piece);
}

// First line in words; the title above it is small, the sentence is what is read.
export function opening(title, sentence, ...more) {
	return h('header.opening', null, h('h1', { tabindex: -1 }, title), sentence ? h('p.lead', null, whole_words(sentence)) : null, more);
}

// A sentence that somebody else wrote, in the language in which it stands.
export function quoted(text) {
	return h('span', { lang: /[\u4e00-\u9fff]/.test(text) ? 'zh-CN' : null }, text);
}

// When the reader asked for a date: say that the page is about it, or that it cannot be.
export function date_note(q, can = true) {
	const at = q.get('at');
	return at ? h(can ? 'p.note' : 'p.note.warn', null, t(can ? 'date.as_of' : 'date.newest', { at })) : null;
}

export function generated(data) {
	return data.generated_at ? h('p.quiet.small', null, t('generated', { at: minute(data.generated_at), age: age(data.generated_at) })) : null;
}

// Choices as links: the address is the state.
export function choices(label, list, current) {
	return h('nav.choices', { 'aria-label': label }, h('span.quiet', null, label), h('ul', null, list.map(({ id, text, href, extra }) =>
		h('li', null, h('a', { href, 'aria-current': id === current ? 'true' : null, 'data-key': `choice-${label}-${id}` }, text, extra ? h('small', null, ` ${extra}`) : null)))));
}

export function section(title, ...content) {
	return h('section', null, h('h2', null, title), content);
}

export function definition_list(rows) {
	return h('dl.facts', null, rows.filter(([, value]) => value !== null && value !== undefined && value !== '')
		.map(([word, value]) => [h('dt', null, word), h('dd', null, value)]));
}
