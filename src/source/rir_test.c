/* rir: a file becomes a dataset and batches of blocks, always the same ones. */
#include "source/rir.h"

#include "base/clock.h"
#include "test/tap.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static const char combined[] =
	"2|nro|20260601|5|19821213|20260601|+0000\n"
	"nro|*|asn|*|2|summary\nnro|*|ipv4|*|2|summary\nnro|*|ipv6|*|1|summary\n"
	"ripencc|FR|asn|64500|20|20200131|assigned|A1|e-stats\n"
	"arin|US|ipv4|192.0.2.128|384|00000000|assigned|A2|e-stats\n"
	"arin||ipv4|198.51.100.0|256||reserved||e-stats\n"
	"apnic|JP|ipv6|2001:db8::|32|20190102|allocated|A3|e-stats\n"
	"apnic|AP|asn|64496|1|20190102|allocated|A3|e-stats\n";

/* Keeps what it gets. */
struct keeper {
	struct sink sink;
	struct batch *got[16];
	size_t n, rows, fail_at;
};

static int keep(struct sink *s, struct batch *take, struct err *e)
{
	struct keeper *k = (struct keeper *)s;

	if (k->n + 1 == k->fail_at) {
		batch_free(take);
		return err_set(e, -ENOSPC, "full");
	}
	k->rows += take->obs.n;
	k->got[k->n++] = take;
	return 0;
}

static void keeper_done(struct keeper *k)
{
	for (size_t i = 0; i < k->n; i++)
		batch_free(k->got[i]);
	*k = (struct keeper){.sink = {.put = keep}};
}

static int load(struct rir_file *f, const char *text, size_t len, const char *md5, struct err *e)
{
	int fd = memfd_create("rir", MFD_CLOEXEC), result;

	if (write(fd, text, len) != (ssize_t)len)
		abort();
	lseek(fd, 0, SEEK_SET);
	result = rir_load(f, fd, "delegated-nro-extended", md5, e);
	close(fd);
	return result;
}

static void test_dataset(void)
{
	struct rir_file f;
	struct err e = {0};
	struct batch *b, *again;
	const struct dataset_row *row;

	is_int(load(&f, combined, sizeof(combined) - 1, NULL, &e), 0, "the combined file loads");
	is_int((long long)strlen(f.id), 16, "its id has 16 digits");
	ok(!strncmp(f.id, f.sha256, 16), "of its SHA-256");
	b = rir_dataset(&f, 1000);
	again = rir_dataset(&f, 2000);
	is_str(b->id, again->id, "the same file makes the same batch");
	is_int((long long)b->obs.n, 3, "a row for each registry in it");
	is_str(b->obs.at[0].subject, "apnic", "apnic");
	is_str(b->obs.at[1].subject, "arin", "arin");
	is_str(b->obs.at[2].subject, "ripencc", "ripencc");
	row = b->obs.at[0].row;
	is_int(row->records, 2, "records of that registry");
	is_int(row->extended, 1, "names holders");
	is_int(row->file_date_us, 1780272000000000, "2026-06-01");
	ok(json_valid(row->quality, strlen(row->quality)), "quality is JSON: %s", row->quality);
	ok(strstr(row->quality, "\"cc_odd\":{\"AP\":1}") && strstr(row->quality, "\"out\":4"),
	   "and counts what is odd");
	batch_free(b);
	batch_free(again);
	rir_free(&f);
}

static const struct delegation_row *row_of(const struct keeper *k, const char *subject)
{
	for (size_t i = 0; i < k->got[0]->obs.n; i++)
		if (!strcmp(k->got[0]->obs.at[i].subject, subject))
			return k->got[0]->obs.at[i].row;
	ok(false, "there is no %s", subject);
	exit(1);
}

static void test_blocks(void)
{
	struct keeper k = {.sink = {.put = keep}};
	struct rir_file f;
	struct err e = {0};
	const struct delegation_row *r;
	char text[ADDR_TEXT_MAX];

	load(&f, combined, sizeof(combined) - 1, NULL, &e);
	is_int(rir_send(&f, &k.sink, NULL, &e), 0, "sent");
	is_int((long long)k.rows, 5, "all blocks");
	is_str(k.got[0]->obs.at[0].round, f.id, "round is the dataset");
	r = row_of(&k, "AS64500+20");
	is_int(r->asn, 64500, "AS number");
	is_int(r->count, 20, "how many");
	is_int(r->prefix_len, I64_NULL, "no prefix length");
	is_str(r->registry, "ripencc", "registry");
	is_int(r->month_us, 1577836800000000, "2020-01-01, its month");
	is_int(r->date_us - r->month_us, 30 * 86400000000, "the 31st");
	r = row_of(&k, "192.0.2.128+384");
	is_int(r->date_us, I64_NULL, "a date of zeros is none");
	is_int(r->month_us, I64_NULL, "nor a month");
	r = row_of(&k, "198.51.100.0/24");
	ok(!r->cc && !r->opaque_id && r->status == DELEGATED_RESERVED, "reserved, nobody's");
	r = row_of(&k, "2001:db8::/32");
	is_str(addr_text(&r->start, text), "2001:db8::", "start");
	is_int(r->prefix_len, 32, "prefix length");
	is_str(r->opaque_id, "A3", "holder");
	is_int(row_of(&k, "AS64496")->count, 1, "one AS number");
	keeper_done(&k);
	rir_free(&f);
}

static size_t make(char *text, size_t max, int records)
{
	size_t n = (size_t)snprintf(text, max,
				    "2|apnic|1|%d||20260213|+1000\napnic|*|asn|*|%d|summary\n",
				    records, records);

	for (int i = 0; i < records; i++)
		n += (size_t)snprintf(text + n, max - n, "apnic|JP|asn|%d|1|20200101|allocated\n",
				      i);
	return n;
}

static void test_batches(void)
{
	enum { ROOM = 64 * (RIR_BATCH_ROWS + 10) };
	char *text = malloc(ROOM);

	for (int off = -1; off <= 1; off++) {
		struct keeper k = {.sink = {.put = keep}}, again = {.sink = {.put = keep}};
		struct rir_file f;
		struct err e = {0};

		is_int(load(&f, text, make(text, ROOM, RIR_BATCH_ROWS + off), NULL, &e), 0,
		       "loads");
		rir_send(&f, &k.sink, NULL, &e);
		rir_send(&f, &again.sink, NULL, &e);
		is_int((long long)k.rows, RIR_BATCH_ROWS + off, "all rows");
		is_int((long long)k.n, off > 0 ? 2 : 1, "batches");
		is_int((long long)rir_batches(&f), (long long)k.n, "as foretold");
		is_str(again.got[k.n - 1]->id, k.got[k.n - 1]->id, "the same ids again");
		ok(k.n == 1 || strcmp(k.got[0]->id, k.got[1]->id), "each its own");
		keeper_done(&k);
		keeper_done(&again);
		k.fail_at = 1;
		is_int(rir_send(&f, &k.sink, NULL, &e), -ENOSPC, "a sink that fails ends it");
		keeper_done(&k);
		rir_free(&f);
	}
	free(text);
}

static void test_refused(void)
{
	struct rir_file f;
	struct err e = {0};
	char text[256], md5[33];

	is_int(load(&f, combined, sizeof(combined) - 30, NULL, &e), -EINVAL, "cut: refused");
	rir_free(&f);
	is_int(load(&f, text, make(text, sizeof(text), 0), NULL, &e), -EINVAL,
	       "no records: refused");
	rir_free(&f);
	is_int(load(&f, combined, sizeof(combined) - 1, "0123456789abcdef0123456789abcdef", &e),
	       -EINVAL, "another MD5: refused");
	ok(strstr(e.text, "MD5") != NULL, "%s", e.text);
	memcpy(md5, f.md5, sizeof(md5));
	rir_free(&f);
	is_int(load(&f, combined, sizeof(combined) - 1, md5, &e), 0, "its MD5: taken");
	rir_free(&f);
}

static void test_md5(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"MD5 (delegated-apnic-latest) = 7341919E986203f1487c9e46c2d69ddc\n", true},
		{"7341919e986203f1487c9e46c2d69ddc  delegated-apnic-latest\n", true},
		{"MD5 (x) = 7341919e986203f1487c9e46c2d69ddc", true},
		{"7341919e986203f1487c9e46c2d69ddc0 x", false},
		{"MD5 (x) = 7341919e986203f1487c9e46c2d69dd", false},
		{"<html>", false},
		{"", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char md5[33] = "";

		ok(rir_md5_parse(rows[i].text, strlen(rows[i].text), md5) == rows[i].good &&
			   (!rows[i].good || !strcmp(md5, "7341919e986203f1487c9e46c2d69ddc")),
		   "md5 file %zu", i);
	}
}

int main(void)
{
	test_dataset();
	test_blocks();
	test_batches();
	test_refused();
	test_md5();
	return done();
}
