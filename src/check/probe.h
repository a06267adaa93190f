/*
 * probe: one question to one far host as a state machine; events in, steps out.
 *
 * A probe has no socket, no clock and no malloc: the census, a unit test and a replay drive the same
 * code.  source/drive.c carries the steps out (after the guard), tests play a script of events.
 * Both address families are two probes of one kind; nothing in a probe prefers a family.
 *
 * The driver promises: EVENT_START comes first and once; after STEP_DONE nothing more comes; each
 * step but STEP_DONE is followed by exactly one event of those named beside it, or EVENT_TIMEOUT
 * after step.timeout_us, or EVENT_DENIED when the guard refused the address.
 */
#ifndef CHECK_PROBE_H
#define CHECK_PROBE_H

#include "base/addr.h"
#include "base/arena.h"
#include "core/obs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_kind {
	STEP_UDP,     /* send data as one datagram to addr, port from a fresh random port; closes what
		       * was open;
		       * then EVENT_DATA (from that address only), EVENT_UNREACHABLE, EVENT_REFUSED */
	STEP_CONNECT, /* open TCP, after closing what was open; then EVENT_CONNECTED, EVENT_REFUSED, EVENT_UNREACHABLE */
	STEP_TLS,     /* handshake on the open TCP; then EVENT_TLS (also when the certificate does
		       * not verify) or EVENT_TLS_FAILED, EVENT_CLOSED */
	STEP_SEND,    /* send data on the stream; then EVENT_DATA, EVENT_CLOSED */
	STEP_READ,    /* wait for more on the stream, or after STEP_UDP for another datagram on the same
		       * socket; then EVENT_DATA, EVENT_CLOSED (after STEP_UDP also as there) */
	STEP_DONE,    /* the row is complete; outcome says how it ended */
};

struct step {
	enum step_kind kind;
	struct addr addr;
	uint16_t port;
	const char *sni;     /* STEP_TLS: the name to verify, without trailing dot */
	bool no_alpn;        /* STEP_TLS: not HTTP, so no application protocol is offered */
	const uint8_t *data; /* lives until the next event */
	size_t len;
	int64_t timeout_us;
	enum outcome outcome;
};

/* What a handshake told; texts live as long as the probe's arena. */
struct tls_facts {
	const char *version;     /* "TLSv1.3" */
	const char *cipher, *alpn;
	const char *cert_sha256; /* of the leaf, hex; NULL if none came */
	const char *spki_sha256;
	const char *subject, *issuer;
	int64_t not_before_us, not_after_us;
	bool verified;        /* chain, validity and name */
	const char *problem;  /* stable word: expired not_yet_valid name_mismatch self_signed
			       * unknown_issuer other; NULL when verified */
};

enum event_kind {
	EVENT_START,
	EVENT_CONNECTED,
	EVENT_TLS,
	EVENT_TLS_FAILED,
	EVENT_DATA,
	EVENT_CLOSED,
	EVENT_REFUSED,
	EVENT_UNREACHABLE,
	EVENT_TIMEOUT,
	EVENT_DENIED,
};

struct event {
	enum event_kind kind;
	int64_t mono_us; /* when it happened */
	int64_t wall_us;
	const uint8_t *data;
	size_t len;
	const struct tls_facts *tls;
	const char *why; /* word for DENIED (guard class), UNREACHABLE (errno name), TLS_FAILED */
};

struct probe;

struct probe_kind {
	const char *name; /* "dns" */
	const struct schema *schema; /* of the row it fills */
	struct step (*next)(struct probe *p, const struct event *e);
	/* Gives back what the probe holds outside its arena; called when a probe is abandoned before
	 * STEP_DONE (after it there is nothing to give back).  May be NULL. */
	void (*drop)(struct probe *p);
};

/* Embedded first in the struct of each kind (struct dns_probe ...). */
struct probe {
	const struct probe_kind *kind;
	struct arena *arena; /* bounded; of the site; rows and texts live here */
	void *row;           /* the kind's row struct, cleared by probe_init */
	int64_t began_us;    /* mono time of EVENT_START */
	int64_t last_us;     /* mono time of the latest step */
	int64_t deadline_us; /* mono time at which it is ended by force; 0: the driver's own */
	uint64_t (*random)(void *ctx); /* for ids, ports' 0x20; tests fix it */
	void *random_ctx;
};

static inline struct step step_done(enum outcome outcome)
{
	return (struct step){.kind = STEP_DONE, .outcome = outcome};
}

#endif
