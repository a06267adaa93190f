/* judge: see judge.h. */
#include "app/judge.h"

#include <string.h>

const char *const verdict_signs[] = {"✓", "◐", "✗", "–", "?"};

const char *verdict_word(enum verdict v, bool zh)
{
	static const char *const en[] = {"pass", "partial", "fail", "not applicable", "unknown"};
	static const char *const zh_words[] = {"通过", "部分", "未通过", "不适用", "未知"};

	return (zh ? zh_words : en)[v];
}

static void judge_one(const struct check *c, const struct site *s, const struct subject *tags,
		      const struct judgement *j, struct batch *into)
{
	struct obs *o = batch_add(into, j->at_us, s->domain, j->vantage, j->round, OUTCOME_OK);
	struct verdict_row *row = o->row;

	check_run(c, s, &into->arena, row);
	o->outcome = row->verdict == VERDICT_UNKNOWN ? OUTCOME_UNKNOWN : OUTCOME_OK;
	row->organisation = batch_text(into, tags->organisation);
	row->class_ = batch_text(into, tags->class_);
	row->region = batch_text(into, tags->region);
	row->level = batch_text(into, tags->level);
	row->rank = tags->rank;
	row->portfolio = batch_text(into, j->portfolio);
}

void judge_site(const struct site *s, const struct subject *tags, const struct judgement *j,
		struct batch *into)
{
	for (size_t i = 0; check_list[i]; i++)
		judge_one(check_list[i], s, tags, j, into);
}
