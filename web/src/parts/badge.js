// A site's verdict as a small picture to put elsewhere: it carries its own date and method, for it does not
// change when the site does.  Colours are fixed, since it leaves the page.
import { h, svg } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { day } from '../lib/format.js';
import { save } from './download.js';
import { SIGNS, verdict_word } from './verdict.js';

const GROUNDS = { pass: '#00704f', partial: '#805c00', fail: '#b23a08', unknown: '#5b6169', na: '#5b6169' };
const HEIGHT = 24, SIZE = 12, PAD = 8, LEFT = '#33383e';

// Letters of Chinese are as wide as high; others about six tenths of that.
function width(text) {
	return Math.ceil([...text].reduce((n, c) => n + (c > '\u2e80' ? SIZE : SIZE * 0.6), 0));
}

function word(text, x, wide) {
	return svg('text', { x, y: 16, fill: '#ffffff', 'font-size': SIZE, 'font-family': 'system-ui, sans-serif', textLength: wide, lengthAdjust: 'spacingAndGlyphs' }, text);
}

// { domain, verdict, at, method }
export function badge(site) {
	const said = [`${SIGNS[site.verdict]} ${verdict_word(site.verdict)}`, day(site.at), t('badge.method', { method: site.method })].join(' · ');
	const left = width('IPv6'), right = width(said), split = left + 2 * PAD, whole = split + right + 2 * PAD;
	const told = t('badge.told', { domain: site.domain, verdict: verdict_word(site.verdict), at: day(site.at), method: site.method });
	const picture = svg('svg', { xmlns: 'http://www.w3.org/2000/svg', class: 'badge', width: whole, height: HEIGHT, viewBox: `0 0 ${whole} ${HEIGHT}`, role: 'img', 'aria-label': told },
		svg('title', null, told), svg('rect', { width: whole, height: HEIGHT, rx: 4, fill: LEFT }),
		svg('rect', { x: split, width: whole - split, height: HEIGHT, rx: 4, fill: GROUNDS[site.verdict] }), svg('rect', { x: split, width: 4, height: HEIGHT, fill: GROUNDS[site.verdict] }),
		word('IPv6', PAD, left), word(said, split + PAD, right));
	return h('div.command', null, picture, h('button.small', {
		type: 'button', onclick: () => save(new XMLSerializer().serializeToString(picture), 'image/svg+xml', `${site.domain}-ipv6.svg`),
	}, t('badge.save')));
}
