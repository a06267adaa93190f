/* Any text: what is taken for an address prints and reads back as the same; so does a prefix. */
#include "base/addr.h"
#include "base/special.h"

#include <assert.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one_addr(const char *text)
{
	char out[ADDR_TEXT_MAX];
	uint8_t libc[16];
	struct addr a, back, v4;
	const char *how;
	bool is = addr_parse(&a, text);

	assert(is == (inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, libc) == 1));
	if (!is)
		return;
	assert(!memcmp(a.byte, libc, addr_bits(&a) / 8));
	assert(addr_parse(&back, addr_text(&a, out)) && !addr_cmp(&a, &back));
	if (addr_embedded_v4(&a, NULL, 0, &v4, &how))
		assert(v4.family == 4 && how);
	assert(special_find(&a) || !addr_bogon(&a) || !strcmp(addr_bogon(&a), "isatap"));
}

static void one_prefix(const char *text)
{
	char out[PREFIX_TEXT_MAX];
	struct prefix p, back;

	if (!prefix_parse(&p, text))
		return;
	assert(p.len <= addr_bits(&p.addr) && prefix_has(&p, &p.addr));
	assert(prefix_parse(&back, prefix_text(&p, out)));
	assert(back.len == p.len && !addr_cmp(&back.addr, &p.addr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	one_addr(text);
	one_prefix(text);
	free(text);
	return 0;
}
