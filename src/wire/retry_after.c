/* retry_after: see retry_after.h. */
#include "wire/retry_after.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { WEEK_S = 7 * 86400 };

static int64_t at_most_a_week(int64_t s)
{
	return s < 0 ? 0 : s > WEEK_S ? WEEK_S : s;
}

static int month_of(const char *name)
{
	static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (int i = 0; i < 12; i++)
		if (!strcmp(name, names[i]))
			return i + 1;
	return 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static int64_t from_date(const char *value, int64_t now_us)
{
	struct civil c = {0};
	char month[4];
	int n = 0;

	if (sscanf(value, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &c.day, month, &c.year,
		   &c.hour, &c.minute, &c.second, &n) != 6 ||
	    !n || value[n])
		return -1;
	c.month = month_of(month);
	if (!c.month || c.day < 1 || c.day > 31 || c.year < 1970 || c.hour < 0 || c.hour > 23 ||
	    c.minute < 0 || c.minute > 59 || c.second < 0 || c.second > 60)
		return -1;
	return at_most_a_week((civil_to_us(&c) - now_us) / 1000000);
}

int64_t retry_after_s(const char *value, int64_t now_us)
{
	size_t n = strspn(value, "0123456789");
	int64_t s = 0;

	if (!n || value[n])
		return from_date(value, now_us);
	for (size_t i = 0; i < n && s <= WEEK_S; i++)
		s = s * 10 + (value[i] - '0');
	return at_most_a_week(s);
}
