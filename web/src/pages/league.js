// Organisations, classes, regions and levels in order of one indicator, with interval and change.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api, api_once } from '../lib/api.js';
import { age, count, day, fraction, interval, is_share, with_unit, change } from '../lib/format.js';
import { link, query, changed, visit } from '../lib/url.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, choices, date_note, generated, opening } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { first_rows, sort_rows, table } from '../parts/table.js';

const BY = ['organisation', 'class', 'region', 'level'];

function step_of(row) {
	return typeof row.change === 'object' && row.change !== null ? row.change.value ?? null : row.change ?? null;
}

function step_text(row, unit) {
	const step = step_of(row);
	if (step === null) return t('none');
	const moved = change({ value: step, unit, previous: { value: 0, at: '' } });
	return moved.text;
}

// A column that would be empty in every row is left out: a census has no intervals.
function columns(by, unit, rows) {
	const as_figure = r => ({ ...r, unit });
	const since = rows.find(r => r.since)?.since;
	const sampled = rows.some(r => r.lo !== null && r.lo !== undefined);
	return [
		{ id: 'group', title: t(`tag.${by}`), sort: 'group', cell: r => h('a', { href: link('/sites', { [by]: r.group }) }, r.group || t('filter.none')) },
		{ id: 'rank', title: t('col.rank'), sort: 'rank', number: true, wide: true, cell: r => r.rank ? count(r.rank) : '' },
		{ id: 'value', title: t('col.value'), sort: 'value', number: true, cell: r => r.value === null ? h('span.tag', null, t('no_data')) : h('b', null, with_unit(r.value, unit, true)) },
		...(is_share(unit) ? [{ id: 'bar', title: '0–100%', look: 'bar-cell', wide: true, cell: r => share_bar(as_figure(r)) }] : []),
		{ id: 'fraction', title: t('col.fraction'), number: true, cell: r => fraction(r) },
		...(sampled ? [{ id: 'interval', title: t('col.interval'), number: true, wide: true, cell: r => interval(as_figure(r)) }] : []),
		{ id: 'unknown', title: t('col.unknown'), sort: 'unknown', number: true, wide: true, cell: r => count(r.unknown) },
		{ id: 'change', title: since ? t('league.change_since', { date: day(since) }) : t('col.change'), sort: 'change', number: true, wide: true, cell: r => step_text(r, unit) }];
}

function indicator_select(list, now) {
	const usable = list.filter(i => (i.groups ?? []).length || i.id === now);
	return h('label.setting', null, h('span', null, t('term.indicator')), h('select', {
		'data-key': 'league-indicator', onchange: e => visit(changed({ indicator: e.target.value })),
	}, usable.map(i => h('option', { value: i.id, selected: i.id === now }, i.title))));
}

// The group's name, or how many share the place.
function holders(known, value) {
	const equal = known.filter(r => r.value === value);
	return equal.length === 1 ? equal[0].group : t('league.shared', { n: count(equal.length) });
}

function sentence(rows, unit, by) {
	const known = rows.filter(r => r.value !== null);
	if (!known.length) return t('league.none');
	const best = Math.max(...known.map(r => r.value)), least = Math.min(...known.map(r => r.value));
	return t('league.sentence', { by: t(`league.of_${by}`), n: count(known.length), best: holders(known, best), best_value: with_unit(best, unit), least: holders(known, least), least_value: with_unit(least, unit) });
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
		const [shown, more] = first_rows(rows);
		const indicator = q.get('indicator') ?? data.indicator?.id ?? 'site_ready';
		return {
			title: t('nav.league'), crumbs: [[t('nav.overview'), '/'], [t('nav.league'), '/league/organisation'], [t(`tag.${by}`), `/league/${by}`]],
			content: [
				opening(t('nav.league'), sentence(rows, unit, by), rows[0] ? h('p.quiet', null, `${data.indicator?.title}${t('stop')} ${t('indicator.age', { at: day(rows[0].at), age: age(rows[0].at) })}`) : null, date_note(query())),
				choices(t('league.by'), BY.map(id => ({ id, text: t(`tag.${id}`), href: link(`/league/${id}`, { indicator: q.get('indicator') }) })), by),
				h('div.filters', null, indicator_select(list, indicator), h('a.button', { href: link(`/indicators/${indicator}`, { by }) }, t('league.history'))),
				rows.length ? table({ caption: t('nav.league'), rows: shown, columns: columns(by, unit, rows), sort }) : empty(t('league.empty'), 'sextant census PORTFOLIO.csv'),
				more,
				h('p.quiet.small', null, rows.some(r => r.lo !== null && r.lo !== undefined) ? t('league.note_intervals') : t('league.note')),
				api_downloads('league', asked(q, { by, indicator }), `league-${by}`), generated(data),
			].filter(Boolean),
		};
	},
};
