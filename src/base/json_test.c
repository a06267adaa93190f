/* Commas, escapes, depth, numbers; every text read back by a JSON reader that is not ours. */
#include "base/json.h"
#include "test/tap.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* The reader is jansson; its header has names that are also ours, so what is needed stands here. */
typedef struct json_t json_t;
json_t *json_loads(const char *text, size_t flags, void *error);
const char *json_string_value(const json_t *v);
void json_delete(json_t *v);
enum { JSON_DECODE_ANY = 4 };

static void test_shape(void)
{
	struct buf b;
	struct json j;

	buf_init(&b, 1 << 16);
	json_init(&j, &b);
	json_object(&j);
	json_put_text(&j, "a", "x");
	json_put_i64(&j, "b", INT64_MIN);
	json_put_bool(&j, "c", true);
	json_put_text(&j, "d", NULL);
	json_key(&j, "e");
	json_array(&j);
	json_i64(&j, 1);
	json_object(&j);
	json_end_object(&j);
	json_array(&j);
	json_end_array(&j);
	json_null(&j);
	json_end_array(&j);
	json_put_f64(&j, "f", 0.5);
	json_end_object(&j);
	is_str(b.data,
	       "{\"a\":\"x\",\"b\":-9223372036854775808,\"c\":true,\"d\":null,"
	       "\"e\":[1,{},[],null],\"f\":0.5}",
	       "shape");
	buf_done(&b);
}

static const char *escaped(struct buf *b, const char *s)
{
	struct json j;

	buf_clear(b);
	json_init(&j, b);
	json_text(&j, s);
	return b->data;
}

static void test_escapes(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", "\"\""},
		{"\"\\/", "\"\\\"\\\\/\""},
		{"a\nb\tc\r", "\"a\\nb\\u0009c\\u000d\""},
		{"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
		{"</script>", "\"\\u003c/script>\""},
		{"\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\""},
		{"中文", "\"中文\""},
		{"\xff\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xf0\x9f\x8c\x8d", "\"\xf0\x9f\x8c\x8d\""},
	};
	struct buf b;
	int wrong = 0;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(escaped(&b, rows[i].in), rows[i].out, "escape");
	for (int c = 1; c < 0x80; c++) {
		char in[4] = {'x', (char)c, 'y', '\0'};
		json_t *back = json_loads(escaped(&b, in), JSON_DECODE_ANY, NULL);

		wrong += !back || strcmp(json_string_value(back), in) != 0;
		if (back)
			json_delete(back);
	}
	is_int(wrong, 0, "every ASCII byte reads back");
	buf_done(&b);
}

static void test_numbers(void)
{
	static const double v[] = {0.0, -0.0, 1.0, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, -2.5e-7,
				   0.593103448275862, 9007199254740993.0};
	struct buf b;
	struct json j;
	int wrong = 0;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		buf_clear(&b);
		json_init(&j, &b);
		json_f64(&j, v[i]);
		wrong += strtod(b.data, NULL) != v[i];

		json_t *back = json_loads(b.data, JSON_DECODE_ANY, NULL);

		wrong += !back;
		if (back)
			json_delete(back);
	}
	is_int(wrong, 0, "a number reads back as the same number");
	buf_clear(&b);
	json_init(&j, &b);
	json_array(&j);
	json_f64(&j, 0.1);
	json_f64(&j, NAN);
	json_f64(&j, INFINITY);
	json_f64(&j, -INFINITY);
	json_end_array(&j);
	is_str(b.data, "[0.1,null,null,null]", "short where it can be; what is not finite is null");
	buf_done(&b);
}

/* Opens n levels in a child; true if it lived. */
static bool depth_lives(int n)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct buf b;
		struct json j;

		close(STDERR_FILENO);
		buf_init(&b, 1 << 16);
		json_init(&j, &b);
		for (int i = 0; i < n; i++)
			json_array(&j);
		for (int i = 0; i < n; i++)
			json_end_array(&j);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(void)
{
	test_shape();
	test_escapes();
	test_numbers();
	ok(depth_lives(JSON_DEPTH_MAX - 2) && depth_lives(JSON_DEPTH_MAX - 1), "depth to the bound");
	ok(!depth_lives(JSON_DEPTH_MAX), "past it the program stops");
	return done();
}
