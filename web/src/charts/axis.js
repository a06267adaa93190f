// What line and column charts share: quiet axes, share axis from 0 to 100 %.
const SPACE = '\u202f';

export function number(value) {
	const abs = Math.abs(value);
	if (abs >= 1e9) return `${+(value / 1e9).toPrecision(3)}G`;
	if (abs >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
	return String(+value.toPrecision(6)).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, SPACE);
}

export function value_axis(data, env) {
	return {
		// a share stands against the whole, a number against nothing; a year has no zero worth seeing
		type: 'value', min: data.share ? 0 : data.year ? undefined : v => Math.min(0, v.min), scale: Boolean(data.year),
		max: data.share ? 1 : undefined, interval: data.share ? 0.25 : undefined,
		name: data.share ? '' : data.unit, nameTextStyle: { color: env.colours.quiet, align: 'left' },
		axisLabel: { color: env.colours.quiet, fontSize: 12, formatter: v => data.share ? `${Math.round(v * 100)}%` : data.year ? String(v) : number(v) },
		axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: env.colours.line } },
	};
}

export function pointer(env) {
	return {
		trigger: 'axis', showContent: false,
		axisPointer: { type: 'line', lineStyle: { color: env.colours.quiet, type: 'solid' }, label: { show: false }, animation: false },
	};
}
