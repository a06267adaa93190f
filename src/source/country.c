/* country: see country.h.  Reads three small CSV files that were built in. */
#include "source/country.h"

#include "base/asset.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 16 };

static const char *const files[] = {"geo/countries.csv", "geo/groups.csv", "geo/population.csv"};

struct reading {
	struct batch *batch;
	struct map by_code; /* alpha-2 to its struct country_row */
	int64_t newest_us;  /* of the dates in the files */
	const char *id;
	int64_t at_us;
};

void country_dataset_id(char id[static COUNTRY_ID_MAX])
{
	int n = snprintf(id, COUNTRY_ID_MAX, "countries-");

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct asset *a = asset_find(files[i]);

		n += snprintf(id + n, COUNTRY_ID_MAX - (size_t)n, "%.6s", a ? a->sha256 : "none");
	}
}

typedef int (*row_fn)(struct reading *r, char **cells);

/* Calls fn for each record after the header; checks the number of cells. */
static int each_row(struct reading *r, const char *name, int cells_wanted, row_fn fn, struct err *e)
{
	const struct asset *a = asset_find(name);
	char *cells[CELLS_MAX];
	struct csv csv;
	int n = 0, result = 0;

	if (!a)
		return err_set(e, -ENOENT, "%s is not built into this program", name);
	csv_init(&csv, (const char *)a->data, a->len);
	for (bool header = true; result == 0; header = false) {
		n = csv_next(&csv, &r->batch->arena, cells, CELLS_MAX);
		if (n == 0)
			break;
		if (n != cells_wanted)
			return err_set(e, -EINVAL, "%s:%u: %d cells, %d are wanted", name, csv.line,
				       n, cells_wanted);
		if (!header)
			result = fn(r, cells);
	}
	return result < 0 ? err_set(e, result, "%s:%u: a code or number that is not known", name,
				    csv.line)
			  : 0;
}

static int country_line(struct reading *r, char **c)
{
	struct country_row *row;
	void **slot = map_at_text(&r->by_code, c[0]);

	if (*slot || strlen(c[0]) != 2)
		return -EINVAL;
	row = batch_add(r->batch, r->at_us, c[0], "registry", r->id, OUTCOME_OK)->row;
	*slot = row;
	row->alpha3 = c[1];
	row->numeric = c[2];
	row->name_en = c[3];
	row->name_zh = c[4];
	row->region_en = c[5];
	row->region_zh = c[6];
	row->registry = c[7];
	/* the lists are complete: who does not stand on one is not in the group */
	row->ldc = row->lldc = row->sids = row->transition = 0;
	return 0;
}

static int group_line(struct reading *r, char **c)
{
	struct country_row *row = map_get_text(&r->by_code, c[3]);
	int64_t as_of;

	if (!row || time_parse(c[4], &as_of) < 0)
		return -EINVAL;
	if (as_of > r->newest_us)
		r->newest_us = as_of;
	if (!strcmp(c[0], "LDC"))
		row->ldc = 1;
	else if (!strcmp(c[0], "LLDC"))
		row->lldc = 1;
	else if (!strcmp(c[0], "SIDS"))
		row->sids = 1;
	else if (!strcmp(c[0], "TRANSITION"))
		row->transition = 1;
	else
		return -EINVAL;
	return 0;
}

static int population_line(struct reading *r, char **c)
{
	struct country_row *row = map_get_text(&r->by_code, c[0]);

	if (!row)
		return -EINVAL;
	row->population_year = strtoll(c[1], NULL, 10);
	row->population = strtoll(c[2], NULL, 10);
	return row->population > 0 && row->population_year > 1900 ? 0 : -EINVAL;
}

static void fixed_id(struct batch *b, char first, const char *dataset)
{
	const char *digits = strchr(dataset, '-') + 1;

	/* 18 digits of the files' digests, then zeros: the same files, the same batch */
	memset(b->id, '0', BATCH_ID_MAX - 1);
	b->id[0] = first;
	for (size_t i = 0; digits[i] && i + 1 < BATCH_ID_MAX; i++)
		b->id[i + 1] = digits[i];
}

static struct batch *dataset_batch(const struct reading *r)
{
	struct batch *b = batch_new(&dataset_schema);
	struct dataset_row *row =
		batch_add(b, r->at_us, "country", "registry", r->id, OUTCOME_OK)->row;

	fixed_id(b, 'd', r->id);
	row->kind = "country";
	row->file_date_us = r->newest_us;
	row->records = (int64_t)r->batch->obs.n;
	row->file = "geo/countries.csv";
	row->quality = "{}";
	return b;
}

int country_batches(int64_t at_us, struct batch **rows, struct batch **dataset, struct err *e)
{
	char id[COUNTRY_ID_MAX];
	struct reading r = {.batch = batch_new(&country_schema), .id = id, .at_us = at_us};
	int result;

	country_dataset_id(id);
	fixed_id(r.batch, 'c', id);
	map_init(&r.by_code, &r.batch->arena);
	result = each_row(&r, files[0], 8, country_line, e);
	if (result == 0)
		result = each_row(&r, files[1], 6, group_line, e);
	if (result == 0)
		result = each_row(&r, files[2], 3, population_line, e);
	if (result < 0) {
		batch_free(r.batch);
		return result;
	}
	*dataset = dataset_batch(&r);
	*rows = r.batch;
	return 0;
}
