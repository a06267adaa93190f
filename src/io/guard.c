/*
 * guard: the judge.  The order of questions is the order of weight: our own host, our own links and
 * what the operator denied can be allowed by nothing; then what is never a place at all; then what
 * the operator allowed; then the special table and the IPv4 address inside.
 *
 * Lists are short (tens of rows), so they are walked.
 */
#include "io/guard.h"

#include "io/netlink.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef VEC(struct prefix) prefix_vec;

struct guard {
	prefix_vec allow, deny, pref64;
	struct own own;
	int notices; /* -1: own is not asked for */
	bool blind;  /* own could not be read again: nothing may be sent */
	struct addr only; /* family 0: no such rule */
};

static void copy(prefix_vec *to, const struct prefix *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*vec_push(to) = from[i];
}

static int check_pref64(const struct guard_config *c, struct err *e)
{
	char text[PREFIX_TEXT_MAX];

	for (size_t i = 0; i < c->n_pref64; i++)
		if (c->pref64[i].addr.family != 6 || !pref64_len_ok(c->pref64[i].len))
			return err_set(e, -EINVAL,
				       "guard.pref64: %s is no NAT64 prefix; its length is 32, 40, 48, "
				       "56, 64 or 96 (RFC 6052)",
				       prefix_text(&c->pref64[i], text));
	return 0;
}

static int read_own(struct guard *g, struct err *e)
{
	struct own fresh = {0};
	int code = netlink_own(&fresh, e);

	g->blind = code != 0;
	if (code) {
		own_done(&fresh);
		return code;
	}
	own_done(&g->own);
	g->own = fresh;
	return 0;
}

struct guard *guard_new(const struct guard_config *c, struct err *e)
{
	struct guard *g;

	if (check_pref64(c, e))
		return NULL;
	g = calloc(1, sizeof(*g));
	if (!g) {
		err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	if (c->only) {
		g->only = *c->only;
		g->notices = -1;
		return g;
	}
	copy(&g->allow, c->allow, c->n_allow);
	copy(&g->deny, c->deny, c->n_deny);
	copy(&g->pref64, c->pref64, c->n_pref64);
	/* listen first, then read: a change in between is noticed */
	g->notices = c->skip_own ? -1 : netlink_notices(e);
	if (!c->skip_own && (g->notices < 0 || read_own(g, e))) {
		guard_free(g);
		return NULL;
	}
	return g;
}

void guard_free(struct guard *g)
{
	if (!g)
		return;
	if (g->notices >= 0)
		close(g->notices);
	own_done(&g->own);
	vec_done(&g->allow);
	vec_done(&g->deny);
	vec_done(&g->pref64);
	free(g);
}

int guard_fd(const struct guard *g)
{
	return g->notices;
}

int guard_refresh(struct guard *g, struct err *e)
{
	if (g->notices < 0 || (!netlink_changed(g->notices) && !g->blind))
		return 0;
	return read_own(g, e);
}

/* ---- judging ---- */

static bool any_has(const struct prefix *list, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (prefix_has(&list[i], a))
			return true;
	return false;
}

/* What nothing can allow: the word, or NULL. */
static const char *forbidden(const struct guard *g, const struct addr *a, const struct special *s)
{
	static const char *const nowhere[] = {"this_network", "unspecified", "mapped", "compatible",
					      "multicast",    "broadcast"};

	if (g->blind)
		return "own_unknown";
	if (any_has(g->own.local.at, g->own.local.n, a))
		return s && !strcmp(s->class_, "loopback") ? "loopback" : "own";
	if (any_has(g->own.on_link.at, g->own.on_link.n, a))
		return s && !strcmp(s->class_, "loopback") ? "loopback" : "on_link";
	if (any_has(g->deny.at, g->deny.n, a))
		return "denied";
	for (size_t i = 0; s && i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		if (!strcmp(s->class_, nowhere[i]))
			return s->class_;
	return NULL;
}

/* Why no packet may go to this address, taken by itself; NULL if one may. */
static const char *judge(const struct guard *g, const struct addr *a)
{
	const struct special *s = special_find(a);
	const char *why = forbidden(g, a, s);

	if (why)
		return why;
	if (!s || s->probe || any_has(g->allow.at, g->allow.n, a))
		return NULL;
	return s->class_;
}

bool guard_ok(struct guard *g, const struct addr *a, char reason[static GUARD_REASON_MAX])
{
	const char *why, *how, *inner = NULL;
	struct addr v4;
	bool carries;

	reason[0] = '\0';
	if (a->family != 4 && a->family != 6) {
		snprintf(reason, GUARD_REASON_MAX, "no_address");
		return false;
	}
	if (g->only.family) {
		if (!addr_cmp(&g->only, a))
			return true;
		snprintf(reason, GUARD_REASON_MAX, "not_the_resolver");
		return false;
	}
	why = judge(g, a);
	carries = addr_embedded_v4(a, g->pref64.at, g->pref64.n, &v4, &how);
	if (carries)
		inner = judge(g, &v4);
	/* a translator may be allowed by the operator, but not what stands behind it */
	if (carries && !why && (inner || !any_has(g->allow.at, g->allow.n, a)))
		why = how;
	if (!why)
		return true;
	snprintf(reason, GUARD_REASON_MAX, "%s%s%s", why, inner ? ":" : "", inner ? inner : "");
	return false;
}

bool guard_is_public(const struct guard *g, const struct addr *a)
{
	const struct special *s = special_find(a);

	(void)g;
	return !s || s->probe;
}

/* ---- the edges: texts and sockaddrs ---- */

bool host_has_zone(const char *host)
{
	/* a host name holds no '%'; in a bracket it starts a zone, escaped (%25) or not */
	return strchr(host, '%') != NULL;
}

bool guard_sockaddr(const struct sockaddr *sa, size_t len, struct addr *a, const char **why)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*a = (struct addr){0};
	*why = "no_address";
	if (len >= sizeof(v4) && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		*a = addr_v4(ntohl(v4.sin_addr.s_addr));
		return true;
	}
	if (len < sizeof(v6) || sa->sa_family != AF_INET6)
		return false;
	memcpy(&v6, sa, sizeof(v6));
	if (v6.sin6_scope_id) {
		*why = "zone";
		return false;
	}
	*a = addr_v6(v6.sin6_addr.s6_addr);
	return true;
}
