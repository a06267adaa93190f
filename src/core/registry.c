/* registry: see registry.h. */
#include "core/registry.h"

#define N(list) (sizeof(list) / sizeof((list)[0]))

const char *const delegation_type_words[] = {"asn", "ipv4", "ipv6", NULL};
const char *const delegation_status_words[] = {"allocated", "assigned", "available", "reserved",
					       NULL};

static const struct field delegation_fields[] = {
	FIELD(delegation_row, registry, FIELD_TEXT, "registry that handed it out"),
	FIELD(delegation_row, cc, FIELD_TEXT, "country of registration (not of use)"),
	FIELD_OF(delegation_row, type, delegation_type_words, "asn, ipv4 or ipv6"),
	FIELD(delegation_row, start, FIELD_ADDR, "first address"),
	FIELD(delegation_row, asn, FIELD_I64, "first AS number"),
	FIELD(delegation_row, prefix_len, FIELD_I64, "prefix length of an IPv6 block"),
	FIELD(delegation_row, count, FIELD_I64, "IPv4 addresses or AS numbers"),
	FIELD(delegation_row, date_us, FIELD_TIME, "day it was handed out"),
	FIELD(delegation_row, month_us, FIELD_TIME, "first moment of that month"),
	FIELD_OF(delegation_row, status, delegation_status_words, "what became of it"),
	FIELD(delegation_row, opaque_id, FIELD_TEXT, "holder, within the registry"),
};
const struct schema delegation_schema = {
	"delegation", "One block of addresses or AS numbers in a registry file",
	sizeof(struct delegation_row), delegation_fields, N(delegation_fields), true};

static const struct field dataset_fields[] = {
	FIELD(dataset_row, kind, FIELD_TEXT, "rir or country"),
	FIELD(dataset_row, file_date_us, FIELD_TIME, "day that the file describes"),
	FIELD(dataset_row, records, FIELD_I64, "records of this registry in it"),
	FIELD(dataset_row, extended, FIELD_FLAG, "it names holders by opaque ids"),
	FIELD(dataset_row, file, FIELD_TEXT, "name of the file"),
	FIELD(dataset_row, quality, FIELD_TEXT, "what was odd in it, as JSON"),
};
const struct schema dataset_schema = {"dataset", "One file that was taken in completely",
				      sizeof(struct dataset_row), dataset_fields,
				      N(dataset_fields), false};

static const struct field country_fields[] = {
	FIELD(country_row, alpha3, FIELD_TEXT, "ISO 3166-1 alpha-3"),
	FIELD(country_row, numeric, FIELD_TEXT, "ISO 3166-1 numeric, three digits"),
	FIELD(country_row, name_en, FIELD_TEXT, "name in English"),
	FIELD(country_row, name_zh, FIELD_TEXT, "name in Chinese"),
	FIELD(country_row, region_en, FIELD_TEXT, "region of UN M49, in English"),
	FIELD(country_row, region_zh, FIELD_TEXT, "region of UN M49, in Chinese"),
	FIELD(country_row, registry, FIELD_TEXT, "registry that serves it"),
	FIELD(country_row, ldc, FIELD_FLAG, "least developed country"),
	FIELD(country_row, lldc, FIELD_FLAG, "landlocked developing country"),
	FIELD(country_row, sids, FIELD_FLAG, "small island developing State"),
	FIELD(country_row, transition, FIELD_FLAG, "economy in transition"),
	FIELD(country_row, population, FIELD_I64, "inhabitants"),
	FIELD(country_row, population_year, FIELD_I64, "year of that figure"),
};
const struct schema country_schema = {"country", "One country or territory of ISO 3166-1",
				      sizeof(struct country_row), country_fields,
				      N(country_fields), false};
