/*
 * route_sites: the sites of one round, filtered, fifty a page by key, with counts for the filters.
 *
 * The page's domains come from the rows of one check (default: the headline), then all verdicts of
 * those domains are fetched.  A filter's own counts leave that filter out, so that a reader sees
 * what else could be chosen.  The key of a page is the last domain of the one before, whatever the
 * order: equals are told apart by the domain.
 *
 * The list of the latest round comes out of memory (outlet/board.h), any other out of the facts; either
 * way as the same tables.
 */
#include "outlet/route.h"

#include "base/limits.h"
#include "base/map.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 16, PAGE_DEFAULT = 50, PAGE_MAX = 500, FACET_ROWS = 200,
       CSV_MAX = L_STORE_ROWS / 25 /* so many sites with a row for each check */ };

/* Which list is asked for, and from where it comes. */
struct asked {
	struct call *call;
	const char *round, *check;
	struct board_list list; /* its board is NULL: from the facts */
};

struct where {
	char sql[1024];
	struct value args[ARGS_MAX];
	size_t n;
};

static void condition(struct where *w, const char *sql, struct value v)
{
	size_t len = strlen(w->sql);

	snprintf(w->sql + len, sizeof(w->sql) - len, "%s%s", w->n ? " AND " : "", sql);
	w->args[w->n++] = v;
}

/* "%text%"; a wildcard in the text stands for one letter only, as wide as it is. */
static const char *like_text(struct call *c, const char *q)
{
	char *out = arena_alloc(c->arena, strlen(q) + 3), *p = out;

	*p++ = '%';
	for (; *q; q++)
		*p++ = strchr("%_\\", *q) ? '_' : (char)tolower((unsigned char)*q);
	*p++ = '%';
	return out;
}

/* The filters of the call, but for the one named `without`. */
static void filters(const struct asked *q, const char *without, struct where *w)
{
	static const char *const columns[] = {"verdict", "class", "region", "organisation", "level",
					      "reason"};
	struct call *c = q->call;
	const char *part = call_query(c, "q");

	memset(w, 0, sizeof(*w));
	condition(w, "round = ?", value_text(q->round));
	condition(w, "\"check\" = ?", value_text(q->check));
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const char *v = call_query(c, columns[i]);
		char sql[32];

		if (!v || (without && !strcmp(without, columns[i])))
			continue;
		snprintf(sql, sizeof(sql), "%s = ?", columns[i]);
		condition(w, sql, value_text(v));
	}
	if (part) {
		condition(w, "(subject LIKE ? OR lower(organisation) LIKE ?)",
			  value_text(like_text(c, part)));
		w->args[w->n++] = value_text(like_text(c, part));
	}
}

/* The same filters of the list in memory, if that is the one asked for. */
static void find_list(struct asked *q)
{
	struct call *c = q->call;
	const char *part = call_query(c, "q");
	const struct board_ask ask = {
		.check = q->check,
		.verdict = call_query(c, "verdict"),
		.reason = call_query(c, "reason"),
		.organisation = call_query(c, "organisation"),
		.class_ = call_query(c, "class"),
		.region = call_query(c, "region"),
		.level = call_query(c, "level"),
		.q = part ? like_text(c, part) : NULL,
	};

	if (!board_list(c->board, q->round, &ask, c->arena, &q->list))
		q->list.board = NULL;
}

/* ---- the order ---- */

struct order {
	const char *expr; /* of a column, unknown always last */
	bool down;
};

static struct order order_of(const struct call *c)
{
	/* U+10FFFF sorts after every text, and no rank is this large */
	static const struct {
		const char *name, *up, *down;
	} columns[] = {
#define TEXT(name)                                                                                 \
	{#name, "coalesce(nullif(" #name ", ''), '\xf4\x8f\xbf\xbf')", "coalesce(" #name ", '')"}
		TEXT(organisation), TEXT(class), TEXT(region), TEXT(level),
#undef TEXT
		{"rank", "coalesce(rank, 9000000000000000)", "coalesce(rank, -1)"},
	};
	const char *sort = call_query(c, "sort");
	struct order o = {.expr = "subject", .down = sort && *sort == '-'};

	for (size_t i = 0; sort && i < sizeof(columns) / sizeof(columns[0]); i++)
		if (!strcmp(sort + o.down, columns[i].name))
			o.expr = o.down ? columns[i].down : columns[i].up;
	return o;
}

/* What comes after the domain `after` in this order. */
static int after_key(struct call *c, const char *after, const struct order *o, struct where *w,
		     struct err *e)
{
	char sow = o->down ? '<' : '>', sql[400];
	const struct value key[] = {w->args[0], w->args[1], value_text(after)};
	struct table t;
	int rc;

	snprintf(sql, sizeof(sql),
		 "SELECT %s FROM obs_verdict WHERE round = ? AND \"check\" = ? AND subject = ?", o->expr);
	rc = call_facts(c, sql, key, 3, &t, e);
	if (rc || !t.n_rows)
		return rc;
	snprintf(sql, sizeof(sql), "(%s %c ? OR (%s = ? AND subject %c ?))", o->expr, sow, o->expr,
		 sow);
	condition(w, sql, *table_at(&t, 0, 0));
	w->args[w->n++] = *table_at(&t, 0, 0);
	w->args[w->n++] = value_text(after);
	return 0;
}

static int ask_facet(const struct asked *q, const char *column, struct table *t, struct err *e)
{
	struct where w;
	char sql[1400];

	if (q->list.board) {
		board_facet(&q->list, column, FACET_ROWS, q->call->arena, t);
		return 0;
	}
	filters(q, column, &w);
	snprintf(sql, sizeof(sql),
		 "SELECT %s, count(*) FROM obs_verdict WHERE %s GROUP BY %s "
		 "ORDER BY count(*) DESC, %s LIMIT %d",
		 column, w.sql, column, column, FACET_ROWS);
	return call_facts(q->call, sql, w.args, w.n, t, e);
}

static int facet(const struct asked *q, const char *column, struct err *e)
{
	struct call *c = q->call;
	struct table t;
	int rc = ask_facet(q, column, &t, e);

	if (rc)
		return rc;
	json_key(c->json, column);
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		json_put_text(c->json, "value", value_str(table_at(&t, i, 0), ""));
		json_put_i64(c->json, "count", value_int(table_at(&t, i, 1), 0));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return 0;
}

static int facets(const struct asked *q, struct err *e)
{
	static const char *const columns[] = {"class", "region", "level", "verdict"};
	struct call *c = q->call;
	int rc = 0;

	json_key(c->json, "facets");
	json_object(c->json);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) && !rc; i++)
		rc = facet(q, columns[i], e);
	json_end_object(c->json);
	return rc;
}

#define COLUMNS                                                                                    \
	"SELECT subject, \"check\", verdict, reason, organisation, class, region, level, rank "    \
	"FROM obs_verdict "

static int page_of(const struct asked *q, int64_t limit, struct table *t, struct err *e)
{
	struct call *c = q->call;
	const char *after = call_query(c, "after"), *sort = call_query(c, "sort");
	const struct order o = order_of(c);
	const char *down = o.down ? " DESC" : "";
	struct where w;
	struct value args[ARGS_MAX + 2];
	char by[200], sql[2400];
	int rc = 0;

	if (q->list.board) {
		board_page(&q->list, sort ? sort + o.down : NULL, o.down, after, (size_t)limit, c->arena, t);
		return 0;
	}
	filters(q, NULL, &w);
	if (after)
		rc = after_key(c, after, &o, &w, e);
	if (rc)
		return rc;
	args[0] = value_text(q->round);
	memcpy(args + 1, w.args, w.n * sizeof(args[0]));
	snprintf(by, sizeof(by), "%s%s, subject%s", o.expr, down, down);
	snprintf(sql, sizeof(sql),
		 COLUMNS "WHERE round = ? AND subject IN (SELECT subject FROM obs_verdict "
			 "WHERE %s ORDER BY %s LIMIT %lld) ORDER BY %s, \"check\"",
		 w.sql, by, (long long)limit, by);
	return call_facts(c, sql, args, w.n + 1, t, e);
}

/* ---- CSV: the addresses and hosts that the verdicts stand on ---- */

static const char *const record_types[] = {"A", "AAAA", "NS", "MX"};
static const char *const record_columns[] = {"ipv4", "ipv6", "name_servers", "mail_hosts"};
enum { RECORDS = 4 };

/* Domain -> const char *[RECORDS].  A zone is asked for upwards from the site's name, so the last
 * answer that names servers is the one of the zone that holds it. */
static int records_of(struct call *c, const char *round, struct map *out, struct err *e)
{
	const struct value arg = value_text(round);
	struct table t;
	int rc = call_facts(c,
			    "SELECT subject, qtype, replace(data, chr(10), ' ') FROM obs_dns "
			    "WHERE round = ? AND data IS NOT NULL AND ((role = 'apex' AND qtype IN "
			    "('A', 'AAAA')) OR qtype IN ('NS', 'MX')) ORDER BY subject, at_us",
			    &arg, 1, &t, e);

	map_init(out, c->arena);
	for (size_t i = 0; !rc && i < t.n_rows; i++) {
		const char ***of = (const char ***)map_at_text(out, value_str(table_at(&t, i, 0), ""));

		if (!*of)
			*of = arena_array(c->arena, RECORDS, sizeof(**of));
		for (size_t k = 0; k < RECORDS; k++)
			if (!strcmp(value_str(table_at(&t, i, 1), ""), record_types[k]))
				(*of)[k] = value_str(table_at(&t, i, 2), "");
	}
	return rc;
}

static void write_records(struct rows *r, const struct map *records, const char *domain)
{
	const char *const *of = map_get_text(records, domain);

	for (size_t k = 0; k < RECORDS; k++)
		rows_text(r, record_columns[k], of && of[k] ? of[k] : "");
}

/* One row for each domain: its tags, then its verdicts by check. */
static void write_site(struct call *c, struct rows *r, const struct table *t, size_t from, size_t to,
		       const struct map *records)
{
	static const char *const tags[] = {"organisation", "class", "region", "level"};

	rows_next(r);
	rows_text(r, "domain", value_str(table_at(t, from, 0), ""));
	for (size_t k = 0; k < 4; k++)
		rows_text(r, tags[k], value_str(table_at(t, from, 4 + k), ""));
	rows_i64(r, "rank", value_int(table_at(t, from, 8), I64_NULL));
	if (!c->csv) {
		json_key(c->json, "verdicts");
		json_object(c->json);
	}
	for (size_t i = from; i < to; i++) {
		const char *check = value_str(table_at(t, i, 1), "");
		const char *verdict = value_str(table_at(t, i, 2), "");
		const char *reason = value_str(table_at(t, i, 3), "");

		if (c->csv) {
			rows_text(r, check, verdict);
			rows_text(r, arena_printf(c->arena, "%s_reason", check), reason);
			continue;
		}
		json_key(c->json, check);
		json_object(c->json);
		json_put_text(c->json, "verdict", verdict);
		json_put_text(c->json, "reason", reason);
		json_end_object(c->json);
	}
	if (!c->csv)
		json_end_object(c->json);
	else
		write_records(r, records, value_str(table_at(t, from, 0), ""));
	rows_end_row(r);
}

static const char *write_sites(struct call *c, const struct table *t, const struct map *records,
			       int64_t *n)
{
	const char *last = NULL;
	struct rows r;

	*n = 0;
	rows_begin(&r, c, "rows");
	for (size_t from = 0, to; from < t->n_rows; from = to) {
		last = value_str(table_at(t, from, 0), "");
		for (to = from; to < t->n_rows && !strcmp(value_str(table_at(t, to, 0), ""), last); to++)
			;
		write_site(c, &r, t, from, to, records);
		++*n;
	}
	rows_end(&r);
	return last;
}

static int total(const struct asked *q, struct err *e)
{
	struct call *c = q->call;
	struct where w;
	struct table t;
	char sql[1200];
	int rc;

	if (q->list.board) {
		json_put_i64(c->json, "total", board_total(&q->list));
		return 0;
	}
	filters(q, NULL, &w);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM obs_verdict WHERE %s", w.sql);
	rc = call_facts(c, sql, w.args, w.n, &t, e);
	if (!rc)
		json_put_i64(c->json, "total", value_int(table_at(&t, 0, 0), 0));
	return rc;
}

/* Nothing was measured yet, or not by that date: an answer, not a fault of who asks. */
static void no_round(struct call *c)
{
	if (c->csv)
		return;
	json_object(c->json);
	json_put_text(c->json, "round", NULL);
	json_put_i64(c->json, "total", 0);
	json_key(c->json, "rows");
	json_array(c->json);
	json_end_array(c->json);
	json_put_text(c->json, "next", NULL);
	json_key(c->json, "empty");
	json_object(c->json);
	json_put_text(c->json, "what", call_pick(c, "the sites of a list with their verdicts",
						 "名单内的网站及其结论"));
	json_put_text(c->json, "command", "sextant census PORTFOLIO.csv");
	json_end_object(c->json);
	json_end_object(c->json);
}

static int answer(struct call *c, struct err *e)
{
	struct asked q = {.call = c, .round = call_query(c, "round"), .check = call_query(c, "check")};
	const char *limit_text = call_query(c, "limit"), *last;
	int64_t limit = limit_text ? strtoll(limit_text, NULL, 10) : PAGE_DEFAULT, n, at_us;
	struct table t;
	int rc;

	if (limit < 1 || limit > PAGE_MAX)
		limit = PAGE_DEFAULT;
	if (c->csv && !limit_text)
		limit = CSV_MAX;
	q.check = q.check ? q.check : "site";
	if (!call_at(c, &at_us))
		return 0;
	q.round = q.round ? q.round : call_round(c, at_us, e);
	if (!q.round) {
		no_round(c);
		return 0;
	}
	find_list(&q);
	rc = page_of(&q, limit, &t, e);
	if (rc)
		return rc;
	if (c->csv) {
		struct map records;

		rc = records_of(c, q.round, &records, e);
		write_sites(c, &t, &records, &n);
		return rc;
	}
	json_object(c->json);
	json_put_text(c->json, "round", q.round);
	rc = total(&q, e);
	last = write_sites(c, &t, NULL, &n);
	json_put_text(c->json, "next", n == limit ? last : NULL);
	if (!rc)
		rc = facets(&q, e);
	json_end_object(c->json);
	return rc;
}

static const struct route_param params[] = {
	{"q", "part of the domain or of the organisation"},
	{"class", "class or industry"},
	{"region", "region"},
	{"organisation", "organisation"},
	{"level", "level"},
	{"verdict", "pass, partial, fail, na or unknown, of `check`"},
	{"reason", "reason code of `check`"},
	{"check", "id of a check; default site"},
	{"round", "id of a round; default the latest complete one"},
	{"portfolio", "name of a portfolio"},
	PARAM_AT,
	{"sort", "domain, organisation, class, region, level or rank; -rank: the other way round"},
	{"after", "domain after which the page begins"},
	{"limit", "rows a page, 1 to 500; CSV without it has all"},
	{NULL, NULL},
};

static const char *const warm[] = {"", NULL};
static const struct call_param usual[] = {{"check", "site"}, {"limit", "50"}, {NULL, NULL}};

const struct route route_sites = {
	.path = "/api/v1/sites",
	.warm = warm,
	.usual = usual,
	.en = "Sites of a round with their verdicts, filtered, a page by key, with counts",
	.params = params,
	.answer = answer,
};
