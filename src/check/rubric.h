/*
 * rubric: a score as a view over verdicts.  A rubric is a file of its own with a version; a score derives
 * from stored verdicts alone, so history is scored again under a new rubric without a packet.  CSV, UTF-8:
 *
 *	#version,1        rows that begin with # say something about it: version title_en title_zh source
 *	kind,item,check,pass,partial,fail,na,weight,title_en,title_zh
 *	item,dns,,,,,,10,AAAA record resolves,AAAA 可解析
 *	test,dns,aaaa,10,2,0,skip,,,
 *	level,good,,90,,,,,Pass,通过
 *
 *	item   a thing that is scored, with its weight in the whole
 *	test   of an item: points for each verdict of a check; `skip`: it leaves the item then.  Check `-` is
 *	       what this version does not measure: always unknown
 *	level  a word for scores from `pass` per cent on; from the highest to the lowest
 *
 * An item's score is the share of the points that its tests could give, in per cent; the whole is the mean
 * of its items by weight.  What is unknown is never replaced: the score becomes a range, with the least and
 * the most points that the unknown could bring.  An item without a test that applies leaves the whole.
 */
#ifndef CHECK_RUBRIC_H
#define CHECK_RUBRIC_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/vec.h"
#include "core/verdict.h"

struct rubric_test {
	const char *check;			/* "-": not measured */
	double points[VERDICT_NA + 1], max;	/* NaN: skip */
	size_t item;
};

struct rubric_item {
	const char *id, *title_en, *title_zh;
	double weight;
};

struct rubric_level {
	const char *id, *title_en, *title_zh;
	double from; /* per cent */
};

struct rubric {
	const char *name, *version, *title_en, *title_zh, *source;
	VEC(struct rubric_item) items;
	VEC(struct rubric_test) tests;
	VEC(struct rubric_level) levels;
};

/* Texts live in a.  -EINVAL names the line and what is wrong with it.  rubric_done in either case. */
int rubric_parse(struct rubric *r, struct arena *a, const char *name, const char *data, size_t len,
		 struct err *e);
void rubric_done(struct rubric *r);
/* The rubrics that travel with the program: name of the i-th (good until the next call), NULL past the last. */
const char *rubric_builtin_name(size_t i);

/* In per cent; NaN both: nothing applies. */
struct score {
	double low, high;
};
struct scoring {
	struct score whole, items[L_RUBRIC_ITEMS];
	size_t known, unknown; /* items that apply */
};

/* verdict: of a check in the round; VERDICT_UNKNOWN where there is none. */
typedef enum verdict (*rubric_verdict)(void *ctx, const char *check);
struct scoring rubric_score(const struct rubric *r, rubric_verdict verdict, void *ctx);
/* NULL when the range spans two, or nothing applies. */
const struct rubric_level *rubric_level_of(const struct rubric *r, const struct score *s);

#endif
