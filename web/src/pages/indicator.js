// One indicator: the value, its history, its groups, its definition, its data.
import { h } from '../lib/dom.js';
import { has_text, t } from '../lib/i18n.js';
import { api, api_url } from '../lib/api.js';
import { DAY, age, count, country_name, region_name, day, day_or_month, fraction, interval, is_share, unit_name, with_unit, change } from '../lib/format.js';
import { changed, query, visit } from '../lib/url.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, choices, date_note, definition_list, generated, opening, section } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { first_rows, sort_rows, table } from '../parts/table.js';
import { history_chart } from '../parts/history.js';

function group_name(by) {
	return g => by === 'country' ? country_name(g) : by === 'region' ? region_name(g) : has_text(`group.${g}`) ? t(`group.${g}`) : g || t('filter.none');
}

function latest(points) {
	const groups = new Map();
	for (const p of points) {
		const key = p.group ?? '';
		const list = groups.get(key) ?? [];
		list.push(p);
		groups.set(key, list);
	}
	return [...groups].map(([group, list]) => {
		list.sort((a, b) => a.at < b.at ? -1 : 1);
		const now = list.at(-1), before = list.at(-2);
		return { ...now, group, previous: before ? { value: before.value, at: before.at } : null };
	});
}

// "Class 1 stands highest with 79.2% (38/48), Class 0 lowest ..."
function groups_sentence(indicator, rows, names) {
	const known = rows.filter(r => r.value !== null).sort((a, b) => b.value - a.value);
	if (!known.length) return t('indicator.no_data');
	const told = r => `${with_unit(r.value, indicator.unit)}${fraction({ ...r, unit: indicator.unit }) ? t('in_brackets', { text: fraction(r) }) : ''}`;
	const high = known[0], low = known.at(-1), at = r => day_or_month(r.at, indicator.monthly);
	if (known.length === 1) return t('indicator.one_group', { title: indicator.title, group: names(high.group), value: told(high), at: at(high) });
	return t('indicator.groups_sentence', { title: indicator.title, n: count(known.length), high: names(high.group), high_value: told(high), low: names(low.group), low_value: told(low), at: at(high) });
}

function sentence(indicator, rows, by, names) {
	if (by || rows.length !== 1) return groups_sentence(indicator, rows, names);
	const now = { ...rows[0], unit: indicator.unit, monthly: indicator.monthly };
	if (now.value === null) return t('indicator.no_data');
	const moved = change(now);
	const sure = [fraction(now), interval(now)].filter(Boolean).join(t('list.comma'));
	return t('indicator.sentence', {
		title: indicator.title, value: with_unit(now.value, indicator.unit), sure: sure ? t('in_brackets', { text: sure }) : '', at: day_or_month(now.at, now.monthly),
		moved: moved ? t('indicator.moved', { by: moved.text, since: moved.since }) : '',
	});
}

// What is counted by the month says up to which one.
function age_text(indicator, rows) {
	const last = rows.map(r => r.at).sort().at(-1);
	return indicator.monthly ? t('indicator.up_to_month', { month: day_or_month(last, true) }) : t('indicator.age', { at: day(rows[0].at), age: age(rows[0].at) });
}

function group_table(rows, indicator, by, names, sort) {
	const unit = indicator.unit;
	const sorted = sort_rows(rows, sort, (r, id) => id === 'group' ? names(r.group) : r[id]);
	const some = key => rows.some(r => r[key] !== null && r[key] !== undefined);
	const [shown, more] = first_rows(sorted);
	return [table({
		caption: t('indicator.groups'), rows: shown, sort, columns: [
			{ id: 'group', title: has_text(`tag.${by}`) ? t(`tag.${by}`) : by, sort: 'group', cell: r => h('a', { href: changed({ only: r.group }) }, names(r.group)) },
			{ id: 'value', title: t('col.value'), sort: 'value', number: true, cell: r => with_unit(r.value, unit, true) },
			...(is_share(unit) ? [{ id: 'bar', title: '0–100%', look: 'bar-cell', wide: true, cell: r => share_bar({ ...r, unit }) }] : []),
			...(some('denominator') ? [{ id: 'n', title: t('col.fraction'), number: true, cell: r => fraction({ ...r, unit }) || t('none') }] : []),
			...(some('lo') ? [{ id: 'ci', title: t('col.interval'), number: true, wide: true, cell: r => interval({ ...r, unit }) || t('none') }] : []),
			{ id: 'unknown', title: t('col.unknown'), sort: 'unknown', number: true, wide: true, cell: r => count(r.unknown) },
			{ id: 'at', title: t('col.date'), wide: true, look: 'date', cell: r => day_or_month(r.at, indicator.monthly) }],
	}), more];
}

function definition(indicator, data) {
	return definition_list([
		[t('col.id'), h('code', null, indicator.id)], [t('def.formula'), indicator.formula], [t('def.numerator'), indicator.numerator],
		[t('def.denominator'), indicator.denominator], [t('def.source'), indicator.source], [t('def.method'), indicator.method],
		[t('col.unit'), is_share(indicator.unit) ? '%' : unit_name(indicator.unit) || t('unit.number')], [t('def.from'), data.sources]]);
}

function period(q) {
	const input = (key, label) => h('label.setting', null, h('span', null, label), h('input', {
		type: 'date', value: q.get(key) ?? '', 'data-key': `period-${key}`, onchange: e => visit(changed({ [key]: e.target.value })),
	}));
	return [input('from', t('filter.from')), input('to', t('filter.to'))];
}

// The API's `to` is the first day that no longer counts.
function day_after(at) {
	return at ? new Date(Date.parse(at) + DAY).toISOString().slice(0, 10) : null;
}

export default {
	async load({ q, params, signal }) {
		const ask = { by: q.get('by'), only: q.get('only'), from: q.get('from'), to: q.get('to') ?? day_after(q.get('at')), portfolio: q.get('portfolio') };
		const data = await api(`indicators/${encodeURIComponent(params[0])}`, ask, signal);
		const plan = await api('targets', { portfolio: q.get('portfolio') }, signal).catch(e => { if (e.name === 'AbortError') throw e; return { targets: [] }; });
		return { data, ask, targets: plan.targets ?? [] };
	},
	show({ data, ask, targets }, { q }) {
		const { indicator } = data;
		const points = data.points ?? [];
		const by = q.get('by') ?? '';
		const rows = latest(points);
		const names = group_name(by);
		const of_it = by ? [] : targets.filter(g => g.indicator === indicator.id && g.threshold !== null && !g.set);
		const groups = [{ id: '', text: t('indicator.whole'), href: changed({ by: null, only: null }) },
			...(indicator.groups ?? []).map(g => ({ id: g, text: has_text(`tag.${g}`) ? t(`tag.${g}`) : g, href: changed({ by: g, only: null }) }))];
		const path = `indicators/${encodeURIComponent(indicator.id)}`;
		return {
			title: indicator.title, crumbs: [[t('nav.overview'), '/'], [t('nav.indicators'), '/indicators'], [indicator.title, `/indicators/${indicator.id}`]],
			content: [
				opening(indicator.title, sentence(indicator, rows, by, names), rows[0] ? h('p.quiet', null, age_text(indicator, rows)) : null,
					date_note(query())),
				groups.length > 1 ? choices(t('indicator.by'), groups, by) : null,
				h('div.filters', null, period(q), q.get('only') ? h('a.button', { href: changed({ only: null }) }, t('indicator.all_groups', { only: names(q.get('only')) })) : null),
				points.length === 0 ? empty(t('indicator.empty'), indicator.groups?.includes('registry') ? 'sextant ingest rir FILE…' : 'sextant census PORTFOLIO.csv')
					: new Set(points.map(p => p.at)).size < 2 ? h('p.note', null, t('indicator.one_date', { at: day_or_month(points[0].at, indicator.monthly) }))
						: history_chart({ name: indicator.id, title: indicator.title, unit: indicator.unit, monthly: indicator.monthly, points, targets: of_it, names }),
				by && rows.length ? section(t('indicator.groups'), ...group_table(rows, indicator, by, names, q.get('sort') ?? '-value')) : null,
				section(t('indicator.definition'), definition(indicator, data)),
				api_downloads(path, ask, indicator.id),
				h('p.quiet.small', null, t('indicator.link'), ' ', h('code', null, api_url(path, ask))), generated(data),
			].filter(Boolean),
		};
	},
};
