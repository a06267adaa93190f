/* census_said: see census_said.h. */
#include "app/census_said.h"

#include "app/tabular.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* ---- on the way ---- */

/* One line a site: {"domain":…,"verdicts":[{"check","verdict","reason"}…]} */
static void print_json(struct census_job *j, const struct batch *b, size_t first)
{
	struct json out;

	json_init(&out, &j->line);
	json_object(&out);
	json_put_text(&out, "domain", b->obs.at[first].subject);
	json_key(&out, "verdicts");
	json_array(&out);
	for (size_t i = 0; check_list[i]; i++) {
		const struct verdict_row *r = b->obs.at[first + i].row;

		json_object(&out);
		json_put_text(&out, "check", r->check);
		json_put_text(&out, "verdict", verdict_words[r->verdict]);
		json_put_text(&out, "reason", r->reason);
		json_end_object(&out);
	}
	json_end_array(&out);
	json_end_object(&out);
	buf_char(&j->line, '\n');
}

static void print_csv(struct census_job *j, const struct batch *b, size_t first)
{
	for (size_t i = 0; check_list[i]; i++) {
		const struct verdict_row *r = b->obs.at[first + i].row;

		csv_cell(&j->line, b->obs.at[first].subject, true, false);
		csv_cell(&j->line, r->check, false, false);
		csv_cell(&j->line, verdict_words[r->verdict], false, false);
		csv_cell(&j->line, r->reason, false, false);
		csv_end(&j->line);
	}
}

void say_stored(void *ctx, const struct batch *verdicts, size_t first)
{
	struct census_job *j = ctx;

	if (args_format(j->args) == FORMAT_JSON)
		print_json(j, verdicts, first);
	else if (args_format(j->args) == FORMAT_CSV)
		print_csv(j, verdicts, first);
	if (!j->line.len)
		return;
	fputs(j->line.data, stdout);
	fflush(stdout);
	buf_clear(&j->line);
}

/* The most frequent reasons so far, shortly: "tcp:v6_timeout 31". */
static void print_failures(struct census_job *j)
{
	struct tally *t = &j->round.failures;
	struct arena a;

	arena_init(&a, 0);
	tally_json(t, 0, &a); /* sorts them */
	arena_done(&a);
	for (size_t i = 0; i < t->entries.n && i < 3; i++)
		fprintf(stderr, "%s%s %lld", i ? ", " : " · ", t->entries.at[i]->key, (long long)t->entries.at[i]->n);
}

void say_progress(void *ctx, const struct prober_state *s, size_t held)
{
	struct census_job *j = ctx;
	size_t done = j->round.done + held, here = done - j->done_before;
	double spent_s = (double)(clock_mono(&clock_real) - j->began_us) / 1e6;
	double rate = spent_s > 0 ? (double)here / spent_s : 0;

	if (!j->terminal)
		return;
	if (j->census.down) {
		fprintf(stderr, j->zh ? "\r\033[K普查：%zu/%zu · 暂停，等待观测点恢复"
				      : "\r\033[Kcensus: %zu/%zu · waits for this observer to work again",
			done, j->round.total);
		return;
	}
	if (j->census.second.is_on) {
		fprintf(stderr, j->zh ? "\r\033[K普查：%zu/%zu · 随机复测，剩余 %zu 个"
				      : "\r\033[Kcensus: %zu/%zu · a random 1 %% once more, %zu left",
			done, j->round.total, j->census.second.left);
		return;
	}
	fprintf(stderr, j->zh ? "\r\033[K普查：%zu/%zu · 每秒 %.1f · " : "\r\033[Kcensus: %zu/%zu · %.1f/s · ",
		done, j->round.total, rate);
	if (rate > 0)
		fprintf(stderr, j->zh ? "剩余 %.0f 秒" : "%.0f s left",
			(double)(j->round.total - done) / rate);
	if (s->parked)
		fprintf(stderr, j->zh ? " · %llu 个等待复测" : " · %llu wait to ask again",
			(unsigned long long)s->parked);
	if (s->silent)
		fprintf(stderr, j->zh ? " · 无应答 %llu/%llu" : " · silent %llu of %llu looks",
			(unsigned long long)s->silent, (unsigned long long)s->looks);
	print_failures(j);
}

void say_line_end(const struct census_job *j)
{
	if (j->terminal)
		fprintf(stderr, "\r\033[K");
}

/* What the observer cannot do is said at once, and again when it changes. */
void say_tested(void *ctx, const struct selftest_row *row, unsigned works, bool is_first)
{
	static const struct {
		unsigned bit;
		const char *en, *zh;
	} faults[] = {
		{WORKS_V6, "IPv6 does not work here: every verdict about IPv6 is unknown",
		 "本机 IPv6 不可用：所有 IPv6 结论均为“未知”"},
		{WORKS_V4, "IPv4 does not work here: nothing is compared with it",
		 "本机 IPv4 不可用：无法与 IPv4 比较"},
		{WORKS_RESOLVER, "the resolver does not answer: names that get no answer stay unknown",
		 "递归解析器无应答：未获应答的域名结论为“未知”"},
	};
	static unsigned told; /* bits that were told */
	static bool waiting;
	struct census_job *j = ctx;

	(void)is_first;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if ((works & faults[i].bit) || (told & faults[i].bit))
			continue;
		told |= faults[i].bit;
		say_line_end(j);
		log_warn(row->why ? "%s (%s)" : "%s", j->zh ? faults[i].zh : faults[i].en, row->why);
	}
	if (j->census.down && !waiting) {
		say_line_end(j);
		log_warn(j->zh ? "普查暂停，最多等待 %lld 秒（selftest.patience_s）；故障期间的探测作废并重做"
			       : "the round waits for it, %lld s at most (selftest.patience_s); what was looked "
				 "at meanwhile is looked at again",
			 (long long)j->observer.config->selftest_patience_s);
	}
	waiting = j->census.down != 0;
	if (told & works) {
		say_line_end(j);
		log_info(j->zh ? "观测点自检恢复正常" : "the self-test passes again");
		told &= ~works;
	}
}

void say_before(const struct census_job *j)
{
	const struct round *r = &j->round;

	if (r->n_before)
		log_info(j->zh ? "%zu 个站点（共 %zu 个）在 %lld 秒内已由另一轮普查探测过，直接采用当时的证据；"
				 "--again 则重新探测"
			       : "%zu of these %zu sites were looked at by another round less than %lld s ago; "
				 "what was found then counts here too; --again asks them again",
			 r->n_before, r->total, (long long)j->observer.config->round_gap_s);
}

void say_wishes(const struct census_job *j)
{
	const struct census *c = &j->census;

	if (c->wishes + c->wishes_heard)
		log_info(j->zh ? "有主机或网络要求暂缓探测：本次 %zu 个，此前各轮尚有效的 %zu 个；相关结论为“未知”"
			       : "hosts and networks that want to be left alone for now: %zu met in this run, %zu "
				 "of earlier rounds; what they hold is unknown",
			 c->wishes, c->wishes_heard);
}

/* ---- at the end ---- */

static int count_verdicts(struct census_job *j, struct arena *a, struct table *t, struct err *e)
{
	const struct value arg = value_text(j->round.id);

	return store_query_facts(j->store, a,
				 "SELECT \"check\", count(*) FILTER (WHERE verdict = 'pass'), "
				 "count(*) FILTER (WHERE verdict = 'partial'), "
				 "count(*) FILTER (WHERE verdict = 'fail'), "
				 "count(*) FILTER (WHERE verdict = 'na'), "
				 "count(*) FILTER (WHERE verdict = 'unknown') "
				 "FROM obs_verdict WHERE round = ? GROUP BY 1",
				 &arg, 1, t, e);
}

static size_t row_of(const struct table *t, const char *check)
{
	size_t i = 0;

	while (i < t->n_rows && strcmp(value_str(table_at(t, i, 0), ""), check) != 0)
		i++;
	return i;
}

/* "57 of 70 sites (81.4%) are usable over IPv6, 12 more in part; 2 unknown, 3 not applicable." */
static void print_sentence(const struct census_job *j, const struct table *t)
{
	size_t row = row_of(t, "site");
	long long n[5];

	if (row == t->n_rows)
		return;
	for (size_t k = 0; k < 5; k++)
		n[k] = (long long)value_int(table_at(t, row, k + 1), 0);
	printf(j->zh ? "轮次 %s，名单 %s 第 %lld 版：%lld 个可判定站点中 %lld 个可经 IPv6 正常使用"
		       "（%.1f%%），另有 %lld 个部分可用；%lld 个未知，%lld 个不适用\n"
		     : "round %s over %s, version %lld: of %lld sites that could be judged %lld are usable "
		       "over IPv6 (%.1f%%), %lld more in part; %lld unknown, %lld not applicable\n",
	       j->round.id, j->name, (long long)j->round.version, n[0] + n[1] + n[2], n[0],
	       n[0] + n[1] + n[2] ? 100.0 * (double)n[0] / (double)(n[0] + n[1] + n[2]) : 0.0, n[1], n[4],
	       n[3]);
}

/* "1 site was looked at once more: 0 of 18 verdicts differ (0.0%)" */
static void print_second(const struct census_job *j)
{
	const struct second *s = &j->census.second;

	if (!s->sites)
		return;
	printf(j->zh ? "随机复测 %lld 个站点：可比较的 %lld 项结论中 %lld 项不一致（%.2f%%），以首次结论为准\n"
		     : "%lld sites at random were looked at once more: of %lld verdicts that could be compared "
		       "%lld differ (%.2f%%); the first ones stand\n",
	       (long long)s->sites, (long long)s->compared, (long long)s->disagreed,
	       s->compared ? 100.0 * (double)s->disagreed / (double)s->compared : 0.0);
}

static void print_counts(const struct census_job *j, const struct table *t)
{
	const bool zh = j->zh;
	const struct tabular_column columns[] = {
		{"check", zh ? "检查" : "check", TABULAR_TEXT},
		{"title", zh ? "内容" : "what", TABULAR_TEXT},
		{"pass", zh ? "✓ 通过" : "✓ pass", TABULAR_NUMBER},
		{"partial", zh ? "◐ 部分" : "◐ partial", TABULAR_NUMBER},
		{"fail", zh ? "✗ 未通过" : "✗ fail", TABULAR_NUMBER},
		{"na", zh ? "– 不适用" : "– n.a.", TABULAR_NUMBER},
		{"unknown", zh ? "? 未知" : "? unknown", TABULAR_NUMBER},
	};
	struct tabular out;

	tabular_init(&out, columns, 7);
	for (size_t i = 0; check_list[i]; i++) {
		size_t row = row_of(t, check_list[i]->id);

		if (row == t->n_rows)
			continue;
		tabular_text(&out, check_list[i]->id);
		tabular_text(&out, zh ? check_list[i]->title_zh : check_list[i]->title_en);
		for (size_t k = 1; k < 6; k++)
			tabular_int(&out, value_int(table_at(t, row, k), 0));
	}
	tabular_print(&out, FORMAT_TABLE, stdout);
	tabular_done(&out);
}

/* What the machine spent: for people with --verbose, and for the benchmark. */
static void put_cost(struct json *out, const struct prober_state *s, size_t sites)
{
	json_put_i64(out, "prober_cpu_us", (int64_t)s->cpu_us);
	json_put_i64(out, "tls_cpu_us", (int64_t)s->tls_us);
	json_put_i64(out, "connections", (int64_t)s->connections);
	json_put_i64(out, "datagrams", (int64_t)s->datagrams);
	json_put_i64(out, "peak_sites", (int64_t)s->peak_sites);
	json_put_i64(out, "peak_bytes_per_site", (int64_t)s->peak_b);
	json_put_i64(out, "peak_tls_bytes_per_site", (int64_t)s->peak_tls_b);
	json_put_i64(out, "sites_here", (int64_t)sites);
}

/* The last line of --json. */
static void print_end(struct census_job *j)
{
	struct json out;

	json_init(&out, &j->line);
	json_object(&out);
	json_put_text(&out, "round", j->round.id);
	json_put_text(&out, "portfolio", j->name);
	json_put_i64(&out, "version", j->round.version);
	json_put_i64(&out, "sites", (int64_t)j->round.total);
	json_put_i64(&out, "population", j->round.population);
	json_put_bool(&out, "resumed", j->round.resumed);
	json_put_bool(&out, "v4_works", !(j->census.ever_failed & WORKS_V4));
	json_put_bool(&out, "v6_works", !(j->census.ever_failed & WORKS_V6));
	json_put_bool(&out, "resolver_works", !(j->census.ever_failed & WORKS_RESOLVER));
	json_put_i64(&out, "resampled", j->census.second.sites);
	json_put_i64(&out, "compared", j->census.second.compared);
	json_put_i64(&out, "disagreed", j->census.second.disagreed);
	put_cost(&out, &j->census.state, j->round.done - j->done_before);
	json_end_object(&out);
	printf("%s\n", j->line.data);
	buf_clear(&j->line);
}

int say_result(struct census_job *j, struct err *e)
{
	struct arena a;
	struct table t;
	int rc;

	if (args_format(j->args) == FORMAT_JSON) {
		print_end(j);
		return 0;
	}
	if (args_format(j->args) == FORMAT_CSV)
		return 0;
	arena_init(&a, 0);
	rc = count_verdicts(j, &a, &t, e);
	if (!rc) {
		print_sentence(j, &t);
		print_counts(j, &t);
		print_second(j);
	}
	arena_done(&a);
	return rc;
}
