// Columns over categories (months, prefix lengths), stacked when there are several series.  The names of
// stacked series stand as a row of words above, in the order of the stack.
import { pointer, value_axis } from './axis.js';

export function columns_option(data, env) {
	return {
		grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
		tooltip: { ...pointer(env), axisPointer: { type: 'shadow', label: { show: false }, animation: false } },
		xAxis: {
			type: 'category', data: data.categories, axisTick: { show: false }, axisLine: { lineStyle: { color: env.colours.line } },
			axisLabel: { color: env.colours.quiet, fontSize: 12, hideOverlap: true, interval: 'auto' },
		},
		yAxis: value_axis(data, env),
		series: data.series.map((series, i) => ({
			type: 'bar', name: series.name, stack: 'all', data: series.values, barCategoryGap: '20%', emphasis: { disabled: true },
			itemStyle: { color: env.colours[series.colour ?? `c${1 + i % 5}`] },
		})),
	};
}
