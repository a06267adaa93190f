/* log: see log.h.  One write(2) a line, so that lines of several processes do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static enum log_level threshold = LOG_INFO;

void log_level_set(enum log_level level)
{
	threshold = level;
}

enum log_level log_level(void)
{
	return threshold;
}

/* Copies text with control bytes made visible; returns the length. */
static size_t visible(char *to, size_t max, const char *from)
{
	size_t n = 0;

	for (; *from && n + 5 < max; from++) {
		unsigned char c = (unsigned char)*from;

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(to + n, max - n, "\\x%02x", c);
		else
			to[n++] = *from;
	}
	return n;
}

void log_at(enum log_level level, const char *fmt, ...)
{
	static const char *const word[] = {"error: ", "warning: ", "", "debug: "};
	char raw[1024], line[2100];
	size_t n;
	va_list ap;

	if (level > threshold)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	n = (size_t)snprintf(line, sizeof(line), "sextant: %s", word[level]);
	n += visible(line + n, sizeof(line) - n - 1, raw);
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nobody is left to tell */
}
