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

/* WeasyPrint in a process of its own; it reads the HTML that we made and nothing else. */
static int make_pdf(const char *html, const char *pdf, struct err *e)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("weasyprint", "weasyprint", "--presentational-hints", html, pdf, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_set(e, -errno, "cannot start weasyprint: %s", err_name(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, -ENOENT, "the PDF needs WeasyPrint: apt-get install weasyprint; the HTML is there");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(e, -EIO, "weasyprint did not make '%s'; the HTML is there", pdf);
	return 0;
}

static int make_one(const struct args *a, struct store *s, struct report_ask *ask, const char *dir,
		    struct err *e)
{
	char html[4096], pdf[4096];
	struct buf out;
	int rc;

	snprintf(html, sizeof(html), "%s/sextant-%s-%s.html", dir, ask->period, ask->zh ? "zh" : "en");
	snprintf(pdf, sizeof(pdf), "%s/sextant-%s-%s.pdf", dir, ask->period, ask->zh ? "zh" : "en");
	buf_init(&out, REPORT_MAX);
	rc = report_make(ask, s, &out, e);
	if (!rc && buf_full(&out))
		rc = err_set(e, -E2BIG, "the report is larger than %d MiB", REPORT_MAX >> 20);
	if (!rc)
		rc = write_file(html, &out, e);
	buf_done(&out);
	if (!rc)
		printf("%s\n", html);
	if (!rc && !args_has(a, "no-pdf"))
		rc = make_pdf(html, pdf, e);
	if (!rc && !args_has(a, "no-pdf"))
		printf("%s\n", pdf);
	return rc;
}

static int run(const struct args *a, struct err *e)
{
	const char *dir = args_text(a, "out", "."), *lang = args_text(a, "lang", NULL);
	char month[TIME_TEXT_MAX];
	struct report_ask ask = {.portfolio = args_text(a, "portfolio", NULL),
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
	for (int zh = 1; zh >= 0 && !rc; zh--) {
		ask.zh = zh;
		if (!lang || !strcmp(lang, zh ? "zh" : "en"))
			rc = make_one(a, s, &ask, dir, e);
	}
	store_close(s);
	return rc ? exit_of(e) : EXIT_DONE;
}

static const struct option_row options[] = {
	{"period", "2026-10|2026", "month or year (default: this month so far)", "月份或年份（默认：本月至今）"},
	{"portfolio", "NAME", "list (default: that of the round which ended last)",
	 "名单（默认：最近完成的轮次所用名单）"},
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
