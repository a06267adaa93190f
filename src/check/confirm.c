/* confirm: see confirm.h. */
#include "check/confirm.h"

#include <string.h>

struct status_row status_none(const char *check)
{
	return (struct status_row){.check = check, .verdict = VERDICT_UNKNOWN, .reason = "",
				   .since_us = I64_NULL, .since_round = "", .was = VERDICT_UNKNOWN,
				   .was_reason = "", .raw = -1, .raw_reason = "", .first_us = I64_NULL,
				   .first_round = "", .counted_us = I64_NULL};
}

static void end_run(struct status_row *s)
{
	s->raw = -1;
	s->raw_reason = s->first_round = "";
	s->run = 0;
	s->first_us = s->counted_us = I64_NULL;
}

/* The published answer once more: maybe for another reason. */
static bool agree(struct status_row *s, const struct raw_look *look)
{
	bool is_new = s->raw >= 0 || strcmp(s->reason, look->reason) != 0;

	end_run(s);
	s->reason = look->reason;
	return is_new;
}

static void flip(struct status_row *s)
{
	s->flipped = 1;
	s->was = s->verdict;
	s->was_reason = s->reason;
	s->verdict = s->raw;
	s->reason = s->raw_reason;
	s->since_us = s->first_us;
	s->since_round = s->first_round;
	end_run(s);
}

static void begin_run(struct status_row *s, const struct raw_look *look)
{
	s->raw = (int32_t)look->verdict;
	s->run = 0;
	s->first_us = look->at_us;
	s->first_round = look->round;
}

bool status_fold(struct status_row *s, const struct raw_look *look, int64_t need, int64_t gap_us)
{
	bool runs = s->raw >= 0;

	if (look->verdict == VERDICT_UNKNOWN)
		return false;
	if (runs && look->at_us - s->counted_us < gap_us)
		return false;
	s->flipped = 0;
	s->was = VERDICT_UNKNOWN;
	s->was_reason = "";
	s->need = need;
	if ((int32_t)look->verdict == s->verdict)
		return agree(s, look);
	if (!runs || s->raw != (int32_t)look->verdict)
		begin_run(s, look);
	s->run++;
	s->raw_reason = look->reason;
	s->counted_us = look->at_us;
	if (s->run >= need)
		flip(s);
	return true;
}
