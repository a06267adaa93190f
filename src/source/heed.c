/* heed: see heed.h. */
#include "source/heed.h"

#include "base/addr.h"
#include "base/map.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHARE_OF = 20 /* sites of one prefix */ };
enum { KEPT_MAX = 65536 }; /* hosts, and prefixes; then those that nobody needs are forgotten */

static const int64_t week_us = INT64_C(604800000000), day_us = INT64_C(86400000000);

struct row { /* of one prefix */
	uint64_t site;	/* hash of the name of the site that was looked at last there */
	bool refused;	/* and did it turn us away? */
	int64_t n;	/* sites in a row that did */
	int64_t looks;	/* sites looked at before this row, one after the other */
	int64_t refusals; /* of them, those that turned us away */
	int64_t until_us;
};

struct heed {
	int64_t in_row;
	void (*told)(void *ctx, const struct heed_wish *w);
	void *ctx;
	struct arena arena;
	struct map hosts;    /* -> int64_t until_us */
	struct map prefixes; /* -> struct row */
	VEC(struct heed_wish) wishes; /* that hold, and some that held */
};

struct heed *heed_new(int64_t in_row, void (*told)(void *ctx, const struct heed_wish *w), void *ctx)
{
	struct heed *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	h->in_row = in_row;
	h->told = told;
	h->ctx = ctx;
	arena_init(&h->arena, 0);
	map_init(&h->hosts, &h->arena);
	map_init(&h->prefixes, &h->arena);
	return h;
}

void heed_free(struct heed *h)
{
	if (!h)
		return;
	arena_done(&h->arena);
	vec_done(&h->wishes);
	free(h);
}

/* ---- places ---- */

static struct prefix around(const struct addr *a)
{
	return prefix_of(a, a->family == 4 ? 24 : 48);
}

static struct row *row_of(struct heed *h, const struct prefix *p)
{
	struct row **at = (struct row **)map_at(&h->prefixes, &p->addr, sizeof(p->addr));

	if (!*at)
		*at = arena_alloc(&h->arena, sizeof(**at));
	return *at;
}

static bool lengthen_host(struct heed *h, const char *host, int64_t until_us)
{
	int64_t **at = (int64_t **)map_at_text(&h->hosts, host);

	if (!*at)
		*at = arena_alloc(&h->arena, sizeof(**at));
	if (**at >= until_us)
		return false;
	**at = until_us;
	return true;
}

static void hear(struct heed *h, const struct heed_wish *w)
{
	struct prefix p;
	struct row *r;

	if (strcmp(w->why, "blocked") != 0) {
		lengthen_host(h, w->place, w->until_us);
		return;
	}
	if (!prefix_parse(&p, w->place))
		return;
	r = row_of(h, &p);
	if (r->until_us < w->until_us)
		r->until_us = w->until_us;
}

/* A list of a country has more prefixes than are kept: then the rows begin anew, and the wishes that hold
 * stay.  A flood of wishes costs memory once; those that are forgotten come again when they are met. */
static void make_room(struct heed *h, int64_t now_us)
{
	size_t kept = 0;

	if (h->hosts.n < KEPT_MAX && h->prefixes.n < KEPT_MAX && h->wishes.n < KEPT_MAX)
		return;
	arena_done(&h->arena);
	map_init(&h->hosts, &h->arena);
	map_init(&h->prefixes, &h->arena);
	for (size_t i = 0; i < h->wishes.n; i++)
		if (h->wishes.at[i].until_us > now_us)
			h->wishes.at[kept++] = h->wishes.at[i];
	h->wishes.n = kept < KEPT_MAX / 2 ? kept : 0;
	for (size_t i = 0; i < h->wishes.n; i++)
		hear(h, &h->wishes.at[i]);
}

static void tell(struct heed *h, const char *place, const char *why, int64_t until_us)
{
	struct heed_wish w = {.until_us = until_us};

	snprintf(w.place, sizeof(w.place), "%s", place);
	snprintf(w.why, sizeof(w.why), "%s", why);
	*vec_push(&h->wishes) = w;
	if (h->told)
		h->told(h->ctx, &w);
}

/* ---- what looks bring ---- */

static uint64_t hash_of(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	return hash;
}

/* Would such a row come by chance where this share of sites turns everybody away?  Of few sites there is
 * no share to speak of. */
static bool is_chance(const struct row *r)
{
	double share = (double)(r->refusals + 1) / (double)(r->looks + 2);
	double rows = (double)r->looks;

	for (int64_t i = 0; i < r->n; i++)
		rows *= share;
	return r->looks >= SHARE_OF && rows >= 0.05;
}

static void answered(struct heed *h, const char *site, const struct addr *a)
{
	struct prefix p = around(a);
	struct row *r = row_of(h, &p);
	uint64_t hash = hash_of(site);

	r->looks += r->n + (r->site != hash || r->refused);
	r->refusals += r->n;
	r->n = 0;
	r->site = hash;
	r->refused = false;
}

static void turned_away(struct heed *h, const char *site, const struct addr *a, int64_t now_us)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix p = around(a);
	struct row *r = row_of(h, &p);
	uint64_t hash = hash_of(site);

	if (r->site == hash && r->refused)
		return;
	r->site = hash;
	r->refused = true;
	if (++r->n < h->in_row || !h->in_row || is_chance(r))
		return;
	r->looks += r->n;
	r->refusals += r->n;
	r->n = 0;
	r->until_us = now_us + day_us;
	tell(h, prefix_text(&p, text), "blocked", r->until_us);
}

static bool is_refusal(const struct obs *o)
{
	const struct web_row *r = o->row;

	if (r->status != I64_NULL)
		return r->status == 403 || r->status == 429 ||
		       (r->status == 503 && r->retry_after_s != I64_NULL);
	return r->connect_us != I64_NULL &&
	       (o->outcome == OUTCOME_CLOSED ||
		(o->outcome == OUTCOME_TLS && r->why && !strcmp(r->why, "closed")));
}

void heed_web(struct heed *h, const char *site, const struct obs *o)
{
	const struct web_row *r = o->row;

	if (!h)
		return;
	make_room(h, o->at_us);
	if (r->retry_after_s != I64_NULL && r->retry_after_s > 0) {
		int64_t until_us = o->at_us + r->retry_after_s * 1000000;

		if (lengthen_host(h, r->host, until_us))
			tell(h, r->host, "retry_after", until_us);
	}
	if (is_refusal(o))
		turned_away(h, site, &r->addr, o->at_us);
	else if (r->status != I64_NULL)
		answered(h, site, &r->addr);
}

void heed_smtp(struct heed *h, const char *site, const struct obs *o)
{
	const struct smtp_row *r = o->row;

	if (!h || r->banner_code == I64_NULL)
		return;
	make_room(h, o->at_us);
	if (r->banner_code == 554)
		turned_away(h, site, &r->addr, o->at_us);
	else
		answered(h, site, &r->addr);
}

/* ---- what it keeps us from ---- */

const char *heed_host(const struct heed *h, const char *host, int64_t now_us)
{
	const int64_t *until_us = h && host ? map_get_text(&h->hosts, host) : NULL;

	return until_us && *until_us > now_us ? "retry_after" : NULL;
}

const char *heed_addr(const struct heed *h, const struct addr *a, int64_t now_us)
{
	struct prefix p = around(a);
	const struct row *r;

	if (!h)
		return NULL;
	r = map_get(&h->prefixes, &p.addr, sizeof(p.addr));
	return r && r->until_us > now_us ? "blocked" : NULL;
}

/* ---- as text ---- */

/* Letters that a host of ours can have: it came from an answer, and was cleaned. */
static bool is_host(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.:") == strlen(s);
}

bool heed_read(struct heed_wish *w, const char *text, size_t len, int64_t now_us)
{
	char line[HEED_PLACE_MAX + HEED_WHY_MAX + 32];
	struct prefix p;
	int n = 0;

	if (len >= sizeof(line) || memchr(text, 0, len))
		return false;
	memcpy(line, text, len);
	line[len] = '\0';
	if (sscanf(line, "%255s %20ld %15s%n", w->place, &w->until_us, w->why, &n) != 3 || line[n])
		return false;
	if (w->until_us <= 0)
		return false;
	if (w->until_us > now_us + week_us)
		w->until_us = now_us + week_us;
	if (!strcmp(w->why, "retry_after"))
		return is_host(w->place);
	return !strcmp(w->why, "blocked") && prefix_parse(&p, w->place) &&
	       p.len == (p.addr.family == 4 ? 24 : 48);
}

size_t heed_write(const struct heed_wish *w, char *to, size_t max)
{
	int n = snprintf(to, max, "%s %lld %s", w->place, (long long)w->until_us, w->why);

	return n > 0 && (size_t)n < max ? (size_t)n : 0;
}

void heed_hear(struct heed *h, const struct heed_wish *w)
{
	*vec_push(&h->wishes) = *w;
	hear(h, w);
}
