/* csv: see csv.h. */
#include "base/csv.h"

#include <string.h>

void csv_init(struct csv *c, const char *data, size_t len)
{
	*c = (struct csv){.data = data, .len = len, .next_line = 1};
	if (len >= 3 && !memcmp(data, "\xef\xbb\xbf", 3))
		c->at = 3;
}

static bool at_end(const struct csv *c)
{
	return c->at >= c->len;
}

static bool at_newline(const struct csv *c)
{
	return !at_end(c) && (c->data[c->at] == '\n' ||
			      (c->data[c->at] == '\r' && c->at + 1 < c->len &&
			       c->data[c->at + 1] == '\n'));
}

static void eat_newline(struct csv *c)
{
	if (at_end(c))
		return;
	c->at += c->data[c->at] == '\r' ? 2 : 1;
	c->next_line++;
}

static int broken(struct csv *c, const char *why)
{
	while (!at_end(c) && !at_newline(c))
		c->at++;
	eat_newline(c);
	c->error = why;
	return -1;
}

/* A quoted cell; c->at stands after the opening quote.  NULL and c->error when it never ends. */
static char *quoted_cell(struct csv *c, struct arena *a)
{
	size_t start = c->at, extra = 0, n = 0, end;
	unsigned lines = 0;
	char *cell;

	for (end = start;; end++) {
		if (end >= c->len) {
			c->error = "a quoted cell never ends";
			return NULL;
		}
		lines += c->data[end] == '\n';
		if (c->data[end] != '"')
			continue;
		if (end + 1 >= c->len || c->data[end + 1] != '"')
			break;
		end++;
		extra++;
	}
	cell = arena_alloc(a, end - start - extra + 1);
	for (size_t i = start; cell && i < end; i++) {
		cell[n++] = c->data[i];
		i += c->data[i] == '"';
	}
	c->at = end + 1;
	c->next_line += lines;
	return cell;
}

static char *bare_cell(struct csv *c, struct arena *a)
{
	size_t start = c->at;

	while (!at_end(c) && c->data[c->at] != ',' && !at_newline(c))
		c->at++;
	return arena_strn(a, c->data + start, c->at - start);
}

int csv_next(struct csv *c, struct arena *a, char **cells, size_t max)
{
	size_t n = 0;

	while (at_newline(c))
		eat_newline(c);
	c->line = c->next_line;
	c->error = NULL;
	if (at_end(c))
		return 0;
	for (;;) {
		bool quote = !at_end(c) && c->data[c->at] == '"';
		size_t start = c->at;

		if (n == max)
			return broken(c, "too many columns");
		c->at += quote;
		cells[n] = quote ? quoted_cell(c, a) : bare_cell(c, a);
		if (memchr(c->data + start, '\0', c->at - start))
			return broken(c, "a NUL byte in a cell");
		if (!cells[n++])
			return broken(c, c->error ? c->error : "more text than this file may hold");
		if (at_end(c) || at_newline(c))
			break;
		if (c->data[c->at] != ',')
			return broken(c, "text after a closing quote");
		c->at++;
	}
	eat_newline(c);
	return (int)n;
}

/* Would a spreadsheet take this cell for a formula? */
static bool is_formula(const char *s)
{
	static const char *const start[] = {"=", "+", "-", "@", "\t", "\r", "\n",
					    "＝", "＋", "－", "＠"};

	for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++)
		if (!strncmp(s, start[i], strlen(start[i])))
			return true;
	return false;
}

void csv_cell(struct buf *out, const char *text, bool first, bool for_spreadsheet)
{
	bool quote = strpbrk(text, ",\"\r\n") != NULL;
	bool defuse = for_spreadsheet && is_formula(text);

	if (!first)
		buf_char(out, ',');
	if (quote)
		buf_char(out, '"');
	if (defuse)
		buf_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_char(out, '"');
		buf_char(out, *text);
	}
	if (quote)
		buf_char(out, '"');
}

void csv_end(struct buf *out)
{
	buf_str(out, "\r\n");
}
