// The pages of "sextant serve" in a real browser, as TAP.
//
//	node test/pages.mjs [PAGE]            a store and a server of its own (see server.mjs)
//	SEXTANT_PAGES=http://[::1]:8064       a server that runs; what it has no data for is skipped
//	SEXTANT_SCREENSHOTS=DIR               keeps a picture of each page
//	SEXTANT_CHROMIUM=/usr/bin/chromium    the browser
//
// Each page is opened in both languages at 1280 and 390 pixels, light and dark.  It must raise no error,
// break no content policy, ask no other origin, not scroll sideways, open with a sentence, leave nothing
// untranslated, and give axe-core nothing serious.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { start_server } from './server.mjs';
import { ARGS, browser_path, settle, until } from './browser.mjs';
import { actions } from './actions.mjs';

const shots = process.env.SEXTANT_SCREENSHOTS || '';
const axe_text = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Every page is seen in each language, width and theme at least once; in the first look each is loaded
// by itself, as from a link, in the others one follows the other without loading, as for a reader.
const LOOKS = [
	{ lang: 'en', width: 1280, theme: 'light', load: true }, { lang: 'zh', width: 1280, theme: 'dark' },
	{ lang: 'zh', width: 390, theme: 'light' }, { lang: 'en', width: 390, theme: 'dark' },
];
const WORKERS = 2;

let n = 0, failed = 0;
function say(ok, name, detail) {
	n++;
	failed += ok ? 0 : 1;
	console.log(`${ok ? 'ok' : 'not ok'} ${n} - ${name}`);
	if (!ok && detail) console.log(String(detail).split('\n').map(line => `# ${line}`).join('\n'));
}

async function json(base, path) {
	const answer = await fetch(`${base}/api/v1/${path}`);
	if (!answer.ok) throw new Error(`${path}: status ${answer.status}`);
	return answer.json();
}

// The pages of this server: single sites, rounds, plans and indicators are taken from what it has.
async function list_pages(base) {
	const list = [['overview', '/'], ['sites', '/sites'], ['league', '/league/organisation'], ['league-class', '/league/class'],
		['indicators', '/indicators'], ['allocation', '/allocation'], ['rounds', '/rounds'], ['about', '/about'], ['notfound', '/nothing/here']];
	const { rows: [site] } = await json(base, 'sites?limit=1&verdict=fail');
	if (site) list.push(['site', `/sites/${site.domain}`], ['sites-filtered', '/sites?check=ns_aaaa&verdict=fail&sort=-rank']);
	const round = (await json(base, 'rounds')).find(r => r.status === 'complete');
	if (round) list.push(['round', `/rounds/${round.id}`]);
	const indicators = (await json(base, 'indicators')).filter(i => i.has_data);
	for (const group of ['class', 'country']) {
		const one = indicators.find(i => i.groups.includes(group));
		if (one) list.push([`indicator-${one.id}`, `/indicators/${one.id}`], [`indicator-by-${group}`, `/indicators/${one.id}?by=${group}`]);
	}
	for (const plan of (await json(base, 'targets')).plans) list.push([`targets-${plan.id}`, `/targets/${plan.id}`]);
	return list;
}

// What a page did wrong since it was opened.
async function watch(context, host) {
	const page = await context.newPage();
	const faults = [];
	page.on('console', m => { if (m.type() === 'error') faults.push(`console: ${m.text()}`); });
	page.on('pageerror', e => faults.push(`script: ${e.message}`));
	page.on('request', r => { if (!/^(data|blob|about|mailto):/.test(r.url()) && new URL(r.url()).hostname !== host) faults.push(`other host: ${r.url()}`); });
	await page.addInitScript(() => {
		window.broken_policy = [];
		addEventListener('securitypolicyviolation', e => window.broken_policy.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
	});
	return { page, faults };
}

async function picture(page, name) {
	if (!shots) return;
	mkdirSync(shots, { recursive: true });
	await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

// Runs in the page: what is missing, unfinished or in the wrong language.
function read_page(lang) {
	const wrong = [];
	const lead = document.querySelector('main .lead')?.textContent ?? '';
	if (!/ · Sextant$/.test(document.title)) wrong.push(`its title is "${document.title}"`);
	if (!document.querySelector('main h1')?.textContent) wrong.push('no heading');
	if (location.pathname !== '/nothing/here' && lead.length < 6) wrong.push(`it opens with "${lead}"`);
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) wrong.push(`scrolls sideways by ${wide} px`);
	if (document.documentElement.lang !== (lang === 'zh' ? 'zh-CN' : 'en')) wrong.push('wrong language');
	if (!document.querySelector('nav.crumbs [aria-current]')) wrong.push('no breadcrumb');
	const raw = document.body.innerText.match(/\b(undefined|NaN|\[object Object\]|null(?! MX))\b|\{\w+\}/g);
	if (raw) wrong.push(`unfinished text: ${[...new Set(raw)].join(', ')}`);
	const keys = document.body.innerText.match(/\b(nav|set|col|tag|term|site|sites|round|league|alloc|target|overview|indicator|rung|verdict|status|dimension|unit|field|measure)\.[a-z_]+\b(?!\.)/g);
	if (keys) wrong.push(`text without words: ${[...new Set(keys)].join(', ')}`);
	if (lang === 'en') {
		const copy = document.body.cloneNode(true);
		for (const quoted of copy.querySelectorAll('[lang], noscript')) quoted.remove();
		const han = copy.textContent.match(/[\u4e00-\u9fff]+/g);
		if (han) wrong.push(`Chinese on an English page: ${han.slice(0, 3).join(' ')}`);
	}
	return [...wrong, ...window.broken_policy.splice(0).map(v => `policy: ${v}`)];
}

// Runs in the page: what the links do.
function go_to(address) {
	history.pushState(null, '', address);
	dispatchEvent(new PopStateEvent('popstate'));
}

// Runs in the page: what axe-core finds serious or critical, a line each.
async function run_axe() {
	const found = await window.axe.run({ exclude: ['.chart-stage > *'] }, { resultTypes: ['violations'], preload: false, iframes: false });
	return found.violations.filter(one => one.impact === 'serious' || one.impact === 'critical')
		.map(v => `axe ${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map(node => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
}

// Runs in the page: rows repeat each other, and axe-core needs seconds for a hundred of them.
function few_rows() {
	for (const row of document.querySelectorAll('tbody tr:nth-child(n + 7)')) row.remove();
}

async function check_page(page, faults, base, [name, path], look, prefix = '') {
	const address = `${path}${path.includes('?') ? '&' : '?'}lang=${look.lang}&theme=${look.theme}`;
	faults.length = 0;
	try {
		if (look.load || page.url() === 'about:blank') await page.goto(base + address);
		else await page.evaluate(go_to, address);
		await settle(page);
		await picture(page, `${prefix}${name}-${look.lang}-${look.width}-${look.theme}`);
		if (await page.$('main .error')) faults.push(`error page: ${await page.textContent('main .error')}`);
		faults.push(...await page.evaluate(read_page, look.lang));
		await page.evaluate(few_rows);
		if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(axe_text);
		faults.push(...await page.evaluate(run_axe));
	} catch (e) {
		faults.push(e.message);
	}
	say(faults.length === 0, `${prefix}${name} ${look.lang} ${look.width} ${look.theme}`, faults.join('\n'));
}

async function check_look({ page, faults }, base, pages, look) {
	await page.setViewportSize({ width: look.width, height: look.width === 390 ? 844 : 900 });
	await page.goto('about:blank');
	for (const entry of pages) await check_page(page, faults, base, entry, look);
}

// Pages over a store that has nothing say what would stand there and what fills it.
async function check_empty({ page, faults }) {
	const server = await start_server(() => {});
	await page.setViewportSize({ width: 390, height: 844 });
	for (const entry of await list_pages(server.url)) await check_page(page, faults, server.url, entry, { lang: 'zh', width: 390, theme: 'light', load: true }, 'empty-');
	await page.goto(`${server.url}/sites?lang=en`);
	await settle(page);
	say(/sextant census/.test(await page.textContent('main .empty')), 'an empty store: the page names the command that fills it');
	await server.close();
}

async function run_action({ page, faults }, server, [name, act]) {
	faults.length = 0;
	try {
		await page.setViewportSize({ width: 1280, height: 900 });
		const skip = await act({ page, base: server.url, settle, json: path => json(server.url, path), run_round: server.run_round });
		if (skip) { n++; console.log(`ok ${n} - ${name} # SKIP ${skip}`); } else say(faults.length === 0, name, faults.join('\n'));
	} catch (e) {
		say(false, name, `${e.message}\n${faults.join('\n')}`);
	}
}

// A window costs a browser more than a page does, so each worker has one and does everything in it.
async function work(browser, host, jobs) {
	const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true, reducedMotion: 'reduce' });
	const window = await watch(context, host);
	for (let job = jobs.shift(); job; job = jobs.shift()) await job(window);
	await context.close();
}

if (!existsSync(browser_path)) {
	console.log(`1..0 # SKIP no browser at ${browser_path}: install Debian's chromium or set SEXTANT_CHROMIUM`);
	process.exit(0);
}
const server = process.env.SEXTANT_PAGES ? { url: process.env.SEXTANT_PAGES.replace(/\/$/, ''), close: () => {} } : await start_server();
const browser = await chromium.launch({ executablePath: browser_path, args: ARGS });
try {
	const only = process.argv[2];
	const pages = (await list_pages(server.url)).filter(([name]) => !only || name === only);
	const jobs = LOOKS.map(look => window => check_look(window, server.url, pages, look));
	if (!only || only === 'actions') jobs.push(...actions.map(action => window => run_action(window, server, action)));
	if (server.run_round && (!only || only === 'empty')) jobs.push(check_empty);
	await Promise.all(Array.from({ length: WORKERS }, () => work(browser, new URL(server.url).hostname, jobs)));
} finally {
	await browser.close();
	await server.close();
}
console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
