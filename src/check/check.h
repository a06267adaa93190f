/*
 * check: one question about a site, answered from its evidence.  To add one: write check/NAME.c with
 * `const struct check check_NAME`, and the row in check/meson.build.
 *
 * judge() is pure: no time but site->now_us, no order but that of the evidence.  It says unknown
 * when the observer or the evidence does not suffice; it says na when the question does not arise.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "check/evidence.h"
#include "core/verdict.h"

/* One possible answer: the verdict that goes with it and what to do about it. */
struct reason {
	const char *code;
	enum verdict verdict;
	const char *en, *zh;               /* what it means, one line */
	const char *remedy_en, *remedy_zh; /* what to do; "" when there is nothing to repair.
					    * {} is replaced by finding.subject (a host, an address) */
};

struct finding {
	const struct reason *reason;
	char subject[256];    /* what the remedy is about: a host name, an address; may be "" */
	struct json *detail;  /* judge writes members of one JSON object here: the addresses, name
			       * servers, statuses it used */
};

struct check {
	const char *id;        /* "aaaa": stable, in URLs and tables */
	const char *title_en, *title_zh;
	const char *rung;      /* place on the ladder: dns ns web tls mail parity */
	const char *source;    /* standard or rule it follows, for the definition page */
	const char *method;    /* version of the method: "1" */
	const struct reason *reasons; /* ends with code NULL */
	void (*judge)(const struct site *s, struct finding *f);
};

extern const struct check *const check_list[]; /* made by the build; ends with NULL */
const struct check *check_find(const char *id);
const struct reason *check_reason(const struct check *c, const char *code);

/* Runs one judge and writes the row; texts live in a.  Tags are left to the caller. */
void check_run(const struct check *c, const struct site *s, struct arena *a,
	       struct verdict_row *row);

/* For judges: sets the reason by its code; the code must be in c->reasons. */
void finding_set(struct finding *f, const struct check *c, const char *code);

#endif
