/* portfolio_test: domains, columns, problems with their lines, and the real list of 16,539 rows. */
#include "source/portfolio.h"
#include "base/limits.h"
#include "core/schema.h"
#include "test/tap.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *text, *want; /* NULL: the fault */
	enum portfolio_fault fault;
} names[] = {
	{"example.test", "example.test", PORTFOLIO_FAULTS},
	{"EXAMPLE.Test.", "example.test", PORTFOLIO_FAULTS},
	{"bücher.example", "xn--bcher-kva.example", PORTFOLIO_FAULTS},
	{"faß.example", "xn--fa-hia.example", PORTFOLIO_FAULTS}, /* nontransitional: not fass */
	{"例子.测试", "xn--fsqu00a.xn--0zwm56d", PORTFOLIO_FAULTS},
	{"例子。测试", "xn--fsqu00a.xn--0zwm56d", PORTFOLIO_FAULTS}, /* ideographic full stop */
	{"XN--BCHER-KVA.example", "xn--bcher-kva.example", PORTFOLIO_FAULTS},
	{"a.b", "a.b", PORTFOLIO_FAULTS},
	{L63 ".test", L63 ".test", PORTFOLIO_FAULTS},
	{L63 "a.test", NULL, PORTFOLIO_DOMAIN},
	{L63 "." L63 "." L63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 L63 "." L63 "." L63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 PORTFOLIO_FAULTS}, /* 253 */
	{L63 "." L63 "." L63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	 PORTFOLIO_DOMAIN}, /* 254 */
	{"localhost", NULL, PORTFOLIO_DOMAIN},
	{"a..test", NULL, PORTFOLIO_DOMAIN},
	{".test", NULL, PORTFOLIO_DOMAIN},
	{"-a.test", NULL, PORTFOLIO_DOMAIN},
	{"a-.test", NULL, PORTFOLIO_DOMAIN},
	{"a_b.test", NULL, PORTFOLIO_DOMAIN},
	{"a b.test", NULL, PORTFOLIO_DOMAIN},
	{"*.test", NULL, PORTFOLIO_DOMAIN},
	{"example.123", NULL, PORTFOLIO_DOMAIN},
	{"127.1", NULL, PORTFOLIO_DOMAIN},
	{"192.0.2.1", NULL, PORTFOLIO_ADDRESS},
	{"2001:db8::1", NULL, PORTFOLIO_ADDRESS},
	{"[2001:db8::1]", NULL, PORTFOLIO_ADDRESS},
	{"https://example.test/", NULL, PORTFOLIO_URL},
	{"post@example.test", NULL, PORTFOLIO_URL},
	{"example.test:443", NULL, PORTFOLIO_URL},
	{"xn--a.test", NULL, PORTFOLIO_IDN},
	{"xn--\xc3\xbc.test", NULL, PORTFOLIO_IDN},
};

static void test_names(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char got[DOMAIN_MAX] = "";
		const char *why = "";
		enum portfolio_fault f = domain_clean(names[i].text, got, &why);

		is_int(f, names[i].fault, names[i].text);
		if (names[i].want)
			is_str(got, names[i].want, names[i].text);
		else
			ok(*why, "it says why: %s", why);
	}
}

static const char list[] =
	"\xef\xbb\xbf" "Domain name,Domain type,Organization name,City,State,Place\r\n"
	"Example.TEST,City,\"Town of \"\"A\"\", Example\",Dayton,OH,3\r\n" /* 2 */
	"second.test.,County,B,,OH,\r\n"                                     /* 3 */
	"example.test,City,again,,,\n"                                       /* 4: duplicate */
	"\n"
	"192.0.2.1,City,x,,,\n"                                              /* 6 */
	"https://third.test/,City,x,,,\n"                                    /* 7 */
	",City,x,,,\n"                                                       /* 8 */
	"fourth.test,\"City\"x,x,,,\n"                                       /* 9: broken */
	"fifth.test,City,x,,,none\n"                                         /* 10: rank */
	"sixth.test,C\xff,x,,,\n"                                            /* 11: encoding */
	"b\xc3\xbc" "cher.test,City;=,\"two\nlines\",a;b=c,,7\n"             /* 12 and 13 */
	"seventh.test\n";                                                    /* 14 */

static void test_list(void)
{
	static const struct {
		unsigned line;
		enum portfolio_fault fault;
	} want[] = {{4, PORTFOLIO_DUPLICATE}, {6, PORTFOLIO_ADDRESS}, {7, PORTFOLIO_URL},
		    {8, PORTFOLIO_EMPTY},     {9, PORTFOLIO_BROKEN},  {10, PORTFOLIO_RANK},
		    {11, PORTFOLIO_ENCODING}};
	struct portfolio p;
	struct portfolio_map m;
	struct err e = {0};

	portfolio_init(&p);
	is_int(portfolio_map_parse(&m,
				   "domain='Domain name',class='Domain type',organisation="
				   "\"Organization name\",region=State,rank=Place,tags=City+State",
				   &p.arena, &e), 0, "the map is read");
	is_int(portfolio_parse(&p, list, sizeof(list) - 1, &m, &e), 0, "the list is read");
	is_int((long long)p.rows, 11, "eleven rows");
	is_int((long long)p.subjects.n, 4, "four of them are sites");
	is_str(p.subjects.at[0].domain, "example.test", "lower case");
	is_str(p.subjects.at[0].organisation, "Town of \"A\", Example", "quoted cell");
	is_str(p.subjects.at[0].tags, "City=Dayton;State=OH", "tags");
	is_int(p.subjects.at[0].rank, 3, "rank");
	is_str(p.subjects.at[1].tags, "State=OH", "an empty tag is left out");
	is_int(p.subjects.at[1].rank, I64_NULL, "no rank");
	is_str(p.subjects.at[2].domain, "xn--bcher-kva.test", "IDN");
	is_str(p.subjects.at[2].organisation, "two lines", "a line break in a cell");
	is_str(p.subjects.at[2].tags, "City=a b c", "signs of the form become blanks");
	is_int(p.subjects.at[2].line, 12, "its line");
	is_str(p.subjects.at[3].class_, "", "short row: empty cells");
	is_int(p.subjects.at[3].line, 14, "its line");
	is_int((long long)p.problems.n, 7, "seven problems");
	for (size_t i = 0; i < 7 && i < p.problems.n; i++) {
		is_int(p.problems.at[i].line, want[i].line, p.problems.at[i].text);
		is_int(p.problems.at[i].fault, want[i].fault,
		       portfolio_fault_words[want[i].fault]);
		is_int((long long)p.counts[want[i].fault], 1, "counted");
	}
	portfolio_done(&p);
}

static void sum_of(const char *text, char sum[65])
{
	struct portfolio p;

	portfolio_init(&p);
	portfolio_parse(&p, text, strlen(text), NULL, NULL);
	memcpy(sum, p.sha256, 65);
	portfolio_done(&p);
}

static void test_sums(void)
{
	char a[65], b[65], c[65], d[65];

	sum_of("domain,class\na.test,x\n", a);
	sum_of("class,domain\r\n\"x\",A.TEST.\r\n", b);
	sum_of("domain,class\na.test,y\n", c);
	sum_of("domain,class,region\na.test,,x\n", d);
	is_str(a, b, "the same content has the same sum");
	ok(strcmp(a, c) && strcmp(a, d), "other content has another");
}

static void test_guess(void)
{
	static const struct {
		const char *text;
		int subjects, rank;
	} rows[] = {
		{"a.test\nb.test\n", 2, 0},
		{"1,a.test\n2,b.test\n", 2, 1},
		{"rank,domain\n1,a.test\n", 1, 1},
		{"Organization,Domain\nX,a.test\n", 1, 0},
		{"a.test", 1, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct portfolio p;
		struct err e = {0};

		portfolio_init(&p);
		is_int(portfolio_parse(&p, rows[i].text, strlen(rows[i].text), NULL, &e), 0, "read");
		is_int((long long)p.subjects.n, rows[i].subjects, "subjects");
		is_int(p.subjects.at[0].rank, rows[i].rank ? 1 : I64_NULL, "rank");
		portfolio_done(&p);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *text, *map, *word;
	} rows[] = {
		{"<html>\n", NULL, "no column 'domain'"},
		{"", NULL, "no rows"},
		{"domain\n", NULL, "no rows"},
		{"a,b\nx.test,y\n", "domain=c", "no column 'c'; the file has 'a', 'b'"},
		{"a,b\nx.test,y\n", "domain=a,tags=b+zz", "no column 'zz'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct portfolio p;
		struct portfolio_map m;
		struct err e = {0};

		portfolio_init(&p);
		if (rows[i].map)
			portfolio_map_parse(&m, rows[i].map, &p.arena, &e);
		is_int(portfolio_parse(&p, rows[i].text, strlen(rows[i].text),
				       rows[i].map ? &m : NULL, &e), -EINVAL, rows[i].word);
		ok(strstr(e.text, rows[i].word), "says: %s", e.text);
		portfolio_done(&p);
	}
}

static void test_maps(void)
{
	static const char *const bad[] = {"class=x", "domain", "domain='x", "what=x,domain=d",
					  "domain='a'b", "tags='a,domain=d"};
	struct portfolio_map m;
	struct arena a;

	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};

		is_int(portfolio_map_parse(&m, bad[i], &a, &e), -EINVAL, bad[i]);
		ok(e.text[0], "says: %s", e.text);
	}
	arena_done(&a);
}

/* What a portfolio of these bytes gives, and whether it hit the limit. */
static void one_limit(enum limit which, const char *data, size_t len, bool past)
{
	uint64_t before = limit_hits(which);
	struct portfolio p;
	struct err e = {0};

	portfolio_init(&p);
	is_int(portfolio_parse(&p, data, len, NULL, &e), past ? -E2BIG : 0, limit_table[which].name);
	is_int((long long)(limit_hits(which) - before), past, "counted");
	portfolio_done(&p);
}

/* One row as long as the file. */
static void test_bytes(void)
{
	size_t max = (size_t)L_PORTFOLIO_FILE_B + 1;
	char *data = mmap(NULL, max, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(data, "domain\n", 7);
	for (size_t n = max - 2; n <= max; n++)
		one_limit(LIMIT_PORTFOLIO_FILE_B, data, n, n > L_PORTFOLIO_FILE_B);
	munmap(data, max);
}

/* Rows without a domain, the least that a row can be.  Below the limit there is no third run: these
 * are many rows, and that at the limit has passed it. */
static void test_rows(void)
{
	size_t head = 7, max = head + 2 * ((size_t)L_PORTFOLIO_ROWS + 1);
	char *data = malloc(max);

	memcpy(data, "domain\n", head);
	for (size_t i = head; i < max; i += 2)
		memcpy(data + i, ",\n", 2);
	one_limit(LIMIT_PORTFOLIO_ROWS, data, max - 2, false);
	one_limit(LIMIT_PORTFOLIO_ROWS, data, max, true);
	free(data);
}

static void test_columns(void)
{
	for (int n = L_CSV_COLUMNS - 1; n <= L_CSV_COLUMNS + 1; n++) {
		struct portfolio p;
		struct buf text;

		buf_init(&text, 1 << 16);
		buf_str(&text, "domain\na.test");
		for (int i = 1; i < n; i++)
			buf_char(&text, ',');
		portfolio_init(&p);
		portfolio_parse(&p, text.data, text.len, NULL, NULL);
		is_int((long long)p.subjects.n, n <= L_CSV_COLUMNS, "columns of a row");
		is_int((long long)p.counts[PORTFOLIO_BROKEN], n > L_CSV_COLUMNS, "one too many");
		portfolio_done(&p);
		buf_done(&text);
	}
}

static const char *data_file(char path[4096])
{
	const char *dir = getenv("SEXTANT_DATA");

	if (dir && *dir)
		snprintf(path, 4096, "%s/portfolio/dotgov.csv.gz", dir);
	else
		snprintf(path, 4096, "%s/../shared/data/portfolio/dotgov.csv.gz", SEXTANT_SOURCE);
	return path;
}

/* Counted from the same file with awk and Python's csv module, which agreed. */
static void test_real(void)
{
	static const struct {
		const char *class_;
		int n;
	} want[] = {
		{"City", 8978},
		{"City - Election", 333},
		{"County", 2639},
		{"County - Election", 291},
		{"Federal", 2},
		{"Federal - Executive", 1174},
		{"Federal - Judicial", 24},
		{"Federal - Legislative", 121},
		{"Interstate", 41},
		{"School district", 65},
		{"Special district", 1103},
		{"Special district - Election", 33},
		{"State or territory", 1409},
		{"State or territory - Election", 36},
		{"Tribal", 286},
		{"Tribal - Election", 4},
	};
	char path[4096];
	struct portfolio p;
	struct portfolio_map m;
	struct err e = {0};
	size_t sum = 0;

	if (access(data_file(path), R_OK) != 0) {
		skip("the real portfolio is not at %s; set SEXTANT_DATA", path);
		return;
	}
	portfolio_init(&p);
	portfolio_map_parse(&m, "domain='Domain name',class='Domain type',organisation="
				"'Organization name',region=State,tags=City", &p.arena, &e);
	is_int(portfolio_read(&p, path, &m, &e), 0, "the real list is read");
	is_int((long long)p.rows, 16539, "16,539 rows");
	is_int((long long)p.subjects.n, 16539, "all of them sites");
	is_int((long long)p.problems.n, 0, "no problems");
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		int n = 0;

		for (size_t k = 0; k < p.subjects.n; k++)
			n += !strcmp(p.subjects.at[k].class_, want[i].class_);
		is_int(n, want[i].n, want[i].class_);
		sum += (size_t)n;
	}
	is_int((long long)sum, 16539, "no other class");
	portfolio_done(&p);
}

int main(void)
{
	test_names();
	test_list();
	test_sums();
	test_guess();
	test_refused();
	test_maps();
	test_columns();
	test_rows();
	test_bytes();
	test_real();
	return done();
}
