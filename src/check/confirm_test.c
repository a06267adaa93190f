/* confirm_test: what rounds say, as a row of letters, and what is published after each. */
#include "check/confirm.h"

#include "test/tap.h"

#define HOUR INT64_C(3600000000)

/* p pass, q partial, f fail, n not applicable, u unknown; the time of each look in hours, 0..9. */
static const struct {
	const char *what, *said, *hours, *published, *rows;
	int64_t need;
} rows[] = {
	{"nothing is published after one round", "p", "0", "u", "y", 2},
	{"two rounds publish, a third says nothing new", "ppp", "012", "upp", "yy.", 2},
	{"one round alone flips nothing", "ppfpp", "01234", "upppp", "yyyy.", 2},
	{"two in a row flip", "ppff", "0123", "uppf", "yyyy", 2},
	{"they must be in a row", "ppfpfp", "012345", "uppppp", "yyyyyy", 2},
	{"unknown is not said: it breaks no run", "ppfuf", "01234", "upppf", "yyy.y", 2},
	{"and confirms none", "ppfuuu", "012345", "upppp" "p", "yyy...", 2},
	{"unknown alone publishes nothing", "uuu", "012", "uuu", "...", 2},
	{"a look that comes too soon does not count", "ppfff", "01223", "upppf", "yyy.y", 2},
	{"not even to break a run", "ppfpf", "01223", "upppf", "yyy.y", 2},
	{"another answer begins a run of its own", "ppfqq", "01234", "upppq", "yyyyy", 2},
	{"three where three are asked", "pppff" "f", "012345", "uuppp" "f", "yyyyyy", 3},
	{"one where one is enough", "pf", "01", "pf", "yy", 1},
	{"not applicable is an answer", "nnpp", "0123", "unnp", "yyyy", 2},
};

static enum verdict verdict_of(char c)
{
	static const char letters[] = "pqfnu"; /* in the order of enum verdict */

	return (enum verdict)(strchr(letters, c) - letters);
}

static void test_rows(void)
{
	static const char *const rounds[] = {"r0", "r1", "r2", "r3", "r4", "r5"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct status_row s = status_none("aaaa");
		char published[8] = "", said[8] = "";

		for (size_t k = 0; rows[i].said[k]; k++) {
			const struct raw_look look = {verdict_of(rows[i].said[k]), "any", rounds[k],
						      (rows[i].hours[k] - '0') * HOUR};

			said[k] = status_fold(&s, &look, rows[i].need, HOUR) ? 'y' : '.';
			published[k] = "pqfnu"[s.verdict];
		}
		is_str(published, rows[i].published, rows[i].what);
		is_str(said, rows[i].rows, "  and what is stored");
	}
}

static bool fold(struct status_row *s, char c, const char *reason, const char *round, int64_t hour)
{
	const struct raw_look look = {verdict_of(c), reason, round, hour * HOUR};

	return status_fold(s, &look, 2, HOUR);
}

/* A flip tells both rounds, and both reasons of both answers. */
static void test_flip(void)
{
	struct status_row s = status_none("tcp");

	fold(&s, 'p', "ok", "a", 1);
	is_int(s.run, 1, "pending 1");
	is_int(s.need, 2, "of 2");
	fold(&s, 'p', "ok", "b", 2);
	fold(&s, 'f', "v6_timeout", "c", 5);
	is_str(s.first_round, "c", "the run knows with which round it began");
	is_int(s.verdict, VERDICT_PASS, "published is what was");
	fold(&s, 'f', "v6_refused", "d", 7);
	ok(s.flipped == 1 && s.verdict == VERDICT_FAIL && s.was == VERDICT_PASS, "it flips");
	is_str(s.since_round, "c", "since the round that said so first");
	is_int(s.since_us, 5 * HOUR, "and its time");
	is_str(s.reason, "v6_refused", "for the reason that the last round gave");
	is_str(s.was_reason, "ok", "from the reason before");
	ok(s.raw == -1 && s.run == 0, "nothing is pending");
	ok(!fold(&s, 'f', "v6_refused", "e", 8), "the same once more is nothing new");
	ok(fold(&s, 'f', "v6_timeout", "f", 9) && !s.flipped && s.since_us == 5 * HOUR,
	   "another reason is told, and flips nothing");
}

int main(void)
{
	test_rows();
	test_flip();
	return done();
}
