// A store with made-up rounds, registry files, a list and a plan, or an empty one, and "sextant serve"
// on it.
//
//	SEXTANT=build/sextant  SEXTANT_FILL=build/bench/fill  SEXTANT_ROUND_MAKER=build/test/round_maker
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROWS = 60_000;

// Blocks of three registries: the last file is months older than the others, as it happens.
const FILES = { apnic: ['20261031', ['CN', 'JP', 'AU', 'NP', 'TV']], ripencc: ['20261031', ['DE', 'FR', 'SE']], lacnic: ['20260531', ['BR', 'AR', 'PY']] };

function registry_file(name, date, countries) {
	const rows = [], until = Number(date.slice(0, 6));
	for (let i = 0; i < 240; i++) {
		const cc = countries[i % countries.length], year = 2008 + i % 19, month = 1 + i % 12;
		const at = year * 100 + month > until ? `${until}01` : `${year}${String(month).padStart(2, '0')}15`;
		if (cc !== 'TV') rows.push(`${name}|${cc}|ipv6|2a${(0x10 + Object.keys(FILES).indexOf(name)).toString(16)}:${(i * 8).toString(16)}::|${i % 5 ? 32 : 29}|${at}|allocated|${name}-${i % 90}`);
		rows.push(`${name}|${cc}|ipv4|${10 + Object.keys(FILES).indexOf(name) * 40 + (i >> 7)}.${(i & 127) * 2}.0.0|65536|${at}|allocated|${name}-${i % 120}`);
	}
	const count = type => rows.filter(r => r.split('|')[2] === type).length;
	return [`2|${name}|${date}|${rows.length}|20080101|${date}|+0000`, `${name}|*|asn|*|0|summary`, `${name}|*|ipv4|*|${count('ipv4')}|summary`,
		`${name}|*|ipv6|*|${count('ipv6')}|summary`, ...rows, ''].join('\n');
}

const PLAN = `#title_en,A plan of our own
#title_zh,自定计划
#source,made for a test
id,dimension,text_zh,text_en,due,set,indicator,op,threshold,unit,grade,source
T-1,application,半数网站可用,Half of the sites work over IPv6,2026-06-30,,site_ready,>=,50,%,M,one
T-2,application,四分之三网站可用,Three quarters of the sites work over IPv6,2028-12-31,,site_ready,>=,75,%,M,two
T-3,application,内容全部一致,All sites have the same content,2026-06-30,,same_content,>=,100,%,M,three
T-4,foundation,IPv6 地址居首,First by IPv6 space,2025-12-31,country=CN,allocation_space,rank,1,,M,four
T-5,user,活跃用户过半,Half of the users are active,2026-12-31,,,>=,50,%,R,five
`;

function free_port() {
	return new Promise((done, fail) => {
		const probe = createServer().on('error', fail).listen(0, '::1', () => {
			const { port } = probe.address();
			probe.close(() => done(port));
		});
	});
}

function make_store(program, folder, db) {
	const run = (...args) => execFileSync(program, [...args, '--db', db, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
	execFileSync(process.env.SEXTANT_FILL, [db, String(ROWS)], { stdio: 'ignore' });
	for (const [name, [date, countries]] of Object.entries(FILES)) {
		writeFileSync(join(folder, `delegated-${name}-extended-latest`), registry_file(name, date, countries));
		run('ingest', 'rir', join(folder, `delegated-${name}-extended-latest`));
	}
	writeFileSync(join(folder, 'bench.csv'), `domain,class\n${Array.from({ length: 60 }, (_, i) => `site${String(i).padStart(5, '0')}.example,Class ${i % 12}`).join('\n')}\n`);
	run('portfolio', 'import', join(folder, 'bench.csv'), '--name', 'bench');
	writeFileSync(join(folder, 'own.csv'), PLAN);
	run('targets', '--import', join(folder, 'own.csv'), '--name', 'own');
	run('targets', '--default', 'own');
}

// Resolves to { url, run_round, close }.
export async function start_server(fill = make_store) {
	for (const name of ['SEXTANT', 'SEXTANT_FILL', 'SEXTANT_ROUND_MAKER']) {
		if (!process.env[name]) throw new Error(`set ${name}, or SEXTANT_PAGES to a server that runs; "meson test pages" does it`);
	}
	const program = process.env.SEXTANT, folder = mkdtempSync(join(tmpdir(), 'sextant-pages-')), db = join(folder, 'db');
	fill(program, folder, db);
	const url = `http://[::1]:${await free_port()}`;
	const server = spawn(program, ['serve', '--db', db, '--listen', url.slice('http://'.length), '--set', 'observer.contact_email=ipv6@observer.example',
		'--set', 'observer.info_url=https://observer.example/probes', '--set', 'observer.operator=Example observatory'], { stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	server.stderr.on('data', text => { said += text; });
	for (let i = 0; !said.includes('http://'); i++) {
		if (i > 200 || server.exitCode !== null) throw new Error(`serve did not start: ${said}`);
		await new Promise(done => setTimeout(done, 50));
	}
	return {
		url,
		run_round: () => new Promise((done, fail) => spawn(process.env.SEXTANT_ROUND_MAKER, [db], { stdio: ['ignore', 'ignore', 'inherit'] })
			.on('error', fail).on('exit', code => code ? fail(new Error(`the round ended with ${code}`)) : done())),
		close: () => new Promise(done => {
			server.on('exit', () => { rmSync(folder, { recursive: true, force: true }); done(); });
			server.kill();
		}),
	};
}
