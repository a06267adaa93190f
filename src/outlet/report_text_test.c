/* report_text_test: a change of the list is no change of the sites, and nothing is made up. */
#include "outlet/report_int.h"

#include "core/schema.h"
#include "test/tap.h"

#include <math.h>

static struct point at(int64_t us, double value, int64_t version)
{
	return (struct point){.at_us = us, .value = value, .lo = NAN, .hi = NAN, .numerator = 100 * value,
			      .denominator = 100, .n = 100, .version = version};
}

static void test_change(void)
{
	const struct indicator share = {.id = "s", .unit = "%", .kind = INDICATOR_SHARE};
	const struct indicator time = {.id = "t", .unit = "ms", .kind = INDICATOR_VALUE};
	const struct report_ask zh = {.zh = true}, en = {.zh = false};
	const struct point old = at(1, 0.4, 1), new = at(2, 0.45, 1), less = at(2, 0.375, 1);
	const struct point other = at(2, 0.9, 2), none = at(2, NAN, 1);
	const struct {
		const struct indicator *i;
		const struct point *now, *old;
		const char *en, *zh;
	} rows[] = {
		{&share, &new, &old, "+5.0 points", "+5.0 个百分点"},
		{&share, &less, &old, "−2.5 points", "−2.5 个百分点"},
		{&share, &other, &old, "list changed", "名单已变更"},
		{&share, &old, &old, "no new value", "无新数据"},
		{&share, &new, NULL, "–", "–"},
		{&share, &none, &old, "–", "–"},
		{&share, NULL, &old, "–", "–"},
		{&time, &new, &old, "+0.05 ms", "+0.05 ms"},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct report r = {.ask = &en};
		char text[96];

		change_text(&r, rows[k].i, rows[k].now, rows[k].old, text, sizeof(text));
		is_str(text, rows[k].en, rows[k].en);
		r.ask = &zh;
		change_text(&r, rows[k].i, rows[k].now, rows[k].old, text, sizeof(text));
		is_str(text, rows[k].zh, rows[k].zh);
	}
}

static void test_words(void)
{
	const struct indicator share = {.unit = "%", .kind = INDICATOR_SHARE};
	const struct indicator median = {.unit = "ms", .kind = INDICATOR_VALUE};
	struct point p = at(1, 0.48, 1);
	struct report_ask ask = {.period = "2026-02"};
	struct report r = {.ask = &ask, .from_us = 1769904000000000, .to_us = 1772323200000000};
	char text[96];

	fraction_text(&share, &p, text, sizeof(text));
	is_str(text, "48 / 100", "numerator and denominator");
	fraction_text(&median, &p, text, sizeof(text));
	is_str(text, "n = 100", "a median has its number of sites");
	interval_text(&share, &p, text, sizeof(text));
	is_str(text, "–", "a census has no interval");
	p.lo = 0.38;
	p.hi = 0.58;
	interval_text(&share, &p, text, sizeof(text));
	is_str(text, "38.0% – 58.0%", "a sample has");
	is_str(period_text(&r), "February 2026", "a month");
	is_str(last_day(&r), "2026-02-28", "its last day");
	ask.zh = true;
	is_str(period_text(&r), "2026 年 2 月", "in Chinese");
	ask.period = "2026";
	is_str(period_text(&r), "2026 年", "a year");
	arena_done(&r.arena);
}

int main(void)
{
	test_change();
	test_words();
	return done();
}
