// Tables: sticky head, numbers right-aligned, first column a link, sorted by the address.
import { h, spoken } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { count } from '../lib/format.js';
import { changed, query } from '../lib/url.js';

const PAGE = 50;

// columns: { id, title, cell(row), number, wide (left out on phones), sort (id for ?sort=), hint }.
// A leading minus in ?sort= means descending.  look: 'even' gives tables below each other the same columns.
export function table({ columns, rows, caption, sort, look }) {
	const head = columns.map(column => {
		const up = column.sort && sort === column.sort, down = column.sort && sort === `-${column.sort}`;
		const mark = up ? ' ▲' : down ? ' ▼' : '';
		const next = column.number ? (down ? column.sort : `-${column.sort}`) : (up ? `-${column.sort}` : column.sort);
		return h('th', {
			scope: 'col', class: classes(column), 'aria-sort': up ? 'ascending' : down ? 'descending' : null, title: column.hint,
		}, column.sort ? h('a', { href: changed({ sort: next, after: null }), 'data-key': `sort-${column.id}` }, column.title,
			h('span', { 'aria-hidden': 'true' }, mark)) : column.title);
	});
	const body = rows.map(row => h('tr', { id: row.anchor ?? null }, columns.map((column, i) =>
		h(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, class: classes(column) }, column.cell(row)))));
	return h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': caption },
		h('table', { class: look ?? null }, h('caption', null, spoken(caption)), h('thead', null, h('tr', null, head)), h('tbody', null, body)));
}

// A table that needs no scrolling of its own lets the page do it, so that its head can stay in sight.
export function fit_tables() {
	for (const scroll of document.querySelectorAll('.scroll')) scroll.classList.toggle('fits', scroll.firstChild.offsetWidth <= scroll.clientWidth);
}

function classes(column) {
	return [column.number ? 'num' : '', column.wide ? 'wide' : '', column.look ?? ''].filter(Boolean).join(' ') || null;
}

// Sorts rows that are all here; unknown values stay at the end in both directions.
export function sort_rows(rows, sort, value_of) {
	if (!sort) return rows;
	const down = sort.startsWith('-');
	const id = down ? sort.slice(1) : sort;
	return [...rows].sort((a, b) => {
		const x = value_of(a, id), y = value_of(b, id);
		const no_x = x === null || x === undefined, no_y = y === null || y === undefined;
		if (no_x || no_y) return no_x - no_y;
		const order = typeof x === 'string' ? x.localeCompare(y) : x - y;
		return down ? -order : order;
	});
}

// The first rows of a list that is all here, and the way to the others; the choice is in the address.
export function first_rows(rows) {
	if (rows.length <= PAGE || query().get('rows') === 'all') return [rows, null];
	return [rows.slice(0, PAGE), h('nav.pager', { 'aria-label': t('pager.label') }, h('span.quiet', null, t('pager.shown', { shown: PAGE, total: count(rows.length) })),
		h('a.button', { href: changed({ rows: 'all' }), 'data-key': 'all-rows' }, t('pager.all')))];
}

export function pager({ first, next, shown, total }) {
	return h('nav.pager', { 'aria-label': t('pager.label') },
		h('span.quiet', null, t('pager.shown', { shown, total })),
		first ? h('a.button', { href: changed({ after: null }), 'data-key': 'pager-first' }, t('pager.first')) : null,
		next ? h('a.button', { href: changed({ after: next }), 'data-key': 'pager-next' }, t('pager.next')) : null);
}
