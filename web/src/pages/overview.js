// The answer first: one sentence, how sure, will it make the date; then the seven dimensions.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, day, interval, is_share, minute, age } from '../lib/format.js';
import { link, query } from '../lib/url.js';
import { listen } from '../lib/live.js';
import { basis, change_text, figure_row, has_value, info, value_text } from '../parts/figure.js';
import { history_chart } from '../parts/history.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, date_note, generated, opening, section } from '../parts/page.js';
import { share_bar } from '../parts/spark.js';
import { status_mark, STATUSES } from '../parts/verdict.js';
import { table } from '../parts/table.js';

function share_thresholds(targets, indicator) {
	return (targets ?? []).filter(g => g.indicator === indicator && is_share(g.unit) && g.threshold !== null).map(g => g.threshold);
}

function dimension_card(dimension) {
	const targets = dimension.targets ?? [];
	return h('section.card', { id: `dimension-${dimension.id}` }, h('h3', null, dimension.title),
		dimension.empty ? empty(dimension.empty.what, dimension.empty.command)
			: (dimension.figures ?? []).map(f => figure_row(f, share_thresholds(targets, f.figure?.indicator))),
		targets.length ? h('ul.target-list', null, targets.slice(0, 4).map(target => h('li', null, status_mark(target.status), ' ',
			h('a', { href: `${link('/targets')}#${target.id}` }, target.text), ' ', h('span.quiet', null, t('target.due', { due: target.due ?? t('none') })))),
		targets.length > 4 ? h('li', null, h('a', { href: link('/targets') }, t('target.more', { n: targets.length - 4 }))) : null) : null);
}

function hero(headline) {
	const f = headline?.figure;
	if (!f) return null;
	return h('div.hero', null,
		h('div', null, h('div.hero-value', null, value_text(f), info(f, headline.sentence)), basis(f), ' ', change_text(f)),
		is_share(f.unit) ? share_bar(f) : null);
}

function all_targets(data) {
	const seen = new Map();
	for (const d of data.dimensions) for (const target of d.targets ?? []) seen.set(target.id, target);
	return [...seen.values()];
}

function target_counts(targets) {
	const present = STATUSES.map(s => [s, targets.filter(x => x.status === s).length]).filter(([, n]) => n);
	return h('div.strip', null, h('h2', null, t('overview.targets')), present.length === 0
		? empty(t('overview.no_targets'), 'sextant targets --plan cn-2017')
		: h('ul.counts', null, present.map(([s, n]) => h('li', null, h('a', { href: link('/targets', { status: s }) }, h('b', null, count(n)), status_mark(s))))));
}

function main_chart(data) {
	const wanted = data.headline?.figure?.indicator;
	for (const d of data.dimensions) for (const f of d.figures ?? []) {
		if (f.figure?.indicator !== wanted || !has_value(f.figure) || (f.trend ?? []).length < 2) continue;
		return history_chart({
			name: wanted, title: f.title, unit: f.figure.unit, points: f.trend, targets: (d.targets ?? []).filter(x => x.indicator === wanted),
		});
	}
	return null;
}

function last_round(data) {
	const r = data.last_round;
	if (!r) return empty(t('overview.no_round'), 'sextant census PORTFOLIO.csv');
	const progress = h('span', null);
	listen('round', e => { progress.textContent = t('round.progress', { done: count(e.done), total: count(e.total) }); });
	return h('p', null, h('a', { href: link(`/rounds/${r.id}`) }, t('overview.last_round', { portfolio: r.portfolio, version: r.version })), ' ',
		h('span.quiet', null, `${minute(r.ended ?? r.began)}, ${age(r.ended ?? r.began)} · ${r.vantage ?? ''} `), progress);
}

function data_table(data) {
	const rows = data.datasets ?? [];
	if (!rows.length) return empty(t('overview.no_datasets'), 'sextant ingest rir FILE…');
	return table({
		caption: t('overview.datasets'), rows, columns: [
			{ id: 'name', title: t('dataset.name'), cell: d => d.name },
			{ id: 'date', title: t('dataset.date'), cell: d => `${day(d.file_date)} (${age(d.file_date)})` },
			{ id: 'records', title: t('dataset.records'), number: true, cell: d => count(d.records) }],
	});
}

export default {
	async load({ q, signal }) {
		return api('overview', asked(q), signal);
	},
	show(data) {
		const sentence = data.headline?.sentence ?? t('overview.nothing');
		const f = data.headline?.figure;
		return {
			title: t('nav.overview'), crumbs: [[t('nav.overview'), '/']],
			content: [
				opening(t('overview.title'), sentence, date_note(query(), data.at), last_round(data)),
				f && has_value(f) ? hero(data.headline, interval(f)) : null,
				target_counts(all_targets(data)), main_chart(data),
				h('section', null, h('h2', null, t('overview.dimensions')), h('div.cards', null, data.dimensions.map(dimension_card))),
				section(t('overview.data'), data_table(data), api_downloads('overview', asked(query()), 'overview'), generated(data)),
			].filter(Boolean),
		};
	},
};
