/* spf: see spf.h. */
#include "wire/spf.h"

#include "wire/dns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char version[] = "v=spf1";

bool spf_is(const char *record)
{
	size_t n = sizeof(version) - 1;

	return !strncasecmp(record, version, n) && (!record[n] || record[n] == ' ' || record[n] == '\n');
}

void spf_init(struct spf *s, const char *record)
{
	*s = (struct spf){.at = record + sizeof(version) - 1};
}

/* ---- pieces of a term: from *p up to end ---- */

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* "%%" "%_" "%-" or "%{...}" (section 7.1); the length, 0 when it is none. */
static size_t macro_len(const char *p, const char *end)
{
	const char *close;

	if (end - p < 2)
		return 0;
	if (p[1] == '%' || p[1] == '_' || p[1] == '-')
		return 2;
	close = p[1] == '{' ? memchr(p, '}', (size_t)(end - p)) : NULL;
	if (!close || close == p + 2 || !is_alpha(p[2]))
		return 0;
	for (const char *c = p; c < close; c++)
		if (*c < 0x21 || *c > 0x7e)
			return 0;
	return (size_t)(close - p) + 1;
}

/* What stands outside of macros is a name of the DNS, and one that a host could have. */
static bool is_name_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* A domain-spec. */
static bool take_domain(struct spf_term *t, const char *p, const char *end)
{
	uint8_t wire[DNS_NAME_B];
	size_t n = 0;

	while (p < end) {
		size_t macro = *p == '%' ? macro_len(p, end) : 0;

		if (!macro && !is_name_char(*p))
			return false;
		t->macro |= macro > 0;
		for (size_t i = 0; i < (macro ? macro : 1); i++) {
			if (n + 1 >= sizeof(t->domain))
				return false;
			t->domain[n++] = lower(*p++);
		}
	}
	if (n && t->domain[n - 1] == '.')
		n--;
	t->domain[n] = '\0';
	return n > 0 && (t->macro || dns_name_wire(t->domain, wire));
}

/* Digits without a leading zero, at most max. */
static bool take_number(const char *p, const char *end, unsigned max, unsigned *number)
{
	*number = 0;
	if (p == end || (*p == '0' && end - p > 1) || end - p > 3)
		return false;
	for (; p < end; p++) {
		if (!is_digit(*p))
			return false;
		*number = *number * 10 + (unsigned)(*p - '0');
	}
	return *number <= max;
}

/* Cuts "/24//64", "/24" or "//64" off the end; a "/" within a macro is no such thing. */
static bool cut_cidr(const char *p, const char **end)
{
	const char *slash = p, *six;
	unsigned number;

	while (slash < *end && *slash != '/')
		slash += *slash == '%' && macro_len(slash, *end) ? macro_len(slash, *end) : 1;
	if (slash == *end)
		return true;
	for (six = slash; six < *end && !(six[0] == '/' && six + 1 < *end && six[1] == '/'); six++)
		continue;
	if (six > slash && !take_number(slash + 1, six, 32, &number))
		return false;
	if (six < *end && !take_number(six + 2, *end, 128, &number))
		return false;
	*end = slash;
	return true;
}

static bool take_net(struct spf_term *t, const char *p, const char *end)
{
	const char *slash = memchr(p, '/', (size_t)(end - p));
	const char *stop = slash ? slash : end;
	char text[ADDR_TEXT_MAX];
	unsigned length;

	if ((size_t)(stop - p) >= sizeof(text))
		return false;
	memcpy(text, p, (size_t)(stop - p));
	text[stop - p] = '\0';
	if (strchr(text, '%') || !addr_parse(&t->net.addr, text) ||
	    (t->kind == SPF_IP6) != (t->net.addr.family == 6))
		return false;
	length = addr_bits(&t->net.addr);
	if (slash && !take_number(slash + 1, end, length, &length))
		return false;
	t->net.len = (uint8_t)length;
	return true;
}

/* ---- terms ---- */

enum takes { NOTHING, DOMAIN, MAY_DOMAIN, MAY_CIDR, NET };

static const struct {
	const char *name;
	enum spf_kind kind;
	enum takes takes;
} mechanisms[] = {
	{"all", SPF_ALL, NOTHING},	   {"include", SPF_INCLUDE, DOMAIN},
	{"a", SPF_A, MAY_CIDR},		   {"mx", SPF_MX, MAY_CIDR},
	{"ptr", SPF_PTR, MAY_DOMAIN},	   {"ip4", SPF_IP4, NET},
	{"ip6", SPF_IP6, NET},		   {"exists", SPF_EXISTS, DOMAIN},
};
enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

static bool take_value(struct spf_term *t, enum takes takes, const char *p, const char *end)
{
	if (takes == MAY_CIDR && !cut_cidr(p, &end))
		return false;
	if (p == end)
		return takes == NOTHING || takes == MAY_DOMAIN || takes == MAY_CIDR;
	if (*p++ != ':' || takes == NOTHING)
		return false;
	return takes == NET ? take_net(t, p, end) : take_domain(t, p, end);
}

static enum spf_result take_mechanism(struct spf_term *t, const char *p, const char *end)
{
	size_t n = 0;

	t->qualifier = '+';
	if (strchr("+-~?", *p))
		t->qualifier = *p++;
	while (p + n < end && p[n] != ':' && p[n] != '/')
		n++;
	for (size_t i = 0; i < MECHANISMS; i++) {
		if (strlen(mechanisms[i].name) != n || strncasecmp(mechanisms[i].name, p, n))
			continue;
		t->kind = mechanisms[i].kind;
		return take_value(t, mechanisms[i].takes, p + n, end) ? SPF_TERM : SPF_SYNTAX;
	}
	return SPF_SYNTAX;
}

/* name=value; a redirect may stand once (section 6).  False when it is no modifier. */
static bool take_modifier(struct spf *s, struct spf_term *t, const char *p, const char *end,
			  enum spf_result *result)
{
	const char *is = p;

	while (is < end && (is_alpha(*is) || (is > p && (is_digit(*is) || strchr("-_.", *is)))))
		is++;
	if (is == p || is == end || *is != '=')
		return false;
	t->kind = SPF_MODIFIER;
	*result = SPF_TERM;
	if (is - p == 8 && !strncasecmp(p, "redirect", 8)) {
		t->kind = SPF_REDIRECT;
		if (++s->redirects > 1 || !take_domain(t, is + 1, end))
			*result = SPF_SYNTAX;
	}
	return true;
}

enum spf_result spf_next(struct spf *s, struct spf_term *t)
{
	const char *p = s->at + strspn(s->at, " "), *end = p + strcspn(p, " \n");
	enum spf_result result;

	*t = (struct spf_term){.kind = SPF_MODIFIER};
	s->at = end;
	if (p == end)
		return SPF_END;
	if (s->terms >= L_SPF_TERMS) {
		limit_hit(LIMIT_SPF_TERMS);
		return SPF_LIMIT;
	}
	s->terms++;
	return take_modifier(s, t, p, end, &result) ? result : take_mechanism(t, p, end);
}
