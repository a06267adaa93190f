/*
 * answer: from what a handler wrote to what libmicrohttpd sends.  Between httpd.c and answer.c.
 *
 * A kept answer is made once and sent many times, packed where that helps; its bytes are not copied.
 * A client that does not take gzip gets it unpacked, which costs it a few milliseconds a megabyte.
 */
#ifndef OUTLET_ANSWER_H
#define OUTLET_ANSWER_H

#include "outlet/httpd.h"

struct MHD_Response;

void answer_headers(struct MHD_Response *m, const struct http_response *r);
/* Sends it, or 304 when the client has it already; what libmicrohttpd says of it. */
int answer_send(const struct http_request *r, struct http_response *out);

#endif
