// Data for development of the pages, generated from a fixed seed in the shapes of the API.  Every name
// is .example or .test and the texts say MOCK; none of this is part of the program.
export const NOW = Date.parse('2026-11-23T06:00:00Z');
const DAY = 86_400_000;
export const CHECKS = ['site', 'aaaa', 'www_aaaa', 'http', 'tls', 'same_content', 'ns_aaaa', 'ns_udp', 'ns_tcp', 'mx_aaaa', 'mx_smtp'];

const TEXT = {
	en: {
		class: ['Government', 'University', 'Bank', 'Media', 'Hospital', 'Utility'], region: ['North', 'East', 'South', 'West', 'Centre'], level: ['national', 'province', 'city'],
		rung: { dns: 'DNS', ns: 'Name servers', web: 'Web', tls: 'TLS', parity: 'Parity', mail: 'Mail' },
		meaning: { pass: 'It works over IPv6.', partial: 'It works over IPv6 with a fault.', fail: 'It does not work over IPv6.', na: 'The question does not arise.', unknown: 'The answer could not be told.' },
		remedy: 'Publish an AAAA record for the name and open port 443 over IPv6 on the same host.', org: n => `Organisation ${n}`,
		headline: (p, d, s) => `MOCK data: ${p} of ${d} sites (${s}%) are usable over IPv6; 38 more than a month before.`,
		dims: { network: 'Network', application: 'Application', terminal: 'Terminal', user: 'User', traffic: 'Traffic', foundation: 'Foundation: addresses, routing, DNS', security: 'Security' },
		empty: { terminal: ['Here the shares of terminals that use IPv6 would stand, from visitor tests.', 'sextant serve --visitor-test'], user: ['Here the active IPv6 users would stand, from reports of operators.', 'sextant ingest report FILE…'], traffic: ['Here the IPv6 share of traffic would stand, from flow exports.', 'sextant collect'] },
		plan: 'MOCK plan of 2017', groups: { LDC: 'least developed countries', LLDC: 'landlocked developing countries', SIDS: 'small island developing states' },
	},
	zh: {
		class: ['政府机关', '高等院校', '银行', '新闻媒体', '医院', '公用事业'], region: ['华北', '华东', '华南', '西部', '华中'], level: ['中央', '省级', '地市级'],
		rung: { dns: '域名解析', ns: '权威域名服务器', web: '网页', tls: 'TLS', parity: '一致性', mail: '邮件' },
		meaning: { pass: '经 IPv6 正常。', partial: '经 IPv6 可用，但存在问题。', fail: '经 IPv6 不可用。', na: '此项不适用。', unknown: '无法判断。' },
		remedy: '为该名称添加 AAAA 记录，并在同一主机上开放 IPv6 的 443 端口。', org: n => `示例单位 ${n}`,
		headline: (p, d, s) => `MOCK 模拟数据：${d} 个网站中有 ${p} 个（${s}%）可经 IPv6 使用，比一个月前多 38 个。`,
		dims: { network: '网络', application: '应用', terminal: '终端', user: '用户', traffic: '流量', foundation: '基础：地址、路由、域名', security: '安全' },
		empty: { terminal: ['这里将显示使用 IPv6 的终端占比，来自访客测试。', 'sextant serve --visitor-test'], user: ['这里将显示 IPv6 活跃用户数，来自运营商报送。', 'sextant ingest report FILE…'], traffic: ['这里将显示 IPv6 流量占比，来自流量导出。', 'sextant collect'] },
		plan: 'MOCK 模拟规划（2017）', groups: { LDC: '最不发达国家', LLDC: '内陆发展中国家', SIDS: '小岛屿发展中国家' },
	},
};
export const text = lang => TEXT[lang];

// A small generator with a seed, so that every run shows the same.
export function random(seed) {
	let s = seed >>> 0;
	return () => {
		s = s + 0x6d2b79f5 >>> 0;
		let x = Math.imul(s ^ s >>> 15, 1 | s);
		x = x + Math.imul(x ^ x >>> 7, 61 | x) ^ x;
		return ((x ^ x >>> 14) >>> 0) / 4294967296;
	};
}

export const iso = ms => new Date(ms).toISOString().replace('.000Z', 'Z');
export const rounds = Array.from({ length: 12 }, (_, i) => ({ id: `r2026${String(i + 1).padStart(2, '0')}`, at: iso(Date.UTC(2025, 11 + i, 23, 4)) })).reverse();

function verdict_of(r, share) {
	const x = r();
	return x < share ? 'pass' : x < share + .1 ? 'partial' : x < .93 ? 'fail' : x < .97 ? 'unknown' : 'na';
}

const REASON = { pass: 'ok', partial: 'some', fail: 'v6_timeout', na: 'no_mx', unknown: 'dns_timeout' };

export const sites = Array.from({ length: 2030 }, (_, i) => {
	const r = random(i + 7);
	const cls = Math.floor(r() * 6), region = Math.floor(r() * 5), level = Math.floor(r() * 3);
	const share = .35 + .08 * cls - .04 * region;
	const verdicts = Object.fromEntries(CHECKS.map(c => { const v = verdict_of(r, share); return [c, { verdict: v, reason: REASON[v] }]; }));
	return { domain: `${['www', 'portal', 'city', 'bank', 'news'][i % 5]}-${String(i + 1).padStart(4, '0')}.${i % 3 ? 'example' : 'test'}`, org: 1 + i % 173, cls, region, level, rank: i + 1, verdicts };
});

export function row_of(s, lang) {
	const x = TEXT[lang];
	return { domain: s.domain, organisation: x.org(s.org), class: x.class[s.cls], region: x.region[s.region], level: x.level[s.level], rank: s.rank, verdicts: s.verdicts };
}

export function wilson(k, n) {
	const z = 1.96, p = k / n, m = (p + z * z / (2 * n)) / (1 + z * z / n), w = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
	return [m - w, m + w];
}

const DEFS = [
	['site_ready', 'application', '%', .593, 'Sites usable over IPv6', '可经 IPv6 使用的网站'], ['site_aaaa', 'application', '%', .671, 'Sites with AAAA', '有 AAAA 的网站'],
	['same_content', 'application', '%', .552, 'Same content on both families', '两个协议族内容一致'], ['latency_difference', 'network', 'ms', 3.4, 'Median connect time, IPv6 less IPv4', '连接时间中位数之差（IPv6 减 IPv4）'],
	['preferred_family', 'network', '%', .483, 'Sites faster over IPv6', '经 IPv6 更快的网站'], ['ns_ready', 'foundation', '%', .812, 'Zones whose name servers answer over IPv6', '权威域名服务器经 IPv6 应答的域'],
	['holders', 'foundation', 'holders', 35214, 'Holders of IPv6 addresses', '持有 IPv6 地址的机构'], ['alloc_pace', 'foundation', 'allocations', 412, 'IPv6 allocations per month', '每月 IPv6 分配次数'],
	['czyz_a1', 'foundation', 'ratio', .61, 'IPv6 to IPv4 allocations in a month', '当月 IPv6 与 IPv4 分配次数之比'], ['tls_parity', 'security', '%', .904, 'Same certificate on both families', '两个协议族证书一致'],
	['bogon_aaaa', 'security', '%', .0043, 'Sites with AAAA that cannot work', '发布了无效 AAAA 的网站'], ['mail_ready', 'application', '%', .377, 'Mail domains ready for IPv6', '邮件已支持 IPv6 的域'],
	['active_users', 'user', 'users', null, 'Active IPv6 users', 'IPv6 活跃用户'],
];

export function indicators(lang) {
	return DEFS.map(d => ({ id: d[0], title: lang === 'zh' ? d[5] : d[4], dimension: d[1], unit: d[2], kind: d[2] === '%' ? 'share' : 'number', groups: d[2] === '%' ? ['class', 'region', 'organisation', 'level'] : [], has_data: d[3] !== null }));
}

export function points(id, by, lang, months = 24) {
	const def = DEFS.find(d => d[0] === id);
	if (!def || def[3] === null) return [];
	const groups = by ? (by === 'organisation' ? Array.from({ length: 30 }, (_, i) => TEXT[lang].org(i + 1)) : TEXT[lang][by] ?? []) : [''];
	return groups.flatMap((group, g) => {
		const r = random(id.length * 31 + g);
		return Array.from({ length: months }, (_, i) => {
			const at = iso(Date.UTC(2024, 11 + i, 23, 4));
			// Three months without a measurement: a gap must stay a gap.
			const gap = i >= 9 && i <= 11;
			const unit = def[2], grow = .55 + .45 * i / (months - 1) + .015 * (r() - .5);
			if (unit !== '%') return { at, group, value: gap ? null : +(def[3] * grow).toPrecision(3), lo: null, hi: null, numerator: null, denominator: null, n: 1987, unknown: 0, sampled: false };
			const n = by ? 90 + g * 37 : 2030 - 12, k = Math.round(n * Math.min(.99, def[3] * grow * (1 - .06 * g)));
			const [lo, hi] = wilson(k, n);
			return gap ? { at, group, value: null, lo: null, hi: null, numerator: null, denominator: null, n: 0, unknown: n, sampled: true }
				: { at, group, value: k / n, lo, hi, numerator: k, denominator: n, n, unknown: 12, sampled: true };
		});
	});
}

export function figure(id, lang = 'en') {
	const list = points(id, '', lang);
	const unit = DEFS.find(d => d[0] === id)[2];
	if (!list.length) return { value: null, unit, numerator: null, denominator: null, n: 0, unknown: 0, lo: null, hi: null, sampled: false, at: null, previous: null, indicator: id, method: '1' };
	const now = list.at(-1), before = list.at(-2);
	return { ...now, unit, previous: { value: before.value, at: before.at }, indicator: id, method: '1' };
}

const PLAN = [
	['A18-03', '2018-12-31', 'site_ready', .9, 'MISSED', 'Top-50 commercial sites fully support IPv6', '用户量排名前 50 的商业网站全面支持 IPv6', 'M'], ['A18-07', '2018-12-31', 'ns_ready', .8, 'LATE-MET', 'Name servers fully support IPv6', '域名服务器全面支持 IPv6', 'M'],
	['A18-01', '2018-12-31', 'active_users', 2e8, 'NO-DATA', 'At least 200 million active users', 'IPv6 活跃用户数达到 2 亿', 'R'], ['A20-04', '2020-12-31', 'site_aaaa', .6, 'LATE-MET', 'Top-100 sites have AAAA', '前 100 商业网站有 AAAA', 'M'],
	['A20-02', '2020-12-31', 'active_users', .5, 'NO-DATA', 'More than half of Internet users', 'IPv6 活跃用户占互联网用户 50% 以上', 'R'], ['A20-23', '2020-12-31', 'tls_parity', .9, 'MET', 'Security parity of portals', '门户网站安全能力一致', 'M'],
	['A25-02', '2025-12-31', 'site_ready', 1, 'MISSED', 'Networks, applications, terminals fully support IPv6', '网络、应用、终端全面支持 IPv6', 'M'], ['A25-03', '2025-12-31', 'mail_ready', .5, 'STALE', 'Transition completed', '平滑演进升级全面完成', 'D'],
	['B-03', '2028-10-31', 'site_ready', .7, 'ON-TRACK', 'National public services compatible with IPv6', '国家公共服务与 IPv6 兼容', 'M'], ['B-04', '2028-10-31', 'mail_ready', .9, 'AT-RISK', 'Mail of public bodies over IPv6', '公共机构邮件支持 IPv6', 'M'],
	['B-05', null, 'active_users', null, 'NO-DATA', 'Commitment to IPv6 notified', '通报对 IPv6 的承诺', 'R'],
];

export function targets(lang) {
	return PLAN.map(([id, due, indicator, threshold, status, en, zh, grade], i) => {
		const now = figure(indicator, lang), unit = indicator === 'active_users' && threshold > 1 ? 'users' : now.unit;
		return {
			id, text: lang === 'zh' ? zh : en, source_line: 12 + i, due, set: indicator === 'site_ready' ? 'MOCK-list' : null, indicator, op: '>=', threshold, unit, grade, status,
			value_at_due: due && due < '2026' && now.value !== null ? { ...now, value: now.value * .6, lo: now.lo && now.lo * .6, hi: now.hi && now.hi * .6, numerator: now.numerator && Math.round(now.numerator * .6), at: due } : null,
			value_now: now.value === null ? null : now, projection: due > '2027' ? { at: due, value: Math.min(.99, now.value * 1.22), lo: now.value * 1.1, hi: Math.min(1, now.value * 1.3) } : null,
			why: status === 'NO-DATA' ? (lang === 'zh' ? '没有该对象名单的数据。' : 'No list of these objects has data.') : null,
		};
	});
}
