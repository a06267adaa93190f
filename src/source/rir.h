/*
 * rir: registry files (wire/delegated.h) into batches of `delegation` and `dataset`.
 *
 * For the inside of a decoder process: it reads one descriptor, opens nothing and writes nothing
 * but batches.  The file is unpacked into memory and read to its end before the first batch leaves,
 * so a file that is refused leaves no trace.  Then come, in this order: one batch of `dataset` (a
 * row for each registry in the file), by which the parent decides whether it wants the rest, and
 * the batches of `delegation`.  The parent stores the dataset last (see core/registry.h).
 *
 * Batches have ids that follow from the file alone, so an ingestion that was killed and is begun
 * again stores nothing twice.  For that the number of rows in a batch may never change.
 */
#ifndef SOURCE_RIR_H
#define SOURCE_RIR_H

#include "core/obs.h"
#include "core/registry.h"
#include "source/source.h"
#include "wire/delegated.h"

enum { RIR_BATCH_ROWS = 5000, RIR_ID_MAX = 17 };

struct rir_file {
	const char *name; /* base name, for the dataset's row */
	char *data;	  /* unpacked */
	size_t len, room;
	char sha256[65], md5[33];
	char id[RIR_ID_MAX]; /* of the dataset */
	struct delegated_header header;
	struct delegated_tally tally;
};

/* Unpacks and reads fd to its end.  want_md5 (32 hex digits, or NULL) is what the registry says of
 * the unpacked bytes.  0, or the sentence with the line and the reason; rir_free in any case. */
int rir_load(struct rir_file *f, int fd, const char *name, const char *want_md5, struct err *e);
void rir_free(struct rir_file *f);

/* The dataset's rows; at_us is now. */
struct batch *rir_dataset(const struct rir_file *f, int64_t at_us);
/* Hands all blocks to the sink, in batches of RIR_BATCH_ROWS. */
int rir_send(const struct rir_file *f, struct sink *to, struct progress *p, struct err *e);
/* How many batches rir_send makes. */
size_t rir_batches(const struct rir_file *f);

/* What stands in FILE.md5 beside the file: "MD5 (name) = hex" or "hex  name".  False if neither. */
bool rir_md5_parse(const char *text, size_t len, char md5[static 33]);

#endif
