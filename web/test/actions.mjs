// What a reader does, as [name, function]; a function throws when it went wrong and gives a reason when
// the server has nothing to try it on.
import { readFileSync } from 'node:fs';

// Asks again and again from outside: the browser's own waiting would need eval, which the policy forbids.
export async function until(page, ready, value) {
	for (const end = Date.now() + 15_000; Date.now() < end; await new Promise(done => setTimeout(done, 50))) {
		if (await page.evaluate(ready, value)) return;
	}
	throw new Error(`never came: ${ready}`);
}

function must(ok, sentence) {
	if (!ok) throw new Error(sentence);
}

async function open(page, base, path, settle) {
	await page.goto(base + path);
	await settle(page);
}

const file_text = async download => readFileSync(await download.path());

async function downloaded(page, click) {
	const [download] = await Promise.all([page.waitForEvent('download', { timeout: 15_000 }), click()]);
	return { name: download.suggestedFilename(), bytes: await file_text(download) };
}

export const actions = [
	['skip link is first and leads to the content', async ({ page, base, settle }) => {
		await open(page, base, '/?lang=en', settle);
		await page.keyboard.press('Tab');
		must(await page.evaluate(() => document.activeElement.className === 'skip'), 'the first stop of Tab is not the skip link');
		await page.keyboard.press('Enter');
		must(await page.evaluate(() => document.activeElement.tagName === 'MAIN'), 'the skip link does not focus the content');
	}],
	['keyboard reaches navigation, settings and content', async ({ page, base, settle }) => {
		await open(page, base, '/sites?lang=en', settle);
		const seen = new Set();
		for (let i = 0; i < 60; i++) {
			await page.keyboard.press('Tab');
			seen.add(await page.evaluate(() => document.activeElement.dataset.key ?? ''));
		}
		for (const key of ['nav-/', 'nav-/sites', 'nav-/about', 'set-portfolio', 'set-at', 'set-theme', 'set-lang', 'verdict-all', 'filter-q', 'filter-check']) must(seen.has(key), `Tab never reaches "${key}"`);
	}],
	['navigation works without loading the program again', async ({ page, base, settle }) => {
		await open(page, base, '/?lang=en', settle);
		await page.evaluate(() => { window.same_program = true; });
		await page.click('nav.side a[href^="/targets"]');
		await page.waitForURL('**/targets?lang=en');
		await settle(page);
		must(await page.evaluate(() => window.same_program), 'the page was loaded again');
		must(await page.evaluate(() => document.activeElement.tagName === 'H1'), 'focus does not go to the new title');
		await page.goBack();
		await until(page, () => location.pathname === '/');
		await settle(page);
	}],
	['language switch keeps page and filters', async ({ page, base, settle }) => {
		await open(page, base, '/sites?lang=en&theme=dark&verdict=fail', settle);
		await page.click('[data-key="set-lang"]');
		await until(page, () => document.documentElement.lang === 'zh-CN');
		const url = new URL(page.url());
		must(url.pathname === '/sites' && url.searchParams.get('verdict') === 'fail' && url.searchParams.get('theme') === 'dark', `went to ${url}`);
		await until(page, () => document.querySelector('h1').textContent === '网站');
	}],
	['theme is in the address and is applied', async ({ page, base, settle }) => {
		await open(page, base, '/about?lang=en', settle);
		const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const before = await ground();
		await page.selectOption('[data-key="set-theme"]', 'dark');
		await until(page, () => document.documentElement.dataset.theme === 'dark');
		must(new URL(page.url()).searchParams.get('theme') === 'dark' && await ground() !== before, 'the dark theme changes nothing');
	}],
	['sites: verdict filter, facets, search, paging by key', async ({ page, base, settle, json }) => {
		if ((await json('sites?limit=1')).total < 51) return 'fewer than 51 sites';
		await open(page, base, '/sites?lang=en', settle);
		const first = () => page.textContent('tbody th');
		const one = await first();
		await page.click('[data-key="pager-next"]');
		await until(page, old => document.querySelector('tbody th').textContent !== old, one);
		must(new URL(page.url()).searchParams.get('after'), 'no key in the address');
		await open(page, base, '/sites?lang=en&verdict=fail', settle);
		const signs = await page.$$eval('tbody tr td:nth-child(2)', cells => cells.map(c => c.textContent));
		must(signs.length > 0 && signs.every(s => s.startsWith('✗')), `filtered by fail, shows ${signs.slice(0, 5)}`);
		const { rows: [row] } = await json('sites?limit=1');
		await page.fill('[data-key="filter-q"]', row.domain);
		await page.click('[data-key="verdict-all"]').catch(() => {});
		await open(page, base, `/sites?lang=en&q=${encodeURIComponent(row.domain)}`, settle);
		must((await page.$$('tbody tr')).length >= 1 && (await first()).includes(row.domain), 'search does not find the site');
	}],
	['sites: a filter that matches nothing says so', async ({ page, base, settle }) => {
		await open(page, base, '/sites?lang=en&q=no-such-name-anywhere', settle);
		must(/No site matches/.test(await page.textContent('main')), 'no sentence about it');
	}],
	['downloads of a table: CSV and JSON', async ({ page, base, settle }) => {
		await open(page, base, '/sites?lang=en', settle);
		const csv = await downloaded(page, () => page.click('a[download$="sites.csv"]'));
		must(csv.name === 'sites.csv' && csv.bytes.toString().includes('domain'), `${csv.name} has no domain column`);
		const json = await downloaded(page, () => page.click('a[download="sites.json"]'));
		must(Array.isArray(JSON.parse(json.bytes).rows), 'the JSON has no rows');
	}],
	['chart: table twin, arrow keys, SVG and PNG', async ({ page, base, settle, json }) => {
		const list = await json('indicators');
		const one = (Array.isArray(list) ? list : list.indicators).find(i => i.has_data);
		if (!one) return 'no indicator has data';
		await open(page, base, `/indicators/${one.id}?lang=en`, settle);
		await page.focus('.chart-stage');
		await page.keyboard.press('End');
		must(/\d{4}-\d\d-\d\d: /.test(await page.textContent('.chart-tell')), 'the End key reads no value');
		await page.click('.twin summary');
		must((await page.$$('.twin tbody tr')).length > 0, 'the table twin is empty');
		const svg = await downloaded(page, () => page.click('.chart button:has-text("SVG")'));
		must(/^<svg|^<\?xml/.test(svg.bytes.toString()) && svg.name.endsWith('.svg'), 'no SVG');
		const png = await downloaded(page, () => page.click('.chart button:has-text("PNG")'));
		must(png.bytes.subarray(1, 4).toString() === 'PNG' && png.bytes.length > 3000, 'no PNG');
	}],
	['definition opens on the (i) and closes with Escape', async ({ page, base, settle, json }) => {
		const { dimensions } = await json('overview');
		if (!dimensions.some(d => (d.figures ?? []).length)) return 'no figure has data';
		await open(page, base, '/?lang=en', settle);
		await page.click('.figure .info summary');
		await page.waitForSelector('.figure .info[open] dt');
		await page.keyboard.press('Escape');
		must(await page.$('.figure .info[open]') === null, 'Escape does not close it');
	}],
	['live progress moves by itself', async ({ page, base, settle, json }) => {
		const list = await json('rounds');
		const running = (Array.isArray(list) ? list : list.rounds).find(r => r.status === 'running');
		if (!running) return 'no round is running';
		await open(page, base, '/rounds?lang=en', settle);
		const line = () => page.textContent('.progress-line');
		const before = await line();
		await until(page, old => document.querySelector('.progress-line').textContent !== old, before);
		must(/sites\/s/.test(await line()), 'no rate is shown');
	}],
	['an error says what happened and what to do', async ({ page, base }) => {
		await page.route('**/api/v1/indicators?*', route => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>not json' }));
		await page.goto(`${base}/indicators?lang=en`);
		await page.waitForSelector('main .error');
		const text = await page.textContent('main .error');
		must(/not JSON/.test(text) && /Try again/.test(text), `it says: ${text}`);
	}],
	['the phone has its bar at the bottom and a menu', async ({ page, base, settle }) => {
		await page.setViewportSize({ width: 390, height: 844 });
		await open(page, base, '/?lang=zh', settle);
		const box = await (await page.$('nav.side')).boundingBox();
		must(Math.abs(box.y + box.height - 844) < 2, `the bar ends at ${box.y + box.height}`);
		await page.click('.more summary');
		await page.click('.more a[href^="/about"]');
		await page.waitForURL('**/about?*');
	}],
];
