// One round: who looked, could it see, and what came out for each check.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, duration, minute, percent } from '../lib/format.js';
import { check_name, load_checks } from '../lib/checks.js';
import { link } from '../lib/url.js';
import { api_downloads } from '../parts/download.js';
import { definition_list, generated, opening, section } from '../parts/page.js';
import { empty } from '../parts/notice.js';
import { table } from '../parts/table.js';
import { sign, verdict_bar, VERDICTS } from '../parts/verdict.js';
import { progress, round_status, self_text } from './rounds.js';

const REASONS = 15;

// { pass: n, ... } of one check of a round; all zero when the check is not there.
export function answer_counts(check) {
	const n = Object.fromEntries(VERDICTS.map(v => [v, 0]));
	for (const a of check?.answers ?? []) n[a.verdict] = (n[a.verdict] ?? 0) + a.count;
	return n;
}

function verdict_table(checks, round) {
	const of = new Map(checks.map(c => [c.check, answer_counts(c)]));
	const to = (c, own) => link('/sites', { round: round.id, check: c.check === 'site' ? null : c.check, ...own });
	return table({
		caption: t('round.verdicts'), rows: checks, columns: [
			{ id: 'check', title: t('term.check'), cell: c => h('a', { href: to(c) }, c.title) },
			{ id: 'bar', title: t('round.shares'), look: 'bar-cell', wide: true, cell: c => verdict_bar(of.get(c.check)) },
			...VERDICTS.map(v => ({ id: v, title: sign(v), number: true, cell: c => h('a.plain', { href: to(c, { verdict: v }) }, count(of.get(c.check)[v])) }))],
	});
}

// What failed and why, most frequent first; and what could not be told.
function reason_table(checks, round, verdicts, caption) {
	const rows = checks.flatMap(c => c.answers.filter(a => verdicts.includes(a.verdict)).map(a => ({ ...a, check: c.check, title: c.title })))
		.sort((a, b) => b.count - a.count);
	if (!rows.length) return h('p', null, t('round.no_reasons'));
	const sites = round.done || round.total;
	const of = list => table({
		caption, rows: list, columns: [
			{ id: 'reason', title: t('round.reason'), cell: r => h('a', { href: link('/sites', { round: round.id, check: r.check === 'site' ? null : r.check, reason: r.reason }) }, `${r.title}${t('colon')}${r.meaning}`) },
			{ id: 'verdict', title: t('term.verdict'), look: 'sign-cell', cell: r => sign(r.verdict, r.reason) },
			{ id: 'n', title: t('round.col_sites'), number: true, cell: r => count(r.count) },
			{ id: 'share', title: t('overview.of_list'), number: true, wide: true, cell: r => sites ? percent(r.count / sites) : t('none') }],
	});
	const rest = rows.slice(REASONS);
	return [of(rows.slice(0, REASONS)), rest.length ? h('details.fold', null, h('summary', null, t('round.more_reasons', { n: rest.length })), of(rest)) : null];
}

function sentence(r) {
	if (r.status === 'running') return t('round.is_running', { done: count(r.done), total: count(r.total) });
	const took = r.ended ? duration((Date.parse(r.ended) - Date.parse(r.began)) / 1000) : t('unknown');
	return t('round.was', { done: count(r.done), total: count(r.total), portfolio: `${r.portfolio} v${r.version}`, took, share: r.total ? percent(r.done / r.total) : t('unknown') });
}

// A few sites were looked at twice: how much of a round is chance.
function second_text(r) {
	if (!r.resampled) return t('none');
	const by = Object.entries(r.disagreements ?? {}).map(([k, n]) => `${check_name(k)} ${count(n)}`).join(t('list.comma'));
	return t('round.second_text', { sites: count(r.resampled), differ: count(r.disagreed), of: count(r.compared), share: r.compared ? percent(r.disagreed / r.compared) : t('unknown') }) + (by ? `${t('colon')}${by}` : '');
}

function self_test(test) {
	if (!test || !Object.keys(test).length) return empty(t('round.no_selftest'), null);
	return definition_list([['IPv6', self_text(test.v6 ?? test.v6_works)], ['IPv4', self_text(test.v4 ?? test.v4_works)],
		[t('round.resolver'), test.resolver ?? ''], [t('round.resolver_works'), self_text(test.resolver_works)],
		[t('round.why'), test.why ?? '']]);
}

export default {
	async load({ params, signal }) {
		await load_checks();
		return api(`rounds/${encodeURIComponent(params[0])}`, {}, signal);
	},
	show(r, { again }) {
		const checks = r.checks ?? [];
		const title = t('round.title', { at: minute(r.began) });
		let ended = false;
		return {
			title, crumbs: [[t('nav.overview'), '/'], [t('nav.rounds'), '/rounds'], [minute(r.began), `/rounds/${r.id}`]],
			content: [
				opening(title, sentence(r), h('p', null, round_status(r.status))),
				r.status === 'running' ? progress(r, () => { if (!ended) again(); ended = true; }) : null,
				section(t('round.verdicts'), checks.length ? verdict_table(checks, r) : empty(t('round.no_verdicts'), null)),
				checks.length ? section(t('round.faults'), reason_table(checks.filter(c => c.check !== 'site'), r, ['fail', 'partial'], t('round.faults'))) : null,
				checks.length ? section(t('round.unknowns'), reason_table(checks, r, ['unknown'], t('round.unknowns'))) : null,
				section(t('round.selftest'), self_test(r.selftest)),
				section(t('round.facts'), definition_list([[t('round.id'), h('code', null, r.id)], [t('term.portfolio'), `${r.portfolio} v${r.version}`],
					[t('round.col_began'), `${minute(r.began)} UTC`], [t('round.col_ended'), r.ended ? `${minute(r.ended)} UTC` : t('none')], [t('term.vantage'), r.vantage ?? t('unknown')], [t('round.col_tool'), r.tool_version],
					...r.name ? [[t('round.name'), r.name]] : [], ...r.shards ? [[t('round.shard'), `${r.shard}/${r.shards}`]] : [], [t('round.second'), second_text(r)]])),
				api_downloads(`rounds/${encodeURIComponent(r.id)}`, {}, `round-${r.id}`), generated(r),
			].filter(Boolean),
		};
	},
};
