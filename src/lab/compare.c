/* compare: see compare.h. */
#include "lab/compare.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* What the census said, by state and check: "verdict:reason" or NULL. */
struct found {
	const char **said;
	bool *seen;
};

static void differ(struct comparison *c, const struct state *s, const char *check, const char *want,
		   const char *got)
{
	*vec_push(&c->differences) = (struct difference){s->name, s->domain, check, want, got};
}

static size_t check_index(const struct truth *t, const char *id)
{
	size_t i = 0;

	while (i < t->n_checks && strcmp(t->checks[i], id) != 0)
		i++;
	return i;
}

static void take_site(const struct truth *t, const struct state *s, json_t *verdicts,
		      struct arena *a, struct found *f, struct comparison *c)
{
	json_t *v;
	size_t i;

	json_array_foreach(verdicts, i, v) {
		const char *id = json_string_value(json_object_get(v, "check"));
		const char *verdict = json_string_value(json_object_get(v, "verdict"));
		const char *reason = json_string_value(json_object_get(v, "reason"));
		const char *said = arena_printf(a, "%s:%s", verdict ? verdict : "?",
						reason ? reason : "?");
		size_t k = check_index(t, id ? id : "");

		if (k == t->n_checks)
			differ(c, s, arena_str(a, id ? id : "?"), "", said);
		else
			f->said[(s->number - 1) * t->n_checks + k] = said;
	}
}

/* One line: a site, or the last one with the counts. */
static int take_line(const struct truth *t, const char *line, size_t len, struct arena *a,
		     struct found *f, struct comparison *c, struct err *e)
{
	json_error_t why;
	json_t *o = json_loadb(line, len, 0, &why);
	const char *domain = json_string_value(json_object_get(o, "domain"));
	const struct state *s = domain ? truth_find(t, domain) : NULL;

	if (!o)
		return err_set(e, -EBADMSG, "the census printed a line that is not JSON: %s",
			       why.text);
	if (s && !f->seen[s->number - 1]) {
		f->seen[s->number - 1] = true;
		c->sites++;
		take_site(t, s, json_object_get(o, "verdicts"), a, f, c);
	}
	json_decref(o);
	return 0;
}

int compare_census(const struct truth *t, const char *lines, size_t len, struct arena *a,
		   struct comparison *c, struct err *e)
{
	struct found f = {.said = arena_array(a, t->n_states * t->n_checks, sizeof(*f.said)),
			  .seen = arena_array(a, t->n_states, sizeof(*f.seen))};
	const char *end = lines + len;
	int code = 0;

	memset(c, 0, sizeof(*c));
	while (lines < end && !code) {
		const char *newline = memchr(lines, '\n', (size_t)(end - lines));
		size_t n = (size_t)((newline ? newline : end) - lines);

		if (n)
			code = take_line(t, lines, n, a, &f, c, e);
		lines += n + 1;
	}
	for (size_t i = 0; i < t->n_states && !code; i++)
		for (size_t k = 0; k < t->n_checks; k++) {
			const char *want = t->states[i].expect[k], *got = f.said[i * t->n_checks + k];

			c->verdicts++;
			if (!got || strcmp(got, want) != 0)
				differ(c, &t->states[i], t->checks[k], want, got ? got : "");
		}
	return code;
}
