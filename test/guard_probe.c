/*
 * guard_probe: reads addresses, one a line, and prints what the guard and the special table say of
 * each, for test/guard_oracle.py to compare with Python's opinion:
 *
 *	ok|deny REASON CLASS EMBEDDED
 *
 * REASON of the guard, CLASS of the most specific special row, EMBEDDED as how:address; "-" if none.
 * With the word "prefixes" as argument it prints the table's prefixes instead.
 */
#include "io/guard.h"

#include <stdio.h>
#include <string.h>

static int print_prefixes(void)
{
	for (size_t i = 0; i < special_count(); i++) {
		char text[PREFIX_TEXT_MAX];

		puts(prefix_text(&special_row(i)->prefix, text));
	}
	return 0;
}

static void judge(struct guard *g, const char *line)
{
	char reason[GUARD_REASON_MAX], inner[ADDR_TEXT_MAX];
	const struct special *s;
	const char *how;
	struct addr a, v4;
	bool ok;

	if (!addr_parse(&a, line)) {
		printf("unread %s\n", line);
		return;
	}
	ok = guard_ok(g, &a, reason);
	s = special_find(&a);
	printf("%s %s %s ", ok ? "ok" : "deny", *reason ? reason : "-", s ? s->class_ : "-");
	if (addr_embedded_v4(&a, NULL, 0, &v4, &how))
		printf("%s:%s\n", how, addr_text(&v4, inner));
	else
		puts("-");
}

int main(int argc, char **argv)
{
	struct guard_config c = {.skip_own = true};
	struct guard *g = guard_new(&c, NULL);
	char line[128];

	if (!g)
		return 1;
	if (argc > 1 && !strcmp(argv[1], "prefixes"))
		return print_prefixes();
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		judge(g, line);
	}
	guard_free(g);
	return 0;
}
