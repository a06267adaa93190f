/* Every day from 1900 to 2200 against the C library and against counting; texts and their parsing. */
#include "base/clock.h"
#include "test/tap.h"

#include <time.h>

static void test_every_day(void)
{
	int day = civil_days(1900, 1, 1), wrong = 0, back = 0, libc = 0;

	is_int(civil_days(1970, 1, 1), 0, "1970-01-01 is day 0");
	is_int(day, -25567, "1900-01-01");
	for (int y = 1900; y <= 2200; y++)
		for (int m = 1; m <= 12; m++) {
			static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
			bool leap = (y % 4 == 0 && y % 100) || y % 400 == 0;
			int n = days[m - 1] + (m == 2 && leap);

			for (int d = 1; d <= n; d++, day++) {
				int64_t us = (int64_t)day * 86400000000;
				struct civil c = civil_from_us(us + 86399999999);
				time_t t = (time_t)day * 86400;
				struct tm tm;

				wrong += civil_days(y, m, d) != day;
				back += c.year != y || c.month != m || c.day != d || c.hour != 23 ||
					c.minute != 59 || c.second != 59;
				gmtime_r(&t, &tm);
				libc += tm.tm_year + 1900 != y || tm.tm_mon + 1 != m || tm.tm_mday != d;
			}
		}
	is_int(wrong, 0, "civil_days counts every day of 1900 to 2200");
	is_int(back, 0, "civil_from_us gives each back");
	is_int(libc, 0, "and the C library agrees");
}

static void test_ends(void)
{
	struct civil first = {1, 1, 1, 0, 0, 0}, last = {9999, 12, 31, 23, 59, 59};
	char text[TIME_TEXT_MAX];

	ok(civil_to_us(&first) == TIME_MIN_US, "the year 1 begins");
	ok(civil_to_us(&last) + 999999 == TIME_MAX_US, "the year 9999 ends");
	is_str(time_text(TIME_MIN_US, text), "0001-01-01T00:00:00Z", "its text");
	is_str(time_text(TIME_MAX_US, text), "9999-12-31T23:59:59Z", "its text");
	is_str(time_text(-1, text), "1969-12-31T23:59:59Z", "one microsecond before 1970");
	is_str(date_text(0, text), "1970-01-01", "a date");
}

static void test_parse(void)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
	} rows[] = {
		{"2026", "2026-01-01T00:00:00Z"},
		{"2026-10", "2026-10-01T00:00:00Z"},
		{"2026-10-31", "2026-10-31T00:00:00Z"},
		{"2026-10-31T08:15:59Z", "2026-10-31T08:15:59Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{"2000-02-29", "2000-02-29T00:00:00Z"},
		{"0001-01-01", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		{"1900-02-29", NULL},
		{"2023-02-29", NULL},
		{"2026-04-31", NULL},
		{"2026-00", NULL},
		{"2026-13", NULL},
		{"2026-01-00", NULL},
		{"2026-01-32", NULL},
		{"0000", NULL},
		{"2026-10-31T24:00:00Z", NULL},
		{"2026-10-31T23:60:00Z", NULL},
		{"2026-10-31T23:59:60Z", NULL},
		{"2026-10-31T23:59:59", NULL},
		{"2026-10-31 23:59:59Z", NULL},
		{"2026-10-31T23:59:59z", NULL},
		{"2026-10-31T23:59:59+00:00", NULL},
		{"2026-10-3", NULL},
		{"2026-1-01", NULL},
		{"2026/10/31", NULL},
		{"20261031", NULL},
		{"2026-", NULL},
		{"+026", NULL},
		{" 2026", NULL},
		{"2026 ", NULL},
		{"", NULL},
		{"202", NULL},
		{"20a6", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[TIME_TEXT_MAX];
		int64_t at = 0;
		int code = time_parse(rows[i].in, &at);

		ok(rows[i].out ? code == 0 && !strcmp(time_text(at, text), rows[i].out) : code == -1,
		   "'%s' is %s", rows[i].in, rows[i].out ? rows[i].out : "refused");
	}
}

static void test_clocks(void)
{
	struct clock_fake f;
	int64_t before, start;

	clock_fake_init(&f, 1000);
	start = clock_mono(&f.clock);
	clock_fake_move(&f, 500);
	ok(clock_wall(&f.clock) == 1500 && clock_mono(&f.clock) == start + 500, "a fake clock is moved");
	ok(clock_mono(&f.clock) == start + 500, "and stands still else");
	before = clock_mono(&clock_real);
	ok(clock_mono(&clock_real) >= before, "the real one does not go back");
	ok(clock_wall(&clock_real) > INT64_C(1700000000000000), "and knows the year");
}

int main(void)
{
	test_every_day();
	test_ends();
	test_parse();
	test_clocks();
	return done();
}
