// Verdicts and target statuses: always a sign and a word beside the colour.
import { h, spoken } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

export const VERDICTS = ['pass', 'partial', 'fail', 'na', 'unknown'];
const SIGNS = { pass: '✓', partial: '◐', fail: '✗', unknown: '?', na: '–' };

// Target statuses borrow the colour of the verdict that they resemble, never its sign alone.
const STATUS = {
	'MET': ['pass', '✓'], 'LATE-MET': ['partial', '✓'], 'MISSED': ['fail', '✗'], 'ON-TRACK': ['pass', '↗'],
	'AT-RISK': ['partial', '↘'], 'NO-DATA': ['unknown', '?'], 'STALE': ['unknown', '…'],
};
export const STATUSES = Object.keys(STATUS);

export function verdict_word(verdict) {
	return t(`verdict.${verdict}`);
}

export function verdict_sign(verdict) {
	return SIGNS[verdict] ?? '?';
}

// The sign alone, word on hover and for screen readers; for tables.
export function sign(verdict, reason) {
	const known = verdict in SIGNS ? verdict : 'unknown';
	const word = reason && reason !== 'ok' ? `${verdict_word(known)} (${reason})` : verdict_word(known);
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

// Shares of each verdict as one bar; the counts stand beside it as text.
export function verdict_bar(counts) {
	const total = VERDICTS.reduce((n, v) => n + (counts[v] ?? 0), 0);
	const text = VERDICTS.filter(v => counts[v]).map(v => `${verdict_word(v)} ${counts[v]}`).join(', ');
	return h('span.vbar', { role: 'img', 'aria-label': text, title: text }, VERDICTS.filter(v => counts[v]).map(v =>
		h(`span.fill-${v}`, { style: { width: `${100 * counts[v] / total}%` } })));
}
