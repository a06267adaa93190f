/* smtp: see smtp.h.  A line ends with LF; the CR before it is taken off. */
#include "wire/smtp.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

void smtp_reply_init(struct smtp_reply *r)
{
	memset(r, 0, offsetof(struct smtp_reply, line));
}

static enum smtp_result bad(struct smtp_reply *r, const char *why)
{
	r->why = why;
	return SMTP_BAD;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A keyword of the EHLO answer (RFC 3207). */
static bool says_starttls(const char *text)
{
	return !strncasecmp(text, "STARTTLS", 8) && (!text[8] || text[8] == ' ');
}

/* "250-text", "250 text" or "250". */
static enum smtp_result take_line(struct smtp_reply *r)
{
	const char *l = r->line;
	int code;

	if (r->line_n < 3 || l[0] < '2' || l[0] > '5' || !is_digit(l[1]) || !is_digit(l[2]) ||
	    (l[3] && l[3] != ' ' && l[3] != '-'))
		return bad(r, "code");
	code = (l[0] - '0') * 100 + (l[1] - '0') * 10 + (l[2] - '0');
	if (r->lines && code != r->code)
		return bad(r, "mixed");
	r->code = code;
	if (!r->lines)
		utf8_clean(r->first, sizeof(r->first), l + 3 + (l[3] != '\0'),
			   r->line_n - 3 - (l[3] != '\0'));
	else if (l[3] && says_starttls(l + 4))
		r->starttls = true;
	if (++r->lines > L_SMTP_LINES) {
		limit_hit(LIMIT_SMTP_LINES);
		r->why = "lines";
		return SMTP_LIMIT;
	}
	return l[3] == '-' ? SMTP_MORE : SMTP_REPLY;
}

static enum smtp_result take_byte(struct smtp_reply *r, char c)
{
	enum smtp_result result;

	if (c == '\n') {
		if (r->line_n && r->line[r->line_n - 1] == '\r')
			r->line_n--;
		r->line[r->line_n] = '\0';
		result = take_line(r);
		r->line_n = 0;
		return result;
	}
	if (((unsigned char)c < 0x20 && c != '\t' && c != '\r') ||
	    (r->line_n && r->line[r->line_n - 1] == '\r'))
		return bad(r, "control");
	if (r->line_n >= L_SMTP_LINE_B) {
		limit_hit(LIMIT_SMTP_LINE_B);
		r->why = "line";
		return SMTP_LIMIT;
	}
	r->line[r->line_n++] = c;
	return SMTP_MORE;
}

enum smtp_result smtp_reply_feed(struct smtp_reply *r, const void *data, size_t len, size_t *used)
{
	const char *p = data;
	enum smtp_result result = SMTP_MORE;
	size_t i = 0;

	if (r->why)
		result = SMTP_BAD;
	while (result == SMTP_MORE && i < len)
		result = take_byte(r, p[i++]);
	*used = i;
	return result;
}
