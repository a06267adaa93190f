/* repeat_success: of the repeated probes of front pages over IPv6, how many succeed? */
#include "indicator/site.h"

#define SAYS                                                                                       \
	"(w.outcome NOT IN ('limit', 'unknown', 'denied') AND coalesce(w.status, 0) != 429 "        \
	"AND NOT (coalesce(w.status, 0) = 503 AND w.retry_after_s IS NOT NULL))"

const struct indicator indicator_repeat_success = {
	.id = "repeat_success",
	.title_en = "Repeated probes of front pages that succeed over IPv6",
	.title_zh = "首页 IPv6 重复探测成功率",
	.dimension = "application",
	.unit = "%",
	.kind = INDICATOR_SHARE,
	.formula_en = "successful repeated probes over IPv6 / repeated probes over IPv6, of the sites whose front page came",
	.formula_zh = "成功的 IPv6 重复探测次数 ÷ IPv6 重复探测次数（限首页可访问的网站）",
	.numerator_en = "probes that brought the page with a status below 400",
	.numerator_zh = "取得首页且状态码低于 400 的探测",
	.denominator_en = "probes of rounds with --timing; those that we ended ourselves or that were told to stay away (429, "
			  "503 with Retry-After) count as unknown",
	.denominator_zh = "使用 --timing 的普查中的重复探测；由本端中止或被要求暂缓（429、带 Retry-After 的 503）的计为未知",
	.source = "CAC evaluation of sites, item 3",
	.better = "up",
	.period = "round",
	.groups = site_groups,
	.needs = "web",
	.method = "1",
	.sql = "SELECT at_us, {grp} AS grp, count(CASE WHEN says AND good THEN 1 END) AS num, "
	       "count(CASE WHEN says THEN 1 END) AS den, count(CASE WHEN says THEN 1 END) AS n, "
	       "count(CASE WHEN NOT says THEN 1 END) AS unknown FROM (SELECT v.*, " SAYS " AS says, "
	       "w.outcome = 'ok' AND coalesce(w.status, 999) < 400 AS good FROM " SITE_ROWS("site") " v "
	       "JOIN obs_web w ON w.round = v.round AND w.subject = v.subject WHERE w.round IN ({round}) "
	       "AND w.target = 'repeat' AND w.family = 6) x WHERE {where} GROUP BY at_us, grp",
};
