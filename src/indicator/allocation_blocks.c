/* allocation_blocks: the IPv6 blocks that stand, by size and place. */
#include "indicator/registry.h"

static const char *const groups[] = {"registry", "country", "region", "prefix_len", NULL};
static const char *const group_sql[] = {"registry", "country", "region",
					"CAST(prefix_len AS VARCHAR)", NULL};

const struct indicator indicator_allocation_blocks = {
	.id = "allocation_blocks",
	.title_en = "IPv6 blocks handed out",
	.title_zh = "已分配的 IPv6 地址块数",
	.unit = "count",
	.kind = INDICATOR_COUNT,
	.formula_en = "count of IPv6 blocks in the current files",
	.formula_zh = "现有文件中的 IPv6 地址块数",
	.numerator_en = "blocks of IPv6 handed out",
	.numerator_zh = "已分配的 IPv6 地址块",
	.denominator_en = "none",
	.denominator_zh = "无",
	.source = "registry files, current; the group prefix_len gives their sizes",
	.better = "up",
	.sql = "SELECT at_us, {grp} AS grp, count(*) AS num, " NO_DEN " AS den, count(*) AS n, "
	       "0 AS unknown FROM " LATEST " x WHERE {where} AND type = 'ipv6' GROUP BY at_us, grp",
	.dimension = "foundation",
	.method = "1",
	.period = "month",
	.needs = "delegation",
	.groups = groups,
	.group_sql = group_sql,
};
