// A server for development and for the page tests only: dist/ plus generated answers, under the content
// policy that the program uses, with Trusted Types on top.  It never ships in the program.
//
//	node test/mock.mjs [PORT]
import { createServer } from 'node:http';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NotFound, answer, live, rows_of } from './mock_api.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

function csv(rows) {
	const keys = Object.keys(rows[0] ?? {});
	const cell = v => /[",\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v;
	return [keys, ...rows.map(r => keys.map(k => typeof r[k] === 'object' ? JSON.stringify(r[k]) : String(r[k] ?? '')))].map(r => r.map(cell).join(',')).join('\r\n');
}

function events(response) {
	response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
	const timer = setInterval(() => {
		live.done = live.done + 37 > live.total ? 200 : live.done + 37;
		const data = { id: live.id, done: live.done, total: live.total, rate_per_s: 74, remaining_s: (live.total - live.done) / 74, failures: { timeout: 12, refused: 3 } };
		response.write(`event: round\ndata: ${JSON.stringify(data)}\n\n`);
	}, 500);
	response.on('close', () => clearInterval(timer));
}

function api(url, response) {
	const q = url.searchParams, lang = q.get('lang') === 'zh' ? 'zh' : 'en';
	try {
		const made = answer(url.pathname.slice('/api/v1/'.length), q, lang);
		const as_csv = q.get('format') === 'csv';
		response.writeHead(200, { 'Content-Type': as_csv ? 'text/csv; charset=utf-8' : 'application/json', 'Cache-Control': 'no-cache' });
		response.end(as_csv ? csv(rows_of(made)) : JSON.stringify(made));
	} catch (e) {
		if (!(e instanceof NotFound)) throw e;
		response.writeHead(404, { 'Content-Type': 'application/json' });
		response.end(JSON.stringify({ error: `MOCK: nothing is known about ${e.message}`, remedy: 'See the list of what there is.' }));
	}
}

function handle(request, response) {
	const url = new URL(request.url, 'http://mock.test');
	response.setHeader('Content-Security-Policy', POLICY);
	response.setHeader('X-Content-Type-Options', 'nosniff');
	if (url.pathname === '/healthz') return response.end(JSON.stringify({ ok: true, version: '0.1.0-mock' }));
	if (url.pathname === '/api/v1/events') return events(response);
	if (url.pathname.startsWith('/api/v1/')) return api(url, response);
	const asset = url.pathname.startsWith('/assets/') ? url.pathname.slice('/assets/'.length) : 'index.html';
	if (!readdirSync(dist).includes(asset)) { response.writeHead(404); return response.end(); }
	response.setHeader('Content-Type', TYPES[extname(asset)] ?? 'application/octet-stream');
	response.end(readFileSync(join(dist, asset)));
}

// Resolves to { url, close } when it listens; port 0 takes a free one.
export function start_mock(port = 0) {
	if (!existsSync(join(dist, 'index.html'))) throw new Error('web/dist is empty: run node build.mjs');
	const server = createServer(handle);
	return new Promise((done, fail) => {
		server.on('error', fail);
		server.listen(port, '127.0.0.1', () => done({ url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } }));
	});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { url } = await start_mock(Number(process.argv[2] ?? 8065));
	console.log(`MOCK at ${url}`);
}
