/* rubric_test: what is read, what is refused with its line, and scores worked out by hand. */
#include "check/rubric.h"

#include "base/asset.h"
#include "test/tap.h"

#include <math.h>

#define HEAD "#version,1\nkind,item,check,pass,partial,fail,na,weight,title_en,title_zh\n"
#define TWO HEAD "item,dns,,,,,,3,DNS,域名\ntest,dns,aaaa,10,2,0,skip,,,\ntest,dns,ns_aaaa,10,2,0,10,,,\n"     \
	"item,mail,,,,,,1,Mail,邮件\ntest,mail,mx_aaaa,10,2,0,skip,,,\n"                                    \
	"level,good,,90,,,,,Good,良好\nlevel,poor,,0,,,,,Poor,较差\n"

static const struct {
	const char *text, *says;
} bad[] = {
	{"", "#version"},
	{HEAD, "at least one item"},
	{"item,a,,,,,,1,,\n", "x:1: the titles"},
	{HEAD "item,a,,,,,,1\n", "x:3: a row has the ten cells"},
	{HEAD "item,a,,,,,,-1,,\n", "x:3: a weight"},
	{HEAD "item,a,,,,,,1,,\nitem,a,,,,,,1,,\n", "x:4: an item has an id of its own"},
	{HEAD "test,a,aaaa,1,0,0,0,,,\n", "x:3: a test belongs to an item"},
	{HEAD "item,a,,,,,,1,,\ntest,a,no_such_check,1,0,0,0,,,\n", "x:4: there is no check"},
	{HEAD "item,a,,,,,,1,,\ntest,a,aaaa,skip,0,0,0,,,\n", "x:4: points"},
	{HEAD "item,a,,,,,,1,,\ntest,a,aaaa,1,0,0,1e9,,,\n", "x:4: points"},
	{HEAD "item,a,,,,,,nan,,\n", "x:3: a weight"},
	{HEAD "level,a,,10,,,,,,\nlevel,b,,20,,,,,,\n", "x:4: levels stand"},
	{HEAD "level,a,,101,,,,,,\n", "x:3: a level begins"},
	{HEAD "thing,a,,,,,,1,,\n", "x:3: a row is an item"},
	{"#colour,red\n", "x:1: a rubric says"},
};

/* Verdicts of aaaa, ns_aaaa, mx_aaaa as letters. */
static enum verdict letter(void *ctx, const char *check)
{
	static const char letters[] = "pqfnu";
	const char *said = ctx;
	char c = said[!strcmp(check, "aaaa") ? 0 : !strcmp(check, "ns_aaaa") ? 1 : 2];

	return (enum verdict)(strchr(letters, c) - letters);
}

static const struct {
	const char *said;
	double low, high;
	int known, unknown;
	const char *level;
} scores[] = {
	{"ppp", 100, 100, 2, 0, "good"},
	{"fff", 0, 0, 2, 0, "poor"},
	{"pfp", 62.5, 62.5, 2, 0, "poor"},  /* dns 50 x 3, mail 100 x 1 */
	{"pqf", 45, 45, 2, 0, "poor"},	    /* dns 60 x 3 */
	{"ppn", 100, 100, 1, 0, "good"},    /* mail leaves */
	{"npn", 100, 100, 1, 0, "good"},    /* of dns one test is left */
	{"nnn", 100, 100, 1, 0, "good"},    /* na brings all points to ns_aaaa */
	{"ppu", 75, 100, 1, 1, NULL},	    /* a range over two levels has none */
	{"fuu", 0, 62.5, 0, 2, "poor"},	    /* a range within one has it */
	{"uuu", 0, 100, 0, 2, NULL},
};

static void test_scores(void)
{
	struct arena a = {0};
	struct rubric r;
	struct err e = {0};

	ok(!rubric_parse(&r, &a, "x", TWO, strlen(TWO), &e), "it is read: %s", e.text);
	for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
		struct scoring s = rubric_score(&r, letter, (void *)(uintptr_t)scores[i].said);
		const struct rubric_level *level = rubric_level_of(&r, &s.whole);
		bool good = fabs(s.whole.low - scores[i].low) < 1e-9 &&
			    fabs(s.whole.high - scores[i].high) < 1e-9 && (int)s.known == scores[i].known &&
			    (int)s.unknown == scores[i].unknown;

		if (!ok(good, "%s scores", scores[i].said))
			printf("# %g to %g, %zu known, %zu unknown\n", s.whole.low, s.whole.high, s.known,
			       s.unknown);
		is_str(level ? level->id : NULL, scores[i].level, "  its level");
	}
	rubric_done(&r);
	arena_done(&a);
}

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = {0};
		struct rubric r;
		struct err e = {0};
		int rc = rubric_parse(&r, &a, "x", bad[i].text, strlen(bad[i].text), &e);

		if (!ok(rc && strstr(e.text, bad[i].says), "refused: %s", bad[i].says))
			printf("# %d %s\n", rc, e.text);
		rubric_done(&r);
		arena_done(&a);
	}
}

/* n items with a test each, and n - 1 further tests of the first. */
static int parse_many(int items, int tests, int levels)
{
	static char text[1 << 16];
	struct arena a = {0};
	struct rubric r;
	struct err e;
	size_t n = (size_t)snprintf(text, sizeof(text), "%sitem,i,,,,,,1,,\n", HEAD);
	int rc;

	for (int i = 1; i < items; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "item,i%d,,,,,,1,,\n", i);
	for (int i = 0; i < tests; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "test,i,aaaa,1,0,0,0,,,\n");
	for (int i = 0; i < levels; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "level,l,,%d,,,,,,\n", 100 - i);
	rc = rubric_parse(&r, &a, "x", text, n, &e);
	rubric_done(&r);
	arena_done(&a);
	return rc;
}

static void test_limits(void)
{
	enum { I = L_RUBRIC_ITEMS, T = L_RUBRIC_TESTS, L = L_RUBRIC_LEVELS };

	ok(!parse_many(I - 1, 1, 0) && !parse_many(I, 1, 0) && parse_many(I + 1, 1, 0), "%d items", I);
	ok(!parse_many(1, T - 1, 0) && !parse_many(1, T, 0) && parse_many(1, T + 1, 0), "%d tests", T);
	ok(!parse_many(1, 1, L - 1) && !parse_many(1, 1, L) && parse_many(1, 1, L + 1), "%d levels", L);
}

static void test_builtin(void)
{
	size_t n = 0;

	for (const char *name; (name = rubric_builtin_name(n)) != NULL; n++) {
		char path[80];
		const struct asset *file;
		struct arena a = {0};
		struct rubric r;
		struct err e = {0};

		snprintf(path, sizeof(path), "rubric/%s.csv", name);
		file = asset_find(path);
		ok(file && !rubric_parse(&r, &a, name, (const char *)file->data, file->len, &e) &&
			   *r.title_en && *r.title_zh && *r.source,
		   "%s is read: %s", name, e.text);
		rubric_done(&r);
		arena_done(&a);
	}
	is_int((long long)n, 3, "three travel with the program");
}

int main(void)
{
	test_scores();
	test_bad();
	test_limits();
	test_builtin();
	return done();
}
