// Pace and geography of address allocation: who holds IPv6, how fast it goes, where nothing is yet.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api, api_once } from '../lib/api.js';
import { DAY, age, count, country_name, day, decimal, headline, percent } from '../lib/format.js';
import { changed, link, query } from '../lib/url.js';
import { figure_row, has_value } from '../parts/figure.js';
import { chart } from '../parts/chart.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { choices, date_note, generated, opening, section } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { first_rows, sort_rows, table } from '../parts/table.js';

const MEASURES = ['equiv32', 'count', 'holders', 'v4_also_v6', 'per_million'];

// v4_also_v6 is a number of holders; the page shows it as a share of v4_holders.
function measure(c, id) {
	if (id !== 'v4_also_v6') return c[id] ?? null;
	return c.v4_holders && c.v4_also_v6 !== null ? c.v4_also_v6 / c.v4_holders : null;
}

function measure_text(value, id) {
	if (value === null || value === undefined) return t('no_data');
	return id === 'v4_also_v6' ? percent(value) : decimal(value, 2);
}

// What a hatched country means: in counts of blocks the files have none; holders they may not name.
function hatched_word(id) {
	return t(['equiv32', 'count', 'per_million'].includes(id) ? 'map.none' : 'map.unnamed');
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
	return h('ul.legend', { 'aria-label': t('map.legend') }, words.map((w, i) => h('li', null, h(`span.swatch.s${i + 1}`), w)), h('li', null, h('span.swatch.hatched'), hatched_word(id)));
}

function world(countries, id) {
	const values = {};
	for (const c of countries) if (measure(c, id) !== null) values[c.cc] = measure(c, id);
	const limits = bounds(Object.values(values), id);
	const order = Object.keys(values).sort((a, b) => values[b] - values[a]);
	const by_cc = new Map(countries.map(c => [c.cc, c]));
	const tell = cc => `${country_name(cc)}: ${values[cc] === undefined ? hatched_word(id) : `${measure_text(values[cc], id)} ${t(`measure.unit_${id}`)}`}${by_cc.get(cc)?.first ? ` · ${t('alloc.first', { at: day(by_cc.get(cc).first) })}` : ''}`;
	const seen = t('map.seen', { first: country_name(order[0] ?? ''), value: order.length ? measure_text(values[order[0]], id) : t('no_data'), unit: t(`measure.unit_${id}`), n: count(order.length) });
	const figure = chart({
		name: `map-${id}`, title: seen, subtitle: `${t(`measure.${id}`)}${t('stop')} ${t('map.subtitle')}`, draw: 'map', height: innerWidth < 560 ? 200 : 460,
		data: { values, bounds: limits, order }, stops: order.length, tell: i => tell(order[i]), tell_other: cc => tell(cc), note: t('map.note'),
		twin: { rows: order, columns: [
			{ id: 'cc', title: t('col.country'), cell: cc => country_name(cc) }, { id: 'v', title: t(`measure.${id}`), number: true, cell: cc => measure_text(values[cc], id) }] },
	});
	figure.querySelector('.chart-stage').after(legend(limits, id));
	return figure;
}

// The last month that a registry's file holds whole; what comes after is unknown, not zero.
function last_month(datasets, registry) {
	const file = datasets.find(d => d.name === registry)?.file_date;
	if (!file) return '9999-99';
	const end = new Date(Date.parse(file) + DAY);
	return new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), 0)).toISOString().slice(0, 7);
}

// Registries whose file ends more than three months before the newest one's.
function old_files(datasets, registries) {
	const months = m => Number(m.slice(0, 4)) * 12 + Number(m.slice(5, 7));
	const ends = registries.map(r => [r, last_month(datasets, r)]);
	const newest = Math.max(...ends.map(([, m]) => months(m)));
	return ends.filter(([, m]) => newest - months(m) > 3);
}

function pace(monthly, unit, datasets) {
	const registries = [...new Set(monthly.map(m => m.registry))].sort();
	const ends = new Map(registries.map(r => [r, last_month(datasets, r)]));
	const months = [...new Set(monthly.map(m => m.month))].sort().filter(m => registries.some(r => m <= ends.get(r)));
	const found = new Map(monthly.map(m => [`${m.month} ${m.registry}`, m[unit]]));
	const at = (month, registry) => month > ends.get(registry) ? null : found.get(`${month} ${registry}`) ?? 0;
	const sum = month => registries.reduce((n, r) => n + (at(month, r) ?? 0), 0);
	const old = old_files(datasets, registries);
	const fresh = registries.filter(r => !old.some(([o]) => o === r));
	const whole = months.filter(m => fresh.every(r => m <= ends.get(r))).slice(-12);
	const year = whole.reduce((n, m) => n + sum(m), 0);
	const text = (m, r) => at(m, r) === null ? t('unknown') : decimal(at(m, r), 2);
	const series = registries.map((name, i) => ({ name, colour: `c${1 + i % 5}`, values: months.map(m => at(m, name)) }));
	const figure = chart({
		name: `pace-${unit}`, draw: 'columns', stops: months.length,
		title: t('alloc.pace_title', { n: headline(year), from: whole[0] ?? '', to: whole.at(-1) ?? '', of: t(`alloc.as_${unit}`) }), subtitle: t(`alloc.pace_${unit}`),
		note: old.length ? t('alloc.old_files', { list: old.map(([r, m]) => `${r} ${m}`).join(t('list.comma')) }) : null,
		data: { categories: months, series, unit: '' },
		tell: i => `${months[i]}: ${decimal(sum(months[i]), 2)} (${registries.map(r => `${r} ${text(months[i], r)}`).join(t('list.comma'))})`,
		twin: { rows: [...months].reverse(), columns: [{ id: 'month', title: t('col.month'), cell: m => m },
			...registries.map(r => ({ id: r, title: r, number: true, cell: m => text(m, r) })), { id: 'sum', title: t('col.sum'), number: true, cell: m => decimal(sum(m), 2) }] },
	});
	figure.querySelector('.chart-stage').before(h('ul.legend', null, registries.map((r, i) => h('li', null, h(`span.swatch.c${1 + i % 5}`), r))));
	return figure;
}

function sizes(list) {
	const sorted = [...list].sort((a, b) => a.prefix_len - b.prefix_len);
	const most = sorted.reduce((a, b) => b.count > a.count ? b : a);
	return chart({
		name: 'sizes', title: t('alloc.sizes_title', { len: most.prefix_len, n: count(most.count) }), subtitle: t('alloc.sizes'), draw: 'columns', height: 260, stops: sorted.length,
		data: { categories: sorted.map(s => `/${s.prefix_len}`), series: [{ name: 'IPv6', colour: 'v6', values: sorted.map(s => s.count) }], unit: '' },
		tell: i => `/${sorted[i].prefix_len}: ${count(sorted[i].count)}`,
		twin: { rows: sorted, columns: [{ id: 'len', title: t('alloc.prefix'), cell: s => `/${s.prefix_len}` }, { id: 'n', title: t('col.count'), number: true, cell: s => count(s.count) }] },
	});
}

function country_table(countries, q) {
	const sort = q.get('sort') ?? '-equiv32';
	const sorted = sort_rows(countries, sort, (c, id) => id === 'cc' ? country_name(c.cc) : id === 'first' ? c.first : measure(c, id));
	// a column that no file can fill is left out; the sentence above the table says why
	const some = id => countries.some(c => measure(c, id) !== null);
	const cell = (c, id) => measure(c, id) === null ? h('span.tag', null, t('no_data')) : measure_text(measure(c, id), id);
	const number = (id, wide) => some(id) ? [{ id, title: t(`measure.short_${id}`), hint: t(`measure.${id}`), sort: id, number: true, wide, cell: c => cell(c, id) }] : [];
	const [rows, more] = first_rows(sorted.map(c => ({ ...c, anchor: `cc-${c.cc}` })));
	return [table({
		caption: t('alloc.countries'), rows, sort, columns: [
			{ id: 'cc', title: t('col.country'), sort: 'cc', cell: c => h('a', { href: `#cc-${c.cc}` }, `${country_name(c.cc)} (${c.cc})`) },
			...number('equiv32'), ...number('count'), ...number('per_million', true), ...number('holders', true), ...number('v4_holders', true), ...number('v4_also_v6', true),
			{ id: 'first', title: t('alloc.first_col'), sort: 'first', wide: true, look: 'date', cell: c => c.first ? day(c.first) : t('none') }],
	}), more];
}

function groups(list) {
	if (!list?.some(g => g.members)) return empty(t('alloc.no_groups'), 'sextant ingest rir FILE…');
	const share = g => ({ value: g.value, unit: '%', lo: null, hi: null });
	return table({
		caption: t('alloc.groups'), rows: list, columns: [
			{ id: 'id', title: t('col.group'), cell: g => h('a', { href: link('/indicators/countries_with_v6', { by: g.id.toLowerCase() }) }, g.title) },
			{ id: 'value', title: t('col.value'), number: true, cell: g => g.value === null ? h('span.tag', null, t('no_data')) : h('b', null, percent(g.value)) },
			{ id: 'bar', title: '0–100%', look: 'bar-cell', wide: true, cell: g => share_bar(share(g)) },
			{ id: 'f', title: t('col.fraction'), number: true, cell: g => `${count(g.with_ipv6)}/${count(g.members)}` }],
	});
}

function summary_cards(summary, titles) {
	const rows = Object.entries(summary ?? {}).filter(([, f]) => f && typeof f === 'object').map(([id, f]) => figure_row({ title: titles.get(id) ?? id, figure: f }));
	return h('section.card', null, h('h2', null, t('alloc.figures')), h('div.figures', null, rows));
}

// "222 of 249 countries (89.2%) have IPv6 addresses: 44 700 blocks, the space of 242 000 /32s."
function sentence(data) {
	const f = data.summary?.countries_with_v6, blocks = data.countries.reduce((n, c) => n + (c.count ?? 0), 0);
	const space = headline(Math.round(data.countries.reduce((n, c) => n + (c.equiv32 ?? 0), 0)));
	const known = has_value(f) && f.denominator;
	return t(known ? 'alloc.sentence' : 'alloc.sentence_plain', { n: count(known ? f.numerator : data.countries.length), of: known ? count(f.denominator) : '', share: known ? percent(f.value) : '', blocks: count(blocks), space });
}

export default {
	async load({ signal }) {
		const [data, list] = await Promise.all([api('allocation', {}, signal), api_once('indicators')]);
		return { data, titles: new Map(list.map(i => [i.id, i.title])) };
	},
	show({ data, titles }, { q }) {
		const id = MEASURES.includes(q.get('measure')) ? q.get('measure') : 'equiv32';
		const unit = q.get('pace') === 'equiv32' ? 'equiv32' : 'count';
		const countries = data.countries ?? [], datasets = data.datasets ?? [];
		const crumbs = [[t('nav.overview'), '/'], [t('nav.allocation'), '/allocation']];
		if (!countries.length) return { title: t('nav.allocation'), crumbs, content: [opening(t('nav.allocation'), t('alloc.none')), empty(t('alloc.empty'), 'sextant ingest rir FILE…')] };
		const files = h('p.quiet', null, t('alloc.files'), ' ', datasets.map((d, i) => [i ? ' · ' : '', h('span.whole', null, `${d.name} ${day(d.file_date)} (${age(d.file_date)})`)]));
		return {
			title: t('nav.allocation'), crumbs,
			content: [
				opening(t('nav.allocation'), sentence(data), files, date_note(query(), false)),
				choices(t('map.measure'), MEASURES.filter(m => countries.some(c => measure(c, m) !== null)).map(m => ({ id: m, text: t(`measure.${m}`), href: changed({ measure: m }) })), id),
				world(countries, id),
				choices(t('alloc.count_as'), ['count', 'equiv32'].map(u => ({ id: u, text: t(`measure.${u}`), href: changed({ pace: u }) })), unit),
				data.monthly?.length ? pace(data.monthly, unit, datasets) : null, data.sizes?.length ? sizes(data.sizes) : null,
				summary_cards(data.summary, titles),
				section(t('alloc.groups'), h('p.quiet', null, t('alloc.groups_note'), data.groups_as_of ? ` ${t('alloc.groups_as_of', { at: day(data.groups_as_of) })}` : ''), groups(data.groups)),
				section(t('alloc.countries'), h('p.quiet', null, t('alloc.countries_note')), ...country_table(countries, q)),
				api_downloads('allocation', {}, 'allocation', [[t('alloc.download_months'), { view: 'monthly' }, 'allocation-months']]), generated(data),
			].filter(Boolean),
		};
	},
};
