/* repeats: what the repeated probes of a front page found, for success and timing. */
#ifndef CHECK_REPEATS_H
#define CHECK_REPEATS_H

#include "base/limits.h"
#include "check/check.h"

enum { REPEATS_MIN = 5 }; /* of fewer nothing is said */

/* One pair: the page over both families, one right after the other. */
struct repeat {
	bool probed[2], good[2]; /* [0] IPv4, [1] IPv6 */
	const struct web_row *row[2]; /* where it was good */
};
struct repeats {
	struct repeat pair[L_REPEATS];
	size_t asked;		  /* over IPv6, whatever came of it */
	size_t probed[2], good[2]; /* probed: those whose end says something of the far side */
	const char *host;	  /* of the page; NULL: none */
};

/* A probe is good when the page came, with a status below 400.  Not probed are those that we ended ourselves, and
 * those that were told to stay away (429, or 503 with Retry-After): our asking again provoked that. */
void repeats_of(const struct site *s, struct repeats *out);

/* Why neither check can say a thing: not_asked, few, or an unknown code; NULL: REPEATS_MIN or more are there over
 * IPv6. */
const char *repeats_gate(const struct site *s, const struct repeats *r);

#define REASONS_REPEATS                                                                            \
	{"not_asked", VERDICT_NA, "the page was not asked for repeatedly (--timing), or did not come over IPv6 at all", \
	 "未请求重复探测首页（--timing），或首页根本无法经 IPv6 获取", "", ""},                          \
	{"few", VERDICT_UNKNOWN, "fewer than five probes over IPv6 say anything: that is too few to judge", \
	 "有效的 IPv6 重复探测不足五次，无法判断", "look again in the next round", "下一轮再次探测"},   \
	REASON_NO_V6, REASON_NO_V4

#endif
