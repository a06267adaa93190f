// Targets of a plan: what was promised for when, what was measured then and is measured now, whether the
// date will be kept.  No list or no data is a status of its own and never counts as zero.
import { h } from '../lib/dom.js';
import { has_text, t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, country_name, day, day_or_month, interval, is_share, percent, with_unit } from '../lib/format.js';
import { changed, link, query } from '../lib/url.js';
import { basis, has_value } from '../parts/figure.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, choices, date_note, generated, opening, quoted } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { status_look, status_mark, STATUSES } from '../parts/verdict.js';
import { table } from '../parts/table.js';

function threshold(target) {
	if (target.threshold === null || target.threshold === undefined) return t('target.no_threshold');
	if (target.op === 'rank') return t('target.rank_asked', { n: count(target.threshold) });
	const op = { '>=': '≥', '<=': '≤', '=': '=', '>': '>', '<': '<' }[target.op] ?? target.op ?? '';
	return `${op} ${is_share(target.unit) ? percent(target.threshold, 0) : with_unit(target.threshold, target.unit, true)}`;
}

// A place among others is a place, not an amount.
function amount(target, figure) {
	return target.op === 'rank' ? t('target.rank', { n: count(figure.value) }) : with_unit(figure.value, target.unit);
}

function value(target, word, figure, missing) {
	return h('div.target-value', null, h('span.quiet', null, word),
		has_value(figure) ? [h('b', null, amount(target, figure)), basis(figure), figure.at ? h('span.quiet.small', null, day_or_month(figure.at, figure.monthly)) : null]
			: h('span.tag', null, missing));
}

function projection(target) {
	const p = target.projection;
	if (!p || p.value === null || p.value === undefined) return null;
	return h('div.target-value', null, h('span.quiet', null, t('target.projected', { at: day(p.at) })), h('b', null, with_unit(p.value, target.unit)),
		h('span.basis', null, interval({ ...p, unit: target.unit })));
}

// "portfolio=gov;level=central|province;rank<=50" in words.
function set_text(set) {
	return set.split(';').map(condition => {
		const [, key, op, value] = /^(\w+)(=|<=|>=)(.*)$/.exec(condition) ?? [];
		if (!key) return condition;
		const word = has_text(`tag.${key}`) ? t(`tag.${key}`) : key;
		return `${word} ${{ '<=': '≤ ', '>=': '≥ ' }[op] ?? ''}${key === 'country' ? country_name(value) : value.replaceAll('|', ' / ')}`;
	}).join(' · ');
}

function card(target) {
	const now = target.value_now, ticks = is_share(target.unit) && typeof target.threshold === 'number' ? [target.threshold] : [];
	return h('li.target', { id: target.id, class: `edge-${status_look(target.status)}` },
		h('div.target-head', null, status_mark(target.status), h('span.quiet.mono', null, target.id),
			target.grade ? h('abbr.grade', { title: t(`grade.${target.grade}`) }, target.grade) : null),
		h('h3', null, target.text),
		h('div.target-values', null,
			h('div.target-value', null, h('span.quiet', null, t('target.threshold')), h('b', null, threshold(target)), target.set ? h('span.basis', null, set_text(target.set)) : null),
			target.due ? value(target, t('target.then'), target.value_at_due, (target.days_left ?? -1) >= 0 ? t('target.not_yet') : t('no_data')) : null,
			value(target, t('target.now'), now, t('no_data')), projection(target)),
		is_share(target.unit) ? share_bar(has_value(now) ? now : null, ticks) : null,
		target.why ? h('p.small', null, target.why) : null,
		target.indicator ? h('p.small', null, h('a', { href: link(`/indicators/${target.indicator}`) }, t('def.more'))) : null,
		source(target));
}

function source(target) {
	return target.source ? h('details.small', null, h('summary.quiet', null, t('target.said')), h('p', null, quoted(target.source))) : null;
}

// Nothing is known of these: what was asked, of whom, and why nothing is known.
function silent_table(list) {
	return table({
		caption: t('status.NO-DATA'), rows: list.map(x => ({ ...x, anchor: x.id })), columns: [
			{ id: 'id', title: t('col.id'), look: 'mono', cell: x => x.id },
			{ id: 'text', title: t('term.target'), cell: x => [x.text, source(x)] },
			{ id: 'threshold', title: t('target.threshold'), number: true, wide: true, cell: threshold },
			{ id: 'why', title: t('target.why_silent'), wide: true, cell: x => x.why ?? '' },
			{ id: 'grade', title: t('target.grade'), wide: true, look: 'sign-cell', cell: x => x.grade ? h('abbr.grade', { title: t(`grade.${x.grade}`) }, x.grade) : '' }],
	});
}

// Those that something is known of as cards; the others together in a table, which a plan of many
// targets would else drown in.
function due_section(due, list) {
	const told = list.filter(x => x.status !== 'NO-DATA'), silent = list.filter(x => x.status === 'NO-DATA');
	return h('section', { id: `due-${due || 'none'}` }, h('h2', null, due ? t('target.due_head', { due }) : t('target.open_ended')),
		told.length ? h('ul.targets', null, told.map(card)) : null,
		silent.length ? [h('p', null, status_mark('NO-DATA'), ' ', t('target.silent_note', { n: count(silent.length) })), silent_table(silent)] : null);
}

// The due dates on one line with the number of targets in each status; a list, so that it reads well
// without the drawing.
function timeline(dates) {
	const today = new Date().toISOString().slice(0, 10);
	const items = [...dates.keys()].map(due => ({ due, targets: dates.get(due) }));
	const after = items.findIndex(i => i.due && i.due > today);
	const mark = h('li.today', null, h('b', null, t('target.today')), h('span', null, today));
	const nodes = items.map(({ due, targets }) => h('li', null,
		h('a', { href: `#due-${due || 'none'}` }, due || t('target.open_ended')),
		h('span.stack', null, STATUSES.filter(s => targets.some(x => x.status === s)).map(s =>
			h('span.tick', null, status_mark(s), ' ', h('b', null, targets.filter(x => x.status === s).length))))));
	const dated = items.filter(i => i.due).length;
	nodes.splice(after < 0 ? dated : after, 0, mark);
	return h('ol.timeline', { 'aria-label': t('target.timeline') }, nodes);
}

function by_date(targets) {
	const dates = new Map();
	for (const target of [...targets].sort((a, b) => (a.due ?? '9999') < (b.due ?? '9999') ? -1 : (a.due ?? '9999') > (b.due ?? '9999') ? 1 : 0)) {
		const due = target.due ? day(target.due) : '';
		if (!dates.has(due)) dates.set(due, []);
		dates.get(due).push(target);
	}
	return dates;
}

// "86 targets: 12 met, 3 met late, 4 missed, 67 no data."
function sentence(targets) {
	const parts = STATUSES.map(s => [s, targets.filter(x => x.status === s).length]).filter(([, n]) => n)
		.map(([s, n]) => t('target.n', { n: count(n), status: t(`status.${s}`) }));
	return t('target.sentence', { total: count(targets.length), list: parts.join(t('list.comma')) });
}

function status_choices(targets, now) {
	const list = STATUSES.filter(s => targets.some(x => x.status === s) || s === now);
	return choices(t('term.status'), [{ id: '', text: t('filter.all'), href: changed({ status: null }), extra: count(targets.length) },
		...list.map(s => ({ id: s, text: status_mark(s), href: changed({ status: s }), extra: count(targets.filter(x => x.status === s).length) }))], now);
}

export default {
	async load({ q, params, signal }) {
		return api(params[0] ? `targets/${encodeURIComponent(params[0])}` : 'targets', asked(q), signal);
	},
	show(data, { q }) {
		const all = data.targets ?? [];
		const now = q.get('status') ?? '';
		const targets = now ? all.filter(x => x.status === now) : all;
		const dates = by_date(targets);
		const plans = data.plans ?? [];
		const plan = data.plan ?? {};
		return {
			title: t('nav.targets'), crumbs: [[t('nav.overview'), '/'], [t('nav.targets'), '/targets'], ...(plan.title ? [[plan.title, `/targets/${plan.id}`]] : [])],
			content: [
				opening(plan.title ?? t('nav.targets'), all.length ? sentence(all) : t('target.none'), plan.source ? h('p.quiet', null, t('target.source'), quoted(plan.source)) : null, date_note(query())),
				plans.length > 1 ? choices(t('term.plan'), plans.map(p => ({ id: p.id, text: p.title, href: link(`/targets/${p.id}`), extra: count(p.targets) })), plan.id) : null,
				all.length ? [timeline(by_date(all)), status_choices(all, now)] : empty(t('target.empty'), 'sextant targets --plan cn-2017'),
				[...dates].map(([due, list]) => due_section(due, list)),
				h('p.quiet.small', null, t('grade.legend')),
				api_downloads(`targets/${plan.id}`, asked(q), `targets-${plan.id ?? 'plan'}`), generated(data),
			].flat(2).filter(Boolean),
		};
	},
};
