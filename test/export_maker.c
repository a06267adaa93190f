/* export_maker DIR ROWS: a store with rows of obs_dns that hold what is hard to export. */
#include "app/schemas.h"
#include "check/evidence.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

static void fill(struct batch *b, long i)
{
	struct obs *o = batch_add(b, i, "a.example", "local", i % 2 ? "r1" : "r2", OUTCOME_OK);
	struct dns_row *r = o->row;

	r->answers = i;
	if (i % 3 == 0) {
		r->data = batch_text(b, "a \"quoted\", cell\nand 中文");
		r->aa = 1;
		r->via = VIA_AUTH_TCP;
		addr_parse(&r->server, "2001:db8::53");
	} else if (i % 3 == 1) {
		r->data = batch_text(b, "=1+1");
		r->aa = 0;
		addr_parse(&r->server, "192.0.2.53");
	}
}

int main(int argc, char **argv)
{
	long rows = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	struct store *s;
	struct err e = {0};

	if (!rows || store_open(argv[1], STORE_ANY, known_schemas, &s, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	for (long i = 0; i < rows;) {
		struct batch *b = batch_new(&dns_schema);

		for (long k = 0; k < 10000 && i < rows; k++)
			fill(b, i++);
		if (store_put(s, &b, 1, NULL, 0, &e)) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
	}
	store_close(s);
	return 0;
}
