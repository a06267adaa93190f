/* registry: indicators over a small combined file in a real store, against figures done by hand. */
#include "indicator/registry.h"

#include "app/schemas.h"
#include "source/country.h"
#include "source/rir.h"
#include "store/store.h"
#include "test/tap.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

/* An older file of the same registries: nothing of it may show, and what IANA keeps is nobody's. */
static const char old_file[] = "2|nro|20240601|3|19821213|20240601|+0000\nnro|*|ipv6|*|3|summary\n"
			       "iana|ZZ|ipv6|3ffe::|16|19990601|reserved|iana|iana\n"
			       "apnic|CN|ipv6|3fff::|20|20200120|allocated|H1|e-stats\n"
			       "arin|US|ipv6|3fff:1000::|20|20200120|allocated|H9|e-stats\n";

static const char new_file[] =
	"2|nro|20260601|8|19821213|20260601|+0000\n"
	"nro|*|asn|*|1|summary\nnro|*|ipv4|*|3|summary\nnro|*|ipv6|*|4|summary\n"
	"apnic|CN|ipv4|192.0.2.0|256|20200115|allocated|H1|e-stats\n"
	"apnic|JP|ipv4|198.51.100.0|256|20200203|assigned|H2|e-stats\n"
	"arin|US|ipv4|203.0.113.0|256||assigned|H4|e-stats\n"
	"arin|US|asn|64500|20|20200120|assigned|H4|e-stats\n"
	"apnic|CN|ipv6|2001:db8::|32|20200120|allocated|H1|e-stats\n"
	"apnic|JP|ipv6|2001:dba::|31|20260110|allocated|H3|e-stats\n"
	"arin|HT|ipv6|2001:dc0::|33|20250301|assigned|H5|e-stats\n"
	"apnic||ipv6|2001:de0::|32||reserved||e-stats\n";

static struct store *store;

static int keep(struct sink *s, struct batch *take, struct err *e)
{
	(void)s;
	return store_put(store, &take, 1, NULL, 0, e);
}

static void ingest(const char *text)
{
	struct sink sink = {.put = keep};
	struct rir_file f;
	struct err e = {0};
	struct batch *dataset;
	int fd = memfd_create("rir", MFD_CLOEXEC);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	lseek(fd, 0, SEEK_SET);
	ok(rir_load(&f, fd, "test", NULL, &e) == 0 && rir_send(&f, &sink, NULL, &e) == 0,
	   "a file goes in %s", e.text);
	dataset = rir_dataset(&f, 1000);
	is_int(store_put(store, &dataset, 1, NULL, 0, &e), 0, "and its dataset");
	rir_free(&f);
	close(fd);
}

static const struct {
	const char *id, *by, *group;
	int64_t at_us; /* 0: the only point of the group */
	double value, num, den;
	int64_t unknown;
} rows[] = {
	{"allocation_pace", NULL, "", 1577836800000000, 1, 1, NAN, 0},
	{"allocation_pace", "country", "JP", 0, 1, 1, NAN, 0},
	{"allocation_pace", "region", "Americas", 0, 1, 1, NAN, 0},
	{"allocation_equiv32", NULL, "", 1767225600000000, 2, 2, NAN, 0},
	{"allocation_equiv32", "registry", "arin", 0, 0.5, 0.5, NAN, 0},
	{"allocation_equiv48", "country", "CN", 0, 65536, 65536, NAN, 0},
	{"allocation_space", "country", "CN", 1577836800000000, 1, 1, NAN, 0},
	{"allocation_space", "country", "CN", 1767225600000000, 1, 1, NAN, 0},
	{"allocation_space", NULL, "", 1767225600000000, 3.5, 3.5, NAN, 0},
	{"asn_pace", NULL, "", 0, 20, 20, NAN, 0},
	{"czyz_a1_monthly", NULL, "", 1577836800000000, 1, 1, 1, 0},
	{"czyz_a1_monthly", NULL, "", 1767225600000000, NAN, 1, 0, 0},
	{"czyz_a1_cumulative", NULL, "", 1577836800000000, 1, 1, 1, 0},
	{"czyz_a1_cumulative", NULL, "", 1740787200000000, 1, 2, 2, 0},
	{"czyz_a1_cumulative", NULL, "", 1767225600000000, 1.5, 3, 2, 0},
	{"allocation_holders", NULL, "", 0, 3, 3, NAN, 0},
	{"holders_v4_with_v6", NULL, "", 0, 1.0 / 3, 1, 3, 0},
	{"holders_v4_with_v6", "registry", "apnic", 0, 0.5, 1, 2, 0},
	{"allocation_blocks", NULL, "", 0, 3, 3, NAN, 0},
	{"allocation_blocks", "prefix_len", "33", 0, 1, 1, NAN, 0},
	{"allocation_growth_12m", NULL, "", 0, 1, 1, 1, 0},
	{"first_allocation", "country", "CN", 0, 2020.0520, NAN, NAN, 0},
	{"allocation_concentration", NULL, "", 0, 5.25 / 12.25, 5.25, 12.25, 0},
	{"countries_with_v6", "ldc", "LDC", 0, -1, 1, -1, -1},
	{"countries_with_v6", "country", "HT", 0, 1, 1, 1, 0},
	{"countries_with_v6", "country", "KR", 0, 0, 0, 1, 0},
	{"countries_with_v6", "country", "FR", 0, NAN, 0, 0, 1},
	{"allocation_per_million", "country", "KR", 0, 0, 0, -1, 0},
	{"allocation_per_million", "country", "FR", 0, NAN, 0, 0, 1},
};

static bool near(double got, double want)
{
	return want == -1 || (isnan(want) ? isnan(got) : fabs(got - want) < 0.001);
}

static void test_row(size_t i)
{
	const struct indicator *ind = indicator_find(rows[i].id);
	struct facts facts = store_facts(store);
	struct series_ask ask = series_ask_all();
	struct series s = {0};
	struct arena a;
	struct err e = {0};
	const struct point *found = NULL;
	size_t n = 0;

	arena_init(&a, 0);
	ask.by = rows[i].by;
	if (!ok(ind && indicator_eval(ind, &facts, &ask, &a, &s, &e) == 0, "%s is computed %s",
		rows[i].id, e.text)) {
		arena_done(&a);
		return;
	}
	for (size_t k = 0; k < s.n; k++)
		if (!strcmp(s.points[k].group, rows[i].group) &&
		    (!rows[i].at_us || s.points[k].at_us == rows[i].at_us)) {
			found = &s.points[k];
			n++;
		}
	ok(n == 1 && near(found->value, rows[i].value) && near(found->numerator, rows[i].num) &&
		   near(found->denominator, rows[i].den) &&
		   (rows[i].unknown < 0 || found->unknown == rows[i].unknown),
	   "%s of '%s'", rows[i].id, rows[i].group);
	if (n != 1)
		printf("# %zu points\n", n);
	else
		printf("# value %g num %g den %g unknown %lld\n", found->value, found->numerator,
		       found->denominator, (long long)found->unknown);
	arena_done(&a);
}

/* One block of each kind in each month from May to August 2026, in a file that ends on that day. */
static void ingest_ending(const char *registry, int place, int end)
{
	char text[2048];
	int n = snprintf(text, sizeof(text),
			 "2|%s|%d|12|19830101|%d|+0000\n%s|*|asn|*|4|summary\n%s|*|ipv4|*|4|summary\n"
			 "%s|*|ipv6|*|4|summary\n",
			 registry, end, end, registry, registry, registry);

	for (int type = 0; type < 3; type++)
		for (int month = 5; month <= 8; month++) {
			static const char *const start[] = {"645%d%d|1", "198.18.%d%d.0|256", "3fff:%d%d::|32"};
			static const char *const words[] = {"asn", "ipv4", "ipv6"};
			char block[64];

			snprintf(block, sizeof(block), start[type], place, month);
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%s|%s|%s|%s|2026%02d01|allocated|H\n",
				      registry, place == 1 ? "JP" : "US", words[type], block, month);
		}
	ingest(text);
}

/* A month in which one file ends too early has fewer blocks than it had: it is not shown at all. */
static void test_months(void)
{
	static const struct {
		const char *registry;
		int place, end;
		int64_t last_us; /* the month that is the last one then */
		const char *says;
	} files[] = {
		{"apnic", 1, 20260730, 1777593600000000, "up to 2026-05"}, /* arin: 2026-06-01 */
		{"arin", 2, 20260629, 1777593600000000, "up to 2026-05"},
		{"arin", 2, 20260630, 1780272000000000, "up to 2026-06"},
		{"arin", 2, 20260815, 1780272000000000, "up to 2026-06"}, /* apnic: the day before its last */
		{"apnic", 1, 20260731, 1782864000000000, "up to 2026-07"},
	};
	static const char *const ids[] = {"allocation_pace", "allocation_equiv32", "allocation_equiv48", "asn_pace",
					  "czyz_a1_monthly"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err e = {0};

		ingest_ending(files[i].registry, files[i].place, files[i].end);
		is_int(store_flush(store, &e), 0, "in the facts");
		for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
			struct facts facts = store_facts(store);
			struct series_ask ask = series_ask_all();
			struct arena a;
			struct series s = {0};
			arena_init(&a, 0);
			ask.by = k % 2 ? "registry" : NULL; /* a group has the months of the whole */
			is_int(indicator_eval(indicator_find(ids[k]), &facts, &ask, &a, &s, &e), 0, "asked");
			is_int(s.n ? s.points[s.n - 1].at_us : 0, files[i].last_us, ids[k]);
			ok(strstr(s.source_text, files[i].says) != NULL, "and says so: %s", s.source_text);
			arena_done(&a);
		}
	}
}

int main(void)
{
	char dir[] = "/tmp/sextant-registry-XXXXXX", command[64];
	struct batch *take[2];
	struct err e = {0};
	const char *why = NULL;

	if (!mkdtemp(dir) || store_open(dir, STORE_OWNER, known_schemas, &store, &e) < 0) {
		ok(false, "a store: %s", e.text);
		return done();
	}
	if (!store_has_facts(store, &why)) {
		skip("no facts here: %s", why);
		store_close(store);
		return done();
	}
	is_int(country_batches(1000, &take[0], &take[1], &e), 0, "countries");
	is_int(store_put(store, take, 2, NULL, 0, &e), 0, "go in");
	ingest(old_file);
	ingest(new_file);
	is_int(store_flush(store, &e), 0, "all in the facts");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_row(i);
	test_months();
	store_close(store);
	for (size_t i = 0; i < 6; i++) {
		static const char *const names[] = {
			"lock",		"socket",	    "state.sqlite",
			"facts.duckdb", "state.sqlite-wal", "state.sqlite-shm"};

		snprintf(command, sizeof(command), "%s/%s", dir, names[i]);
		unlink(command);
	}
	rmdir(dir);
	return done();
}
