/* Pages that keep us out, and such as only look like it. */
#include "check/waf.h"
#include "test/tap.h"

static const struct {
	int64_t status, words, retry_s;
	const char *title, *why;
} rows[] = {
	{200, 500, I64_NULL, "Office of Harbours", NULL},
	{200, 20, I64_NULL, "Just a moment...", "checking"},
	{403, 20, I64_NULL, "ACCESS DENIED", "refused"},
	{200, 20, I64_NULL, "请完成安全验证", "human"},
	{403, 5, I64_NULL, "403 Forbidden", "status"},
	{403, I64_NULL, I64_NULL, NULL, "status"},
	{403, 199, I64_NULL, NULL, "status"},
	{403, 200, I64_NULL, NULL, NULL},
	{429, 5000, I64_NULL, NULL, "status"},
	{503, 5000, 60, NULL, "retry_after"},
	{404, 5, I64_NULL, "Not found", NULL},
	{500, 5, I64_NULL, NULL, NULL},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct web_row r;

		row_clear(&web_schema, &r);
		r.status = rows[i].status;
		r.text_words = rows[i].words;
		r.retry_after_s = rows[i].retry_s;
		r.title = rows[i].title;
		is_str(waf_blocks(&r), rows[i].why, rows[i].title ? rows[i].title : "no title");
	}
	return done();
}
