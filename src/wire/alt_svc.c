/* alt_svc: see alt_svc.h. */
#include "wire/alt_svc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* "..." with \ before any character; *text gets what stands in it.  What follows, or NULL. */
static const char *take_quoted(const char *p, char *text, size_t max)
{
	size_t n = 0;

	if (*p++ != '"')
		return NULL;
	for (; *p && *p != '"'; p++) {
		if (*p == '\\' && !*++p)
			return NULL;
		if (n + 1 < max)
			text[n++] = *p;
		else
			return NULL;
	}
	text[n] = '\0';
	return *p ? p + 1 : NULL;
}

/* "host:443", ":443", "[2001:db8::1]:443" */
static bool take_authority(const char *text, struct alt_svc *a)
{
	const char *colon = strrchr(text, ':');
	unsigned long port;
	char *end;

	if (!colon || colon[1] < '0' || colon[1] > '9' || colon - text >= ALT_SVC_HOST_MAX)
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (*end || port < 1 || port > 65535)
		return false;
	memcpy(a->host, text, (size_t)(colon - text));
	a->host[colon - text] = '\0';
	a->port = (uint16_t)port;
	return true;
}

/* Behind the authority: parameters up to the next comma. */
static const char *skip_parameters(const char *p)
{
	char text[512];

	while (*p && *p != ',') {
		if (*p == '"') {
			p = take_quoted(p, text, sizeof(text));
			if (!p)
				return NULL;
		} else {
			p++;
		}
	}
	return *p ? p + 1 : p;
}

bool alt_svc_h3(const char *value, struct alt_svc *a)
{
	const char *p = skip_blanks(value);

	while (p && *p) {
		char authority[ALT_SVC_HOST_MAX + 8];
		size_t n = strcspn(p, "=,; \t\"");
		bool h3 = n == 2 && !strncmp(p, "h3", 2);

		if (!n || p[n] != '=')
			return false;
		p = take_quoted(p + n + 1, authority, sizeof(authority));
		if (!p)
			return false;
		if (h3 && take_authority(authority, a))
			return true;
		p = skip_parameters(p);
		p = p ? skip_blanks(p) : NULL;
	}
	return false;
}
