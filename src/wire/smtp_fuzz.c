/* Any bytes: pieces do not matter; a reply has a code. */
#include "wire/smtp.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t run(const uint8_t *data, size_t size, size_t piece)
{
	struct smtp_reply r;
	enum smtp_result got = SMTP_MORE;
	size_t at = 0, used;

	smtp_reply_init(&r);
	for (; at < size && got == SMTP_MORE; at += used)
		got = smtp_reply_feed(&r, data + at, size - at < piece ? size - at : piece, &used);
	assert(got != SMTP_REPLY || (r.code >= 200 && r.code <= 599));
	assert(strlen(r.first) < sizeof(r.first));
	return at * 8 + got * 2 + r.starttls;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	assert(run(data, size, size + 1) == run(data, size, 1));
	return 0;
}
