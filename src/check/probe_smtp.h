/*
 * probe_smtp: one greeting of a mail host on one pinned address (RFC 5321): banner, EHLO, STARTTLS where
 * it is offered (RFC 3207), QUIT.  Nothing is ever mailed, no login.  The certificate is recorded and
 * never trusted: nothing that comes under TLS is read but the end.
 *
 * How it ends:
 *	ok          220 and 250
 *	refused     RST at connect (why "port"), or a banner or EHLO answer of 4xx or 5xx (why "banner",
 *	            "ehlo"; the code stands in the row)
 *	malformed   no SMTP reply: why is the word of wire/smtp.h, or "banner", "ehlo" for another code
 *	timeout     connecting, or a reply that took more than L_SMTP_REPLY_MS
 *	limit       why is "line" or "lines", or the arena was full
 *	unreachable, closed, denied as in the other probes
 *
 * What becomes of STARTTLS is no outcome: it stands in the row (starttls_code, tls_version, tls_why).
 * It is decided before STARTTLS and QUIT; the answer to that is awaited for a second at most and not looked at.
 */
#ifndef CHECK_PROBE_SMTP_H
#define CHECK_PROBE_SMTP_H

#include "check/evidence.h"
#include "check/probe.h"
#include "wire/smtp.h"

struct smtp_question {
	const char *host;    /* mail host */
	struct addr addr;
	uint16_t port;       /* 0: 25 */
	int64_t preference;  /* of the MX record */
	const char *helo;    /* our name for EHLO; never NULL */
};

struct smtp_probe {
	struct probe p; /* p.row is &row */
	struct smtp_row row;
	uint16_t port;
	unsigned state;
	enum outcome outcome; /* decided before QUIT is said */
	int64_t connect_at, connected_at, tls_at, deadline_us;
	const char *ehlo;
	struct smtp_reply reply;
};

void smtp_probe_init(struct smtp_probe *s, const struct smtp_question *q, struct arena *a);

#endif
