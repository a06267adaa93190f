// Server-sent events: one connection for the page, opened when somebody listens, closed when nobody does.
let source = null;
const listeners = { round: new Set(), generation: new Set() };

function open() {
	if (source) return;
	source = new EventSource('/api/v1/events');
	for (const kind of Object.keys(listeners)) {
		source.addEventListener(kind, event => {
			let data;
			try {
				data = JSON.parse(event.data);
			} catch {
				return;
			}
			for (const fn of listeners[kind]) fn(data);
		});
	}
}

export function listen(kind, fn) {
	listeners[kind].add(fn);
	open();
}

// A page that goes takes its listeners along.
export function unlisten_all() {
	for (const set of Object.values(listeners)) set.clear();
	source?.close();
	source = null;
}
