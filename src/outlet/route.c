/* route: see route.h. */
#include "outlet/route.h"

#include "base/csv.h"
#include "base/limits.h"
#include "core/schema.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *call_query(const struct call *c, const char *name)
{
	for (const struct call_param *p = c->params; p && p->name; p++)
		if (!strcmp(p->name, name))
			return p->value && *p->value ? p->value : NULL;
	return NULL;
}

int call_error(struct call *c, int status, const char *remedy, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_clear(c->json->out);
	json_init(c->json, c->json->out);
	json_object(c->json);
	json_put_text(c->json, "error", text);
	json_put_text(c->json, "remedy", remedy);
	json_end_object(c->json);
	c->csv = false;
	c->status = status;
	return 0;
}

void call_fault(struct call *c, const struct err *why)
{
	if (why->code == -ETIMEDOUT)
		call_error(c, 503,
			   call_pick(c, "choose fewer rows with the filters, or ask again when the server has less to do",
				     "请用筛选减少行数，或待服务器较空闲时再试"),
			   call_pick(c, "this question takes longer than the %d seconds that a question may take",
				     "此查询超过了单次查询允许的 %d 秒"),
			   L_QUERY_MS / 1000);
	else
		call_error(c, 500, call_pick(c, "see the server's log", "请查看服务器日志"), "%s",
			   call_pick(c, "the answer could not be made", "无法生成应答"));
}

int call_facts(struct call *c, const char *sql, const struct value *args, size_t n,
	       struct table *out, struct err *e)
{
	return facts_query(&c->facts, c->arena, sql, args, n, out, e);
}

int call_state(struct call *c, const char *sql, const struct value *args, size_t n,
	       struct table *out, struct err *e)
{
	return store_query_state(c->store, c->arena, sql, args, n, out, e);
}

void call_time(struct call *c, const char *key, int64_t at_us)
{
	char text[TIME_TEXT_MAX];

	json_put_text(c->json, key, at_us == I64_NULL ? NULL : time_text(at_us, text));
}

void call_wide(struct call *c, const char *key, int64_t v)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%lld", (long long)v);
	json_put_text(c->json, key, v == I64_NULL ? NULL : digits);
}

/* Columns that hold random bits or a hash: text in each row, whatever the number (RFC 7493 2.2). */
static bool is_wide(const char *key)
{
	return !strcmp(key, "text_hash") || !strcmp(key, "seed");
}

void call_value(struct call *c, const char *key, const struct value *v)
{
	if (v->type == VALUE_I64 && is_wide(key)) {
		call_wide(c, key, v->i64);
		return;
	}
	json_key(c->json, key);
	switch (v->type) {
	case VALUE_I64: json_i64(c->json, v->i64); break;
	case VALUE_F64: json_f64(c->json, v->f64); break;
	case VALUE_TEXT: json_text(c->json, v->s.data); break;
	case VALUE_NULL:
	case VALUE_BLOB: json_null(c->json); break;
	}
}

/* ---- figures ---- */

void call_point_members(struct call *c, const struct point *p)
{
	call_time(c, "at", p->at_us);
	json_put_f64(c->json, "value", p->value);
	json_put_f64(c->json, "lo", p->lo);
	json_put_f64(c->json, "hi", p->hi);
	json_put_f64(c->json, "numerator", p->numerator);
	json_put_f64(c->json, "denominator", p->denominator);
	json_put_i64(c->json, "n", p->n);
	json_put_i64(c->json, "unknown", p->unknown);
	json_put_bool(c->json, "sampled", p->sampled);
	json_key(c->json, "version");
	if (p->version == I64_NULL)
		json_null(c->json);
	else
		json_i64(c->json, p->version);
}

void call_point(struct call *c, const struct point *p)
{
	json_object(c->json);
	json_put_text(c->json, "group", p->group);
	call_point_members(c, p);
	json_end_object(c->json);
}

void call_figure(struct call *c, const char *key, const struct indicator *i, const struct point *now,
		 const struct point *previous)
{
	static const struct point none = {.at_us = I64_NULL, .value = NAN, .lo = NAN, .hi = NAN,
					  .numerator = NAN, .denominator = NAN, .version = I64_NULL};

	json_key(c->json, key);
	json_object(c->json);
	call_point_members(c, now ? now : &none);
	json_put_text(c->json, "unit", i->unit);
	json_put_bool(c->json, "monthly", indicator_is_monthly(i));
	json_put_text(c->json, "indicator", i->id);
	json_put_text(c->json, "method", i->method);
	json_put_text(c->json, "source", i->source);
	json_key(c->json, "previous");
	if (previous) {
		json_object(c->json);
		call_time(c, "at", previous->at_us);
		json_put_f64(c->json, "value", previous->value);
		json_put_f64(c->json, "numerator", previous->numerator);
		json_put_f64(c->json, "denominator", previous->denominator);
		json_end_object(c->json);
	} else {
		json_null(c->json);
	}
	json_end_object(c->json);
}

void call_indicator(struct call *c, const char *key, const struct indicator *i)
{
	static const char *const kinds[] = {"share", "ratio", "count", "value"};

	if (key)
		json_key(c->json, key);
	json_object(c->json);
	json_put_text(c->json, "id", i->id);
	json_put_text(c->json, "title", call_pick(c, i->title_en, i->title_zh));
	json_put_text(c->json, "dimension", i->dimension);
	json_put_text(c->json, "unit", i->unit);
	json_put_text(c->json, "kind", kinds[i->kind]);
	json_put_bool(c->json, "monthly", indicator_is_monthly(i));
	json_put_text(c->json, "formula", call_pick(c, i->formula_en, i->formula_zh));
	json_put_text(c->json, "numerator", call_pick(c, i->numerator_en, i->numerator_zh));
	json_put_text(c->json, "denominator", call_pick(c, i->denominator_en, i->denominator_zh));
	json_put_text(c->json, "source", i->source);
	json_put_text(c->json, "method", i->method);
	json_put_text(c->json, "better", i->better);
	json_key(c->json, "groups");
	json_array(c->json);
	for (size_t k = 0; i->groups && i->groups[k]; k++)
		json_text(c->json, i->groups[k]);
	json_end_array(c->json);
	json_end_object(c->json);
}

bool call_at(struct call *c, int64_t *at_us)
{
	const char *text = call_query(c, "at");

	*at_us = I64_NULL;
	if (!text || !time_parse_end(text, at_us))
		return true;
	call_error(c, 400, call_pick(c, "write 2026, 2026-10 or 2026-10-31", "请写成 2026、2026-10 或 2026-10-31"),
		   "%s", call_pick(c, "`at` is not a date", "`at` 不是日期"));
	return false;
}

const char *call_round(struct call *c, int64_t at_us, struct err *e)
{
	const char *portfolio = call_query(c, "portfolio");
	struct value args[2] = {value_i64(at_us == I64_NULL ? INT64_MAX : at_us)};
	struct table t;

	args[1] = value_text(portfolio);
	if (call_facts(c,
		       portfolio ? "SELECT round FROM obs_round WHERE at_us < ? AND subject = ? "
				   "ORDER BY at_us DESC LIMIT 1"
				 : "SELECT round FROM obs_round WHERE at_us < ? ORDER BY at_us DESC LIMIT 1",
		       args, portfolio ? 2 : 1, &t, e) ||
	    !t.n_rows)
		return NULL;
	return value_str(table_at(&t, 0, 0), NULL);
}

/* ---- rows ---- */

void rows_begin(struct rows *r, struct call *c, const char *key)
{
	*r = (struct rows){.call = c};
	buf_init(&r->head, 1 << 16);
	buf_init(&r->line, 1 << 20);
	if (c->csv)
		return;
	if (key)
		json_key(c->json, key);
	json_array(c->json);
}

void rows_next(struct rows *r)
{
	if (!r->call->csv)
		json_object(r->call->json);
	buf_clear(&r->line);
	r->cells = 0;
}

static void csv_pair(struct rows *r, const char *key, const char *value)
{
	if (r->n == 0)
		csv_cell(&r->head, key, r->cells == 0, false);
	csv_cell(&r->line, value, r->cells == 0, r->call->spreadsheet);
	r->cells++;
}

void rows_text(struct rows *r, const char *key, const char *value)
{
	if (r->call->csv)
		csv_pair(r, key, value ? value : "");
	else
		json_put_text(r->call->json, key, value);
}

void rows_i64(struct rows *r, const char *key, int64_t value)
{
	char text[32] = "";

	if (!r->call->csv) {
		json_key(r->call->json, key);
		if (value == I64_NULL)
			json_null(r->call->json);
		else
			json_i64(r->call->json, value);
		return;
	}
	if (value != I64_NULL)
		snprintf(text, sizeof(text), "%lld", (long long)value);
	csv_pair(r, key, text);
}

void rows_f64(struct rows *r, const char *key, double value)
{
	char text[40] = "";

	if (!r->call->csv) {
		json_put_f64(r->call->json, key, value);
		return;
	}
	if (isfinite(value))
		snprintf(text, sizeof(text), "%.10g", value);
	csv_pair(r, key, text);
}

void rows_time(struct rows *r, const char *key, int64_t at_us)
{
	char text[TIME_TEXT_MAX];

	rows_text(r, key, at_us == I64_NULL ? NULL : time_text(at_us, text));
}

void rows_end_row(struct rows *r)
{
	if (!r->call->csv) {
		json_end_object(r->call->json);
		return;
	}
	if (r->n++ == 0) {
		buf_add(r->call->csv_out, r->head.data, r->head.len);
		csv_end(r->call->csv_out);
	}
	buf_add(r->call->csv_out, r->line.data, r->line.len);
	csv_end(r->call->csv_out);
}

void rows_end(struct rows *r)
{
	if (!r->call->csv) {
		json_end_array(r->call->json);
	} else if (!r->n && r->columns) {
		buf_str(r->call->csv_out, r->columns);
		csv_end(r->call->csv_out);
	}
	buf_done(&r->head);
	buf_done(&r->line);
}
