// Pace and geography of address allocation: who holds IPv6, how fast it goes, where nothing is yet.
import { h } from '../lib/dom.js';
import { has_text, t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { age, count, country_name, day, decimal, headline, is_share, percent, fraction, interval, with_unit } from '../lib/format.js';
import { changed, query } from '../lib/url.js';
import { figure_row, has_value } from '../parts/figure.js';
import { chart } from '../parts/chart.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, choices, date_note, generated, opening, section } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { sort_rows, table } from '../parts/table.js';

const MEASURES = ['equiv32', 'count', 'holders', 'v4_also_v6', 'per_million'];
const PAGE = 50;

// v4_also_v6 may come as a share, a figure or a number of holders; the page shows a share of v4_holders.
function measure(c, id) {
	const v = c[id];
	if (id === 'v4_also_v6') {
		if (v && typeof v === 'object') return v.value ?? null;
		if (typeof v === 'number' && v > 1) return c.v4_holders ? v / c.v4_holders : null;
		if (typeof v === 'number' && Number.isInteger(v) && c.v4_holders) return v / c.v4_holders;
	}
	return v ?? null;
}

function measure_text(value, id) {
	if (value === null || value === undefined) return t('no_data');
	return id === 'v4_also_v6' ? percent(value) : decimal(value, 2);
}

// Five classes: fixed steps for shares, equal parts of the countries otherwise.
function bounds(values, id) {
	if (id === 'v4_also_v6') return [0.2, 0.4, 0.6, 0.8];
	const known = [...values].sort((a, b) => a - b);
	const round = v => +v.toPrecision(2);
	return [...new Set([0.2, 0.4, 0.6, 0.8].map(q => round(known[Math.floor(q * (known.length - 1))] ?? 0)))];
}

function legend(limits, id) {
	const text = v => id === 'v4_also_v6' ? percent(v, 0) : headline(v);
	const words = [t('map.up_to', { v: text(limits[0]) }), ...limits.slice(1).map((v, i) => `${text(limits[i])}–${text(v)}`), t('map.over', { v: text(limits.at(-1)) })];
	return h('ul.legend', { 'aria-label': t('map.legend') }, words.map((w, i) => h('li', null, h(`span.swatch.s${i + 1}`), w)), h('li', null, h('span.swatch.hatched'), t('no_data')));
}

function world(countries, id) {
	const values = {};
	for (const c of countries) if (measure(c, id) !== null) values[c.cc] = measure(c, id);
	const limits = bounds(Object.values(values), id);
	const order = Object.keys(values).sort((a, b) => values[b] - values[a]);
	const by_cc = new Map(countries.map(c => [c.cc, c]));
	const tell = cc => `${country_name(cc)}: ${values[cc] === undefined ? t('no_data') : `${measure_text(values[cc], id)} ${t(`measure.unit_${id}`)}`}${by_cc.get(cc)?.first ? ` · ${t('alloc.first', { at: day(by_cc.get(cc).first) })}` : ''}`;
	const figure = chart({
		name: `map-${id}`, title: t(`measure.${id}`), subtitle: t('map.subtitle'), draw: 'map', height: innerWidth < 560 ? 200 : 460,
		data: { values, bounds: limits, order }, stops: order.length, tell: i => tell(order[i]), tell_other: cc => tell(cc), note: t('map.note'),
		twin: { rows: order, columns: [
			{ id: 'cc', title: t('col.country'), cell: cc => country_name(cc) }, { id: 'v', title: t(`measure.${id}`), number: true, cell: cc => measure_text(values[cc], id) }] },
	});
	figure.querySelector('.chart-stage').after(legend(limits, id));
	return figure;
}

function pace(monthly, unit) {
	const months = [...new Set(monthly.map(m => m.month))].sort();
	const registries = [...new Set(monthly.map(m => m.registry))].sort();
	const at = (month, registry) => monthly.find(m => m.month === month && m.registry === registry)?.[unit] ?? 0;
	const sum = month => registries.reduce((n, r) => n + at(month, r), 0);
	const year = months.slice(-12).reduce((n, m) => n + sum(m), 0);
	const series = registries.map((name, i) => ({ name, colour: `c${1 + i % 5}`, values: months.map(m => at(m, name)) }));
	const figure = chart({
		name: `pace-${unit}`, title: t('alloc.pace_title', { n: headline(year) }), subtitle: t(`alloc.pace_${unit}`), draw: 'columns', stops: months.length,
		data: { categories: months, series, unit: '' },
		tell: i => `${months[i]}: ${decimal(sum(months[i]), 2)} (${registries.map(r => `${r} ${decimal(at(months[i], r), 2)}`).join(', ')})`,
		twin: { rows: [...months].reverse(), columns: [{ id: 'month', title: t('col.month'), cell: m => m },
			...registries.map(r => ({ id: r, title: r, number: true, cell: m => decimal(at(m, r), 2) })), { id: 'sum', title: t('col.sum'), number: true, cell: m => decimal(sum(m), 2) }] },
	});
	figure.querySelector('.chart-stage').before(h('ul.legend', null, registries.map((r, i) => h('li', null, h(`span.swatch.c${1 + i % 5}`), r))));
	return figure;
}

function sizes(list, family) {
	const sorted = [...list].sort((a, b) => a.prefix_len - b.prefix_len);
	const most = sorted.reduce((a, b) => b.count > a.count ? b : a);
	return chart({
		name: 'sizes', title: t('alloc.sizes_title', { len: most.prefix_len, n: count(most.count) }), subtitle: t('alloc.sizes'), draw: 'columns', height: 260, stops: sorted.length,
		data: { categories: sorted.map(s => `/${s.prefix_len}`), series: [{ name: family, colour: family === 'ipv4' ? 'v4' : 'v6', values: sorted.map(s => s.count) }], unit: '' },
		tell: i => `/${sorted[i].prefix_len}: ${count(sorted[i].count)}`,
		twin: { rows: sorted, columns: [{ id: 'len', title: t('alloc.prefix'), cell: s => `/${s.prefix_len}` }, { id: 'n', title: t('col.count'), number: true, cell: s => count(s.count) }] },
	});
}

function country_table(countries, q) {
	const sort = q.get('sort') ?? '-equiv32';
	const all = q.get('rows') === 'all';
	const sorted = sort_rows(countries, sort, (c, id) => id === 'cc' ? country_name(c.cc) : id === 'first' ? c.first : measure(c, id));
	const number = (id, wide) => ({ id, title: t(`measure.short_${id}`), hint: t(`measure.${id}`), sort: id, number: true, wide, cell: c => measure_text(measure(c, id), id) });
	const shown = (all ? sorted : sorted.slice(0, PAGE)).map(c => ({ ...c, anchor: `cc-${c.cc}` }));
	return [table({
		caption: t('alloc.countries'), rows: shown, sort, columns: [
			{ id: 'cc', title: t('col.country'), sort: 'cc', cell: c => h('a', { href: `#cc-${c.cc}` }, `${country_name(c.cc)} (${c.cc})`) },
			number('equiv32'), number('count', true), number('holders'), number('v4_holders', true), number('v4_also_v6'), number('per_million', true),
			{ id: 'first', title: t('alloc.first_col'), sort: 'first', wide: true, cell: c => c.first ? day(c.first) : t('none') }],
	}), sorted.length > PAGE && !all ? h('nav.pager', null, h('span.quiet', null, t('pager.shown', { shown: PAGE, total: count(sorted.length) })),
		h('a.button', { href: changed({ rows: 'all' }), 'data-key': 'all-rows' }, t('pager.all'))) : null];
}

function groups(list) {
	if (!list?.length) return empty(t('alloc.no_groups'), 'sextant ingest rir FILE…');
	return table({
		caption: t('alloc.groups'), rows: list, columns: [
			{ id: 'id', title: t('col.group'), cell: g => [h('b', null, g.id), ' ', g.title] },
			{ id: 'members', title: t('alloc.members'), number: true, wide: true, cell: g => count(Array.isArray(g.members) ? g.members.length : g.members) },
			{ id: 'value', title: t('col.value'), number: true, cell: g => has_value(g.figure) ? h('b', null, with_unit(g.figure.value, g.figure.unit)) : h('span.tag', null, t('no_data')) },
			{ id: 'bar', title: '0–100%', look: 'bar-cell', wide: true, cell: g => is_share(g.figure?.unit) ? share_bar(g.figure) : '' },
			{ id: 'f', title: t('col.fraction'), number: true, cell: g => g.figure ? fraction(g.figure) : '' },
			{ id: 'ci', title: t('col.interval'), number: true, wide: true, cell: g => g.figure ? interval(g.figure) : '' }],
	});
}

function summary_cards(summary) {
	return h('div.cards', null, Object.entries(summary ?? {}).filter(([, f]) => f && typeof f === 'object').map(([id, f]) =>
		h('section.card', null, figure_row({ title: f.title ?? (has_text(`alloc.sum_${id}`) ? t(`alloc.sum_${id}`) : id), figure: f }))));
}

function sentence(data) {
	const f = data.summary?.holders;
	const with_v6 = data.countries.filter(c => c.count).length;
	return t('alloc.sentence', { holders: has_value(f) ? count(f.value) : t('unknown'), countries: count(with_v6) });
}

export default {
	async load({ q, signal }) {
		return api('allocation', asked(q, { portfolio: null, family: q.get('family') ?? 'ipv6', from: q.get('from'), to: q.get('to') ?? q.get('at') }), signal);
	},
	show(data, { q }) {
		const family = q.get('family') ?? 'ipv6';
		const id = MEASURES.includes(q.get('measure')) ? q.get('measure') : 'equiv32';
		const unit = q.get('pace') === 'equiv32' ? 'equiv32' : 'count';
		const countries = data.countries ?? [];
		const crumbs = [[t('nav.overview'), '/'], [t('nav.allocation'), '/allocation']];
		if (!countries.length) return { title: t('nav.allocation'), crumbs, content: [opening(t('nav.allocation'), t('alloc.none')), empty(t('alloc.empty'), 'sextant ingest rir FILE…')] };
		const dates = (data.datasets ?? []).map(d => `${d.name} ${day(d.file_date)}`).join(' · ');
		return {
			title: t('nav.allocation'), crumbs,
			content: [
				opening(t('nav.allocation'), sentence(data), h('p.quiet', null, t('alloc.files', { files: dates, age: data.datasets?.[0] ? age(data.datasets[0].file_date) : '' })), date_note(query(), data.at)),
				summary_cards(data.summary),
				choices(t('map.measure'), MEASURES.filter(m => countries.some(c => measure(c, m) !== null)).map(m => ({ id: m, text: t(`measure.${m}`), href: changed({ measure: m }) })), id),
				world(countries, id),
				choices(t('alloc.count_as'), ['count', 'equiv32'].map(u => ({ id: u, text: t(`alloc.as_${u}`), href: changed({ pace: u }) })), unit),
				data.monthly?.length ? pace(data.monthly, unit) : null, data.sizes?.length ? sizes(data.sizes, family) : null,
				section(t('alloc.groups'), h('p.quiet', null, t('alloc.groups_note')), groups(data.groups)),
				section(t('alloc.countries'), h('p.quiet', null, t('alloc.countries_note')), ...country_table(countries, q)),
				api_downloads('allocation', { family, from: q.get('from'), to: q.get('to') }, 'allocation'), generated(data),
			].filter(Boolean),
		};
	},
};
