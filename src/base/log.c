/* log: see log.h.  One write(2) a line, so that lines of several processes do not mix. */
#include "base/log.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
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

/* Copies text with control bytes (C1 among them) and broken UTF-8 made visible; returns the length. */
static size_t visible(char *to, size_t max, const char *from)
{
	size_t n = 0, len = strlen(from), step;

	for (; len && n + 17 < max; from += step, len -= step) {
		uint32_t c;

		step = utf8_decode(from, len, &c);
		if (c >= 0x20 && c != UTF8_BAD && (c < 0x7f || c > 0x9f)) {
			memcpy(to + n, from, step);
			n += step;
			continue;
		}
		for (size_t i = 0; i < step; i++)
			n += (size_t)snprintf(to + n, max - n, "\\x%02x", (unsigned char)from[i]);
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
