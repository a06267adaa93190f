/*
 * report: see report.h.  Sections in the order of the questions people come with: the answer and what
 * changed, who stands where, each dimension, the targets, what to repair first, the registries, and
 * how it was measured.
 */
#include "outlet/report_int.h"

#include "base/asset.h"
#include "base/clock.h"
#include "base/map.h"
#include "core/schema.h"
#include "outlet/terms.h"

#include <errno.h>
#include <string.h>

/* ---- the period and its round ---- */

static int read_period(struct report *r, struct err *e)
{
	const char *text = r->ask->period;

	if ((strlen(text) != 4 && strlen(text) != 7) || time_parse(text, &r->from_us) ||
	    time_parse_end(text, &r->to_us))
		return err_set(e, -EINVAL, "the period is a month like 2026-10 or a year like 2026, not '%s'",
			       text);
	if (r->from_us > r->ask->now_us)
		return err_set(e, -EINVAL, "the period %s has not begun yet", text);
	r->is_over = r->to_us <= r->ask->now_us;
	if (!r->is_over)
		r->to_us = r->ask->now_us;
	return 0;
}

/* The last complete round that ended before the end of the period. */
static int find_round(struct report *r, struct err *e)
{
	const struct value args[] = {value_i64(r->to_us), value_text(r->ask->portfolio)};
	struct table t;
	int rc;

	r->list = r->ask->portfolio;
	rc = facts_query(&r->facts, &r->arena,
			 r->ask->portfolio
				 ? "SELECT round, subject, version, ended_us FROM obs_round WHERE complete "
				   "AND ended_us < ? AND subject = ? ORDER BY ended_us DESC, round DESC LIMIT 1"
				 : "SELECT round, subject, version, ended_us FROM obs_round WHERE complete "
				   "AND ended_us < ? ORDER BY ended_us DESC, round DESC LIMIT 1",
			 args, r->ask->portfolio ? 2 : 1, &t, e);
	if (rc || !t.n_rows)
		return rc;
	r->round = value_str(table_at(&t, 0, 0), NULL);
	r->list = value_str(table_at(&t, 0, 1), NULL);
	r->version = value_int(table_at(&t, 0, 2), I64_NULL);
	r->round_us = value_int(table_at(&t, 0, 3), I64_NULL);
	return 0;
}

static int find_files(struct report *r, struct err *e)
{
	struct table t;

	r->files_us = I64_NULL;
	if (facts_query(&r->facts, &r->arena,
			"SELECT min(day) AS day FROM (SELECT subject, max(file_date_us) AS day FROM obs_dataset "
			"WHERE kind = 'rir' AND subject <> 'iana' GROUP BY subject) d", NULL, 0, &t, e))
		return e->code;
	if (t.n_rows)
		r->files_us = value_int(table_at(&t, 0, 0), I64_NULL);
	return 0;
}

int report_eval(struct report *r, const struct indicator *i, const char *by, struct series *s,
		struct err *e)
{
	struct series_ask ask = series_ask_all();

	ask.by = by;
	ask.to_us = r->to_us;
	ask.portfolio = r->list;
	return indicator_eval(i, &r->facts, &ask, &r->arena, s, e);
}

const struct point *point_before(const struct series *s, int64_t before_us)
{
	const struct point *found = NULL;

	for (size_t i = 0; i < s->n && s->points[i].at_us < before_us; i++)
		found = &s->points[i];
	return found;
}

/* ---- the frame ---- */

static void head(struct report *r)
{
	const struct asset *css = asset_find("report.css");
	const char *title = term("term.report", r->ask->zh);
	char at[TIME_TEXT_MAX];

	buf_printf(r->out, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
			   "<meta name=\"viewport\" content=\"width=device-width\"><title>",
		   say(r, "en", "zh-CN"));
	markup_text(r->out, arena_printf(&r->arena, "%s %s", title, period_text(r)));
	buf_str(r->out, "</title><style>");
	if (css)
		buf_add(r->out, css->data, css->len);
	buf_str(r->out, "</style></head><body><header>");
	markup_element(r->out, "h1", NULL, title);
	markup_element(r->out, "p", "period", period_text(r));
	paragraph_text(r, "quiet", "%s%s%s %s · Sextant %s", r->ask->operator_,
		       r->ask->operator_[0] ? " · " : "", say(r, "made", "生成于"),
		       time_text(r->ask->now_us, at), SEXTANT_VERSION);
	buf_str(r->out, "</header><main>");
	if (!r->is_over)
		paragraph_text(r, "note", say(r, "This period is not over: values are those of %s.",
					      "本期尚未结束，数值截至 %s。"), last_day(r));
}

static int body(struct report *r, struct err *e)
{
	static int (*const sections[])(struct report *, struct err *) = {
		report_summary, report_leagues, report_dimensions, report_targets,
		report_repairs, report_foundation, report_method,
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]) && !rc; i++)
		rc = sections[i](r, e);
	return rc;
}

int report_make(const struct report_ask *ask, struct store *s, struct buf *out, struct err *e)
{
	struct report r = {.ask = ask, .store = s, .facts = store_facts(s), .out = out,
			   .round_us = I64_NULL};
	size_t start;
	int rc = read_period(&r, e);

	if (rc)
		return rc;
	arena_init(&r.arena, 0);
	rc = find_round(&r, e);
	if (!rc)
		rc = find_files(&r, e);
	head(&r);
	start = out->len;
	if (!rc)
		rc = body(&r, e);
	/* of this process's hash it would mean nothing: a fixed key makes it the same everywhere */
	if (!rc)
		buf_printf(out, "</main><footer><p class=\"quiet\">%s %016llx</p></footer></body></html>\n",
			   say(&r, "Digest of the figures above:", "以上内容摘要："),
			   (unsigned long long)siphash((const uint8_t *)"sextant report 1", out->data + start,
						       out->len - start));
	arena_done(&r.arena);
	return rc;
}
