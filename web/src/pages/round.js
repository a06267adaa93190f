// One round: who looked, could it see, and what came out for each check.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, duration, minute, percent } from '../lib/format.js';
import { link } from '../lib/url.js';
import { api_downloads } from '../parts/download.js';
import { definition_list, generated, opening, section } from '../parts/page.js';
import { empty } from '../parts/notice.js';
import { table } from '../parts/table.js';
import { sign, verdict_bar, VERDICTS } from '../parts/verdict.js';
import { check_name } from './sites.js';
import { progress, round_status, self_text } from './rounds.js';

// { check: { pass: n, ... } } as rows; both an object and a list of rows are understood.
function count_rows(counts) {
	if (Array.isArray(counts)) return counts.map(c => ({ ...c, counts: c.counts ?? c.verdicts ?? c }));
	return Object.entries(counts ?? {}).map(([check, n]) => ({ check, counts: n }));
}

function verdict_table(rows, round) {
	return table({
		caption: t('round.verdicts'), rows, columns: [
			{ id: 'check', title: t('term.check'), cell: r => h('a', { href: link('/sites', { round: round.id, check: r.check }) }, r.title ?? check_name(r.check)) },
			{ id: 'bar', title: t('round.shares'), look: 'bar-cell', wide: true, cell: r => verdict_bar(r.counts) },
			...VERDICTS.map(v => ({ id: v, title: sign(v), number: true, cell: r => h('a.plain', { href: link('/sites', { round: round.id, check: r.check, verdict: v }) }, count(r.counts[v] ?? 0)) }))],
	});
}

function sentence(r) {
	if (r.status === 'running') return t('round.is_running', { done: count(r.done), total: count(r.total) });
	const took = r.ended ? duration((Date.parse(r.ended) - Date.parse(r.began)) / 1000) : t('unknown');
	return t('round.was', { total: count(r.done ?? r.total), portfolio: `${r.portfolio} v${r.version}`, took, share: r.total ? percent((r.done ?? 0) / r.total) : t('unknown') });
}

function self_test(test) {
	if (!test || !Object.keys(test).length) return empty(t('round.no_selftest'), null);
	return definition_list([['IPv6', self_text(test.v6 ?? test.v6_works)], ['IPv4', self_text(test.v4 ?? test.v4_works)],
		[t('round.resolver'), test.resolver ?? ''], [t('round.resolver_works'), self_text(test.resolver_works)],
		[t('round.why'), test.why ?? '']]);
}

export default {
	async load({ params, signal }) {
		return api(`rounds/${encodeURIComponent(params[0])}`, {}, signal);
	},
	show(data, { again }) {
		const r = data.round && typeof data.round === 'object' ? { ...data.round, ...data } : data;
		const rows = count_rows(r.counts ?? r.verdicts);
		const title = t('round.title', { at: minute(r.began) });
		let ended = false;
		return {
			title, crumbs: [[t('nav.overview'), '/'], [t('nav.rounds'), '/rounds'], [minute(r.began), `/rounds/${r.id}`]],
			content: [
				opening(title, sentence(r), h('p', null, round_status(r.status))),
				r.status === 'running' ? progress(r, () => { if (!ended) { ended = true; setTimeout(again, 1500); } }) : null,
				section(t('round.verdicts'), rows.length ? verdict_table(rows, r) : empty(t('round.no_verdicts'), null)),
				section(t('round.selftest'), self_test(r.selftest)),
				section(t('round.facts'), definition_list([[t('round.id'), h('code', null, r.id)], [t('term.portfolio'), `${r.portfolio} v${r.version}`],
					[t('round.col_began'), minute(r.began)], [t('round.col_ended'), r.ended ? minute(r.ended) : t('none')], [t('term.vantage'), r.vantage ?? t('unknown')], [t('round.col_tool'), r.tool_version]])),
				api_downloads(`rounds/${encodeURIComponent(r.id)}`, {}, `round-${r.id}`), generated(data),
			].filter(Boolean),
		};
	},
};
