/* clock: see clock.h.  Day arithmetic counts from 1 March of year 0, so leap days come last. */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAYS_400 = 146097 };

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t real_mono(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t real_wall(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

const struct clock clock_real = {.mono_us = real_mono, .wall_us = real_wall};

static int64_t fake_mono(void *ctx)
{
	return ((struct clock_fake *)ctx)->mono_us;
}

static int64_t fake_wall(void *ctx)
{
	return ((struct clock_fake *)ctx)->wall_us;
}

void clock_fake_init(struct clock_fake *f, int64_t wall_us)
{
	f->clock = (struct clock){.mono_us = fake_mono, .wall_us = fake_wall, .ctx = f};
	f->mono_us = 1000000;
	f->wall_us = wall_us;
}

void clock_fake_move(struct clock_fake *f, int64_t by_us)
{
	f->mono_us += by_us;
	f->wall_us += by_us;
}

int civil_days(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * DAYS_400 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil civil_from_us(int64_t at_us)
{
	int64_t seconds = at_us / 1000000 - (at_us % 1000000 < 0);
	int64_t days = seconds / 86400 - (seconds % 86400 < 0);
	int left = (int)(seconds - days * 86400);
	int64_t z = days + 719468, era = (z >= 0 ? z : z - (DAYS_400 - 1)) / DAYS_400;
	int doe = (int)(z - era * DAYS_400);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct civil c = {.day = doy - (153 * mp + 2) / 5 + 1, .month = mp < 10 ? mp + 3 : mp - 9};

	c.year = (int)(yoe + era * 400) + (c.month <= 2);
	c.hour = left / 3600;
	c.minute = left / 60 % 60;
	c.second = left % 60;
	return c;
}

int64_t civil_to_us(const struct civil *c)
{
	int64_t days = civil_days(c->year, c->month, c->day);

	return (days * 86400 + c->hour * 3600 + c->minute * 60 + c->second) * 1000000;
}

const char *time_text(int64_t at_us, char text[static TIME_TEXT_MAX])
{
	struct civil c = civil_from_us(at_us);

	snprintf(text, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year % 10000, c.month,
		 c.day, c.hour, c.minute, c.second);
	return text;
}

const char *date_text(int64_t at_us, char text[static TIME_TEXT_MAX])
{
	time_text(at_us, text);
	text[10] = '\0';
	return text;
}

static bool digits(const char *s, int n, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*out = v;
	return true;
}

static int days_in_month(int year, int month)
{
	int next_year = month == 12 ? year + 1 : year, next = month == 12 ? 1 : month + 1;

	return civil_days(next_year, next, 1) - civil_days(year, month, 1);
}

int time_parse(const char *s, int64_t *at_us)
{
	struct civil c = {.month = 1, .day = 1};
	size_t len = strlen(s);
	bool ok = len >= 4 && digits(s, 4, &c.year);

	if (ok && len >= 7)
		ok = s[4] == '-' && digits(s + 5, 2, &c.month);
	if (ok && len >= 10)
		ok = s[7] == '-' && digits(s + 8, 2, &c.day);
	if (ok && len == 20)
		ok = s[10] == 'T' && digits(s + 11, 2, &c.hour) && s[13] == ':' &&
		     digits(s + 14, 2, &c.minute) && s[16] == ':' && digits(s + 17, 2, &c.second) &&
		     s[19] == 'Z';
	if (!ok || (len != 4 && len != 7 && len != 10 && len != 20))
		return -1;
	if (c.year < 1 || c.month < 1 || c.month > 12 || c.day < 1 ||
	    c.day > days_in_month(c.year, c.month) || c.hour > 23 || c.minute > 59 || c.second > 59)
		return -1;
	*at_us = civil_to_us(&c);
	return 0;
}

int time_parse_end(const char *s, int64_t *end_us)
{
	int64_t start_us;
	struct civil c;

	if (time_parse(s, &start_us))
		return -1;
	c = civil_from_us(start_us);
	switch (strlen(s)) {
	case 4: c.year++; break;
	case 7:
		c.year += c.month == 12;
		c.month = c.month % 12 + 1;
		break;
	case 10: *end_us = start_us + 86400LL * 1000000; return 0;
	default: *end_us = start_us + 1000000; return 0;
	}
	*end_us = civil_to_us(&c);
	return 0;
}
