/* Lines of 80 columns, and what stays together on them. */
#include "app/wrap.h"

#include "base/utf8.h"
#include "test/tap.h"

#define TEN "ten-column"

static void row(size_t column, size_t indent, const char *text, const char *want)
{
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	wrap_print(out, column, indent, text);
	fclose(out);
	is_str(got, want, text[0] ? text : "nothing");
	free(got);
}

/* Whatever the text and wherever it begins, no line is wider, and nothing but blanks is lost. */
static void any_text(const char *text)
{
	bool fits = true, whole = true;

	for (size_t column = 0; column < 80; column++) {
		char *got = NULL, *line, *rest;
		const char *at = text;
		size_t len, first = column;
		FILE *out = open_memstream(&got, &len);

		wrap_print(out, column, 46, text);
		fclose(out);
		for (const char *s = got; *s; s++) {
			if (*s == ' ' || *s == '\n')
				continue;
			at += strspn(at, " ");
			whole &= *s == *at++;
		}
		whole &= !at[strspn(at, " ")];
		for (rest = got; (line = strsep(&rest, "\n")) != NULL; first = 0)
			fits &= first + utf8_width(line) <= 80;
		free(got);
	}
	ok(fits && whole, "fits and is whole: %.40s", text);
}

int main(void)
{
	row(0, 0, "", "\n");
	row(0, 4, "short", "short\n");
	row(70, 4, TEN, TEN "\n");
	row(71, 4, TEN, "\n    " TEN "\n");
	row(58, 4, TEN " " TEN, TEN " " TEN "\n");
	row(60, 4, TEN " " TEN, TEN "\n    " TEN "\n");
	row(70, 6, "the reason, in words", "the\n      reason, in words\n");
	row(76, 4, "中文，断行", "中\n    文，断行\n");
	row(72, 4, "中文，断行", "中文，断\n    行\n");
	row(78, 4, "（中）", "\n    （中）\n");
	row(70, 4, "经 IPv6 UDP 应答", "经 IPv6\n    UDP 应答\n");
	row(66, 6, "{\"a\":\"b,c\",\"d\":1}", "{\"a\":\"b,c\",\n      \"d\":1}\n");
	any_text("a name that nobody can break: "
		 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.test");
	any_text("权威域名服务器的每个 IPv6 地址均能经 UDP 给出权威应答，（括号）与“引号”；还有：冒号。一二三四五六七八九十");
	any_text("\xff\xfe broken bytes \xe4\xb8 and some more words that need a second line at least");
	return done();
}
