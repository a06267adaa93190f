// One site: is it well, why, what to repair, what has been seen.
import { h } from '../lib/dom.js';
import { has_text, t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, day, decimal, minute } from '../lib/format.js';
import { check_name, in_order, load_checks, meaning } from '../lib/checks.js';
import { link, query } from '../lib/url.js';
import { sign, verdict_mark } from '../parts/verdict.js';
import { badge } from '../parts/badge.js';
import { command_line, empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { date_note, generated, opening, section, whole_words } from '../parts/page.js';
import { table } from '../parts/table.js';

const CHANGES = 12;
// Fields of an observation that are the same in all rows of this page.
const SAME = ['round', 'vantage'];

// A field by its name: the suffix tells the unit (us, b, s), as in the fields of the program.
function field_value(key, value) {
	if (value === null || value === undefined || value === '') return t('none');
	if (key.endsWith('_us') && key !== 'at_us' && !key.endsWith('after_us')) return `${decimal(value / 1000, 1)} ms`;
	if (key.endsWith('after_us') || key === 'at_us') return minute(new Date(value / 1000).toISOString());
	if (key.endsWith('_b')) return `${count(value)} B`;
	if (key.endsWith('_s') && typeof value === 'number') return `${count(value)} s`;
	if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
	if (Array.isArray(value)) return value.map(v => field_value('', v)).join(value.some(v => typeof v === 'object') ? '\n' : ', ');
	if (typeof value === 'object') return Object.entries(value).map(([k, v]) => `${field_name(k)} ${field_value(k, v)}`).join(' · ');
	return String(value);
}

// "v6_443" is a look over IPv6 at port 443, "v4_cert" the certificate over IPv4.
function field_name(key) {
	const look = /^v([46])(?:_(\w+))?$/.exec(key);
	if (look) return [`IPv${look[1]}`, look[2]?.split('_').map(field_name).join(' ')].filter(Boolean).join(' ');
	return has_text(`field.${key}`) ? t(`field.${key}`) : key;
}

function evidence_list(evidence) {
	const entries = Object.entries(evidence ?? {}).filter(([k]) => k !== 'subject'); // it stands above
	if (!entries.length) return null;
	return h('dl.facts', null, entries.map(([k, v]) => [h('dt', null, field_name(k)), h('dd.mono', null, field_value(k, v))]));
}

// The numbers of checks that count: links, and the hosts that a page loads from.
function measure(c) {
	const e = c.evidence ?? {};
	if (e.either) return t('site.links_measure', { ...e, share: `${decimal(100 * e.ok6 / e.either, 1)}%` });
	return e.work !== undefined && e.hosts ? t('site.resources_measure', e) : null;
}

function check_item(c) {
	const wants = c.verdict === 'fail' || c.verdict === 'partial';
	const inside = [c.method ? h('p.quiet', null, `${t('def.method')}${t('colon')}${c.method}`) : null, c.source ? h('p.quiet', null, `${t('def.source')}${t('colon')}${c.source}`) : null, c.subject ? h('p.quiet', null, t('site.subject'), ' ', h('code', null, c.subject)) : null,
		evidence_list(c.evidence), h('p.quiet.small', null, t('site.reason_code'), ' ', h('code', null, `${c.check}: ${c.reason}`))];
	return h('li.check', null, h('div.check-line', null, sign(c.verdict), h('span.check-name', null, c.title),
		h('span.check-meaning', null, c.meaning, measure(c) ? h('span.quiet', null, ` · ${measure(c)}`) : null)),
	wants && c.remedy ? h('p.remedy', null, c.remedy) : null,
	h('details', null, h('summary', null, t('site.evidence')), inside));
}

function worst(checks) {
	return ['fail', 'partial', 'unknown', 'pass', 'na'].find(v => checks.some(c => c.verdict === v)) ?? 'unknown';
}

function ladder(rungs) {
	return h('ol.ladder', null, rungs.filter(r => r.checks.length).map(r => h('li.rung', null, h('h3', null, sign(worst(r.checks)), ' ', t(`rung.${r.rung}`)),
		h('ul.checks', null, r.checks.map(check_item)))));
}

// IPv6 and IPv4 in two columns; times as bars on one scale, so that the slower one is seen.
function families(pair) {
	const v4 = pair?.v4 ?? null, v6 = pair?.v6 ?? null;
	if (!v4 && !v6) return empty(t('site.no_families'), null);
	const keys = [...new Set([...Object.keys(v6 ?? {}), ...Object.keys(v4 ?? {})])].filter(k => typeof (v6 ?? v4)[k] !== 'object' || (v6 ?? v4)[k] === null);
	const times = keys.filter(k => k.endsWith('_us')).flatMap(k => [v4?.[k] ?? 0, v6?.[k] ?? 0]);
	const top = Math.max(...times, 1);
	const cell = (one, key, look) => one === null || one[key] === null || one[key] === undefined ? h('span.tag', null, t('no_data'))
		: [field_value(key, one[key]), key.endsWith('_us') && !key.endsWith('after_us')
			? h(`span.timing.${look}`, { 'aria-hidden': 'true', style: { width: `${Math.max(1, 100 * one[key] / top)}%` } }) : null];
	return table({
		caption: t('site.families'), rows: keys, columns: [
			{ id: 'what', title: t('site.stage'), cell: k => field_name(k) },
			{ id: 'v6', title: 'IPv6', look: 'v6-col', cell: k => cell(v6, k, 'v6') },
			{ id: 'v4', title: 'IPv4', look: 'v4-col', cell: k => cell(v4, k, 'v4') }],
	});
}

// The remedy is the thing to do and stands alone; what is wrong stands before it.
function repairs(list) {
	if (!list?.length) return h('p', null, t('site.no_repairs'));
	return h('ol.repairs', null, list.map(r => h('li', null, h('p', null, sign(r.verdict), ' ', h('b', null, r.title), h('span.quiet', null, `${t('colon')}${r.meaning}`)),
		h('p.remedy-text', null, r.remedy))));
}

function raw_rows(kind, rows) {
	if (!rows?.length) return null;
	const keys = [...new Set(rows.flatMap(r => Object.keys(r)))].filter(k => !SAME.includes(k) && rows.some(r => r[k] !== null && r[k] !== undefined && r[k] !== ''));
	return h('details.raw', null, h('summary', null, t(`site.raw_${kind}`, { n: count(rows.length) })), table({
		caption: t(`site.raw_${kind}`, { n: count(rows.length) }), rows,
		columns: keys.map(k => ({ id: k, title: field_name(k), look: 'mono', number: typeof rows.find(r => r[k] !== null && r[k] !== undefined)?.[k] === 'number', cell: r => field_value(k, r[k]) })),
	}));
}

function history(list) {
	if (!list?.length) return empty(t('site.no_history'), null);
	const checks = in_order(new Set(list.flatMap(r => Object.keys(r.verdicts))));
	return table({
		caption: t('site.history'), rows: list, columns: [
			{ id: 'at', title: t('col.round'), look: 'date', cell: r => h('a', { href: link(`/rounds/${r.round}`) }, day(r.at)) },
			...checks.map(id => ({ id, title: has_text(`short.${id}`) ? t(`short.${id}`) : check_name(id), hint: check_name(id), look: 'sign-cell', cell: r => r.verdicts[id] ? sign(r.verdicts[id]) : '' }))],
	});
}

function change_item(c) {
	return h('li', null, h('time', null, day(c.at)), h('span', null, check_name(c.check)), h('span', null, verdict_mark(c.from), ' → ', verdict_mark(c.to)),
		c.reason && c.reason !== 'ok' ? h('span.quiet', null, meaning(c.check, c.reason)) : null);
}

function changes(list) {
	if (!list?.length) return h('p', null, t('site.no_changes'));
	const rest = list.slice(CHANGES);
	return [h('ol.changes', null, list.slice(0, CHANGES).map(change_item)),
		rest.length ? h('details.fold', null, h('summary', null, t('site.older_changes', { n: rest.length })), h('ol.changes', null, rest.map(change_item))) : null];
}

// What is published: it flips when so many rounds in a row say the same.
function pending_text(p) {
	return p ? [verdict_mark(p.verdict), h('span.quiet', null, ` ${t('site.pending', { run: p.run, need: p.need, at: day(p.first) })}`)] : t('none');
}

function published(told) {
	const list = told?.statuses ?? [];
	if (!list.length) return empty(t('site.no_published'), null);
	const many = new Set(list.map(s => s.vantage)).size > 1;
	return [h('p.quiet', null, t('site.published_note')), table({
		caption: t('site.published'), rows: list, columns: [
			{ id: 'check', title: t('term.check'), cell: s => s.title },
			...many ? [{ id: 'vantage', title: t('term.vantage'), cell: s => s.vantage }] : [],
			{ id: 'status', title: t('site.status'), cell: s => s.since ? verdict_mark(s.verdict) : h('span.tag', null, t('site.unconfirmed')) },
			{ id: 'since', title: t('site.since_col'), look: 'date', cell: s => s.since ? h('a', { href: link(`/rounds/${s.since_round}`) }, day(s.since)) : t('none') },
			{ id: 'pending', title: t('site.pending_col'), cell: s => pending_text(s.pending) }],
	}), flips(told.changes?.filter(c => c.event === 'flip' && c.from !== 'unknown'))];
}

function flips(list) {
	if (!list?.length) return h('p', null, t('site.no_flips'));
	return h('ol.changes', null, list.map(c => h('li', null, h('time', null, day(c.at)), h('span', null, check_name(c.check)),
		h('span', null, verdict_mark(c.from), ' → ', verdict_mark(c.to)),
		h('span.quiet', null, c.to_reason !== 'ok' ? `${meaning(c.check, c.to_reason)} ` : '', h('a', { href: link(`/rounds/${c.first_round}`) }, t('site.said_first')), ' · ',
			h('a', { href: link(`/rounds/${c.round}`) }, t('site.confirmed_by'))))));
}

// "usable over IPv6 since 2026-08-23", from the history, newest first.
function since(list, verdict) {
	let start = null;
	for (const r of list ?? []) {
		if (r.verdicts.site !== verdict) return { at: start, whole: false };
		start = r.at;
	}
	return { at: start, whole: true };
}

function sentence(data, headline) {
	const verdict = headline?.verdict ?? 'unknown';
	const run = since(data.history, verdict);
	const text = t(`site.sentence_${verdict}`, { domain: data.domain });
	return run.at ? `${text}${t(run.whole ? 'site.since_first' : 'site.since', { at: day(run.at) })}` : `${text}${t('stop')}`;
}

function tags(data) {
	const words = Object.entries(data.tags ?? {}).filter(([, v]) => v !== null && v !== '');
	return words.length ? h('p.quiet', null, words.map(([k, v]) => `${has_text(`tag.${k}`) ? t(`tag.${k}`) : k}${t('colon')}${v}`).join(' · ')) : null;
}

// Whoever is named here can see when and how it was measured, and measure again (threats.md P-DATA).
function measured(data, headline) {
	return h('p.quiet', null, whole_words(t('site.measured', { at: minute(data.at), vantage: data.vantage ?? t('unknown'), method: headline?.method ?? t('unknown') })),
		' ', h('a', { href: '#again', 'data-key': 'again' }, t('site.again')));
}

function again(data, headline) {
	return h('section', { id: 'again' }, h('h2', null, t('site.again')), h('p.quiet', null, t('site.again_how')), command_line(`sextant check ${data.domain}`),
		headline ? [h('h3', null, t('site.badge')), h('p.quiet', null, t('site.badge_note')),
			badge({ domain: data.domain, verdict: headline.verdict, at: data.at, method: headline.method })] : null);
}

export default {
	async load({ q, params, signal }) {
		await load_checks();
		const [site, told] = await Promise.all([
			api(`sites/${encodeURIComponent(params[0])}`, { round: q.get('round'), at: q.get('at') }, signal),
			api(`changes/${encodeURIComponent(params[0])}`, { at: q.get('at') }, signal)]);
		return { ...site, told };
	},
	show(data) {
		const checks = data.ladder.flatMap(r => r.checks);
		const headline = checks.find(c => c.check === 'site');
		const raw = ['dns', 'web', 'smtp', 'quic', 'resource', 'link', 'zone'].map(kind => raw_rows(kind, data.evidence?.[kind])).filter(Boolean);
		return {
			title: data.domain, crumbs: [[t('nav.overview'), '/'], [t('nav.sites'), '/sites'], [data.domain, `/sites/${data.domain}`]],
			content: [
				opening(data.domain, sentence(data, headline), h('p', null, verdict_mark(headline?.verdict ?? 'unknown'), ' ', headline?.meaning ?? ''),
				measured(data, headline), tags(data), date_note(query())),
				section(t('site.repairs'), repairs(data.repairs)),
				section(t('site.families'), families(data.families)),
				section(t('site.ladder'), ladder(data.ladder)),
				section(t('site.published'), published(data.told)),
				section(t('site.history'), history(data.history), h('h3', null, t('site.changes')), changes(data.changes)),
				section(t('site.raw'), raw.length ? raw : empty(t('site.no_raw'), null)),
				again(data, headline),
				api_downloads(`sites/${encodeURIComponent(data.domain)}`, { round: data.round }, data.domain),
				api_downloads(`changes/${encodeURIComponent(data.domain)}`, {}, `${data.domain}-changes`), generated(data),
			].filter(Boolean),
		};
	},
};
