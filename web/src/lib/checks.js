// The checks as the program names them: titles, rules and reasons come from it, so that page, report and
// terminal use the same words.
import { api_once } from './api.js';

let about = null;
let by_id = new Map();

// Before a page names a check; kept while the language stays.
export async function load_checks() {
	about = await api_once('about');
	by_id = new Map(about.checks.map((check, i) => [check.id, { ...check, place: i }]));
	return about;
}

export function check_name(id) {
	return by_id.get(id)?.title ?? id;
}

export function check_ids() {
	return [...by_id.keys()];
}

// What a reason code of a check means; the code itself when the program no longer knows it.
export function meaning(check, code) {
	return by_id.get(check)?.reasons.find(r => r.reason === code)?.meaning ?? code;
}

// In the order of the ladder, what is unknown last.
export function in_order(ids) {
	const place = id => by_id.get(id)?.place ?? by_id.size;
	return [...ids].sort((a, b) => place(a) - place(b));
}
