/* status: see status.h. */
#include "core/status.h"

#include "core/verdict.h"

static const struct field fields[] = {
	FIELD(status_row, check, FIELD_TEXT, "id of the check"),
	FIELD_OF(status_row, verdict, verdict_words, "published; unknown: none has been confirmed yet"),
	FIELD(status_row, reason, FIELD_TEXT, "reason code of the published verdict"),
	FIELD(status_row, since_us, FIELD_TIME, "first of the looks that confirmed it"),
	FIELD(status_row, since_round, FIELD_TEXT, "round of that look"),
	FIELD(status_row, flipped, FIELD_FLAG, "this round changed what is published"),
	FIELD_OF(status_row, was, verdict_words, "published before, where it flipped"),
	FIELD(status_row, was_reason, FIELD_TEXT, "reason code of that"),
	FIELD_OF(status_row, raw, verdict_words, "said by the rounds and not confirmed yet"),
	FIELD(status_row, raw_reason, FIELD_TEXT, "reason code of that, from the last round"),
	FIELD(status_row, run, FIELD_I64, "rounds in a row that said so"),
	FIELD(status_row, need, FIELD_I64, "rounds in a row that it takes"),
	FIELD(status_row, first_us, FIELD_TIME, "look with which that run began"),
	FIELD(status_row, first_round, FIELD_TEXT, "round of that look"),
	FIELD(status_row, counted_us, FIELD_TIME, "last look that counted in that run"),
};

const struct schema status_schema = {
	.name = "status",
	.doc = "Published status of a check of a site, after each round that changed something about it",
	.size = sizeof(struct status_row),
	.fields = fields,
	.n_fields = sizeof(fields) / sizeof(fields[0]),
	.in_rounds = true,
};
