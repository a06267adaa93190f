// The history of an indicator as a line chart with its table twin.
import { t } from '../lib/i18n.js';
import { day, day_or_month, fraction, interval, is_share, percent, unit_name, with_unit, count } from '../lib/format.js';
import { chart } from './chart.js';

// What is seen: where it stands and where it stood.
function seen(list, unit, title, monthly) {
	const known = list.filter(p => p.value !== null && p.value !== undefined);
	if (known.length < 2) return title;
	const first = known[0], last = known.at(-1);
	return t('chart.seen', { title, now: with_unit(last.value, unit), at: day_or_month(last.at, monthly), then: with_unit(first.value, unit), since: day_or_month(first.at, monthly) });
}

// A new list makes a step that is nobody's doing: it is marked where it begins.
function list_changes(points) {
	return points.filter((p, i) => i > 0 && p.version !== null && p.version !== undefined && p.version !== points[i - 1].version)
		.map(p => ({ t: Date.parse(p.at), label: t('chart.new_list', { version: p.version }) }));
}

// points: [{ at, group, value, lo, hi, numerator, denominator }]; one line per group, in order of appearance.
export function history_chart({ name, title, unit, monthly, points, targets = [], names = g => g, max_lines = 8 }) {
	const share = is_share(unit);
	const groups = new Map();
	for (const p of points) {
		const key = p.group ?? '';
		if (!groups.has(key)) groups.set(key, []);
		groups.get(key).push(p);
	}
	const last = list => [...list].reverse().find(p => p.value !== null)?.value ?? -1;
	const drawn = [...groups].sort((a, b) => last(b[1]) - last(a[1])).slice(0, max_lines);
	const stops = [...new Set(points.map(p => p.at))].sort();
	const at_of = p => Date.parse(p.at);
	const say = p => [p.group ? names(p.group) : null, p.value === null ? t('unknown') : with_unit(p.value, unit, true),
		p.value === null ? null : fraction({ ...p, unit }), p.value === null ? null : interval({ ...p, unit })].filter(Boolean).join(' ');
	const series = drawn.map(([group, list]) => ({
		name: group ? names(group) : title, colour: groups.size === 1 ? 'v6' : undefined,
		points: list.map(p => ({ t: at_of(p), value: p.value, lo: p.lo, hi: p.hi })),
	}));
	const first = drawn[0]?.[1] ?? [];
	const banded = points.some(p => p.lo !== null && p.lo !== undefined);
	const subtitle = monthly ? t('chart.by_month', { unit: unit_name(unit) || t('unit.number'), month: day_or_month(points.at(-1)?.at, true) }) : share ? t(banded ? 'chart.share_sampled' : 'chart.share_over_time') : t('chart.over_time', { unit: unit_name(unit) || t('unit.number') });
	return chart({
		name, draw: 'line', stops: first.length,
		title: groups.size === 1 ? seen(first, unit, title, monthly) : title,
		subtitle,
		note: groups.size > max_lines ? t('chart.top_lines', { shown: max_lines, total: groups.size }) : null,
		data: {
			share, year: unit === 'year', unit: unit_name(unit), series, marks: groups.size === 1 ? list_changes(first) : [],
			targets: target_levels(targets, share),
			stop_of: ms => nearest(first.map(at_of), ms),
		},
		tell: i => {
			const at = first[i]?.at;
			if (!at) return '';
			return `${day_or_month(at, monthly)}: ${drawn.map(([, list]) => list.find(p => p.at === at)).filter(Boolean).map(say).join(' · ')}`;
		},
		twin: {
			rows: [...points].reverse(), columns: [
				{ id: 'at', title: t(monthly ? 'col.month' : 'col.date'), cell: p => day_or_month(p.at, monthly) },
				...(groups.size > 1 ? [{ id: 'group', title: t('col.group'), cell: p => names(p.group) }] : []),
				{ id: 'value', title: t('col.value'), number: true, cell: p => with_unit(p.value, unit, true) },
				{ id: 'n', title: t('col.fraction'), number: true, cell: p => fraction({ ...p, unit }) || t('none') },
				...(banded ? [{ id: 'ci', title: t('col.interval'), number: true, cell: p => interval({ ...p, unit }) || t('none') }] : []),
				{ id: 'unknown', title: t('col.unknown'), number: true, wide: true, cell: p => count(p.unknown) },
			],
		},
	});
}

// Targets with the same level share one line; each date is named.
function target_levels(targets, share) {
	const levels = new Map();
	for (const g of targets) {
		if (g.threshold === null || g.threshold === undefined) continue;
		if (!levels.has(g.threshold)) levels.set(g.threshold, new Set());
		levels.get(g.threshold).add(day(g.due));
	}
	return [...levels].map(([value, dates]) => ({
		value, label: t('chart.target', { value: share ? percent(value, 0) : value, due: [...dates].sort().join(', ') }),
	}));
}

function nearest(times, ms) {
	let best = 0;
	times.forEach((at, i) => { if (Math.abs(at - ms) < Math.abs(times[best] - ms)) best = i; });
	return best;
}
