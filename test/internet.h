/*
 * internet: a small internet as a table: what a resolver, name servers, web servers and mail hosts
 * say to whoever asks.  Bytes only, no sockets and no clock: test/replay.c gives them to probes.
 *
 * Everything that can be asked is a place.  It says one thing at the first look, perhaps another at
 * the second, and the last for ever.  A name without a place does not exist, an address without one
 * is silent.
 */
#ifndef TEST_INTERNET_H
#define TEST_INTERNET_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "wire/dns.h"

#include <stdbool.h>

enum said {
	SAID_DATA,	  /* records, the bytes of a page, a greeting, an SOA */
	SAID_CODE,	  /* DNS: an error code, or NOERROR without a record */
	SAID_SILENCE,	  /* from the first packet on */
	SAID_REFUSED,	  /* RST, port unreachable */
	SAID_UNREACHABLE, /* word: errno name */
	SAID_CLOSED,	  /* takes the connection and closes it */
	SAID_HOLD,	  /* takes the connection and says nothing */
	SAID_TRICKLE,	  /* a byte a second of a header that never ends */
	SAID_TLS_FAILED,  /* word: why */
	SAID_TLS_HOLD,	  /* no handshake comes */
};

struct say {
	enum said how;
	enum dns_rcode rcode;
	const char *word;
	const char *cert;	   /* why the certificate does not verify; NULL: it does */
	VEC(const char *) records; /* as in dns_row.data */
	const uint8_t *bytes;	   /* of a page */
	size_t len;
	int banner, ehlo; /* codes of a mail host */
	int starttls;	  /* its code for STARTTLS; 0: not offered */
	bool no_aa;	  /* a name server without authority */
	bool spoilt;	  /* one byte of the answer, at random, is another */
	int64_t after_us; /* each answer takes so long */
};

struct place {
	const char *name; /* of a record, or NULL */
	uint16_t type;
	struct addr addr; /* of a server */
	uint16_t port;
	const char *page; /* "/path", "host/path", or NULL: whatever is asked there */
	VEC(struct say) says;
	size_t looks;
};

struct internet {
	struct arena arena; /* of places and texts */
	struct map keys;
	VEC(struct place *) places;
};

void internet_init(struct internet *n);
void internet_done(struct internet *n);

/* A place, made if it is not there. */
struct place *internet_name(struct internet *n, const char *name, uint16_t type);
/* Name servers: port 53, page "udp" or "tcp". */
struct place *internet_server(struct internet *n, const struct addr *a, uint16_t port,
			      const char *page);
/* One more thing that the place says; what it points to must live as long as n. */
struct say *place_say(struct place *p);
/* What it says to this look, which is counted; NULL if there is no such place. */
const struct say *place_look(struct place *p);

struct place *internet_find_server(const struct internet *n, const struct addr *a, uint16_t port,
				   const char *page);
/* The place of the page that this request is for ("GET /path ... Host: ..."); NULL if none. */
struct place *internet_find_page(const struct internet *n, const struct addr *a, uint16_t port,
				 const char *request, size_t len);

enum { CHAIN_MAX = 24 };

/* How a resolver finds its answer: CNAMEs, then a place or none.  One look. */
struct found {
	const char *chain[CHAIN_MAX]; /* owners of CNAMEs */
	const char *targets[CHAIN_MAX];
	size_t n_chain;
	const char *name;      /* at the end */
	const struct say *say; /* NULL: no records of this type */
	bool exists;
};
void internet_resolve(struct internet *n, const char *name, uint16_t type, struct found *f);

/* The answer to a query, of a resolver or (say alone) of a name server; 0 if the query is none.
 * What does not fit is left out and TC is set. */
size_t internet_answer(const struct found *f, const void *query, size_t len, uint8_t *to,
		       size_t max);
size_t internet_soa(const struct say *s, const void *query, size_t len, uint8_t *to, size_t max);

/* "HTTP/1.1 302 ..." with these; location and body may be NULL.  In n's arena. */
void internet_page(struct internet *n, struct say *s, int status, const char *location,
		   const char *type, const void *body, size_t body_b);

#endif
