/* Whole visits in scripted internets: every file of test/replay, and the mistakes that scripts can
 * hold. */
#include "test/script.h"

#include "test/tap.h"

#include <dirent.h>
#include <errno.h>

enum { SCRIPT_B = 65536 };

/* The scripts stand at these limits, one below and one above. */
_Static_assert(L_DNS_QUERIES_PER_SITE == 200, "test/replay/questions_*.rpl");
_Static_assert(L_SITE_PAUSES == 4, "test/replay/pauses_*.rpl");
_Static_assert(L_SITE_ADDRESSES == 4, "test/replay/three_dead.rpl, four_dead.rpl");
_Static_assert(L_DNS_NS_KEPT == 16, "test/replay/ns_*.rpl");
_Static_assert(L_DNS_MX_KEPT == 10, "test/replay/mx_*.rpl");
_Static_assert(L_HTTP_REDIRECTS == 5, "test/replay/redirect_*.rpl");
_Static_assert(L_RESOURCE_HOSTS_PER_DOMAIN == 5, "test/replay/resources_cut.rpl");
_Static_assert(L_LINK_HOSTS == 64, "test/replay/link_hosts_*.rpl");
_Static_assert(L_ROBOTS_KEPT_B == 65536, "test/replay/links_robots_*.rpl");
_Static_assert(L_REPEATS == 30, "test/replay/repeats_29.rpl, _30, _31");
_Static_assert(L_REPEAT_WALL_MS == 180000, "test/replay/repeats_slow_*.rpl");
_Static_assert(L_LINK_WALL_MS == 300000, "test/replay/links_slow*.rpl");

static char *read_file(struct arena *a, const char *path)
{
	char *text = arena_alloc(a, SCRIPT_B);
	FILE *f = fopen(path, "r");

	if (!f || fread(text, 1, SCRIPT_B - 1, f) == SCRIPT_B - 1) {
		printf("# %s cannot be read, or is too long\n", path);
		exit(1);
	}
	fclose(f);
	return text;
}

/* All that was found, for those who write scripts. */
static void show(const struct replay *r)
{
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		for (size_t i = 0; r->batches[k] && i < r->batches[k]->obs.n; i++) {
			const struct schema *schema = r->batches[k]->schema;
			const struct obs *o = &r->batches[k]->obs.at[i];

			printf("# %s outcome=%s", schema->name, outcome_words[o->outcome]);
			for (size_t f = 0; f < schema->n_fields; f++) {
				struct buf text;

				buf_init(&text, 65536);
				field_print(&schema->fields[f], o->row, &text);
				if (text.len)
					printf(" %s=%.200s", schema->fields[f].name, text.data);
				buf_done(&text);
			}
			printf("\n");
		}
	for (size_t i = 0; i < r->judged.n; i++)
		printf("# %s %s:%s\n", r->judged.at[i].check->id,
		       verdict_words[r->judged.at[i].verdict], r->judged.at[i].reason);
}

/* Everything that every replay must hold, then what this one expects. */
static void play(const char *path, bool shown)
{
	const char *name = strstr(path, "test/replay/");
	struct script s;
	struct err e = {0};
	char *text;

	script_init(&s, name ? name : path);
	text = read_file(&s.arena, path);
	if (script_read(&s, text, &e)) {
		ok(false, "%s", e.text);
		script_done(&s);
		return;
	}
	script_run(&s);
	if (!ok(!s.replay.broken[0], "%s: what always holds", s.name))
		printf("# %s\n", s.replay.broken);
	printf("# %zu questions, %zu looks, %zu pauses, %lld ms active\n", s.replay.questions,
	       s.replay.starts, s.replay.parks, (long long)s.replay.active_us / 1000);
	if (shown)
		show(&s.replay);
	for (size_t i = 0; i < s.expects.n; i++) {
		const struct expectation *x = &s.expects.at[i];
		const char *instead = script_check(&s, x);

		if (!ok(!instead, "%s:%u: %s %s %s", s.name, x->line, x->words[0], x->words[1],
			x->n > 2 ? x->words[2] : ""))
			printf("# got %s\n", instead);
	}
	script_done(&s);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_script(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".rpl");
}

static void play_all(void)
{
	static const char folder[] = SEXTANT_SOURCE "/test/replay";
	struct dirent **list;
	int n = scandir(folder, &list, is_script, by_name);

	ok(n >= 30, "%d scripts", n);
	for (int i = 0; i < n; i++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		play(path, false);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* ---- mistakes ---- */

static void mistakes(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"\ndsn example.test A 198.18.0.1\n", "x.rpl:2: a line does not begin with 'dsn'"},
		{"dns example.test AAAA 198.18.0.1",
		 "x.rpl:1: '198.18.0.1' is no record of this type"},
		{"dns example.test AAA 3fff::1", "x.rpl:1: 'AAA' is no type"},
		{"dns ex..test A", "x.rpl:1: 'ex..test' is no name"},
		{"dns example.test A", "x.rpl:1: says what?"},
		{"dns example.test A timeout then", "x.rpl:1: says what?"},
		{"dns a.test A timeout\ndns a.test A 198.18.0.1",
		 "x.rpl:2: what this name says was told before"},
		{"web 3fff::1 443 200 \"no end", "x.rpl:1: a quote has no end"},
		{"web 3fff::1 0 200", "x.rpl:1: a number from 1 to 65535, not '0'"},
		{"web 3fff::1 443 200 body more", "x.rpl:1: 'more'?"},
		{"web 3fff::1 443 flying", "x.rpl:1: a number from 100 to 999, not 'flying'"},
		{"ns 3fff::1 asleep", "x.rpl:1: 'asleep' is nothing that a name server says"},
		{"ns nowhere ok", "x.rpl:1: 'nowhere' is no address"},
		{"smtp 3fff::1 220", "x.rpl:1: a number is missing"},
		{"each i 1", "x.rpl:1: each LETTER FROM TO LINE"},
		{"each i 1 2 dns", "x.rpl:1: a name is missing"},
		{"site a.test b.test", "x.rpl:1: 'b.test' is too much"},
		{"families 5", "x.rpl:1: families is 4, 6 or both"},
		{"deny 10.0.0.1/8", "x.rpl:1: '10.0.0.1/8' is no prefix"},
		{"expect sun", "x.rpl:1: nobody can expect 'sun'"},
		{"expect verdict site", "x.rpl:1: 'expect verdict' with 1 words"},
		{"site a.test\n", "x.rpl:1: nothing is expected"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct script s;
		struct err e = {0};

		script_init(&s, "x.rpl");
		is_int(script_read(&s, rows[i].text, &e), -EINVAL, rows[i].want);
		is_str(e.text, rows[i].want, "and says where");
		script_done(&s);
	}
}

/* A script that expects the wrong thing must fail, or no replay proves anything. */
static void wrong_expectations(void)
{
	static const char text[] = "dns example.test AAAA 3fff::1\n"
				   "each i 1 101 dns www.example.test A 198.18.0.$i\n"
				   "web 3fff::1 443 200 \"x\"\n"
				   "expect verdict site fail:no_aaaa\n"
				   "expect verdict none pass:ok\n"
				   "expect asked example.test A 2\n"
				   "expect not-asked example.test AAAA\n"
				   "expect sent 3fff::2\n"
				   "expect not-sent 3fff::1\n"
				   "expect row web hop=1\n"
				   "expect row web none=1\n"
				   "expect no-row web hop=0\n"
				   "expect rows 0 web hop=0\n"
				   "expect parks 0\n"
				   "expect questions 1\n"
				   "expect active 0\n"
				   "expect limit HTTP_REDIRECTS\n"
				   "expect no-limit DNS_RR_KEPT\n"
				   "expect limit NONE\n";
	struct script s;
	struct err e = {0};

	script_init(&s, "wrong.rpl");
	is_int(script_read(&s, text, &e), 0, e.text);
	script_run(&s);
	for (size_t i = 0; i < s.expects.n; i++)
		ok(script_check(&s, &s.expects.at[i]) != NULL, "line %u is not so",
		   s.expects.at[i].line);
	script_done(&s);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		play(argv[i], true);
	if (argc > 1)
		return done();
	mistakes();
	wrong_expectations();
	play_all();
	return done();
}
