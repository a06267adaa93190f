/*
 * addr: an IPv4 or IPv6 address, and a prefix of one.
 *
 * Bytes are in network order; an IPv4 address takes the first four.  An IPv4-mapped IPv6 address
 * stays IPv6 here: what it means is the guard's business (io/guard.h), not ours.
 * Text is RFC 5952 for IPv6 (section 5: mixed notation only for ::ffff:0:0/96).
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDR_TEXT_MAX = 46, PREFIX_TEXT_MAX = 50 };

struct addr {
	uint8_t family; /* 4, 6, or 0 for none */
	uint8_t byte[16];
};

struct prefix {
	struct addr addr; /* bits past len are zero */
	uint8_t len;
};

/* Strict: dotted quad without leading zeros, or RFC 4291 text without zone; false if not. */
bool addr_parse(struct addr *a, const char *text);
/* Writes at most ADDR_TEXT_MAX bytes; returns text.  Family 0 gives "". */
const char *addr_text(const struct addr *a, char text[static ADDR_TEXT_MAX]);
int addr_cmp(const struct addr *a, const struct addr *b);
static inline unsigned addr_bits(const struct addr *a) { return a->family == 4 ? 32 : 128; }
struct addr addr_v4(uint32_t host_order);
struct addr addr_v6(const uint8_t byte[static 16]);
uint32_t addr_u32(const struct addr *a); /* of an IPv4 address, host order */
/* The address + n or - n; false past either end. */
bool addr_step(struct addr *a, int n);

/* "2001:db8::/32"; host bits that are set are an error. */
bool prefix_parse(struct prefix *p, const char *text);
const char *prefix_text(const struct prefix *p, char text[static PREFIX_TEXT_MAX]);
/* The prefix of this length that holds a. */
struct prefix prefix_of(const struct addr *a, unsigned len);
bool prefix_has(const struct prefix *p, const struct addr *a);

#endif
