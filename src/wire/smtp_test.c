/* Replies at every cut; what is none has its word; limits. */
#include "wire/smtp.h"
#include "test/tap.h"

static const struct {
	const char *text;
	enum smtp_result want;
	int code;
	bool starttls;
	const char *word; /* first line, or why */
	size_t left;
} rows[] = {
	{"220 mx.example.test ESMTP\r\n", SMTP_REPLY, 220, false, "mx.example.test ESMTP", 0},
	{"250-mx.example.test\r\n250-SIZE 1\r\n250-starttls\r\n250 OK\r\n221", SMTP_REPLY, 250, true,
	 "mx.example.test", 3},
	{"250-STARTTLS\r\n250 STARTTLSX\r\n", SMTP_REPLY, 250, false, "STARTTLS", 0},
	{"250\r\n", SMTP_REPLY, 250, false, "", 0},
	{"554 no\n", SMTP_REPLY, 554, false, "no", 0},
	{"220-a\r\n", SMTP_MORE, 220, false, "a", 0},
	{"220-a\r\n250 b\r\n", SMTP_BAD, 220, false, "mixed", 0},
	{"SSH-2.0\r\n", SMTP_BAD, 0, false, "code", 0},
	{"120 x\r\n", SMTP_BAD, 0, false, "code", 0},
	{"22\r\n", SMTP_BAD, 0, false, "code", 0},
	{"2201 x\r\n", SMTP_BAD, 0, false, "code", 0},
	{"220 a\rb\r\n", SMTP_BAD, 0, false, "control", 2},
	{"220 \x01\r\n", SMTP_BAD, 0, false, "control", 2},
};

static void table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text), bad = 0;

		for (size_t cut = 0; cut <= len; cut++) {
			struct smtp_reply r;
			enum smtp_result got;
			size_t a, b = 0;

			smtp_reply_init(&r);
			got = smtp_reply_feed(&r, rows[i].text, cut, &a);
			if (got == SMTP_MORE)
				got = smtp_reply_feed(&r, rows[i].text + a, len - a, &b);
			bad += got != rows[i].want || r.code != rows[i].code ||
			       r.starttls != rows[i].starttls || len - a - b != rows[i].left ||
			       strcmp(got == SMTP_BAD ? r.why : r.first, rows[i].word);
		}
		ok(!bad, "row %zu (%s) is the same at every cut", i, rows[i].word);
	}
}

static void limits(void)
{
	static char text[L_SMTP_LINE_B + 8];

	for (size_t n = L_SMTP_LINE_B - 1; n <= L_SMTP_LINE_B + 1; n++) {
		uint64_t before = limit_hits(LIMIT_SMTP_LINE_B);
		bool past = n > L_SMTP_LINE_B;
		struct smtp_reply r;
		size_t used;

		memset(text, 'a', sizeof(text));
		memcpy(text, "220 ", 4);
		text[n] = '\n'; /* n bytes before the line's end */
		smtp_reply_init(&r);
		is_int(smtp_reply_feed(&r, text, n + 1, &used), past ? SMTP_LIMIT : SMTP_REPLY, "line");
		is_int((long long)(limit_hits(LIMIT_SMTP_LINE_B) - before), past, "counted");
	}
	for (int n = L_SMTP_LINES - 1; n <= L_SMTP_LINES + 1; n++) {
		bool past = n > L_SMTP_LINES;
		struct smtp_reply r;
		enum smtp_result got = SMTP_MORE;
		size_t used;

		smtp_reply_init(&r);
		for (int i = 1; i <= n && got == SMTP_MORE; i++)
			got = smtp_reply_feed(&r, i < n ? "250-a\r\n" : "250 a\r\n", 7, &used);
		is_int(got, past ? SMTP_LIMIT : SMTP_REPLY, "lines");
	}
}

int main(void)
{
	table();
	limits();
	return done();
}
