/*
 * timing: is the site slower over IPv6?  Of repeated probes in pairs the medians over both families are compared part
 * by part: DNS (the question for AAAA records against that for A records), TCP, TLS, first byte.  The ratio of a
 * part is (IPv6 - IPv4) / IPv4, where a time below the part's floor counts as the floor, for nobody feels the
 * difference; the composite ratio is the mean of those parts that there are, each with its weight.  DNS is asked
 * once and through caches: one sample is told, and weighs nothing.  Parts, medians and weights stand in the
 * evidence, so that other weights need no new probes.
 */
#include "check/repeats.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 4, PASS_PERCENT = 10, FAIL_PERCENT = 50 };

static const struct part {
	const char *id;
	size_t offset; /* in web_row; of dns 0 */
	int64_t floor_us;
	double weight;
} parts[PARTS] = {
	{"dns", 0, 20000, 0},
	{"tcp", offsetof(struct web_row, connect_us), 10000, 1},
	{"tls", offsetof(struct web_row, tls_us), 20000, 1},
	{"first_byte", offsetof(struct web_row, first_byte_us), 20000, 1},
};

static const struct reason reasons[] = {
	{"alike", VERDICT_PASS, "IPv6 is as fast as IPv4, or faster", "IPv6 与 IPv4 速度相当或更快", "", ""},
	{"slower", VERDICT_PARTIAL, "IPv6 is slower than IPv4 by more than a tenth", "IPv6 比 IPv4 慢 10% 以上",
	 "look for the detour that packets to {} take over IPv6: peering, tunnels, a farther data centre",
	 "检查到 {} 的 IPv6 路径是否绕行：互联、隧道或更远的机房"},
	{"much_slower", VERDICT_FAIL, "IPv6 is slower than IPv4 by more than a half", "IPv6 比 IPv4 慢 50% 以上",
	 "look for the detour that packets to {} take over IPv6: peering, tunnels, a farther data centre",
	 "检查到 {} 的 IPv6 路径是否绕行：互联、隧道或更远的机房"},
	{"few_pairs", VERDICT_UNKNOWN, "fewer than five pairs of probes succeeded: that is too few to compare",
	 "两个协议族均成功的探测对不足五对，无法比较", "look again in the next round", "下一轮再次探测"},
	{"no_v4", VERDICT_NA, "the page does not come over IPv4: there is nothing to compare with",
	 "首页无法经 IPv4 获取，无从比较", "", ""},
	REASONS_REPEATS,
	{0},
};

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* I64_NULL of none; the lower one of two in the middle. */
static int64_t median(int64_t *us, size_t n)
{
	if (!n)
		return I64_NULL;
	qsort(us, n, sizeof(*us), by_time);
	return us[(n - 1) / 2];
}

/* The resolver's answer about the page's host. */
static int64_t dns_us(const struct site *s, const char *host, const char *type)
{
	const struct obs *o = site_ask(s, host, type);

	return o && answer_of(o) == ANSWER_HAS ? dns_of(o)->rtt_us : I64_NULL;
}

static void medians(const struct site *s, const struct repeats *r, const struct part *p, int64_t us[2])
{
	int64_t all[2][L_REPEATS];
	size_t n = 0;

	if (!p->offset) {
		us[0] = dns_us(s, r->host, "A");
		us[1] = dns_us(s, r->host, "AAAA");
		return;
	}
	for (size_t i = 0; i < L_REPEATS; i++) {
		const struct web_row *const *row = r->pair[i].row;
		int64_t v[2];

		if (!row[0] || !row[1])
			continue;
		for (int f = 0; f < 2; f++)
			memcpy(&v[f], (const char *)row[f] + p->offset, sizeof(v[f]));
		if (v[0] == I64_NULL || v[1] == I64_NULL)
			continue;
		all[0][n] = v[0];
		all[1][n++] = v[1];
	}
	us[0] = median(all[0], n);
	us[1] = median(all[1], n);
}

static double ratio(const struct part *p, const int64_t us[2])
{
	double v4 = (double)(us[0] > p->floor_us ? us[0] : p->floor_us);
	double v6 = (double)(us[1] > p->floor_us ? us[1] : p->floor_us);

	return (v6 - v4) / v4;
}

/* The composite ratio, and the evidence for it; false when no part can be compared. */
static bool compose(const struct site *s, const struct repeats *r, struct json *j, double *out)
{
	double sum = 0, weights = 0;

	json_key(j, "parts");
	json_object(j);
	for (size_t i = 0; i < PARTS; i++) {
		int64_t us[2];

		medians(s, r, &parts[i], us);
		if (us[0] == I64_NULL || us[1] == I64_NULL)
			continue;
		sum += parts[i].weight * ratio(&parts[i], us);
		weights += parts[i].weight;
		json_key(j, parts[i].id);
		json_object(j);
		json_put_i64(j, "v6_us", us[1]);
		json_put_i64(j, "v4_us", us[0]);
		json_put_f64(j, "ratio", ratio(&parts[i], us));
		json_put_f64(j, "weight", parts[i].weight);
		json_put_i64(j, "floor_us", parts[i].floor_us);
		json_end_object(j);
	}
	json_end_object(j);
	*out = weights > 0 ? sum / weights : 0;
	return weights > 0;
}

static const char *code_of(const struct site *s, const struct repeats *r, struct json *j)
{
	const char *gate = repeats_gate(s, r);
	size_t pairs = 0;
	double d;

	if (gate)
		return gate;
	if (!s->v4_works)
		return "observer_no_v4";
	for (size_t i = 0; i < L_REPEATS; i++)
		pairs += r->pair[i].good[0] && r->pair[i].good[1];
	json_put_i64(j, "pairs", (int64_t)pairs);
	if (!r->probed[0])
		return "no_v4";
	if (pairs < REPEATS_MIN || !compose(s, r, j, &d))
		return "few_pairs";
	json_put_f64(j, "ratio", d);
	return d * 100 <= PASS_PERCENT ? "alike" : d * 100 <= FAIL_PERCENT ? "slower" : "much_slower";
}

static void judge(const struct site *s, struct finding *f)
{
	struct repeats r;

	repeats_of(s, &r);
	target_host(s, site_target(s), f->subject);
	if (r.host)
		snprintf(f->subject, sizeof(f->subject), "%s", r.host);
	finding_set(f, code_of(s, &r, f->detail));
}

const struct check check_timing = {
	.id = "timing",
	.title_en = "Speed over IPv6 against IPv4",
	.title_zh = "IPv6 与 IPv4 访问性能对比",
	.rung = "parity",
	.source = "performance degradation ratio of the national monitoring platform; Happy Eyeballs (RFC 8305)",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
