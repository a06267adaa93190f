/*
 * hostile: a world of servers that mean harm, played from one table of personalities.
 *
 * The site pK-N.test (and every name below it) is the N-th with personality K.  Its addresses say the
 * same: 3fff:666:K:N::80 and 198.19.x.y with x.y = K * 512 + N (various, the last, has more).  One process plays them all, and the
 * resolver and name servers that tell of them.
 */
#ifndef TEST_HOSTILE_H
#define TEST_HOSTILE_H

#include "base/addr.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last one, various, means no harm, and no two of its sites are alike: for second opinions. */
enum { SITES_PER_PERSONALITY = 512, SITES_VARIOUS = 10000 };

/* Where a personality shows; elsewhere it behaves. */
enum hostile_layer { LAYER_NONE, LAYER_DNS, LAYER_TCP, LAYER_TLS, LAYER_HTTP, LAYER_SMTP, LAYER_QUIC, LAYER_CANARY,
		     LAYER_VARIOUS };

enum hostile_ending { END_HOLD, END_CLOSE, END_RESET };

struct personality {
	const char *name;
	enum hostile_layer layer;
	/* What a connection says, from its step-th turn on (requests, or lines of SMTP, that came before):
	 * first once, then more so often (-1: for ever), a piece every so many milliseconds (0: at once). */
	unsigned step;
	const char *first, *more;
	long count;
	unsigned every_ms;
	enum hostile_ending end;
	void (*make)(struct buf *first, struct buf *more); /* instead of texts, where bytes are many */
};

extern const struct personality personalities[];
extern const size_t n_personalities;

/* Forbidden addresses as they stand in a URL, for redirects; round and round. */
const char *hostile_url(void);
/* So many forbidden addresses were handed out: in answers, redirects, and as hosts. */
extern uint64_t hostile_handed;

/* The answer to a question that came over UDP or TCP; 0: silence.  where: the personality whose
 * address was asked, or n_personalities. */
size_t hostile_dns(const uint8_t *q, size_t len, bool tcp, uint8_t *out, size_t max);
/* The personality of the name in a question, or of an address. */
size_t hostile_of_question(const uint8_t *q, size_t len);
size_t hostile_of_addr(const struct addr *a);
/* Over TCP some lie about the length or dawdle: the layer's play begins there instead of an answer. */
bool hostile_dns_dawdles(size_t k);

#endif
