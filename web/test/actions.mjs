// What a reader does, as [name, function]; a function throws when it went wrong and gives a reason when
// the server has nothing to try it on.
import { readFileSync } from 'node:fs';
import { until } from './browser.mjs';

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
	['what is counted by the month says up to which month', async ({ page, base, json, settle }) => {
		if (!(await json('indicators')).find(i => i.id === 'allocation_pace').has_data) return 'no registry files';
		const { points, sources } = await json('indicators/allocation_pace');
		const month = points.at(-1).at.slice(0, 7);
		must(sources.includes(`up to ${month}`), `the API does not say up to which month: ${sources}`);
		for (const [lang, said, unit] of [['en', `up to ${month}`, `whole month ${month}`], ['zh', `至 ${month}`, `${month} 整月`]]) {
			await open(page, base, `/indicators/allocation_pace?lang=${lang}`, settle);
			must((await page.textContent('header.opening')).includes(said), `${lang}: the page does not say "${said}"`);
			must(!(await page.textContent('main')).includes(`${month}-01`), `${lang}: a month is shown as its first day`);
			await open(page, base, `/?lang=${lang}`, settle);
			must((await page.textContent('#dimension-foundation')).includes(unit), `${lang}: the overview does not say "${unit}"`);
		}
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
	['method: who wants to be left out writes a mail', async ({ page, base, settle }) => {
		await open(page, base, '/about?lang=en', settle);
		const said = () => page.textContent('.optout [role=status]');
		await page.focus('[data-key="optout-write"]');
		await page.keyboard.press('Enter');
		must(/at least one/.test(await said()), `an empty form says "${await said()}"`);
		await page.fill('[data-key="optout-names"]', 'example.org\nhttps://x.example/');
		await page.click('[data-key="optout-write"]');
		must(/Neither a domain nor a prefix: https:\/\/x\.example\//.test(await said()), `what is neither: "${await said()}"`);
		await page.fill('[data-key="optout-names"]', 'Example.org. bücher.example 2001:db8::/32, 192.0.2.0/24');
		await page.click('[data-key="optout-write"]');
		const mail = decodeURIComponent(await page.getAttribute('[data-key="optout-mail"]', 'href'));
		must(mail.startsWith('mailto:ipv6@observer.example?') && mail.endsWith('example.org\nxn--bcher-kva.example\n2001:db8::/32\n192.0.2.0/24\n'), `the mail is ${mail}`);
		must(new URL(page.url()).pathname === '/about', `went to ${page.url()}`);
	}],
	['sites: verdict filter, search, paging by key', async ({ page, base, settle, json }) => {
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
		await page.press('[data-key="filter-q"]', 'Enter');
		await until(page, () => new URLSearchParams(location.search).get('q'));
		await page.click('[data-key="verdict-all"]');
		await until(page, domain => document.querySelector('tbody th')?.textContent === domain, row.domain);
		must((await page.$$('tbody tr')).length === 1, 'search does not find the one site');
	}],
	['sites: back and forward keep filter, order and page', async ({ page, base, settle, json }) => {
		const [facet] = (await json('sites?limit=1')).facets.class;
		await open(page, base, '/sites?lang=en', settle);
		const shows = pattern => until(page, text => decodeURIComponent(location.search).includes(text) && !document.querySelector('main[aria-busy]'), pattern);
		await page.selectOption('[data-key="filter-class"]', facet.value);
		await shows('class=');
		await page.click('[data-key="sort-rank"]');
		await shows('sort=-rank');
		const ranks = await page.$$eval('tbody tr td:last-child', cells => cells.map(c => Number(c.textContent.replace(/\D/g, ''))));
		must(ranks.length > 1 && ranks.every((r, i) => !i || r <= ranks[i - 1]), `by rank, downwards: ${ranks.slice(0, 5)}`);
		await page.click('tbody th a');
		await until(page, () => location.pathname !== '/sites' && !document.querySelector('main[aria-busy]'));
		await page.goBack();
		await shows('sort=-rank');
		must(await page.inputValue('[data-key="filter-class"]') === facet.value, 'the filter is gone after going back');
		await page.goBack();
		await until(page, () => !location.search.includes('sort') && !document.querySelector('main[aria-busy]'));
		await page.goForward();
		await shows('sort=-rank');
		must(await page.getAttribute('th[aria-sort]', 'aria-sort') === 'descending', 'the order is gone after going forward');
	}],
	['a date in the header gives the page as of that day', async ({ page, base, settle, json }) => {
		const past = (await json('rounds')).filter(r => r.status === 'complete')[3];
		if (!past) return 'fewer than four rounds';
		await open(page, base, '/?lang=en', settle);
		const now = await page.textContent('.lead');
		await page.fill('[data-key="set-at"]', past.ended.slice(0, 10));
		await page.press('[data-key="set-at"]', 'Tab');
		await until(page, old => location.search.includes('at=') && document.querySelector('.lead').textContent !== old, now);
		must((await page.textContent('main .note')).includes(past.ended.slice(0, 10)), 'no note of the date');
		await page.click('nav.side a[href^="/sites"]');
		await until(page, () => location.pathname === '/sites' && !document.querySelector('main[aria-busy]'));
		must(new URL(page.url()).searchParams.get('at') === past.ended.slice(0, 10), 'the date does not travel');
	}],
	['a site says when and how it was measured, and how to test it again', async ({ page, base, settle, json }) => {
		const { rows: [row] } = await json('sites?limit=1&verdict=fail');
		if (!row) return 'no site';
		const site = await json(`sites/${row.domain}`), { method } = site.ladder.flatMap(r => r.checks).find(c => c.check === 'site');
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		for (const [lang, words, copied] of [['en', `method version ${method}`, 'Copied'], ['zh', `方法版本 ${method}`, '已复制']]) {
			await open(page, base, `/sites/${row.domain}?lang=${lang}`, settle);
			const head = await page.textContent('header.opening');
			must(head.includes(site.at.slice(0, 10)) && head.includes(words), `${lang}: its head says "${head}"`);
			await page.focus('[data-key="again"]');
			await page.keyboard.press('Enter');
			await until(page, () => { const y = document.querySelector('#again').getBoundingClientRect().top; return y >= 0 && y < innerHeight; });
			must(await page.textContent('#again .command code') === `sextant check ${row.domain}`, `${lang}: the command is another`);
			await page.focus('#again .command button');
			await page.keyboard.press('Enter');
			await until(page, word => document.querySelector('#again .command button').textContent === word, copied);
			must(await page.evaluate(() => navigator.clipboard.readText()) === `sextant check ${row.domain}`, `${lang}: something else was copied`);
			const svg = await downloaded(page, () => page.click('#again .badge + button'));
			const text = svg.bytes.toString();
			must(svg.name === `${row.domain}-ipv6.svg` && text.includes(site.at.slice(0, 10)) && text.includes(`${lang === 'zh' ? '方法' : 'method'} ${method}`) && text.includes('<title>'), `${lang}: ${svg.name} holds ${text.slice(0, 200)}`);
			must(!/href|https?:(?!\/\/www\.w3\.org\/2000\/svg)/.test(text), `${lang}: the badge asks elsewhere`);
		}
	}],
	['sites: a filter that matches nothing says so', async ({ page, base, settle }) => {
		await open(page, base, '/sites?lang=en&q=no-such-name-anywhere', settle);
		must(/No site matches/.test(await page.textContent('main')), 'no sentence about it');
	}],
	['each page has its data as CSV and JSON', async ({ page, base, settle, json }) => {
		const { rows: [site] } = await json('sites?limit=1');
		for (const path of ['/', `/sites/${site.domain}`, '/league/class', '/indicators', '/indicators/site_ready?by=class', '/targets', '/allocation', '/rounds']) {
			await open(page, base, `${path}${path.includes('?') ? '&' : '?'}lang=en`, settle);
			const links = await page.$$eval('main > .downloads a, main > section > .downloads a', all => all.map(a => [a.download, a.href]));
			must(links.some(([name]) => name.endsWith('.csv')) && links.some(([name]) => name.endsWith('.json')), `${path} offers ${links.map(l => l[0])}`);
			for (const [name, href] of links) {
				const answer = await fetch(href);
				const text = await answer.text();
				must(answer.ok && (name.endsWith('.json') ? JSON.parse(text) : /^\w+(,\w+)+\r?\n/.test(text)), `${path}: ${name} begins ${text.slice(0, 60)}`);
			}
		}
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
		await page.focus('.figure .info summary');
		await page.keyboard.press('Enter');
		await page.waitForSelector('.figure .info[open] dt');
		await page.keyboard.press('Escape');
		must(await page.$('.figure .info[open]') === null, 'Escape does not close it');
	}],
	['a round that runs is followed live, and its end too', async ({ page, base, settle, run_round }) => {
		if (!run_round) return 'this server is not ours to run a round on';
		await open(page, base, '/rounds?lang=en', settle);
		must(await page.$('.progress-line') === null, 'a round runs already');
		const ended = run_round();
		await until(page, () => document.querySelector('.progress-line'));
		await page.evaluate(() => { window.same_page = document.querySelector('main'); });
		const first = await page.textContent('.progress-line');
		await until(page, old => document.querySelector('.progress-line')?.textContent !== old, first);
		must(await page.evaluate(() => window.same_page === document.querySelector('main')), 'the page was made anew for a number');
		await until(page, () => /\d sites\/s/.test(document.querySelector('.progress-line')?.textContent));
		await ended;
		await until(page, () => !document.querySelector('.progress-line') && /13 rounds/.test(document.querySelector('.lead').textContent));
	}],
	['an error says what happened and what to do', async ({ page, base }) => {
		await page.route('**/api/v1/indicators?*', route => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>not json' }));
		await page.goto(`${base}/indicators?lang=en`);
		await page.waitForSelector('main .error');
		const text = await page.textContent('main .error');
		await page.unrouteAll();
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
