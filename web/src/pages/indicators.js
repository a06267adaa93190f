// The list of indicators by dimension: what is measured, what has data.
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { api } from '../lib/api.js';
import { count, unit_name, is_share } from '../lib/format.js';
import { link } from '../lib/url.js';
import { empty } from '../parts/notice.js';
import { opening, section } from '../parts/page.js';
import { table } from '../parts/table.js';

export const DIMENSIONS = ['network', 'application', 'terminal', 'user', 'traffic', 'foundation', 'security'];

function list_table(dimension, rows) {
	return table({
		caption: t(`dimension.${dimension}`), rows, columns: [
			{ id: 'title', title: t('term.indicator'), cell: i => h('a', { href: link(`/indicators/${i.id}`) }, i.title) },
			{ id: 'id', title: t('col.id'), wide: true, look: 'mono', cell: i => i.id },
			{ id: 'unit', title: t('col.unit'), cell: i => is_share(i.unit) ? '%' : unit_name(i.unit) || t('unit.number') },
			{ id: 'groups', title: t('col.groups'), wide: true, cell: i => (i.groups ?? []).join(', ') },
			{ id: 'data', title: t('col.data'), cell: i => i.has_data ? t('yes') : h('span.tag', null, t('no_data')) }],
	});
}

export default {
	async load({ signal }) {
		const data = await api('indicators', {}, signal);
		return Array.isArray(data) ? data : data.indicators ?? [];
	},
	show(list) {
		const others = list.filter(i => !DIMENSIONS.includes(i.dimension));
		const sections = DIMENSIONS.map(d => {
			const rows = list.filter(i => i.dimension === d);
			return section(t(`dimension.${d}`), rows.length ? list_table(d, rows) : empty(t('indicators.no_such'), null));
		});
		if (others.length) sections.push(section(t('dimension.other'), list_table('other', others)));
		return {
			title: t('nav.indicators'), crumbs: [[t('nav.overview'), '/'], [t('nav.indicators'), '/indicators']],
			content: [opening(t('nav.indicators'), t('indicators.sentence', { n: count(list.length), with_data: count(list.filter(i => i.has_data).length) })), ...sections],
		};
	},
};
