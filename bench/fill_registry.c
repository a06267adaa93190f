/*
 * fill_registry: the registries' part of a made-up store: blocks and numbers handed out from 1999 on,
 * to holders of whom every third has both families, with the program's own list of countries.
 */
#include "bench/fill.h"

#include "base/clock.h"
#include "core/obs.h"
#include "core/registry.h"
#include "source/country.h"
#include "store/store.h"

#include <stdio.h>

enum { REGISTRIES = 5, MONTHS = 27 * 12, FIRST_YEAR = 1999, PER_HOLDER = 4, V6_LEN = 48, BATCH = 20000 };

static const struct {
	const char *name, *countries[6];
} registries[REGISTRIES] = {
	{"afrinic", {"ZA", "NG", "KE", "EG", "TN", "GH"}},
	{"apnic", {"CN", "IN", "JP", "VN", "AU", "NP"}},
	{"arin", {"US", "CA", "US", "US", "JM", "BB"}},
	{"lacnic", {"BR", "AR", "MX", "CO", "BO", "CL"}},
	{"ripencc", {"DE", "FR", "GB", "RU", "KZ", "SA"}},
};

struct handing {
	struct store *store;
	struct batch *b;
	uint64_t random;
	int registry;
	char round[32];
	int64_t at_us, rows;
};

static int64_t month_start(int month)
{
	const struct civil c = {.year = FIRST_YEAR + month / 12, .month = month % 12 + 1, .day = 1};

	return civil_to_us(&c);
}

static void add_block(struct handing *h, int64_t i)
{
	uint64_t dice = fill_random(&h->random);
	int type = (int)(i % 3), month = (int)(dice % MONTHS);
	int64_t holder = i / PER_HOLDER;
	char subject[64], id[32];
	struct delegation_row *r;
	struct obs *o;

	if (type == 0)
		snprintf(subject, sizeof(subject), "AS%lld", (long long)(i + 1));
	else if (type == 1)
		snprintf(subject, sizeof(subject), "11.%d.%d.0/24", (int)(i >> 8 & 255), (int)(i & 255));
	else
		snprintf(subject, sizeof(subject), "2a00:%x:%x::/%d", (unsigned)(i >> 16),
			 (unsigned)(i & 0xffff), V6_LEN);
	o = batch_add(h->b, h->at_us, subject, "bench", h->round, OUTCOME_OK);
	r = o->row;
	r->registry = registries[h->registry].name;
	r->cc = registries[h->registry].countries[holder % 6];
	r->type = type;
	r->asn = type == 0 ? i + 1 : I64_NULL;
	r->prefix_len = type == 2 ? V6_LEN : I64_NULL;
	r->count = type == 2 ? I64_NULL : type ? 256 : 1;
	r->month_us = month_start(month);
	r->date_us = r->month_us + (int64_t)(dice >> 40 & 15) * 86400000000;
	r->status = 1 - (int)(dice >> 50 & 1); /* allocated or assigned */
	snprintf(id, sizeof(id), "holder-%lld", (long long)holder);
	r->opaque_id = batch_text(h->b, id);
}

static int end_file(struct handing *h, int64_t rows, struct err *e)
{
	struct batch *take[2] = {h->b, batch_new(&dataset_schema)};
	struct obs *o = batch_add(take[1], h->at_us, registries[h->registry].name, "bench", h->round, OUTCOME_OK);
	struct dataset_row *r = o->row;
	const struct change change = {
		.sql = "INSERT INTO dataset(id, kind, name, file, file_date_us, ingested_us, records, "
		       "quality) VALUES(?, 'rir', ?, 'bench', ?, ?, ?, '{}')",
		.args = {value_text(h->round), value_text(registries[h->registry].name),
			 value_i64(h->at_us), value_i64(h->at_us), value_i64(rows)},
		.n_args = 5,
	};

	*r = (struct dataset_row){.kind = "rir", .file_date_us = h->at_us, .records = rows,
				  .extended = 1, .file = "bench", .quality = "{}"};
	return store_put(h->store, take, 2, &change, 1, e);
}

static int one_file(struct handing *h, int64_t rows, struct err *e)
{
	snprintf(h->round, sizeof(h->round), "bench-%s", registries[h->registry].name);
	h->b = batch_new(&delegation_schema);
	for (int64_t i = 0; i < rows; i++) {
		add_block(h, i);
		if (h->b->obs.n < BATCH)
			continue;
		if (store_put(h->store, &h->b, 1, NULL, 0, e))
			return -1;
		h->b = batch_new(&delegation_schema);
	}
	h->rows += rows;
	return end_file(h, rows, e);
}

static int countries(struct store *s, int64_t at_us, struct err *e)
{
	struct batch *take[2];

	if (country_batches(at_us, &take[0], &take[1], e))
		return -1;
	return store_put(s, take, 2, NULL, 0, e);
}

int64_t fill_registries(struct store *s, int64_t rows, struct err *e)
{
	struct handing h = {.store = s, .random = 88172645463325252, .at_us = month_start(MONTHS)};

	if (countries(s, h.at_us, e))
		return -1;
	for (h.registry = 0; h.registry < REGISTRIES; h.registry++)
		if (one_file(&h, rows / REGISTRIES, e))
			return -1;
	return h.rows;
}
