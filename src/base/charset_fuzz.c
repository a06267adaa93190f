/* Any bytes in any charset: what comes out is UTF-8, fits, and is the same again. */
#include "base/charset.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum { ROOM = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte picks a label, the second the room, the rest is text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = {
		"gbk", "big5", "shift_jis", "euc-jp", "euc-kr", "iso-8859-1", "windows-1251", "windows-1255",
		"windows-1258", "windows-874", "koi8-r", "koi8-u", "iso-8859-2", "iso-8859-7", "iso-8859-8",
		"windows-1250", "windows-1253", "windows-1254", "windows-1256", "windows-1257"};
	char to[ROOM], again[ROOM], type[160];
	const char *label = size ? labels[data[0] % (sizeof(labels) / sizeof(labels[0]))] : "gbk";
	const struct charset *c = charset_find(label, strlen(label));
	size_t max = size > 1 ? (size_t)data[1] * 16 : ROOM, n, len = size < sizeof(type) ? size : sizeof(type) - 1;

	assert(c);
	memcpy(type, data, len);
	type[len] = '\0';
	charset_of_type(type);
	if (size < 2)
		return 0;
	n = charset_to_utf8(c, to, max, (const char *)data + 2, size - 2);
	assert(n <= max && utf8_valid(to, n));
	assert(charset_to_utf8(c, again, max, (const char *)data + 2, size - 2) == n);
	assert(!memcmp(to, again, n));
	return 0;
}
