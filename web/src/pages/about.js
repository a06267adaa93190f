// Method, sources, and what a host that we look at should know.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { load_checks } from '../lib/checks.js';
import { link } from '../lib/url.js';
import { definition_list, opening, section } from '../parts/page.js';
import { command_line, empty } from '../parts/notice.js';
import { optout_form } from '../parts/optout.js';
import { table } from '../parts/table.js';
import { verdict_mark, status_mark, STATUSES, VERDICTS } from '../parts/verdict.js';

function paragraphs(key, n) {
	return Array.from({ length: n }, (_, i) => h('p', null, t(`${key}_${i + 1}`)));
}

// Every check with the rule that it follows.
function check_table(checks) {
	return table({
		caption: t('about.checks'), rows: checks, columns: [
			{ id: 'title', title: t('term.check'), cell: c => h('a', { href: link('/sites', { check: c.id === 'site' ? null : c.id }) }, c.title) },
			{ id: 'rung', title: t('about.rung'), wide: true, cell: c => t(`rung.${c.rung}`) },
			{ id: 'id', title: t('col.id'), wide: true, look: 'mono', cell: c => c.id },
			{ id: 'source', title: t('def.source'), cell: c => c.source },
			{ id: 'method', title: t('def.method'), number: true, wide: true, cell: c => c.method }],
	});
}

function operator(about) {
	return definition_list([[t('about.operator'), about.operator],
		[t('about.contact'), about.contact ? h('a', { href: `mailto:${about.contact}` }, about.contact) : null],
		[t('about.info_url'), about.info_url ? h('a', { href: about.info_url, rel: 'noopener noreferrer' }, about.info_url) : null]]);
}

export default {
	load() {
		return load_checks();
	},
	show(about) {
		return {
			title: t('nav.about'), crumbs: [[t('nav.overview'), '/'], [t('nav.about'), '/about']],
			content: [
				opening(t('nav.about'), t('about.lead')),
				section(t('about.method'), paragraphs('about.method', 3)),
				section(t('about.verdicts'), definition_list(VERDICTS.map(v => [verdict_mark(v), t(`about.verdict_${v}`)]))),
				section(t('about.statuses'), definition_list(STATUSES.map(s => [status_mark(s), t(`about.status_${s}`)]))),
				section(t('about.grades'), definition_list(['M', 'D', 'R'].map(g => [g, t(`grade.${g}`)]))),
				section(t('about.numbers'), paragraphs('about.numbers', 3)),
				section(t('about.sources'), paragraphs('about.sources', 2), h('p', null, h('a', { href: link('/indicators') }, t('about.all_indicators')))),
				section(t('about.checks'), check_table(about.checks)),
				h('section', { id: 'probing' }, h('h2', null, t('about.probing')), paragraphs('about.probing', 3),
					about.contact ? [operator(about), optout_form(about.contact)] : empty(t('about.no_contact'), 'sextant serve --set observer.contact_email=…')),
				section(t('about.data'), paragraphs('about.data', 2), command_line(`curl -s "${location.origin}/api/v1/sites?format=csv"`)),
				section(t('about.program'), definition_list([[t('about.version'), about.version ?? t('unknown')], [t('about.licence'), about.licence]])),
			],
		};
	},
};
