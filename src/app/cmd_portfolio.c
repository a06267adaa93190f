/* cmd_portfolio: lists of sites: import, list, show, export. */
#include "app/command.h"
#include "app/lists.h"
#include "app/tabular.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"
#include "core/schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PROBLEMS_SHOWN = 20 };

/* ---- import ---- */

/* Every problem to stderr with file, line and reason; past the first twenty only when asked. */
static void print_problems(const struct args *a, const char *path, const struct portfolio *p)
{
	size_t shown = args_has(a, "verbose") ? p->problems.n : PROBLEMS_SHOWN;

	for (size_t i = 0; i < p->problems.n && i < shown; i++)
		log_warn("%s:%u: %s", path, p->problems.at[i].line, p->problems.at[i].text);
	if (p->problems.n > shown)
		log_warn("%s: %zu more; --verbose shows all", path, p->problems.n - shown);
}

static void print_counts(const struct args *a, const char *name, int64_t version, bool is_new,
			 const struct portfolio *p)
{
	static const struct tabular_column columns[] = {
		{"portfolio", "portfolio", TABULAR_TEXT}, {"version", "version", TABULAR_NUMBER},
		{"new", "new", TABULAR_TEXT},             {"rows", "rows", TABULAR_NUMBER},
		{"subjects", "sites", TABULAR_NUMBER},    {"problems", "problems", TABULAR_NUMBER},
		{"kinds", "by kind", TABULAR_TEXT},       {"sha256", NULL, TABULAR_TEXT},
	};
	struct tabular t;
	struct buf kinds;

	buf_init(&kinds, 1024);
	for (int i = 0; i < PORTFOLIO_FAULTS; i++)
		if (p->counts[i])
			buf_printf(&kinds, "%s%s %zu", kinds.len ? ", " : "",
				   portfolio_fault_words[i], p->counts[i]);
	tabular_init(&t, columns, 8);
	tabular_text(&t, name);
	tabular_int(&t, version);
	tabular_text(&t, is_new ? "yes" : "no");
	tabular_int(&t, (int64_t)p->rows);
	tabular_int(&t, (int64_t)p->subjects.n);
	tabular_int(&t, (int64_t)p->problems.n);
	tabular_text(&t, kinds.data);
	tabular_text(&t, p->sha256);
	tabular_print(&t, args_format(a), stdout);
	tabular_done(&t);
	buf_done(&kinds);
}

static int keep(const struct args *a, const char *path, const struct portfolio *p, struct err *e)
{
	char guessed[LIST_NAME_MAX];
	const char *name = args_text(a, "name", NULL);
	struct store *store;
	int64_t version;
	bool is_new;
	int code;

	list_name_from(path, guessed);
	name = name ? name : guessed;
	if (!list_name_ok(name))
		return usage_error(e, "'%s' is no name for a portfolio: letters, digits, - _ .", name);
	if (p->problems.n && args_has(a, "strict")) {
		err_set(e, -EINVAL, "%s: %zu problems; nothing is imported (--strict)", path,
			p->problems.n);
		return EXIT_INPUT;
	}
	if (!p->subjects.n) {
		err_set(e, -EINVAL, "%s: no row could be used", path);
		return EXIT_INPUT;
	}
	if (open_store(a, STORE_ANY, &store, e))
		return exit_of(e);
	code = list_save(store, name, path, p, &version, &is_new, e);
	store_close(store);
	if (code)
		return exit_of(e);
	print_counts(a, name, version, is_new, p);
	return EXIT_DONE;
}

static int import(const struct args *a, struct err *e)
{
	const char *path = args_at(a, 1), *text = args_text(a, "map", NULL);
	struct portfolio_map map;
	struct portfolio p;
	int code = EXIT_DONE;

	if (!path)
		return usage_error(e, "say which file: sextant portfolio import FILE");
	portfolio_init(&p);
	if (text && portfolio_map_parse(&map, text, &p.arena, e))
		code = EXIT_USAGE;
	else if (portfolio_read(&p, path, text ? &map : NULL, e))
		code = EXIT_INPUT;
	if (code == EXIT_DONE) {
		print_problems(a, path, &p);
		code = keep(a, path, &p, e);
	}
	portfolio_done(&p);
	return code;
}

/* ---- list ---- */

static void list_row(struct tabular *t, const struct table *rows, size_t i)
{
	char stamp[TIME_TEXT_MAX];

	tabular_text(t, value_str(table_at(rows, i, 0), ""));
	tabular_int(t, value_int(table_at(rows, i, 1), I64_NULL));
	tabular_int(t, value_int(table_at(rows, i, 2), I64_NULL));
	tabular_text(t, time_text(value_int(table_at(rows, i, 3), 0), stamp));
	tabular_text(t, value_str(table_at(rows, i, 4), ""));
	tabular_text(t, value_str(table_at(rows, i, 5), ""));
}

static int list(const struct args *a, struct store *store, struct err *e)
{
	static const struct tabular_column columns[] = {
		{"portfolio", "portfolio", TABULAR_TEXT}, {"version", "version", TABULAR_NUMBER},
		{"subjects", "sites", TABULAR_NUMBER},    {"imported", "imported", TABULAR_TEXT},
		{"source", "source", TABULAR_TEXT},       {"sha256", NULL, TABULAR_TEXT},
	};
	struct arena arena;
	struct tabular t;
	struct table rows;
	int code;

	arena_init(&arena, 0);
	code = store_query_state(store, &arena,
				 "SELECT name, version, subjects, imported_us, source, sha256 "
				 "FROM portfolio ORDER BY name, version", NULL, 0, &rows, e);
	if (!code) {
		tabular_init(&t, columns, 6);
		for (size_t i = 0; i < rows.n_rows; i++)
			list_row(&t, &rows, i);
		tabular_print(&t, args_format(a), stdout);
		tabular_done(&t);
	}
	arena_done(&arena);
	return code ? exit_of(e) : EXIT_DONE;
}

/* ---- show: how many sites in each group ---- */

static int show(const struct args *a, struct store *store, const char *name, int64_t version,
		struct err *e)
{
	static const struct {
		const char *by, *sql;
	} groups[] = {
#define BY(column)                                                                                 \
	"SELECT " column ", count(*) FROM portfolio_subject WHERE portfolio = ? AND version = ? "  \
	"GROUP BY 1 ORDER BY 2 DESC, 1"
		{"class", BY("class")},	  {"region", BY("region")}, {"organisation", BY("organisation")},
		{"level", BY("level")},
	};
	const struct value args[] = {value_text(name), value_i64(version)};
	const char *by = args_text(a, "by", "class"), *sql = NULL;
	struct tabular_column columns[] = {{by, by, TABULAR_TEXT}, {"sites", "sites", TABULAR_NUMBER}};
	struct arena arena;
	struct tabular t;
	struct table rows;
	int code;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(groups[i].by, by))
			sql = groups[i].sql;
	if (!sql)
		return usage_error(e, "--by is class, region, organisation or level, not '%s'", by);
	arena_init(&arena, 0);
	code = store_query_state(store, &arena, sql, args, 2, &rows, e);
	if (!code) {
		tabular_init(&t, columns, 2);
		for (size_t i = 0; i < rows.n_rows; i++) {
			const char *group = value_str(table_at(&rows, i, 0), "");

			tabular_pair(&t, *group ? group : "-", group);
			tabular_int(&t, value_int(table_at(&rows, i, 1), I64_NULL));
		}
		tabular_print(&t, args_format(a), stdout);
		tabular_done(&t);
		if (rows.cut)
			log_warn("there are more groups than one answer holds");
	}
	arena_done(&arena);
	return code ? exit_of(e) : EXIT_DONE;
}

/* ---- export: a CSV that imports again to the same version ---- */

static void export_row(struct buf *line, const struct subject *s)
{
	char rank[24] = "";

	if (s->rank != I64_NULL)
		snprintf(rank, sizeof(rank), "%lld", (long long)s->rank);
	csv_cell(line, s->domain, true, false);
	csv_cell(line, s->organisation, false, false);
	csv_cell(line, s->class_, false, false);
	csv_cell(line, s->region, false, false);
	csv_cell(line, s->level, false, false);
	csv_cell(line, rank, false, false);
	csv_cell(line, s->tags, false, false);
	csv_end(line);
}

static int export(const struct portfolio *p)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	buf_str(&line, "domain,organisation,class,region,level,rank,tags\r\n");
	for (size_t i = 0; i < p->subjects.n; i++) {
		export_row(&line, &p->subjects.at[i]);
		fputs(line.data, stdout);
		buf_clear(&line);
	}
	buf_done(&line);
	return EXIT_DONE;
}

static int stored(const struct args *a, const char *what, struct store *store, struct err *e)
{
	const char *name = args_at(a, 1);
	struct portfolio p;
	int64_t version;
	int code;

	if (!strcmp(what, "list"))
		return list(a, store, e);
	if (!name)
		return usage_error(e, "say which: sextant portfolio %s NAME", what);
	if (!args_int(a, "version", 1, INT64_MAX, 0, &version, e))
		return EXIT_USAGE;
	portfolio_init(&p);
	code = list_load(store, name, &version, &p, e) ? exit_of(e) : EXIT_DONE;
	if (code == EXIT_DONE)
		code = !strcmp(what, "show") ? show(a, store, name, version, e) : export(&p);
	portfolio_done(&p);
	return code;
}

static int run(const struct args *a, struct err *e)
{
	const char *what = args_at(a, 0);
	struct store *store;
	int code;

	if (what && !strcmp(what, "import"))
		return import(a, e);
	if (!what || (strcmp(what, "list") && strcmp(what, "show") && strcmp(what, "export")))
		return usage_error(e, "sextant portfolio import FILE, list, show NAME or export NAME");
	if (open_store(a, STORE_ANY, &store, e))
		return exit_of(e);
	code = stored(a, what, store, e);
	store_close(store);
	return code;
}

static const struct option_row options[] = {
	{"name", "NAME", "name of the portfolio (default: that of the file)", "名单名称（默认取文件名）"},
	{"map", "FIELD=COLUMN,...", "which column holds domain, organisation, class, region, level, "
				    "rank, tags (tags=A+B)",
	 "列映射：domain、organisation、class、region、level、rank、tags（tags=A+B）"},
	{"strict", NULL, "import nothing if one row cannot be used", "有任何一行不可用则不导入"},
	{"by", "class|region|organisation|level", "grouping of show", "show 的分组方式"},
	{"version", "N", "a version other than the newest", "指定版本（默认最新）"},
	{0},
};

const struct command command_portfolio = {
	.name = "portfolio",
	.synopsis = "import FILE | list | show NAME | export NAME",
	.en = "lists of sites: take in a CSV file, show, give back",
	.zh = "名单：导入 CSV、查看、导出",
	.more_en = "The file may be compressed. Columns are found by their titles or by --map. A row that "
		   "cannot be used is named with its line and reason, and the rest is taken. The same "
		   "content is the same version; other content is the next one.",
	.more_zh = "文件可为压缩格式。列按标题或 --map 识别。不可用的行会给出行号与原因，其余照常导入。"
		   "内容相同则版本不变，内容变化则版本加一。",
	.options = options,
	.example = "  sextant portfolio import sites.csv --name gov \\\n"
		   "    --map \"domain='Domain name',class='Domain type',region=State,tags=City\"\n"
		   "  sextant portfolio show gov --by region",
	.run = run,
};
