/*
 * dns_stream: DNS messages over a stream: two bytes of length, then the message (RFC 1035 section 4.2.2, RFC 7766
 * section 8).  Bytes come in pieces of any size.  The memory of the message is its reader's own: one length, 65535
 * bytes at most, is asked for once it is known.
 */
#ifndef WIRE_DNS_STREAM_H
#define WIRE_DNS_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* Cleared at first. */
struct dns_stream {
	uint8_t head[2], head_n;
	uint8_t *in;   /* len bytes; whose, the reader knows */
	size_t len, n; /* n of them are there */
};

enum dns_stream_state {
	DNS_STREAM_MORE,  /* all was taken, and it is not enough */
	DNS_STREAM_ROOM,  /* in is NULL: set it to len bytes and call again */
	DNS_STREAM_WHOLE, /* in holds the message; what came behind it is left */
	DNS_STREAM_BAD,	  /* no message is so short */
};

/* Moves *p on by what was taken. */
enum dns_stream_state dns_stream_take(struct dns_stream *s, const uint8_t **p, const uint8_t *end);

#endif
