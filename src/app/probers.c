/* probers: see probers.h. */
#include "app/probers.h"

#include "base/map.h"

#include <libpsl.h>
#include <string.h>

size_t probers_number(int64_t wanted, int64_t targets_per_s, int64_t cores)
{
	int64_t n = wanted;

	if (!n) {
		n = 1 + targets_per_s / PROBERS_SITES_PER_S;
		n = n < cores ? n : cores;
	}
	return n < 1 ? 1 : n > PROBERS_MAX ? PROBERS_MAX : (size_t)n;
}

int probers_start(struct probers *p, const struct prober_config *c, size_t n, struct err *e)
{
	struct prober_config each = *c;
	int rc = 0;

	*p = (struct probers){.n = 0};
	each.share = (int64_t)n;
	while (!rc && p->n < n)
		rc = prober_start(&p->at[p->n++], &each, e);
	return rc;
}

void probers_stop(struct probers *p)
{
	for (size_t i = 0; i < p->n; i++)
		prober_stop(&p->at[i]);
	p->n = 0;
}

size_t probers_of(const struct probers *p, const char *domain)
{
	const char *site = p->n > 1 ? psl_registrable_domain(psl_builtin(), domain) : NULL;

	site = site ? site : domain;
	return p->n > 1 ? (size_t)(hash_bytes(site, strlen(site)) % p->n) : 0;
}

int probers_site(struct probers *p, uint32_t id, const char *domain, const char *kin, bool too_soon,
		 struct err *e)
{
	return prober_site(&p->at[probers_of(p, domain)], id, domain, kin, too_soon, e);
}

int probers_wish(struct probers *p, const struct heed_wish *w, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && !rc; i++)
		rc = prober_wish(&p->at[i], w, e);
	return rc;
}

int probers_test(struct probers *p, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && !rc; i++)
		rc = prober_test(&p->at[i], e);
	return rc;
}

int probers_optout(struct probers *p, const char *text, size_t len, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && !rc && !p->ending; i++)
		rc = prober_optout(&p->at[i], text, len, e);
	return rc;
}

int probers_end(struct probers *p, struct err *e)
{
	int rc = 0;

	p->ending = true;
	for (size_t i = 0; i < p->n && !rc; i++)
		rc = prober_end(&p->at[i], e);
	return rc;
}

/* ---- what they say ---- */

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct prober_state sum(const struct probers *p)
{
	struct prober_state s = p->states[0];

	for (size_t i = 1; i < p->n; i++) {
		const struct prober_state *o = &p->states[i];

		s.active += o->active;
		s.parked += o->parked;
		s.waiting += o->waiting;
		s.looks += o->looks;
		s.silent += o->silent;
		s.cpu_us += o->cpu_us;
		s.tls_us += o->tls_us;
		s.connections += o->connections;
		s.datagrams += o->datagrams;
		s.peak_sites += o->peak_sites;
		s.peak_b = greater(s.peak_b, o->peak_b);
		s.peak_tls_b = greater(s.peak_tls_b, o->peak_tls_b);
		s.sandbox = s.sandbox < o->sandbox ? s.sandbox : o->sandbox;
	}
	return s;
}

static int tell_others(struct probers *p, size_t who, const struct heed_wish *w, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && !rc && !p->ending; i++)
		if (i != who)
			rc = prober_wish(&p->at[i], w, e);
	return rc;
}

static bool all_over(const struct probers *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->over[i])
			return false;
	return true;
}

static int heard(struct probers *p, struct prober_news *news, size_t who, struct err *e)
{
	switch (news->word) {
	case PROBER_STATE:
		p->states[who] = news->state;
		news->state = sum(p);
		return 0;
	case PROBER_WISH: return tell_others(p, who, &news->wish, e);
	case PROBER_OVER:
		p->over[who] = true;
		if (!all_over(p))
			news->word = PROBER_NOTHING;
		return 0;
	case PROBER_EVIDENCE:
	case PROBER_DONE:
	case PROBER_TESTED:
	case PROBER_NOTHING: return 0;
	}
	return 0;
}

/* One is heard until it has said nothing; then the next, so that nobody waits for ever. */
int probers_next(struct probers *p, struct prober_news *news, size_t *who, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		int rc;

		*who = p->turn;
		*news = (struct prober_news){.word = PROBER_NOTHING};
		rc = p->over[*who] ? 0 : prober_next(&p->at[*who], news, e);
		if (!rc)
			rc = heard(p, news, *who, e);
		if (rc)
			return rc;
		if (news->word != PROBER_EVIDENCE) /* what belongs together is heard together */
			p->turn = (p->turn + 1) % p->n;
		if (news->word != PROBER_NOTHING)
			return 0;
	}
	return 0;
}

void probers_poll(const struct probers *p, struct pollfd *fds)
{
	for (size_t i = 0; i < p->n; i++) {
		fds[i] = (struct pollfd){.fd = p->over[i] ? -1 : prober_fd(&p->at[i]), .events = POLLIN};
		if (prober_wants_write(&p->at[i]))
			fds[i].events |= POLLOUT;
	}
}
