/* target_view: see target_view.h. */
#include "outlet/target_view.h"

#include "core/schema.h"

#include <math.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

int64_t target_days_left(const struct target *t, int64_t now_us)
{
	int64_t left;

	if (t->due_us == I64_NULL)
		return I64_NULL;
	left = t->due_us - now_us;
	return left >= 0 ? (left + DAY_US - 1) / DAY_US : -((-left) / DAY_US) - 1;
}

const char *target_due_text(const struct target *t, char text[static TIME_TEXT_MAX])
{
	return t->due_us == I64_NULL ? NULL : date_text(t->due_us - 1, text);
}

/* A place has no unit: it is the first, the second ... */
static const char *unit_of(const struct target *t)
{
	return t->op == TARGET_RANK ? "" : t->unit;
}

static void put_value(struct call *c, const char *key, const struct target *t, const struct point *p)
{
	json_key(c->json, key);
	if (p->at_us == I64_NULL) {
		json_null(c->json);
		return;
	}
	json_object(c->json);
	call_point_members(c, p);
	json_put_bool(c->json, "monthly", t->indicator && indicator_is_monthly(t->indicator));
	json_put_text(c->json, "unit", unit_of(t));
	json_put_text(c->json, "indicator", t->indicator->id);
	json_put_text(c->json, "method", t->indicator->method);
	json_end_object(c->json);
}

static void put_projection(struct call *c, const struct projection *p)
{
	json_key(c->json, "projection");
	if (p->at_us == I64_NULL) {
		json_null(c->json);
		return;
	}
	json_object(c->json);
	call_time(c, "at", p->at_us - 1);
	json_put_f64(c->json, "value", p->value);
	json_put_f64(c->json, "lo", p->lo);
	json_put_f64(c->json, "hi", p->hi);
	call_time(c, "crosses", p->crosses_us);
	json_put_i64(c->json, "periods", (int64_t)p->periods);
	json_end_object(c->json);
}

static void put_days(struct call *c, const char *key, int64_t days)
{
	json_key(c->json, key);
	if (days == I64_NULL)
		json_null(c->json);
	else
		json_i64(c->json, days);
}

static void put_what(struct call *c, const struct target *t, int64_t now_us)
{
	char due[TIME_TEXT_MAX], grade[2] = {t->grade, '\0'};

	json_put_text(c->json, "id", t->id);
	json_put_text(c->json, "text", call_pick(c, t->text_en, t->text_zh));
	json_put_text(c->json, "dimension", t->dimension);
	json_put_text(c->json, "due", target_due_text(t, due));
	put_days(c, "days_left", target_days_left(t, now_us));
	json_put_text(c->json, "set", *t->set ? t->set : NULL);
	json_put_text(c->json, "indicator", t->indicator ? t->indicator->id : NULL);
	json_put_text(c->json, "op", target_op_words[t->op]);
	json_put_f64(c->json, "threshold", t->threshold);
	json_put_text(c->json, "unit", unit_of(t));
	json_put_text(c->json, "grade", grade);
	json_put_text(c->json, "source", t->source);
}

void target_put(struct call *c, const struct target_result *r, int64_t now_us)
{
	json_object(c->json);
	put_what(c, r->target, now_us);
	json_put_text(c->json, "status", target_status_words[r->status]);
	json_put_text(c->json, "why", call_pick(c, r->why_en, r->why_zh));
	put_value(c, "value_at_due", r->target, &r->at_due);
	put_value(c, "value_now", r->target, &r->now);
	json_put_f64(c->json, "distance", r->distance);
	put_projection(c, &r->projection);
	call_time(c, "first_met", r->first_met_us);
	put_days(c, "days_late", r->days_late);
	json_put_text(c->json, "sources", call_pick(c, r->source_text, r->source_text_zh));
	json_end_object(c->json);
}

/* The value then or now with all that stands beside it. */
static void value_cells(struct rows *r, const struct point *p, const char *const keys[8])
{
	bool none = p->at_us == I64_NULL;

	rows_f64(r, keys[0], none ? NAN : p->value);
	rows_f64(r, keys[1], none ? NAN : p->lo);
	rows_f64(r, keys[2], none ? NAN : p->hi);
	rows_f64(r, keys[3], none ? NAN : p->numerator);
	rows_f64(r, keys[4], none ? NAN : p->denominator);
	rows_i64(r, keys[5], none ? I64_NULL : p->n);
	rows_i64(r, keys[6], none ? I64_NULL : p->unknown);
	rows_time(r, keys[7], p->at_us);
}

void target_cells(struct rows *r, const struct target_result *t, int64_t now_us)
{
	static const char *const then[] = {"value_at_due", "lo_at_due", "hi_at_due", "numerator_at_due",
					   "denominator_at_due", "n_at_due", "unknown_at_due", "at_due"};
	static const char *const now[] = {"value_now", "lo_now", "hi_now", "numerator_now",
					  "denominator_now", "n_now", "unknown_now", "at_now"};
	const struct target *what = t->target;
	char due[TIME_TEXT_MAX], grade[2] = {what->grade, '\0'};

	rows_text(r, "id", what->id);
	rows_text(r, "status", target_status_words[t->status]);
	rows_text(r, "dimension", what->dimension);
	rows_text(r, "text", call_pick(r->call, what->text_en, what->text_zh));
	rows_text(r, "due", target_due_text(what, due));
	rows_i64(r, "days_left", target_days_left(what, now_us));
	rows_text(r, "set", what->set);
	rows_text(r, "indicator", what->indicator ? what->indicator->id : NULL);
	rows_text(r, "op", target_op_words[what->op]);
	rows_f64(r, "threshold", what->threshold);
	rows_text(r, "unit", unit_of(what));
	rows_text(r, "grade", grade);
	value_cells(r, &t->at_due, then);
	value_cells(r, &t->now, now);
	rows_f64(r, "distance", t->distance);
	rows_i64(r, "days_late", t->days_late);
	rows_f64(r, "projected", t->projection.at_us == I64_NULL ? NAN : t->projection.value);
	rows_time(r, "projected_reach", t->projection.crosses_us);
	rows_text(r, "why", call_pick(r->call, t->why_en, t->why_zh));
	rows_text(r, "source", what->source);
}
