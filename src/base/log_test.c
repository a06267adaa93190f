/* What a far host wrote cannot move the terminal. */
#include "base/log.h"
#include "test/tap.h"

#include <unistd.h>

static int pipes[2];

static const char *heard(void)
{
	static char line[4096];
	ssize_t n = read(pipes[0], line, sizeof(line) - 1);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

static const char *said(const char *text)
{
	log_warn("%s", text);
	return heard();
}

int main(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain", "plain"},
		{"中文 é", "中文 é"},
		{"\x1b[2J", "\\x1b[2J"},
		{"a\nb\r", "a\\x0ab\\x0d"},
		{"\x7f", "\\x7f"},
		{"\xc2\x9b" "31m", "\\xc2\\x9b31m"},
		{"\x9b" "31m", "\\x9b31m"},
		{"\xff\xc0\x80", "\\xff\\xc0\\x80"},
	};
	char long_text[3000], want[256];
	const char *line;

	if (pipe(pipes) < 0 || dup2(pipes[1], STDERR_FILENO) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(want, sizeof(want), "sextant: warning: %s\n", rows[i].out);
		is_str(said(rows[i].in), want, "made visible");
	}
	memset(long_text, '\x01', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	line = said(long_text);
	ok(strlen(line) < 2200 && line[strlen(line) - 1] == '\n', "a long one is cut and ends");
	log_level_set(LOG_ERROR);
	log_warn("unheard");
	log_error("%s", "heard");
	is_str(heard(), "sextant: error: heard\n", "below the level nothing is said");
	ok(log_level() == LOG_ERROR, "the level is kept");
	return done();
}
