/*
 * country: the program's own tables of countries (data/geo/) as a dataset, so that indicators can
 * join countries, regions, groups of Resolution 64 and inhabitants with what registries and
 * portfolios say.
 */
#ifndef SOURCE_COUNTRY_H
#define SOURCE_COUNTRY_H

#include "core/obs.h"
#include "core/registry.h"

enum { COUNTRY_ID_MAX = 32 };

/* Id of the dataset: "countries-" and the first digits of the files' digests. */
void country_dataset_id(char id[static COUNTRY_ID_MAX]);
/* The rows and, in a second batch, the dataset's row; ids follow from the files.  0 or a sentence
 * that names the file and line that is wrong. */
int country_batches(int64_t at_us, struct batch **rows, struct batch **dataset, struct err *e);

#endif
