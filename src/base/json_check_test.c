/* json_check_test: rows of valid and broken texts, and what our own writer makes. */
#include "base/json.h"
#include "test/tap.h"

int main(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"{}", true}, {"[]", true}, {"null", true}, {"-0.5e+3", true}, {" [1, 2 ,{\"a\":[]}] ", true},
		{"\"\\u00e9\\n\"", true}, {"\"\xe4\xb8\xad\"", true}, {"{\"a\":{\"b\":[true,false]}}", true},
		{"", false}, {"{", false}, {"[1,]", false}, {"{\"a\"}", false}, {"{\"a\":1,}", false},
		{"01", false}, {"1.", false}, {"1e", false}, {"\"a", false}, {"\"\\x\"", false},
		{"\"\x01\"", false}, {"\"\xff\"", false}, {"[1] 2", false}, {"nul", false}, {"{1:2}", false},
		{"[}", false}, {"\"\\u12g4\"", false}, {"-", false}, {"[1 2]", false}, {"\"\\", false},
	};
	struct buf b, deep;
	struct json j;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(json_valid(rows[i].text, strlen(rows[i].text)) == rows[i].good, "%s is %s",
		   rows[i].text, rows[i].good ? "JSON" : "not JSON");
	buf_init(&deep, 4096);
	for (int n = JSON_DEPTH_MAX - 1; n <= JSON_DEPTH_MAX + 1; n++) {
		buf_clear(&deep);
		for (int i = 0; i < n; i++)
			buf_char(&deep, '[');
		buf_char(&deep, '1');
		for (int i = 0; i < n; i++)
			buf_char(&deep, ']');
		ok(json_valid(deep.data, deep.len) == (n <= JSON_DEPTH_MAX), "%d levels", n);
	}
	buf_done(&deep);
	buf_init(&b, 4096);
	json_init(&j, &b);
	json_object(&j);
	json_put_text(&j, "a", "<b>\"\n\xff");
	json_key(&j, "raw");
	json_raw(&j, "[1,2]");
	json_key(&j, "broken");
	json_raw(&j, "[1,2");
	json_put_f64(&j, "f", 0.1);
	json_end_object(&j);
	is_str(b.data, "{\"a\":\"\\u003cb>\\\"\\n\xef\xbf\xbd\",\"raw\":[1,2],\"broken\":null,\"f\":0.1}",
	       "stored JSON is put in as it is, broken JSON as null");
	ok(json_valid(b.data, b.len), "our own writer makes JSON");
	buf_done(&b);
	return done();
}
