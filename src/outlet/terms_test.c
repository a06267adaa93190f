/* terms_test: the list of terms is whole, and every key that a source file asks for is in it. */
#include "outlet/terms.h"

#include "test/tap.h"

#include <dirent.h>

static void test_rows(void)
{
	size_t n, bad = 0;
	const struct term *list = term_list(&n);

	for (size_t i = 0; i < n; i++) {
		bad += !*list[i].key || !*list[i].en || !*list[i].zh;
		for (size_t k = 0; k < i; k++)
			bad += !strcmp(list[i].key, list[k].key);
	}
	ok(n > 50 && !bad, "%zu terms, each with a key of its own and a word in both languages", n);
	is_str(term("term.support_rate", true), "支持率", "in Chinese");
	is_str(term("verdict.na", false), "not applicable", "in English");
	is_str(term("no.such", true), "no.such", "a key that is not there shows itself");
}

/* Every literal of a file that has the form of a key with this beginning. */
static void scan_for(const char *path, const char *text, const char *begin, size_t *asked)
{
	for (const char *at = strstr(text, begin); at; at = strstr(at + 1, begin)) {
		char key[64];
		size_t n = strcspn(at + 1, "\"");

		snprintf(key, sizeof(key), "%.*s", (int)n, at + 1);
		if (strchr(key, '%'))
			continue;
		++*asked;
		if (!strcmp(term(key, false), key))
			ok(false, "%s asks for %s, which is in the list", path, key);
	}
}

static void scan(const char *path, size_t *asked)
{
	static const char *const begins[] = {"\"term.", "\"col.", "\"tag.", "\"verdict.", "\"status."};
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[len] = '\0';
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		scan_for(path, text, begins[i], asked);
}

static void test_asked(void)
{
	static const char *const folders[] = {"outlet", "app"};
	size_t asked = 0;

	for (size_t i = 0; i < 2; i++) {
		char dir[512], path[1024];
		struct dirent *entry;
		DIR *d;

		snprintf(dir, sizeof(dir), "%s/src/%s", SEXTANT_SOURCE, folders[i]);
		d = opendir(dir);
		for (entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
			size_t len = strlen(entry->d_name);

			if (len < 3 || strcmp(entry->d_name + len - 2, ".c") || strstr(entry->d_name, "_test"))
				continue;
			snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
			scan(path, &asked);
		}
		if (d)
			closedir(d);
	}
	ok(asked > 0, "%zu keys are asked for in the sources", asked);
}

int main(void)
{
	test_rows();
	test_asked();
	return done();
}
