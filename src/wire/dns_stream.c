/* dns_stream: see dns_stream.h. */
#include "wire/dns_stream.h"

#include "wire/dns.h"

#include <string.h>

enum dns_stream_state dns_stream_take(struct dns_stream *s, const uint8_t **p, const uint8_t *end)
{
	size_t n;

	while (s->head_n < sizeof(s->head) && *p < end)
		s->head[s->head_n++] = *(*p)++;
	if (s->head_n < sizeof(s->head))
		return DNS_STREAM_MORE;
	s->len = (size_t)s->head[0] << 8 | s->head[1];
	if (s->len < DNS_HEADER_B)
		return DNS_STREAM_BAD;
	if (!s->in)
		return DNS_STREAM_ROOM;
	n = (size_t)(end - *p) < s->len - s->n ? (size_t)(end - *p) : s->len - s->n;
	memcpy(s->in + s->n, *p, n);
	s->n += n;
	*p += n;
	return s->n < s->len ? DNS_STREAM_MORE : DNS_STREAM_WHOLE;
}
