/*
 * registry: what indicators over registry files share.
 *
 * Only current data count: of each registry the complete file with the greatest date, of equal ones
 * the one taken in last (core/registry.h).  History is made from the date in each record, so a
 * block that was returned or resized since has left its old place: the past is that of the
 * survivors. IANA's own blocks, which the combined file lists, are nobody's and are left out.
 *
 * What is counted by the month is counted of whole months ({whole}): a file ends on its day, most often
 * within a month, and five files end on five days.  The month under way would look like a fall.
 */
#ifndef INDICATOR_REGISTRY_H
#define INDICATOR_REGISTRY_H

#include "indicator/indicator.h"

/* later wins; of the same day the one taken in last: the day times 10^10, plus seconds */
#define DATASET_ORDER "file_date_us / 8.64 + at_us / 1000000.0"

/* One row a country: country, region, home (its registry), ldc lldc sids transition, population. */
#define COUNTRIES                                                                                  \
	"(SELECT subject AS country, region_en AS region, registry AS home, ldc, lldc, sids, "     \
	"transition, population FROM obs_country WHERE round IN "                                  \
	"(SELECT argMax(round, " DATASET_ORDER ") FROM obs_dataset WHERE kind = 'country'))"

/* One row a block handed out: registry country region type prefix_len count month_us date_us holder
 * (NULL when the file names none), file_us (the day of its file). */
#define BLOCKS                                                                                     \
	"(SELECT r.registry AS registry, coalesce(r.cc, '') AS country, "                          \
	"coalesce(k.region, '') AS region, r.type AS type, r.prefix_len AS prefix_len, "           \
	"r.count AS count, r.month_us AS month_us, r.date_us AS date_us, "                         \
	"r.registry || '/' || r.opaque_id AS holder, d.file_us AS file_us FROM obs_delegation r "  \
	"JOIN (SELECT subject, argMax(round, " DATASET_ORDER ") AS round, "                        \
	"max(file_date_us) AS file_us FROM obs_dataset WHERE kind = 'rir' GROUP BY subject) d "    \
	"ON r.registry = d.subject AND r.round = d.round "                                         \
	"LEFT JOIN " COUNTRIES " k ON r.cc = k.country "                                           \
	"WHERE r.status IN ('allocated', 'assigned') AND r.registry <> 'iana')"

/* The point of what has no month: the day of the newest file. */
#define NEWEST "(SELECT max(file_date_us) FROM obs_dataset WHERE kind = 'rir')"

/* Blocks by the month in which they were handed out; those without a date have no month. */
#define MONTHLY "(SELECT month_us AS at_us, b.* FROM " BLOCKS " b WHERE month_us < {whole})"
#define LATEST "(SELECT " NEWEST " AS at_us, b.* FROM " BLOCKS " b)"

/* Every figure of one group and month in one query. */
#define BY_MONTH(num, den, kinds)                                                                  \
	"SELECT at_us, {grp} AS grp, " num " AS num, " den " AS den, count(*) AS n, "              \
	"0 AS unknown FROM " MONTHLY " x WHERE {where} AND type IN (" kinds ") "                   \
	"GROUP BY at_us, grp"
#define NO_DEN "CAST(NULL AS DOUBLE)"

extern const char *const registry_groups[]; /* registry country region */

#define REGISTRY_METHOD(version)                                                                   \
	.dimension = "foundation", .method = version, .period = "month", .needs = "delegation",    \
	.groups = registry_groups
#define REGISTRY_COMMON REGISTRY_METHOD("1")

/* Method 2 leaves out the months that are not whole. */
#define REGISTRY_MONTHLY REGISTRY_METHOD("2")
#define WHOLE_MONTHS_EN "; only months that every file held covers to its end"
#define WHOLE_MONTHS_ZH "；仅计各文件均已覆盖至月末的完整月份"

#endif
