/*
 * asset: files that travel inside the program (pages, tables, plans, texts), put in at build time by
 * tools/embed.py.  Names are paths below data/ and web/dist/, e.g. "plan/cn-2017.csv".
 */
#ifndef BASE_ASSET_H
#define BASE_ASSET_H

#include <stddef.h>

struct asset {
	const char *name;
	const unsigned char *data; /* a NUL stands after the last byte */
	size_t len;
	const char *sha256; /* hex; also the strong ETag */
};

extern const struct asset asset_list[];
extern const size_t asset_count;

/* NULL when there is none. */
const struct asset *asset_find(const char *name);

#endif
