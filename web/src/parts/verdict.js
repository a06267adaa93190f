// Verdicts and target statuses: always a sign and a word beside the colour.
import { h, spoken } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { count } from '../lib/format.js';

export const VERDICTS = ['pass', 'partial', 'fail', 'na', 'unknown'];
export const SIGNS = { pass: '✓', partial: '◐', fail: '✗', unknown: '?', na: '–' };

// Target statuses borrow the colour of the verdict that they resemble, never its sign alone.
const STATUS = {
	'MET': ['pass', '✓'], 'LATE-MET': ['partial', '✓'], 'MISSED': ['fail', '✗'], 'ON-TRACK': ['pass', '↗'],
	'AT-RISK': ['partial', '↘'], 'NO-DATA': ['unknown', '?'], 'STALE': ['unknown', '…'],
};
export const STATUSES = Object.keys(STATUS);

export function verdict_word(verdict) {
	return t(`verdict.${verdict}`);
}

// The sign alone, word and reason on hover and for screen readers; for tables.
export function sign(verdict, reason) {
	const known = verdict in SIGNS ? verdict : 'unknown';
	const word = reason ? `${verdict_word(known)}${t('colon')}${reason}` : verdict_word(known);
	return h(`span.sign.v-${known}`, { title: word }, h('span', { 'aria-hidden': 'true' }, SIGNS[known]), spoken(word));
}

// Sign and word.
export function verdict_mark(verdict) {
	const known = verdict in SIGNS ? verdict : 'unknown';
	return h(`span.mark.v-${known}`, null, h('span.sign', { 'aria-hidden': 'true' }, SIGNS[known]), verdict_word(known));
}

export function status_mark(status) {
	const [look, mark] = STATUS[status] ?? ['unknown', '?'];
	return h(`span.mark.v-${look}`, null, h('span.sign', { 'aria-hidden': 'true' }, mark), t(`status.${status}`));
}

export function status_look(status) {
	return (STATUS[status] ?? ['unknown'])[0];
}

// The counts as a line of signs, words and numbers, each a link to its sites.
export function verdict_counts(counts, href) {
	return h('ul.verdict-counts', null, VERDICTS.filter(v => counts[v]).map(v =>
		h('li', null, h('a', { href: href(v) }, verdict_mark(v), ' ', h('b', null, count(counts[v]))))));
}

// Shares of each verdict as one bar; the counts stand beside it as text.
export function verdict_bar(counts) {
	const total = VERDICTS.reduce((n, v) => n + (counts[v] ?? 0), 0);
	const text = VERDICTS.filter(v => counts[v]).map(v => `${verdict_word(v)} ${counts[v]}`).join(t('list.comma'));
	if (!total) return h('span.vbar.hatched', { role: 'img', 'aria-label': t('no_data') });
	return h('span.vbar', { role: 'img', 'aria-label': text, title: text }, VERDICTS.filter(v => counts[v]).map(v =>
		h(`span.fill-${v}`, { style: { width: `${100 * counts[v] / total}%` } })));
}
