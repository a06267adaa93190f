/* cmd_report: the periodic report as HTML and, with WeasyPrint, as PDF. */
#include "app/command.h"
#include "app/config.h"
#include "base/clock.h"
#include "base/log.h"
#include "outlet/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT_MAX = 64 << 20 };

/* To a temporary name, then renamed: a reader never sees half a report. */
static int write_file(const char *path, const struct buf *b, struct err *e)
{
	char temporary[4200];
	size_t done = 0;
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	while (fd >= 0 && done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd < 0 || done < b->len || fsync(fd) < 0 || close(fd) < 0 || rename(temporary, path) < 0)
		return err_set(e, -errno, "cannot write '%s': %s", path, err_name(errno));
	return 0;
}

/* ---- PDF: WeasyPrint in processes of their own; each reads the HTML that we made and nothing else ---- */

enum { LANGUAGES = 2 };

struct page {
	char html[4096], pdf[4096];
	pid_t pid; /* of its WeasyPrint */
};

static int pdf_start(struct page *p, struct err *e)
{
	p->pid = fork();
	if (p->pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("weasyprint", "weasyprint", "--presentational-hints", p->html, p->pdf, (char *)NULL);
		_exit(127);
	}
	return p->pid < 0 ? err_set(e, -errno, "cannot start weasyprint: %s", err_name(errno)) : 0;
}

static int pdf_wait(struct page *p, struct err *e)
{
	int status = 0;

	if (waitpid(p->pid, &status, 0) < 0)
		return err_set(e, -errno, "cannot wait for weasyprint: %s", err_name(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, -ENOENT, "the PDF needs WeasyPrint: apt-get install weasyprint; the HTML is there");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(e, -EIO, "weasyprint did not make '%s'; the HTML is there", p->pdf);
	printf("%s\n", p->pdf);
	return 0;
}

/* All languages at once: most of the time goes into fonts. */
static int make_pdfs(struct page *pages, size_t n, struct err *e)
{
	struct err other;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (!rc)
			rc = pdf_start(&pages[i], e);
		else
			pages[i].pid = -1;
	}
	for (size_t i = 0; i < n; i++)
		if (pages[i].pid > 0 && pdf_wait(&pages[i], rc ? &other : e))
			rc = rc ? rc : e->code;
	return rc;
}

/* ---- HTML ---- */

static int make_html(struct store *s, const struct report_ask *ask, const char *dir, struct page *p,
		     struct err *e)
{
	const char *lang = ask->zh ? "zh" : "en";
	struct buf out;
	int rc;

	snprintf(p->html, sizeof(p->html), "%s/sextant-%s-%s.html", dir, ask->period, lang);
	snprintf(p->pdf, sizeof(p->pdf), "%s/sextant-%s-%s.pdf", dir, ask->period, lang);
	buf_init(&out, REPORT_MAX);
	rc = report_make(ask, s, &out, e);
	if (!rc && buf_full(&out))
		rc = err_set(e, -E2BIG, "the report is larger than %d MiB", REPORT_MAX >> 20);
	if (!rc)
		rc = write_file(p->html, &out, e);
	buf_done(&out);
	if (!rc)
		printf("%s\n", p->html);
	return rc;
}

static int make_all(const struct args *a, struct store *s, struct report_ask *ask, const char *dir,
		    struct err *e)
{
	const char *lang = args_text(a, "lang", NULL);
	struct page pages[LANGUAGES];
	size_t n = 0;
	int rc = 0;

	for (int zh = 1; zh >= 0 && !rc; zh--) {
		ask->zh = zh;
		if (!lang || !strcmp(lang, zh ? "zh" : "en"))
			rc = make_html(s, ask, dir, &pages[n++], e);
	}
	fflush(stdout);
	return rc || args_has(a, "no-pdf") ? rc : make_pdfs(pages, n, e);
}

static int run(const struct args *a, struct err *e)
{
	const char *dir = args_text(a, "out", ".");
	char month[TIME_TEXT_MAX];
	struct report_ask ask = {.portfolio = args_text(a, "portfolio", NULL),
				 .plan = args_text(a, "plan", NULL),
				 .operator_ = args_config(a)->operator_,
				 .now_us = clock_wall(&clock_real)};
	struct store *s;
	int rc;

	time_text(ask.now_us, month);
	month[7] = '\0';
	ask.period = args_text(a, "period", month);
	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		err_set(e, -errno, "cannot make the folder '%s': %s", dir, err_name(errno));
		return EXIT_FAULT;
	}
	rc = open_store(a, STORE_ANY, &s, e);
	if (rc)
		return exit_of(e);
	rc = store_flush(s, e);
	if (!rc)
		rc = make_all(a, s, &ask, dir, e);
	store_close(s);
	return rc ? exit_of(e) : EXIT_DONE;
}

static const struct option_row options[] = {
	{"period", "2026-10|2026", "month or year (default: this month so far)", "月份或年份（默认：本月至今）"},
	{"portfolio", "NAME", "list (default: that of the round which ended last)",
	 "名单（默认：最近完成的轮次所用名单）"},
	{"plan", "NAME", "plan of the targets (default: the one that is set, or cn-2017)",
	 "目标所属计划（默认：所设默认计划，或 cn-2017）"},
	{"out", "DIR", "folder for the files (default: here)", "输出目录（默认：当前目录）"},
	{"no-pdf", NULL, "HTML only", "只生成 HTML"},
	{NULL, NULL, NULL, NULL},
};

const struct command command_report = {
	.name = "report",
	.en = "write the periodic report as HTML and PDF",
	.zh = "生成定期监测报告（HTML 与 PDF）",
	.more_en = "In Chinese and English; with --lang, in one of them. Values are those that held at the\n"
		   "end of the period, changes are against the end of the period before.",
	.more_zh = "默认中英文各一份；用 --lang 只生成一种。数值为期末值，变化相对上期末。",
	.options = options,
	.example = "  sextant report --period 2026-10 --out report",
	.run = run,
};
