/*
 * route_allocation: pace and geography of address allocation (ITU Resolution 64, "resolves 1").
 *
 * Counts are of blocks that the registries' current files call allocated or assigned; the month is
 * the date that the file gives for a block, so what was returned or merged since does not show.  The
 * country is that of registration, not of use.  As of an earlier date it is the same current files,
 * with the blocks whose date is earlier: the past is that of the survivors, as everywhere
 * (indicator/registry.h).  A block without a date counts only when no date is asked for.
 */
#include "outlet/route.h"

#include "core/schema.h"

#include <math.h>
#include <string.h>

enum { DELEGATED_MAX = 3 }; /* uses in one query */

#define CURRENT                                                                                    \
	"(SELECT subject AS registry, max(round) AS round FROM obs_dataset WHERE kind = 'rir' "    \
	"AND (subject, file_date_us) IN (SELECT subject, max(file_date_us) FROM obs_dataset "      \
	"WHERE kind = 'rir' GROUP BY subject) GROUP BY subject)"

/* Its argument: before when (INT64_MAX: whenever). */
#define DELEGATED                                                                                  \
	"(SELECT d.* FROM obs_delegation d JOIN " CURRENT " k ON d.registry = k.registry "         \
	"AND d.round = k.round WHERE d.status IN ('allocated', 'assigned') "                       \
	"AND coalesce(d.date_us, 9223372036854775806) < ?) x "

static int ask(struct call *c, const char *sql, size_t delegated, int64_t before_us, struct table *t,
	       struct err *e)
{
	struct value args[DELEGATED_MAX];

	for (size_t i = 0; i < delegated; i++)
		args[i] = value_i64(before_us);
	return call_facts(c, sql, args, delegated, t, e);
}

#define EQUIV(bits) "sum(pow(2, " #bits " - prefix_len))"

static int monthly(struct call *c, int64_t before_us, struct err *e)
{
	struct table t;
	struct rows r;
	int rc = ask(c,
		     "SELECT month_us, registry, count(*), " EQUIV(32) ", " EQUIV(48) " FROM " DELEGATED
		     "WHERE type = 'ipv6' AND month_us IS NOT NULL "
		     "GROUP BY month_us, registry ORDER BY month_us, registry",
		     1, before_us, &t, e);

	if (rc)
		return rc;
	rows_begin(&r, c, "monthly");
	for (size_t i = 0; i < t.n_rows; i++) {
		char month[TIME_TEXT_MAX];

		date_text(value_int(table_at(&t, i, 0), 0), month);
		month[7] = '\0';
		rows_next(&r);
		rows_text(&r, "month", month);
		rows_text(&r, "registry", value_str(table_at(&t, i, 1), ""));
		rows_i64(&r, "count", value_int(table_at(&t, i, 2), 0));
		rows_f64(&r, "equiv32", value_num(table_at(&t, i, 3), NAN));
		rows_f64(&r, "equiv48", value_num(table_at(&t, i, 4), NAN));
		rows_end_row(&r);
	}
	rows_end(&r);
	return 0;
}

/* Blocks, size, holders and first date by country; then the IPv4 holders and those with both. */
#define COUNTRY_SQL                                                                                \
	"SELECT a.cc, n.name_en, n.name_zh, a.blocks, a.equiv32, a.holders, a.first_us, "          \
	"b.v4_holders, b.v4_also_v6, n.population, n.numeric, n.ldc, n.lldc, n.sids FROM "         \
	"(SELECT cc, count(*) AS blocks, " EQUIV(32) " AS equiv32, "                               \
	"count(DISTINCT opaque_id) AS holders, min(date_us) AS first_us FROM " DELEGATED           \
	"WHERE type = 'ipv6' AND cc IS NOT NULL GROUP BY cc) a LEFT JOIN "                         \
	"(SELECT v4.cc AS cc, count(*) AS v4_holders, count(v6.opaque_id) AS v4_also_v6 FROM "     \
	"(SELECT DISTINCT registry, cc, opaque_id FROM " DELEGATED                                 \
	"WHERE type = 'ipv4' AND opaque_id IS NOT NULL) v4 LEFT JOIN "                             \
	"(SELECT DISTINCT registry, opaque_id FROM " DELEGATED                                     \
	"WHERE type = 'ipv6' AND opaque_id IS NOT NULL) v6 "                                       \
	"ON v4.registry = v6.registry AND v4.opaque_id = v6.opaque_id GROUP BY v4.cc) b "          \
	"ON a.cc = b.cc LEFT JOIN (SELECT * FROM obs_country WHERE round = "                       \
	"(SELECT max(round) FROM obs_country)) n ON n.subject = a.cc "                             \
	"ORDER BY a.equiv32 DESC"

static int countries(struct call *c, int64_t before_us, struct err *e)
{
	struct table t;
	struct rows r;
	int rc = ask(c, COUNTRY_SQL, 3, before_us, &t, e);

	if (rc)
		return rc;
	rows_begin(&r, c, "countries");
	for (size_t i = 0; i < t.n_rows; i++) {
		double equiv = value_num(table_at(&t, i, 4), NAN);
		double people = value_num(table_at(&t, i, 9), NAN);
		int64_t holders = value_int(table_at(&t, i, 5), 0);

		rows_next(&r);
		rows_text(&r, "cc", value_str(table_at(&t, i, 0), ""));
		rows_text(&r, "name", call_pick(c, value_str(table_at(&t, i, 1), NULL),
						value_str(table_at(&t, i, 2), NULL)));
		rows_text(&r, "numeric", value_str(table_at(&t, i, 10), NULL));
		rows_i64(&r, "count", value_int(table_at(&t, i, 3), 0));
		rows_f64(&r, "equiv32", equiv);
		/* a file without opaque ids does not name holders: unknown, not none */
		rows_i64(&r, "holders", holders ? holders : I64_NULL);
		rows_time(&r, "first", value_int(table_at(&t, i, 6), I64_NULL));
		rows_i64(&r, "v4_holders", value_int(table_at(&t, i, 7), I64_NULL));
		rows_i64(&r, "v4_also_v6", value_int(table_at(&t, i, 8), I64_NULL));
		rows_f64(&r, "population", people);
		rows_f64(&r, "per_million", equiv / people * 1e6);
		rows_end_row(&r);
	}
	rows_end(&r);
	return 0;
}

static int sizes(struct call *c, int64_t before_us, struct err *e)
{
	struct table t;
	int rc = ask(c,
		     "SELECT prefix_len, count(*) FROM " DELEGATED
		     "WHERE type = 'ipv6' GROUP BY prefix_len ORDER BY prefix_len",
		     1, before_us, &t, e);

	if (rc)
		return rc;
	json_key(c->json, "sizes");
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		json_put_i64(c->json, "prefix_len", value_int(table_at(&t, i, 0), 0));
		json_put_i64(c->json, "count", value_int(table_at(&t, i, 1), 0));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return 0;
}

/* The date of the newest list of members: a country may have joined or left a group since. */
static int groups_as_of(struct call *c, struct err *e)
{
	struct table t;
	int rc = call_facts(c, "SELECT max(file_date_us) FROM obs_dataset WHERE kind = 'country'", NULL, 0, &t, e);

	if (!rc)
		call_time(c, "groups_as_of", t.n_rows ? value_int(table_at(&t, 0, 0), I64_NULL) : I64_NULL);
	return rc;
}

/* Of the countries in a group of Resolution 64, how many hold IPv6 in the files taken in. */
static int groups(struct call *c, int64_t before_us, struct err *e)
{
	static const struct {
		const char *id, *en, *zh, *sql;
	} list[] = {
#define GROUP_SQL(column)                                                                          \
	"SELECT count(*), count(a.cc) FROM (SELECT * FROM obs_country WHERE "   \
	"round = (SELECT max(round) FROM obs_country) AND " column ") n LEFT JOIN "                \
	"(SELECT DISTINCT cc FROM " DELEGATED "WHERE type = 'ipv6') a ON a.cc = n.subject"
		{"LDC", "Least developed countries", "最不发达国家", GROUP_SQL("ldc")},
		{"LLDC", "Landlocked developing countries", "内陆发展中国家", GROUP_SQL("lldc")},
		{"SIDS", "Small island developing States", "小岛屿发展中国家", GROUP_SQL("sids")},
		{"transition", "Economies in transition", "经济转型国家", GROUP_SQL("transition")},
	};
	int rc = 0;

	json_key(c->json, "groups");
	json_array(c->json);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct table t;
		int64_t members;

		rc = ask(c, list[i].sql, 1, before_us, &t, e);
		if (rc)
			break;
		members = value_int(table_at(&t, 0, 0), 0);
		json_object(c->json);
		json_put_text(c->json, "id", list[i].id);
		json_put_text(c->json, "title", call_pick(c, list[i].en, list[i].zh));
		json_put_i64(c->json, "members", members);
		json_put_i64(c->json, "with_ipv6", value_int(table_at(&t, 0, 1), 0));
		json_put_f64(c->json, "value",
			     members ? (double)value_int(table_at(&t, 0, 1), 0) / (double)members : NAN);
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return rc;
}

static int datasets(struct call *c, size_t *n, struct err *e)
{
	struct table t;
	int rc = call_facts(c,
			    "SELECT d.subject, d.file, d.file_date_us, d.records, d.extended, d.quality, "
			    "d.at_us FROM obs_dataset d JOIN " CURRENT " k ON d.subject = k.registry AND "
			    "d.round = k.round ORDER BY d.subject",
			    NULL, 0, &t, e);

	if (rc)
		return rc;
	*n = t.n_rows;
	json_key(c->json, "datasets");
	json_array(c->json);
	for (size_t i = 0; i < t.n_rows; i++) {
		json_object(c->json);
		json_put_text(c->json, "name", value_str(table_at(&t, i, 0), ""));
		json_put_text(c->json, "file", value_str(table_at(&t, i, 1), ""));
		call_time(c, "file_date", value_int(table_at(&t, i, 2), I64_NULL));
		json_put_i64(c->json, "records", value_int(table_at(&t, i, 3), 0));
		json_put_bool(c->json, "extended", value_int(table_at(&t, i, 4), 0) != 0);
		call_time(c, "ingested", value_int(table_at(&t, i, 6), I64_NULL));
		json_key(c->json, "quality");
		json_raw(c->json, value_str(table_at(&t, i, 5), NULL));
		json_end_object(c->json);
	}
	json_end_array(c->json);
	return 0;
}

/* The headline figures: every indicator of this dimension that stands on registry files. */
static int summary(struct call *c, int64_t to_us, struct err *e)
{
	struct series_ask all = series_ask_all();
	int rc = 0;

	all.to_us = to_us;
	json_key(c->json, "summary");
	json_object(c->json);
	for (size_t i = 0; indicator_list[i] && !rc; i++) {
		const struct indicator *n = indicator_list[i];
		struct series s;

		if (strcmp(n->needs, "delegation"))
			continue;
		rc = indicator_eval(n, &c->facts, &all, c->arena, &s, e);
		if (!rc)
			call_figure(c, n->id, n, s.n ? &s.points[s.n - 1] : NULL,
				    s.n > 1 ? &s.points[s.n - 2] : NULL);
	}
	json_end_object(c->json);
	return rc;
}

static int answer(struct call *c, struct err *e)
{
	const char *view = call_query(c, "view");
	int64_t to_us, before_us;
	size_t n = 0;
	int rc;

	if (!call_at(c, &to_us))
		return 0;
	before_us = to_us == I64_NULL ? INT64_MAX : to_us;
	if (c->csv)
		return view && !strcmp(view, "monthly") ? monthly(c, before_us, e) : countries(c, before_us, e);
	json_object(c->json);
	rc = datasets(c, &n, e);
	if (!rc)
		rc = summary(c, to_us, e);
	if (!rc)
		rc = monthly(c, before_us, e);
	if (!rc)
		rc = countries(c, before_us, e);
	if (!rc)
		rc = sizes(c, before_us, e);
	if (!rc)
		rc = groups(c, before_us, e);
	if (!rc)
		rc = groups_as_of(c, e);
	if (!n) {
		json_key(c->json, "empty");
		json_object(c->json);
		json_put_text(c->json, "what", call_pick(c, "allocations of the five registries",
							 "五大注册机构的地址分配"));
		json_put_text(c->json, "command", "sextant ingest rir FILE…");
		json_end_object(c->json);
	}
	json_end_object(c->json);
	return rc;
}

static const struct route_param params[] = {
	{"view", "countries or monthly: which rows the CSV holds"},
	PARAM_AT,
	{NULL, NULL},
};
static const char *const warm[] = {"", NULL};

const struct route route_allocation = {
	.path = "/api/v1/allocation",
	.warm = warm,
	.en = "Pace and geography of allocation: months, countries, sizes, groups of Resolution 64",
	.params = params,
	.answer = answer,
};
