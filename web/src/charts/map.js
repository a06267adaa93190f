// The world in an equal-area projection (Equal Earth), so that a large cold country does not look like
// more than it is.  Countries without data are hatched.  The projection cuts shapes at the antimeridian;
// the chart library does not, which is why the map is drawn here.
import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';

const SVG = 'http://www.w3.org/2000/svg';
let world = null;

function el(tag, attrs, ...children) {
	const made = document.createElementNS(SVG, tag);
	for (const [key, value] of Object.entries(attrs)) made.setAttribute(key, value);
	made.append(...children);
	return made;
}

function load_world(url) {
	world ??= fetch(url).then(answer => {
		if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
		return answer.json();
	}).catch(e => { world = null; throw e; });
	return world;
}

function hatch(colours) {
	return el('defs', {}, el('pattern', { id: 'nodata', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
		el('rect', { width: 6, height: 6, fill: colours.surface }), el('rect', { width: 2, height: 6, fill: colours.hatch })));
}

// data: { values: { cc: number }, bounds: [4 upper bounds of classes], order: [cc in order of the arrow keys] }
export async function draw_map(stage, data, env) {
	const map = await load_world(env.world);
	const shapes = feature(map, map.objects.countries).features.filter(f => f.id !== 'AQ');
	const shade = cc => {
		const value = data.values[cc];
		if (value === undefined || value === null) return 'url(#nodata)';
		let k = 0;
		while (k < data.bounds.length && value > data.bounds[k]) k++;
		return env.colours[`s${k + 1}`];
	};
	const paths = new Map();
	let chosen = null;
	const choose = cc => {
		chosen?.setAttribute('stroke-width', 0.5);
		chosen?.setAttribute('stroke', env.colours.surface);
		chosen = paths.get(cc) ?? null;
		chosen?.setAttribute('stroke', env.colours.ink);
		chosen?.setAttribute('stroke-width', 2);
		chosen?.parentNode.append(chosen);
	};
	const picture = el('svg', { xmlns: SVG, role: 'presentation' });
	const paint = () => {
		const width = stage.clientWidth, height = stage.clientHeight;
		const outline = { type: 'Sphere' };
		const line = geoPath(geoEqualEarth().rotate([-11, 0]).fitExtent([[2, 2], [width - 2, height - 2]], outline));
		picture.replaceChildren(hatch(env.colours),
			el('path', { d: line(outline), fill: 'none', stroke: env.colours.line }));
		for (const [k, attr] of [['width', width], ['height', height], ['viewBox', `0 0 ${width} ${height}`]]) picture.setAttribute(k, attr);
		const land = el('g', {});
		for (const shape of shapes) {
			const path = el('path', { d: line(shape) ?? '', fill: shade(shape.id), stroke: env.colours.surface, 'stroke-width': 0.5 });
			path.addEventListener('pointerenter', () => { choose(shape.id); env.show(data.order.indexOf(shape.id), shape.id); });
			if (shape.id) paths.set(shape.id, path);
			land.append(path);
		}
		picture.append(land);
	};
	paint();
	stage.append(picture);
	const watch = new ResizeObserver(() => { if (stage.clientWidth) paint(); });
	watch.observe(stage);
	return {
		point: i => choose(data.order[i]),
		svg: () => new XMLSerializer().serializeToString(picture),
		dispose: () => watch.disconnect(),
	};
}
