/* optout: see optout.h. */
#include "source/optout.h"

#include "source/portfolio.h"

#include <errno.h>
#include <string.h>

enum { LINE_MAX_B = 512 };

void optout_init(struct optout *o)
{
	*o = (struct optout){0};
	arena_init(&o->arena, 0);
	map_init(&o->domains, &o->arena);
}

void optout_done(struct optout *o)
{
	arena_done(&o->arena);
	vec_done(&o->prefixes);
}

/* The line without comment and blanks around it. */
static void trim(const char *line, size_t len, char to[static LINE_MAX_B])
{
	const char *hash = memchr(line, '#', len);

	if (hash)
		len = (size_t)(hash - line);
	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	while (len && strchr(" \t", *line)) {
		line++;
		len--;
	}
	snprintf(to, LINE_MAX_B, "%.*s", (int)(len < LINE_MAX_B ? len : LINE_MAX_B - 1), line);
}

static bool take_prefix(struct optout *o, const char *text)
{
	struct prefix p;

	if (addr_parse(&p.addr, text))
		p.len = (uint8_t)addr_bits(&p.addr);
	else if (!prefix_parse(&p, text))
		return false;
	*vec_push(&o->prefixes) = p;
	return true;
}

/* A name with one label is a domain here too: a registry may opt out as a whole. */
static bool take_domain(struct optout *o, const char *text, const char **why)
{
	char name[DOMAIN_MAX];
	enum portfolio_fault fault = domain_clean(text, name, why);

	if (fault != PORTFOLIO_FAULTS)
		return false;
	*map_at_text(&o->domains, name) = o;
	return true;
}

int optout_parse(struct optout *o, const char *name, const char *text, size_t len, struct err *e)
{
	const char *end = text + len;
	struct optout fresh;

	optout_init(&fresh);
	fresh.domains.arena = &fresh.arena;
	for (unsigned number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text)), *why = "";
		size_t n = (size_t)((newline ? newline : end) - text);
		char line[LINE_MAX_B];

		trim(text, n, line);
		if (line[0] && !take_prefix(&fresh, line) && !take_domain(&fresh, line, &why)) {
			optout_done(&fresh);
			return err_set(e, -EINVAL,
				       "%s:%u: '%s' is neither a prefix nor a domain (%s); the list "
				       "before stays",
				       name, number, line, why);
		}
		text += n + 1;
	}
	optout_done(o);
	*o = fresh;
	o->domains.arena = &o->arena;
	return 0;
}

bool optout_name(const struct optout *o, const char *name)
{
	for (const char *at = name; at; at = strchr(at, '.')) {
		at += *at == '.';
		if (map_get_text(&o->domains, at))
			return true;
	}
	return false;
}

bool optout_addr(const struct optout *o, const struct addr *a)
{
	for (size_t i = 0; i < o->prefixes.n; i++)
		if (prefix_has(&o->prefixes.at[i], a))
			return true;
	return false;
}
