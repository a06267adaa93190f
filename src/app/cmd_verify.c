/*
 * cmd_verify: every verdict of a round derived again from the stored evidence and compared with what is
 * stored.  One difference means that the program, the evidence or the verdict is not what it was.
 */
#include "app/census.h"
#include "app/command.h"
#include "app/config.h"
#include "app/evidence_rows.h"
#include "app/statuses.h"
#include "app/tabular.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_SITES = 500, SHOWN = 1000 };

struct verification {
	const struct args *args;
	struct store *store;
	struct arena arena;
	char round[ROUND_ID_MAX];
	int64_t began_us, total; /* total: sites of a round that is complete, else -1 */
	prefix_list allow;
	struct batch *evidence[EVIDENCE_KINDS + 1]; /* of the page; the last: verdicts */
	size_t at[EVIDENCE_KINDS + 1];		     /* how far the page has been walked */
	struct tabular out;
	size_t sites, verdicts, statuses, differences, older;
};

/* ---- the round ---- */

/* The prefixes that were as good as public in that round, out of its settings. */
static int read_allow(struct verification *v, const char *settings, struct err *e)
{
	const char *at = strstr(settings, "\"allow\":["), *end = at ? strchr(at, ']') : NULL;
	char list[CONFIG_TEXT_MAX];
	size_t n = 0;

	if (!end)
		return 0;
	for (at += strlen("\"allow\":["); at < end && n + 1 < sizeof(list); at++)
		if (*at != '"')
			list[n++] = *at;
	list[n] = '\0';
	return config_prefixes(list, &v->allow, e);
}

#define COLUMNS                                                                                    \
	"SELECT id, began_us, settings, CASE status WHEN 'complete' THEN total ELSE -1 END "       \
	"FROM round "

static int find_round(struct verification *v, struct err *e)
{
	const char *wanted = args_at(v->args, 0);
	const struct value arg = value_text(wanted);
	struct table t;
	int rc = wanted ? store_query_state(v->store, &v->arena,
					    COLUMNS "WHERE id = ?", &arg, 1, &t, e)
			: store_query_state(v->store, &v->arena,
					    COLUMNS "WHERE status = 'complete' "
						    "ORDER BY began_us DESC LIMIT 1",
					    NULL, 0, &t, e);

	if (rc)
		return rc;
	if (!t.n_rows)
		return err_set(e, -ENOENT, wanted ? "there is no round '%s'; `sextant export round` lists them"
						  : "there is no complete round yet%.0s; `sextant census` makes one",
			       wanted ? wanted : "");
	snprintf(v->round, sizeof(v->round), "%s", value_str(table_at(&t, 0, 0), ""));
	v->began_us = value_int(table_at(&t, 0, 1), 0);
	v->total = value_int(table_at(&t, 0, 3), -1);
	return read_allow(v, value_str(table_at(&t, 0, 2), ""), e);
}

/* ---- one site ---- */

/* The next rows of this page that are about the site; they lie side by side. */
static struct evidence_list rows_of(struct verification *v, int which, const char *domain)
{
	const struct batch *b = v->evidence[which];
	size_t first = v->at[which];

	while (first < b->obs.n && strcmp(b->obs.at[first].subject, domain) < 0)
		first++;
	v->at[which] = first;
	while (v->at[which] < b->obs.n && !strcmp(b->obs.at[v->at[which]].subject, domain))
		v->at[which]++;
	return (struct evidence_list){b->obs.at + first, v->at[which] - first};
}

static void differ(struct verification *v, const char *domain, const char *check, const char *field,
		   const char *stored, const char *derived)
{
	if (++v->differences > SHOWN)
		return;
	tabular_text(&v->out, domain);
	tabular_text(&v->out, check);
	tabular_text(&v->out, field);
	tabular_text(&v->out, stored);
	tabular_text(&v->out, derived);
}

static const struct verdict_row *stored_of(const struct evidence_list *stored, const char *check)
{
	for (size_t i = 0; i < stored->n; i++) {
		const struct verdict_row *r = stored->at[i].row;

		if (!strcmp(r->check, check))
			return r;
	}
	return NULL;
}

static void compare(struct verification *v, const char *domain, const struct verdict_row *derived,
		    const struct evidence_list *stored)
{
	const struct verdict_row *r = stored_of(stored, derived->check);

	v->verdicts++;
	if (!r)
		differ(v, domain, derived->check, "verdict", "", verdict_words[derived->verdict]);
	else if (strcmp(r->method, derived->method) != 0)
		v->older++; /* another method may well say something else */
	else if (r->verdict != derived->verdict)
		differ(v, domain, r->check, "verdict", verdict_words[r->verdict],
		       verdict_words[derived->verdict]);
	else if (strcmp(r->reason, derived->reason) != 0)
		differ(v, domain, r->check, "reason", r->reason, derived->reason);
	else if (strcmp(r->evidence, derived->evidence) != 0)
		differ(v, domain, r->check, "evidence", r->evidence, derived->evidence);
}

static void compare_counts(struct verification *v, const char *domain, const char *what,
			   int64_t stored, int64_t derived)
{
	char had[24], has[24];

	if (stored == derived)
		return;
	snprintf(had, sizeof(had), "%lld", (long long)stored);
	snprintf(has, sizeof(has), "%lld", (long long)derived);
	differ(v, domain, "", what, had, has);
}

static void verify_site(struct verification *v, const char *domain, unsigned works)
{
	const struct subject tags = {.domain = domain, .organisation = "", .class_ = "", .region = "",
				     .level = "", .rank = I64_NULL, .tags = ""};
	const struct judgement j = {.vantage = "", .round = "", .portfolio = ""};
	struct site s = {.domain = domain,
			       .v4_works = works & WORKS_V4, .v6_works = works & WORKS_V6,
			       .resolver_works = works & WORKS_RESOLVER,
			       .now_us = v->began_us,
			       .allow = v->allow.at, .n_allow = v->allow.n};
	struct evidence_list stored = rows_of(v, EVIDENCE_KINDS, domain);
	struct batch *derived = batch_new(&verdict_schema);

	for (int k = 0; k < EVIDENCE_KINDS; k++)
		s.of[k] = rows_of(v, k, domain);
	judge_site(&s, &tags, &j, derived);
	for (size_t i = 0; i < derived->obs.n; i++)
		compare(v, domain, derived->obs.at[i].row, &stored);
	compare_counts(v, domain, "verdicts", (int64_t)stored.n, (int64_t)derived->obs.n);
	batch_free(derived);
	v->sites++;
}

/* ---- page by page ---- */

static int load_page(struct verification *v, const char *first, const char *last, struct err *e)
{
	for (int k = 0; k <= EVIDENCE_KINDS; k++) {
		const struct schema *kind = k < EVIDENCE_KINDS ? evidence_schemas[k] : &verdict_schema;
		int rc;

		batch_free(v->evidence[k]);
		v->evidence[k] = NULL;
		v->at[k] = 0;
		rc = evidence_rows(v->store, kind, v->round, first, last, &v->evidence[k], e);
		if (rc)
			return rc;
	}
	return 0;
}

static int verify_page(struct verification *v, const char *after, struct table *t, struct err *e)
{
	const struct value args[] = {value_text(v->round), value_text(after), value_i64(PAGE_SITES)};
	int rc = store_query_state(v->store, &v->arena,
				   "SELECT domain, works FROM round_done WHERE round = ? AND domain > ? "
				   "ORDER BY domain LIMIT ?",
				   args, 3, t, e);

	if (rc || !t->n_rows)
		return rc;
	rc = load_page(v, value_str(table_at(t, 0, 0), ""),
		       value_str(table_at(t, t->n_rows - 1, 0), ""), e);
	for (size_t i = 0; !rc && i < t->n_rows; i++)
		verify_site(v, value_str(table_at(t, i, 0), ""),
			    (unsigned)value_int(table_at(t, i, 1), 7));
	return rc;
}

/* Are there sites that the round has, and the facts have not, or the other way round? */
static int verify_sites(struct verification *v, struct err *e)
{
	const struct value arg = value_text(v->round);
	struct table t;
	int rc = store_query_facts(v->store, &v->arena,
				   "SELECT count(DISTINCT subject) FROM obs_verdict WHERE round = ?", &arg,
				   1, &t, e);

	if (rc)
		return rc;
	compare_counts(v, "", "sites", value_int(table_at(&t, 0, 0), 0), (int64_t)v->sites);
	if (v->total >= 0)
		compare_counts(v, "", "sites done", (int64_t)v->sites, v->total);
	return 0;
}

/* ---- statuses ---- */

static const struct status_row *status_of(const struct batch *b, const char *domain, const char *check)
{
	for (size_t i = 0; i < b->obs.n; i++) {
		const struct status_row *s = b->obs.at[i].row;

		if (!strcmp(b->obs.at[i].subject, domain) && !strcmp(s->check, check))
			return s;
	}
	return NULL;
}

static void status_text(const struct status_row *s, struct buf *out)
{
	buf_clear(out);
	for (size_t k = 0; s && k < status_schema.n_fields; k++) {
		buf_str(out, k ? " " : "");
		field_print(&status_schema.fields[k], s, out);
	}
}

/* What the round left is what it had to leave, each row and every column. */
static void compare_statuses(struct verification *v, const struct batch *stored, const struct batch *derived)
{
	struct buf had, has;

	buf_init(&had, 1 << 14);
	buf_init(&has, 1 << 14);
	for (size_t i = 0; i < derived->obs.n; i++) {
		const struct obs *o = &derived->obs.at[i];
		const struct status_row *s = o->row;

		/* both come by name and check, so the rows of one place mostly stand at it */
		const struct status_row *there =
			i < stored->obs.n && !strcmp(stored->obs.at[i].subject, o->subject) &&
					!strcmp(((struct status_row *)stored->obs.at[i].row)->check, s->check)
				? stored->obs.at[i].row
				: status_of(stored, o->subject, s->check);

		status_text(there, &had);
		status_text(s, &has);
		if (strcmp(had.data, has.data) != 0)
			differ(v, o->subject, s->check, "status", had.data, has.data);
		v->statuses++;
	}
	compare_counts(v, stored->obs.n ? stored->obs.at[0].subject : "", "statuses",
		       (int64_t)stored->obs.n, (int64_t)derived->obs.n);
	buf_done(&had);
	buf_done(&has);
}

static int verify_statuses_page(struct verification *v, const struct statuses *s, char *after, struct err *e)
{
	struct batch *derived = NULL, *stored = NULL;
	char from[DOMAIN_MAX];
	int rc;

	snprintf(from, sizeof(from), "%s", after);
	rc = statuses_derive(s, from, after, &derived, e);
	/* names between two pages belong to the later one: '\x01' comes before whatever a name may have */
	if (!rc && after[0]) {
		size_t n = strlen(from);

		from[n] = '\x01';
		from[n + 1 < sizeof(from) ? n + 1 : n] = '\0';
		rc = evidence_rows(v->store, &status_schema, v->round, from, after, &stored, e);
	}
	if (!rc && after[0])
		compare_statuses(v, stored, derived);
	batch_free(stored);
	batch_free(derived);
	return rc;
}

/* Of a round whose statuses were written at its end. */
static int verify_statuses(struct verification *v, struct err *e)
{
	const struct value arg = value_text(v->round);
	struct statuses s = {.store = v->store, .round = v->round};
	char after[DOMAIN_MAX] = "";
	struct arena a;
	struct table t;
	int rc;

	arena_init(&a, 0);
	rc = store_query_facts(v->store, &a,
			       "SELECT vantage, confirm_us, confirm_gap_us FROM obs_round "
			       "WHERE round = ? AND confirm_us IS NOT NULL",
			       &arg, 1, &t, e);
	if (!rc && t.n_rows) {
		s.vantage = value_str(table_at(&t, 0, 0), "");
		s.confirm_us = value_int(table_at(&t, 0, 1), 0);
		s.gap_us = value_int(table_at(&t, 0, 2), 0);
		do
			rc = verify_statuses_page(v, &s, after, e);
		while (!rc && after[0]);
	}
	arena_done(&a);
	return rc;
}

static int verify_all(struct verification *v, struct err *e)
{
	bool terminal = isatty(STDERR_FILENO) && !args_has(v->args, "quiet");
	char after[DOMAIN_MAX] = "";
	struct table t;
	int rc = store_flush(v->store, e); /* what waits in the outbox is part of the round */

	if (rc)
		return rc;
	do {
		arena_done(&v->arena);
		rc = verify_page(v, after, &t, e);
		if (rc || !t.n_rows)
			break;
		snprintf(after, sizeof(after), "%s", value_str(table_at(&t, t.n_rows - 1, 0), ""));
		if (terminal)
			fprintf(stderr, "\r\033[Kverify: %zu sites, %zu differences", v->sites,
				v->differences);
	} while (true);
	if (terminal)
		fprintf(stderr, "\r\033[K");
	if (!rc)
		rc = verify_sites(v, e);
	return rc ? rc : verify_statuses(v, e);
}

static void print(const struct verification *v)
{
	bool zh = args_zh(v->args);

	if (v->differences || args_format(v->args) != FORMAT_TABLE)
		tabular_print(&v->out, args_format(v->args), stdout);
	if (v->older)
		log_warn(zh ? "%zu 项结论出自旧版方法，未作比较" : "%zu verdicts are of an older method and were "
								  "not compared",
			 v->older);
	fprintf(args_format(v->args) == FORMAT_TABLE ? stdout : stderr,
		zh ? "轮次 %s：%zu 个站点，%zu 项结论由证据重新推导，%zu 次公布状态变动由结论重新推导，%zu 处差异\n"
		   : "round %s: %zu sites, %zu verdicts derived again from their evidence, %zu changes of "
		     "status from the verdicts, %zu differences\n",
		v->round, v->sites, v->verdicts, v->statuses, v->differences);
}

static int run(const struct args *a, struct err *e)
{
	bool zh = args_zh(a);
	const struct tabular_column columns[] = {
		{"domain", zh ? "域名" : "domain", TABULAR_TEXT},
		{"check", zh ? "检查" : "check", TABULAR_TEXT},
		{"field", zh ? "项" : "field", TABULAR_TEXT},
		{"stored", zh ? "库中" : "stored", TABULAR_TEXT},
		{"derived", zh ? "推导" : "derived", TABULAR_TEXT},
	};
	struct verification v = {.args = a};
	int rc = open_store(a, STORE_ANY, &v.store, e);

	if (rc)
		return exit_of(e);
	arena_init(&v.arena, 0);
	tabular_init(&v.out, columns, 5);
	rc = find_round(&v, e);
	if (!rc)
		rc = verify_all(&v, e);
	if (!rc)
		print(&v);
	for (int k = 0; k <= EVIDENCE_KINDS; k++)
		batch_free(v.evidence[k]);
	tabular_done(&v.out);
	vec_done(&v.allow);
	arena_done(&v.arena);
	store_close(v.store);
	if (rc)
		return rc == -ENOENT ? EXIT_INPUT : exit_of(e);
	return v.differences ? EXIT_NEGATIVE : EXIT_DONE;
}

static const struct option_row options[] = {{0}};

const struct command command_verify = {
	.name = "verify",
	.synopsis = "[ROUND]",
	.en = "derive every verdict of a round again from the stored evidence, and compare",
	.zh = "由库中证据重新推导一轮的全部结论并比对",
	.more_en = "Without ROUND the latest complete one. Prints each difference in verdict, reason or "
		   "evidence, then a line of counts; the exit code is 1 if there is a difference.",
	.more_zh = "不指定轮次时取最近完成的一轮。\n"
		   "列出结论、原因或证据的每处差异，末行为计数；\n"
		   "有差异时退出码为 1。",
	.example = "  sextant verify\n  sextant verify 20261031t081500-0a1b2c3d --json",
	.options = options,
	.run = run,
};
