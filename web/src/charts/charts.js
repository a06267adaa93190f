// The drawings, loaded only when one is wanted.  Each takes an element, plain data and the surroundings
// (language, colours, a function to tell what is under the pointer) and gives { point, svg, dispose }.
// Nothing here knows the API or the page.
import { use, init } from 'echarts/core';
import { LineChart, BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, MarkLineComponent, AriaComponent } from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { line_option } from './line.js';
import { columns_option } from './columns.js';
import { draw_map } from './map.js';

use([LineChart, BarChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, LabelLayout, SVGRenderer]);

// The library clears elements with innerHTML = ''.  Under Trusted Types only that one text is let through.
if (globalThis.trustedTypes && !trustedTypes.defaultPolicy) {
	trustedTypes.createPolicy('default', {
		createHTML(text) {
			if (text === '' || text === 'null') return '';
			throw new TypeError('markup from text is refused');
		},
	});
}

function draw_option(make) {
	return (stage, data, env) => {
		const chart = init(stage, null, { renderer: 'svg', locale: env.lang === 'zh' ? 'ZH' : 'EN' });
		const paint = () => chart.setOption({
			animation: false, textStyle: { fontFamily: getComputedStyle(stage).fontFamily, color: env.colours.ink },
			aria: { enabled: false }, ...make(data, env, stage.clientWidth),
		}, { notMerge: true });
		paint();
		chart.on('updateAxisPointer', event => {
			const at = event.dataIndex ?? event.axesInfo?.[0]?.value;
			if (event.dataIndex !== undefined && event.dataIndex !== null) env.show(event.dataIndex);
			else if (at !== undefined && data.stop_of) env.show(data.stop_of(at));
		});
		const watch = new ResizeObserver(() => {
			if (stage.clientWidth === 0) return;
			chart.resize();
			paint();
		});
		watch.observe(stage);
		return {
			point: i => chart.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: i }),
			svg: () => chart.renderToSVGString(),
			dispose: () => { watch.disconnect(); chart.dispose(); },
		};
	};
}

export const draw = { line: draw_option(line_option), columns: draw_option(columns_option), map: draw_map };
