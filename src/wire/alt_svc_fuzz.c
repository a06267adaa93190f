/* Any text: an alternative has a port, and a host that ends. */
#include "wire/alt_svc.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[4096];
	struct alt_svc a;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (alt_svc_h3(text, &a))
		assert(a.port && strnlen(a.host, sizeof(a.host)) < sizeof(a.host));
	return 0;
}
