// The list of indicators by dimension: what is measured, what has data.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, day_or_month, fraction, is_share, with_unit } from '../lib/format.js';
import { link, query } from '../lib/url.js';
import { empty } from '../parts/notice.js';
import { api_downloads } from '../parts/download.js';
import { asked, date_note, opening, section } from '../parts/page.js';
import { spark } from '../parts/spark.js';
import { table } from '../parts/table.js';

export const DIMENSIONS = ['network', 'application', 'terminal', 'user', 'traffic', 'foundation', 'security'];

// values: { id: { figure, trend } } of those that have data.
function list_table(dimension, rows, values) {
	const figure = i => values.get(i.id)?.figure;
	return table({
		caption: t(`dimension.${dimension}`), rows, look: 'even', columns: [
			{ id: 'title', title: t('term.indicator'), cell: i => h('a', { href: link(`/indicators/${i.id}`), title: i.id }, i.title) },
			{ id: 'value', title: t('col.value'), number: true, cell: i => figure(i) ? h('b', null, with_unit(figure(i).value, i.unit)) : h('span.tag', null, t('no_data')) },
			{ id: 'fraction', title: t('col.fraction'), number: true, wide: true, cell: i => figure(i) ? fraction({ ...figure(i), unit: i.unit }) || t('none') : '' },
			{ id: 'trend', title: t('col.trend'), wide: true, cell: i => values.has(i.id) ? spark(values.get(i.id).trend ?? [], is_share(i.unit)) : '' },
			{ id: 'at', title: t('col.date'), wide: true, look: 'date', cell: i => figure(i) ? day_or_month(figure(i).at, figure(i).monthly) : '' }],
	});
}

// The values stand in the overview, which is made already when anybody asks.
async function values_of(q, signal) {
	const overview = await api('overview', asked(q), signal);
	return new Map(overview.dimensions.flatMap(d => d.figures ?? []).map(f => [f.id, f]));
}

export default {
	async load({ q, signal }) {
		const [list, values] = await Promise.all([api('indicators', {}, signal), values_of(q, signal)]);
		return { list, values };
	},
	show({ list, values }) {
		const others = list.filter(i => !DIMENSIONS.includes(i.dimension));
		const sections = DIMENSIONS.map(d => {
			const rows = list.filter(i => i.dimension === d);
			return section(t(`dimension.${d}`), rows.length ? list_table(d, rows, values) : empty(t('indicators.no_such'), null));
		});
		if (others.length) sections.push(section(t('dimension.other'), list_table('other', others, values)));
		return {
			title: t('nav.indicators'), crumbs: [[t('nav.overview'), '/'], [t('nav.indicators'), '/indicators']],
			content: [opening(t('nav.indicators'), t('indicators.sentence', { n: count(list.length), with_data: count(list.filter(i => values.has(i.id)).length) }), date_note(query())), ...sections,
				api_downloads('indicators', {}, 'indicators')],
		};
	},
};
