/* delegated_fuzz: any bytes; the reader must refuse or read them, and reading twice says the same.
 */
#include "wire/delegated.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_all(const uint8_t *data, size_t size, uint64_t *records)
{
	struct delegated d;
	struct delegated_record r;
	struct err e = {0};
	int result = delegated_open(&d, data, size, &e);

	*records = 0;
	while (result == 0 && (result = delegated_next(&d, &r, &e)) == 1) {
		if (r.opaque && r.opaque_len == 0)
			__builtin_trap();
		if (r.type == DELEGATED_IPV6 && (r.len < 1 || r.len > 128))
			__builtin_trap();
		++*records;
		result = 0;
	}
	if (result == 0 && *records != d.tally.records)
		__builtin_trap();
	if (result < 0 && !e.text[0])
		__builtin_trap();
	delegated_done(&d);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t first, second;

	if (read_all(data, size, &first) != read_all(data, size, &second) || first != second)
		__builtin_trap();
	return 0;
}
