/* Any bytes: what is accepted is canonical (reading its text gives the same text), and a literal host
 * is the address that the host's text says. */
#include "wire/url.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct url *u)
{
	static char text[URL_TEXT_MAX], again[URL_TEXT_MAX];
	static struct url v;
	const char *why;
	struct addr a;

	url_text(u, text);
	assert(u->path[0] == '/' && strlen(u->path) <= L_URL_B);
	for (const char *p = text; *p; p++)
		assert(*p > ' ' && *p < 0x7f);
	assert(url_parse(&v, text, strlen(text), URL_ANY_PORT, &why));
	assert(!strcmp(url_text(&v, again), text));
	assert(addr_parse(&a, u->host) == (u->addr.family != 0));
	assert(!u->addr.family || !addr_cmp(&a, &u->addr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char from[] = "https://www.example.test/a/b/c?q";
	static struct url u, base;
	const char *why = NULL;

	if (url_parse(&u, (const char *)data, size, URL_ANY_PORT, &why))
		check(&u);
	else
		assert(why);
	url_parse(&base, from, sizeof(from) - 1, 0, &why);
	if (url_resolve(&u, &base, (const char *)data, size, 0, &why))
		check(&u);
	return 0;
}
