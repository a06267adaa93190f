/* rir: see rir.h. */
#include "source/rir.h"

#include "base/clock.h"
#include "base/json.h"
#include "io/unpack.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- loading ---- */

static void hex(char *to, const unsigned char *from, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		snprintf(to + 2 * i, 3, "%02x", from[i]);
}

static int digest(const EVP_MD *how, const void *data, size_t len, char *to, struct err *e)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!EVP_Digest(data, len, raw, &n, how, NULL))
		return err_set(e, -EIO, "the library gives no digest");
	hex(to, raw, n);
	return 0;
}

/* Address space for the largest file; memory comes as it is written to. */
static int unpack_all(struct rir_file *f, int fd, struct err *e)
{
	struct unpack *u = unpack_new(fd, LIMIT_RIR_FILE_B, e);
	ssize_t n = 1;

	if (!u)
		return e->code;
	f->room = (size_t)L_RIR_FILE_B + 65536;
	f->data = mmap(NULL, f->room, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (f->data == MAP_FAILED) {
		f->data = NULL;
		n = err_set(e, -ENOMEM, "no memory for the unpacked file");
	}
	while (n > 0) {
		n = unpack_read(u, f->data + f->len, f->room - f->len, e);
		f->len += n > 0 ? (size_t)n : 0;
	}
	unpack_free(u);
	return (int)n;
}

/* Reads the whole file once: after this every line is known to be good. */
static int validate(struct rir_file *f, struct err *e)
{
	struct delegated *d = malloc(sizeof(*d));
	struct delegated_record r;
	int result = d ? delegated_open(d, f->data, f->len, e) : err_set(e, -ENOMEM, "no memory");

	if (!d)
		return result;
	if (result == 0)
		do
			result = delegated_next(d, &r, e);
		while (result == 1);
	if (result == 0 && !d->tally.records)
		result = err_set(e, -EINVAL, "line %llu: the file holds no records",
				 (unsigned long long)d->line);
	f->header = d->header;
	f->tally = d->tally;
	delegated_done(d);
	free(d);
	return result;
}

int rir_load(struct rir_file *f, int fd, const char *name, const char *want_md5, struct err *e)
{
	int result;

	memset(f, 0, sizeof(*f));
	f->name = name;
	result = unpack_all(f, fd, e);
	if (result == 0)
		result = digest(EVP_sha256(), f->data, f->len, f->sha256, e);
	if (result == 0)
		result = digest(EVP_md5(), f->data, f->len, f->md5, e);
	if (result < 0)
		return result;
	if (want_md5 && strcmp(want_md5, f->md5) != 0)
		return err_set(e, -EINVAL,
			       "its MD5 is %s, and the .md5 beside it says %s; download both again",
			       f->md5, want_md5);
	memcpy(f->id, f->sha256, RIR_ID_MAX - 1);
	return validate(f, e);
}

void rir_free(struct rir_file *f)
{
	if (f->data)
		munmap(f->data, f->room);
	f->data = NULL;
}

/* ---- the dataset ---- */

static int64_t date_us(uint32_t date)
{
	if (!date)
		return I64_NULL;
	return civil_to_us(&(struct civil){.year = (int)(date / 10000),
					   .month = (int)(date / 100 % 100),
					   .day = (int)(date % 100)});
}

static uint64_t handed_out(const struct delegated_tally *t)
{
	uint64_t n = 0;

	for (int type = 0; type < DELEGATED_TYPES; type++)
		n += t->by[type][DELEGATED_ALLOCATED] + t->by[type][DELEGATED_ASSIGNED];
	return n;
}

static void quality_odd_countries(const struct rir_file *f, struct json *j)
{
	json_key(j, "cc_odd");
	json_object(j);
	for (unsigned i = 0; i < DELEGATED_CC_NONE; i++) {
		char cc[3];

		if (!f->tally.cc[i] || delegated_cc_is_country(i))
			continue;
		delegated_cc_text(i, cc);
		json_put_i64(j, cc, (int64_t)f->tally.cc[i]);
	}
	json_end_object(j);
}

static void quality(const struct rir_file *f, struct buf *out)
{
	const struct delegated_tally *t = &f->tally;
	struct json j;

	json_init(&j, out);
	json_object(&j);
	json_put_text(&j, "registry", delegated_registries[f->header.registry]);
	json_put_text(&j, "sha256", f->sha256);
	json_put_i64(&j, "serial", (int64_t)f->header.serial);
	json_put_i64(&j, "records", (int64_t)t->records);
	json_put_i64(&j, "out", (int64_t)handed_out(t)); /* allocated and assigned */
	json_put_i64(&j, "declared", (int64_t)f->header.declared);
	json_put_i64(&j, "undeclared_asn", (int64_t)t->undeclared_asn);
	json_put_i64(&j, "date_empty", (int64_t)t->date_empty);
	json_put_i64(&j, "date_zero", (int64_t)t->date_zero);
	json_put_i64(&j, "date_wrong", (int64_t)t->date_wrong);
	json_put_i64(&j, "cc_none", (int64_t)t->cc[DELEGATED_CC_NONE]);
	quality_odd_countries(f, &j);
	json_put_i64(&j, "v6_misaligned", (int64_t)t->v6_misaligned);
	json_key(&j, "overlaps");
	json_object(&j);
	for (int type = 0; type < DELEGATED_TYPES; type++)
		json_put_i64(&j, delegated_types[type], (int64_t)t->overlaps[type]);
	json_end_object(&j);
	json_end_object(&j);
}

/* The same file gives the same batches: id from the digest and a number. */
static void batch_id(const struct rir_file *f, struct batch *b, const char *what, size_t i)
{
	char text[128], sum[65] = "";

	snprintf(text, sizeof(text), "rir %s %s %zu", f->sha256, what, i);
	if (digest(EVP_sha256(), text, strlen(text), sum, NULL) == 0)
		memcpy(b->id, sum, BATCH_ID_MAX - 1);
}

struct batch *rir_dataset(const struct rir_file *f, int64_t at_us)
{
	struct batch *b = batch_new(&dataset_schema);
	struct buf text;
	const char *json;

	buf_init(&text, 65536);
	quality(f, &text);
	json = batch_text(b, text.data);
	buf_done(&text);
	batch_id(f, b, "dataset", 0);
	for (int i = 0; i < REGISTRY_NRO; i++) {
		bool own = f->header.registry == (enum delegated_registry)i;
		struct dataset_row *row;

		if (!own && !f->tally.of_registry[i])
			continue;
		row = batch_add(b, at_us, delegated_registries[i], "registry", f->id, OUTCOME_OK)
			      ->row;
		row->kind = "rir";
		row->file_date_us = date_us(f->header.end_date);
		row->records = (int64_t)f->tally.of_registry[i];
		row->extended = f->tally.extended;
		row->file = batch_text(b, f->name);
		row->quality = json;
	}
	return b;
}

/* ---- the blocks ---- */

static void subject_text(const struct delegated_record *r, char *to, size_t max)
{
	char addr[ADDR_TEXT_MAX];
	bool one = !(r->count & (r->count - 1));

	if (r->type == DELEGATED_IPV6)
		snprintf(to, max, "%s/%u", addr_text(&r->addr, addr), r->len);
	else if (r->type == DELEGATED_IPV4 && one && !(addr_u32(&r->addr) & (r->count - 1)))
		snprintf(to, max, "%s/%d", addr_text(&r->addr, addr),
			 32 - __builtin_ctzll(r->count));
	else if (r->type == DELEGATED_IPV4)
		snprintf(to, max, "%s+%llu", addr_text(&r->addr, addr),
			 (unsigned long long)r->count);
	else if (r->count == 1)
		snprintf(to, max, "AS%u", r->asn);
	else
		snprintf(to, max, "AS%u+%llu", r->asn, (unsigned long long)r->count);
}

static void add_block(const struct rir_file *f, struct batch *b, const struct delegated_record *r)
{
	char subject[64];
	struct delegation_row *row;

	subject_text(r, subject, sizeof(subject));
	row = batch_add(b, date_us(f->header.end_date), subject, "registry", f->id, OUTCOME_OK)
		      ->row;
	row->registry = delegated_registries[r->registry];
	row->cc = r->cc[0] ? batch_text(b, r->cc) : NULL;
	row->type = (int32_t)r->type;
	row->status = (int32_t)r->status;
	if (r->type == DELEGATED_ASN)
		row->asn = r->asn;
	else
		row->start = r->addr;
	if (r->type == DELEGATED_IPV6)
		row->prefix_len = r->len;
	else
		row->count = (int64_t)r->count;
	row->date_us = date_us(r->date);
	row->month_us = date_us(r->date ? r->date / 100 * 100 + 1 : 0);
	if (r->opaque)
		row->opaque_id = arena_strn(&b->arena, r->opaque, r->opaque_len);
}

size_t rir_batches(const struct rir_file *f)
{
	return (f->tally.records + RIR_BATCH_ROWS - 1) / RIR_BATCH_ROWS;
}

/* Gives the batch away and tells how far it is. */
static int hand_over(const struct rir_file *f, struct batch **b, uint64_t done, struct sink *to,
		     struct progress *p, struct err *e)
{
	int result = to->put(to, *b, e);

	*b = NULL;
	if (p)
		p->tell(p, f->name, (int64_t)done, (int64_t)f->tally.records, "");
	return result;
}

int rir_send(const struct rir_file *f, struct sink *to, struct progress *p, struct err *e)
{
	struct delegated *d = malloc(sizeof(*d));
	struct delegated_record r;
	struct batch *b = NULL;
	size_t begun = 0;
	int result = d ? delegated_open(d, f->data, f->len, e) : err_set(e, -ENOMEM, "no memory");

	while (result == 0) {
		result = delegated_next(d, &r, e);
		if (result <= 0)
			break;
		if (!b) {
			b = batch_new(&delegation_schema);
			batch_id(f, b, "blocks", begun++);
		}
		add_block(f, b, &r);
		result = b->obs.n < RIR_BATCH_ROWS ? 0
						   : hand_over(f, &b, d->tally.records, to, p, e);
	}
	if (result == 0 && b)
		result = hand_over(f, &b, d->tally.records, to, p, e);
	batch_free(b);
	if (d)
		delegated_done(d);
	free(d);
	return result;
}

/* ---- what the registry says about the file ---- */

static bool is_hex(const char *s)
{
	for (int i = 0; i < 32; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

bool rir_md5_parse(const char *text, size_t len, char md5[static 33])
{
	for (size_t i = 0; i + 32 <= len; i++) {
		bool starts = i == 0 || text[i - 1] == ' ' || text[i - 1] == '=';
		bool ends = i + 32 == len || isspace((unsigned char)text[i + 32]);

		if (!starts || !ends || !is_hex(text + i))
			continue;
		for (int k = 0; k < 32; k++)
			md5[k] = (char)tolower((unsigned char)text[i + (size_t)k]);
		md5[32] = '\0';
		return true;
	}
	return false;
}
