// The answer first: one sentence, how sure, what to repair first, will it make the date; then the seven
// dimensions.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { check_name, load_checks } from '../lib/checks.js';
import { age, count, day, is_share, minute, percent } from '../lib/format.js';
import { link, query } from '../lib/url.js';
import { listen } from '../lib/live.js';
import { basis, change_text, figure_row, has_value, info, value_text } from '../parts/figure.js';
import { history_chart } from '../parts/history.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, date_note, generated, opening, section } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { sign, status_mark, STATUSES, verdict_bar, verdict_counts } from '../parts/verdict.js';
import { table } from '../parts/table.js';
import { answer_counts } from './round.js';

// What stands first in a dimension; the others are behind "more".
const FIRST = {
	application: ['site_ready', 'site_aaaa', 'site_reachable', 'same_content', 'support_rate', 'mx_ready'],
	foundation: ['ns_ready', 'ns_two', 'countries_with_v6', 'holders_v4_with_v6', 'allocation_pace', 'czyz_a1_cumulative'],
};
const URGENT = ['MISSED', 'AT-RISK', 'STALE', 'ON-TRACK', 'LATE-MET', 'MET'];
const SHOWN = 6, REPAIRS = 5, TARGETS = 4;

function share_thresholds(targets, indicator) {
	return (targets ?? []).filter(g => g.indicator === indicator && is_share(g.unit) && g.threshold !== null && !g.set).map(g => g.threshold);
}

function target_list(targets) {
	const told = targets.filter(x => x.status !== 'NO-DATA').sort((a, b) => URGENT.indexOf(a.status) - URGENT.indexOf(b.status));
	const silent = targets.length - told.length;
	return h('ul.target-list', null,
		told.slice(0, TARGETS).map(target => h('li', null, status_mark(target.status), ' ',
			h('a', { href: `${link('/targets')}#${target.id}` }, target.text), ' ', target.due ? h('span.quiet', null, t('target.due', { due: target.due })) : null)),
		told.length > TARGETS || silent ? h('li', null, h('a', { href: link('/targets') },
			told.length > TARGETS ? t('target.more', { n: count(targets.length - TARGETS) }) : t('target.silent', { n: count(silent) }))) : null);
}

function dimension_card(dimension) {
	const targets = dimension.targets ?? [], figures = dimension.figures ?? [];
	const place = f => { const i = (FIRST[dimension.id] ?? []).indexOf(f.id); return i < 0 ? SHOWN : i; };
	const rows = [...figures].sort((a, b) => place(a) - place(b))
		.map(f => figure_row(f, share_thresholds(targets, f.figure?.indicator)));
	return h('section.card', { id: `dimension-${dimension.id}` }, h('h3', null, t(`dimension.${dimension.id}`)),
		dimension.empty ? empty(dimension.empty.what, dimension.empty.command) : h('div.figures', null, rows.slice(0, SHOWN)),
		rows.length > SHOWN ? h('details.fold', null, h('summary', { 'data-key': `more-${dimension.id}` }, t('overview.more_figures', { n: rows.length - SHOWN })), h('div.figures', null, rows.slice(SHOWN))) : null,
		targets.length ? target_list(targets) : null);
}

// In their order; those with nothing yet stand side by side, so that they do not push the others down.
function dimension_cards(dimensions) {
	const rows = [];
	for (const d of dimensions) {
		const last = rows.at(-1);
		if (d.empty && last?.small) last.cards.push(dimension_card(d));
		else rows.push({ small: Boolean(d.empty), cards: [dimension_card(d)] });
	}
	return rows.map(r => r.small ? h('div.cards', null, r.cards) : r.cards);
}

function hero(headline, round) {
	const f = headline.figure;
	const n = round ? answer_counts(round.checks?.find(c => c.check === 'site')) : null;
	return h('div.hero', null,
		h('div.hero-line', null, h('div.hero-value', null, value_text(f), info(f, headline.sentence)), h('div', null, basis(f), ' ', change_text(f))),
		is_share(f.unit) ? share_bar(f) : null,
		n ? h('div.hero-verdicts', null, verdict_bar(n), verdict_counts(n, v => link('/sites', { verdict: v }))) : null);
}

// Every fault of the last round, failures before shortcomings, by the number of sites that have it: the
// next things to repair.
function faults(round) {
	return round.checks.filter(c => c.check !== 'site').flatMap(c => c.answers.filter(a => a.verdict === 'fail' || a.verdict === 'partial').map(a => ({ ...a, check: c.check })))
		.sort((a, b) => (a.verdict === 'partial') - (b.verdict === 'partial') || b.count - a.count);
}

function repair_first(round) {
	const list = faults(round), sites = round.done || round.total;
	if (!list.length) return section(t('overview.repair'), h('p', null, t('overview.no_faults')));
	return section(t('overview.repair'), h('p.quiet', null, t('overview.repair_note')),
		table({
			caption: t('overview.repair'), rows: list.slice(0, REPAIRS), columns: [
				{ id: 'what', title: t('overview.fault'), cell: r => h('a', { href: link('/sites', { check: r.check, reason: r.reason }) }, `${check_name(r.check)}${t('colon')}${r.meaning}`) },
				{ id: 'verdict', title: t('term.verdict'), look: 'sign-cell', cell: r => sign(r.verdict) },
				{ id: 'sites', title: t('round.col_sites'), number: true, cell: r => h('b', null, count(r.count)) },
				{ id: 'share', title: t('overview.of_list'), number: true, wide: true, cell: r => sites ? percent(r.count / sites) : t('none') }],
		}),
		h('p', null, h('a', { href: link(`/rounds/${round.id}`) }, t('overview.all_faults', { n: count(list.length) }))));
}

function target_counts(data) {
	const targets = data.dimensions.flatMap(d => d.targets ?? []);
	const present = STATUSES.map(s => [s, targets.filter(x => x.status === s).length]).filter(([, n]) => n);
	const plan = data.plan ? `/targets/${data.plan}` : '/targets';
	return h('div.strip', null, h('h2', null, t('overview.targets')), present.length === 0
		? empty(t('overview.no_targets'), 'sextant targets --plan cn-2017')
		: h('ul.counts', null, present.map(([s, n]) => h('li', null, h('a', { href: link(plan, { status: s }) }, h('b', null, count(n)), status_mark(s))))));
}

function main_chart(data) {
	const wanted = data.headline?.figure?.indicator;
	for (const d of data.dimensions) for (const f of d.figures ?? []) {
		if (f.figure?.indicator !== wanted || !has_value(f.figure) || (f.trend ?? []).length < 2) continue;
		return history_chart({
			name: wanted, title: f.title, unit: f.figure.unit, points: f.trend, targets: (d.targets ?? []).filter(x => x.indicator === wanted && !x.set),
		});
	}
	return null;
}

function last_round(data) {
	const r = data.last_round;
	if (!r) return empty(t('overview.no_round'), 'sextant census PORTFOLIO.csv');
	const progress = h('a', { href: link('/rounds'), hidden: true });
	listen('round', e => {
		progress.hidden = e.status !== 'running';
		progress.textContent = `${t('round.running')}${t('colon')}${t('round.progress', { done: count(e.done), total: count(e.total) })}`;
	});
	return h('p', null, h('a', { href: link(`/rounds/${r.id}`) }, t('overview.last_round', { portfolio: r.portfolio, version: r.version ?? t('unknown') })), ' ',
		h('span.quiet', null, [`${minute(r.ended)} UTC, ${age(r.ended)}`, r.vantage].filter(Boolean).join(' · ')), ' ', progress);
}

// The newest file of each registry; older ones are history.
function data_table(data) {
	const newest = new Map();
	for (const d of data.datasets ?? []) if (!newest.has(d.name) || newest.get(d.name).file_date < d.file_date) newest.set(d.name, d);
	if (!newest.size) return empty(t('overview.no_datasets'), 'sextant ingest rir FILE…');
	return table({
		caption: t('overview.datasets'), rows: [...newest.values()], columns: [
			{ id: 'name', title: t('dataset.source'), cell: d => d.name },
			{ id: 'file', title: t('dataset.name'), wide: true, look: 'mono', cell: d => d.file },
			{ id: 'date', title: t('dataset.date'), cell: d => `${day(d.file_date)} (${age(d.file_date)})` },
			{ id: 'records', title: t('dataset.records'), number: true, cell: d => count(d.records) }],
	});
}

export default {
	async load({ q, signal }) {
		const [data] = await Promise.all([api('overview', asked(q), signal), load_checks()]);
		const id = data.last_round?.id;
		return { data, round: id ? await api(`rounds/${encodeURIComponent(id)}`, {}, signal) : null };
	},
	show({ data, round }) {
		const f = data.headline?.figure;
		return {
			title: t('nav.overview'), crumbs: [[t('nav.overview'), '/']],
			content: [
				opening(t('overview.title'), data.headline?.sentence || t('overview.nothing'), date_note(query()), last_round(data)),
				f && has_value(f) ? hero(data.headline, round) : null,
				round?.checks?.length ? repair_first(round) : null,
				target_counts(data), main_chart(data),
				h('section', null, h('h2', null, t('overview.dimensions')), dimension_cards(data.dimensions)),
				section(t('overview.data'), data_table(data), api_downloads('overview', asked(query()), 'overview'), generated(data)),
			].filter(Boolean),
		};
	},
};
