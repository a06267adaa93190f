/*
 * ingest_rir: `sextant ingest rir`.  One decoder process a file; what it sends is checked here and
 * stored batch by batch.  The dataset's row goes with the last batch in one transaction, so a file
 * is there as a whole or not at all; an ingestion that was killed begins again and stores nothing
 * twice, because the same file makes the same batches (source/rir.h).
 */
#include "app/decoder.h"
#include "app/ingest.h"
#include "app/tabular.h"

#include "base/clock.h"
#include "base/log.h"
#include "source/country.h"
#include "source/rir.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* A file with fewer blocks handed out than this part of those in the one before is held back. */
static const double held_below = 0.95;

enum status { STATUS_STORED, STATUS_SAME, STATUS_HELD, STATUS_REFUSED };
static const char *const status_words[] = {"stored", "already there", "held back", "refused"};
static const char *const status_words_zh[] = {"已收录", "已存在", "暂缓收录", "拒收"};

struct job {
	const char *path, *name; /* as given; without folder */
	int fd;
	char md5[33]; /* "" when there is no .md5 */
	struct decoder decoder;
	enum status status;
	char note[512]; /* why, or what is remarkable */
	/* of the dataset */
	struct batch *dataset, *last;
	char id[RIR_ID_MAX], registry[16];
	int64_t file_date_us, records, seen, out;
	const char *quality;
};

struct run {
	struct ingest *ingest;
	struct store *store;
	struct arena arena; /* answers of the store */
	struct job *jobs;
	bool terminal;
	int64_t shown_us;
};

/* ---- the child ---- */

static int decode(void *ctx, struct sink *to, struct err *e)
{
	struct job *job = ctx;
	struct rir_file f;
	int result = rir_load(&f, job->fd, job->name, job->md5[0] ? job->md5 : NULL, e);

	if (result == 0)
		result = to->put(to, rir_dataset(&f, clock_wall(&clock_real)), e);
	if (result == 0)
		result = rir_send(&f, to, NULL, e);
	rir_free(&f);
	return result;
}

/* ---- before ---- */

/* FILE.md5 is about what is inside FILE.gz. */
static void read_md5(struct job *job)
{
	static const char *const ends[] = {".gz", ".bz2", ".zst", ""};
	char path[4096], text[512];
	size_t len = strlen(job->path);
	ssize_t n;
	int fd;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (len >= end && !strcmp(job->path + len - end, ends[i])) {
			len -= end;
			break;
		}
	}
	if (snprintf(path, sizeof(path), "%.*s.md5", (int)len, job->path) >= (int)sizeof(path))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n > 0 && !rir_md5_parse(text, (size_t)n, job->md5))
		log_warn("%s holds no MD5; going without", path);
}

static void refuse(struct job *job, const char *why)
{
	job->status = STATUS_REFUSED;
	snprintf(job->note, sizeof(job->note), "%s", why);
	log_error("%s: %s", job->path, why);
}

static int start(struct job *job, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');

	*job = (struct job){.path = path,
			    .name = slash ? slash + 1 : path,
			    .records = I64_NULL,
			    .file_date_us = I64_NULL};
	job->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (job->fd < 0) {
		refuse(job, strerror(errno));
		return 0;
	}
	read_md5(job);
	return decoder_start(&job->decoder, job->fd, decode, job, e);
}

/* ---- what the decoder says, checked ---- */

static bool known_registry(const char *name)
{
	for (int i = 0; i < REGISTRY_NRO; i++)
		if (name && !strcmp(delegated_registries[i], name))
			return true;
	return false;
}

static bool in_dataset(const struct job *job, const char *registry)
{
	for (size_t i = 0; registry && i < job->dataset->obs.n; i++)
		if (!strcmp(job->dataset->obs.at[i].subject, registry))
			return true;
	return false;
}

static bool dataset_row_ok(const struct job *job, const struct obs *o)
{
	const struct dataset_row *row = o->row;

	return known_registry(o->subject) && !strcmp(o->round, job->id) && row->kind &&
	       !strcmp(row->kind, "rir") && row->file_date_us == job->file_date_us &&
	       row->records >= 0 && row->records <= L_RIR_RECORDS && row->quality &&
	       json_valid(row->quality, strlen(row->quality));
}

static int bad_decoder(struct err *e)
{
	return err_set(e, -EBADMSG, "its decoder sent what no registry file gives; refused");
}

/* The first batch: what the file says it is.  Its name and time are ours to say. */
static int take_dataset(struct job *job, struct batch *b, int64_t now_us, struct err *e)
{
	const struct dataset_row *first;

	job->dataset = b;
	if (b->schema != &dataset_schema || !b->obs.n || b->obs.n >= REGISTRY_NRO ||
	    strlen(b->obs.at[0].round) != RIR_ID_MAX - 1)
		return bad_decoder(e);
	first = b->obs.at[0].row;
	memcpy(job->id, b->obs.at[0].round, RIR_ID_MAX);
	job->file_date_us = first->file_date_us;
	job->quality = first->quality;
	job->records = 0;
	for (size_t i = 0; i < b->obs.n; i++) {
		struct dataset_row *row = b->obs.at[i].row;

		if (!dataset_row_ok(job, &b->obs.at[i]) || job->file_date_us == I64_NULL)
			return bad_decoder(e);
		b->obs.at[i].at_us = now_us;
		row->file = job->name;
		job->records += row->records;
	}
	snprintf(job->registry, sizeof(job->registry), "%s",
		 b->obs.n == 1 ? b->obs.at[0].subject : "nro");
	return 0;
}

static int check_blocks(struct job *job, const struct batch *b, struct err *e)
{
	if (b->schema != &delegation_schema)
		return bad_decoder(e);
	for (size_t i = 0; i < b->obs.n; i++) {
		const struct delegation_row *row = b->obs.at[i].row;

		if (strcmp(b->obs.at[i].round, job->id) || !in_dataset(job, row->registry))
			return bad_decoder(e);
	}
	job->seen += (int64_t)b->obs.n;
	return job->seen > job->records ? bad_decoder(e) : 0;
}

/* ---- is it wanted? ---- */

static int is_there(struct run *r, struct job *job, struct err *e)
{
	struct value arg = value_text(job->id);
	struct table t;
	int result = store_query_state(r->store, &r->arena,
				       "SELECT file, ingested_us FROM dataset WHERE id = ?", &arg,
				       1, &t, e);
	char date[TIME_TEXT_MAX];

	if (result < 0 || !t.n_rows)
		return result;
	job->status = STATUS_SAME;
	snprintf(job->note, sizeof(job->note), "taken in as %s at %s; nothing changed",
		 value_str(table_at(&t, 0, 0), "?"),
		 time_text(value_int(table_at(&t, 0, 1), 0), date));
	return 1;
}

/* Compares the blocks handed out with those of the last file of that registry up to this date. */
static int is_held(struct run *r, struct job *job, struct err *e)
{
	struct value args[] = {value_text(job->quality), value_text(job->registry),
			       value_i64(job->file_date_us)};
	struct table t;
	int result = store_query_state(r->store, &r->arena,
				       "SELECT json_extract(?, '$.out'), json_extract(quality, "
				       "'$.out'), file FROM dataset "
				       "WHERE kind = 'rir' AND name = ? AND file_date_us <= ? "
				       "ORDER BY file_date_us DESC, ingested_us DESC LIMIT 1",
				       args, 3, &t, e);
	double now, before;

	if (result < 0 || !t.n_rows)
		return result;
	now = value_num(table_at(&t, 0, 0), NAN);
	before = value_num(table_at(&t, 0, 1), NAN);
	if (!(now < before * held_below) || r->ingest->accept)
		return 0;
	job->status = STATUS_HELD;
	snprintf(job->note, sizeof(job->note),
		 "%.0f blocks handed out, %s has %.0f: over 5 %% fewer; if that is true, repeat "
		 "with "
		 "--accept",
		 now, value_str(table_at(&t, 0, 2), "the one before"), before);
	log_error("%s: %s", job->path, job->note);
	return 1;
}

static int note_older(struct run *r, struct job *job, struct err *e)
{
	struct value args[] = {value_text(job->registry), value_i64(job->file_date_us)};
	struct table t;
	char date[TIME_TEXT_MAX];
	int result =
		store_query_state(r->store, &r->arena,
				  "SELECT max(file_date_us) FROM dataset WHERE kind = 'rir' AND "
				  "name = ? AND file_date_us > ?",
				  args, 2, &t, e);

	if (result == 0 && value_int(table_at(&t, 0, 0), I64_NULL) != I64_NULL)
		snprintf(job->note, sizeof(job->note), "kept as history: there is one of %s",
			 date_text(value_int(table_at(&t, 0, 0), 0), date));
	return result;
}

/* ---- storing ---- */

static int put_last(struct run *r, struct job *job, struct err *e)
{
	struct batch *take[2];
	size_t n = 0;
	struct change change = {
		.sql = "INSERT OR IGNORE INTO dataset(id, kind, name, file, file_date_us, "
		       "ingested_us, "
		       "records, quality) VALUES(?, 'rir', ?, ?, ?, ?, ?, ?)",
		.args = {value_text(job->id), value_text(job->registry), value_text(job->name),
			 value_i64(job->file_date_us), value_i64(job->dataset->obs.at[0].at_us),
			 value_i64(job->records), value_text(job->quality)},
		.n_args = 7,
	};
	char *quality = arena_str(&r->arena, job->quality); /* its batch goes away */

	change.args[6] = value_text(quality);
	if (job->last)
		take[n++] = job->last;
	take[n++] = job->dataset;
	job->last = job->dataset = NULL;
	return store_put(r->store, take, n, &change, 1, e);
}

static void tell(struct run *r, const struct job *job, int64_t began_us)
{
	int64_t now = clock_mono(&clock_real), spent = now - began_us;
	int64_t rate = spent > 0 ? job->seen * 1000000 / spent : 0;

	if (!r->terminal || now - r->shown_us < 200000)
		return;
	r->shown_us = now;
	fprintf(stderr, "\r\033[K%s: %lld/%lld, %lld/s, %lld s left", job->name,
		(long long)job->seen, (long long)job->records, (long long)rate,
		rate ? (long long)((job->records - job->seen) / rate) : 0);
}

/* Batches as they come; the one before goes to the store, the last is kept for the end. */
static int take_blocks(struct run *r, struct job *job, struct err *e)
{
	int64_t began_us = clock_mono(&clock_real);

	for (;;) {
		struct batch *b;
		int result = decoder_next(&job->decoder, &b, e);

		if (result <= 0)
			return result;
		result = check_blocks(job, b, e);
		if (result < 0) {
			batch_free(b);
			return result;
		}
		if (job->last) {
			struct batch *last = job->last;

			job->last = NULL;
			result = store_put(r->store, &last, 1, NULL, 0, e);
		}
		job->last = b;
		if (result < 0)
			return result;
		tell(r, job, began_us);
	}
}

static int ingest_file(struct run *r, struct job *job, struct err *e)
{
	struct batch *b;
	int result = decoder_next(&job->decoder, &b, e);

	if (result == 0)
		return bad_decoder(e);
	if (result > 0)
		result = take_dataset(job, b, clock_wall(&clock_real), e);
	if (result == 0)
		result = is_there(r, job, e);
	if (result == 0)
		result = is_held(r, job, e);
	if (result != 0)
		return result < 0 ? result : 0;
	result = take_blocks(r, job, e);
	if (result == 0 && job->seen != job->records)
		result = bad_decoder(e);
	if (result == 0)
		result = note_older(r, job, e);
	return result < 0 ? result : put_last(r, job, e);
}

/* The program's own table of countries, once for each version of it. */
static int ingest_countries(struct run *r, struct err *e)
{
	char id[COUNTRY_ID_MAX];
	struct value arg = value_text(id);
	struct batch *take[2];
	int64_t now = clock_wall(&clock_real);
	struct change change = {
		.sql = "INSERT OR IGNORE INTO dataset(id, kind, name, file, file_date_us, "
		       "ingested_us, "
		       "records, quality) VALUES(?, 'country', 'country', 'geo/countries.csv', ?, "
		       "?, ?, "
		       "'{}')",
		.n_args = 4,
	};
	struct table t;
	int result;

	country_dataset_id(id);
	result = store_query_state(r->store, &r->arena, "SELECT 1 FROM dataset WHERE id = ?", &arg,
				   1, &t, e);
	if (result < 0 || t.n_rows)
		return result;
	result = country_batches(now, &take[0], &take[1], e);
	if (result < 0)
		return result;
	change.args[0] = arg;
	change.args[1] = value_i64(((struct dataset_row *)take[1]->obs.at[0].row)->file_date_us);
	change.args[2] = value_i64(now);
	change.args[3] = value_i64((int64_t)take[0]->obs.n);
	return store_put(r->store, take, 2, &change, 1, e);
}

/* ---- all of it ---- */

/* Is it the file's fault, or ours? */
static bool fault_of_file(const struct err *e)
{
	return e->code == -EINVAL || e->code == -EFBIG || e->code == -EBADMSG;
}

static int ingest_job(struct run *r, size_t i, struct err *e)
{
	struct job *job = &r->jobs[i];
	int result = 0;

	if (job->decoder.pid)
		result = ingest_file(r, job, e);
	if (r->terminal)
		fprintf(stderr, "\r\033[K");
	if (result < 0 && fault_of_file(e)) {
		refuse(job, e->text);
		*e = (struct err){0};
		result = 0;
	}
	batch_free(job->last);
	batch_free(job->dataset);
	job->last = job->dataset = NULL;
	decoder_stop(&job->decoder);
	return result;
}

static void print(const struct run *r)
{
	bool zh = args_zh(r->ingest->args);
	const struct tabular_column columns[] = {
		{"file", zh ? "文件" : "file", TABULAR_TEXT},
		{"registry", zh ? "机构" : "registry", TABULAR_TEXT},
		{"date", zh ? "日期" : "date", TABULAR_TEXT},
		{"records", zh ? "记录数" : "records", TABULAR_NUMBER},
		{"status", zh ? "结果" : "status", TABULAR_TEXT},
		{"dataset", zh ? "数据集" : "dataset", TABULAR_TEXT},
		{"note", zh ? "说明" : "note", TABULAR_TEXT},
	};
	struct tabular t;
	char date[TIME_TEXT_MAX];

	tabular_init(&t, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < r->ingest->n_files; i++) {
		const struct job *job = &r->jobs[i];

		tabular_text(&t, job->name);
		tabular_text(&t, job->registry);
		tabular_text(&t, job->file_date_us == I64_NULL
					 ? ""
					 : date_text(job->file_date_us, date));
		tabular_int(&t, job->records);
		tabular_pair(&t, (zh ? status_words_zh : status_words)[job->status],
			     status_words[job->status]);
		tabular_text(&t, job->id);
		tabular_text(&t, job->note);
	}
	tabular_print(&t, args_format(r->ingest->args), stdout);
	tabular_done(&t);
}

static int run_jobs(struct run *r, struct err *e)
{
	int result = ingest_countries(r, e);

	for (size_t i = 0; result == 0 && i < r->ingest->n_files; i++) {
		/* the next one reads while this one is stored */
		for (size_t k = i; k <= i + 1 && k < r->ingest->n_files; k++)
			if (r->jobs[k].decoder.pid && (k > i || i == 0))
				(void)decoder_begin(&r->jobs[k].decoder, NULL);
		result = ingest_job(r, i, e);
	}
	return result < 0 ? result : store_flush(r->store, e);
}

static int exit_code(const struct run *r)
{
	for (size_t i = 0; i < r->ingest->n_files; i++)
		if (r->jobs[i].status == STATUS_REFUSED || r->jobs[i].status == STATUS_HELD)
			return EXIT_INPUT;
	return EXIT_DONE;
}

int ingest_rir(struct ingest *i, struct err *e)
{
	static struct job jobs[INGEST_FILES_MAX];
	struct run r = {.ingest = i, .jobs = jobs, .terminal = isatty(STDERR_FILENO)};
	size_t started = 0;
	int result = 0;

	arena_init(&r.arena, 0);
	for (; result == 0 && started < i->n_files; started++)
		result = start(&jobs[started], i->files[started], e);
	if (result == 0)
		result = open_store(i->args, STORE_ANY, &r.store, e);
	if (result == 0)
		result = run_jobs(&r, e);
	for (size_t k = 0; k < started; k++) {
		decoder_stop(&jobs[k].decoder);
		if (jobs[k].fd >= 0)
			close(jobs[k].fd);
	}
	if (result == 0)
		print(&r);
	if (r.store)
		store_close(r.store);
	arena_done(&r.arena);
	return result < 0 ? EXIT_FAULT : exit_code(&r);
}
