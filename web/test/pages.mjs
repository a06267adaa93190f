// The pages in a real browser, as TAP.
//
//	SEXTANT_PAGES=http://[::1]:8064 node test/pages.mjs     a running "sextant serve"; without it, the mock
//	SEXTANT_SCREENSHOTS=DIR                                 keeps a picture of each page
//	SEXTANT_CHROMIUM=/usr/bin/chromium                      the browser
//
// Each page is opened in both languages at 1280 and 390 pixels, light and dark.  It must raise no error,
// break no content policy, ask no other origin, not scroll sideways, and give axe-core nothing serious.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { start_mock } from './mock.mjs';
import { actions, until } from './actions.mjs';

const browser_path = process.env.SEXTANT_CHROMIUM || '/usr/bin/chromium';
const shots = process.env.SEXTANT_SCREENSHOTS || '';
const axe_text = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// Every page is seen in each language, width and theme at least once.
const LOOKS = [
	{ lang: 'en', width: 1280, theme: 'light' }, { lang: 'zh', width: 1280, theme: 'dark' },
	{ lang: 'zh', width: 390, theme: 'light' }, { lang: 'en', width: 390, theme: 'dark' },
];

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

// The pages of this server: single sites, rounds and plans are taken from what it has.
async function list_pages(base) {
	const list = [['overview', '/'], ['sites', '/sites'], ['league', '/league/organisation'], ['indicators', '/indicators'], ['targets', '/targets'], ['allocation', '/allocation'], ['rounds', '/rounds'], ['about', '/about'], ['notfound', '/nothing/here']];
	const rows = value => Array.isArray(value) ? value : value.rows ?? value.rounds ?? value.indicators ?? [];
	const site = rows(await json(base, 'sites?limit=1'))[0];
	if (site) list.push(['site', `/sites/${site.domain}`]);
	const round = rows(await json(base, 'rounds')).find(r => r.status === 'complete');
	if (round) list.push(['round', `/rounds/${round.id}`]);
	const indicator = rows(await json(base, 'indicators')).find(i => i.has_data && (i.groups ?? []).includes('class')) ?? rows(await json(base, 'indicators'))[0];
	if (indicator) list.push(['indicator', `/indicators/${indicator.id}`], ['indicator-groups', `/indicators/${indicator.id}?by=class`]);
	return list;
}

// What a page did wrong since it was opened.
export async function watch(context, base) {
	const page = await context.newPage();
	const faults = [];
	page.on('console', m => { if (m.type() === 'error') faults.push(`console: ${m.text()}`); });
	page.on('pageerror', e => faults.push(`script: ${e.message}`));
	page.on('request', r => { if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).origin !== new URL(base).origin) faults.push(`other origin: ${r.url()}`); });
	await page.addInitScript(() => {
		window.broken_policy = [];
		addEventListener('securitypolicyviolation', e => window.broken_policy.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
	});
	return { page, faults };
}

export async function settle(page) {
	await page.waitForSelector('main h1');
	await until(page, () => !document.querySelector('main[aria-busy]'));
	// Charts are drawn when they come into view: show each, then wait until it stands.
	for (const stage of await page.$$('.chart-stage')) {
		await stage.scrollIntoViewIfNeeded();
		await until(page, el => el.dataset.drawn === 'yes', stage);
	}
	await page.evaluate(() => scrollTo(0, 0));
}

async function picture(page, name) {
	if (!shots) return;
	mkdirSync(shots, { recursive: true });
	await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

async function check_page(browser, base, [name, path], look) {
	const context = await browser.newContext({ viewport: { width: look.width, height: look.width === 390 ? 844 : 900 }, locale: 'en-GB' });
	const { page, faults } = await watch(context, base);
	const label = `${name} ${look.lang} ${look.width} ${look.theme}`;
	const address = `${path}${path.includes('?') ? '&' : '?'}lang=${look.lang}&theme=${look.theme}`;
	try {
		await page.goto(base + address);
		await settle(page);
		await picture(page, `${name}-${look.lang}-${look.width}-${look.theme}`);
		faults.push(...(await page.evaluate(() => window.broken_policy)).map(v => `policy: ${v}`));
		if (await page.$('main .error')) faults.push(`error page: ${await page.textContent('main .error')}`);
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
		if (wide > 0) faults.push(`scrolls sideways by ${wide} px`);
		if ((await page.getAttribute('html', 'lang')) !== (look.lang === 'zh' ? 'zh-CN' : 'en')) faults.push('wrong language');
		const raw = await page.evaluate(() => document.body.innerText.match(/\b(undefined|NaN|\[object Object\]|null)\b/g));
		if (raw) faults.push(`unfinished text: ${[...new Set(raw)].join(', ')}`);
		await page.evaluate(axe_text);
		const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
		for (const v of found.violations.filter(one => one.impact === 'serious' || one.impact === 'critical')) {
			faults.push(`axe ${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map(node => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
		}
	} catch (e) {
		faults.push(e.message);
	}
	say(faults.length === 0, label, faults.join('\n'));
	await context.close();
}

if (!existsSync(browser_path)) {
	console.log(`1..0 # SKIP no browser at ${browser_path}: install Debian's chromium or set SEXTANT_CHROMIUM`);
	process.exit(0);
}
const mock = process.env.SEXTANT_PAGES ? null : await start_mock();
const base = (process.env.SEXTANT_PAGES || mock.url).replace(/\/$/, '');
const browser = await chromium.launch({ executablePath: browser_path, args: ARGS });
try {
	const only = process.argv[2];
	const jobs = (await list_pages(base)).filter(([name]) => !only || name === only).flatMap(entry => LOOKS.map(look => [entry, look]));
	const worker = async () => {
		for (let job = jobs.shift(); job; job = jobs.shift()) await check_page(browser, base, ...job);
	};
	await Promise.all([worker(), worker(), worker()]);
	for (const [name, act] of actions) {
		if (only && only !== 'actions') break;
		const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', acceptDownloads: true });
		const { page, faults } = await watch(context, base);
		try {
			const skip = await act({ page, base, settle, json: path => json(base, path) });
			if (skip) { n++; console.log(`ok ${n} - ${name} # SKIP ${skip}`); } else say(faults.length === 0, name, faults.join('\n'));
		} catch (e) {
			say(false, name, `${e.message}\n${faults.join('\n')}`);
		}
		await context.close();
	}
} finally {
	await browser.close();
	mock?.close();
}
console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
