/*
 * url: http and https addresses, made canonical or refused (threats.md T-SSRF-04 and 05).
 *
 * What two programs could read in two ways is refused: user names, backslashes, control bytes, zone
 * identifiers, percent signs in hosts, other schemes, and (unless allowed) other ports than 80 and
 * 443.  Hosts that browsers read as an IPv4 address ("0x7f.1", "2130706433", full-width digits) become
 * that address, so that the guard sees it.  Names outside ASCII go through IDNA 2008, nontransitional
 * (UTS 46).
 */
#ifndef WIRE_URL_H
#define WIRE_URL_H

#include "base/addr.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { URL_HOST_MAX = 254, URL_PATH_MAX = L_URL_B + 1, URL_TEXT_MAX = L_URL_B + 300 };

enum url_flags {
	URL_ANY_PORT = 1, /* tests and laboratories */
};

struct url {
	bool https;
	char host[URL_HOST_MAX]; /* lower case ASCII, no trailing dot; a literal without brackets */
	struct addr addr;	 /* family 0 when host is a name */
	uint16_t port;
	char path[URL_PATH_MAX]; /* with query, begins with '/'; no fragment */
};

/* Reads an absolute URL.  False with a word in *why: "scheme" "userinfo" "host" "port" "control"
 * "backslash" "zone" "long" "idn" "empty". */
bool url_parse(struct url *u, const char *text, size_t len, unsigned flags, const char **why);
/* The same for a reference relative to base (RFC 3986 section 5), e.g. a Location header. */
bool url_resolve(struct url *u, const struct url *base, const char *text, size_t len,
		 unsigned flags, const char **why);
/* A host as it stands in a URL (or a portfolio): canonical text, or false with *why. */
bool url_host(const char *text, size_t len, char host[static URL_HOST_MAX], struct addr *addr,
	      const char **why);
/* "https://host/path", the port only if it is not the scheme's own; IPv6 in brackets. */
const char *url_text(const struct url *u, char text[static URL_TEXT_MAX]);

#endif
