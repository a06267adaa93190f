// Builds the pages into dist/: one app file for the first view, one charts file that is loaded when a
// chart is wanted, one style sheet, the world map.  What is in dist/ is embedded into the C program,
// so names carry a hash (long cache) and nothing points outside.
//
// Ends with an error when the two languages differ in keys, when a text is missing or stands there for
// nobody, or when the first view grows beyond its budget: 60 kB compressed without charts, 400 kB with.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const FIRST_VIEW = 60_000;
const WITH_CHARTS = 400_000;

function fail(sentence) {
	console.error(`web: ${sentence}`);
	process.exit(1);
}

function hash(bytes) {
	return createHash('sha256').update(bytes).digest('hex').slice(0, 10);
}

function put(name, bytes) {
	writeFileSync(join(dist, name), bytes);
	return { name, raw: bytes.length, gz: gzipSync(bytes, { level: 9 }).length };
}

// One row of a CSV file; quotes as in RFC 4180.
function csv_row(line) {
	const cells = [];
	const cell = /("(?:[^"]|"")*"|[^,]*)(,|$)/y;
	for (;;) {
		const found = cell.exec(line);
		if (!found) return null;
		const text = found[1];
		cells.push(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
		if (found[2] === '') return cells;
	}
}

// The rows of a CSV file of ../data, below its head.
function read_rows(name, columns) {
	return readFileSync(join(here, '../data', name), 'utf8').split('\n').flatMap((line, i) => {
		const cells = line === '' ? [] : csv_row(line);
		if (cells?.length !== columns && line !== '') fail(`data/${name}:${i + 1}: not ${columns} columns`);
		return i > 0 && line !== '' ? [cells] : [];
	});
}

// The terms that pages share with the program: { key: [en, zh] }.
function read_terms() {
	return Object.fromEntries(read_rows('terms.csv', 3).map(([key, en, zh]) => [key, [en, zh]]));
}

// Countries and regions as the program names them: { CN: [en, zh] }, { Asia: zh }.
function read_places() {
	const rows = read_rows('geo/countries.csv', 8);
	return {
		numbers: new Map(rows.map(row => [row[2], row[0]])),
		countries: Object.fromEntries(rows.map(row => [row[0], [row[3], row[4]]])),
		regions: Object.fromEntries(rows.map(row => [row[5], row[6]])),
	};
}

// The program of the pages without its texts.
function sources(dir = join(here, 'src')) {
	return readdirSync(dir, { withFileTypes: true }).filter(one => one.name !== 'i18n')
		.flatMap(one => one.isDirectory() ? sources(join(dir, one.name)) : one.name.endsWith('.js') ? [readFileSync(join(dir, one.name), 'utf8')] : []);
}

// Every text that is asked for is there, and none is there that nobody asks for.
function check_use(en, terms) {
	const code = sources().join('\n');
	for (const [, key] of code.matchAll(/\bt\('([^']+)'/g)) {
		if (!(key in en) && !(key in terms)) fail(`text "${key}" is asked for and stands nowhere`);
	}
	const begins = [...code.matchAll(/`([\w./]+[._/])\$\{/g)].map(m => m[1]);
	// paragraphs('about.data', 2) asks for about.data_1 and about.data_2
	const named = key => code.includes(`'${key}'`) || code.includes(`'${key.replace(/_\d$/, '')}'`) || begins.some(b => key.startsWith(b));
	for (const key of Object.keys(en)) {
		if (key in terms) fail(`text "${key}" stands in data/terms.csv too`);
		if (!named(key)) fail(`nobody asks for text "${key}"`);
	}
}

// Both languages say the same things: same keys, same {names} in each text.
async function check_texts(terms) {
	const { default: en } = await import('./src/i18n/en.js');
	const { default: zh } = await import('./src/i18n/zh.js');
	check_use(en, terms);
	const names = text => [...String(text).matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort().join();
	for (const key of new Set([...Object.keys(en), ...Object.keys(zh)])) {
		if (!(key in en) || !(key in zh)) fail(`text "${key}" is missing in ${key in en ? 'zh' : 'en'}.js`);
		const plain = typeof en[key] === 'string' && typeof zh[key] === 'string';
		if (plain && names(en[key]) !== names(zh[key])) fail(`text "${key}" names different values in en and zh`);
	}
}

// The map: shapes carry the two-letter code that the registries use, and nothing else.
function world(codes) {
	const map = JSON.parse(readFileSync(join(here, 'node_modules/world-atlas/countries-110m.json')));
	for (const shape of map.objects.countries.geometries) {
		shape.id = codes.get(shape.id) ?? '';
		delete shape.properties;
	}
	delete map.objects.land;
	map.source = 'Natural Earth 1:110m (world-atlas 2.0.2)';
	return JSON.stringify(map);
}

async function bundle(entry, define, format) {
	const made = await build({
		entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, format, define,
		target: ['chrome100', 'firefox100', 'safari15'], legalComments: 'none', logLevel: 'warning',
		outdir: dist, charset: 'utf8',
	});
	return made.outputFiles[0].contents;
}

const terms = read_terms(), places = read_places();
await check_texts(terms);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const map = Buffer.from(world(places.numbers));
const charts = await bundle('src/charts/charts.js', {}, 'esm');
const charts_name = `charts-${hash(charts)}.js`;
const app = await bundle('src/main.js', {
	CHARTS_URL: JSON.stringify(`/assets/${charts_name}`),
	WORLD_URL: JSON.stringify(`/assets/world.json?v=${hash(map)}`),
	TERMS: JSON.stringify(terms), COUNTRIES: JSON.stringify(places.countries), REGIONS: JSON.stringify(places.regions),
}, 'esm');
const style = await bundle('src/style.css', {});
const app_name = `app-${hash(app)}.js`;
const style_name = `style-${hash(style)}.css`;
const page = readFileSync(join(here, 'src/index.html'), 'utf8')
	.replace('APP_URL', `/assets/${app_name}`).replace('STYLE_URL', `/assets/${style_name}`);

const first = [put('index.html', Buffer.from(page)), put(app_name, app), put(style_name, style),
	put('favicon.svg', readFileSync(join(here, 'src/favicon.svg')))];
const later = [put(charts_name, charts), put('world.json', map)];
const sum = files => files.reduce((n, file) => n + file.gz, 0);
for (const file of [...first, ...later]) {
	console.log(`${file.name.padEnd(24)} ${String(file.raw).padStart(8)} B ${String(file.gz).padStart(7)} B gz`);
}
console.log(`first view ${sum(first)} B gz of ${FIRST_VIEW}, with charts ${sum([...first, ...later])} of ${WITH_CHARTS}`);
if (sum(first) > FIRST_VIEW) fail(`the first view is ${sum(first)} B compressed, more than ${FIRST_VIEW}`);
if (sum([...first, ...later]) > WITH_CHARTS) fail('with charts the pages are larger than their budget');
