// What stands where data would be: an empty state with the command that fills it, an error with what to
// do, and blocks of the right size while loading.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

export function command_line(command) {
	const copy = h('button.small', {
		type: 'button',
		onclick: async () => {
			try {
				await navigator.clipboard.writeText(command);
				copy.textContent = t('copied');
			} catch {
				getSelection().selectAllChildren(code);
				copy.textContent = t('copy_yourself');
			}
			setTimeout(() => { copy.textContent = t('copy'); }, 2000);
		},
	}, t('copy'));
	const code = h('code', null, command);
	return h('div.command', null, code, copy);
}

export function empty(what, command) {
	return h('div.empty', null, h('p', null, h('span.tag', null, t('no_data')), ' ', what),
		command ? [h('p.quiet', null, t('empty.command')), command_line(command)] : null);
}

export function error_box(error, retry) {
	return h('div.error', { role: 'alert' }, h('h2', null, t('error.title')), h('p', null, error.message),
		h('p', null, error.remedy ?? t('error.remedy')),
		error.path ? h('p.quiet', null, t('error.asked'), ' ', h('code', null, error.path)) : null,
		error.said ? h('p.quiet', null, t('error.said'), ' ', h('code', { lang: 'en' }, error.said)) : null,
		retry ? h('button', { type: 'button', onclick: retry }, t('retry')) : null);
}

export function skeleton() {
	return h('div.skeleton', { 'aria-hidden': 'true' }, h('div.bone.wide'), h('div.bone'), h('div.bone.tall'), h('div.bone.tall'));
}
