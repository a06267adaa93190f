// Rounds: what ran, over which list, from where; a running one is followed live.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { age, count, duration, minute, percent } from '../lib/format.js';
import { check_name, load_checks, meaning } from '../lib/checks.js';
import { link } from '../lib/url.js';
import { listen } from '../lib/live.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, opening, section } from '../parts/page.js';
import { table } from '../parts/table.js';

export function round_status(status) {
	return h(`span.mark.v-${status === 'complete' ? 'pass' : status === 'running' ? 'partial' : 'unknown'}`, null,
		h('span.sign', { 'aria-hidden': 'true' }, status === 'complete' ? '✓' : status === 'running' ? '▸' : '?'), t(`round.status_${status}`));
}

const FAILURES = 5;

// "tcp:v6_timeout" in words.
function reason_text(key) {
	const [check, reason] = key.split(':');
	return `${check_name(check)}${t('colon')}${meaning(check, reason)}`;
}

// Progress of one round; each event of the stream changes the numbers, nothing else moves.
export function progress(round, on_end) {
	const bar = h('progress', { max: round.total || 1, value: round.done, 'aria-label': t('round.progress_label', { id: round.id }) });
	const line = h('p.progress-line', { 'data-live': round.id });
	const why = h('p.quiet.small');
	const show = e => {
		bar.max = e.total || 1;
		bar.value = e.done;
		line.textContent = [t('round.progress', { done: count(e.done), total: count(e.total) }), e.total ? percent(e.done / e.total) : null,
			e.rate_per_s ? t('round.rate', { rate: +e.rate_per_s.toPrecision(3) }) : null, e.remaining_s ? t('round.remaining', { time: duration(e.remaining_s) }) : null].filter(Boolean).join(' · ');
		const failures = Object.entries(e.failures ?? {}).filter(([, n]) => n).sort((a, b) => b[1] - a[1]).slice(0, FAILURES);
		why.textContent = failures.length ? t('round.failures', { list: failures.map(([k, n]) => `${reason_text(k)} ${count(n)}`).join(t('list.comma')) }) : '';
	};
	show(round);
	// A running round is always the one that is told of: when another is, or it no longer runs, it ended.
	listen('round', e => {
		if (e.id === round.id) show(e);
		if (e.id !== round.id || e.status !== 'running') on_end?.();
	});
	return h('div.progress', null, bar, line, why);
}

function running_card(round, again) {
	let ended = false;
	return h('section.card', null, h('h3', null, h('a', { href: link(`/rounds/${round.id}`) }, `${round.portfolio} v${round.version}`)),
		h('p.quiet', null, t('round.began', { at: minute(round.began), age: age(round.began), vantage: round.vantage ?? t('unknown') })),
		progress(round, () => {
			if (!ended) again();
			ended = true;
		}));
}

function took(r) {
	return r.ended && r.began ? duration((Date.parse(r.ended) - Date.parse(r.began)) / 1000) : t('none');
}

function list_table(rows) {
	return table({
		caption: t('nav.rounds'), rows, columns: [
			{ id: 'began', title: t('round.col_began'), cell: r => h('a', { href: link(`/rounds/${r.id}`) }, minute(r.began)) },
			{ id: 'status', title: t('round.col_status'), cell: r => round_status(r.status) },
			{ id: 'portfolio', title: t('term.portfolio'), cell: r => `${r.portfolio} v${r.version}` },
			{ id: 'sites', title: t('round.col_sites'), number: true, wide: true, cell: r => `${count(r.done)}/${count(r.total)}` },
			{ id: 'took', title: t('round.col_took'), number: true, wide: true, cell: took },
			{ id: 'vantage', title: t('term.vantage'), wide: true, cell: r => r.vantage ?? '' },
			{ id: 'v6', title: t('round.col_v6'), wide: true, cell: r => self_text(r.selftest?.v6 ?? r.selftest?.v6_works) },
			{ id: 'tool', title: t('round.col_tool'), wide: true, cell: r => r.tool_version ?? '' }],
	});
}

export function self_text(works) {
	return works === undefined || works === null ? h('span.tag', null, t('unknown')) : t(works ? 'round.works' : 'round.fails');
}

export default {
	async load({ q, signal }) {
		await load_checks();
		const data = await api('rounds', asked(q), signal);
		return Array.isArray(data) ? data : data.rounds ?? [];
	},
	show(list, { q, again }) {
		const running = list.filter(r => r.status === 'running');
		const done = list.filter(r => r.status === 'complete');
		listen('generation', () => { if (!running.length) again(); });
		listen('round', e => { if (e.status === 'running' && !running.some(r => r.id === e.id)) again(); });
		return {
			title: t('nav.rounds'), crumbs: [[t('nav.overview'), '/'], [t('nav.rounds'), '/rounds']],
			content: [
				opening(t('nav.rounds'), !list.length ? t('round.none') : done.length
					? t('round.sentence', { n: count(done.length), last: minute(done[0].ended ?? done[0].began), running: running.length ? t('round.n_running', { n: count(running.length) }) : t('round.none_running') }) : t('round.sentence_running')),
				running.length ? section(t('round.running'), h('div.cards', null, running.map(r => running_card(r, again)))) : null,
				list.length ? list_table(list) : empty(t('round.empty'), 'sextant census PORTFOLIO.csv'),
				api_downloads('rounds', asked(q), 'rounds'),
			].filter(Boolean),
		};
	},
};
