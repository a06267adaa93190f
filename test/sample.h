/*
 * sample: evidence of a site written as text, for tests of judges and of the plan.  One look a line:
 *
 *	dns ROLE TYPE NAME OUTCOME [key=value ...] [= data|data]
 *	web TARGET FAMILY SCHEME HOP OUTCOME [key=value ...]
 *	smtp HOST FAMILY OUTCOME [key=value ...]
 *	quic HOST FAMILY OUTCOME [key=value ...]
 *	resource HOST FAMILY OUTCOME [key=value ...]
 *	link LEVEL HOST [key=value ...]
 *	zone ASKED OUTCOME [key=value ...]
 *	no_v6, no_v4, no_resolver: what the observer's self-test found
 *
 * Keys are columns of the schemas; in resources "/" stands for a blank and "|" for a new line.  A web look has connect_us, stage done and, when its outcome is ok,
 * status 200 unless the line says otherwise; began is its scheme.  2001:db8::/32 counts as public.
 */
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include "base/arena.h"
#include "base/vec.h"
#include "check/link_rules.h"
#include "check/view.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sample {
	struct arena arena;
	VEC(struct obs) dns, web, smtp, quic, resource, link, zone;
	struct site site;
};

static int sample_word(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	fprintf(stderr, "sample: no such word '%s'\n", text);
	abort();
}

static void sample_put(struct sample *m, const struct schema *schema, void *row, const char *key,
		       const char *value)
{
	const struct field *f = schema_field(schema, key);
	char *at;

	if (!f) {
		fprintf(stderr, "sample: no such column '%s'\n", key);
		abort();
	}
	at = (char *)row + f->offset;
	switch (f->type) {
	case FIELD_I64:
	case FIELD_TIME:
		*(int64_t *)(void *)at = !strcmp(value, "null") ? I64_NULL : strtoll(value, NULL, 0);
		break;
	case FIELD_FLAG: *(int8_t *)at = (int8_t)strtol(value, NULL, 10); break;
	case FIELD_TEXT:
		*(const char **)(void *)at = arena_str(&m->arena, value);
		for (char *c = *(char **)(void *)at; *c && !strcmp(key, "resources"); c++)
			*c = *c == '/' ? ' ' : *c == '|' ? '\n' : *c;
		break;
	case FIELD_WORD: *(int32_t *)(void *)at = sample_word(f->words, value); break;
	case FIELD_ADDR: assert(addr_parse((struct addr *)(void *)at, value)); break;
	case FIELD_F64: abort();
	}
}

/* Cuts the next blank-separated word off; NULL at the end. */
static char *sample_next(char **at)
{
	char *s = *at + strspn(*at, " "), *end = s + strcspn(s, " ");

	*at = *end ? end + 1 : end;
	*end = '\0';
	return *s ? s : NULL;
}

static void sample_keys(struct sample *m, const struct schema *schema, void *row, char *rest)
{
	for (char *word = sample_next(&rest); word; word = sample_next(&rest)) {
		char *equals = strchr(word, '=');

		assert(equals && equals > word);
		*equals = '\0';
		sample_put(m, schema, row, word, equals + 1);
	}
}

static void sample_dns(struct sample *m, struct obs *o, char *rest)
{
	struct dns_row *r = arena_alloc(&m->arena, sizeof(*r));
	char *data = strstr(rest, " = ");

	row_clear(&dns_schema, r);
	o->row = r;
	r->role = sample_next(&rest);
	r->qtype = sample_next(&rest);
	r->qname = sample_next(&rest);
	o->outcome = (enum outcome)sample_word(outcome_words, sample_next(&rest));
	r->via = VIA_RESOLVER_UDP;
	r->answers = 0;
	if (o->outcome == OUTCOME_OK || o->outcome == OUTCOME_ABSENT)
		r->rcode = 0;
	if (data) {
		r->data = data + 3;
		r->answers = 1;
		for (char *c = data + 3; *c; c++)
			if (*c == '|') {
				*c = '\n';
				r->answers++;
			}
		*data = '\0';
		if (rest > data)
			rest = data;
	}
	sample_keys(m, &dns_schema, r, rest);
}

static void sample_web(struct sample *m, struct obs *o, char *rest)
{
	struct web_row *r = arena_alloc(&m->arena, sizeof(*r));

	row_clear(&web_schema, r);
	o->row = r;
	r->target = sample_next(&rest);
	r->family = strtol(sample_next(&rest), NULL, 10);
	r->scheme = r->began = sample_word(web_scheme_words, sample_next(&rest));
	r->hop = strtol(sample_next(&rest), NULL, 10);
	o->outcome = (enum outcome)sample_word(outcome_words, sample_next(&rest));
	r->port = r->scheme == SCHEME_HTTPS ? 443 : 80;
	r->host = !strcmp(r->target, "www") ? "www.example.test" : "example.test";
	r->stage = STAGE_CONNECT;
	if (o->outcome == OUTCOME_OK) {
		r->stage = STAGE_DONE;
		r->status = 200;
		r->connect_us = 1000;
		r->body_sha256 = "b0";
		r->tls_version = r->scheme == SCHEME_HTTPS ? "TLSv1.3" : NULL;
		r->cert_ok = r->scheme == SCHEME_HTTPS ? 1 : -1;
		r->cert_sha256 = r->scheme == SCHEME_HTTPS ? "c0" : NULL;
		r->cert_subject = "CN=example.test";
	}
	sample_keys(m, &web_schema, r, rest);
}

static void sample_smtp(struct sample *m, struct obs *o, char *rest)
{
	struct smtp_row *r = arena_alloc(&m->arena, sizeof(*r));

	row_clear(&smtp_schema, r);
	o->row = r;
	r->host = sample_next(&rest);
	r->family = strtol(sample_next(&rest), NULL, 10);
	o->outcome = (enum outcome)sample_word(outcome_words, sample_next(&rest));
	if (o->outcome == OUTCOME_OK) {
		r->connect_us = 1000;
		r->banner_code = 220;
		r->ehlo_code = 250;
	}
	sample_keys(m, &smtp_schema, r, rest);
}

static void sample_quic(struct sample *m, struct obs *o, char *rest)
{
	struct quic_row *r = arena_alloc(&m->arena, sizeof(*r));

	row_clear(&quic_schema, r);
	o->row = r;
	r->host = sample_next(&rest);
	r->family = strtol(sample_next(&rest), NULL, 10);
	o->outcome = (enum outcome)sample_word(outcome_words, sample_next(&rest));
	sample_keys(m, &quic_schema, r, rest);
}

static void sample_resource(struct sample *m, struct obs *o, char *rest)
{
	struct resource_row *r = arena_alloc(&m->arena, sizeof(*r));

	row_clear(&resource_schema, r);
	o->row = r;
	r->host = sample_next(&rest);
	r->family = strtol(sample_next(&rest), NULL, 10);
	o->outcome = (enum outcome)sample_word(outcome_words, sample_next(&rest));
	r->port = 443;
	r->stage = STAGE_CONNECT;
	if (o->outcome == OUTCOME_OK) {
		r->connect_us = 1000;
		r->stage = STAGE_DONE;
		r->cert_ok = 1;
	}
	sample_keys(m, &resource_schema, r, rest);
}

static void sample_link(struct sample *m, struct obs *o, char *rest)
{
	struct link_row *r = arena_alloc(&m->arena, sizeof(*r));

	row_clear(&link_schema, r);
	o->row = r;
	r->level = strtol(sample_next(&rest), NULL, 10);
	r->host = r->url = r->blame = sample_next(&rest);
	r->internal = 1;
	if (r->level == 1) {
		r->sample = 10;
		r->seed = 1;
		r->found2 = r->found3 = r->found_external = 3;
	}
	sample_keys(m, &link_schema, r, rest);
	if (r->level > 1)
		link_decide(r);
}

/* Values of zones have lists: ',' is a space, '|' the end of a line. */
static void sample_zone(struct sample *m, struct obs *o, char *rest)
{
	struct zone_row *r = arena_alloc(&m->arena, sizeof(*r));
	char *asked = sample_next(&rest), *outcome = sample_next(&rest);

	row_clear(&zone_schema, r);
	o->row = r;
	r->asked = asked;
	o->outcome = (enum outcome)sample_word(outcome_words, outcome);
	sample_keys(m, &zone_schema, r, rest);
	for (size_t i = 0; i < zone_schema.n_fields; i++) {
		char **text = (char **)(void *)((char *)r + zone_schema.fields[i].offset);

		if (zone_schema.fields[i].type != FIELD_TEXT || !*text)
			continue;
		for (char *c = *text; *c; c++)
			*c = *c == ',' ? ' ' : *c == '|' ? '\n' : *c;
	}
}

static void sample_line(struct sample *m, char *line)
{
	struct obs o = {.subject = "example.test", .vantage = "local", .round = "r"};
	char *rest = line, *what = sample_next(&rest);

	if (!what)
		return;
	if (!strcmp(what, "dns")) {
		sample_dns(m, &o, rest);
		*vec_push(&m->dns) = o;
	} else if (!strcmp(what, "web")) {
		sample_web(m, &o, rest);
		*vec_push(&m->web) = o;
	} else if (!strcmp(what, "smtp")) {
		sample_smtp(m, &o, rest);
		*vec_push(&m->smtp) = o;
	} else if (!strcmp(what, "quic")) {
		sample_quic(m, &o, rest);
		*vec_push(&m->quic) = o;
	} else if (!strcmp(what, "resource")) {
		sample_resource(m, &o, rest);
		*vec_push(&m->resource) = o;
	} else if (!strcmp(what, "link")) {
		sample_link(m, &o, rest);
		*vec_push(&m->link) = o;
	} else if (!strcmp(what, "zone")) {
		sample_zone(m, &o, rest);
		*vec_push(&m->zone) = o;
	} else if (!strcmp(what, "no_v6")) {
		m->site.v6_works = false;
	} else if (!strcmp(what, "no_v4")) {
		m->site.v4_works = false;
	} else if (!strcmp(what, "no_resolver")) {
		m->site.resolver_works = false;
	} else {
		fprintf(stderr, "sample: '%s'?\n", what);
		abort();
	}
}

/* The site example.test with this evidence. */
__attribute__((unused)) static void sample_init(struct sample *m, const char *text)
{
	static const struct prefix allow = {{6, {0x20, 0x01, 0x0d, 0xb8}}, 32};

	memset(m, 0, sizeof(*m));
	arena_init(&m->arena, 0);
	m->site = (struct site){.domain = "example.test",
				.v4_works = true,
				.v6_works = true,
				.resolver_works = true,
				.allow = &allow,
				.n_allow = 1};
	while (*text) {
		size_t n = strcspn(text, "\n");

		sample_line(m, arena_strn(&m->arena, text, n));
		text += n + (text[n] == '\n');
	}
	m->site.dns = (struct evidence_list){m->dns.at, m->dns.n};
	m->site.web = (struct evidence_list){m->web.at, m->web.n};
	m->site.smtp = (struct evidence_list){m->smtp.at, m->smtp.n};
	m->site.quic = (struct evidence_list){m->quic.at, m->quic.n};
	m->site.resource = (struct evidence_list){m->resource.at, m->resource.n};
	m->site.link = (struct evidence_list){m->link.at, m->link.n};
	m->site.zone = (struct evidence_list){m->zone.at, m->zone.n};
}

__attribute__((unused)) static void sample_done(struct sample *m)
{
	vec_done(&m->dns);
	vec_done(&m->web);
	vec_done(&m->smtp);
	vec_done(&m->quic);
	vec_done(&m->resource);
	vec_done(&m->link);
	vec_done(&m->zone);
	arena_done(&m->arena);
}

#endif
