// The only way pages make elements.  Texts become text nodes and nothing is ever parsed as markup, so
// a title or a certificate name from a hostile site stays a text (the content policy forbids the rest).
const SVG = 'http://www.w3.org/2000/svg';

function set(el, key, value) {
	if (value === null || value === undefined || value === false) return;
	if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
	else if (key === 'class') el.classList.add(...value.split(' '));
	else if (key === 'style') for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
	else if (key === 'href' && !/^(\/|#|https?:|mailto:|\?)/.test(value)) el.setAttribute('data-refused', '');
	else el.setAttribute(key, value === true ? '' : value);
}

function fill(el, children) {
	for (const child of children) {
		if (child === null || child === undefined || child === false) continue;
		if (Array.isArray(child)) fill(el, child);
		else el.append(child instanceof Node ? child : String(child));
	}
	return el;
}

// h('a.quiet', { href }, 'text', node, [more])
export function h(what, attrs, ...children) {
	const [tag, ...classes] = what.split('.');
	const el = document.createElement(tag || 'div');
	if (classes.length) el.className = classes.join(' ');
	for (const [key, value] of Object.entries(attrs ?? {})) set(el, key, value);
	return fill(el, children);
}

export function svg(tag, attrs, ...children) {
	const el = document.createElementNS(SVG, tag);
	for (const [key, value] of Object.entries(attrs ?? {})) set(el, key, value);
	return fill(el, children);
}

// A text that only screen readers see.
export function spoken(text) {
	return h('span.spoken', null, text);
}
