// Everything that a page shows is in its address, so that a link shows the same to somebody else.
// Language, theme, date and portfolio travel from page to page; filters stay with their page.
const GLOBAL = ['lang', 'theme', 'at', 'portfolio'];

let go = () => {};

export function on_navigate(fn) {
	go = fn;
}

export function query() {
	return new URLSearchParams(location.search);
}

function written(path, params) {
	const text = params.toString();
	return text ? `${path}?${text}` : path;
}

// The address of another page: the travelling part of this address plus `own`.
export function link(path, own = {}) {
	const params = new URLSearchParams();
	const now = query();
	for (const key of GLOBAL) if (now.get(key)) params.set(key, now.get(key));
	for (const [key, value] of Object.entries(own)) {
		if (value !== null && value !== undefined && value !== '') params.set(key, value);
	}
	return written(path, params);
}

// This address with some of its parts changed (null or '' takes a part out).
export function changed(changes) {
	const params = query();
	for (const [key, value] of Object.entries(changes)) {
		if (value === null || value === undefined || value === '') params.delete(key);
		else params.set(key, value);
	}
	return written(location.pathname, params);
}

export function visit(address, { replace = false } = {}) {
	history[replace ? 'replaceState' : 'pushState'](null, '', address);
	go(address);
}
