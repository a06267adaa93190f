// Organisations, classes, regions and levels in order of one indicator, with interval and change.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api, api_once } from '../lib/api.js';
import { count, fraction, interval, is_share, with_unit, change } from '../lib/format.js';
import { link, query, changed, visit } from '../lib/url.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, choices, date_note, generated, opening } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { sort_rows, table } from '../parts/table.js';

const BY = ['organisation', 'class', 'region', 'level'];
const PAGE = 50;

function step_of(row) {
	return typeof row.change === 'object' && row.change !== null ? row.change.value ?? null : row.change ?? null;
}

function step_text(row, unit) {
	const step = step_of(row);
	if (step === null) return t('none');
	const moved = change({ value: step, unit, previous: { value: 0, at: '' } });
	return moved.text;
}

function columns(by, unit) {
	const as_figure = r => ({ ...r, unit });
	return [
		{ id: 'group', title: t(`tag.${by}`), sort: 'group', cell: r => h('a', { href: link('/sites', { [by]: r.group }) }, r.group || t('filter.none')) },
		{ id: 'rank', title: t('col.rank'), sort: 'rank', number: true, wide: true, cell: r => r.rank ? count(r.rank) : '' },
		{ id: 'value', title: t('col.value'), sort: 'value', number: true, cell: r => r.value === null ? h('span.tag', null, t('no_data')) : h('b', null, with_unit(r.value, unit, true)) },
		...(is_share(unit) ? [{ id: 'bar', title: '0–100%', look: 'bar-cell', wide: true, cell: r => share_bar(as_figure(r)) }] : []),
		{ id: 'fraction', title: t('col.fraction'), number: true, cell: r => fraction(r) },
		{ id: 'interval', title: t('col.interval'), number: true, wide: true, cell: r => interval(as_figure(r)) },
		{ id: 'unknown', title: t('verdict.unknown'), sort: 'unknown', number: true, wide: true, cell: r => count(r.unknown) },
		{ id: 'change', title: t('col.change'), sort: 'change', number: true, cell: r => step_text(r, unit) }];
}

function indicator_select(list, now) {
	const usable = list.filter(i => (i.groups ?? []).length || i.id === now);
	return h('label.setting', null, h('span', null, t('term.indicator')), h('select', {
		'data-key': 'league-indicator', onchange: e => visit(changed({ indicator: e.target.value })),
	}, usable.map(i => h('option', { value: i.id, selected: i.id === now }, i.title))));
}

function sentence(rows, unit, by) {
	const known = rows.filter(r => r.value !== null);
	if (!known.length) return t('league.none');
	const best = known.reduce((a, b) => b.value > a.value ? b : a), least = known.reduce((a, b) => b.value < a.value ? b : a);
	return t(`league.sentence_${by}`, { n: count(known.length), best: best.group, best_value: with_unit(best.value, unit), least: least.group, least_value: with_unit(least.value, unit) });
}

export default {
	async load({ q, params, signal }) {
		const by = BY.includes(params[0]) ? params[0] : 'organisation';
		const indicator = q.get('indicator') ?? 'site_ready';
		const [data, list] = await Promise.all([api('league', asked(q, { by, indicator }), signal), api_once('indicators').catch(() => [])]);
		return { by, data, list: Array.isArray(list) ? list : list.indicators ?? [] };
	},
	show({ by, data, list }, { q }) {
		const unit = data.indicator?.unit ?? '%';
		const sort = q.get('sort') ?? 'rank';
		const rows = sort_rows(data.rows ?? [], sort, (r, id) => id === 'change' ? step_of(r) : r[id]);
		const all = q.get('rows') === 'all';
		const indicator = q.get('indicator') ?? data.indicator?.id ?? 'site_ready';
		return {
			title: t('nav.league'), crumbs: [[t('nav.overview'), '/'], [t('nav.league'), '/league/organisation'], [t(`tag.${by}`), `/league/${by}`]],
			content: [
				opening(t('nav.league'), sentence(rows, unit, by), date_note(query(), data.at)),
				choices(t('league.by'), BY.map(id => ({ id, text: t(`tag.${id}`), href: link(`/league/${id}`, { indicator: q.get('indicator') }) })), by),
				h('div.filters', null, indicator_select(list, indicator), h('a.button', { href: link(`/indicators/${indicator}`, { by }) }, t('league.history'))),
				rows.length ? table({ caption: t('nav.league'), rows: all ? rows : rows.slice(0, PAGE), columns: columns(by, unit), sort }) : empty(t('league.empty'), 'sextant census PORTFOLIO.csv'),
				rows.length > PAGE && !all ? h('nav.pager', null, h('span.quiet', null, t('pager.shown', { shown: PAGE, total: count(rows.length) })),
					h('a.button', { href: changed({ rows: 'all' }), 'data-key': 'all-rows' }, t('pager.all'))) : null,
				h('p.quiet.small', null, t('league.note')),
				api_downloads('league', asked(q, { by, indicator }), `league-${by}`), generated(data),
			].filter(Boolean),
		};
	},
};
