/* json: see json.h. */
#include "base/json.h"
#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_init(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out};
	j->first[0] = true;
}

void json_before(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (!j->first[j->depth])
		buf_char(j->out, ',');
	j->first[j->depth] = false;
}

static void open_level(struct json *j, char c)
{
	json_before(j);
	buf_char(j->out, c);
	assert(j->depth + 1 < JSON_DEPTH_MAX);
	j->first[++j->depth] = true;
}

static void close_level(struct json *j, char c)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_char(j->out, c);
}

void json_object(struct json *j) { open_level(j, '{'); }
void json_array(struct json *j) { open_level(j, '['); }
void json_end_object(struct json *j) { close_level(j, '}'); }
void json_end_array(struct json *j) { close_level(j, ']'); }

static void quoted(struct json *j, const char *s)
{
	size_t len = strlen(s);

	buf_char(j->out, '"');
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t n = utf8_decode(s + i, len - i, &c);

		if (c == '"' || c == '\\')
			buf_printf(j->out, "\\%c", (char)c);
		else if (c == '\n')
			buf_str(j->out, "\\n");
		else if (c < 0x20 || c == 0x7f || c == '<' || c == 0x2028 || c == 0x2029)
			buf_printf(j->out, "\\u%04x", c);
		else if (c == UTF8_BAD)
			buf_str(j->out, "\xef\xbf\xbd");
		else
			buf_add(j->out, s + i, n);
		i += n;
	}
	buf_char(j->out, '"');
}

void json_key(struct json *j, const char *key)
{
	assert(!j->after_key);
	json_before(j);
	quoted(j, key);
	buf_char(j->out, ':');
	j->after_key = true;
}

void json_text(struct json *j, const char *s)
{
	json_before(j);
	if (s)
		quoted(j, s);
	else
		buf_str(j->out, "null");
}

void json_i64(struct json *j, int64_t v)
{
	json_before(j);
	buf_printf(j->out, "%lld", (long long)v);
}

/* The shortest of the usual widths that reads back as the same number. */
void json_f64(struct json *j, double v)
{
	char text[40];

	json_before(j);
	if (!isfinite(v)) {
		buf_str(j->out, "null");
		return;
	}
	for (int digits = 15; digits <= 17; digits += 2) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_str(j->out, text);
}

void json_bool(struct json *j, bool v)
{
	json_before(j);
	buf_str(j->out, v ? "true" : "false");
}

void json_null(struct json *j)
{
	json_before(j);
	buf_str(j->out, "null");
}
