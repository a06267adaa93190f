/* verdict: see verdict.h. */
#include "core/verdict.h"

const char *const verdict_words[] = {"pass", "partial", "fail", "na", "unknown", NULL};

static const struct field fields[] = {
	FIELD(verdict_row, check, FIELD_TEXT, "id of the check"),
	FIELD_OF(verdict_row, verdict, verdict_words, "pass, partial, fail, na or unknown"),
	FIELD(verdict_row, reason, FIELD_TEXT, "reason code"),
	FIELD(verdict_row, evidence, FIELD_TEXT, "what the verdict was derived from, as JSON"),
	FIELD(verdict_row, organisation, FIELD_TEXT, "organisation that owns the subject"),
	{"class", FIELD_TEXT, offsetof(struct verdict_row, class_), "class or industry", NULL},
	FIELD(verdict_row, region, FIELD_TEXT, "region"),
	FIELD(verdict_row, level, FIELD_TEXT, "administrative level"),
	FIELD(verdict_row, rank, FIELD_I64, "rank in the list, if it has ranks"),
	FIELD(verdict_row, portfolio, FIELD_TEXT, "portfolio and its version"),
	FIELD(verdict_row, method, FIELD_TEXT, "version of the method"),
};

const struct schema verdict_schema = {
	.name = "verdict",
	.doc = "What a check concludes about one subject in one round",
	.size = sizeof(struct verdict_row),
	.fields = fields,
	.n_fields = sizeof(fields) / sizeof(fields[0]),
	.in_rounds = true,
};
