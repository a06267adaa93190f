/* tabular_test: the three forms of one table, byte for byte. */
#include "app/tabular.h"
#include "core/schema.h"

#include "test/tap.h"

#include <math.h>

static const struct tabular_column columns[] = {
	{"name", "名称", TABULAR_TEXT},
	{"share", "占比", TABULAR_NUMBER},
	{"id", NULL, TABULAR_TEXT}, /* for machines only */
	{"n", "n", TABULAR_NUMBER},
};

static void fill(struct tabular *t)
{
	tabular_init(t, columns, 4);
	tabular_text(t, "部委");
	tabular_number(t, 0.25, "25.0%");
	tabular_text(t, "a,\"b\"");
	tabular_int(t, 12);
	tabular_text(t, "x\x1b[2Jy");
	tabular_number(t, NAN, NULL);
	tabular_text(t, NULL);
	tabular_int(t, I64_NULL);
}

static char *printed(enum format format)
{
	struct tabular t;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fill(&t);
	tabular_print(&t, format, out);
	fclose(out);
	tabular_done(&t);
	return text;
}

int main(void)
{
	static const struct {
		enum format format;
		const char *want, *name;
	} rows[] = {
		{FORMAT_TABLE, "名称    占比   n\n部委   25.0%  12\nx[2Jy      ?   ?\n",
		 "a table lines up by width, without control bytes"},
		{FORMAT_CSV, "name,share,id,n\r\n部委,0.25,\"a,\"\"b\"\"\",12\r\nx\x1b[2Jy,,,\r\n",
		 "CSV has keys and exact numbers, unknown is empty"},
		{FORMAT_JSON,
		 "[{\"name\":\"部委\",\"share\":0.25,\"id\":\"a,\\\"b\\\"\",\"n\":12},"
		 "{\"name\":\"x\\u001b[2Jy\",\"share\":null,\"id\":null,\"n\":null}]\n",
		 "JSON has numbers as numbers, unknown is null"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = printed(rows[i].format);

		is_str(text, rows[i].want, rows[i].name);
		free(text);
	}
	return done();
}
