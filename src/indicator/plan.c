/* plan: see plan.h. */
#include "indicator/plan.h"

#include "base/asset.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "core/schema.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const target_op_words[] = {">=", ">", "=", "<=", "<", "rank", NULL};

const char *const plan_dimensions[] = {"network", "application", "terminal", "user",
				       "traffic", "foundation",	 "security", NULL};

enum cell {
	ID, DIMENSION, TEXT_ZH, TEXT_EN, DUE, SET, INDICATOR, OP, THRESHOLD, UNIT, GRADE, SOURCE, CELLS
};
static const char *const cell_names[CELLS] = {
	"id",	     "dimension", "text_zh",   "text_en", "due",   "set",
	"indicator", "op",	  "threshold", "unit",	  "grade", "source"};
static const bool cell_needed[CELLS] = {
	[ID] = true, [DUE] = true, [INDICATOR] = true, [OP] = true, [THRESHOLD] = true};

struct parse {
	struct plan *plan;
	struct arena *arena;
	struct csv csv;
	char **cells; /* of the record at hand */
	size_t n_cells;
	int place[CELLS]; /* column of each, or -1 */
	bool has_head;
	struct map ids;
	VEC(struct target) targets;
};

static int wrong(const struct parse *p, struct err *e, const char *what, const char *text)
{
	return err_set(e, -EINVAL, "%s:%u: %s '%.100s'", p->plan->name, p->csv.line, what, text);
}

static const char *cell(const struct parse *p, enum cell c)
{
	int at = p->place[c];

	return at >= 0 && (size_t)at < p->n_cells ? p->cells[at] : "";
}

/* ---- the rows before the targets ---- */

static int read_meta(struct parse *p, struct err *e)
{
	const char *key = p->cells[0] + 1, *value = p->n_cells > 1 ? p->cells[1] : "";

	if (!strcmp(key, "title_en"))
		p->plan->title_en = value;
	else if (!strcmp(key, "title_zh"))
		p->plan->title_zh = value;
	else if (!strcmp(key, "source"))
		p->plan->source = value;
	else if (!strcmp(key, "period_days")) {
		char *end;

		p->plan->period_days = strtoll(value, &end, 10);
		if (end == value || *end || p->plan->period_days < 1 || p->plan->period_days > 3660)
			return wrong(p, e, "period_days is a number from 1 to 3660, not", value);
	} else
		return wrong(p, e, "title_en, title_zh, source or period_days may stand after #, not",
			     key);
	return 0;
}

static int read_head(struct parse *p, struct err *e)
{
	for (size_t c = 0; c < CELLS; c++)
		p->place[c] = -1;
	for (size_t i = 0; i < p->n_cells; i++) {
		size_t c = 0;

		while (c < CELLS && strcmp(cell_names[c], p->cells[i]))
			c++;
		if (c == CELLS)
			return wrong(p, e, "a plan has no column", p->cells[i]);
		if (p->place[c] >= 0)
			return wrong(p, e, "this column stands twice:", p->cells[i]);
		p->place[c] = (int)i;
	}
	for (size_t c = 0; c < CELLS; c++)
		if (cell_needed[c] && p->place[c] < 0)
			return wrong(p, e, "the head has no column", cell_names[c]);
	p->has_head = true;
	return 0;
}

/* ---- one condition of a set ---- */

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n && strchr(" \t", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static bool is_tag(const char *column)
{
	return !strcmp(column, "class") || !strcmp(column, "region") || !strcmp(column, "level") ||
	       !strcmp(column, "organisation");
}

static int rank_condition(struct parse *p, struct target *t, enum series_op op, const char *value,
			  struct err *e)
{
	struct series_filter *w = &t->filters[t->n_filters];
	char *end;

	*w = (struct series_filter){.column = "rank", .op = op};
	w->number = strtoll(value, &end, 10);
	if (end == value || *end || w->number < 1)
		return wrong(p, e, "a rank is a whole number from 1, not", value);
	t->n_filters++;
	return 0;
}

static int text_condition(struct parse *p, struct target *t, char *name, const char *value,
			  struct err *e)
{
	const struct indicator *i = t->indicator;

	if (!*value)
		return wrong(p, e, "a condition of the set has no value:", name);
	if (!strcmp(name, "portfolio")) {
		t->portfolio = value;
		return 0;
	}
	if (t->op == TARGET_RANK && i && indicator_has_group(i, name)) {
		if (t->rank_by)
			return wrong(p, e, "a rank is that of one group, and the set names another:", name);
		t->rank_by = name;
		t->rank_of = value;
		return 0;
	}
	if (i && !indicator_has_group(i, name) && !(indicator_is_round(i) && is_tag(name)))
		return wrong(p, e, "the indicator has no group", name);
	t->filters[t->n_filters++] = (struct series_filter){name, SERIES_EQ, value, 0};
	return 0;
}

static int read_condition(struct parse *p, struct target *t, char *text, struct err *e)
{
	char *name = trim(text), *sign = strpbrk(name, "<>="), *value;
	bool two;

	if (!sign)
		return wrong(p, e, "a condition of the set is NAME=VALUE or rank<=N, not", name);
	if (t->n_filters == SERIES_FILTERS_MAX)
		return wrong(p, e, "the set has too many conditions, from", name);
	two = sign[0] != '=' && sign[1] == '=';
	value = trim(sign + 1 + two);
	if (two) {
		enum series_op op = *sign == '<' ? SERIES_LE : SERIES_GE;

		*sign = '\0';
		if (strcmp(trim(name), "rank"))
			return wrong(p, e, "only rank is compared with <= and >=, not", name);
		return rank_condition(p, t, op, value, e);
	}
	if (*sign != '=')
		return wrong(p, e, "a condition of the set is NAME=VALUE or rank<=N, not", name);
	*sign = '\0';
	return text_condition(p, t, trim(name), value, e);
}

static int read_set(struct parse *p, struct target *t, struct err *e)
{
	char *at = arena_str(p->arena, t->set);

	while (at) {
		char *next = strchr(at, ';');

		if (next)
			*next++ = '\0';
		if (*trim(at) && read_condition(p, t, at, e))
			return e->code;
		at = next;
	}
	if (t->op == TARGET_RANK && t->indicator && !t->rank_by)
		return wrong(p, e, "op rank needs a set that names one group of the indicator, as in "
			     "cc=CN, not", t->set);
	return 0;
}

/* ---- one target ---- */

static int read_op(struct parse *p, struct target *t, struct err *e)
{
	const char *text = cell(p, OP);
	size_t op = 0;

	if (!*text && !t->indicator) {
		t->op = TARGET_EQ;
		return 0;
	}
	while (target_op_words[op] && strcmp(target_op_words[op], text))
		op++;
	if (!target_op_words[op])
		return wrong(p, e, "op is one of >= > = <= < rank, not", text);
	t->op = (enum target_op)op;
	return 0;
}

static int read_threshold(struct parse *p, struct target *t, struct err *e)
{
	const char *text = cell(p, THRESHOLD);
	char *end;

	t->threshold = NAN;
	if (!*text && !t->indicator)
		return 0;
	/* strtod alone would take hexadecimal, nan and inf */
	if (strspn(text, "0123456789.-+eE") == strlen(text))
		t->threshold = strtod(text, &end);
	if (!isfinite(t->threshold) || end == text || *end)
		return wrong(p, e, "threshold is a number, not", text);
	if (!strcmp(t->unit, "%"))
		t->threshold /= 100;
	return 0;
}

static int read_dimension(struct parse *p, struct target *t, struct err *e)
{
	const char *text = cell(p, DIMENSION);
	size_t i = 0;

	t->dimension = *text ? text : t->indicator ? t->indicator->dimension : "";
	while (*text && plan_dimensions[i] && strcmp(plan_dimensions[i], text))
		i++;
	if (plan_dimensions[i])
		return 0;
	return wrong(p, e, "dimension is network, application, terminal, user, traffic, foundation or "
		     "security, not", text);
}

static int read_measure(struct parse *p, struct target *t, struct err *e)
{
	const char *id = cell(p, INDICATOR), *grade = cell(p, GRADE);

	t->indicator = *id ? indicator_find(id) : NULL;
	if (*id && !t->indicator)
		return wrong(p, e, "leave the cell empty when nothing measures it, or see "
			     "`sextant show --list`: there is no indicator", id);
	if (read_dimension(p, t, e))
		return e->code;
	if (strlen(grade) > 1 || !strchr("MDR", grade[0]))
		return wrong(p, e, "grade is M, D or R, not", grade);
	t->grade = grade[0] ? grade[0] : 'M';
	t->due_us = I64_NULL;
	if (*t->due && time_parse_end(t->due, &t->due_us))
		return wrong(p, e, "due is a day, month or year like 2018-12-31, not", t->due);
	if (read_op(p, t, e) || read_threshold(p, t, e))
		return e->code;
	return read_set(p, t, e);
}

static int read_target(struct parse *p, struct err *e)
{
	struct target t = {
		.id = cell(p, ID), .text_en = cell(p, TEXT_EN), .text_zh = cell(p, TEXT_ZH),
		.due = cell(p, DUE), .set = cell(p, SET), .unit = cell(p, UNIT),
		.source = cell(p, SOURCE), .line = p->csv.line,
	};
	void **seen;

	if (!*t.id)
		return wrong(p, e, "a target has no id:", t.text_en);
	seen = map_at_text(&p->ids, t.id);
	if (*seen)
		return wrong(p, e, "this id stands twice:", t.id);
	*seen = p;
	if (p->targets.n == L_PLAN_TARGETS) {
		limit_hit(LIMIT_PLAN_TARGETS);
		return err_set(e, -E2BIG, "%s:%u: a plan has at most %d targets; split it",
			       p->plan->name, p->csv.line, L_PLAN_TARGETS);
	}
	if (read_measure(p, &t, e))
		return e->code;
	*vec_push(&p->targets) = t;
	return 0;
}

static int read_records(struct parse *p, struct err *e)
{
	for (;;) {
		int n = csv_next(&p->csv, p->arena, p->cells, L_CSV_COLUMNS), code;

		if (n == 0)
			break;
		if (n < 0)
			return err_set(e, -EINVAL, "%s:%u: %s", p->plan->name, p->csv.line,
				       p->csv.error);
		p->n_cells = (size_t)n;
		if (p->cells[0][0] == '#')
			code = read_meta(p, e);
		else
			code = p->has_head ? read_target(p, e) : read_head(p, e);
		if (code)
			return code;
	}
	return p->has_head ? 0 : err_set(e, -EINVAL, "%s: there is no head line (id,due,indicator,"
					 "op,threshold)", p->plan->name);
}

int plan_parse(struct plan *plan, struct arena *a, const char *name, const char *data, size_t len,
	       struct err *e)
{
	struct parse p = {.plan = plan, .arena = a};
	int code;

	*plan = (struct plan){.name = arena_str(a, name), .title_en = "", .title_zh = "",
			      .source = "", .period_days = 31};
	if (len > L_PLAN_FILE_B) {
		limit_hit(LIMIT_PLAN_FILE_B);
		return err_set(e, -E2BIG, "%s: a plan has at most %d bytes", name, L_PLAN_FILE_B);
	}
	if (memchr(data, '\0', len) || !utf8_valid(data, len))
		return err_set(e, -EINVAL, "%s: a plan is text in UTF-8; save it again as such", name);
	p.cells = arena_array(a, L_CSV_COLUMNS, sizeof(*p.cells));
	map_init(&p.ids, a);
	csv_init(&p.csv, data, len);
	code = read_records(&p, e);
	if (!code && p.targets.n) {
		plan->n = p.targets.n;
		plan->targets = arena_copy(a, p.targets.at, p.targets.n * sizeof(*p.targets.at));
	}
	vec_done(&p.targets);
	return code;
}

/* ---- the plans of the program ---- */

static const char prefix[] = "plan/", suffix[] = ".csv";

const char *plan_builtin_name(size_t i)
{
	static char name[64];

	for (size_t k = 0; k < asset_count; k++) {
		const char *file = asset_list[k].name;
		size_t len = strlen(file), cut = strlen(prefix) + strlen(suffix);

		if (strncmp(file, prefix, strlen(prefix)) || len <= cut || len - cut >= sizeof(name) ||
		    strcmp(file + len - strlen(suffix), suffix) || i-- > 0)
			continue;
		memcpy(name, file + strlen(prefix), len - cut);
		name[len - cut] = '\0';
		return name;
	}
	return NULL;
}

int plan_builtin(struct plan *p, struct arena *a, const char *name, struct err *e)
{
	const struct asset *file = asset_find(arena_printf(a, "%s%.50s%s", prefix, name, suffix));

	if (!file)
		return err_set(e, -ENOENT, "there is no plan '%.50s'; `sextant targets --list` shows "
			       "them", name);
	return plan_parse(p, a, name, (const char *)file->data, file->len, e);
}
