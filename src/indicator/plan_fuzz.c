/* plan_fuzz: any bytes as a plan; what is taken can be judged against nothing and against a number. */
#include "indicator/target.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_target(const struct target *t, struct arena *a)
{
	struct point p[3];
	struct target_result r;

	assert(*t->id && t->n_filters <= SERIES_FILTERS_MAX && strchr("MDR", t->grade));
	assert(t->op != TARGET_RANK || !t->indicator || t->rank_by);
	assert(!t->indicator || isfinite(t->threshold));
	if (!t->indicator)
		return;
	target_judge(t, NULL, 0, 1, 0, a, &r);
	assert(r.status == TARGET_NO_DATA && isnan(r.distance));
	for (int i = 0; i < 3; i++)
		p[i] = (struct point){.at_us = i * INT64_C(2600000000000), .group = "", .value = 0.3 * i,
				      .lo = NAN, .hi = NAN, .n = 10};
	target_judge(t, p, 3, INT64_C(2600000000000), p[2].at_us + 1, a, &r);
	assert(r.status != TARGET_NO_DATA && r.why_en && r.why_zh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct plan p;
	struct err e = {0};

	arena_init(&a, 0);
	if (plan_parse(&p, &a, "fuzz", (const char *)data, size, &e))
		assert(e.code && e.text[0]);
	else
		for (size_t i = 0; i < p.n; i++)
			try_target(&p.targets[i], &a);
	arena_done(&a);
	return 0;
}
