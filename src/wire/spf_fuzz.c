/* Any text: every term is within its bounds, reading ends, and ends the same way twice. */
#include "wire/spf.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_term(const struct spf_term *t)
{
	size_t n = strnlen(t->domain, sizeof(t->domain));

	assert(n < sizeof(t->domain));
	for (size_t i = 0; i < n; i++)
		assert(t->domain[i] > 0x20 && t->domain[i] < 0x7f);
	assert((t->kind == SPF_IP6) == (t->net.addr.family == 6));
	assert((t->kind == SPF_IP4) == (t->net.addr.family == 4));
	assert(t->net.len <= 128);
	assert((t->kind != SPF_INCLUDE && t->kind != SPF_EXISTS && t->kind != SPF_REDIRECT) || n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[8192];
	struct spf_term t;
	enum spf_result r;
	unsigned n = 0;
	struct spf s;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!spf_is(text))
		return 0;
	spf_init(&s, text);
	for (r = spf_next(&s, &t); r == SPF_TERM; r = spf_next(&s, &t)) {
		check_term(&t);
		n++;
	}
	assert(n <= L_SPF_TERMS);
	return 0;
}
