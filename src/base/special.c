/*
 * special: some seventy rows, sorted so that the first one that holds an address is the most
 * specific; a lookup walks those of its family that may hold an address of this first byte: for most there are none
 * or a few.
 */
#include "base/special.h"

#include "base/asset.h"
#include "base/csv.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 256, COLUMNS = 7, WORD = 64 };

static struct special rows[ROWS_MAX];
static size_t n_rows;
static uint64_t may_hold[2][256][ROWS_MAX / WORD]; /* a bit for each row: of [1] IPv6, by first byte */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct arena texts; /* lives as long as the program; reachable, so no leak */

static int word_of(const char *text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -1;
}

static bool read_row(char **cell, struct special *s)
{
	static const char *const global[] = {"no", "yes", "na", NULL};
	static const char *const probe[] = {"no", "yes", NULL};
	int g = word_of(cell[3], global), p = word_of(cell[4], probe);

	if (!prefix_parse(&s->prefix, cell[0]) || g < 0 || p < 0 || !*cell[1] || !*cell[2] ||
	    !*cell[5] || !*cell[6])
		return false;
	s->class_ = cell[1];
	s->rfc = cell[2];
	s->global = (enum special_global)g;
	s->probe = p == 1;
	s->name_en = cell[5];
	s->name_zh = cell[6];
	return true;
}

/* IPv4 first, then the longer prefix, then the lower address. */
static int by_family_and_len(const void *a, const void *b)
{
	const struct special *x = a, *y = b;

	if (x->prefix.addr.family != y->prefix.addr.family)
		return x->prefix.addr.family < y->prefix.addr.family ? -1 : 1;
	if (x->prefix.len != y->prefix.len)
		return x->prefix.len > y->prefix.len ? -1 : 1;
	return addr_cmp(&x->prefix.addr, &y->prefix.addr);
}

static int check_order(const struct special *list, size_t n, struct err *e)
{
	char text[PREFIX_TEXT_MAX];

	for (size_t i = 1; i < n; i++)
		if (by_family_and_len(&list[i - 1], &list[i]) == 0)
			return err_set(e, -EINVAL, "special.csv: %s stands there twice",
				       prefix_text(&list[i].prefix, text));
	return 0;
}

int special_parse(const char *text, size_t len, struct arena *a, struct special *list, size_t max,
		  struct err *e)
{
	struct csv c;
	char *cell[COLUMNS];
	size_t n = 0;

	csv_init(&c, text, len);
	if (csv_next(&c, a, cell, COLUMNS) != COLUMNS || strcmp(cell[0], "prefix"))
		return err_set(e, -EINVAL, "special.csv:1: the header row is missing");
	for (;;) {
		int got = csv_next(&c, a, cell, COLUMNS);

		if (got == 0)
			break;
		if (got != COLUMNS)
			return err_set(e, -EINVAL, "special.csv:%u: a row has %d cells, not %d",
				       c.line, got, COLUMNS);
		if (n == max)
			return err_set(e, -E2BIG, "special.csv:%u: more than %zu rows", c.line, max);
		if (!read_row(cell, &list[n++]))
			return err_set(e, -EINVAL,
				       "special.csv:%u: '%s' is not prefix, class, rfc, global, probe "
				       "and two names",
				       c.line, cell[0]);
	}
	qsort(list, n, sizeof(*list), by_family_and_len);
	return check_order(list, n, e) ? -1 : (int)n;
}

static void note_first_bytes(size_t row)
{
	const struct prefix *p = &rows[row].prefix;
	unsigned mask = p->len >= 8 ? 0xff : 0xff << (8 - p->len);

	for (unsigned byte = 0; byte < 256; byte++)
		if (((byte ^ p->addr.byte[0]) & mask & 0xff) == 0)
			may_hold[p->addr.family == 6][byte][row / WORD] |= UINT64_C(1) << row % WORD;
}

static void load(void)
{
	const struct asset *a = asset_find("special.csv");
	struct err e = {0};
	int n = a ? special_parse((const char *)a->data, a->len, &texts, rows, ROWS_MAX, &e) : -1;

	if (n <= 0) {
		fprintf(stderr, "sextant: the table of special prefixes is broken: %s\n",
			a ? e.text : "special.csv is not in the program");
		exit(4);
	}
	n_rows = (size_t)n;
	for (size_t i = 0; i < n_rows; i++)
		note_first_bytes(i);
}

const struct special *special_find(const struct addr *a)
{
	const uint64_t *may;

	pthread_once(&once, load);
	may = may_hold[a->family == 6][a->byte[0]];
	for (size_t w = 0; w < ROWS_MAX / WORD; w++)
		for (uint64_t left = may[w]; left; left &= left - 1) {
			const struct special *s = &rows[w * WORD + (size_t)__builtin_ctzll(left)];

			if (prefix_has(&s->prefix, a))
				return s;
		}
	return NULL;
}

size_t special_count(void)
{
	pthread_once(&once, load);
	return n_rows;
}

const struct special *special_row(size_t i)
{
	pthread_once(&once, load);
	return i < n_rows ? &rows[i] : NULL;
}

/* ---- addresses inside addresses ---- */

bool pref64_len_ok(unsigned len)
{
	return len == 96 || (len >= 32 && len <= 64 && len % 8 == 0);
}

/* RFC 6052, 2.2: the four bytes follow the prefix; byte 8 is skipped. */
static void take_rfc6052(const struct addr *a, unsigned len, struct addr *v4)
{
	unsigned at = len / 8;

	for (unsigned i = 0; i < 4; i++, at++) {
		at += at == 8;
		v4->byte[i] = a->byte[at];
	}
}

/* The longest of these prefixes that holds a decides. */
static bool in_pref64(const struct addr *a, const struct prefix *list, size_t n, struct addr *v4)
{
	unsigned best = 0;

	for (size_t i = 0; i < n; i++)
		if (pref64_len_ok(list[i].len) && list[i].len > best && prefix_has(&list[i], a))
			best = list[i].len;
	if (best)
		take_rfc6052(a, best, v4);
	return best != 0;
}

/* RFC 5214, 6.1: an interface identifier of 0000:5efe or 0200:5efe and the IPv4 address. */
static bool is_isatap(const uint8_t *b)
{
	return (b[8] & 0xfd) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
}

/* Where the IPv4 address stands in each class of the table that carries one. */
static const struct {
	const char *class_;
	uint8_t at, flip;
} carriers[] = {
	{"mapped", 12, 0},	{"compatible", 12, 0}, {"siit", 12, 0},	  {"nat64", 12, 0},
	{"nat64_local", 12, 0}, {"6to4", 2, 0},	       {"teredo", 12, 0xff},
};

bool addr_embedded_v4(const struct addr *a, const struct prefix *pref64, size_t n_pref64,
		      struct addr *v4, const char **how)
{
	const struct special *s = a->family == 6 ? special_find(a) : NULL;

	*v4 = (struct addr){.family = 4};
	*how = "pref64";
	if (a->family != 6)
		return false;
	if (in_pref64(a, pref64, n_pref64, v4))
		return true;
	for (size_t i = 0; s && i < sizeof(carriers) / sizeof(carriers[0]); i++) {
		if (strcmp(carriers[i].class_, s->class_))
			continue;
		for (int k = 0; k < 4; k++)
			v4->byte[k] = a->byte[carriers[i].at + k] ^ carriers[i].flip;
		*how = s->class_;
		return true;
	}
	if (!is_isatap(a->byte))
		return false;
	memcpy(v4->byte, a->byte + 12, 4);
	*how = "isatap";
	return true;
}

const char *addr_bogon(const struct addr *a)
{
	const struct special *s = special_find(a);
	const char *how;
	struct addr v4;

	if (s)
		return s->probe ? NULL : s->class_;
	return addr_embedded_v4(a, NULL, 0, &v4, &how) ? how : NULL;
}
