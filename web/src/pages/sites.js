// All sites of the list: filter, sort, page by key; every filter is part of the address.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { check_ids, check_name, load_checks, meaning } from '../lib/checks.js';
import { count, percent } from '../lib/format.js';
import { changed, link, query, visit } from '../lib/url.js';
import { sign, verdict_bar, verdict_mark, VERDICTS } from '../parts/verdict.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, date_note, generated, opening } from '../parts/page.js';
import { pager, table } from '../parts/table.js';

const FILTERS = ['q', 'class', 'region', 'organisation', 'level', 'verdict', 'check', 'reason', 'round', 'after', 'sort'];
// The columns of the first view, and those of them that a phone has room for; the others are one choice
// of a check away.
const FIRST = ['site', 'aaaa', 'ns_aaaa', 'tls', 'http', 'same_content', 'mx_aaaa', 'mx_smtp'];
const NARROW = ['site', 'aaaa', 'ns_aaaa', 'http'];

function filters(q) {
	return Object.fromEntries(FILTERS.map(key => [key, q.get(key)]).filter(([, value]) => value));
}

function facet_select(key, label, facet, q) {
	const now = q.get(key) ?? '';
	const values = facet ?? [];
	if (!values.length && !now) return null;
	const known = now === '' || values.some(v => v.value === now) ? values : [{ value: now }, ...values];
	return h('label.setting', null, h('span', null, label), h('select', {
		'data-key': `filter-${key}`, onchange: e => visit(changed({ [key]: e.target.value, after: null })),
	}, h('option', { value: '' }, t('filter.all')), known.map(v =>
		h('option', { value: v.value, selected: v.value === now }, `${v.value || t('filter.none')}${v.count === undefined ? '' : ` (${count(v.count)})`}`))));
}

function search(q) {
	const input = h('input', { type: 'search', name: 'q', value: q.get('q') ?? '', placeholder: t('sites.search_hint'), 'data-key': 'filter-q' });
	return h('form.search', {
		role: 'search', onsubmit: e => { e.preventDefault(); visit(changed({ q: input.value.trim(), after: null })); },
	}, h('label.setting', null, h('span', null, t('sites.search')), input), h('button', { type: 'submit' }, t('sites.find')));
}

function check_select(now) {
	return h('label.setting', null, h('span', null, t('sites.by_check')), h('select', {
		'data-key': 'filter-check', onchange: e => visit(changed({ check: e.target.value === 'site' ? null : e.target.value, reason: null, after: null })),
	}, check_ids().map(id => h('option', { value: id, selected: id === now }, check_name(id)))));
}

function verdict_chips(q, n) {
	const now = q.get('verdict');
	const chip = (id, content) => h('li', null, h('a.chip', {
		href: changed({ verdict: id === now ? null : id, after: null }), 'aria-current': id === now || (!id && !now) ? 'true' : null, 'data-key': `verdict-${id ?? 'all'}`,
	}, content));
	return h('nav', { 'aria-label': t('sites.by_verdict') }, h('ul.chips', null, chip(null, t('filter.all')),
		VERDICTS.map(v => chip(v, [verdict_mark(v), ' ', h('b', null, count(n[v]))]))));
}

// Filters that have no control of their own, each with a way to take it off.
function set_filters(q, check) {
	const one = (key, text) => q.get(key) ? h('a.button', { href: changed({ [key]: null, after: null }), 'data-key': `off-${key}`, title: t('sites.take_off') }, text, h('span', { 'aria-hidden': 'true' }, ' ✗')) : null;
	return [one('reason', `${t('round.reason')}: ${meaning(check, q.get('reason'))}`), one('organisation', `${t('tag.organisation')}: ${q.get('organisation')}`),
		one('round', `${t('col.round')}: ${q.get('round')}`)];
}

// One line high; the whole of it on hover.
function tag(text) {
	return text ? h('span', { title: text }, text) : '';
}

function columns(check) {
	const of = (r, id) => { const v = r.verdicts?.[id]; return v ? sign(v.verdict, v.reason === 'ok' ? null : meaning(id, v.reason)) : sign('unknown'); };
	const why = r => { const v = r.verdicts?.[check]; return v && v.verdict !== 'pass' ? meaning(check, v.reason) : ''; };
	const signs = check === 'site' ? FIRST : ['site', check];
	return [
		{ id: 'domain', title: t('col.site'), sort: 'domain', look: 'domain', cell: r => h('a', { href: link(`/sites/${encodeURIComponent(r.domain)}`) }, r.domain) },
		...signs.map(id => ({ id, title: t(`short.${id}`), hint: check_name(id), look: 'sign-cell', wide: check === 'site' && !NARROW.includes(id), cell: r => of(r, id) })),
		...(check === 'site' ? [] : [{ id: 'why', title: t('round.reason'), cell: why }]),
		{ id: 'organisation', title: t('tag.organisation'), sort: 'organisation', wide: true, look: 'tag-cell', cell: r => tag(r.organisation) },
		{ id: 'class', title: t('tag.class'), sort: 'class', wide: true, look: 'tag-cell', cell: r => tag(r.class) },
		{ id: 'region', title: t('tag.region'), sort: 'region', wide: true, look: 'tag-cell', cell: r => tag(r.region) },
		{ id: 'rank', title: t('tag.rank'), sort: 'rank', number: true, wide: true, cell: r => r.rank ? count(r.rank) : '' }];
}

function counts_of(data) {
	const facet = Object.fromEntries((data.facets?.verdict ?? []).map(v => [v.value, v.count]));
	return Object.fromEntries(VERDICTS.map(v => [v, facet[v] ?? 0]));
}

// The share is of those that could be decided, as in the indicators; the others are named beside it.
function sentence(data, n, check) {
	const decided = n.pass + n.partial + n.fail;
	if (!decided && !n.na && !n.unknown) return t('sites.count', { n: count(data.total) });
	return t('sites.sentence', { check: check_name(check), pass: count(n.pass), decided: count(decided), share: decided ? percent(n.pass / decided) : t('unknown'), partial: count(n.partial), fail: count(n.fail), unknown: count(n.unknown), na: count(n.na) });
}

function nothing(active) {
	if (!active) return empty(t('sites.empty'), 'sextant census PORTFOLIO.csv');
	return h('div.empty', null, h('p', null, t('sites.none_match')), h('a.button', { href: link('/sites') }, t('sites.clear')));
}

export default {
	async load({ q, signal }) {
		const [data] = await Promise.all([api('sites', asked(q, { limit: 50, ...filters(q) }), signal), load_checks()]);
		return data;
	},
	show(data, { q }) {
		const rows = data.rows ?? [], n = counts_of(data), check = q.get('check') ?? 'site';
		const active = FILTERS.some(key => key !== 'sort' && key !== 'after' && q.get(key));
		return {
			title: t('nav.sites'), crumbs: [[t('nav.overview'), '/'], [t('nav.sites'), '/sites']],
			content: [
				opening(t('nav.sites'), data.facets ? sentence(data, n, check) : t('overview.nothing'), date_note(query())),
				data.facets ? [verdict_bar(n), verdict_chips(q, n)] : null,
				data.facets ? h('div.filters', null, search(q), check_select(check), facet_select('class', t('tag.class'), data.facets.class, q),
					facet_select('region', t('tag.region'), data.facets.region, q), facet_select('level', t('tag.level'), data.facets.level, q), set_filters(q, check),
					active ? h('a.button', { href: link('/sites'), 'data-key': 'filter-clear' }, t('sites.clear')) : null) : null,
				rows.length ? table({ caption: t('nav.sites'), rows, columns: columns(check), sort: q.get('sort') ?? 'domain' }) : nothing(active),
				rows.length ? pager({ first: q.get('after'), next: data.next, shown: count(rows.length), total: count(data.total) }) : null,
				rows.length ? api_downloads('sites', asked(q, { ...filters(q), after: null }), 'sites') : null, generated(data),
			].flat().filter(Boolean),
		};
	},
};
