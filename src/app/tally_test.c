/* tally_test: what did not pass, most frequent first. */
#include "app/tally.h"

#include "core/verdict.h"
#include "test/tap.h"

static void add(struct batch *b, const char *check, enum verdict verdict, const char *reason)
{
	struct verdict_row *r = batch_add(b, 1, "a.test", "here", "r", OUTCOME_OK)->row;

	r->check = check;
	r->verdict = (int32_t)verdict;
	r->reason = reason;
}

int main(void)
{
	struct batch *b = batch_new(&verdict_schema);
	struct arena a = {0};
	struct tally t;

	tally_init(&t, &a);
	is_str(tally_json(&t, 9, &a), "{}", "nothing yet");
	add(b, "site", VERDICT_FAIL, "no_aaaa");
	add(b, "aaaa", VERDICT_FAIL, "no_aaaa");
	add(b, "tcp", VERDICT_NA, "no_address");
	add(b, "http", VERDICT_PASS, "ok");
	tally_site(&t, b, 0);
	add(b, "aaaa", VERDICT_FAIL, "no_aaaa");
	add(b, "tls", VERDICT_UNKNOWN, "timeout_once");
	tally_site(&t, b, 4);
	is_str(tally_json(&t, 9, &a), "{\"aaaa:no_aaaa\":2,\"tls:timeout_once\":1}", "most frequent first");
	is_str(tally_json(&t, 1, &a), "{\"aaaa:no_aaaa\":2}", "no more than were asked for");
	tally_add(&t, "tls:timeout_once", 5);
	is_str(tally_json(&t, 1, &a), "{\"tls:timeout_once\":6}", "what an earlier run counted is added");
	tally_done(&t);
	batch_free(b);
	arena_done(&a);
	return done();
}
