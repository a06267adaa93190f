/*
 * spf: see spf.h.  Where an answer is missing the walk goes on, so that the planner asks for all that one
 * record names at once; what was missing counts only if nothing lets IPv6 send.
 */
#include "check/spf.h"

#include "wire/dns.h"
#include "wire/spf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DEPTH = L_SPF_LOOKUPS + 1, MX_ASKED = 10 };

struct walk_spf {
	const struct site *site;
	spf_want *want;
	void *ctx;
	struct spf_found *out;
	const char *unknown;      /* the first answer that is missing */
	bool senders, macro;      /* somebody may send; who is for the mail to say */
	const char *stack[DEPTH]; /* names whose records are being walked */
	int depth;
};

/* What a record, or a term of it, does to the walk. */
enum spf_way { WAY_ON, WAY_PASS, WAY_STOP, WAY_ERROR };

static enum spf_way broken(struct walk_spf *w, const char *code, const char *name)
{
	w->out->code = code;
	snprintf(w->out->subject, sizeof(w->out->subject), "%s", name);
	return WAY_ERROR;
}

/* ---- names ---- */

static enum answer look_up(struct walk_spf *w, const char *name, uint16_t qtype, const struct obs **o)
{
	static const struct {
		uint16_t type;
		const char *text;
	} types[] = {{DNS_TXT, "TXT"}, {DNS_MX, "MX"}, {DNS_AAAA, "AAAA"}};
	size_t i = 0;
	enum answer a;

	while (types[i].type != qtype)
		i++;
	*o = site_ask(w->site, name, types[i].text);
	a = answer_of(*o);
	if (a == ANSWER_UNASKED && w->want)
		w->want(w->ctx, name, qtype);
	if (!w->unknown && answer_unknown(w->site, a))
		w->unknown = answer_unknown(w->site, a);
	return a;
}

/* By the judge: the planner walks again and again. */
static void count_limit(const struct walk_spf *w, enum limit which)
{
	if (!w->want)
		limit_hit(which);
}

/* One question of the record: false when the budget is spent.  The limits are RFC 7208's, so they are an
 * answer and no want of ours. */
static bool spend(struct walk_spf *w, const char *name)
{
	if (++w->out->lookups <= L_SPF_LOOKUPS)
		return true;
	count_limit(w, LIMIT_SPF_LOOKUPS);
	broken(w, "too_many_lookups", name);
	return false;
}

/* It had no answer; false when that was once too often. */
static bool spend_void(struct walk_spf *w, enum answer a, const char *name)
{
	if (a != ANSWER_NODATA && a != ANSWER_NXDOMAIN)
		return true;
	if (++w->out->voids <= L_SPF_VOIDS)
		return true;
	count_limit(w, LIMIT_SPF_VOIDS);
	broken(w, "too_many_voids", name);
	return false;
}

static bool has_v6(const struct site *s, const struct obs *o)
{
	struct addr list[HOST_ADDRESSES];
	size_t n = row_addresses(dns_of(o), 6, list, HOST_ADDRESSES);

	for (size_t i = 0; i < n; i++)
		if (!site_bogon(s, &list[i]))
			return true;
	return false;
}

/* ---- terms ---- */

static enum spf_way passes(struct walk_spf *w, const char *what, const char *name)
{
	snprintf(w->out->term, sizeof(w->out->term), "%s%s%s", what, *name ? ":" : "", name);
	return WAY_PASS;
}

static enum spf_way walk_a(struct walk_spf *w, const char *name, bool lets)
{
	const struct obs *o;
	enum answer a = look_up(w, name, DNS_AAAA, &o);

	if (!spend_void(w, a, name))
		return WAY_ERROR;
	w->senders |= lets;
	return lets && a == ANSWER_HAS && has_v6(w->site, o) ? passes(w, "a", name) : WAY_ON;
}

/* Section 4.6.4: more than ten names are an error. */
static enum spf_way walk_mx(struct walk_spf *w, const char *name, bool lets)
{
	const struct obs *mx, *o;
	enum answer a = look_up(w, name, DNS_MX, &mx);
	char host[NAME_MAX_B];
	const char *at = NULL;
	bool found = false;

	if (!spend_void(w, a, name))
		return WAY_ERROR;
	w->senders |= lets;
	if (a == ANSWER_HAS && dns_of(mx)->answers > MX_ASKED)
		return broken(w, "too_many_lookups", name);
	while (a == ANSWER_HAS && row_name(dns_of(mx), &at, host))
		found |= look_up(w, host, DNS_AAAA, &o) == ANSWER_HAS && has_v6(w->site, o);
	return found && lets ? passes(w, "mx", name) : WAY_ON;
}

static enum spf_way walk_record(struct walk_spf *w, const char *name);

/* Whoever is let in by the record of another domain; the rest of that record decides nothing here. */
static enum spf_way walk_include(struct walk_spf *w, const char *name, bool lets)
{
	bool senders = w->senders;
	enum spf_way way = walk_record(w, name);

	if (!lets) { /* whom a "-include" names is not let in by it */
		w->senders = senders;
		return way == WAY_ERROR ? way : WAY_ON;
	}
	return way == WAY_STOP ? WAY_ON : way;
}

static enum spf_way walk_macro(struct walk_spf *w, bool lets)
{
	w->macro |= lets;
	return WAY_ON;
}

static enum spf_way walk_term(struct walk_spf *w, const struct spf_term *t, const char *own)
{
	const char *name = t->domain[0] ? t->domain : own;
	bool lets = t->qualifier == '+';
	char net[PREFIX_TEXT_MAX];

	switch (t->kind) {
	case SPF_ALL: return lets ? passes(w, "all", "") : WAY_STOP;
	case SPF_IP4: w->senders |= lets; return WAY_ON;
	case SPF_IP6: return lets ? passes(w, "ip6", prefix_text(&t->net, net)) : WAY_ON;
	case SPF_MODIFIER:
	case SPF_REDIRECT: return WAY_ON;
	case SPF_INCLUDE:
	case SPF_A:
	case SPF_MX:
	case SPF_PTR:
	case SPF_EXISTS: break;
	}
	if (!spend(w, own))
		return WAY_ERROR;
	if (t->macro || t->kind == SPF_EXISTS || t->kind == SPF_PTR)
		return walk_macro(w, lets);
	if (t->kind == SPF_A)
		return walk_a(w, name, lets);
	return t->kind == SPF_MX ? walk_mx(w, name, lets) : walk_include(w, name, lets);
}

/* ---- records ---- */

/* Section 5.6.4 and 6.1: all others are ignored when there is an "all". */
struct spf_rest {
	char name[SPF_DOMAIN_MAX];
	bool macro, all;
};

/* A syntax error anywhere is one of the whole record, and is seen before anything else (4.6). */
static const char *record_fault(const char *text, struct spf_rest *rest)
{
	struct spf_term t;
	enum spf_result r;
	struct spf s;

	*rest = (struct spf_rest){.all = false};
	spf_init(&s, text);
	for (r = spf_next(&s, &t); r == SPF_TERM; r = spf_next(&s, &t)) {
		rest->all |= t.kind == SPF_ALL;
		if (t.kind != SPF_REDIRECT)
			continue;
		memcpy(rest->name, t.domain, sizeof(rest->name));
		rest->macro = t.macro;
	}
	return r == SPF_SYNTAX ? "syntax" : r == SPF_LIMIT ? "limit" : NULL;
}

static enum spf_way walk_redirect(struct walk_spf *w, const struct spf_rest *rest, const char *own)
{
	if (rest->all || !rest->name[0])
		return WAY_STOP;
	if (!spend(w, own))
		return WAY_ERROR;
	if (rest->macro) {
		walk_macro(w, true);
		return WAY_STOP;
	}
	return walk_record(w, rest->name);
}

static enum spf_way walk_text(struct walk_spf *w, const char *text, const char *own)
{
	struct spf_rest rest;
	const char *fault = record_fault(text, &rest);
	enum spf_way way = WAY_ON;
	struct spf_term t;
	struct spf s;

	if (fault)
		return broken(w, fault, own);
	w->out->records++;
	spf_init(&s, text);
	while (way == WAY_ON && spf_next(&s, &t) == SPF_TERM)
		way = walk_term(w, &t, own);
	return way == WAY_ON ? walk_redirect(w, &rest, own) : way;
}

/* The first SPF record among the texts, up to the end of its line; *n: how many there are. */
static const char *find_record(const struct dns_row *r, size_t *n)
{
	const char *found = NULL, *line = r->data;

	*n = 0;
	while (line && *line) {
		if (spf_is(line) && !(*n)++)
			found = line;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return found;
}

static bool is_above(const struct walk_spf *w, const char *name)
{
	for (int i = 0; i < w->depth; i++)
		if (!strcasecmp(w->stack[i], name))
			return true;
	return false;
}

/* A record that leads to another one, and there is none, is in error (5.2, 6.1). */
static enum spf_way no_record(struct walk_spf *w, const struct obs *o, const char *name)
{
	if (dns_of(o)->why && !w->unknown) /* data_limit: it may be among what was left out */
		w->unknown = "limit";
	if (dns_of(o)->why)
		return WAY_ON;
	return broken(w, w->depth ? "include_missing" : "no_spf", name);
}

static enum spf_way walk_record(struct walk_spf *w, const char *name)
{
	const char *text = NULL;
	const struct obs *o;
	enum spf_way way;
	enum answer a;
	size_t n = 0;

	if (is_above(w, name) || w->depth == DEPTH)
		return broken(w, "loop", name);
	a = look_up(w, name, DNS_TXT, &o);
	if (answer_unknown(w->site, a))
		return WAY_ON;
	if (w->depth && !spend_void(w, a, name))
		return WAY_ERROR;
	if (a == ANSWER_HAS)
		text = find_record(dns_of(o), &n);
	if (!text)
		return no_record(w, o, name);
	if (n > 1)
		return broken(w, "several_records", name);
	w->stack[w->depth++] = name;
	way = walk_text(w, text, name);
	w->depth--;
	return way;
}

void site_spf(const struct site *s, spf_want *want, void *ctx, struct spf_found *out)
{
	struct walk_spf w = {.site = s, .want = want, .ctx = ctx, .out = out};
	enum spf_way way;

	*out = (struct spf_found){.code = "ok"};
	snprintf(out->subject, sizeof(out->subject), "%s", s->domain);
	way = walk_record(&w, s->domain);
	if (way == WAY_PASS || (way == WAY_ERROR && !w.unknown))
		return;
	out->code = w.unknown ? w.unknown : w.macro ? "macro" : w.senders ? "v4_only" : "nobody";
}
