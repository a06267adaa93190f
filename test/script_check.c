/* script_check: expectations of a script against what came of its replay; see script.h. */
#include "test/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool column_is(const struct schema *schema, const struct obs *o, const char *key,
		      const char *value)
{
	const struct field *f = schema_field(schema, key);
	struct buf text;
	bool same;

	if (!strcmp(key, "outcome"))
		return !strcmp(outcome_words[o->outcome], value);
	if (!f)
		return false;
	buf_init(&text, 1 << 20);
	field_print(f, o->row, &text);
	same = !strcmp(text.data, value);
	buf_done(&text);
	return same;
}

/* How many rows of this kind ("web") have all these columns ("hop=1"). */
static size_t count_rows(struct script *s, const char *kind, char *const *words, size_t n)
{
	size_t found = 0;

	for (int k = 0; k < EVIDENCE_KINDS; k++) {
		const struct batch *b = s->replay.batches[k];

		if (!b || strcmp(b->schema->name, kind))
			continue;
		for (size_t i = 0; i < b->obs.n; i++) {
			bool all = true;

			for (size_t w = 0; w < n && all; w++) {
				char *key = arena_str(&s->arena, words[w]),
				     *value = strchr(key, '=');

				if (value)
					*value++ = '\0';
				all = value && column_is(b->schema, &b->obs.at[i], key, value);
			}
			found += all;
		}
	}
	return found;
}

static const char *instead(struct script *s, bool good, const char *what, long long n)
{
	return good ? NULL : arena_printf(&s->arena, "%s: %lld", what, n);
}

static const char *check_asked(struct script *s, const struct expectation *x)
{
	char *name = arena_printf(&s->arena, "qname=%s", x->words[1]);
	char *type = arena_printf(&s->arena, "qtype=%s", x->n > 2 ? x->words[2] : "");
	char *words[3] = {name, x->n > 2 ? type : "via=resolver_udp", "outcome=denied"};
	size_t all = count_rows(s, "dns", words, 2), denied = count_rows(s, "dns", words, 3);
	bool not = !strcmp(x->words[0], "not-asked");
	size_t want = x->n > 3 ? strtoul(x->words[3], NULL, 10) : 0;

	return instead(s,
		       not    ? all == denied
		       : want ? all - denied == want
			      : all > denied,
		       "times asked", (long long)(all - denied));
}

static const char *check_sent(struct script *s, const struct expectation *x)
{
	size_t n = 0;
	struct addr a;

	if (!addr_parse(&a, x->words[1]))
		return "this is no address";
	for (size_t i = 0; i < s->replay.sent.n; i++)
		n += !addr_cmp(&s->replay.sent.at[i].addr, &a) &&
		     (x->n < 3 || s->replay.sent.at[i].port == strtoul(x->words[2], NULL, 10));
	return instead(s, !strcmp(x->words[0], "sent") ? n > 0 : n == 0, "packets", (long long)n);
}

static const char *check_verdict(struct script *s, const struct expectation *x)
{
	const struct replay *r = &s->replay;

	for (size_t i = 0; i < r->judged.n; i++) {
		const struct judged *j = &r->judged.at[i];
		const char *got;

		if (strcmp(j->check->id, x->words[1]))
			continue;
		got = arena_printf(&s->arena, "%s:%s", verdict_words[j->verdict], j->reason);
		return strcmp(got, x->words[2]) ? got : NULL;
	}
	return "there is no such check";
}

static const char *check_limit(struct script *s, const struct expectation *x)
{
	bool want = !strcmp(x->words[0], "limit");

	for (int i = 0; i < LIMIT_COUNT; i++) {
		bool hit = limit_hits((enum limit)i) > s->hits[i];

		if (!strcmp(limit_table[i].name, x->words[1]))
			return hit == want ? NULL : hit ? "it was passed" : "it was not passed";
	}
	return "there is no such limit";
}

static const char *check_rows(struct script *s, const struct expectation *x)
{
	bool counted = !strcmp(x->words[0], "rows");
	size_t from = counted ? 2 : 1, want = counted ? strtoul(x->words[1], NULL, 10) : 0;
	size_t n = count_rows(s, x->words[from], x->words + from + 1, x->n - from - 1);

	if (counted)
		return instead(s, n == want, "rows", (long long)n);
	return instead(s, !strcmp(x->words[0], "row") ? n > 0 : n == 0, "rows", (long long)n);
}

const char *script_check(struct script *s, const struct expectation *x)
{
	const char *word = x->words[0];
	const struct replay *r = &s->replay;
	long long n = x->n > 1 ? strtoll(x->words[1], NULL, 10) : 0;

	if (!strcmp(word, "verdict"))
		return check_verdict(s, x);
	if (!strcmp(word, "asked") || !strcmp(word, "not-asked"))
		return check_asked(s, x);
	if (!strcmp(word, "sent") || !strcmp(word, "not-sent"))
		return check_sent(s, x);
	if (!strcmp(word, "limit") || !strcmp(word, "no-limit"))
		return check_limit(s, x);
	if (!strcmp(word, "parks"))
		return instead(s, (long long)r->parks == n, "parks", (long long)r->parks);
	if (!strcmp(word, "shared"))
		return instead(s, (long long)r->shared == n, "looks had of another site", (long long)r->shared);
	if (!strcmp(word, "questions"))
		return instead(s, (long long)r->questions == n, "questions",
			       (long long)r->questions);
	if (!strcmp(word, "active"))
		return instead(s, r->active_us <= n * 1000000, "microseconds",
			       (long long)r->active_us);
	return check_rows(s, x);
}
