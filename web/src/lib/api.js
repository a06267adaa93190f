// Asks the program.  A failure is an ApiError that says what was asked, what happened and what to do.
import { language, t } from './i18n.js';

export class ApiError extends Error {
	constructor(sentence, remedy, status, path, said) {
		super(sentence);
		Object.assign(this, { remedy, status, path, said });
	}
}

// The program's own sentences are English; in Chinese the page says what it can and quotes the rest.
function failure(status, body, url) {
	if (body?.error && language() === 'en') return new ApiError(body.error, body.remedy ?? t('error.remedy'), status, url);
	const key = status === 404 || status === 400 ? `error.status_${status}` : 'error.status';
	return new ApiError(t(key, { status }), t(status === 404 || status === 400 ? 'error.remedy_asked' : 'error.remedy'), status, url,
		body?.error ? `${body.error}. ${body.remedy ?? ''}` : null);
}

export function api_url(path, params = {}) {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(params)) {
		if (value !== null && value !== undefined && value !== '') query.set(key, value);
	}
	query.set('lang', language());
	return `/api/v1/${path}?${query}`;
}

export async function api(path, params, signal) {
	const url = api_url(path, params);
	let answer;
	try {
		answer = await fetch(url, { signal, headers: { Accept: 'application/json' } });
	} catch (e) {
		if (e.name === 'AbortError') throw e;
		throw new ApiError(t('error.unreachable'), t('error.unreachable_remedy'), 0, url);
	}
	const body = await answer.json().catch(() => null);
	if (!answer.ok) throw failure(answer.status, body, url);
	if (body === null) throw new ApiError(t('error.not_json'), t('error.remedy'), answer.status, url);
	return body;
}

const kept = new Map();

// For things that do not change while a page is open, such as definitions.
export function api_once(path, params) {
	const key = api_url(path, params);
	if (!kept.has(key)) kept.set(key, api(path, params).catch(e => { kept.delete(key); throw e; }));
	return kept.get(key);
}
