/* Any bytes: pieces do not matter, the title is short and valid UTF-8, no word means no hash. */
#include "wire/html.h"

#include "base/utf8.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t run(const uint8_t *data, size_t size, size_t piece)
{
	static struct html h;

	static const char *const types[] = {"text/html", "text/html;charset=gbk", "text/html; charset=windows-1258", "text/html",
					    "text/html; charset=Shift_JIS"};

	html_init(&h, size % 5 == 4);
	html_type(&h, types[size / 5 % 5]);
	for (size_t at = 0; at < size; at += piece)
		html_feed(&h, data + at, size - at < piece ? size - at : piece);
	html_end(&h);
	assert(h.n_parts <= HTML_PARTS);
	assert(strlen(h.title) <= L_HTML_TITLE_B && utf8_valid(h.title, strlen(h.title)));
	assert(h.words || !html_simhash(&h));
	assert(h.words <= size);
	return html_simhash(&h) * 31 + h.words * 3 + strlen(h.title);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	assert(run(data, size, size + 1) == run(data, size, 1));
	return 0;
}
