/*
 * heed: what far hosts ask of those who measure them, and whom it keeps us away from (threats.md P-BACK):
 *
 *	a 429 or 503 with Retry-After   the host is not asked again so long, a week at most
 *	three sites in a row in one /24 or /48 that turn us away    nobody there is asked for a day
 *
 * Turned away: HTTP 403, 429, or 503 with Retry-After; a connection that stood and was closed without an
 * answer; a mail host's 554.  One site counts once in a row, and an ordinary answer of anybody there ends
 * the row: what only this site does to everybody says nothing about us.  Where many sites (20 and more)
 * share a prefix and some of them turn everybody away, three in a row come by chance: there the row has to
 * be so long that less than 0.05 of its like are to be expected (looks * share^length).
 *
 * Each wish has a text, so that it can be kept and heard again by the next round.
 */
#ifndef SOURCE_HEED_H
#define SOURCE_HEED_H

#include "check/evidence.h"

enum { HEED_PLACE_MAX = 256, HEED_WHY_MAX = 16 };

struct heed_wish {
	char place[HEED_PLACE_MAX]; /* a host name or a prefix */
	char why[HEED_WHY_MAX];	    /* "retry_after", "blocked" */
	int64_t until_us;	    /* UTC */
};

/* told: a new wish, or one that lasts longer than before.  in_row 0: nobody's prefix is left alone. */
struct heed *heed_new(int64_t in_row, void (*told)(void *ctx, const struct heed_wish *w), void *ctx);
void heed_free(struct heed *h);

/* What one look brought. */
void heed_web(struct heed *h, const char *site, const struct obs *o);
void heed_smtp(struct heed *h, const char *site, const struct obs *o);

/* NULL, or the word why nothing may be asked there now.  h may be NULL. */
const char *heed_host(const struct heed *h, const char *host, int64_t now_us);
const char *heed_addr(const struct heed *h, const struct addr *a, int64_t now_us);

/* A wish as one line, "PLACE UNTIL_US WHY"; reading refuses what is none, and cuts one that is longer than
 * a week (a clock that was set back makes such). */
bool heed_read(struct heed_wish *w, const char *text, size_t len, int64_t now_us);
size_t heed_write(const struct heed_wish *w, char *to, size_t max);
/* Hears a wish of an earlier round.  told is not called. */
void heed_hear(struct heed *h, const struct heed_wish *w);

#endif
