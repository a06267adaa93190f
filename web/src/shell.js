// What stands around every page: skip link, navigation (left on a desk, a bar below on a phone),
// breadcrumb, permalink, and the four things that travel in the address: language, theme, date, portfolio.
import { h, svg, spoken } from './lib/dom.js';
import { language, t } from './lib/i18n.js';
import { changed, link, query, visit } from './lib/url.js';
import { api } from './lib/api.js';

// path, text, icon; the first four fit on a phone's bar, the rest stand behind "more".
const PAGES = [
	['/', 'nav.overview', 'M3 12 12 4l9 8M6 10v10h12V10'],
	['/sites', 'nav.sites', 'M4 6h16M4 12h16M4 18h16'],
	['/targets', 'nav.targets', 'M12 3v18M12 4h8l-2 3 2 3h-8'],
	['/indicators', 'nav.indicators', 'M3 17l6-6 4 4 8-9'],
	['/league', 'nav.league', 'M5 20V10M12 20V4M19 20v-7'],
	['/allocation', 'nav.allocation', 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c4 5 4 13 0 18M12 3c-4 5-4 13 0 18'],
	['/rounds', 'nav.rounds', 'M20 12a8 8 0 1 1-3-6M20 3v4h-4'],
	['/about', 'nav.about', 'M12 11v6M12 7v1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18'],
];
const ON_BAR = 4;
let portfolios = [];

function icon(path) {
	return svg('svg', { viewBox: '0 0 24 24', width: 20, height: 20, 'aria-hidden': 'true', class: 'icon' }, svg('path', { d: path }));
}

function is_here(path) {
	return path === '/' ? location.pathname === '/' : location.pathname === path || location.pathname.startsWith(`${path}/`);
}

function nav_link([path, key, shape], i) {
	return h('li', { class: i >= ON_BAR ? 'later' : null }, h('a', {
		href: link(path), 'aria-current': is_here(path) ? 'page' : null, 'data-key': `nav-${path}`,
	}, icon(shape), h('span', null, t(key))));
}

function navigation() {
	const later = PAGES.slice(ON_BAR);
	const more = h('details.more', {
		onkeydown: e => { if (e.key === 'Escape') { more.open = false; more.firstChild.focus(); } },
	}, h('summary', { class: later.some(([path]) => is_here(path)) ? 'here' : null }, icon('M5 12h.01M12 12h.01M19 12h.01'), h('span', null, t('nav.more'))),
	h('ul', null, later.map(page => nav_link(page, 0))));
	return [h('ul.pages', null, PAGES.map(nav_link), h('li.more-item', null, more))];
}

function select(key, label, options, value) {
	return h('label.setting', null, h('span', null, label), h('select', {
		'data-key': `set-${key}`, onchange: event => visit(changed({ [key]: event.target.value, after: null })),
	}, options.map(([id, text]) => h('option', { value: id, selected: id === value }, text))));
}

function language_switch() {
	const other = language() === 'zh' ? 'en' : 'zh';
	return h('a.button.lang', { href: changed({ lang: other }), lang: other === 'zh' ? 'zh-CN' : 'en', hreflang: other, 'data-key': 'set-lang' },
		other === 'zh' ? '中文' : 'English');
}

function settings() {
	const q = query();
	const today = new Date().toISOString().slice(0, 10);
	const date = h('label.setting', null, h('span', null, t('set.date')), h('input', {
		type: 'date', value: q.get('at') ?? '', max: today, 'data-key': 'set-at', onchange: event => visit(changed({ at: event.target.value, after: null })),
	}));
	const lists = [['', t('set.portfolio_newest')], ...portfolios.map(p => [p.name, `${p.name} (${p.subjects})`])];
	return [
		select('portfolio', t('set.portfolio'), lists, q.get('portfolio') ?? ''), date,
		select('theme', t('set.theme'), [['', t('set.theme_auto')], ['light', t('set.theme_light')], ['dark', t('set.theme_dark')]], q.get('theme') ?? ''),
	];
}

function permalink() {
	const button = h('button.small', {
		type: 'button', 'data-key': 'permalink', onclick: async () => {
			try {
				await navigator.clipboard.writeText(location.href);
				button.textContent = t('copied');
			} catch {
				button.textContent = t('permalink.in_bar');
			}
		},
	}, t('permalink'));
	return button;
}

export function build_shell() {
	const wide = matchMedia('(min-width: 760px)').matches;
	document.body.append(
		h('a.skip', { href: '#main' }),
		h('nav.side'),
		h('div.frame', null, h('header.top', null, h('nav.crumbs'), h('details.settings', { open: wide }, h('summary'), h('div.settings-box'))),
			h('main', { id: 'main', tabindex: -1 }), h('footer.foot')));
	document.querySelector('.skip').addEventListener('click', event => {
		event.preventDefault();
		document.querySelector('main').focus();
	});
	api('overview').then(o => { portfolios = o.portfolios ?? []; draw_settings(); }).catch(() => {});
}

function draw_settings() {
	document.querySelector('.settings summary').replaceChildren(t('set.title'));
	document.querySelector('.settings-box').replaceChildren(...settings(), language_switch());
}

// crumbs: [[text, path]] above this page.
export function refresh_shell(crumbs) {
	document.querySelector('.skip').textContent = t('skip');
	const side = document.querySelector('nav.side');
	side.setAttribute('aria-label', t('nav.label'));
	side.replaceChildren(h('div.side-in', null, h('a.brand', { href: link('/') }, h('img', { src: '/assets/favicon.svg', alt: '', width: 28, height: 28 }), h('span', null, 'Sextant')),
		navigation()));
	const path = document.querySelector('nav.crumbs');
	path.setAttribute('aria-label', t('crumbs'));
	path.replaceChildren(h('ol', null, crumbs.map(([text, to], i) => h('li', null,
		i < crumbs.length - 1 ? h('a', { href: link(to) }, text) : h('span', { 'aria-current': 'page' }, text)))), permalink());
	const focus = document.activeElement?.dataset?.key;
	draw_settings();
	if (focus) document.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
	document.querySelector('.foot').replaceChildren(h('p.quiet', null, t('foot')), h('a', { href: link('/about') }, t('nav.about')), ' · ',
		h('a', { href: '/api/v1/openapi.json', target: '_blank', rel: 'noopener' }, 'API'), spoken(t('foot.new_tab')));
}
