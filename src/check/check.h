/*
 * check: one question about a site, answered from its evidence.  To add one: write check/NAME.c with
 * `const struct check check_NAME`, and the row in check/meson.build.
 *
 * judge() is pure: no time but site->now_us, no order but that of the evidence.  It says unknown
 * when the observer or the evidence does not suffice; it says na when the question does not arise.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "check/evidence.h"
#include "check/view.h"
#include "core/verdict.h"

/* One possible answer: the verdict that goes with it and what to do about it. */
struct reason {
	const char *code;
	enum verdict verdict;
	const char *en, *zh;               /* what it means, one line */
	const char *remedy_en, *remedy_zh; /* what to do; "" when there is nothing to repair.
					    * {} is replaced by finding.subject (a host, an address) */
};

struct check;

struct finding {
	const struct check *check; /* whose question it is */
	const struct reason *reason;
	char subject[256];    /* what the remedy is about: a host name, an address; may be "" */
	struct json *detail;  /* judge writes members of one JSON object here: the addresses, name
			       * servers, statuses it used */
};

struct check {
	const char *id;        /* "aaaa": stable, in URLs and tables */
	const char *title_en, *title_zh;
	const char *rung;      /* place on the ladder: dns ns web tls mail parity */
	const char *source;    /* standard or rule it follows, for the definition page */
	const char *method;    /* version of the method: "1" */
	int64_t rounds;	       /* that must say the same before the published status flips; 0: CONFIRM_ROUNDS */
	const struct reason *reasons; /* ends with code NULL */
	void (*judge)(const struct site *s, struct finding *f);
};

extern const struct check *const check_list[]; /* made by the build; ends with NULL */
const struct check *check_find(const char *id);
int64_t check_rounds(const struct check *c);
const struct reason *check_reason(const struct check *c, const char *code);

/* Runs one judge and writes the row; texts live in a.  Tags are left to the caller. */
void check_run(const struct check *c, const struct site *s, struct arena *a,
	       struct verdict_row *row);

/* What the remedy is about, out of the evidence that check_run wrote; lives in a; "" if nothing. */
const char *evidence_subject(const char *evidence, struct arena *a);

/* What to do about it, with the subject put in; lives in a; "" when there is nothing to repair. */
const char *reason_remedy(const struct reason *r, const char *subject, bool zh, struct arena *a);

/* Rows that many checks share: all say that we do not know, and what would let us know. */
#define REASON_NO_V6                                                                               \
	{"observer_no_v6", VERDICT_UNKNOWN, "the observer had no working IPv6 in this round",      \
	 "本轮观测点的 IPv6 不可用", "give the observer IPv6 and set selftest.anchor_v6",           \
	 "为观测点接入 IPv6，并设置 selftest.anchor_v6"}
#define REASON_NO_V4                                                                               \
	{"observer_no_v4", VERDICT_UNKNOWN, "the observer had no working IPv4 to compare with",    \
	 "本轮观测点的 IPv4 不可用，无法比较", "give the observer IPv4 and set selftest.anchor_v4", \
	 "为观测点接入 IPv4，并设置 selftest.anchor_v4"}
#define REASON_RESOLVER                                                                            \
	{"resolver_failed", VERDICT_UNKNOWN, "the observer's resolver did not answer",             \
	 "观测点的递归解析器没有应答", "repair the resolver or set another in dns.resolver",        \
	 "修复递归解析器，或在 dns.resolver 中改用其他解析器"}
#define REASON_DNS_TIMEOUT                                                                         \
	{"dns_timeout", VERDICT_UNKNOWN, "the question got no answer, which proves nothing",       \
	 "DNS 查询无应答，不足以下结论", "look again in the next round", "下一轮再次探测"}
#define REASON_DNS_SERVFAIL                                                                        \
	{"dns_servfail", VERDICT_UNKNOWN, "the resolver failed on it, which proves nothing",       \
	 "解析器返回失败，不足以下结论", "look again in the next round", "下一轮再次探测"}
#define REASON_TIMEOUT_ONCE                                                                        \
	{"timeout_once", VERDICT_UNKNOWN, "one look ended in silence and was not repeated",        \
	 "仅一次探测超时，尚未复测", "look again in the next round", "下一轮再次探测"}
#define REASON_LIMIT                                                                               \
	{"limit", VERDICT_UNKNOWN, "the budget of this site was spent before the look",            \
	 "该站点的探测预算已用尽，未能探测", "look at it alone: sextant check {}",                  \
	 "可单独探测：sextant check {}"}
#define REASON_DENIED                                                                              \
	{"denied", VERDICT_UNKNOWN, "our guard, an opt-out, robots.txt or a wish to be left alone forbids to look there", \
	 "地址保护、退出名单、robots.txt 或对方的暂缓请求禁止探测该目标", "", ""}
#define REASONS_DNS REASON_RESOLVER, REASON_DNS_TIMEOUT, REASON_DNS_SERVFAIL, REASON_LIMIT, REASON_DENIED

/* For judges: sets the reason by its code, which must be one of the check's. */
void finding_set(struct finding *f, const char *code);

#endif
