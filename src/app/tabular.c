/* tabular: see tabular.h. */
#include "app/tabular.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/utf8.h"
#include "core/schema.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { OUT_MAX = 1 << 28 };

void tabular_init(struct tabular *t, const struct tabular_column *columns, size_t n_columns)
{
	*t = (struct tabular){.columns = columns, .n_columns = n_columns};
	arena_init(&t->arena, 0);
}

void tabular_done(struct tabular *t)
{
	vec_done(&t->cells);
	arena_done(&t->arena);
}

/* What goes to a terminal has no bytes that act on it. */
static const char *clean(struct arena *a, const char *text)
{
	size_t len = strlen(text), max = 3 * len + 1; /* a broken byte becomes three */
	char *out = arena_alloc(a, max);

	utf8_clean(out, max, text, len);
	return out;
}

void tabular_pair(struct tabular *t, const char *shown, const char *exact)
{
	*vec_push(&t->cells) = (struct tabular_cell){
		.shown = clean(&t->arena, shown ? shown : ""),
		.exact = arena_str(&t->arena, exact),
	};
}

void tabular_text(struct tabular *t, const char *text)
{
	tabular_pair(t, text, text);
}

void tabular_int(struct tabular *t, int64_t v)
{
	const char *text = arena_printf(&t->arena, "%lld", (long long)v);

	if (v == I64_NULL)
		tabular_pair(t, "?", NULL);
	else
		tabular_pair(t, text, text);
}

void tabular_number(struct tabular *t, double v, const char *shown)
{
	if (!isfinite(v))
		tabular_pair(t, shown ? shown : "?", NULL);
	else
		tabular_pair(t, shown ? shown : arena_printf(&t->arena, "%.6g", v),
			     arena_printf(&t->arena, "%.15g", v));
}

static size_t rows_of(const struct tabular *t)
{
	assert(t->cells.n % t->n_columns == 0);
	return t->cells.n / t->n_columns;
}

static const struct tabular_cell *cell_at(const struct tabular *t, size_t row, size_t col)
{
	return &t->cells.at[row * t->n_columns + col];
}

static void put_spaces(FILE *out, size_t n)
{
	while (n--)
		fputc(' ', out);
}

static void put_cell(FILE *out, const char *text, size_t width, bool right, bool last)
{
	size_t gap = width - utf8_width(text);

	if (right)
		put_spaces(out, gap);
	fputs(text, out);
	if (!right && !last)
		put_spaces(out, gap);
	fputs(last ? "\n" : "  ", out);
}

static size_t width_of(const struct tabular *t, size_t col)
{
	size_t widest = utf8_width(t->columns[col].title);

	for (size_t row = 0; row < rows_of(t); row++) {
		size_t w = utf8_width(cell_at(t, row, col)->shown);

		widest = w > widest ? w : widest;
	}
	return widest;
}

static void print_table(const struct tabular *t, FILE *out)
{
	size_t *width = arena_array((struct arena *)&t->arena, t->n_columns, sizeof(*width));
	size_t last = 0;

	for (size_t col = 0; col < t->n_columns; col++)
		if (t->columns[col].title) {
			width[col] = width_of(t, col);
			last = col;
		}
	/* row 0 is the titles */
	for (size_t row = 0; row <= rows_of(t); row++)
		for (size_t col = 0; col < t->n_columns; col++) {
			const struct tabular_column *c = &t->columns[col];

			if (c->title)
				put_cell(out, row ? cell_at(t, row - 1, col)->shown : c->title,
					 width[col], c->type == TABULAR_NUMBER, col == last);
		}
}

static void print_csv(const struct tabular *t, struct buf *out)
{
	for (size_t col = 0; col < t->n_columns; col++)
		csv_cell(out, t->columns[col].key, col == 0, false);
	csv_end(out);
	for (size_t row = 0; row < rows_of(t); row++) {
		for (size_t col = 0; col < t->n_columns; col++) {
			const char *exact = cell_at(t, row, col)->exact;

			csv_cell(out, exact ? exact : "", col == 0, false);
		}
		csv_end(out);
	}
}

static void put_json(struct json *j, const struct tabular_column *c, const char *exact)
{
	json_key(j, c->key);
	if (!exact)
		json_null(j);
	else if (c->type == TABULAR_NUMBER)
		json_f64(j, strtod(exact, NULL));
	else
		json_text(j, exact);
}

static void print_json(const struct tabular *t, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_array(&j);
	for (size_t row = 0; row < rows_of(t); row++) {
		json_object(&j);
		for (size_t col = 0; col < t->n_columns; col++)
			put_json(&j, &t->columns[col], cell_at(t, row, col)->exact);
		json_end_object(&j);
	}
	json_end_array(&j);
	buf_char(out, '\n');
}

void tabular_print(const struct tabular *t, enum format format, FILE *out)
{
	struct buf text;

	if (format == FORMAT_TABLE) {
		print_table(t, out);
		return;
	}
	buf_init(&text, OUT_MAX);
	if (format == FORMAT_CSV)
		print_csv(t, &text);
	else
		print_json(t, &text);
	fwrite(text.data, 1, text.len, out);
	buf_done(&text);
}
