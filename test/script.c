/* script: see script.h.  This file: lines into a replay; script_check.c: what came of it. */
#include "test/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_B = 8192 };

struct reader {
	struct script *s;
	struct err *e;
	unsigned line;
	size_t n, at; /* words; the next */
	char *words[SCRIPT_WORDS];
};

#define MISTAKE(r, ...) mistake(r, arena_printf(&(r)->s->arena, __VA_ARGS__))

static int mistake(struct reader *r, const char *what)
{
	return err_set(r->e, -EINVAL, "%s:%u: %s", r->s->name, r->line, what);
}

/* ---- words ---- */

static char *next(struct reader *r)
{
	return r->at < r->n ? r->words[r->at++] : NULL;
}

static bool next_is(struct reader *r, const char *word)
{
	if (r->at >= r->n || strcmp(r->words[r->at], word))
		return false;
	r->at++;
	return true;
}

static char escaped(char c)
{
	return (char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c);
}

/* Cuts a line up; "..." is one word, \n \r \" \\ in it. */
static int cut(struct reader *r, char *s)
{
	r->n = r->at = 0;
	for (s += strspn(s, " \t"); *s && *s != '#'; s += strspn(s, " \t")) {
		char *to = s;
		bool quoted = *s == '"';

		if (r->n == SCRIPT_WORDS)
			return MISTAKE(r, "more than %d words", SCRIPT_WORDS);
		r->words[r->n++] = s;
		s += quoted;
		while (*s && (quoted ? *s != '"' : *s != ' ' && *s != '\t')) {
			if (quoted && *s == '\\' && s[1])
				*to++ = escaped(*++s);
			else
				*to++ = *s;
			s++;
		}
		if (quoted && !*s)
			return MISTAKE(r, "a quote has no end");
		s += *s != '\0';
		*to = '\0';
	}
	return 0;
}

static int read_number(struct reader *r, long long least, long long most, long long *n)
{
	const char *word = next(r);
	char *end;

	if (!word)
		return MISTAKE(r, "a number is missing");
	*n = strtoll(word, &end, 10);
	if (*end || end == word || *n < least || *n > most)
		return MISTAKE(r, "a number from %lld to %lld, not '%s'", least, most, word);
	return 0;
}

static int read_addr(struct reader *r, struct addr *a)
{
	const char *word = next(r);

	if (!word)
		return MISTAKE(r, "an address is missing");
	return addr_parse(a, word) ? 0 : MISTAKE(r, "'%s' is no address", word);
}

static int read_name(struct reader *r, const char **name)
{
	const char *word = next(r);
	char clean[DNS_NAME_TEXT_MAX];

	if (!word)
		return MISTAKE(r, "a name is missing");
	if (!dns_name_clean(word, clean))
		return MISTAKE(r, "'%s' is no name", word);
	*name = arena_str(&r->s->arena, clean);
	return 0;
}

/* ---- what a place says ---- */

static const struct {
	const char *word;
	enum said how;
	enum dns_rcode rcode;
} hows[] = {
	{"timeout", SAID_SILENCE, 0},
	{"refused", SAID_REFUSED, 0},
	{"unreachable", SAID_UNREACHABLE, 0},
	{"closed", SAID_CLOSED, 0},
	{"hold", SAID_HOLD, 0},
	{"trickle", SAID_TRICKLE, 0},
	{"tls-hold", SAID_TLS_HOLD, 0},
	{"servfail", SAID_CODE, DNS_SERVFAIL},
	{"nxdomain", SAID_CODE, DNS_NXDOMAIN},
	{"nodata", SAID_CODE, DNS_NOERROR},
	{"lame", SAID_CODE, DNS_REFUSED},
	{"formerr", SAID_CODE, DNS_FORMERR},
};

static bool take_how(struct reader *r, struct say *s)
{
	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		if (!next_is(r, hows[i].word))
			continue;
		s->how = hows[i].how;
		s->rcode = hows[i].rcode;
		s->word = s->how == SAID_UNREACHABLE ? "EHOSTUNREACH" : NULL;
		return true;
	}
	return false;
}

/* "after 3000", "cert expired", "spoilt" at the end of what is said. */
static int take_extras(struct reader *r, struct say *s)
{
	long long ms;

	while (r->at < r->n && strcmp(r->words[r->at], "then")) {
		if (next_is(r, "spoilt")) {
			s->spoilt = true;
		} else if (next_is(r, "cert")) {
			s->cert = arena_str(&r->s->replay.net.arena, next(r));
			if (!s->cert)
				return MISTAKE(r, "what is wrong with the certificate?");
		} else if (next_is(r, "after")) {
			if (read_number(r, 0, 600000, &ms))
				return r->e->code;
			s->after_us = ms * 1000;
		} else {
			return MISTAKE(r, "'%s'?", r->words[r->at]);
		}
	}
	return 0;
}

/* Calls say_one for each of the things that are said, between them "then". */
static int take_says(struct reader *r, struct place *p,
		     int (*say_one)(struct reader *r, struct place *p, struct say *s))
{
	do {
		int rc = r->at < r->n ? say_one(r, p, place_say(p)) : MISTAKE(r, "says what?");

		if (!rc)
			rc = take_extras(r, &p->says.at[p->says.n - 1]);
		if (rc)
			return rc;
	} while (next_is(r, "then"));
	return 0;
}

/* ---- dns ---- */

static bool is_extra(const char *word)
{
	return !strcmp(word, "then") || !strcmp(word, "after") || !strcmp(word, "spoilt");
}

static bool is_record(uint16_t type, const char *text)
{
	char name[DNS_NAME_TEXT_MAX];
	const char *host = strchr(text, ' ');
	struct addr a;

	if (type == DNS_A || type == DNS_AAAA)
		return addr_parse(&a, text) && (type == DNS_A) == (a.family == 4);
	if (type == DNS_MX)
		return host && dns_name_clean(host + 1, name);
	if (type == DNS_TXT)
		return true;
	return type == DNS_HTTPS ? host != NULL : dns_name_clean(text, name);
}

static int say_dns(struct reader *r, struct place *p, struct say *s)
{
	if (take_how(r, s))
		return 0;
	while (r->at < r->n && !is_extra(r->words[r->at])) {
		const char *text = next(r);

		if (!is_record(p->type, text))
			return MISTAKE(r, "'%s' is no record of this type", text);
		*vec_push(&s->records) = arena_str(&r->s->replay.net.arena, text);
	}
	return 0;
}

/* A second line about the same name and type adds to its records. */
static int more_records(struct reader *r, struct place *p)
{
	struct say *s = &p->says.at[0];

	if (p->says.n > 1 || s->how != SAID_DATA)
		return MISTAKE(r, "what this name says was told before");
	return say_dns(r, p, s);
}

static int line_dns(struct reader *r)
{
	const char *name, *type;
	struct place *p;
	uint16_t number;

	if (read_name(r, &name))
		return r->e->code;
	type = next(r);
	number = type ? dns_type_parse(type) : 0;
	if (!number)
		return MISTAKE(r, "'%s' is no type", type ? type : "");
	p = internet_name(&r->s->replay.net, name, number);
	return p->says.n ? more_records(r, p) : take_says(r, p, say_dns);
}

static int say_ns(struct reader *r, struct place *p, struct say *s)
{
	(void)p;
	s->no_aa = next_is(r, "noaa");
	if (s->no_aa || next_is(r, "ok") || take_how(r, s))
		return 0;
	return MISTAKE(r, "'%s' is nothing that a name server says", next(r));
}

static int line_ns(struct reader *r)
{
	const char *over = NULL;
	struct addr a;

	if (read_addr(r, &a))
		return r->e->code;
	if (r->at < r->n && (!strcmp(r->words[r->at], "udp") || !strcmp(r->words[r->at], "tcp")))
		over = next(r);
	return take_says(r, internet_server(&r->s->replay.net, &a, DNS_PORT, over), say_ns);
}

/* ---- web and mail ---- */

/* A body of so many bytes, words that all differ. */
static const char *body_of(struct arena *a, size_t size)
{
	char *body = arena_alloc(a, size + 1);

	for (size_t i = 0; i < size; i++)
		body[i] = (char)(i % 8 == 7 ? ' ' : 'a' + (i / 8 + i) % 26);
	return body;
}

static int say_page(struct reader *r, struct say *s)
{
	struct internet *n = &r->s->replay.net;
	const char *location = NULL, *body = "";
	long long status, size = -1;

	if (read_number(r, 100, 999, &status))
		return r->e->code;
	if (next_is(r, "size")) {
		if (read_number(r, 0, 4000000, &size))
			return r->e->code;
		body = body_of(&n->arena, (size_t)size);
	} else if (r->at < r->n && strcmp(r->words[r->at], "cert") && !is_extra(r->words[r->at])) {
		*(status >= 300 && status < 400 ? &location : &body) = next(r);
	}
	internet_page(n, s, (int)status, location, "text/html", body,
		      size >= 0 ? (size_t)size : strlen(body));
	return 0;
}

static int say_web(struct reader *r, struct place *p, struct say *s)
{
	(void)p;
	if (take_how(r, s))
		return 0;
	if (next_is(r, "tls-failed")) {
		s->how = SAID_TLS_FAILED;
		s->word = arena_str(&r->s->replay.net.arena, next(r));
		return s->word ? 0 : MISTAKE(r, "why does TLS fail?");
	}
	if (next_is(r, "raw")) {
		s->bytes = (const uint8_t *)arena_str(&r->s->replay.net.arena, next(r));
		s->len = s->bytes ? strlen((const char *)s->bytes) : 0;
		return s->bytes ? 0 : MISTAKE(r, "which bytes?");
	}
	return say_page(r, s);
}

static int line_web(struct reader *r)
{
	struct internet *n = &r->s->replay.net;
	struct place *p;
	long long port;
	struct addr a;

	if (read_addr(r, &a) || read_number(r, 1, 65535, &port))
		return r->e->code;
	p = internet_server(n, &a, (uint16_t)port, NULL);
	if (r->at >= r->n || !strchr(r->words[r->at], '/'))
		return take_says(r, p, say_web);
	if (!p->says.n) /* it listens; what else is asked there is not found */
		internet_page(n, place_say(p), 404, NULL, "text/html", "", 0);
	return take_says(r, internet_server(n, &a, (uint16_t)port, next(r)), say_web);
}

static int say_smtp(struct reader *r, struct place *p, struct say *s)
{
	long long banner, ehlo = 0;

	(void)p;
	if (take_how(r, s))
		return 0;
	if (read_number(r, 200, 599, &banner) || (banner == 220 && read_number(r, 200, 599, &ehlo)))
		return r->e->code;
	s->banner = (int)banner;
	s->ehlo = (int)ehlo;
	s->starttls = ehlo == 250 ? 220 : 0;
	if (next_is(r, "no-starttls"))
		s->starttls = 0;
	else if (next_is(r, "starttls-no"))
		s->starttls = 454;
	if (next_is(r, "tls-hold"))
		s->how = SAID_TLS_HOLD;
	else if (next_is(r, "tls-failed"))
		s->how = SAID_TLS_FAILED;
	return 0;
}

static int line_smtp(struct reader *r)
{
	struct addr a;

	if (read_addr(r, &a))
		return r->e->code;
	return take_says(r, internet_server(&r->s->replay.net, &a, 25, NULL), say_smtp);
}

static int say_quic(struct reader *r, struct place *p, struct say *s)
{
	(void)p;
	if (next_is(r, "ok") || take_how(r, s))
		return 0;
	return MISTAKE(r, "'%s' is nothing that a QUIC host says", next(r));
}

static int line_quic(struct reader *r)
{
	struct addr a;

	if (read_addr(r, &a))
		return r->e->code;
	return take_says(r, internet_server(&r->s->replay.net, &a, 443, "quic"), say_quic);
}

/* ---- the observer ---- */

static int line_site(struct reader *r)
{
	return read_name(r, &r->s->replay.domain);
}

static int line_families(struct reader *r)
{
	const char *word = next(r);

	if (!word || (strcmp(word, "4") && strcmp(word, "6") && strcmp(word, "both")))
		return MISTAKE(r, "families is 4, 6 or both");
	r->s->replay.v4 = *word != '6';
	r->s->replay.v6 = *word != '4';
	return 0;
}

static int line_links(struct reader *r)
{
	long long n;

	if (read_number(r, 1, L_LINKS_SAMPLE, &n))
		return r->e->code;
	r->s->replay.links = (size_t)n;
	return 0;
}

/* More than is allowed, too: to see what the limit does. */
static int line_repeats(struct reader *r)
{
	long long n;

	if (read_number(r, 1, L_REPEATS + 1, &n))
		return r->e->code;
	r->s->replay.repeats = (size_t)n;
	return 0;
}

static int line_also(struct reader *r)
{
	return read_name(r, &r->s->replay.also);
}

static int line_nobody(struct reader *r)
{
	r->s->replay.public_ok = false;
	return 0;
}

static int read_prefix(struct reader *r, struct prefix *p)
{
	const char *word = next(r);

	if (!word || !prefix_parse(p, word))
		return MISTAKE(r, "'%s' is no prefix", word ? word : "");
	return 0;
}

static int line_allow(struct reader *r)
{
	vec_clear(&r->s->replay.allow);
	if (next_is(r, "none"))
		return 0;
	while (r->at < r->n)
		if (read_prefix(r, vec_push(&r->s->replay.allow)))
			return r->e->code;
	return 0;
}

static int line_deny(struct reader *r)
{
	while (r->at < r->n)
		if (read_prefix(r, vec_push(&r->s->replay.deny)))
			return r->e->code;
	return 0;
}

static int line_optout(struct reader *r)
{
	struct plea *p = vec_push(&r->s->replay.pleas);
	long long seconds = 0;

	p->line = arena_str(&r->s->arena, next(r));
	if (!p->line)
		return MISTAKE(r, "who opts out?");
	if (next_is(r, "at") && read_number(r, 0, 100000, &seconds))
		return r->e->code;
	p->at_us = seconds * 1000000;
	return 0;
}

/* ---- expectations: the words of each, from and to how many ---- */

static const struct {
	const char *word;
	size_t least, most;
} expectable[] = {
	{"verdict", 2, 2},  {"asked", 2, 3},	 {"not-asked", 1, 2}, {"sent", 1, 2},
	{"not-sent", 1, 2}, {"row", 2, 20},	 {"no-row", 2, 20},   {"rows", 2, 20},
	{"parks", 1, 1},    {"shared", 1, 1},    {"questions", 1, 1}, {"active", 1, 1},    {"limit", 1, 1},
	{"no-limit", 1, 1},
};

static int line_expect(struct reader *r)
{
	const char *word = next(r);

	for (size_t i = 0; word && i < sizeof(expectable) / sizeof(expectable[0]); i++) {
		struct expectation *x;

		if (strcmp(word, expectable[i].word))
			continue;
		if (r->n - r->at < expectable[i].least || r->n - r->at > expectable[i].most)
			return MISTAKE(r, "'expect %s' with %zu words", word, r->n - r->at);
		x = vec_push(&r->s->expects);
		x->line = r->line;
		x->n = r->n - 1;
		for (size_t k = 0; k < x->n; k++)
			x->words[k] = arena_str(&r->s->arena, r->words[k + 1]);
		r->at = r->n;
		return 0;
	}
	return MISTAKE(r, "nobody can expect '%s'", word ? word : "");
}

/* ---- lines ---- */

static const struct {
	const char *word;
	int (*read)(struct reader *r);
} lines[] = {
	{"site", line_site},
	{"families", line_families},
	{"nobody-named", line_nobody},
	{"allow", line_allow},
	{"deny", line_deny},
	{"optout", line_optout},
	{"dns", line_dns},
	{"ns", line_ns},
	{"web", line_web},
	{"smtp", line_smtp},
	{"quic", line_quic},
	{"links", line_links},
	{"repeats", line_repeats},
	{"also", line_also},
	{"expect", line_expect},
};

static int read_line(struct reader *r, const char *text);

/* "each i 1 40 LINE": the line for each number, in the place of $i. */
static int line_each(struct reader *r, const char *text)
{
	char letter, out[LINE_MAX_B];
	int from, to, used = 0;

	if (sscanf(text, " each %c %d %d %n", &letter, &from, &to, &used) != 3 || !used)
		return MISTAKE(r, "each LETTER FROM TO LINE");
	for (int i = from; i <= to; i++) {
		size_t n = 0;

		for (const char *p = text + used; *p && n < sizeof(out) - 16; p++) {
			if (*p != '$' || p[1] != letter) {
				out[n++] = *p;
				continue;
			}
			n += (size_t)snprintf(out + n, 12, "%d", i);
			p++;
		}
		out[n] = '\0';
		if (read_line(r, out))
			return r->e->code;
	}
	return 0;
}

static int read_line(struct reader *r, const char *text)
{
	const char *start = text + strspn(text, " \t"), *word;

	if (!strncmp(start, "each ", 5))
		return line_each(r, start);
	if (cut(r, arena_str(&r->s->arena, text)))
		return r->e->code;
	word = next(r);
	if (!word)
		return 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (strcmp(word, lines[i].word))
			continue;
		if (lines[i].read(r))
			return r->e->code;
		return r->at == r->n ? 0 : MISTAKE(r, "'%s' is too much", r->words[r->at]);
	}
	return MISTAKE(r, "a line does not begin with '%s'", word);
}

int script_read(struct script *s, const char *text, struct err *e)
{
	struct reader r = {.s = s, .e = e};

	while (*text) {
		size_t n = strcspn(text, "\n");

		r.line++;
		if (read_line(&r, arena_strn(&s->arena, text, n)))
			return e->code;
		text += n + (text[n] == '\n');
	}
	return s->expects.n ? 0 : MISTAKE(&r, "nothing is expected");
}

void script_init(struct script *s, const char *name)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, 0);
	s->name = name;
	replay_init(&s->replay);
	prefix_parse(vec_push(&s->replay.allow), "3fff::/20");
	prefix_parse(vec_push(&s->replay.allow), "198.18.0.0/15");
}

void script_done(struct script *s)
{
	replay_done(&s->replay);
	vec_done(&s->expects);
	arena_done(&s->arena);
}

void script_run(struct script *s)
{
	for (int i = 0; i < LIMIT_COUNT; i++)
		s->hits[i] = limit_hits((enum limit)i);
	replay_run(&s->replay);
}
