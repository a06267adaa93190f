/*
 * alt_svc: does an Alt-Svc header (RFC 7838 section 3) say that the same host speaks HTTP/3 (RFC 9114
 * section 3.1.1)?  Only the final "h3" counts, drafts do not.
 */
#ifndef WIRE_ALT_SVC_H
#define WIRE_ALT_SVC_H

#include <stdbool.h>
#include <stdint.h>

enum { ALT_SVC_HOST_MAX = 256 };

struct alt_svc {
	char host[ALT_SVC_HOST_MAX]; /* "": the host that said so */
	uint16_t port;
};

/* The first alternative for "h3"; false when there is none, or the value is no Alt-Svc. */
bool alt_svc_h3(const char *value, struct alt_svc *a);

#endif
