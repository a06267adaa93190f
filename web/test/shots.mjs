// The pictures of the README, from a running "sextant serve" (make demo):
//
//	node test/shots.mjs [http://[::1]:8064] [../doc]
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { settle, browser_path, ARGS } from './browser.mjs';

const base = (process.argv[2] ?? 'http://[::1]:8064').replace(/\/$/, '');
const out = process.argv[3] ?? join(dirname(fileURLToPath(import.meta.url)), '../../doc');
// name, address, height; the site is one that has something to repair
const PICTURES = [['overview.en', '/?lang=en&theme=light', 1000], ['overview.zh', '/?lang=zh&theme=light', 1000],
	['site.en', '/sites/v6-cert-name.test?lang=en&theme=light', 900], ['allocation.zh', '/allocation?lang=zh&theme=dark', 740]];

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: browser_path, args: ARGS });
const page = await (await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })).newPage();
for (const [name, path, height] of PICTURES) {
	await page.setViewportSize({ width: 1280, height });
	await page.goto(base + path);
	await settle(page);
	await page.screenshot({ path: join(out, `${name}.png`) });
	console.log(join(out, `${name}.png`));
}
await browser.close();
