// Lines over time: an interval is a band, a gap stays a gap, a target is a labelled line with its date,
// each line carries its name at its end.
import { pointer, value_axis } from './axis.js';

const DASHES = ['solid', [7, 4], [2, 3], [10, 4, 2, 4]];

// A band is two stacked areas: an invisible one up to lo, then one of hi - lo.
function band(series, colour, k) {
	const points = series.points;
	const known = p => p.value !== null && p.lo !== null && p.lo !== undefined && p.hi !== null && p.hi !== undefined;
	if (!points.some(p => known(p) && p.hi > p.lo)) return [];
	const common = {
		type: 'line', stack: `band${k}`, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, connectNulls: false,
		tooltip: { show: false }, z: 1,
	};
	return [
		{ ...common, name: `${series.name} lo`, data: points.map(p => [p.t, known(p) ? p.lo : null]) },
		{ ...common, name: `${series.name} hi`, data: points.map(p => [p.t, known(p) ? p.hi - p.lo : null]),
			areaStyle: { color: colour, opacity: 0.18 } },
	];
}

// A target that lies before the data is drawn as a level all along; its date stands in the label.
function target_lines(data, env) {
	// the label stands at the end where the first line is further away
	const known = (data.series[0]?.points ?? []).filter(p => p.value !== null);
	const far = (p, value) => p ? Math.abs(p.value - value) : 0;
	const end = value => far(known[0], value) >= far(known.at(-1), value) ? 'insideStartTop' : 'insideEndTop';
	const lines = data.targets.map(target => ({
		yAxis: target.value, name: target.label,
		label: { formatter: target.label, position: end(target.value), color: env.colours.ink, fontSize: 12, distance: [4, 2] },
		lineStyle: { color: env.colours.ink, type: [3, 3], width: 1 },
	}));
	for (const mark of data.marks) {
		lines.push({
			xAxis: mark.t, label: { formatter: mark.label, color: env.colours.quiet, fontSize: 12, position: 'insideEndTop' },
			lineStyle: { color: env.colours.quiet, type: 'solid', width: 1 },
		});
	}
	return { silent: true, symbol: 'none', data: lines, animation: false };
}

export function line_option(data, env, width) {
	const phone = width < 560;
	const colour_of = (series, i) => env.colours[series.colour ?? `c${1 + i % 5}`];
	const many = data.series.length > 1;
	const lines = data.series.map((series, i) => ({
		type: 'line', name: series.name, data: series.points.map(p => [p.t, p.value ?? null]), connectNulls: false, z: 3,
		symbol: 'circle', symbolSize: series.points.length > 80 ? 3 : 6, showAllSymbol: true,
		showSymbol: series.points.length <= 60,
		itemStyle: { color: colour_of(series, i) },
		lineStyle: { color: colour_of(series, i), width: 2, type: many ? DASHES[Math.floor(i / 5) % 4] : 'solid' },
		emphasis: { disabled: true },
		endLabel: { show: many && !phone, formatter: series.name, color: colour_of(series, i), fontSize: 12, distance: 6, width: 150, overflow: 'truncate' },
		labelLayout: { moveOverlap: 'shiftY' },
		markLine: i === 0 ? target_lines(data, env) : undefined,
	}));
	const times = data.series.flatMap(s => s.points.map(p => p.t));
	const short = Math.max(...times) - Math.min(...times) < 3 * 365 * 86_400_000;
	const bands = many && data.series.length > 4 ? [] : data.series.flatMap((s, i) => band(s, colour_of(s, i), i));
	return {
		grid: { left: 8, right: many && !phone ? 160 : 20, top: 28, bottom: 8, containLabel: true },
		tooltip: pointer(env),
		xAxis: {
			type: 'time', axisLine: { lineStyle: { color: env.colours.line } }, axisTick: { lineStyle: { color: env.colours.line } },
			splitNumber: phone ? 3 : 6,
			axisLabel: { color: env.colours.quiet, fontSize: 12, hideOverlap: true,
				formatter: { year: short ? '{yyyy}-{MM}' : '{yyyy}', month: '{yyyy}-{MM}', day: '{MM}-{dd}', hour: '{HH}:{mm}', minute: '{HH}:{mm}' } },
		},
		yAxis: value_axis(data, env),
		series: [...lines, ...bands],
	};
}
