/*
 * site: the query of the usual indicator: in a complete round, for how many sites did one check say
 * one of these verdicts?  Not applicable and unknown stand in neither numerator nor denominator;
 * unknown is counted beside them.
 */
#ifndef INDICATOR_SITE_H
#define INDICATOR_SITE_H

#include "indicator/indicator.h"

extern const char *const site_groups[]; /* class region organisation level NULL */

/* The columns that {where} and {grp} need, from a verdict v and its round r. */
#define SITE_TAGS                                                                                  \
	"r.ended_us AS at_us, r.subject AS portfolio, r.round AS round, v.subject AS subject, "    \
	"v.class AS class, v.region AS region, v.organisation AS organisation, "                   \
	"v.level AS level, v.rank AS rank"

/* One row for each site and complete round: its tags, verdict and reason by this check. */
#define SITE_ROWS(check_id)                                                                        \
	"(SELECT " SITE_TAGS ", v.verdict AS verdict, v.reason AS reason"                          \
	" FROM obs_verdict v JOIN obs_round r ON r.round = v.round"                                \
	" WHERE r.complete AND v.check = '" check_id "')"

#define SITE_DECIDED "verdict IN ('pass', 'partial', 'fail')"

/* The share of sites whose verdict satisfies `yes` (SQL over verdict and reason), among those that
 * satisfy `counted`: SITE_SHARE("aaaa", "verdict = 'pass'", SITE_DECIDED). */
#define SITE_SHARE(check_id, yes, counted)                                                         \
	"SELECT at_us, {grp} AS grp, count(CASE WHEN " counted " AND " yes " THEN 1 END) AS num, " \
	"count(CASE WHEN " counted " THEN 1 END) AS den, "                                         \
	"count(CASE WHEN " counted " THEN 1 END) AS n, "                                           \
	"count(CASE WHEN verdict = 'unknown' THEN 1 END) AS unknown "                              \
	"FROM " SITE_ROWS(check_id) " x WHERE {where} GROUP BY at_us, grp"

/* What all of them share. */
#define SITE_COMMON                                                                                \
	.period = "round", .groups = site_groups, .needs = "verdict", .method = "1"

#endif
