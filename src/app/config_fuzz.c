/* Any bytes as a settings file: it is taken or refused with a sentence, and every text fits. */
#include "app/config.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	struct err e = {0};
	prefix_list list = {0};
	struct addr a;
	uint16_t port;
	int code;

	config_defaults(&c);
	code = config_read(&c, (const char *)data, size, "f", &e);
	assert(code == 0 ? !*e.text : code < 0 && *e.text);
	assert(memchr(c.deny, '\0', sizeof(c.deny)) && memchr(c.operator_, '\0', sizeof(c.operator_)));
	assert(c.per_ns_qps >= 1 && c.per_ns_qps <= 10000);
	assert(c.blocks_in_row >= 0 && c.blocks_in_row <= 1000);
	config_prefixes(c.deny, &list, NULL);
	if (!config_endpoint(c.listen, 1, &a, &port, NULL))
		assert(port && (a.family == 4 || a.family == 6));
	vec_done(&list);
	return 0;
}
