/*
 * unpack: the bytes of a file, compressed or not, as a bounded stream.
 *
 * gzip (RFC 1952, several members in a row too), bzip2 and zstd (RFC 8878) are told by their first
 * bytes; anything else passes through as it is.  What is inside is never unpacked a second time.
 * Two things stop a bomb: a maximum of bytes out, and a maximum of bytes out to one byte in after
 * the first MiB out (L_UNPACK_RATIO).  A stream that ends early or does not check out is refused.
 * Meant for a decoder process: it reads one descriptor and opens nothing.
 */
#ifndef IO_UNPACK_H
#define IO_UNPACK_H

#include "base/err.h"
#include "base/limits.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum unpack_kind { UNPACK_PLAIN, UNPACK_GZIP, UNPACK_BZIP2, UNPACK_ZSTD };

struct unpack;

/* Reads the first bytes of fd, which stays the caller's.  max is one of the limits (its number is
 * the most bytes that come out).  NULL and a sentence when fd cannot be read. */
struct unpack *unpack_new(int fd, enum limit max, struct err *e);
void unpack_free(struct unpack *u);

/* Up to len bytes; 0 at the end; negative: -EFBIG (a limit), -EINVAL (damaged), or what read said.
 */
ssize_t unpack_read(struct unpack *u, void *to, size_t len, struct err *e);

enum unpack_kind unpack_kind(const struct unpack *u);
uint64_t unpack_in(const struct unpack *u);  /* compressed bytes used so far */
uint64_t unpack_out(const struct unpack *u); /* bytes handed out so far */

#endif
