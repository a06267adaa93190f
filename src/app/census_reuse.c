/*
 * census_reuse: two lists share sites; nobody is asked twice a day for that (P-FREQ).  The evidence of the
 * other round is copied into this one with the times at which it was gathered, and judged now.
 */
#include "app/census_int.h"

#include "app/evidence_rows.h"
#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sites of ours in a page, and sites of the other round that may stand between them by name: all their rows
 * are read, and one answer of the store holds a million. */
enum { PAGE_SITES = 256, PAGE_SPAN = 1024 };

/* One site of the round: its place in the order. */
struct again {
	size_t place;
	const char *domain;
	const struct look_before *before;
};

struct reuse {
	struct run *run;
	VEC(struct again) sites; /* by round, then by name */
	struct batch *page[EVIDENCE_KINDS];
	size_t at[EVIDENCE_KINDS]; /* in them */
	struct told told[PAGE_SITES];
};

static int by_round_and_name(const void *a, const void *b)
{
	const struct again *x = a, *y = b;
	int d = strcmp(x->before->round, y->before->round);

	return d ? d : strcmp(x->domain, y->domain);
}

static void list_sites(struct reuse *u)
{
	const struct census *c = u->run->c;
	const struct round *r = c->round;

	for (size_t i = 0; i < r->total; i++)
		if (r->before[i])
			*vec_push(&u->sites) = (struct again){
				i, c->portfolio->subjects.at[r->order[i]].domain, r->before[i]};
	if (u->sites.n)
		qsort(u->sites.at, u->sites.n, sizeof(*u->sites.at), by_round_and_name);
}

/* The site's own rows of a page; NULL: none.  Both are sorted by name. */
static struct batch *rows_of(struct reuse *u, int k, const char *domain)
{
	const struct batch *page = u->page[k];
	struct batch *b = NULL;
	size_t *at = &u->at[k];

	while (*at < page->obs.n && strcmp(page->obs.at[*at].subject, domain) < 0)
		++*at;
	for (; *at < page->obs.n && !strcmp(page->obs.at[*at].subject, domain); ++*at) {
		b = b ? b : batch_new(page->schema);
		batch_copy(b, &page->obs.at[*at]);
	}
	return b;
}

/* False when nothing is there. */
static bool add_site(struct reuse *u, const struct again *a, struct told *told)
{
	struct census *c = u->run->c;
	struct batch *own[EVIDENCE_KINDS];
	bool found = false;

	for (int k = 0; k < EVIDENCE_KINDS; k++) {
		own[k] = rows_of(u, k, a->domain);
		found |= own[k] != NULL;
	}
	if (found) {
		told->batch = round_add(c->round, &u->run->gather,
					&c->portfolio->subjects.at[c->round->order[a->place]], own,
					a->before->works, c->observer->allow.at, c->observer->allow.n,
					clock_wall(&clock_real), a->before->at_us, &told->first);
		c->round->is_done[a->place] = true;
	}
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		batch_free(own[k]);
	return found;
}

static int load_page(struct reuse *u, size_t first, size_t n, struct err *e)
{
	int rc = 0;

	for (int k = 0; k < EVIDENCE_KINDS && !rc; k++)
		rc = evidence_rows(u->run->c->store, evidence_schemas[k], u->sites.at[first].before->round,
				   u->sites.at[first].domain, u->sites.at[first + n - 1].domain,
				   &u->page[k], e);
	return rc;
}

static int take_page(struct reuse *u, size_t first, size_t n, struct err *e)
{
	size_t added = 0;
	int rc = load_page(u, first, n, e);

	for (size_t i = 0; i < n && !rc; i++)
		added += add_site(u, &u->sites.at[first + i], &u->told[added]);
	if (!rc && added)
		rc = window_put(u->run->c, &u->run->gather, u->told, added, e);
	for (int k = 0; k < EVIDENCE_KINDS; k++) {
		batch_free(u->page[k]);
		u->page[k] = NULL;
		u->at[k] = 0;
	}
	return rc;
}

/* Sites that the round has looked at from this name to that; negative: a fault. */
static int64_t span(struct reuse *u, size_t first, size_t n, struct err *e)
{
	const struct again *a = &u->sites.at[first];
	const struct value args[] = {value_text(a->before->round), value_text(a->domain),
				     value_text(a[n - 1].domain)};
	struct arena mem;
	struct table t;
	int64_t count;

	arena_init(&mem, 0);
	count = store_query_state(u->run->c->store, &mem,
				  "SELECT count(*) FROM round_done WHERE round = ? AND domain BETWEEN ? "
				  "AND ?",
				  args, 3, &t, e)
			? -1
			: value_int(table_at(&t, 0, 0), -1);
	arena_done(&mem);
	return count;
}

/* Sites of one round, as many as fit; 0: a fault. */
static size_t page_at(struct reuse *u, size_t first, struct err *e)
{
	size_t n = 1;
	int64_t between;

	while (n < PAGE_SITES && first + n < u->sites.n &&
	       !strcmp(u->sites.at[first + n].before->round, u->sites.at[first].before->round))
		n++;
	while ((between = span(u, first, n, e)) > PAGE_SPAN && n > 1)
		n /= 2;
	return between < 0 ? 0 : n;
}

int census_reuse(struct run *r, const volatile int *stop, struct err *e)
{
	struct census *c = r->c;
	struct reuse u = {.run = r};
	const char *why;
	int rc = 0;

	if (!c->round->n_before || !store_has_facts(c->store, &why))
		return 0;
	rc = store_flush(c->store, e);
	list_sites(&u);
	for (size_t first = 0, n; !rc && first < u.sites.n; first += n) {
		n = page_at(&u, first, e);
		rc = n ? take_page(&u, first, n, e) : e->code;
		if (!rc && *stop)
			rc = err_set(e, -EINTR, "stopped; the same command goes on where it stopped");
		c->progress(c->ctx, &c->state, 0);
	}
	vec_done(&u.sites);
	return rc;
}
