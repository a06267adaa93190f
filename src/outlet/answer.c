/* answer: see answer.h. */
#include "outlet/answer.h"

#include "base/map.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PACK_FROM_B = 1024, PACK_LEVEL = 5 };

struct http_kept {
	int refs;
	struct MHD_Response *response; /* with its headers; its bytes are those of packed */
	struct http_packed packed;
	struct http_response head;     /* all but the body */
};

static const struct {
	const char *name, *value;
} fixed_headers[] = {
	{"Content-Security-Policy",
	 "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	 "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Permissions-Policy", "geolocation=(), camera=(), microphone=()"},
};

/* ---- headers ---- */

void answer_headers(struct MHD_Response *m, const struct http_response *r)
{
	for (size_t i = 0; i < sizeof(fixed_headers) / sizeof(fixed_headers[0]); i++)
		MHD_add_response_header(m, fixed_headers[i].name, fixed_headers[i].value);
	MHD_add_response_header(m, "Cross-Origin-Resource-Policy",
				r->open_data ? "cross-origin" : "same-origin");
	MHD_add_response_header(m, "Content-Type", r->type);
	MHD_add_response_header(m, "Cache-Control", r->cache ? r->cache : "no-cache");
	MHD_add_response_header(m, "Vary", "Accept-Encoding, Accept-Language");
	if (r->disposition)
		MHD_add_response_header(m, "Content-Disposition", r->disposition);
	if (r->open_data)
		MHD_add_response_header(m, "Access-Control-Allow-Origin", "*");
	if (r->etag) {
		char tag[160];

		snprintf(tag, sizeof(tag), "\"%s\"", r->etag);
		MHD_add_response_header(m, "ETag", tag);
	}
}

static bool answer_known(const struct http_request *r, const struct http_response *out)
{
	const char *have = http_header(r, "If-None-Match");
	char tag[160];

	if (!have || !out->etag || out->status != 200)
		return false;
	snprintf(tag, sizeof(tag), "\"%s\"", out->etag);
	return strstr(have, tag) != NULL;
}

static bool takes_gzip(const struct http_request *r)
{
	const char *accept = http_header(r, "Accept-Encoding");

	return accept && strstr(accept, "gzip") != NULL && !strstr(accept, "gzip;q=0");
}

/* The bytes of a gzip member, for the rare client that does not take gzip. */
static struct MHD_Response *unpacked(const struct http_response *r)
{
	uint32_t size;
	z_stream z = {.next_in = (Bytef *)(uintptr_t)r->fixed, .avail_in = (uInt)r->fixed_len};
	struct MHD_Response *m = NULL;
	unsigned char *plain;

	memcpy(&size, (const char *)r->fixed + r->fixed_len - 4, 4); /* ISIZE, RFC 1952 */
	plain = malloc(size ? size : 1);
	if (!plain || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
		free(plain);
		return NULL;
	}
	z.next_out = plain;
	z.avail_out = size;
	if (inflate(&z, Z_FINISH) == Z_STREAM_END)
		m = MHD_create_response_from_buffer(size, plain, MHD_RESPMEM_MUST_FREE);
	else
		free(plain);
	inflateEnd(&z);
	return m;
}

/* ---- kept answers ---- */

static size_t deflated(const struct buf *body, char *to, size_t max)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)body->data, .avail_in = (uInt)body->len,
		      .next_out = (Bytef *)to, .avail_out = (uInt)max};
	size_t n = 0;

	if (deflateInit2(&z, PACK_LEVEL, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		n = z.total_out;
	deflateEnd(&z);
	return n;
}

void http_pack(struct buf *take, struct http_packed *out)
{
	char *room = take->len >= PACK_FROM_B ? malloc(take->len) : NULL;
	size_t n = room ? deflated(take, room, take->len) : 0;

	snprintf(out->etag, sizeof(out->etag), "%016llx",
		 (unsigned long long)hash_bytes(take->data, take->len));
	out->gzip = n != 0;
	out->len = n ? n : take->len;
	if (n) {
		out->data = realloc(room, n);
		buf_done(take);
		return;
	}
	free(room);
	out->data = buf_take(take);
}

struct http_kept *http_keep(const struct http_response *head, struct http_packed *take)
{
	struct http_kept *k = calloc(1, sizeof(*k));

	if (k)
		k->response = MHD_create_response_from_buffer(take->len, take->data, MHD_RESPMEM_MUST_FREE);
	if (!k || !k->response) {
		free(take->data);
		free(k);
		return NULL;
	}
	k->refs = 1;
	k->packed = *take;
	k->head = *head;
	k->head.etag = k->packed.etag;
	answer_headers(k->response, &k->head);
	if (take->gzip)
		MHD_add_response_header(k->response, "Content-Encoding", "gzip");
	return k;
}

size_t http_kept_size(const struct http_kept *k)
{
	return k->packed.len + sizeof(*k);
}

struct http_kept *http_kept_ref(struct http_kept *k)
{
	k->refs++;
	return k;
}

/* What is being sent of it lives on: libmicrohttpd counts too. */
void http_unkeep(struct http_kept *k)
{
	if (!k || --k->refs)
		return;
	MHD_destroy_response(k->response);
	free(k);
}

/* ---- making ---- */

static struct MHD_Response *make(const struct http_request *r, struct http_response *out)
{
	struct MHD_Response *m;
	size_t n = out->body.len;

	if (out->fixed && out->gzip && !takes_gzip(r))
		return unpacked(out);
	if (out->fixed) {
		m = MHD_create_response_from_buffer(out->fixed_len, (void *)(uintptr_t)out->fixed,
						    MHD_RESPMEM_PERSISTENT);
		if (m && out->gzip)
			MHD_add_response_header(m, "Content-Encoding", "gzip");
		return m;
	}
	return MHD_create_response_from_buffer(n, buf_take(&out->body), MHD_RESPMEM_MUST_FREE);
}

static struct MHD_Response *not_modified(struct http_response *out)
{
	out->status = MHD_HTTP_NOT_MODIFIED;
	return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

static int queue(const struct http_request *r, const struct http_response *out, struct MHD_Response *m)
{
	enum MHD_Result done;

	if (!m)
		return MHD_NO;
	answer_headers(m, out);
	done = MHD_queue_response(r->connection, (unsigned)out->status, m);
	MHD_destroy_response(m);
	return done;
}

static int send_kept(const struct http_request *r, const struct http_kept *k)
{
	struct http_response out = k->head;

	if (answer_known(r, &out))
		return queue(r, &out, not_modified(&out));
	if (!k->packed.gzip || takes_gzip(r))
		return MHD_queue_response(r->connection, (unsigned)out.status, k->response);
	out.fixed = k->packed.data;
	out.fixed_len = k->packed.len;
	return queue(r, &out, unpacked(&out));
}

int answer_send(const struct http_request *r, struct http_response *out)
{
	if (out->kept)
		return send_kept(r, out->kept);
	return queue(r, out, answer_known(r, out) ? not_modified(out) : make(r, out));
}
