// The frame of every chart: title that says what is seen, subtitle that says what is measured, a line
// that tells the value under pointer or keyboard, a table twin, downloads.  The drawing itself is loaded
// when the frame comes into view (charts.js), so that the first view stays small.
import { h } from '../lib/dom.js';
import { language, t } from '../lib/i18n.js';
import { table } from './table.js';
import { save, save_png } from './download.js';

let library = null;
const live = new Set();

export function load_charts() {
	library ??= import(CHARTS_URL).catch(e => { library = null; throw e; });
	return library;
}

// Called by the router before a page goes: charts hold observers and listeners.
export function drop_charts() {
	for (const chart of live) chart.dispose();
	live.clear();
}

function colours() {
	const style = getComputedStyle(document.documentElement);
	const names = ['ground', 'surface', 'ink', 'quiet', 'line', 'v6', 'v4', 'pass', 'partial', 'fail', 'unknown', 'hatch',
		'c1', 'c2', 'c3', 'c4', 'c5', 's1', 's2', 's3', 's4', 's5'];
	return Object.fromEntries(names.map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
}

function reads(points, line) {
	let at = -1;
	return event => {
		const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
		if (step === undefined || points === 0) return;
		event.preventDefault();
		at = at < 0 && step < 0 ? points - 1 : Math.max(0, Math.min(points - 1, at + step));
		line(at);
	};
}

// spec: { name, title, subtitle, draw (id of a drawing in charts.js), data, stops: number of stops for the
// arrow keys, tell(i): text of stop i, twin: { columns, rows }, height, note }
export function chart(spec) {
	const tell = h('p.chart-tell', { 'aria-live': 'polite' }, t('chart.hint'));
	const stage = h('div.chart-stage', {
		tabindex: 0, role: 'img', 'aria-label': `${spec.title}. ${spec.subtitle}. ${t('chart.keys')}`,
	}, h('p.quiet.chart-wait', null, t('loading')));
	stage.style.setProperty('height', `${spec.height ?? 340}px`);
	const show = (i, from_keys, id) => {
		tell.textContent = i >= 0 ? spec.tell(i) : spec.tell_other?.(id) ?? '';
		if (from_keys) drawing?.point(i);
	};
	stage.addEventListener('keydown', reads(spec.stops, i => show(i, true)));
	let drawing = null;

	const draw = async () => {
		try {
			const { draw: drawings } = await load_charts();
			if (!stage.isConnected) return;
			stage.replaceChildren();
			drawing = await drawings[spec.draw](stage, spec.data, {
				lang: language(), colours: colours(), show: (i, id) => show(i, false, id),
				calm: matchMedia('(prefers-reduced-motion: reduce)').matches, world: WORLD_URL, words: { nodata: t('no_data') },
			});
			live.add(drawing);
			stage.dataset.drawn = 'yes';
		} catch (e) {
			stage.replaceChildren(h('p', null, t('chart.failed', { why: e.message })));
		}
	};
	const watch = new IntersectionObserver(seen => {
		if (!seen.some(s => s.isIntersecting)) return;
		watch.disconnect();
		draw();
	}, { rootMargin: '200px' });
	watch.observe(stage);

	const picture = kind => async () => {
		if (!drawing) await draw();
		const text = drawing.svg();
		if (kind === 'svg') save(text, 'image/svg+xml', `${spec.name}.svg`);
		else save_png(text, stage.clientWidth, stage.clientHeight, colours().surface, `${spec.name}.png`);
	};
	return h('figure.chart', null,
		h('figcaption', null, h('h2', null, spec.title), h('p.quiet', null, spec.subtitle)),
		stage, tell, spec.note ? h('p.quiet.small', null, spec.note) : null,
		h('div.chart-foot', null,
			h('details.twin', null, h('summary', null, t('chart.twin')), table({ ...spec.twin, caption: spec.title })),
			h('div.downloads', null, h('span.quiet', null, t('chart.picture')),
				h('button', { type: 'button', onclick: picture('png') }, 'PNG'),
				h('button', { type: 'button', onclick: picture('svg') }, 'SVG'))));
}
