/* Both forms, and what is none. */
#include "wire/retry_after.h"
#include "test/tap.h"

static const struct {
	const char *value;
	int64_t want_s;
} rows[] = {
	{"0", 0},
	{"120", 120},
	{"604799", 604799},
	{"604800", 604800},
	{"604801", 604800},
	{"99999999999999999999999999", 604800},
	{"Sun, 06 Nov 1994 08:49:37 GMT", 37},
	{"Sun, 06 Nov 1994 08:48:59 GMT", 0},
	{"Mon, 06 Nov 2034 08:49:37 GMT", 604800},
	{"", -1},
	{"-1", -1},
	{"1.5", -1},
	{"120 s", -1},
	{"soon", -1},
	{"Sun, 06 Nov 1994 08:49:37 GMT+1", -1},
	{"Sun, 06 Nov 1994 08:49:37", -1},
	{"Sun, 06 Nox 1994 08:49:37 GMT", -1},
	{"Sun, 32 Nov 1994 08:49:37 GMT", -1},
	{"Sun, -6 Nov 1994 08:49:37 GMT", -1},
	{"Sunday, 06-Nov-94 08:49:37 GMT", -1},
};

int main(void)
{
	const int64_t now_us = INT64_C(784111740) * 1000000; /* 08:49:00 of that day */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(retry_after_s(rows[i].value, now_us) == rows[i].want_s, "'%s' is %lld s",
		   rows[i].value, (long long)rows[i].want_s);
	return done();
}
