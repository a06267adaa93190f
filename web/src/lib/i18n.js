// The language of the page.  Terms that the program prints too come from data/terms.csv (TERMS, put in
// by the build) and win over the page's own texts, so that the same thing has the same name everywhere.
import en from '../i18n/en.js';
import zh from '../i18n/zh.js';

const texts = { en, zh };
let lang = 'en';

export function language() {
	return lang;
}

export function set_language(code) {
	lang = texts[code] ? code : 'en';
	document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
}

export function guess_language() {
	return (navigator.languages ?? [navigator.language]).some(l => /^zh/i.test(l)) ? 'zh' : 'en';
}

export function has_text(key) {
	return key in TERMS || key in texts[lang];
}

// Text of a key with {names} filled in; a value may be a node, then an array of pieces comes back.
export function t(key, values = {}) {
	let text = TERMS[key] ? TERMS[key][lang === 'zh' ? 1 : 0] : texts[lang][key];
	if (typeof text === 'function') text = text(values);
	if (text === undefined) return key;
	return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// The same with nodes as values: pieces for h().
export function t_nodes(key, values) {
	return t(key).split(/(\{\w+\})/).map(piece => {
		const name = /^\{(\w+)\}$/.exec(piece);
		return name ? values[name[1]] : piece;
	});
}
