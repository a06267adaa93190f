/*
 * success: of repeated probes of the front page, how many succeed over IPv6?  95 of 100 and more pass, fewer than 80
 * fail; what IPv4 does no better is no fault of IPv6.  With ten probes one failure is 90 %: the counts and the 95 %
 * interval (Wilson) stand in the evidence.
 */
#include "check/repeats.h"

#include "base/json.h"
#include "base/wilson.h"

#include <stdio.h>

enum { PASS_PERCENT = 95, FAIL_PERCENT = 80 };

static const struct reason reasons[] = {
	{"steady", VERDICT_PASS, "95 % or more of the repeated probes over IPv6 succeed",
	 "IPv6 重复探测成功率不低于 95%", "", ""},
	{"same_on_v4", VERDICT_PARTIAL, "probes fail now and then, over IPv4 as often as over IPv6",
	 "两个协议族的重复探测均有失败，且 IPv4 并不更好", "find out why {} fails now and then, on both families",
	 "排查 {} 在两个协议族上间歇性失败的原因"},
	{"unsteady", VERDICT_PARTIAL, "some of the repeated probes over IPv6 fail", "部分 IPv6 重复探测失败",
	 "find out why {} fails now and then over IPv6 alone: one of several servers behind the address, or a path that "
	 "loses packets",
	 "排查 {} 仅经 IPv6 间歇性失败的原因：例如同一地址后的某台服务器，或存在丢包的路径"},
	{"failing", VERDICT_FAIL, "fewer than 80 % of the repeated probes over IPv6 succeed",
	 "IPv6 重复探测成功率低于 80%", "find out why {} often fails over IPv6", "排查 {} 经 IPv6 频繁失败的原因"},
	REASONS_REPEATS,
	{0},
};

/* good of n is at least so many in a hundred */
static bool at_least(size_t good, size_t n, size_t percent)
{
	return good * 100 >= n * percent;
}

static const char *code_of(const struct site *s, const struct repeats *r)
{
	if (at_least(r->good[1], r->probed[1], PASS_PERCENT))
		return "steady";
	if (!s->v4_works)
		return "observer_no_v4";
	if (r->probed[0] >= REPEATS_MIN && r->good[0] * r->probed[1] <= r->good[1] * r->probed[0])
		return "same_on_v4";
	return at_least(r->good[1], r->probed[1], FAIL_PERCENT) ? "unsteady" : "failing";
}

static void put_family(struct json *j, const char *key, size_t good, size_t n)
{
	double low, high;

	if (!n)
		return;
	wilson((double)good, (double)n, &low, &high);
	json_key(j, key);
	json_object(j);
	json_put_i64(j, "good", (int64_t)good);
	json_put_i64(j, "n", (int64_t)n);
	json_put_f64(j, "rate", (double)good / (double)n);
	json_put_f64(j, "low", low);
	json_put_f64(j, "high", high);
	json_end_object(j);
}

static void judge(const struct site *s, struct finding *f)
{
	struct repeats r;
	const char *code;

	repeats_of(s, &r);
	target_host(s, site_target(s), f->subject);
	if (r.host)
		snprintf(f->subject, sizeof(f->subject), "%s", r.host);
	put_family(f->detail, "v6", r.good[1], r.probed[1]);
	put_family(f->detail, "v4", r.good[0], r.probed[0]);
	code = repeats_gate(s, &r);
	finding_set(f, code ? code : code_of(s, &r));
}

const struct check check_success = {
	.id = "success",
	.title_en = "Success rate of repeated probes",
	.title_zh = "首页重复探测成功率",
	.rung = "web",
	.source = "CAC evaluation of sites, item 3",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
