// The router: an address gives a page, a page gives its data and its content.  The old content stays
// until the new one is there, so that nothing jumps; what the reader had in focus stays in focus.
import './lib/i18n.js';
import { h } from './lib/dom.js';
import { guess_language, set_language, t } from './lib/i18n.js';
import { on_navigate, query, visit, changed } from './lib/url.js';
import { unlisten_all } from './lib/live.js';
import { drop_charts } from './parts/chart.js';
import { error_box, skeleton } from './parts/notice.js';
import { fit_tables } from './parts/table.js';
import { build_shell, refresh_shell } from './shell.js';
import overview from './pages/overview.js';
import sites from './pages/sites.js';
import site from './pages/site.js';
import league from './pages/league.js';
import indicators from './pages/indicators.js';
import indicator from './pages/indicator.js';
import targets from './pages/targets.js';
import allocation from './pages/allocation.js';
import rounds from './pages/rounds.js';
import round from './pages/round.js';
import about from './pages/about.js';

const ROUTES = [
	[/^\/$/, overview], [/^\/sites\/?$/, sites], [/^\/sites\/([^/]+)$/, site], [/^\/league(?:\/(\w+))?\/?$/, league],
	[/^\/indicators\/?$/, indicators], [/^\/indicators\/([^/]+)$/, indicator], [/^\/targets(?:\/([^/]+))?\/?$/, targets],
	[/^\/allocation\/?$/, allocation], [/^\/rounds\/?$/, rounds], [/^\/rounds\/([^/]+)$/, round], [/^\/about\/?$/, about],
];

let running = null;
let shown_path = null;

function find_page(path) {
	for (const [pattern, page] of ROUTES) {
		const found = pattern.exec(path);
		if (found) return { page, params: found.slice(1).map(p => p && decodeURIComponent(p)) };
	}
	return null;
}

function apply_settings(q) {
	set_language(q.get('lang'));
	const theme = q.get('theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
	else delete document.documentElement.dataset.theme;
}

function restore_focus(key, new_path) {
	const main = document.querySelector('main');
	const same = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
	if (same) same.focus({ preventScroll: true });
	else if (new_path) main.querySelector('h1')?.focus({ preventScroll: true });
}

// The part of the page that the address names, which was not there yet when the browser looked for it.
function show_part(is_new) {
	const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (!part) return;
	part.classList.add('asked-for');
	if (is_new) part.scrollIntoView({ block: 'center' });
}

function put(content, title, crumbs) {
	const main = document.querySelector('main');
	const key = document.activeElement?.dataset?.key;
	const new_path = shown_path !== null && shown_path !== location.pathname;
	drop_charts();
	main.replaceChildren(...content);
	main.removeAttribute('aria-busy');
	fit_tables();
	document.title = `${title} · Sextant`;
	refresh_shell(crumbs ?? []);
	if (new_path) scrollTo(0, 0);
	restore_focus(new_path ? null : key, new_path);
	show_part(new_path || shown_path === null);
	shown_path = location.pathname;
}

async function show() {
	const q = query();
	if (q.get('lang') !== 'zh' && q.get('lang') !== 'en') {
		history.replaceState(null, '', changed({ lang: guess_language() }));
		return show();
	}
	apply_settings(q);
	running?.abort();
	running = new AbortController();
	const { signal } = running;
	unlisten_all();
	const main = document.querySelector('main');
	main.setAttribute('aria-busy', 'true');
	if (!main.firstChild) main.append(skeleton());
	const found = find_page(location.pathname);
	if (!found) {
		put([h('h1', { tabindex: -1 }, t('notfound.title')), h('p', null, t('notfound.text', { path: location.pathname }))], t('notfound.title'), [[t('nav.overview'), '/'], [t('notfound.title'), location.pathname]]);
		return;
	}
	const context = { q, params: found.params, signal, again: show };
	try {
		const data = await found.page.load(context);
		if (signal.aborted) return;
		const { title, content, crumbs } = found.page.show(data, context);
		put(content, title, crumbs);
	} catch (e) {
		if (e.name === 'AbortError' || signal.aborted) return;
		if (!e.path) console.warn(e);
		put([h('h1', { tabindex: -1 }, t('error.heading')), error_box(e, show)], t('error.heading'), [[t('nav.overview'), '/'], [t('error.heading'), location.pathname]]);
	}
}

// Links inside the page do not load it again.
function follow(event) {
	const a = event.target.closest?.('a[href]');
	if (!a || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
	if (a.hasAttribute('download') || a.target || a.origin !== location.origin || a.pathname.startsWith('/api/')) return;
	if (a.hash && a.pathname === location.pathname && a.search === location.search) return;
	event.preventDefault();
	visit(a.getAttribute('href'));
}

apply_settings(query());
build_shell();
on_navigate(show);
addEventListener('popstate', show);
addEventListener('resize', fit_tables);
document.addEventListener('click', follow);
show();
