// The browser, and how long to wait for a page.
export const browser_path = process.env.SEXTANT_CHROMIUM || '/usr/bin/chromium';
export const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// Asks again and again from outside: the browser's own waiting would need eval, which the policy forbids.
export async function until(page, ready, value) {
	for (const end = Date.now() + 15_000; Date.now() < end; await new Promise(done => setTimeout(done, 100))) {
		if (await page.evaluate(ready, value)) return;
	}
	throw new Error(`never came: ${ready}`);
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
