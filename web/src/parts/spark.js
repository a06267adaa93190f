// Small drawings inside text and tables, without the chart library: a trend line, a share bar with its
// interval and threshold.  Their numbers always stand beside them as text.
import { h, svg } from '../lib/dom.js';

// The last points of a share (0..1) or of any number, scaled to its own range with zero in it; gaps stay
// gaps.
export function spark(points, share) {
	const known = points.filter(p => p.value !== null && p.value !== undefined);
	if (known.length < 2) return null;
	const times = points.map(p => Date.parse(p.at));
	const from = Math.min(...times), span = Math.max(...times) - from || 1;
	const top = share ? 1 : Math.max(0, ...known.map(p => p.value)), foot = share ? 0 : Math.min(0, ...known.map(p => p.value));
	const y_of = value => (26 - 24 * (value - foot) / (top - foot || 1)).toFixed(1);
	let path = '', pen = 'M';
	points.forEach((p, i) => {
		if (p.value === null || p.value === undefined) { pen = 'M'; return; }
		path += `${pen}${(2 + 92 * (times[i] - from) / span).toFixed(1)} ${y_of(p.value)}`;
		pen = 'L';
	});
	return svg('svg', { class: 'spark', viewBox: '0 0 96 28', width: 96, height: 28, 'aria-hidden': 'true' },
		svg('line', { x1: 2, x2: 94, y1: y_of(0), y2: y_of(0), class: 'axis' }),
		svg('path', { d: path, class: 'trend' }));
}

function x_of(value) {
	return Math.max(0, Math.min(100, value * 100));
}

// A share from 0 to 100 %: bar, interval as a whisker, thresholds as ticks; unknown is hatched.
export function share_bar(figure, thresholds = []) {
	if (figure === null || figure.value === null || figure.value === undefined) return h('span.share.hatched', { 'aria-hidden': 'true' });
	const whisker = figure.lo !== null && figure.lo !== undefined && figure.hi > figure.lo;
	return h('span.share', { 'aria-hidden': 'true' },
		h('span.share-fill', { style: { width: `${x_of(figure.value)}%` } }),
		whisker ? h('span.share-range', { style: { left: `${x_of(figure.lo)}%`, width: `${x_of(figure.hi) - x_of(figure.lo)}%` } }) : null,
		thresholds.map(at => h('span.share-tick', { style: { left: `${x_of(at)}%` } })));
}
