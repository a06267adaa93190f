// Numbers, dates and ages as texts.  Thousands are set apart by a thin space in both languages, so that
// a comma never has to be guessed; dates are ISO, as in the data.
import { language, t } from './i18n.js';

const THIN = '\u202f';
export const DAY = 86_400_000;

function number_format(options) {
	return new Intl.NumberFormat(language() === 'zh' ? 'zh-CN' : 'en', options);
}

function grouped(value, options) {
	return number_format(options).formatToParts(value)
		.map(part => part.type === 'group' ? THIN : part.type === 'minusSign' ? '\u2212' : part.value).join('');
}

export function count(n) {
	return n === null || n === undefined ? t('none') : grouped(n, { maximumFractionDigits: 0 });
}

// Exact enough to compute with, for tables.
export function decimal(n, digits = 3) {
	return n === null || n === undefined ? t('none') : grouped(n, { maximumFractionDigits: digits });
}

// Three significant digits, for headlines; whole numbers below 10 000 stay whole.
export function headline(n) {
	if (Number.isInteger(n) && Math.abs(n) < 10_000) return count(n);
	if (Math.abs(n) >= 10_000) return number_format({ notation: 'compact', maximumSignificantDigits: 3 }).format(n);
	return grouped(n, { maximumSignificantDigits: 3 });
}

export function percent(share, digits = 1) {
	if (share === null || share === undefined) return t('none');
	const value = share * 100;
	// 99.96 % is not 100 %, and 0.04 % is not nothing.
	if (value > 100 - 0.5 * 10 ** -digits && value < 100) return `>${(100 - 10 ** -digits).toFixed(digits)}%`;
	if (value > 0 && value < 0.5 * 10 ** -digits) return `<${(10 ** -digits).toFixed(digits)}%`;
	return `${grouped(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })}%`;
}

export function is_share(unit) {
	return unit === '%' || unit === 'share';
}

// Units are words of the API; those with a known name are translated.
export function unit_name(unit) {
	if (!unit || unit === '1' || unit === 'count') return '';
	const named = t(`unit.${unit}`);
	return named === `unit.${unit}` ? unit : named;
}

// 1999.58 is August 1999.
function year_month(value) {
	const year = Math.floor(value), month = Math.floor((value - year) * 12) + 1;
	return `${year}-${String(month).padStart(2, '0')}`;
}

export function with_unit(value, unit, exact = false) {
	if (value === null || value === undefined) return t('unknown');
	if (is_share(unit)) return percent(value);
	if (unit === 'year') return year_month(value);
	const text = exact ? decimal(value) : headline(value);
	const name = unit_name(unit);
	return name ? `${text}\u00a0${name}` : text;
}

export function interval(figure) {
	if (figure.lo === null || figure.lo === undefined || figure.hi === null || figure.hi === undefined) return '';
	if (is_share(figure.unit)) {
		return t('interval', { lo: percent(figure.lo).replace('%', ''), hi: percent(figure.hi).replace('%', '') });
	}
	return t('interval', { lo: headline(figure.lo), hi: with_unit(figure.hi, figure.unit) });
}

// Numerator over denominator where both are counts of something; an index is made of squares, which
// tell nobody anything.
export function fraction(figure) {
	if (figure.denominator === null || figure.denominator === undefined || figure.unit === 'HHI') return '';
	return `${decimal(figure.numerator, 1)}/${decimal(figure.denominator, 1)}`;
}

export function day(iso) {
	return iso ? String(iso).slice(0, 10) : t('none');
}

// A day, or the month that a figure is about: such a month is always a whole one.
export function day_or_month(iso, monthly) {
	return monthly && iso ? String(iso).slice(0, 7) : day(iso);
}

export function minute(iso) {
	return iso ? `${String(iso).slice(0, 10)}\u00a0${String(iso).slice(11, 16)}` : t('none');
}

const STEPS = [['year', 365 * DAY], ['month', 30 * DAY], ['day', DAY], ['hour', 3_600_000], ['minute', 60_000]];

export function age(iso, now = Date.now()) {
	const past = now - Date.parse(iso);
	if (Number.isNaN(past)) return '';
	const words = new Intl.RelativeTimeFormat(language() === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto' });
	for (const [unit, ms] of STEPS) {
		if (Math.abs(past) >= ms) return words.format(-Math.round(past / ms), unit);
	}
	return t('just_now');
}

export function duration(seconds) {
	if (seconds === null || seconds === undefined) return t('none');
	const s = Math.round(seconds);
	if (s < 60) return t('duration.s', { s });
	if (s < 3600) return t('duration.ms', { m: Math.floor(s / 60), s: s % 60 });
	return t('duration.hm', { h: Math.floor(s / 3600), m: Math.floor(s % 3600 / 60) });
}

// "+1.9 points since 2026-10-24": the change with its period, or null when there is nothing before.
export function change(figure) {
	const before = figure.previous;
	if (!before || before.value === null || figure.value === null) return null;
	const since = { date: day_or_month(before.at, figure.monthly) };
	const step = figure.value - before.value;
	const sign = step > 0 ? '+' : step < 0 ? '\u2212' : '\u00b1';
	if (is_share(figure.unit)) {
		const points = grouped(Math.abs(step * 100), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
		return { step, text: `${sign}${points} ${t('points')}`, since: t('since', since) };
	}
	if (figure.unit === 'year') return null;
	// as fine as the value itself is shown
	const digits = Math.abs(figure.value) >= 1000 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(figure.value) || 1)));
	const text = Math.abs(step) >= 10_000 ? headline(Math.abs(step)) : decimal(Math.abs(step), Number.isInteger(step) ? 0 : digits);
	return { step, text: `${text === '0' ? '\u00b1' : sign}${text}`, since: t('since', since) };
}

// Names as the program has them (COUNTRIES, put in by the build), so that pages, report and terminal say
// the same; codes that are no country's, such as EU, by the browser's knowledge.
export function country_name(cc) {
	if (COUNTRIES[cc]) return COUNTRIES[cc][language() === 'zh' ? 1 : 0];
	if (cc === 'ZZ' || !/^[A-Z]{2}$/.test(cc)) return cc;
	try {
		return new Intl.DisplayNames([language() === 'zh' ? 'zh-CN' : 'en'], { type: 'region' }).of(cc);
	} catch {
		return cc;
	}
}

export function region_name(region) {
	return language() === 'zh' ? REGIONS[region] ?? region : region;
}
