/*
 * probe_web: one hop on one pinned address: TCP, TLS if https, one GET (RFC 9112), title and SimHash
 * of the page.  Redirects (301 302 303 307 308 with Location) are not followed here: row.location is
 * the absolute canonical URL, and who plans starts the next hop (url_parse(row.location) gives host,
 * port, path).  A redirect is complete with its header; its body is not read.
 *
 * How it ends; row.stage is the stage in which it ended:
 *	ok          a complete response header: status is set.  stage is done; why may be "body_limit" or
 *	            "decoded_limit" when the body was cut (body_sha256 NULL), "enough" when no more of it was wanted, or "coding" when its
 *	            content coding is one that we did not offer (body_b and body_sha256 are of
 *	            the bytes as they came then, and there is no text)
 *	refused     RST or port unreachable at connect
 *	unreachable why is the errno name
 *	timeout     at row.stage; why "rate" when the mean since the first byte fell below
 *	            L_HTTP_RATE_B_S after 5 seconds, silence in the midst of an answer included
 *	closed      closed before the response was complete (stage request, header or body)
 *	tls         the handshake failed: why is the word of io/tls.h
 *	malformed   why is "http:WORD", "gzip" (also for deflate), or "location:WORD" (status stands
 *	            then, and stage is done)
 *	denied      why is the guard's reason, or "location:scheme", "location:port": a redirect that
 *	            we do not follow (status stands, stage is done, location is NULL)
 *	limit       why is "http:WORD" or "ratio", or the arena was full
 *
 * With ROBOTS_ASK the host's /robots.txt is asked for first, on the same connection (check/
 * probe_web_robots.c); where it refuses us the page is not asked for, and the probe ends as denied, why
 * "robots", with the facts of TCP and TLS.  With ROBOTS_OBEY that is known already.  Where no second
 * request can follow on the connection the probe ends with `reopen` set: whoever drives it asks again, at
 * his pace, with what was said (ROBOTS_KNOWN).
 *
 * Where the question is brief there is no title, text or hash of the page.
 *
 * Of an HTML page the hosts that it loads from are noted where they are wanted (check/page_hosts.h).
 *
 * Once the header is complete, status and the headers stand whatever comes after; body_b then counts
 * what was decoded.  Text and title are of a whole page, or of one that a limit cut.
 */
#ifndef CHECK_PROBE_WEB_H
#define CHECK_PROBE_WEB_H

#include "base/buf.h"
#include "check/evidence.h"
#include "check/page_hosts.h"
#include "check/probe.h"
#include "wire/html.h"
#include "wire/http.h"
#include "wire/inflate.h"
#include "wire/robots.h"

enum web_robots { ROBOTS_KNOWN, ROBOTS_ASK, ROBOTS_OBEY };

struct web_question {
	const char *target;     /* web_row.target */
	const char *host;       /* of this hop; lower case, no trailing dot, or a literal address */
	enum web_scheme scheme, began;
	struct addr addr;
	uint16_t port;          /* 0: the scheme's own */
	int hop;
	const char *path;       /* with query; NULL: "/" */
	const char *user_agent; /* never NULL */
	bool any_port;          /* laboratories: redirects to other ports than 80 and 443 */
	enum web_robots robots;
	const char *robots_said; /* web_row.robots, when another connection found it; may be NULL */
	bool hosts;             /* note the hosts that an HTML page loads from */
	bool brief;             /* of a page only its status is wanted, and its links where they are */
	struct page_links *links; /* gets what an HTML page leads to; may be NULL */
	uint64_t enough_b;      /* of a body, when it is read only to see whether it comes; 0: all that may be */
	size_t keep_b;          /* so many bytes of the decoded body are kept; 0: none */
};

struct web_probe {
	struct probe p; /* p.row is &row */
	struct web_row row;
	struct web_question q; /* texts copied */
	const char *request;
	int64_t connect_at, tls_at, request_at, wall_us;
	bool got_bytes, in_body, is_text;
	bool asking; /* for robots.txt */
	bool reused; /* the request is the second on its connection */
	bool reopen; /* no answer: to be asked again on another connection */
	enum outcome body_outcome; /* OUTCOME_OK while the body goes well */
	const char *body_why;      /* with that outcome */
	uint64_t received_b, decoded_b, body_b;
	void *digest; /* EVP_MD_CTX */
	struct page_hosts *hosts; /* of an HTML page */
	struct buf keep;
	const char *kept; /* what keep_b asked for, of a body that came to its end, or to a limit; in the arena */
	bool kept_all;
	struct http http;
	struct inflate inflate;
	union { /* robots.txt is read before the page */
		struct html html;
		struct robots robots;
	};
};

/* Texts of the question are copied into a.  The probe's struct must stand until STEP_DONE (then it
 * holds no memory but its own), the row's texts as long as a. */
void web_probe_init(struct web_probe *w, const struct web_question *q, struct arena *a);

#endif
