/*
 * json_check: is a text one JSON value (RFC 8259)?  A state machine without recursion, so that depth
 * costs one bit a level.  Used before stored JSON is put into an answer as it is.
 */
#include "base/json.h"
#include "base/utf8.h"

#include <string.h>

struct checker {
	const char *at, *end;
	bool in_object[JSON_DEPTH_MAX];
	unsigned depth;
};

static void space(struct checker *c)
{
	while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at)
		c->at++;
}

static bool take(struct checker *c, char want)
{
	if (c->at >= c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static bool escape(struct checker *c)
{
	if (c->at >= c->end)
		return false;
	if (*c->at != 'u')
		return *c->at && strchr("\"\\/bfnrt", *c->at++) != NULL;
	c->at++;
	for (int i = 0; i < 4; i++, c->at++)
		if (c->at >= c->end || !*c->at || !strchr("0123456789abcdefABCDEF", *c->at))
			return false;
	return true;
}

static bool string(struct checker *c)
{
	if (!take(c, '"'))
		return false;
	while (c->at < c->end) {
		uint32_t code;

		if (take(c, '"'))
			return true;
		if (take(c, '\\')) {
			if (!escape(c))
				return false;
			continue;
		}
		c->at += utf8_decode(c->at, (size_t)(c->end - c->at), &code);
		if (code == UTF8_BAD || code < 0x20)
			return false;
	}
	return false;
}

static bool digits(struct checker *c)
{
	const char *start = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return c->at > start;
}

static bool number(struct checker *c)
{
	take(c, '-');
	if (!take(c, '0') && !digits(c))
		return false;
	if (take(c, '.') && !digits(c))
		return false;
	if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
		c->at++;
		if (!take(c, '+'))
			take(c, '-');
		return digits(c);
	}
	return true;
}

static bool literal(struct checker *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n))
		return false;
	c->at += n;
	return true;
}

static bool scalar(struct checker *c)
{
	if (c->at >= c->end)
		return false;
	if (*c->at == '"')
		return string(c);
	return literal(c, "true") || literal(c, "false") || literal(c, "null") || number(c);
}

/* After '{' or ',' of an object: the key and its colon. */
static bool key(struct checker *c)
{
	space(c);
	if (!string(c))
		return false;
	space(c);
	return take(c, ':');
}

/* Opens levels until a scalar or an empty level stands; false when broken. */
static bool descend(struct checker *c)
{
	for (;;) {
		bool object;

		space(c);
		object = c->at < c->end && *c->at == '{';
		if (!object && (c->at >= c->end || *c->at != '['))
			return scalar(c);
		c->at++;
		if (c->depth == JSON_DEPTH_MAX)
			return false;
		space(c);
		if (take(c, object ? '}' : ']'))
			return true;
		c->in_object[c->depth++] = object;
		if (object && !key(c))
			return false;
	}
}

bool json_valid(const char *text, size_t len)
{
	struct checker c = {.at = text, .end = text + len};

	if (!descend(&c))
		return false;
	while (c.depth) {
		bool object = c.in_object[c.depth - 1];

		space(&c);
		if (take(&c, object ? '}' : ']')) {
			c.depth--;
		} else if (!take(&c, ',') || (object && !key(&c)) || !descend(&c)) {
			return false;
		}
	}
	space(&c);
	return c.at == c.end;
}

void json_raw(struct json *j, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (!text || !json_valid(text, len)) {
		json_null(j);
		return;
	}
	json_before(j);
	buf_add(j->out, text, len);
}
