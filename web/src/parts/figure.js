// A number as it always appears: value with unit, fraction, interval, change with its period, age; its
// definition is one click away on the (i).
import { h, spoken } from '../lib/dom.js';
import { has_text, t } from '../lib/i18n.js';
import { age, change, count, day, day_or_month, fraction, interval, is_share, minute, with_unit } from '../lib/format.js';
import { api_once } from '../lib/api.js';
import { link } from '../lib/url.js';
import { share_bar, spark } from './spark.js';

export function has_value(figure) {
	return figure && figure.value !== null && figure.value !== undefined;
}

// Value, or the hatched word.
export function value_text(figure) {
	return has_value(figure) ? with_unit(figure.value, figure.unit) : h('span.tag', null, t('no_data'));
}

// Interval, fraction and unknown in one quiet line.
export function basis(figure) {
	if (!has_value(figure)) return null;
	const parts = [fraction(figure), interval(figure)];
	if (figure.unknown) parts.push(t('n_unknown', { n: count(figure.unknown) }));
	if (figure.sampled) parts.push(t('sampled', { n: count(figure.n) }));
	return h('span.basis', null, parts.filter(Boolean).join(' · '));
}

export function change_text(figure) {
	const moved = change(figure);
	return moved ? h('span.change', null, h('b', null, moved.text), ' ', moved.since) : null;
}

function row(word, value) {
	return value ? [h('dt', null, word), h('dd', null, value)] : null;
}

async function fill_info(box, figure) {
	const { indicator, sources } = await api_once(`indicators/${figure.indicator}`);
	box.replaceChildren(h('dl', null,
		row(t('def.formula'), indicator.formula), row(t('def.numerator'), indicator.numerator),
		row(t('def.denominator'), indicator.denominator), row(t('def.source'), indicator.source ?? sources),
		row(t('def.method'), figure.method ?? indicator.method), row(t('def.measured'), !figure.at ? null : figure.monthly ? of_when(figure) : minute(figure.at))),
		h('p', null, h('a', { href: link(`/indicators/${figure.indicator}`) }, t('def.more'))));
}

// The (i): a disclosure, so that it works by keyboard and touch and needs no hover.
export function info(figure, title) {
	if (!figure?.indicator) return null;
	const box = h('div.info-box', null, h('p.quiet', null, t('loading')));
	const details = h('details.info', {
		ontoggle: () => {
			if (!details.open) return;
			for (const other of document.querySelectorAll('details.info[open]')) if (other !== details) other.open = false;
			fill_info(box, figure).catch(e => box.replaceChildren(h('p', null, e.message)));
		},
		onkeydown: event => { if (event.key === 'Escape') { details.open = false; details.firstChild.focus(); } },
	}, h('summary', { title: t('def.about', { title }) }, h('span', { 'aria-hidden': 'true' }, 'i'), spoken(t('def.about', { title }))), box);
	return details;
}

function of_when(figure) {
	return figure.monthly ? t('month.whole', { month: day_or_month(figure.at, true) }) : `${day(figure.at)}, ${age(figure.at)}`;
}

// One row of a dimension card.
export function figure_row({ title, figure, trend }, thresholds) {
	const share = is_share(figure?.unit);
	return h('div.figure', null,
		h('div.figure-title', null, h('a', { href: link(`/indicators/${figure?.indicator ?? ''}`) }, title), info(figure, title)),
		h('div.figure-main', null,
			h('span.figure-value', null, value_text(figure)), trend ? spark(trend, share) : null),
		share ? share_bar(figure, thresholds) : null,
		h('div.figure-foot', null, basis(figure), change_text(figure),
			has_value(figure) ? h('span.quiet', { title: figure.monthly ? null : minute(figure.at) }, figure.at ? of_when(figure) : null)
				: h('span.quiet', null, has_text('figure.none') ? t('figure.none') : null)));
}
