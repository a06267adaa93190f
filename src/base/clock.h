/*
 * clock: the two times of day, behind a pointer so that tests move them.
 * Durations come from mono_us only; wall_us (microseconds since 1970, UTC) only stamps records.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
	int64_t (*mono_us)(void *ctx);
	int64_t (*wall_us)(void *ctx);
	void *ctx;
};

extern const struct clock clock_real;

static inline int64_t clock_mono(const struct clock *c) { return c->mono_us(c->ctx); }
static inline int64_t clock_wall(const struct clock *c) { return c->wall_us(c->ctx); }

/* A clock that stands still until it is moved. */
struct clock_fake {
	struct clock clock; /* hand out &fake.clock */
	int64_t mono_us, wall_us;
};
void clock_fake_init(struct clock_fake *f, int64_t wall_us);
void clock_fake_move(struct clock_fake *f, int64_t by_us);

/* Civil time, UTC, proleptic Gregorian; valid for years 1 to 9999. */
struct civil {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
};
struct civil civil_from_us(int64_t at_us);
int64_t civil_to_us(const struct civil *c);
int civil_days(int year, int month, int day); /* days since 1970-01-01 */

/* The first and the last microsecond of the years 1 to 9999. */
#define TIME_MIN_US INT64_C(-62135596800000000)
#define TIME_MAX_US INT64_C(253402300799999999)

enum { TIME_TEXT_MAX = 32 };
/* "2026-10-31T08:15:00Z" */
const char *time_text(int64_t at_us, char text[static TIME_TEXT_MAX]);
/* "2026-10-31" */
const char *date_text(int64_t at_us, char text[static TIME_TEXT_MAX]);
/* "2026", "2026-10", "2026-10-31" or the full form with Z: the start of that span.  0 or -1. */
int time_parse(const char *text, int64_t *at_us);
/* The end of that span, exclusive: "2026-10" gives 2026-11-01T00:00:00Z.  0 or -1. */
int time_parse_end(const char *text, int64_t *end_us);

#endif
