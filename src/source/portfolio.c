/* portfolio: see portfolio.h. */
#include "source/portfolio.h"

#include "base/addr.h"
#include "base/csv.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/utf8.h"
#include "core/schema.h"
#include "io/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <idn2.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *const portfolio_fault_words[] = {"broken",	"encoding", "empty",	"url",	"address",
					     "domain",	"idn",	    "duplicate", "rank", NULL};

enum { CELL_MAX = 512 }; /* bytes of a text that are kept */

void portfolio_init(struct portfolio *p)
{
	memset(p, 0, sizeof(*p));
	arena_init(&p->arena, 0);
}

void portfolio_done(struct portfolio *p)
{
	vec_done(&p->subjects);
	vec_done(&p->problems);
	arena_done(&p->arena);
}

/* ---- domains ---- */

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static bool label_ok(const char *s, size_t n, const char **why)
{
	if (n == 0)
		*why = "a label is empty";
	else if (n > 63)
		*why = "a label is longer than 63 bytes";
	else if (s[0] == '-' || s[n - 1] == '-')
		*why = "a label begins or ends with a hyphen";
	else
		return true;
	return false;
}

static enum portfolio_fault ldh(const char *name, const char **why)
{
	size_t labels = 0;
	const char *last = name;

	if (strlen(name) > 253) {
		*why = "the name is longer than 253 bytes";
		return PORTFOLIO_DOMAIN;
	}
	for (const char *s = name;; s++) {
		size_t n = strcspn(s, ".");

		if (!label_ok(s, n, why))
			return PORTFOLIO_DOMAIN;
		if (strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") < n) {
			*why = "only letters, digits and hyphens may stand in a host name";
			return PORTFOLIO_DOMAIN;
		}
		labels++;
		last = s;
		s += n;
		if (!*s)
			break;
	}
	*why = "it has only one label";
	if (labels < 2)
		return PORTFOLIO_DOMAIN;
	*why = "its last label is a number";
	return strspn(last, "0123456789") == strlen(last) ? PORTFOLIO_DOMAIN : PORTFOLIO_FAULTS;
}

/* A-labels through libidn2: also when the text is ASCII and holds an A-label, which must be valid. */
static enum portfolio_fault to_ascii(const char *text, char to[static DOMAIN_MAX], const char **why)
{
	char *out = NULL;
	int code = idn2_to_ascii_8z(text, &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);

	if (code != IDN2_OK) {
		*why = idn2_strerror(code);
		return PORTFOLIO_IDN;
	}
	if (strlen(out) >= DOMAIN_MAX) {
		idn2_free(out);
		*why = "the name is longer than 253 bytes";
		return PORTFOLIO_DOMAIN;
	}
	memcpy(to, out, strlen(out) + 1);
	idn2_free(out);
	return PORTFOLIO_FAULTS;
}

static enum portfolio_fault not_even_a_name(const char *text, const char **why)
{
	char bare[64];
	struct addr a;
	size_t n = strlen(text);

	*why = "an IP address, not a domain";
	snprintf(bare, sizeof(bare), "%s", *text == '[' ? text + 1 : text);
	bare[strcspn(bare, "]")] = '\0';
	if (n < sizeof(bare) && addr_parse(&a, bare))
		return PORTFOLIO_ADDRESS;
	*why = "a URL, path or mail address; give the domain alone";
	return strpbrk(text, "/@:?#\\") ? PORTFOLIO_URL : PORTFOLIO_FAULTS;
}

enum portfolio_fault domain_clean(const char *text, char to[static DOMAIN_MAX], const char **why)
{
	char name[4 * DOMAIN_MAX];
	size_t n = strlen(text);
	enum portfolio_fault fault = not_even_a_name(text, why);

	if (fault != PORTFOLIO_FAULTS)
		return fault;
	*why = "the name is longer than 253 bytes";
	if (n >= sizeof(name))
		return PORTFOLIO_DOMAIN;
	memcpy(name, text, n + 1);
	if (n > 1 && name[n - 1] == '.')
		name[n - 1] = '\0';
	for (char *s = name; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + 32);
	if (!is_ascii(name) || strstr(name, "xn--"))
		fault = to_ascii(name, to, why);
	else if (strlen(name) < DOMAIN_MAX)
		memcpy(to, name, strlen(name) + 1);
	else
		fault = PORTFOLIO_DOMAIN;
	return fault == PORTFOLIO_FAULTS ? ldh(to, why) : fault;
}

/* ---- the map of columns ---- */

/* Reads a title up to one of stop, in quotes or not; NULL when a quote never ends. */
static char *map_title(const char **at, const char *stop, struct arena *a)
{
	const char *s = *at, *end;

	if (*s == '\'' || *s == '"') {
		end = strchr(s + 1, *s);
		*at = end ? end + 1 : s;
		return end ? arena_strn(a, s + 1, (size_t)(end - s - 1)) : NULL;
	}
	end = s + strcspn(s, stop);
	*at = end;
	return arena_strn(a, s, (size_t)(end - s));
}

static const char **map_slot(struct portfolio_map *m, const char *name)
{
	if (!strcmp(name, "domain"))
		return &m->domain;
	if (!strcmp(name, "organisation") || !strcmp(name, "organization"))
		return &m->organisation;
	if (!strcmp(name, "class"))
		return &m->class_;
	if (!strcmp(name, "region"))
		return &m->region;
	if (!strcmp(name, "level"))
		return &m->level;
	return !strcmp(name, "rank") ? &m->rank : NULL;
}

static int map_tags(struct portfolio_map *m, const char **at, struct arena *a, struct err *e)
{
	do {
		*at += **at == '+';
		if (m->n_tags == PORTFOLIO_TAGS)
			return err_set(e, -EINVAL, "--map: at most %d tags", PORTFOLIO_TAGS);
		m->tags[m->n_tags] = map_title(at, "+,", a);
		if (!m->tags[m->n_tags++])
			return err_set(e, -EINVAL, "--map: a quote never ends");
	} while (**at == '+');
	return 0;
}

int portfolio_map_parse(struct portfolio_map *m, const char *text, struct arena *a, struct err *e)
{
	memset(m, 0, sizeof(*m));
	while (*text) {
		size_t n = strcspn(text, "=");
		char *name = arena_strn(a, text, n);
		const char **slot = map_slot(m, name);

		if (!text[n])
			return err_set(e, -EINVAL, "--map: '%s' is not of the form name=column", name);
		text += n + 1;
		if (!strcmp(name, "tags")) {
			if (map_tags(m, &text, a, e))
				return e ? e->code : -EINVAL;
		} else if (!slot) {
			return err_set(e, -EINVAL,
				       "--map: there is no '%s'; use domain, organisation, class, "
				       "region, level, rank, tags", name);
		} else {
			*slot = map_title(&text, ",", a);
			if (!*slot)
				return err_set(e, -EINVAL, "--map: a quote never ends");
		}
		if (*text && *text != ',')
			return err_set(e, -EINVAL, "--map: a comma is missing before '%s'", text);
		text += *text == ',';
	}
	if (!m->domain)
		return err_set(e, -EINVAL, "--map: say which column holds the domain: domain=...");
	return 0;
}

/* ---- columns ---- */

struct columns {
	int domain, organisation, class_, region, level, rank; /* index, or -1 */
	int tags[PORTFOLIO_TAGS];
	const char *tag_names[PORTFOLIO_TAGS];
	size_t n_tags;
};

static int title_index(const char *want, char **cells, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcasecmp(cells[i] + strspn(cells[i], " "), want))
			return i;
	return -1;
}

/* Where the column named by title stands: -1 for NULL, -2 for one that is not there. */
static int column_of(const char *title, char **cells, int n, bool *by_title)
{
	int at;

	if (!title)
		return -1;
	at = title_index(title, cells, n);
	if (at >= 0) {
		*by_title = true;
		return at;
	}
	if (strlen(title) < 4 && strspn(title, "0123456789") == strlen(title)) {
		at = (int)strtol(title, NULL, 10);
		if (at >= 1 && at <= n)
			return at - 1;
	}
	return -2;
}

static int no_column(const char *title, char **cells, int n, struct err *e)
{
	struct buf have;

	buf_init(&have, 256);
	for (int i = 0; i < n; i++)
		buf_printf(&have, "%s'%s'", i ? ", " : "", cells[i]);
	err_set(e, -EINVAL, "there is no column '%s'; the file has %s", title, have.data);
	buf_done(&have);
	return -EINVAL;
}

static int columns_mapped(struct columns *c, const struct portfolio_map *m, char **cells, int n,
			  bool *titles, struct err *e)
{
	const char *names[] = {m->domain, m->organisation, m->class_, m->region, m->level, m->rank};
	int *to[] = {&c->domain, &c->organisation, &c->class_, &c->region, &c->level, &c->rank};

	*titles = false;
	for (int i = 0; i < 6; i++) {
		*to[i] = column_of(names[i], cells, n, titles);
		if (*to[i] == -2)
			return no_column(names[i], cells, n, e);
	}
	for (size_t i = 0; i < m->n_tags; i++) {
		c->tags[i] = column_of(m->tags[i], cells, n, titles);
		if (c->tags[i] == -2)
			return no_column(m->tags[i], cells, n, e);
		c->tag_names[i] = m->tags[i];
	}
	c->n_tags = m->n_tags;
	return 0;
}

/* Without a map: by the titles of our own; or a bare list of domains, or "rank,domain". */
static int columns_guessed(struct columns *c, char **cells, int n, bool *titles, struct err *e)
{
	static const char *const names[] = {"domain", "organisation", "class",
					    "region", "level",	      "rank"};
	int *to[] = {&c->domain, &c->organisation, &c->class_, &c->region, &c->level, &c->rank};
	char name[DOMAIN_MAX];
	const char *why;

	for (int i = 0; i < 6; i++)
		*to[i] = title_index(names[i], cells, n);
	if (c->organisation < 0)
		c->organisation = title_index("organization", cells, n);
	c->tags[0] = title_index("tags", cells, n);
	c->tag_names[0] = NULL; /* the cell is a list of tags already */
	c->n_tags = c->tags[0] >= 0;
	*titles = c->domain >= 0;
	if (*titles)
		return 0;
	*c = (struct columns){-1, -1, -1, -1, -1, -1, {0}, {0}, 0};
	if (domain_clean(cells[0], name, &why) == PORTFOLIO_FAULTS) {
		c->domain = 0;
		return 0;
	}
	if (n >= 2 && domain_clean(cells[1], name, &why) == PORTFOLIO_FAULTS &&
	    cells[0][0] && strspn(cells[0], "0123456789") == strlen(cells[0])) {
		c->rank = 0;
		c->domain = 1;
		return 0;
	}
	return no_column("domain", cells, n, e) ? err_wrap(e, "say which column holds what with --map")
						: -EINVAL;
}

/* ---- rows ---- */

struct reader {
	struct portfolio *p;
	struct columns columns;
	struct map lines; /* domain to its line */
	struct arena scratch;
};

static void problem(struct reader *r, unsigned line, enum portfolio_fault fault, const char *what,
		    const char *cell)
{
	char shown[80];

	r->p->counts[fault]++;
	utf8_clean(shown, sizeof(shown), cell, strlen(cell));
	*vec_push(&r->p->problems) = (struct portfolio_problem){
		line, fault,
		arena_printf(&r->p->arena, *shown ? "%s: '%s'" : "%s", what, shown)};
}

/* The text of a cell, cleaned and kept. */
static const char *cell_text(struct reader *r, char **cells, int column)
{
	char text[CELL_MAX];

	if (column < 0)
		return "";
	if (!utf8_clean(text, sizeof(text), cells[column], strlen(cells[column])))
		return "";
	return arena_str(&r->p->arena, text);
}

static bool take_rank(struct reader *r, char **cells, struct subject *s)
{
	const char *text = r->columns.rank < 0 ? "" : cells[r->columns.rank];

	s->rank = I64_NULL;
	if (!*text)
		return true;
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 15 ||
	    strtoll(text, NULL, 10) < 1) {
		problem(r, s->line, PORTFOLIO_RANK, "the rank is not a whole number from 1", text);
		return false;
	}
	s->rank = strtoll(text, NULL, 10);
	return true;
}

/* "City=Dayton;State=OH": signs of the form itself become blanks. */
static const char *take_tags(struct reader *r, char **cells)
{
	struct buf out;
	const char *kept;

	buf_init(&out, 4 * CELL_MAX);
	for (size_t i = 0; i < r->columns.n_tags; i++) {
		const char *name = r->columns.tag_names[i];
		char text[CELL_MAX];

		utf8_clean(text, sizeof(text), cells[r->columns.tags[i]],
			   strlen(cells[r->columns.tags[i]]));
		if (!*text)
			continue;
		if (!name) {
			buf_str(&out, text);
			break;
		}
		for (char *s = text; *s; s++)
			if (*s == ';' || *s == '=')
				*s = ' ';
		buf_printf(&out, "%s%s=%s", out.len ? ";" : "", name, text);
	}
	kept = arena_str(&r->p->arena, out.data);
	buf_done(&out);
	return kept;
}

static bool take_domain(struct reader *r, char **cells, struct subject *s)
{
	char *cell = cells[r->columns.domain], name[DOMAIN_MAX];
	const char *why;
	enum portfolio_fault fault;
	uintptr_t before;
	size_t n;

	cell += strspn(cell, " \t");
	for (n = strlen(cell); n && (cell[n - 1] == ' ' || cell[n - 1] == '\t'); n--)
		cell[n - 1] = '\0';
	if (!*cell) {
		problem(r, s->line, PORTFOLIO_EMPTY, "the row has no domain", "");
		return false;
	}
	fault = domain_clean(cell, name, &why);
	if (fault != PORTFOLIO_FAULTS) {
		problem(r, s->line, fault, why, cell);
		return false;
	}
	before = (uintptr_t)map_get_text(&r->lines, name);
	if (before) {
		char what[64];

		snprintf(what, sizeof(what), "stands already on line %zu", (size_t)before);
		problem(r, s->line, PORTFOLIO_DUPLICATE, what, name);
		return false;
	}
	s->domain = arena_str(&r->p->arena, name);
	return true;
}

static int widest(const struct columns *c)
{
	const int all[] = {c->domain, c->organisation, c->class_, c->region, c->level, c->rank};
	int most = 0;

	for (int i = 0; i < 6; i++)
		most = all[i] > most ? all[i] : most;
	for (size_t i = 0; i < c->n_tags; i++)
		most = c->tags[i] > most ? c->tags[i] : most;
	return most + 1;
}

static void take_row(struct reader *r, char **cells, int n, unsigned line)
{
	static char nothing[1];
	struct subject s = {.line = line};

	for (int i = 0; i < n; i++)
		if (!utf8_valid(cells[i], strlen(cells[i]))) {
			problem(r, line, PORTFOLIO_ENCODING, "the row is not UTF-8", "");
			return;
		}
	if (r->columns.domain >= n) {
		problem(r, line, PORTFOLIO_BROKEN, "the row has too few cells", cells[0]);
		return;
	}
	for (int i = n; i < widest(&r->columns); i++)
		cells[i] = nothing;
	if (!take_domain(r, cells, &s) || !take_rank(r, cells, &s))
		return;
	s.organisation = cell_text(r, cells, r->columns.organisation);
	s.class_ = cell_text(r, cells, r->columns.class_);
	s.region = cell_text(r, cells, r->columns.region);
	s.level = cell_text(r, cells, r->columns.level);
	s.tags = take_tags(r, cells);
	*map_at_text(&r->lines, s.domain) = (void *)(uintptr_t)line;
	*vec_push(&r->p->subjects) = s;
}

static int read_columns(struct reader *r, const struct portfolio_map *map, char **cells, int n,
			bool *titles, struct err *e)
{
	return map ? columns_mapped(&r->columns, map, cells, n, titles, e)
		   : columns_guessed(&r->columns, cells, n, titles, e);
}

static int read_rows(struct reader *r, struct csv *c, const struct portfolio_map *map, struct err *e)
{
	char *cells[L_CSV_COLUMNS];
	bool first = true, titles = false;

	for (;;) {
		int n;

		arena_done(&r->scratch);
		n = csv_next(c, &r->scratch, cells, L_CSV_COLUMNS);
		if (n == 0)
			return 0;
		if (first && n > 0 && read_columns(r, map, cells, n, &titles, e))
			return e ? e->code : -EINVAL;
		if (first && n > 0) {
			first = false;
			if (titles)
				continue;
		}
		if (++r->p->rows > L_PORTFOLIO_ROWS) {
			limit_hit(LIMIT_PORTFOLIO_ROWS);
			return err_set(e, -E2BIG, "it has more rows than a portfolio may have (%d)",
				       L_PORTFOLIO_ROWS);
		}
		if (n < 0)
			problem(r, c->line, PORTFOLIO_BROKEN, c->error, "");
		else
			take_row(r, cells, n, c->line);
	}
}

int portfolio_parse(struct portfolio *p, const char *data, size_t len,
		    const struct portfolio_map *map, struct err *e)
{
	struct reader r = {.p = p};
	struct arena keys;
	struct csv c;
	int code;

	if (len > L_PORTFOLIO_FILE_B) {
		limit_hit(LIMIT_PORTFOLIO_FILE_B);
		return err_set(e, -E2BIG, "it is larger than a portfolio may be (%d bytes)",
			       L_PORTFOLIO_FILE_B);
	}
	arena_init(&keys, 0);
	arena_init(&r.scratch, 0);
	map_init(&r.lines, &keys);
	csv_init(&c, data, len);
	code = read_rows(&r, &c, map, e);
	arena_done(&r.scratch);
	arena_done(&keys);
	if (!code && !p->rows)
		return err_set(e, -EINVAL, "it has no rows");
	portfolio_sum(p);
	return code;
}

int portfolio_read(struct portfolio *p, const char *path, const struct portfolio_map *map,
		   struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code = 0;
	struct unpack *u;
	struct buf all;

	if (fd < 0)
		return err_set(e, -ENOENT, "cannot read '%s': %s", path, err_name(errno));
	u = unpack_new(fd, LIMIT_PORTFOLIO_FILE_B, e);
	buf_init(&all, L_PORTFOLIO_FILE_B);
	for (ssize_t n = u ? 1 : -1; n > 0;) {
		char piece[65536];

		n = unpack_read(u, piece, sizeof(piece), e);
		if (n < 0)
			code = (int)n;
		else
			buf_add(&all, piece, (size_t)n);
	}
	if (!u)
		code = e ? e->code : -EIO;
	if (!code)
		code = portfolio_parse(p, all.data, all.len, map, e);
	buf_done(&all);
	unpack_free(u);
	close(fd);
	return code ? err_wrap(e, "%s", path) : 0;
}

/* ---- the sum ---- */

void portfolio_sum(struct portfolio *p)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char raw[32];
	char rank[24];

	EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	for (size_t i = 0; i < p->subjects.n; i++) {
		const struct subject *s = &p->subjects.at[i];
		const char *texts[] = {s->domain, s->organisation, s->class_, s->region,
				       s->level,  rank,		   s->tags};

		snprintf(rank, sizeof(rank), "%lld", (long long)s->rank);
		for (int k = 0; k < 7; k++) /* each with its NUL, so that cells cannot run together */
			EVP_DigestUpdate(md, texts[k], strlen(texts[k]) + 1);
	}
	EVP_DigestFinal_ex(md, raw, NULL);
	EVP_MD_CTX_free(md);
	for (int i = 0; i < 32; i++)
		snprintf(p->sha256 + 2 * i, 3, "%02x", raw[i]);
}
