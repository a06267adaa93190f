/* round: see round.h. */
#include "core/round.h"

static const struct field fields[] = {
	FIELD(round_row, began_us, FIELD_TIME, "first packet"),
	FIELD(round_row, ended_us, FIELD_TIME, "last verdict"),
	FIELD(round_row, version, FIELD_I64, "version of the portfolio"),
	FIELD(round_row, sites, FIELD_I64, "sites looked at"),
	FIELD(round_row, sampled, FIELD_FLAG, "a sample of the list, not all of it"),
	FIELD(round_row, population, FIELD_I64, "sites on the list"),
	FIELD(round_row, seed, FIELD_I64, "seed of the order and of the sample"),
	FIELD(round_row, method, FIELD_TEXT, "version of the probing method"),
	FIELD(round_row, complete, FIELD_FLAG, "every site has its verdicts"),
	FIELD(round_row, confirm_us, FIELD_TIME, "statuses rest on the rounds closed before this"),
	FIELD(round_row, confirm_gap_us, FIELD_I64, "least time between two looks that confirm"),
	FIELD(round_row, name, FIELD_TEXT, "name of the run; one for all its shards"),
	FIELD(round_row, shard, FIELD_I64, "number of this shard, from 1"),
	FIELD(round_row, shards, FIELD_I64, "shards of the run"),
	FIELD(round_row, resampled, FIELD_I64, "sites looked at again at the end"),
	FIELD(round_row, compared, FIELD_I64, "verdicts of these sites that were compared"),
	FIELD(round_row, disagreed, FIELD_I64, "of them, those that differ"),
	FIELD(round_row, disagreements, FIELD_TEXT, "JSON: by check, verdicts that differ"),
};

const struct schema round_schema = {
	.name = "round",
	.doc = "One complete run over a portfolio",
	.size = sizeof(struct round_row),
	.fields = fields,
	.n_fields = sizeof(fields) / sizeof(fields[0]),
};
