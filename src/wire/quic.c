/* quic: see quic.h. */
#include "wire/quic.h"

#include "base/rd.h"
#include "base/wr.h"

#include <string.h>

enum { LONG_HEADER = 0x80, FIXED = 0x40 };

void quic_initial(uint8_t to[static QUIC_INITIAL_B], const struct quic_ids *ids)
{
	struct wr w;

	memset(to, 0, QUIC_INITIAL_B);
	wr_init(&w, to, QUIC_INITIAL_B);
	wr_u8(&w, LONG_HEADER | FIXED);
	wr_u32(&w, QUIC_VERSION_RESERVED);
	wr_u8(&w, QUIC_ID_B);
	wr_bytes(&w, ids->destination, QUIC_ID_B);
	wr_u8(&w, QUIC_ID_B);
	wr_bytes(&w, ids->source, QUIC_ID_B);
}

/* A connection id with its length in front. */
static const uint8_t *read_id(struct rd *r, size_t *n)
{
	*n = rd_u8(r);
	return rd_bytes(r, *n);
}

static bool id_is(struct rd *r, const uint8_t id[static QUIC_ID_B])
{
	size_t n;
	const uint8_t *got = read_id(r, &n);

	return got && n == QUIC_ID_B && !memcmp(got, id, n);
}

static bool bad(struct quic_versions *v, const char *why)
{
	v->why = why;
	v->n = 0;
	return false;
}

static bool is_reserved(uint32_t version)
{
	return (version & UINT32_C(0x0f0f0f0f)) == UINT32_C(0x0a0a0a0a);
}

static bool read_list(struct quic_versions *v, struct rd *r)
{
	bool any = rd_left(r) > 0;

	if (!any || rd_left(r) % 4)
		return bad(v, "list");
	while (rd_left(r)) {
		uint32_t version = rd_u32(r);

		if (version == QUIC_VERSION_RESERVED)
			return bad(v, "list");
		if (is_reserved(version))
			continue;
		if (v->n == L_QUIC_VERSIONS) {
			limit_hit(LIMIT_QUIC_VERSIONS);
			return true;
		}
		v->list[v->n++] = version;
	}
	return true;
}

bool quic_versions(struct quic_versions *v, const void *data, size_t len, const struct quic_ids *ids)
{
	uint32_t version;
	uint8_t first;
	struct rd r;

	*v = (struct quic_versions){.n = 0};
	rd_init(&r, data, len);
	first = rd_u8(&r);
	version = rd_u32(&r);
	if (!rd_ok(&r))
		return bad(v, "short");
	if (!(first & LONG_HEADER))
		return bad(v, "form");
	if (version != 0)
		return bad(v, "version");
	/* it comes back with the ids the other way round */
	if (!id_is(&r, ids->source) || !id_is(&r, ids->destination))
		return bad(v, rd_ok(&r) ? "ids" : "short");
	return read_list(v, &r);
}

size_t quic_negotiate(uint8_t *to, size_t max, const void *data, size_t len, const uint32_t *list, size_t n)
{
	const uint8_t *destination, *source;
	size_t destination_n, source_n;
	struct rd r;
	struct wr w;

	rd_init(&r, data, len);
	if (len < QUIC_INITIAL_B || !(rd_u8(&r) & LONG_HEADER))
		return 0;
	rd_skip(&r, 4);
	destination = read_id(&r, &destination_n);
	source = read_id(&r, &source_n);
	if (!rd_ok(&r))
		return 0;
	wr_init(&w, to, max);
	wr_u8(&w, LONG_HEADER | FIXED);
	wr_u32(&w, 0);
	wr_u8(&w, (uint8_t)source_n);
	wr_bytes(&w, source, source_n);
	wr_u8(&w, (uint8_t)destination_n);
	wr_bytes(&w, destination, destination_n);
	for (size_t i = 0; i < n; i++)
		wr_u32(&w, list[i]);
	return wr_ok(&w) ? wr_len(&w) : 0;
}
