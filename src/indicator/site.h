/*
 * site: the queries of the usual indicators over verdicts: in a complete round, what did a check say
 * about each site?  Not applicable and unknown stand in neither numerator nor denominator; unknown is
 * counted beside them.
 */
#ifndef INDICATOR_SITE_H
#define INDICATOR_SITE_H

#include "indicator/indicator.h"

extern const char *const site_groups[]; /* class region organisation level NULL */

/* The columns that {where} and {grp} need, from a verdict v and its round r. */
#define SITE_ENDED "(SELECT max(ended_us) FROM obs_round WHERE round IN ({round}))"
#define SITE_TAGS                                                                                  \
	SITE_ENDED " AS at_us, r.subject AS portfolio, r.round AS round, v.subject AS subject, "    \
	"v.class AS class, v.region AS region, v.organisation AS organisation, "                   \
	"v.level AS level, v.rank AS rank"

#define SITE_FROM                                                                                  \
	" FROM obs_verdict v JOIN obs_round r ON r.round = v.round"                                \
	" WHERE r.complete AND v.round IN ({round})"

/* One row for each site and complete round: its tags, verdict and reason by this check. */
#define SITE_ROWS(check_id)                                                                        \
	"(SELECT " SITE_TAGS ", v.verdict AS verdict, v.reason AS reason" SITE_FROM                \
	" AND v.check = '" check_id "')"

/* The same of what is published (obs_status) as it stood when the round was closed: verdicts that so many
 * rounds in a row confirmed, 'unknown' where none is confirmed yet.  The sites and tags are the round's. */
#define SITE_PUBLISHED(check_ids)                                                                  \
	"(SELECT " SITE_TAGS ", v.check AS check_id, coalesce(c.verdict, 'unknown') AS verdict, "  \
	"coalesce(c.reason, '') AS reason FROM obs_verdict v JOIN obs_round r ON r.round = v.round "\
	"LEFT JOIN (SELECT s.subject AS subject, s.vantage AS vantage, s.check AS check_id, "      \
	"s.verdict AS verdict, s.reason AS reason, row_number() OVER (PARTITION BY s.subject, "    \
	"s.vantage, s.check ORDER BY s.at_us DESC, s.round DESC) AS k FROM obs_status s "          \
	"JOIN obs_round q ON q.round = s.round CROSS JOIN (SELECT max(confirm_us) AS confirm_us "  \
	"FROM obs_round WHERE round IN ({round})) m WHERE q.complete AND s.check IN (" check_ids ") " \
	"AND (q.round IN ({round}) OR q.at_us < m.confirm_us)) c ON c.k = 1 AND "                     \
	"c.subject = v.subject AND c.check_id = v.check AND c.vantage = v.vantage "                \
	"WHERE r.complete AND v.round IN ({round}) AND v.check IN (" check_ids "))"

/* One row for each site and complete round, with the verdicts of several checks side by side:
 * SITE_PIVOT("'site', 'tcp'", SITE_COLUMN("site") ", " SITE_COLUMN("tcp")) has columns v_site and
 * why_site, v_tcp and why_tcp; NULL where the check was not made. */
#define SITE_COLUMN(check_id)                                                                      \
	"max(CASE WHEN v.check = '" check_id "' THEN v.verdict END) AS v_" check_id ", "           \
	"max(CASE WHEN v.check = '" check_id "' THEN v.reason END) AS why_" check_id
#define SITE_PIVOT(check_ids, columns)                                                             \
	"(SELECT max(" SITE_ENDED ") AS at_us, max(r.subject) AS portfolio, r.round AS round, "        \
	"v.subject AS subject, max(v.class) AS class, max(v.region) AS region, "                   \
	"max(v.organisation) AS organisation, max(v.level) AS level, max(v.rank) AS rank, "        \
	columns SITE_FROM " AND v.check IN (" check_ids ") GROUP BY r.round, v.subject)"

/* SITE_PIVOT over what is published; its columns from SITE_PUBLISHED_COLUMN. */
#define SITE_PUBLISHED_COLUMN(id)                                                                  \
	"max(CASE WHEN check_id = '" id "' THEN verdict END) AS v_" id
#define SITE_PUBLISHED_PIVOT(check_ids, columns)                                                   \
	"(SELECT max(at_us) AS at_us, max(portfolio) AS portfolio, round, subject, "               \
	"max(class) AS class, max(region) AS region, max(organisation) AS organisation, "          \
	"max(level) AS level, max(rank) AS rank, " columns " FROM " SITE_PUBLISHED(check_ids)      \
	" p GROUP BY round, subject)"

/* The difference over IPv6 minus IPv4 of a time of table obs_web, for each site whose check tcp was
 * made: diff_us and v4_us, NULL where there is no pair.  A pair is the first request to one name and
 * scheme over both families, the faster address of each; a site's value is the mean of its pairs. */
#define SITE_PAIRS(column)                                                                         \
	"(SELECT x.*, p.diff_us AS diff_us, p.v4_us AS v4_us FROM " SITE_ROWS("tcp") " x "         \
	"LEFT JOIN (SELECT round, subject, avg(v6 - v4) AS diff_us, avg(v4) AS v4_us FROM "        \
	"(SELECT w.round AS round, w.subject AS subject, w.target AS target, w.began AS began, "   \
	"min(CASE WHEN w.family = 6 THEN w." column " END) AS v6, "                                \
	"min(CASE WHEN w.family = 4 THEN w." column " END) AS v4 FROM obs_web w "                  \
	"WHERE w.hop = 0 AND w.round IN ({round}) "                                                 \
	"GROUP BY w.round, w.subject, w.target, w.began) q "                                       \
	"WHERE v6 IS NOT NULL AND v4 IS NOT NULL GROUP BY round, subject) p "                      \
	"ON p.round = x.round AND p.subject = x.subject)"

#define SITE_DECIDED "verdict IN ('pass', 'partial', 'fail')"

/* The share of rows that satisfy `yes` among those that are `counted` (both SQL over the columns of
 * the rows, at least `verdict`). */
#define SITE_SHARE_OF(rows, yes, counted)                                                          \
	"SELECT at_us, {grp} AS grp, count(CASE WHEN " counted " AND " yes " THEN 1 END) AS num, " \
	"count(CASE WHEN " counted " THEN 1 END) AS den, "                                         \
	"count(CASE WHEN " counted " THEN 1 END) AS n, "                                           \
	"count(CASE WHEN verdict = 'unknown' THEN 1 END) AS unknown "                              \
	"FROM " rows " x WHERE {where} GROUP BY at_us, grp"
/* The usual one: SITE_SHARE("tls", "verdict = 'pass'"). */
#define SITE_SHARE(check_id, yes) SITE_SHARE_OF(SITE_ROWS(check_id), yes, SITE_DECIDED)

/* The median in milliseconds of a column in microseconds, with the 95 % interval of the median from
 * order statistics: ranks n/2 -+ 0.98 sqrt(n), rounded (binomial, p = 1/2); none below 6 sites. */
#define SITE_MEDIAN_MS(rows, column)                                                               \
	"SELECT at_us, grp, CAST(NULL AS BIGINT) AS num, CAST(NULL AS BIGINT) AS den, "            \
	"max(n) AS n, max(unknown) AS unknown, "                                                   \
	"avg(CASE WHEN k = floor((n + 1) / 2.0) OR k = ceil((n + 1) / 2.0) THEN d END) / 1000.0, " \
	"max(CASE WHEN k = round(n / 2.0 - 0.98 * sqrt(n)) THEN d END) / 1000.0, "                 \
	"max(CASE WHEN k = round(n / 2.0 + 0.98 * sqrt(n) + 1) "                                   \
	"AND n / 2.0 - 0.98 * sqrt(n) >= 0.5 THEN d END) / 1000.0 FROM "                           \
	"(SELECT at_us, grp, d, row_number() OVER (PARTITION BY at_us, grp ORDER BY d NULLS LAST)" \
	" AS k, count(d) OVER (PARTITION BY at_us, grp) AS n, "                                    \
	"count(CASE WHEN verdict = 'unknown' THEN 1 END) OVER (PARTITION BY at_us, grp) AS unknown"\
	" FROM (SELECT at_us, {grp} AS grp, " column " AS d, verdict FROM " rows " x "             \
	"WHERE {where}) y) z GROUP BY at_us, grp"

/* The share of linked pages of one level (table obs_link) that work over IPv6; unknown are those of which we do
 * not know whether they count. */
#define SITE_LINKS(of_level)                                                                       \
	"SELECT at_us, {grp} AS grp, count(CASE WHEN ok6 THEN 1 END) AS num, "                     \
	"count(CASE WHEN ok6 OR (ok6 IS NOT NULL AND ok4) THEN 1 END) AS den, "                     \
	"count(CASE WHEN ok6 OR (ok6 IS NOT NULL AND ok4) THEN 1 END) AS n, "                       \
	"count(CASE WHEN ok6 IS NULL OR (NOT ok6 AND ok4 IS NULL) THEN 1 END) AS unknown FROM "     \
	"(SELECT v.*, l.ok4 AS ok4, l.ok6 AS ok6 FROM " SITE_ROWS("site") " v "                    \
	"JOIN obs_link l ON l.round = v.round AND l.subject = v.subject "                          \
	"WHERE l.round IN ({round}) AND l.internal AND l.level = " of_level ") x "                 \
	"WHERE {where} GROUP BY at_us, grp"

/* What all of them share. */
#define SITE_COMMON                                                                                \
	.period = "round", .groups = site_groups, .needs = "verdict", .method = "1"

#endif
