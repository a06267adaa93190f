// The answers of the mock, path by path; see mock_data.mjs.
import { readFileSync } from 'node:fs';
import { CHECKS, NOW, figure, indicators, iso, points, random, rounds, row_of, sites, targets, text, wilson } from './mock_data.mjs';

const RUNGS = { dns: ['aaaa', 'www_aaaa'], ns: ['ns_aaaa', 'ns_udp', 'ns_tcp'], web: ['site', 'http'], tls: ['tls'], parity: ['same_content'], mail: ['mx_aaaa', 'mx_smtp'] };
const VERDICTS = ['pass', 'partial', 'fail', 'na', 'unknown'];
const datasets = ['afrinic', 'apnic', 'arin', 'lacnic', 'ripencc'].map((name, i) => ({ name: `MOCK ${name}`, file_date: iso(NOW - 86_400_000), records: 12_345 + 9_876 * i }));

export class NotFound extends Error {}

function overview(q, lang) {
	const x = text(lang), all = targets(lang), list = indicators(lang);
	const f = figure('site_ready', lang);
	return {
		headline: { sentence: x.headline(f.numerator, f.denominator, (100 * f.value).toFixed(1)), figure: f },
		dimensions: Object.entries(x.dims).map(([id, title]) => {
			const figures = list.filter(i => i.dimension === id && i.has_data).map(i => ({ id: i.id, title: i.title, figure: figure(i.id, lang), trend: points(i.id, '', lang) }));
			const empty = figures.length ? undefined : { what: x.empty[id]?.[0] ?? '', command: x.empty[id]?.[1] ?? '' };
			return { id, title, figures, targets: all.filter(t => list.find(i => i.id === t.indicator)?.dimension === id), ...empty && { empty } };
		}),
		portfolios: [{ name: 'MOCK-list', version: 3, subjects: 2030 }], last_round: round_of(rounds[0]), datasets,
	};
}

function matches(q, lang) {
	const check = q.get('check') || 'site';
	const find = (q.get('q') ?? '').toLowerCase();
	const rows = sites.map(s => row_of(s, lang)).filter(r => (!find || r.domain.includes(find) || r.organisation.toLowerCase().includes(find)) &&
		['class', 'region', 'organisation', 'level'].every(k => !q.get(k) || r[k] === q.get(k)));
	const facet = key => [...rows.reduce((m, r) => m.set(key(r), (m.get(key(r)) ?? 0) + 1), new Map())].map(([value, count]) => ({ value, count })).sort((a, b) => a.value < b.value ? -1 : 1);
	const facets = { class: facet(r => r.class), region: facet(r => r.region), verdict: facet(r => r.verdicts[check]?.verdict ?? 'unknown') };
	return { facets, rows: q.get('verdict') ? rows.filter(r => r.verdicts[check]?.verdict === q.get('verdict')) : rows };
}

function site_list(q, lang) {
	const { rows, facets } = matches(q, lang);
	const sort = q.get('sort') || 'domain', key = sort.replace('-', '');
	rows.sort((a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0) * (sort.startsWith('-') ? -1 : 1));
	const from = q.get('after') ? rows.findIndex(r => r.domain === q.get('after')) + 1 : 0;
	const limit = Number(q.get('limit') || 50), page = rows.slice(from, from + limit);
	return { round: rounds[0].id, total: rows.length, rows: page, next: from + limit < rows.length ? page.at(-1).domain : null, facets };
}

function site_page(domain, lang) {
	const s = sites.find(one => one.domain === domain);
	if (!s) throw new NotFound(domain);
	const x = text(lang), row = row_of(s, lang), r = random(s.rank);
	const check = id => {
		const { verdict, reason } = s.verdicts[id], bad = verdict === 'fail' || verdict === 'partial';
		return { check: id, title: undefined, verdict, reason, meaning: x.meaning[verdict], remedy: bad ? x.remedy : null, subject: domain, evidence: { addresses: ['2001:db8:7::80', '2001:db8:7::81'], servers: ['2001:db8:53::1'], status: 200, first_byte_us: 41234 } };
	};
	const ladder = Object.entries(RUNGS).map(([rung, ids]) => ({ rung, title: x.rung[rung], checks: ids.map(check) }));
	const times = (addr, k) => ({ addr, port: 443, stage: 'done', connect_us: Math.round(k * (9000 + 9000 * r())), tls_us: Math.round(k * (18000 + 9000 * r())), first_byte_us: Math.round(k * (40000 + 9000 * r())), total_us: Math.round(k * 90000), status: 200, body_b: 48213, title: 'MOCK page <script>', tls_version: 'TLSv1.3', cert_ok: true });
	const site = s.verdicts.site.verdict;
	return {
		domain, tags: { organisation: row.organisation, class: row.class, region: row.region, level: row.level, rank: s.rank }, round: rounds[0].id, at: rounds[0].at, vantage: 'MOCK', ladder,
		families: { v4: times('192.0.2.80', 1), v6: site === 'fail' ? null : times('2001:db8:7::80', 1.2) },
		repairs: ladder.flatMap(g => g.checks).filter(c => c.remedy).slice(0, 3).map(c => ({ check: c.check, remedy: c.remedy, gains: ['site'] })),
		evidence: {
			dns: ['A', 'AAAA', 'NS', 'MX', 'SOA'].map((qtype, i) => ({ qname: domain, qtype, role: 'apex', server: '2001:db8:53::1', rcode: 0, answers: 2, data: qtype === 'AAAA' ? '2001:db8:7::80\n2001:db8:7::81' : '192.0.2.80', ttl_s: 300, rtt_us: 1200 + 300 * i })),
			web: [4, 6].map(family => ({ host: domain, family, addr: family === 6 ? '2001:db8:7::80' : '192.0.2.80', scheme: 'https', status: 200, connect_us: 9123, total_us: 88123 })), smtp: [],
		},
		history: rounds.map((one, i) => ({ round: one.id, at: one.at, verdicts: Object.fromEntries(CHECKS.map(c => [c, i < 4 ? s.verdicts[c].verdict : VERDICTS[Math.floor(random(s.rank + i)() * 3)]])) })),
		changes: [{ at: rounds[3].at, check: 'site', from: 'fail', to: site, reason: 'ok' }, { at: rounds[7].at, check: 'ns_aaaa', from: 'unknown', to: 'pass', reason: 'two_or_more' }],
	};
}

function round_of(r) {
	return { id: r.id, portfolio: 'MOCK-list', version: 3, began: r.at, ended: iso(Date.parse(r.at) + 1_234_000), status: 'complete', total: 2030, done: 2030, vantage: 'MOCK', tool_version: '0.1.0-mock', selftest: { v4: true, v6: true, resolver: '2001:db8:53::53', resolver_works: true } };
}

// The round that runs: the server moves it on.
export const live = { id: 'r202613', done: 200, total: 2030 };

function running() {
	return { ...round_of(rounds[0]), id: live.id, began: iso(NOW - 120_000), ended: null, status: 'running', done: live.done, total: live.total };
}

function round_page(id) {
	const one = id === live.id ? running() : rounds.some(r => r.id === id) ? round_of(rounds.find(r => r.id === id)) : null;
	if (!one) throw new NotFound(id);
	const counts = Object.fromEntries(CHECKS.map(c => [c, Object.fromEntries(VERDICTS.map(v => [v, sites.filter(s => s.verdicts[c].verdict === v).length]))]));
	return { ...one, counts: one.status === 'running' ? {} : counts };
}

function league(q, lang) {
	const by = q.get('by') || 'organisation', groups = new Map();
	for (const s of sites) {
		const r = row_of(s, lang), g = groups.get(r[by]) ?? { pass: 0, n: 0, unknown: 0 };
		const v = s.verdicts.site.verdict;
		if (v === 'unknown') g.unknown++;
		else if (v !== 'na') { g.n++; g.pass += v === 'pass'; }
		groups.set(r[by], g);
	}
	const rows = [...groups].map(([group, g]) => { const [lo, hi] = wilson(g.pass, g.n); return { group, value: g.pass / g.n, lo, hi, numerator: g.pass, denominator: g.n, n: g.n + g.unknown, unknown: g.unknown, change: g.n % 7 === 0 ? null : (g.n % 5 - 2) / 100 }; })
		.sort((a, b) => b.value - a.value).map((r, i) => ({ ...r, rank: i + 1 }));
	return { indicator: indicators(lang).find(i => i.id === (q.get('indicator') || 'site_ready')), rows };
}

function allocation(lang) {
	const codes = readFileSync(new URL('../iso3166.txt', import.meta.url), 'utf8').split('\n').filter(l => /^\d/.test(l)).map(l => l.slice(4));
	const countries = codes.filter((_, i) => i % 6).map((cc, i) => {
		const r = random(i + 3), count = Math.ceil(900 * r() ** 4), v4 = Math.ceil(count * (1 + 2 * r())) + 3;
		return { cc, name: cc, count, equiv32: +(count * (1 + 40 * r() ** 3)).toFixed(1), holders: Math.ceil(count * .8), first: iso(Date.UTC(1999 + Math.floor(20 * r()), 3, 2)).slice(0, 10), v4_holders: v4, v4_also_v6: +(Math.min(1, count / v4)).toFixed(3), per_million: +(40 * r() ** 2).toFixed(2) };
	});
	const registries = ['afrinic', 'apnic', 'arin', 'lacnic', 'ripencc'], monthly = [];
	for (let i = 0; i < 60; i++) registries.forEach((registry, k) => {
		const n = Math.round((20 + 30 * k) * (.6 + .8 * random(i * 9 + k)()));
		monthly.push({ month: iso(Date.UTC(2021, 11 + i, 1)).slice(0, 7), registry, count: n, equiv32: n * (2 + k), equiv48: n * 65536 });
	});
	const share = (k, n) => ({ ...figure('site_ready'), value: k / n, numerator: k, denominator: n, lo: null, hi: null, sampled: false, indicator: 'holders' });
	return {
		summary: { holders: figure('holders'), v4_also_v6: share(35214, 71023) }, monthly, countries,
		sizes: [[28, 31], [29, 5120], [30, 180], [31, 95], [32, 21876], [36, 480], [40, 922], [44, 1710], [48, 17544]].map(([prefix_len, count]) => ({ prefix_len, count })),
		groups: [['LDC', 44, 38], ['LLDC', 32, 30], ['SIDS', 39, 27]].map(([id, members, with_v6]) => ({ id, title: text(lang).groups[id], members, figure: share(with_v6, members) })), datasets,
	};
}

function indicator(id, q, lang) {
	const one = indicators(lang).find(i => i.id === id);
	if (!one) throw new NotFound(id);
	let list = points(id, q.get('by') ?? '', lang);
	for (const [key, keep] of [['only', v => p => p.group === v], ['from', v => p => p.at.slice(0, 10) >= v], ['to', v => p => p.at.slice(0, 10) <= v]]) if (q.get(key)) list = list.filter(keep(q.get(key)));
	return { indicator: { ...one, formula: 'k / n', numerator: 'sites with verdict pass', denominator: 'sites with verdict pass, partial or fail', source: 'MOCK rounds', method: '1' }, points: list, sources: 'MOCK rounds of MOCK-list v3' };
}

// Path below /api/v1/ to answer; throws NotFound.
export function answer(path, q, lang) {
	const [head, id] = path.split('/').map(decodeURIComponent);
	const plans = [{ id: 'cn-2017', title: text(lang).plan }, { id: 'itu-res64', title: lang === 'zh' ? 'MOCK 模拟第 64 号决议' : 'MOCK Resolution 64' }];
	const table = {
		overview: () => overview(q, lang), indicators: () => id ? indicator(id, q, lang) : indicators(lang), sites: () => id ? site_page(id, lang) : site_list(q, lang),
		league: () => league(q, lang), targets: () => ({ plan: { ...plans.find(p => p.id === (q.get('plan') || 'cn-2017')), source: 'MOCK source' }, plans, targets: targets(lang) }),
		allocation: () => allocation(lang), rounds: () => id ? round_page(id) : [running(), ...rounds.map(round_of)],
		about: () => ({ contact: 'noc@observatory.example', info_url: 'https://observatory.example/probing', user_agent: 'sextant/0.1.0-mock (+https://observatory.example/probing)' }),
	};
	if (!table[head]) throw new NotFound(path);
	const made = table[head]();
	return Array.isArray(made) ? made : { generated_at: iso(NOW), ...made };
}

export function rows_of(made) {
	return Array.isArray(made) ? made : made.rows ?? made.points ?? made.countries ?? made.targets ?? [made];
}
