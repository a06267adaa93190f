/*
 * registry: the tables that registry files and the list of countries fill.
 *
 * A dataset is one file.  Its rows carry the dataset's id as their round: the first 16 hex digits
 * of the SHA-256 of the unpacked file, so the same file is the same dataset.  The rows in
 * obs_dataset come with the last batch: what has no row there is not complete and nobody may use
 * it.
 *
 * Current data of a registry: the rows whose (registry, round) is that of the dataset with the
 * greatest file_date_us (of those, the one taken in last).  The NRO's combined file makes one row
 * in obs_dataset for each registry that it holds, so this rule needs no exception.
 */
#ifndef CORE_REGISTRY_H
#define CORE_REGISTRY_H

#include "core/schema.h"

#include <stdint.h>

/* Table obs_delegation: one block.  obs.subject is "2001:db8::/32", "192.0.2.0/24",
 * "192.0.2.0+768" (no power of two), "AS64496" or "AS64496+16"; obs.at_us is the file's date. */
struct delegation_row {
	const char *registry;
	const char *cc;	       /* country of registration, not of use; NULL if there is none */
	int32_t type;	       /* delegation_type_words */
	struct addr start;     /* ipv4, ipv6 */
	int64_t asn;	       /* asn: the first */
	int64_t prefix_len;    /* ipv6 */
	int64_t count;	       /* ipv4: addresses; asn: numbers */
	int64_t date_us;       /* when it was handed out; null if the file does not say */
	int64_t month_us;      /* first moment of that month */
	int32_t status;	       /* delegation_status_words */
	const char *opaque_id; /* of the holder, within the registry; NULL in files without */
};
extern const char *const delegation_type_words[];   /* asn ipv4 ipv6 NULL */
extern const char *const delegation_status_words[]; /* allocated assigned available reserved NULL */
extern const struct schema delegation_schema;

/* Table obs_dataset: one complete file.  obs.subject is the registry, or "country";
 * obs.at_us is when it was taken in. */
struct dataset_row {
	const char *kind; /* "rir", "country" */
	int64_t file_date_us;
	int64_t records;
	int8_t extended;     /* the file names holders (opaque ids) */
	const char *file;    /* name of the file, without folder */
	const char *quality; /* JSON: counts of what was odd */
};
extern const struct schema dataset_schema;

/* Table obs_country: one country or territory of ISO 3166-1.  obs.subject is the alpha-2 code. */
struct country_row {
	const char *alpha3, *numeric;
	const char *name_en, *name_zh;
	const char *region_en, *region_zh;  /* UN M49 */
	const char *registry;		    /* whose service region it lies in */
	int8_t ldc, lldc, sids, transition; /* groups of ITU Resolution 64, by the UN's lists */
	int64_t population, population_year;
};
extern const struct schema country_schema;

#endif
