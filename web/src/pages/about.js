// Method, sources, and what a host that we look at should know.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { link } from '../lib/url.js';
import { definition_list, opening, section } from '../parts/page.js';
import { command_line } from '../parts/notice.js';
import { verdict_mark, status_mark, STATUSES, VERDICTS } from '../parts/verdict.js';

function paragraphs(key, n) {
	return Array.from({ length: n }, (_, i) => h('p', null, t(`${key}_${i + 1}`)));
}

async function health(signal) {
	const answer = await fetch('/healthz', { signal }).catch(() => null);
	return answer?.ok ? answer.json().catch(() => null) : null;
}

export default {
	async load({ signal }) {
		// The contact is set by whoever runs this observatory; without it the page says where else to look.
		const operator = api('about', {}, signal).catch(e => { if (e.name === 'AbortError') throw e; return {}; });
		return { about: await operator, program: await health(signal) };
	},
	show({ about, program }) {
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
				h('section', { id: 'probing' }, h('h2', null, t('about.probing')), paragraphs('about.probing', 3),
					definition_list([[t('about.contact'), about.contact], [t('about.info_url'), about.info_url], [t('about.agent'), about.user_agent ? h('code', null, about.user_agent) : null]]),
					about.contact ? null : h('p.quiet', null, t('about.no_contact'))),
				section(t('about.data'), paragraphs('about.data', 2), command_line('curl -s "/api/v1/sites?format=csv"')),
				section(t('about.program'), definition_list([[t('about.version'), program?.version ?? t('unknown')], [t('about.licence'), 'Apache-2.0']])),
			],
		};
	},
};
