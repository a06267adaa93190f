/* Every style of quoting and line end gives the same cells; broken records name their line. */
#include "base/csv.h"
#include "test/tap.h"

enum { MAX = 8 };

/* Cells with '|' between and records with '/' between; "!LINE reason" for a broken one. */
static const char *read_all(const char *text, size_t len, struct buf *out)
{
	struct arena a;
	struct csv c;
	char *cell[MAX];

	arena_init(&a, 0);
	buf_clear(out);
	csv_init(&c, text, len);
	for (;;) {
		int n = csv_next(&c, &a, cell, MAX);

		if (n == 0)
			break;
		if (out->len)
			buf_char(out, '/');
		if (n < 0)
			buf_printf(out, "!%u %s", c.line, c.error);
		for (int i = 0; i < n; i++)
			buf_printf(out, "%s%s", i ? "|" : "", cell[i]);
	}
	arena_done(&a);
	return out->data;
}

static const struct {
	const char *in, *out;
} rows[] = {
	{"", ""},
	{"\n\n", ""},
	{"\xef\xbb\xbf", ""},
	{"\xef\xbb\xbf" "a,b\n", "a|b"},
	{"a", "a"},
	{"a,b", "a|b"},
	{"a,b\n", "a|b"},
	{"a,b\r\n", "a|b"},
	{"a,b\nc,d", "a|b/c|d"},
	{"a,b\r\n\r\nc,d\r\n", "a|b/c|d"},
	{",", "|"},
	{",,", "||"},
	{"a,", "a|"},
	{"a,\n", "a|"},
	{"\"\"", ""},
	{"\"\",\"\"", "|"},
	{"\"a,b\",c", "a,b|c"},
	{"\"a\nb\",c\nd", "a\nb|c/d"},
	{"\"a\r\nb\",c", "a\r\nb|c"},
	{"\"a \"\"b\"\" c\"", "a \"b\" c"},
	{"\"\"\"\"", "\""},
	{"\"\"\"\"\"\"", "\"\""},
	{"a\"b,c", "a\"b|c"},
	{" a , b ", " a | b "},
	{"a\rb", "a\rb"},
	{"中文,“引号”", "中文|“引号”"},
	{"a\n\"b\nc\nd", "a/!2 a quoted cell never ends/c/d"},
	{"a\n\"b\"c,d\ne", "a/!2 text after a closing quote/e"},
	{"\"a\n\n\"x\nb", "!1 text after a closing quote/b"},
	{"1,2,3,4,5,6,7,8\n", "1|2|3|4|5|6|7|8"},
	{"1,2,3,4,5,6,7,8,9\nx", "!1 too many columns/x"},
	{"1,2,3,4,5,6,7,8,\nx", "!1 too many columns/x"},
};

static void test_rows(void)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(read_all(rows[i].in, strlen(rows[i].in), &out), rows[i].out, "row");
	is_str(read_all("a\0b,c\nd", 7, &out), "!1 a NUL byte in a cell/d", "a NUL byte is refused");
	is_str(read_all("\"a\0b\",c\nd", 9, &out), "!1 a NUL byte in a cell/d", "in quotes too");
	buf_done(&out);
}

/* One table in every combination of quoting, line end, last line end and byte-order mark. */
static void test_styles(void)
{
	struct buf in, out;
	int wrong = 0;

	buf_init(&in, 1 << 16);
	buf_init(&out, 1 << 16);
	for (unsigned style = 0; style < 1 << 7; style++) {
		const char *end = style & 1 ? "\r\n" : "\n";
		static const char *const cell[] = {"a", "", "c d", "中"};

		buf_clear(&in);
		buf_str(&in, style & 2 ? "\xef\xbb\xbf" : "");
		for (unsigned i = 0; i < 4; i++) {
			bool quote = style >> (3 + i) & 1;

			buf_printf(&in, "%s%s%s%s", quote ? "\"" : "", cell[i], quote ? "\"" : "",
				   i == 1 ? end : i == 3 ? (style & 4 ? end : "") : ",");
		}
		wrong += strcmp(read_all(in.data, in.len, &out), "a|/c d|中") != 0;
	}
	is_int(wrong, 0, "128 styles give the same cells");
	buf_done(&in);
	buf_done(&out);
}

static void test_lines(void)
{
	static const char text[] = "a\n\n\"b\nb\"\n\"c\n\nd\ne\n\"\"f\n";
	unsigned want[] = {1, 3, 5, 7, 8, 9};
	struct arena a;
	struct csv c;
	char *cell[MAX];
	int wrong = 0;

	arena_init(&a, 0);
	csv_init(&c, text, strlen(text));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		int n = csv_next(&c, &a, cell, MAX);

		if (c.line != want[i])
			printf("# record %zu (%d) is on line %u, not %u\n", i, n, c.line, want[i]);
		wrong += c.line != want[i];
	}
	is_int(wrong, 0, "records name the line on which they began, also after a broken one");
	is_int(csv_next(&c, &a, cell, MAX), 0, "and that was all");
	arena_done(&a);
}

static void test_full(void)
{
	size_t total, told = 0;

	arena_fail_after(0);
	for (size_t k = 0; k <= 2; k++) {
		struct arena a;
		struct csv c;
		char *cell[MAX];
		int n;

		arena_init(&a, 1 << 12);
		csv_init(&c, "\"a\",b", 5);
		arena_fail_after(k);
		n = csv_next(&c, &a, cell, MAX);
		total = arena_fail_after(0);
		told += k == 0 ? n == 2 && total == 2
			       : n == -1 && !strcmp(c.error, "more text than this file may hold");
		arena_done(&a);
	}
	is_int((long long)told, 3, "each allocation may fail, and it is said why");
}

static void test_writer(void)
{
	static const struct {
		const char *text, *machine, *sheet;
	} cells[] = {
		{"plain", "plain", "plain"},
		{"", "", ""},
		{"a,b", "\"a,b\"", "\"a,b\""},
		{"say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\""},
		{"a\nb", "\"a\nb\"", "\"a\nb\""},
		{"=1+1", "=1+1", "'=1+1"},
		{"+1", "+1", "'+1"},
		{"-1", "-1", "'-1"},
		{"@x", "@x", "'@x"},
		{"\tx", "\tx", "'\tx"},
		{"\rx", "\"\rx\"", "\"'\rx\""},
		{"\nx", "\"\nx\"", "\"'\nx\""},
		{"＝1", "＝1", "'＝1"},
		{"＋1", "＋1", "'＋1"},
		{"－1", "－1", "'－1"},
		{"＠x", "＠x", "'＠x"},
		{"=a,\"b\"", "\"=a,\"\"b\"\"\"", "\"'=a,\"\"b\"\"\""},
		{"a=1", "a=1", "a=1"},
	};
	struct buf out, back;

	buf_init(&out, 1 << 16);
	buf_init(&back, 1 << 16);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_clear(&out);
		csv_cell(&out, cells[i].text, true, false);
		is_str(out.data, cells[i].machine, "for machines");
		is_str(read_all(out.data, out.len, &back), cells[i].text, "and read back");
		buf_clear(&out);
		csv_cell(&out, cells[i].text, true, true);
		is_str(out.data, cells[i].sheet, "for spreadsheets");
	}
	buf_clear(&out);
	csv_cell(&out, "a", true, false);
	csv_cell(&out, "b", false, false);
	csv_end(&out);
	is_str(out.data, "a,b\r\n", "a record");
	buf_done(&out);
	buf_done(&back);
}

int main(void)
{
	test_rows();
	test_styles();
	test_lines();
	test_full();
	test_writer();
	return done();
}
