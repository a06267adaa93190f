// Data out of a page: links to the API's own CSV and JSON, and files made from what a chart shows.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api_url } from '../lib/api.js';

// more: further views of the same as CSV, [label, params, file].
export function api_downloads(path, params, name, more = []) {
	const one = (label, extra, file) => h('a.button', { href: api_url(path, { ...params, ...extra }), download: file }, label);
	return h('div.downloads', null, h('span.quiet', null, t('download')),
		one('CSV', { format: 'csv' }, `${name}.csv`),
		one(t('download.sheet'), { format: 'csv', for: 'spreadsheet' }, `${name}-sheet.csv`),
		one('JSON', {}, `${name}.json`), more.map(([label, extra, file]) => one(label, { format: 'csv', ...extra }, `${file}.csv`)));
}

export function save(bytes, type, name) {
	const url = URL.createObjectURL(bytes instanceof Blob ? bytes : new Blob([bytes], { type }));
	const a = h('a', { download: name });
	a.setAttribute('href', url);
	document.body.append(a);
	a.click();
	a.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// A picture of an SVG text at twice its size, by way of a data: image, which the content policy allows.
export function save_png(svg_text, width, height, ground, name) {
	const image = new Image();
	image.onload = () => {
		const canvas = document.createElement('canvas');
		canvas.width = width * 2;
		canvas.height = height * 2;
		const pen = canvas.getContext('2d');
		pen.fillStyle = ground;
		pen.fillRect(0, 0, canvas.width, canvas.height);
		pen.drawImage(image, 0, 0, canvas.width, canvas.height);
		canvas.toBlob(blob => save(blob, 'image/png', name), 'image/png');
	};
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg_text)}`;
}
