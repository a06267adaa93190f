/*
 * cmd_export: everything that the store holds, out again, page by page so that a table of any size
 * takes little memory.  Numbers and times (*_us, microseconds since 1970) go out as they are stored,
 * addresses as text.  Unknown is null in JSON and an empty cell in CSV, where it cannot be told from
 * an empty text.
 */
#include "app/command.h"
#include "app/schemas.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/vec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_ROWS = 20000 };

struct column {
	const char *name;
	enum field_type type;
};

struct export {
	const char *table; /* as given */
	VEC(struct column) columns;
	struct buf sql;    /* a page; facts: ? is the last rowid, state: ? is the offset */
	bool facts;
	const char *round; /* NULL: all */
	enum format format;
	bool for_spreadsheet;
	struct buf out;
	struct json json;
	int64_t rows;
};

/* Tables of state that may leave: not settings, which may hold what is nobody's business. */
static const struct {
	const char *name, *columns, *order, *round; /* round: column that --round means */
} states[] = {
	{"portfolio", "name,version,imported_us,source,sha256,subjects", "name,version", NULL},
	{"portfolio_subject",
	 "portfolio,version,ord,domain,organisation,class,region,level,rank,tags,line",
	 "portfolio,version,ord", NULL},
	{"round",
	 "id,portfolio,version,began_us,ended_us,status,vantage,tool_version,seed,total,done,"
	 "selftest,settings",
	 "id", "id"},
	{"round_done", "round,domain,at_us,works", "round,domain", "round"},
	{"dataset", "id,kind,name,file,file_date_us,ingested_us,records,quality", "id", "id"},
	{"plan", "name,imported_us,body", "name", NULL},
};
enum { N_STATES = sizeof(states) / sizeof(states[0]) };

/* ---- which table ---- */

static const struct column commons[] = {
	{"at_us", FIELD_I64},  {"subject", FIELD_TEXT}, {"vantage", FIELD_TEXT},
	{"round", FIELD_TEXT}, {"outcome", FIELD_TEXT}, {"batch", FIELD_TEXT},
};

static void plan_facts(struct export *x, const struct schema *s)
{
	x->facts = true;
	for (size_t i = 0; i < sizeof(commons) / sizeof(commons[0]); i++)
		*vec_push(&x->columns) = commons[i];
	for (size_t i = 0; i < s->n_fields; i++)
		*vec_push(&x->columns) = (struct column){s->fields[i].name, s->fields[i].type};
	buf_str(&x->sql, "SELECT rowid");
	for (size_t i = 0; i < x->columns.n; i++)
		buf_printf(&x->sql, ",\"%s\"", x->columns.at[i].name);
	buf_printf(&x->sql, " FROM obs_%s WHERE rowid > ?%s ORDER BY rowid LIMIT %d", s->name,
		   x->round ? " AND round = ?" : "", PAGE_ROWS);
}

static int plan_state(struct export *x, size_t which, struct err *e)
{
	if (x->round && !states[which].round)
		return usage_error(e, "table %s has no rounds", x->table);
	buf_printf(&x->sql, "SELECT NULL,%s FROM %s", states[which].columns, states[which].name);
	if (x->round)
		buf_printf(&x->sql, " WHERE %s = ?2", states[which].round);
	buf_printf(&x->sql, " ORDER BY %s LIMIT %d OFFSET ?1", states[which].order, PAGE_ROWS);
	return EXIT_DONE;
}

static int plan(struct export *x, struct err *e)
{
	const struct schema *s = schema_find(strncmp(x->table, "obs_", 4) ? x->table : x->table + 4);

	/* a name that both have (round) means the state; obs_round means the facts */
	for (size_t i = 0; i < N_STATES; i++)
		if (!strcmp(states[i].name, x->table))
			return plan_state(x, i, e);
	if (!s)
		return usage_error(e, "there is no table '%s'; `sextant export --list` names them",
				   x->table);
	plan_facts(x, s);
	return EXIT_DONE;
}

/* ---- writing ---- */

static const char *cell_text(const struct column *c, const struct value *v, struct arena *a)
{
	struct addr addr = {0};
	char text[ADDR_TEXT_MAX];

	switch (v->type) {
	case VALUE_NULL: break;
	case VALUE_I64:
		if (c->type == FIELD_FLAG)
			return v->i64 ? "yes" : "no";
		return arena_printf(a, "%lld", (long long)v->i64);
	case VALUE_F64: return arena_printf(a, "%.17g", v->f64);
	case VALUE_TEXT: return v->s.data;
	case VALUE_BLOB:
		if (v->s.len != 4 && v->s.len != 16)
			break;
		addr.family = v->s.len == 4 ? 4 : 6;
		memcpy(addr.byte, v->s.data, v->s.len);
		return arena_str(a, addr_text(&addr, text));
	}
	return NULL;
}

static void write_json(struct export *x, const struct column *c, const struct value *v,
		       struct arena *a)
{
	json_key(&x->json, c->name);
	if (v->type == VALUE_I64 && c->type == FIELD_FLAG)
		json_bool(&x->json, v->i64);
	else if (v->type == VALUE_I64)
		json_i64(&x->json, v->i64);
	else if (v->type == VALUE_F64)
		json_f64(&x->json, v->f64);
	else
		json_text(&x->json, cell_text(c, v, a));
}

static void write_row(struct export *x, const struct table *t, size_t row, struct arena *a)
{
	if (x->format == FORMAT_JSON)
		json_object(&x->json);
	for (size_t i = 0; i < x->columns.n; i++) {
		const struct value *v = table_at(t, row, i + 1);
		const char *text;

		if (x->format == FORMAT_JSON) {
			write_json(x, &x->columns.at[i], v, a);
			continue;
		}
		text = cell_text(&x->columns.at[i], v, a);
		csv_cell(&x->out, text ? text : "", i == 0, x->for_spreadsheet);
	}
	if (x->format == FORMAT_JSON)
		json_end_object(&x->json);
	else
		csv_end(&x->out);
	x->rows++;
}

/* To standard output; a pipe that was closed or a full disk is a fault, never a short file. */
static int drain(struct export *x, struct err *e)
{
	bool short_write = fwrite(x->out.data, 1, x->out.len, stdout) != x->out.len;

	if (buf_full(&x->out))
		return err_set(e, -E2BIG, "a page of %s is too large to export", x->table);
	buf_clear(&x->out);
	if (short_write || fflush(stdout))
		return err_set(e, -EIO, "the output cannot be written: %s", err_name(errno));
	return 0;
}

static void begin(struct export *x)
{
	if (x->format == FORMAT_JSON) {
		json_init(&x->json, &x->out);
		json_array(&x->json);
		return;
	}
	for (size_t i = 0; i < x->columns.n; i++)
		csv_cell(&x->out, x->columns.at[i].name, i == 0, false);
	csv_end(&x->out);
}

/* State's columns are known from its first answer. */
static void learn(struct export *x, const struct table *t)
{
	for (size_t i = 1; i < t->n_cols && x->columns.n < t->n_cols - 1; i++)
		*vec_push(&x->columns) = (struct column){strdup(t->names[i]), FIELD_TEXT};
}

/* One page; *from moves on.  1: there may be more. */
static int page(struct export *x, struct store *s, int64_t *from, bool first, struct err *e)
{
	struct value args[2] = {value_i64(*from), value_text(x->round)};
	struct arena a;
	struct table t;
	int rc;

	arena_init(&a, 0);
	rc = (x->facts ? store_query_facts : store_query_state)(s, &a, x->sql.data, args,
								x->round ? 2 : 1, &t, e);
	if (!rc && !x->facts)
		learn(x, &t);
	if (!rc && first)
		begin(x);
	for (size_t i = 0; !rc && i < t.n_rows; i++)
		write_row(x, &t, i, &a);
	if (!rc && t.n_rows)
		*from = x->facts ? value_int(table_at(&t, t.n_rows - 1, 0), 0)
				 : *from + (int64_t)t.n_rows;
	if (!rc && t.n_rows == PAGE_ROWS)
		rc = 1;
	arena_done(&a);
	return rc;
}

static int pages(struct export *x, struct store *s, struct err *e)
{
	int64_t from = x->facts ? -1 : 0;
	bool first = true;
	int rc;

	do {
		int written;

		rc = page(x, s, &from, first, e);
		if (rc == 0 && x->format == FORMAT_JSON) {
			json_end_array(&x->json);
			buf_char(&x->out, '\n');
		}
		written = rc < 0 ? 0 : drain(x, e);
		rc = written ? written : rc;
		first = false;
	} while (rc == 1);
	return rc;
}

/* ---- the command ---- */

static int list(void)
{
	for (size_t i = 0; known_schemas[i]; i++)
		printf("obs_%s\t%s\n", known_schemas[i]->name, known_schemas[i]->doc);
	for (size_t i = 0; i < N_STATES; i++)
		printf("%s\n", states[i].name);
	return EXIT_DONE;
}

static int export(struct export *x, const struct args *a, struct err *e)
{
	struct store *s;
	int rc = plan(x, e);

	if (rc)
		return rc;
	if (open_store(a, STORE_ANY, &s, e))
		return exit_of(e);
	rc = pages(x, s, e);
	store_close(s);
	return rc ? exit_of(e) : EXIT_DONE;
}

static void done(struct export *x)
{
	for (size_t i = 0; i < x->columns.n && !x->facts; i++)
		free((char *)x->columns.at[i].name);
	vec_done(&x->columns);
	buf_done(&x->sql);
	buf_done(&x->out);
}

static int run(const struct args *a, struct err *e)
{
	struct export x = {.table = args_at(a, 0), .round = args_text(a, "round", NULL),
			   .format = args_format(a), .for_spreadsheet = args_has(a, "spreadsheet")};
	int code;

	if (args_has(a, "list"))
		return list();
	if (args_count(a) != 1)
		return usage_error(e, "name one table; `sextant export --list` names them");
	if (x.format == FORMAT_TABLE && args_has(a, "format"))
		return usage_error(e, "an export is csv or json");
	buf_init(&x.sql, 1 << 16);
	buf_init(&x.out, (size_t)1 << 31);
	code = export(&x, a, e);
	done(&x);
	return code;
}

static const struct option_row options[] = {
	{"list", NULL, "name the tables and end", "列出可导出的表"},
	{"round", "ID", "only rows of this round or dataset", "只导出该轮次（或数据集）的行"},
	{"spreadsheet", NULL, "defuse cells that a spreadsheet would run (an apostrophe in front)",
	 "在电子表格会当作公式执行的单元格前加撇号"},
	{0},
};

const struct command command_export = {
	.name = "export",
	.synopsis = "TABLE",
	.en = "write a table of facts or of state to standard output, as CSV (default) or JSON",
	.zh = "把事实表或状态表写到标准输出，CSV（默认）或 JSON",
	.more_en = "Columns named *_us are microseconds since 1970 UTC.  Unknown values are null in JSON "
		   "and empty cells in CSV.",
	.more_zh = "列名以 _us 结尾者为自 1970 年（UTC）起的微秒数。未知值在 JSON 中为 null，在 CSV 中为空单元格。",
	.example = "  sextant export obs_verdict --round 20261031-080000-all > verdicts.csv\n"
		   "  sextant export portfolio_subject --json",
	.options = options,
	.run = run,
};
