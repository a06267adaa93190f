/* robots: see robots.h. */
#include "wire/robots.h"

#include <string.h>
#include <strings.h>

void robots_init(struct robots *r, const char *token, const char *path)
{
	*r = (struct robots){.token = token, .path = path};
}

/* ---- one rule ---- */

/* From the last "*" on, try one octet further; false when there is none or the budget is spent. */
static bool step_back(struct robots *r, const char **p, const char **s, const char *star,
		      const char **from)
{
	if (!star || !**from || r->steps >= L_ROBOTS_STEPS)
		return false;
	*p = star + 1;
	*s = ++*from;
	return true;
}

/* RFC 9309 2.2.2 and 2.2.3: the pattern matches from the beginning of the path on. */
static bool matches(struct robots *r, const char *pattern)
{
	const char *p = pattern, *s = r->path, *star = NULL, *from = NULL;

	for (;;) {
		if (++r->steps > L_ROBOTS_STEPS) {
			limit_hit(LIMIT_ROBOTS_STEPS);
			return false;
		}
		if (*p == '*') {
			star = p++;
			from = s;
		} else if (!*p) {
			return true;
		} else if (*p == '$' && !p[1]) {
			if (!*s)
				return true;
			if (!step_back(r, &p, &s, star, &from))
				return false;
		} else if (*s && *p == *s) {
			p++;
			s++;
		} else if (!step_back(r, &p, &s, star, &from)) {
			return false;
		}
	}
}

static bool is_better(const struct robots_rule *best, const struct robots_rule *rule)
{
	return rule->length > best->length ||
	       (rule->length == best->length && best->refuses && !rule->refuses);
}

static void take_rule(struct robots *r, const char *pattern, bool refuses)
{
	struct robots_rule rule = {strlen(pattern), refuses};
	bool own = r->ours && is_better(&r->own, &rule), all = r->everybodys && is_better(&r->all, &rule);

	if (!rule.length || (!own && !all) || !matches(r, pattern))
		return;
	if (own)
		r->own = rule;
	if (all)
		r->all = rule;
}

/* ---- lines ---- */

/* The token is what stands before the first character that no token has: "Sextant/1.0". */
static bool names_us(const struct robots *r, const char *value)
{
	size_t n = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

	return n == strlen(r->token) && !strncasecmp(value, r->token, n);
}

static void take_agent(struct robots *r, const char *value)
{
	if (!r->in_head)
		r->ours = r->everybodys = false; /* a rule came before: here begins another group */
	r->in_head = true;
	r->everybodys |= !strcmp(value, "*");
	r->ours |= names_us(r, value);
	r->named |= r->ours;
}

/* Cuts blanks off both ends. */
static char *trim(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return s;
}

static void take_line(struct robots *r)
{
	char *line = r->line, *colon, *name, *value;
	bool refuses;

	if (!strncmp(line, "\xef\xbb\xbf", 3))
		line += 3;
	line[strcspn(line, "#")] = '\0';
	colon = strchr(line, ':');
	if (!colon)
		return;
	*colon = '\0';
	name = trim(line);
	value = trim(colon + 1);
	if (!strcasecmp(name, "user-agent")) {
		take_agent(r, value);
		return;
	}
	refuses = !strcasecmp(name, "disallow");
	if (!refuses && strcasecmp(name, "allow"))
		return;
	r->in_head = false;
	if (r->ours || r->everybodys)
		take_rule(r, value, refuses);
}

static void end_line(struct robots *r)
{
	r->line[r->line_n] = '\0';
	if (r->past)
		limit_hit(LIMIT_ROBOTS_LINE_B);
	else
		take_line(r);
	r->line_n = 0;
	r->past = false;
	r->refused = r->own.refuses;
	r->refused_crawl = r->named ? r->own.refuses : r->all.refuses;
}

void robots_feed(struct robots *r, const void *data, size_t len)
{
	const char *p = data;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\n' || p[i] == '\r')
			end_line(r);
		else if (r->line_n >= L_ROBOTS_LINE_B)
			r->past = true;
		else /* an octet 0 would end the line for us and not for others */
			r->line[r->line_n++] = p[i] ? p[i] : ' ';
	}
}

bool robots_end(struct robots *r)
{
	if (r->line_n)
		end_line(r);
	return r->refused;
}
