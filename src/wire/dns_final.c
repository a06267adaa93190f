/*
 * dns_final: which records of a message answer the question, after CNAME (RFC 1034 3.6.2) and DNAME
 * (RFC 6672).  A server that knows DNAME sends the CNAME that follows from it as well; where that
 * is missing it is made here (RFC 6672 3.4).  See dns.h.
 */
#include "wire/dns.h"

#include <stdio.h>
#include <string.h>

static const struct dns_rr *find(const struct dns_message *m, const char *name, uint16_t type)
{
	for (size_t i = 0; i < m->n_rr; i++) {
		const struct dns_rr *rr = &m->rr[i];

		if (rr->section == DNS_ANSWER && rr->type == type && !strcmp(rr->name, name))
			return rr;
	}
	return NULL;
}

/* The DNAME of a name above this one: it speaks of what is below its owner, not of the owner. */
static const struct dns_rr *find_above(const struct dns_message *m, const char *name)
{
	for (size_t i = 0; i < m->n_rr; i++) {
		const struct dns_rr *rr = &m->rr[i];

		if (rr->section == DNS_ANSWER && rr->type == DNS_DNAME &&
		    dns_name_within(name, rr->name) && strcmp(name, rr->name))
			return rr;
	}
	return NULL;
}

/* Has the chain been at this name before? */
static bool was_at(const struct dns_final *f, const char *qname, const char *name)
{
	bool seen = !strcmp(qname, name);

	for (size_t i = 0; i < f->n_chain; i++)
		seen |= !strcmp(f->chain[i], name);
	return seen;
}

/* The name with the owner of the DNAME, its end, replaced by the target; NULL if there is no room
 * for it in a name or in memory. */
static const char *substitute(struct dns_final *f, const struct dns_message *m,
			      const struct dns_rr *dname)
{
	bool from_root = !strcmp(dname->name, "."), to_root = !strcmp(dname->target, ".");
	size_t keep = strlen(f->name) - (from_root ? 0 : strlen(dname->name) + 1);
	char text[2 * DNS_NAME_TEXT_MAX];
	uint8_t wire[DNS_NAME_B];

	snprintf(text, sizeof(text), "%.*s%s%s", (int)keep, f->name, to_root ? "" : ".",
		 to_root ? "" : dname->target);
	f->name_long = !dns_name_wire(text, wire);
	return f->name_long ? NULL : arena_str(m->arena, text);
}

/* One link more, by this record; false when the chain ends here. */
static bool add_link(struct dns_final *f, const struct dns_message *m, const char *qname,
		     const struct dns_rr *rr)
{
	const char *to = rr->type == DNS_CNAME ? rr->target : substitute(f, m, rr);

	if (!to)
		return false;
	f->loop = was_at(f, qname, to);
	f->too_long = !f->loop && f->n_chain == L_DNS_CNAME_CHAIN;
	if (f->too_long)
		limit_hit(LIMIT_DNS_CNAME_CHAIN);
	if (f->loop || f->too_long)
		return false;
	f->chain[f->n_chain++] = f->name = to;
	f->ttl_s = rr->ttl_s < f->ttl_s ? rr->ttl_s : f->ttl_s;
	return true;
}

/* A name with a CNAME and other data is broken; its data wins, as it does for most. */
static void follow_chain(struct dns_final *f, const struct dns_message *m, const char *qname,
			 uint16_t qtype)
{
	while (!find(m, f->name, qtype)) {
		const struct dns_rr *rr = find(m, f->name, DNS_CNAME);

		if (!rr)
			rr = find_above(m, f->name);
		if (!rr || !add_link(f, m, qname, rr))
			return;
	}
}

void dns_final(struct dns_final *f, const struct dns_message *m, const char *qname, uint16_t qtype)
{
	/* field by field: to clear the lists would cost more than to fill them */
	f->name = qname;
	f->ttl_s = UINT32_MAX;
	f->n_chain = f->n = 0;
	f->loop = f->too_long = f->name_long = false;
	if (qtype != DNS_CNAME)
		follow_chain(f, m, qname, qtype);
	for (size_t i = 0; i < m->n_rr && !f->loop && !f->too_long && !f->name_long; i++) {
		const struct dns_rr *rr = &m->rr[i];

		if (rr->section != DNS_ANSWER || rr->type != qtype || strcmp(rr->name, f->name))
			continue;
		f->rr[f->n++] = rr;
		f->ttl_s = rr->ttl_s < f->ttl_s ? rr->ttl_s : f->ttl_s;
	}
	if (f->ttl_s == UINT32_MAX)
		f->ttl_s = 0;
}
