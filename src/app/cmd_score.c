/* cmd_score: stored verdicts through a rubric.  Nothing is probed, so any round can be scored again. */
#include "app/command.h"
#include "app/file.h"
#include "app/round.h"
#include "app/tabular.h"
#include "base/asset.h"
#include "base/limits.h"
#include "check/rubric.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_ROWS = 200000 };

struct job {
	const struct args *args;
	struct store *store;
	struct arena arena, page;
	struct rubric rubric;
	char name[80]; /* NAME@VERSION */
	struct tabular out;
	const char *round;
};

/* ---- the rubric ---- */

static int read_rubric(const char *path, struct arena *a, const char **text, size_t *len, struct err *e)
{
	int rc = file_read(path, L_RUBRIC_FILE_B, a, text, len, e);

	if (rc == -E2BIG) {
		limit_hit(LIMIT_RUBRIC_FILE_B);
		return err_set(e, -EINVAL, "%s is no rubric: it is larger than a mebibyte", path);
	}
	if (rc)
		return err_set(e, -ENOENT, "%s: %s; --list names the rubrics that are built in", path, err_name(-rc));
	return 0;
}

static int load_rubric(struct job *j, struct err *e)
{
	const char *name = args_text(j->args, "rubric", "cac-7"), *text, *base = strrchr(name, '/');
	char path[128];
	const struct asset *file;
	size_t len = 0;
	int rc = 0;

	snprintf(path, sizeof(path), "rubric/%s.csv", name);
	file = asset_find(path);
	if (file) {
		text = (const char *)file->data;
		len = file->len;
	} else {
		rc = read_rubric(name, &j->arena, &text, &len, e);
	}
	if (!rc)
		rc = rubric_parse(&j->rubric, &j->arena, name, text, len, e);
	base = base ? base + 1 : name;
	if (!rc)
		snprintf(j->name, sizeof(j->name), "%.*s@%s", (int)strcspn(base, "."), base, j->rubric.version);
	return rc;
}

static int list_rubrics(void)
{
	const char *name;

	for (size_t i = 0; (name = rubric_builtin_name(i)) != NULL; i++)
		printf("%s\n", name);
	return EXIT_DONE;
}

/* ---- one site ---- */

struct verdicts {
	const struct table *t;
	size_t from, to;
};

/* What a round did not look at is not known of the site, whatever the check calls it. */
static enum verdict verdict_of(void *ctx, const char *check)
{
	const struct verdicts *v = ctx;

	for (size_t i = v->from; i < v->to; i++) {
		const char *word = value_str(table_at(v->t, i, 2), "");

		if (strcmp(value_str(table_at(v->t, i, 1), ""), check) != 0)
			continue;
		if (!strcmp(value_str(table_at(v->t, i, 3), ""), "not_asked"))
			return VERDICT_UNKNOWN;
		for (int k = 0; verdict_words[k]; k++)
			if (!strcmp(word, verdict_words[k]))
				return (enum verdict)k;
	}
	return VERDICT_UNKNOWN;
}

static void put_number(struct tabular *out, double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", v);
	tabular_number(out, v, isnan(v) ? NULL : text);
}

static void put_score(struct job *j, const char *domain, const char *item, const char *title,
		      const struct score *s, const struct scoring *of)
{
	const struct rubric_level *level = rubric_level_of(&j->rubric, s);

	tabular_text(&j->out, j->round);
	tabular_text(&j->out, domain);
	tabular_text(&j->out, j->name);
	tabular_text(&j->out, item);
	tabular_text(&j->out, title);
	put_number(&j->out, s->low);
	put_number(&j->out, s->high);
	tabular_pair(&j->out, level ? (args_zh(j->args) ? level->title_zh : level->title_en) : "",
		     level ? level->id : NULL);
	tabular_int(&j->out, of ? (int64_t)of->known : I64_NULL);
	tabular_int(&j->out, of ? (int64_t)of->unknown : I64_NULL);
}

static void score_site(struct job *j, const struct table *t, size_t from, size_t to)
{
	struct verdicts v = {.t = t, .from = from, .to = to};
	struct scoring s = rubric_score(&j->rubric, verdict_of, &v);
	const char *domain = value_str(table_at(t, from, 0), "");
	bool zh = args_zh(j->args);

	put_score(j, domain, "", zh ? "总分" : "whole", &s.whole, &s);
	for (size_t i = 0; args_has(j->args, "items") && i < j->rubric.items.n; i++) {
		const struct rubric_item *item = &j->rubric.items.at[i];

		put_score(j, domain, item->id, zh ? item->title_zh : item->title_en, &s.items[i], NULL);
	}
}

/* ---- one round ---- */

/* Sites of a page; the last may be cut and comes again whole with the next. */
static size_t score_page(struct job *j, const struct table *t, char *after)
{
	size_t n = 0, to;

	for (size_t from = 0; from < t->n_rows; from = to) {
		const char *domain = value_str(table_at(t, from, 0), "");

		for (to = from; to < t->n_rows && !strcmp(value_str(table_at(t, to, 0), ""), domain); to++)
			;
		if (to == t->n_rows && t->n_rows == PAGE_ROWS && from)
			break;
		score_site(j, t, from, to);
		snprintf(after, DOMAIN_MAX, "%s", domain);
		n++;
	}
	return n;
}

static int score_round(struct job *j, struct err *e)
{
	const char *only = args_at(j->args, 0);
	char after[DOMAIN_MAX] = "";
	size_t n = 1;
	int rc = 0;

	while (!rc && n) {
		const struct value args[] = {value_text(j->round), value_text(after), value_i64(PAGE_ROWS),
					     value_text(only)};
		struct table t;

		rc = store_query_facts(j->store, &j->page,
				       only ? "SELECT subject, \"check\", verdict, reason FROM obs_verdict WHERE round = ? "
					      "AND subject > ? AND subject = ? ORDER BY subject LIMIT ?"
					    : "SELECT subject, \"check\", verdict, reason FROM obs_verdict WHERE round = ? "
					      "AND subject > ? ORDER BY subject LIMIT ?",
				       only ? (const struct value[]){args[0], args[1], args[3], args[2]} : args,
				       only ? 4 : 3, &t, e);
		n = rc ? 0 : score_page(j, &t, after);
		arena_done(&j->page);
	}
	return rc;
}

/* Complete rounds: the one that was named, all, or the last. */
static int find_rounds(struct job *j, struct table *t, struct err *e)
{
	const char *wanted = args_text(j->args, "round", NULL);
	const struct value arg = value_text(wanted);
	int rc = store_query_state(j->store, &j->arena,
				   wanted ? "SELECT id FROM round WHERE status = 'complete' AND id = ?"
				   : args_has(j->args, "all")
					   ? "SELECT id FROM round WHERE status = 'complete' ORDER BY ended_us"
					   : "SELECT id FROM round WHERE status = 'complete' ORDER BY ended_us DESC "
					     "LIMIT 1",
				   &arg, wanted ? 1 : 0, t, e);

	if (!rc && !t->n_rows)
		rc = err_set(e, -ENOENT, "%s", wanted ? "there is no complete round of that id; `sextant export round` "
							"lists them"
						      : "there is no complete round yet; `sextant census` makes one");
	return rc;
}

static int score_all(struct job *j, struct err *e)
{
	struct table t;
	int rc = open_store(j->args, STORE_ANY, &j->store, e);

	if (!rc)
		rc = store_flush(j->store, e);
	if (!rc)
		rc = find_rounds(j, &t, e);
	for (size_t i = 0; !rc && i < t.n_rows; i++) {
		j->round = value_str(table_at(&t, i, 0), "");
		rc = score_round(j, e);
	}
	if (!rc)
		tabular_print(&j->out, args_format(j->args), stdout);
	if (j->store)
		store_close(j->store);
	return rc;
}

static int run(const struct args *a, struct err *e)
{
	bool zh = args_zh(a), items = args_has(a, "items");
	const struct tabular_column columns[] = {
		{"round", args_has(a, "all") ? (zh ? "轮次" : "round") : NULL, TABULAR_TEXT},
		{"domain", zh ? "域名" : "domain", TABULAR_TEXT},
		{"rubric", zh ? "评分标准" : "rubric", TABULAR_TEXT},
		{"item", items ? (zh ? "项" : "item") : NULL, TABULAR_TEXT},
		{"title", items ? (zh ? "内容" : "what") : NULL, TABULAR_TEXT},
		{"low", zh ? "最低" : "low", TABULAR_NUMBER},
		{"high", zh ? "最高" : "high", TABULAR_NUMBER},
		{"level", zh ? "等级" : "level", TABULAR_TEXT},
		{"items_known", zh ? "已知项" : "known", TABULAR_NUMBER},
		{"items_unknown", zh ? "未知项" : "unknown", TABULAR_NUMBER},
	};
	struct job j = {.args = a};
	int rc;

	if (args_has(a, "list"))
		return list_rubrics();
	if (args_count(a) > 1)
		return usage_error(e, "one site at most: sextant score [DOMAIN]");
	arena_init(&j.arena, 0);
	arena_init(&j.page, 0);
	tabular_init(&j.out, columns, sizeof(columns) / sizeof(columns[0]));
	rc = load_rubric(&j, e);
	if (!rc)
		rc = score_all(&j, e);
	rubric_done(&j.rubric);
	tabular_done(&j.out);
	arena_done(&j.page);
	arena_done(&j.arena);
	return !rc ? EXIT_DONE : rc == -ENOENT || rc == -EINVAL ? EXIT_INPUT : exit_of(e);
}

static const struct option_row options[] = {
	{"rubric", "NAME|FILE", "a built-in rubric (cac-7, internet-nl, nist) or a CSV file; default: cac-7",
	 "内置评分标准（cac-7、internet-nl、nist）或 CSV 文件；默认 cac-7"},
	{"round", "ID", "this round; default: the last complete one", "指定轮次；默认为最近完成的一轮"},
	{"all", NULL, "every complete round", "全部已完成的轮次"},
	{"items", NULL, "each item too", "同时列出各项得分"},
	{"list", NULL, "name the built-in rubrics and end", "列出内置评分标准"},
	{0},
};

const struct command command_score = {
	.name = "score",
	.synopsis = "[DOMAIN]",
	.en = "score stored verdicts by a rubric, without probing",
	.zh = "按评分标准为库中结论评分，不进行探测",
	.more_en = "A rubric is a versioned CSV file: items with weights, tests with points for each verdict of a "
		   "check, levels. Any round can be scored again under a new one. What is unknown is not replaced: "
		   "the score is then a range from low to high, and has a level only when both ends have the same. "
		   "Weights of cac-7 are ours, since the official ones are not public; a copy may change them.",
	.more_zh = "评分标准是带版本的 CSV 文件：各项及权重、各检查结论的得分、等级。\n"
		   "任何历史轮次均可按新标准重新评分。未知项不作替代：\n"
		   "得分为最低至最高的区间，两端等级相同时才给出等级。\n"
		   "cac-7 的权重由本项目设定（官方权重未公开），可复制后自行修改。",
	.example = "  sextant score --rubric nist --items\n  sextant score example.test --rubric mine.csv --all --csv",
	.options = options,
	.run = run,
};
