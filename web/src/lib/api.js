// Asks the program.  A failure is an ApiError that says what was asked, what happened and what to do.
import { language, t } from './i18n.js';

export class ApiError extends Error {
	constructor(sentence, remedy, status, path) {
		super(sentence);
		Object.assign(this, { remedy, status, path });
	}
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
	if (!answer.ok) {
		throw new ApiError(body?.error ?? t('error.status', { status: answer.status }),
			body?.remedy ?? t('error.remedy'), answer.status, url);
	}
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
