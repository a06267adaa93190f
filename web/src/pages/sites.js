// All sites of the list: filter, sort, page by key; every filter is part of the address.
import { h } from '../lib/dom.js';
import { has_text, t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count } from '../lib/format.js';
import { changed, link, query, visit } from '../lib/url.js';
import { sign, verdict_mark, VERDICTS } from '../parts/verdict.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, date_note, generated, opening } from '../parts/page.js';
import { pager, table } from '../parts/table.js';

const FILTERS = ['q', 'class', 'region', 'organisation', 'level', 'verdict', 'check', 'round', 'after', 'sort'];
const FIRST = ['site', 'aaaa', 'www_aaaa', 'http', 'tls', 'same_content', 'ns_aaaa', 'ns_udp', 'mx_aaaa', 'mx_smtp'];

function filters(q) {
	return Object.fromEntries(FILTERS.map(key => [key, q.get(key)]).filter(([, value]) => value));
}

export function check_name(id) {
	return has_text(`check.${id}`) ? t(`check.${id}`) : id;
}

function facet_select(key, label, facet, q) {
	const now = q.get(key) ?? '';
	const values = facet ?? [];
	if (!values.length && !now) return null;
	const known = values.some(v => v.value === now) || now === '' ? values : [{ value: now, count: 0 }, ...values];
	return h('label.setting', null, h('span', null, label), h('select', {
		'data-key': `filter-${key}`, onchange: e => visit(changed({ [key]: e.target.value, after: null })),
	}, h('option', { value: '' }, t('filter.all')), known.map(v =>
		h('option', { value: v.value, selected: v.value === now }, `${v.value || t('filter.none')} (${count(v.count)})`))));
}

function search(q) {
	const input = h('input', { type: 'search', name: 'q', value: q.get('q') ?? '', placeholder: t('sites.search_hint'), 'data-key': 'filter-q' });
	return h('form.search', {
		role: 'search', onsubmit: e => { e.preventDefault(); visit(changed({ q: input.value.trim(), after: null })); },
	}, h('label.setting', null, h('span', null, t('sites.search')), input), h('button', { type: 'submit' }, t('sites.find')));
}

function check_select(q, rows) {
	const ids = [...new Set([...FIRST, ...rows.flatMap(r => Object.keys(r.verdicts ?? {}))])];
	const now = q.get('check') ?? 'site';
	return h('label.setting', null, h('span', null, t('sites.by_check')), h('select', {
		'data-key': 'filter-check', onchange: e => visit(changed({ check: e.target.value === 'site' ? null : e.target.value, after: null })),
	}, ids.map(id => h('option', { value: id, selected: id === now }, check_name(id)))));
}

function verdict_chips(q, facet) {
	const now = q.get('verdict');
	const n = Object.fromEntries((facet ?? []).map(v => [v.value, v.count]));
	const chip = (id, content) => h('li', null, h('a.chip', {
		href: changed({ verdict: id === now ? null : id, after: null }), 'aria-current': id === now || (!id && !now) ? 'true' : null, 'data-key': `verdict-${id ?? 'all'}`,
	}, content));
	return h('nav', { 'aria-label': t('sites.by_verdict') }, h('ul.chips', null, chip(null, t('filter.all')),
		VERDICTS.map(v => chip(v, [verdict_mark(v), ' ', h('b', null, count(n[v] ?? 0))]))));
}

function checks_of(rows) {
	const present = new Set(rows.flatMap(r => Object.keys(r.verdicts ?? {})));
	return FIRST.filter(id => present.has(id));
}

function columns(rows) {
	const checks = checks_of(rows);
	const of = (r, id) => { const v = r.verdicts?.[id]; return v ? sign(v.verdict, v.reason) : sign('unknown'); };
	return [
		{ id: 'domain', title: t('col.site'), sort: 'domain', cell: r => h('a', { href: link(`/sites/${encodeURIComponent(r.domain)}`) }, r.domain) },
		...checks.map((id, i) => ({ id, title: t(`short.${id}`), hint: check_name(id), look: 'sign-cell', wide: i > 3, cell: r => of(r, id) })),
		{ id: 'organisation', title: t('tag.organisation'), sort: 'organisation', wide: true, cell: r => r.organisation || '' },
		{ id: 'class', title: t('tag.class'), sort: 'class', wide: true, cell: r => r.class || '' },
		{ id: 'region', title: t('tag.region'), sort: 'region', wide: true, cell: r => r.region || '' },
		{ id: 'rank', title: t('tag.rank'), sort: 'rank', number: true, wide: true, cell: r => r.rank ? count(r.rank) : '' }];
}

function sentence(data, q) {
	const n = Object.fromEntries((data.facets?.verdict ?? []).map(v => [v.value, v.count]));
	const judged = VERDICTS.reduce((sum, v) => sum + (n[v] ?? 0), 0);
	if (!judged) return t('sites.count', { n: count(data.total) });
	return t('sites.sentence', { check: check_name(q.get('check') ?? 'site'), pass: count(n.pass ?? 0), judged: count(judged), partial: count(n.partial ?? 0), fail: count(n.fail ?? 0), unknown: count(n.unknown ?? 0) });
}

function nothing(q) {
	const filtered = FILTERS.some(key => key !== 'sort' && q.get(key));
	if (!filtered) return empty(t('sites.empty'), 'sextant census PORTFOLIO.csv');
	return h('div.empty', null, h('p', null, t('sites.none_match')),
		h('a.button', { href: link('/sites') }, t('sites.clear')));
}

export default {
	async load({ q, signal }) {
		return api('sites', asked(q, { limit: 50, ...filters(q) }), signal);
	},
	show(data, { q }) {
		const rows = data.rows ?? [];
		const active = FILTERS.some(key => key !== 'sort' && key !== 'after' && q.get(key));
		return {
			title: t('nav.sites'), crumbs: [[t('nav.overview'), '/'], [t('nav.sites'), '/sites']],
			content: [
				opening(t('nav.sites'), sentence(data, q), date_note(query(), data.at)),
				verdict_chips(q, data.facets?.verdict),
				h('div.filters', null, search(q), facet_select('class', t('tag.class'), data.facets?.class, q),
					facet_select('region', t('tag.region'), data.facets?.region, q), facet_select('organisation', t('tag.organisation'), data.facets?.organisation, q),
					facet_select('level', t('tag.level'), data.facets?.level, q), check_select(q, rows),
					active ? h('a.button', { href: link('/sites') }, t('sites.clear')) : null),
				rows.length ? table({ caption: t('nav.sites'), rows, columns: columns(rows), sort: q.get('sort') ?? 'domain' }) : nothing(q),
				rows.length ? pager({ first: q.get('after'), next: data.next, shown: count(rows.length), total: count(data.total) }) : null,
				api_downloads('sites', asked(q, { ...filters(q), after: null }), 'sites'), generated(data),
			].filter(Boolean),
		};
	},
};
