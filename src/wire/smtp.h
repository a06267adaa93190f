/*
 * smtp: replies of a mail server (RFC 5321 section 4.2) as a stream of bytes; cut anywhere.
 */
#ifndef WIRE_SMTP_H
#define WIRE_SMTP_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

enum smtp_result {
	SMTP_MORE,
	SMTP_REPLY, /* one reply is complete; bytes after it are left (see *used) */
	SMTP_BAD,   /* no SMTP reply: why is a word: "code" "mixed" "control" */
	SMTP_LIMIT, /* L_SMTP_LINE_B or L_SMTP_LINES */
};

struct smtp_reply {
	int code;         /* 0 before the first line is complete */
	bool starttls;    /* a line after the first says STARTTLS */
	char first[129];  /* text of the first line, cleaned */
	const char *why;

	/* of the parser */
	unsigned lines;
	size_t line_n;
	char line[L_SMTP_LINE_B + 1];
};

void smtp_reply_init(struct smtp_reply *r);
enum smtp_result smtp_reply_feed(struct smtp_reply *r, const void *data, size_t len, size_t *used);

#endif
