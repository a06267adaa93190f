/* Files with their answers, the same at every cut; limits. */
#include "wire/robots.h"
#include "test/tap.h"

#include <stdlib.h>

static const struct {
	const char *name, *text, *path;
	bool named, refused;
} rows[] = {
	{"nothing", "", "/", false, false},
	{"refused", "User-agent: sextant\nDisallow: /\n", "/", true, true},
	{"without a last line end", "User-agent: sextant\nDisallow: /", "/", true, true},
	{"CR LF, case and blanks", "USER-AGENT :\tSexTant \r\n disallow: / \r\n", "/", true, true},
	{"with a version", "User-agent: Sextant/9\nDisallow: /\n", "/", true, true},
	{"behind a byte order mark", "\xef\xbb\xbfUser-agent: sextant\nDisallow: /\n", "/", true, true},
	{"a remark", "User-agent: sextant # you\nDisallow: / # all\n", "/", true, true},
	{"everybody is not us", "User-agent: *\nDisallow: /\n", "/", false, false},
	{"another is not us", "User-agent: sextants\nDisallow: /\n", "/", false, false},
	{"one of several", "User-agent: a\nUser-agent: sextant\n\nUser-agent: b\nDisallow: /\n", "/", true,
	 true},
	{"a group after ours", "User-agent: sextant\nAllow: /\nUser-agent: b\nDisallow: /\n", "/", true,
	 false},
	{"two groups are one", "User-agent: sextant\nAllow: /a\nUser-agent: b\nAllow: /\nUser-agent: "
			       "sextant\nDisallow: /\n", "/", true, true},
	{"other lines do not end the head", "User-agent: sextant\nSitemap: x:y\nUser-agent: b\nDisallow: "
					    "/\n", "/", true, true},
	{"an empty rule", "User-agent: sextant\nDisallow:\n", "/", true, false},
	{"another place", "User-agent: sextant\nDisallow: /private\n", "/", true, false},
	{"that place", "User-agent: sextant\nDisallow: /private\n", "/private/x", true, true},
	{"the longest decides", "User-agent: sextant\nDisallow: /\nAllow: /a\n", "/ab", true, false},
	{"whatever the order", "User-agent: sextant\nAllow: /a\nDisallow: /\n", "/ab", true, false},
	{"allow of two equals", "User-agent: sextant\nDisallow: /a\nAllow: /a\n", "/a", true, false},
	{"allow of two equals, first", "User-agent: sextant\nAllow: /a\nDisallow: /a\n", "/a", true, false},
	{"the front page alone", "User-agent: sextant\nDisallow: /\nAllow: /$\n", "/", true, false},
	{"and nothing else", "User-agent: sextant\nDisallow: /\nAllow: /$\n", "/x", true, true},
	{"a star", "User-agent: sextant\nDisallow: /*.php\n", "/a/b.php?x", true, true},
	{"a star and an end", "User-agent: sextant\nDisallow: /*.php$\n", "/b.php?x", true, false},
	{"the end after several tries", "User-agent: sextant\nDisallow: /*.php$\n", "/a.php.php", true,
	 true},
	{"stars", "User-agent: sextant\nDisallow: *a*b*$\n", "/xaxxbx", true, true},
	{"a dollar within", "User-agent: sextant\nDisallow: /$a\n", "/$a", true, true},
	{"HTML", "<html><head><title>User-agent: sextant</title>\n", "/", false, false},
};

static void table(void)
{
	static struct robots r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text), bad = 0;

		for (size_t cut = 0; cut <= len; cut++) {
			robots_init(&r, "sextant", rows[i].path);
			robots_feed(&r, rows[i].text, cut);
			robots_feed(&r, rows[i].text + cut, len - cut);
			bad += robots_end(&r) != rows[i].refused || r.named != rows[i].named;
		}
		ok(!bad, "%s: the same at every cut", rows[i].name);
	}
}

/* Who follows links is bound by what is said to everybody, where nothing is said to us. */
static void crawl(void)
{
	static const struct {
		const char *text, *path;
		bool refused;
	} of[] = {
		{"", "/a", false},
		{"User-agent: *\nDisallow: /a\n", "/ab", true},
		{"User-agent: *\nDisallow: /a\n", "/b", false},
		{"User-agent: *\nDisallow: /\nAllow: /a$\n", "/a", false},
		{"User-agent: other\nDisallow: /\n", "/a", false},
		{"User-agent: *\nDisallow: /\nUser-agent: sextant\nDisallow: /b\n", "/a", false},
		{"User-agent: sextant\nDisallow: /a\nUser-agent: *\nAllow: /a\n", "/a", true},
		{"User-agent: *\nUser-agent: sextant\nDisallow: /a\n", "/a", true},
	};
	static struct robots r;

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		robots_init(&r, "sextant", of[i].path);
		robots_feed(&r, of[i].text, strlen(of[i].text));
		robots_end(&r);
		ok(r.refused_crawl == of[i].refused, "crawl %zu", i);
	}
}

/* A line of n bytes that refuses us. */
static bool refused_by_line(size_t n)
{
	static struct robots r;
	static char text[L_ROBOTS_LINE_B + 64];
	size_t at = (size_t)snprintf(text, 64, "User-agent: sextant\n"), line = at;

	at += (size_t)snprintf(text + at, 64, "Disallow: /");
	memset(text + at, ' ', n - (at - line));
	text[line + n] = '\n';
	robots_init(&r, "sextant", "/");
	robots_feed(&r, text, line + n + 1);
	return robots_end(&r);
}

static void lines(void)
{
	for (size_t n = L_ROBOTS_LINE_B - 1; n <= L_ROBOTS_LINE_B + 1; n++) {
		uint64_t before = limit_hits(LIMIT_ROBOTS_LINE_B);
		bool past = n > L_ROBOTS_LINE_B;

		ok(refused_by_line(n) == !past, "a line of %zu bytes", n);
		is_int(limit_hits(LIMIT_ROBOTS_LINE_B) - before, past, "the limit is counted");
	}
}

/* Each rule of "/" and n - 1 letters costs n + 1 comparisons with a path that goes on so. */
static void steps(void)
{
	static struct robots r;
	char path[64], rule[64];
	size_t cost = 41;

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	snprintf(rule, sizeof(rule), "Disallow: %.*s\n", (int)cost - 1, path);
	for (int past = -1; past <= 1; past++) {
		uint64_t before = limit_hits(LIMIT_ROBOTS_STEPS);

		robots_init(&r, "sextant", path);
		robots_feed(&r, "User-agent: sextant\n", 20);
		r.steps = L_ROBOTS_STEPS - cost + (size_t)past;
		robots_feed(&r, rule, strlen(rule));
		ok(robots_end(&r) == (past <= 0), "%+d comparisons past the budget", past);
		is_int(limit_hits(LIMIT_ROBOTS_STEPS) - before, past > 0, "the limit is counted");
	}
}

int main(void)
{
	table();
	crawl();
	lines();
	steps();
	return done();
}
