/*
 * delegated: see delegated.h.
 *
 * The hot path is record(): one pass over the bytes of a line with a cursor that knows its end;
 * what goes wrong leaves through refuse(), which makes the sentence.  About 100 ns a record.
 */
#include "wire/delegated.h"

#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const delegated_registries[] = {"afrinic", "apnic", "arin", "lacnic",
					    "ripencc", "iana",	"nro",	NULL};
const char *const delegated_types[] = {"asn", "ipv4", "ipv6", NULL};
const char *const delegated_statuses[] = {"allocated", "assigned", "available", "reserved", NULL};

/* ISO 3166-1 alpha-2, officially assigned. */
static const char countries[] = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBT"
				"BVBWBYBZCACCCDCFCGCHCICKCL"
				"CMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGE"
				"GFGGGHGIGLGMGNGPGQGRGSGTGU"
				"GWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ"
				"LALBLCLILKLRLSLTLULVLYMAMC"
				"MDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZ"
				"OMPAPEPFPGPHPKPLPMPNPRPSPT"
				"PWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTG"
				"THTJTKTLTMTNTOTRTTTVTWTZUA"
				"UGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

unsigned delegated_cc_index(const char *cc)
{
	unsigned a = (unsigned)(unsigned char)cc[0] - 'A', b;

	if (a > 25)
		return DELEGATED_CC_NONE;
	b = (unsigned)(unsigned char)cc[1] - 'A';
	return b > 25 ? DELEGATED_CC_NONE : a * 26 + b;
}

void delegated_cc_text(unsigned index, char cc[static 3])
{
	bool none = index >= DELEGATED_CC_NONE;

	cc[0] = none ? '\0' : (char)('A' + index / 26);
	cc[1] = none ? '\0' : (char)('A' + index % 26);
	cc[2] = '\0';
}

bool delegated_cc_is_country(unsigned index)
{
	char cc[3];

	delegated_cc_text(index, cc);
	for (size_t i = 0; cc[0] && i + 1 < sizeof(countries); i += 2)
		if (countries[i] == cc[0] && countries[i + 1] == cc[1])
			return true;
	return false;
}

static double v6_sum(const struct delegated_tally *t, int unit)
{
	double sum = 0;

	for (int len = 0; len <= 128; len++)
		sum += (double)t->v6_len[len] * ldexp(1, unit - len);
	return sum;
}

double delegated_v6_32eq(const struct delegated_tally *t)
{
	return v6_sum(t, 32);
}

double delegated_v6_48eq(const struct delegated_tally *t)
{
	return v6_sum(t, 48);
}

/* ---- refusals ---- */

struct span {
	const char *at;
	size_t len;
};

__attribute__((cold, noinline)) static int refuse(const struct delegated *d, struct err *e,
						  const char *why)
{
	return err_set(e, -EINVAL, "line %llu: %s", (unsigned long long)d->line, why);
}

/* With the text that is wrong, made safe for a terminal. */
__attribute__((cold, noinline)) static int refuse_text(const struct delegated *d, struct err *e,
						       const char *why, const char *at, size_t len)
{
	char shown[48];

	utf8_clean(shown, sizeof(shown), at, len);
	return err_set(e, -EINVAL, "line %llu: %s: '%s'", (unsigned long long)d->line, why, shown);
}

/* ---- lines ---- */

/* Gives the next line without its end; 1, 0 at the end of the file, or refused. */
static inline int next_line(struct delegated *d, const char **line, const char **eol, struct err *e)
{
	size_t left = (size_t)(d->end - d->at);
	size_t look = left < L_RIR_LINE_B + 1 ? left : L_RIR_LINE_B + 1;
	const char *nl;

	if (!left)
		return 0;
	d->line++;
	nl = memchr(d->at, '\n', look);
	if (!nl && look > L_RIR_LINE_B) {
		limit_hit(LIMIT_RIR_LINE_B);
		return refuse(d, e, "the line is longer than any line of a registry file");
	}
	if (nl) {
		*line = d->at;
		*eol = nl;
		d->at = nl + 1;
	} else { /* number readers stop at a newline, so give it one */
		memcpy(d->tail, d->at, left);
		d->tail[left] = '\n';
		*line = d->tail;
		*eol = d->tail + left;
		d->at = d->end;
	}
	if (*eol > *line && (*eol)[-1] == '\r')
		(*eol)--;
	return 1;
}

static size_t split(const char *line, const char *eol, struct span *fields, size_t max)
{
	size_t n = 0;

	for (;;) {
		const char *bar = memchr(line, '|', (size_t)(eol - line));
		const char *end = bar ? bar : eol;

		if (n < max)
			fields[n] = (struct span){line, (size_t)(end - line)};
		n++;
		if (!bar)
			return n;
		line = bar + 1;
	}
}

static bool span_is(struct span s, const char *word)
{
	return s.len == strlen(word) && !memcmp(s.at, word, s.len);
}

static int word_of(struct span s, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (span_is(s, words[i]))
			return i;
	return -1;
}

static bool span_number(struct span s, uint64_t *out)
{
	uint64_t v = 0;

	if (!s.len || s.len > 18)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';

		if (digit > 9)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

/* ---- dates ---- */

static bool date_exists(uint32_t date)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint32_t year = date / 10000, month = date / 100 % 100, day = date % 100;

	if (year < DELEGATED_YEAR_0 || year >= DELEGATED_YEAR_0 + DELEGATED_YEARS)
		return false;
	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] ||
	       (month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* The day after, near enough: a registry's day ends later than ours somewhere. */
static uint32_t date_after(uint32_t date)
{
	for (uint32_t next = date + 1; next <= 99991231; next++)
		if (date_exists(next))
			return next;
	return date;
}

static bool span_date(struct span s, uint32_t *out)
{
	uint64_t v = 0;

	if (s.len != 8 || !span_number(s, &v))
		return false;
	*out = (uint32_t)v;
	return date_exists(*out);
}

/* ---- header and summary ---- */

/* What stands there instead of a registry file? */
static int refuse_first(const struct delegated *d, const char *line, const char *eol, struct err *e)
{
	const char *p = line;

	while (p < eol && (*p == ' ' || *p == '\t' || (unsigned char)*p >= 0x80))
		p++;
	if (p < eol && *p == '<')
		return refuse(d, e, "this is an HTML page, not a registry file; download it again");
	if (memchr(line, '\0', (size_t)(eol - line)))
		return refuse(d, e, "this is not text; give the file as it was downloaded");
	return refuse_text(d, e, "this is not the header of a registry file", line,
			   (size_t)(eol - line));
}

static int header_names(struct delegated *d, const struct span *f, struct err *e)
{
	int registry = word_of(f[1], delegated_registries);

	if (registry == REGISTRY_IANA)
		return refuse(d, e,
			      "this lists what IANA gave to the registries, not what they handed "
			      "out; give the file of a registry or of the NRO");
	if (registry < 0)
		return refuse_text(d, e, "no such registry", f[1].at, f[1].len);
	d->header.registry = (enum delegated_registry)registry;
	d->name_len = f[1].len + 1;
	memcpy(d->name, f[1].at, f[1].len);
	d->name[f[1].len] = '|';
	return 0;
}

static int header_line(struct delegated *d, const char *line, const char *eol, struct err *e)
{
	struct span f[7];
	int result;

	if (split(line, eol, f, 7) != 7 || f[0].len > 4 || f[0].len == 0)
		return refuse_first(d, line, eol, e);
	if (f[0].at[0] != '2' || (f[0].len > 1 && f[0].at[1] != '.'))
		return refuse_text(d, e, "only version 2 of the format is known, and this says",
				   f[0].at, f[0].len);
	result = header_names(d, f, e);
	if (result < 0)
		return result;
	if (!span_number(f[2], &d->header.serial))
		return refuse_text(d, e, "the serial is not a number", f[2].at, f[2].len);
	if (!span_number(f[3], &d->header.declared))
		return refuse_text(d, e, "the number of records is not a number", f[3].at,
				   f[3].len);
	if (!span_date(f[5], &d->header.end_date))
		return refuse_text(d, e, "the end date is not a day", f[5].at, f[5].len);
	/* a file is made in the night after the day it describes */
	d->last_date = date_after(date_after(d->header.end_date));
	return 0;
}

int delegated_open(struct delegated *d, const void *data, size_t len, struct err *e)
{
	const char *line = NULL, *eol = NULL;

	memset(d, 0, sizeof(*d));
	d->data = d->at = data;
	d->end = d->data + len;
	for (;;) {
		int result = next_line(d, &line, &eol, e);

		if (result < 0)
			return result;
		if (result == 0)
			return d->line ? refuse(d, e, "the file ends before its header")
				       : err_set(e, -EINVAL, "the file is empty");
		if (line < eol && *line != '#')
			return header_line(d, line, eol, e);
		d->tally.comments++;
	}
}

static int summary_line(struct delegated *d, const struct span *f, struct err *e)
{
	int type = word_of(f[2], delegated_types);
	uint64_t count;

	if (type < 0)
		return refuse_text(d, e, "no such type", f[2].at, f[2].len);
	if (!span_is(f[0], delegated_registries[d->header.registry]) || !span_is(f[3], "*"))
		return refuse(d, e, "a summary line of another registry");
	if (!span_number(f[4], &count))
		return refuse_text(d, e, "the summary's count is not a number", f[4].at, f[4].len);
	if (d->has_summary[type] || d->tally.records)
		return refuse(d, e, "a summary line where there should be none; two files in one?");
	d->has_summary[type] = true;
	d->summary[type] = count;
	return 0;
}

/* A line that is no record of the usual look: comment, summary or broken. */
__attribute__((noinline)) static int other_line(struct delegated *d, const char *line,
						const char *eol, struct err *e)
{
	struct span f[6];

	if (line == eol || *line == '#') {
		d->tally.comments++;
		return 0;
	}
	if (split(line, eol, f, 6) == 6 && span_is(f[1], "*") && span_is(f[5], "summary"))
		return summary_line(d, f, e);
	if (*line == '<')
		return refuse(d, e, "HTML in the middle of the file; download it again");
	return refuse_text(d, e, "not a record", line, (size_t)(eol - line));
}

/* ---- records ---- */

static inline bool eat(const char **p, const char *eol, const char *word, size_t len)
{
	if ((size_t)(eol - *p) < len || memcmp(*p, word, len) != 0)
		return false;
	*p += len;
	return true;
}
#define EAT(p, eol, word) eat(p, eol, word, sizeof(word) - 1)

/* A number up to the next bar; the line's end stops it. */
static inline bool eat_number(const char **p, uint64_t *out)
{
	const char *s = *p;
	uint64_t v = 0;
	unsigned digit;

	while ((digit = (unsigned)(unsigned char)*s - '0') <= 9 && s - *p < 11) {
		v = v * 10 + digit;
		s++;
	}
	if (s == *p || *s != '|')
		return false;
	*out = v;
	*p = s + 1;
	return true;
}

static inline bool eat_v4(const char **p, uint32_t *out)
{
	const char *s = *p;
	uint32_t addr = 0;

	for (int i = 0; i < 4; i++) {
		const char *began = s;
		uint32_t v = 0;
		unsigned digit;

		while ((digit = (unsigned)(unsigned char)*s - '0') <= 9 && s - began < 4) {
			v = v * 10 + digit;
			s++;
		}
		if (s == began || v > 255 || *s != (i < 3 ? '.' : '|'))
			return false;
		addr = addr << 8 | v;
		s++;
	}
	*out = addr;
	*p = s;
	return true;
}

static const int8_t hex_digit[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Groups of an IPv6 address up to the next bar (RFC 4291 section 2.2, forms 1 and 2). */
static inline bool eat_v6(const char **p, uint64_t out[2])
{
	uint64_t half[2] = {0, 0}, after[2] = {0, 0};
	const char *s = *p;
	int n = 0, gap = -1;

	if (s[0] == ':' && s[1] == ':') {
		gap = 0;
		s += 2;
	}
	while (*s != '|') {
		const char *began = s;
		uint64_t v = 0;

		while (hex_digit[(unsigned char)*s] && s - began < 5)
			v = v << 4 | (uint64_t)(hex_digit[(unsigned char)*s++] - 1);
		if (s == began || s - began > 4 || n == 8)
			return false;
		(gap < 0 ? half : after)[n / 4] |= v << (48 - n % 4 * 16);
		n++;
		if (*s == '|')
			break;
		if (*s++ != ':')
			return false;
		if (*s == ':' && gap < 0) {
			gap = n;
			s++;
		} else if (hex_digit[(unsigned char)*s] == 0) {
			return false;
		}
	}
	if (gap < 0 ? n != 8 : n > 7)
		return false;
	if (gap >= 0 && n > gap) { /* move what stands after "::" to the end */
		int shift = (8 - n) * 16;

		if (shift >= 64) {
			after[1] = shift == 64 ? after[0] : after[0] >> (shift - 64);
			after[0] = 0;
		} else if (shift > 0) {
			after[1] = after[1] >> shift | after[0] << (64 - shift);
			after[0] >>= shift;
		}
	}
	out[0] = half[0] | after[0];
	out[1] = half[1] | after[1];
	*p = s + 1;
	return true;
}

static void put_u64(uint8_t *to, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(to, &v, 8);
}

static inline void tally_v4(struct delegated_tally *t, uint32_t first, uint64_t count)
{
	uint64_t at = first, left = count, blocks = 0;

	t->v4_addresses += count;
	if (!(count & (count - 1)) && !(first & (count - 1))) {
		t->v4_cidrs++;
		return;
	}
	t->v4_not_pow2 += (count & (count - 1)) != 0;
	while (left) {
		uint64_t step = at ? at & -at : left;

		while (step > left)
			step >>= 1;
		if (!at)
			step = 1ull << (63 - __builtin_clzll(left));
		at += step;
		left -= step;
		blocks++;
	}
	t->v4_cidrs += blocks;
	t->v4_multi_cidr += blocks > 1;
}

static inline int read_v4(struct delegated *d, struct delegated_record *r, const char **p,
			  struct err *e)
{
	uint32_t first;

	if (!eat_v4(p, &first))
		return refuse(d, e, "the start is not an IPv4 address");
	if (!eat_number(p, &r->count) || !r->count || first + r->count > 1ull << 32)
		return refuse(d, e, "the number of addresses is not between 1 and what is left");
	r->addr.family = 4;
	memset(r->addr.byte, 0, 16);
	first = __builtin_bswap32(first);
	memcpy(r->addr.byte, &first, 4);
	first = __builtin_bswap32(first);
	*vec_push(&d->narrow[DELEGATED_IPV4]) = (uint64_t)first << 32 | (first + r->count - 1);
	return 0;
}

static inline int read_asn(struct delegated *d, struct delegated_record *r, const char **p,
			   struct err *e)
{
	uint64_t first;

	if (!eat_number(p, &first) || first > UINT32_MAX)
		return refuse(d, e, "the start is not an AS number");
	if (!eat_number(p, &r->count) || !r->count || first + r->count > 1ull << 32)
		return refuse(d, e, "the number of AS numbers is not between 1 and what is left");
	r->asn = (uint32_t)first;
	*vec_push(&d->narrow[DELEGATED_ASN]) = first << 32 | (first + r->count - 1);
	return 0;
}

static inline int read_v6(struct delegated *d, struct delegated_record *r, const char **p,
			  struct err *e)
{
	uint64_t first[2], len, mask[2];

	if (!eat_v6(p, first))
		return refuse(d, e, "the start is not an IPv6 address");
	if (!eat_number(p, &len) || len < 1 || len > 128)
		return refuse(d, e, "the prefix length is not between 1 and 128");
	mask[0] = len >= 64 ? 0 : UINT64_MAX >> len;
	mask[1] = len >= 128 ? 0 : len > 64 ? UINT64_MAX >> (len - 64) : UINT64_MAX;
	d->tally.v6_misaligned += ((first[0] & mask[0]) | (first[1] & mask[1])) != 0;
	*vec_push(&d->wide) = (struct delegated_block){
		{first[0] & ~mask[0], first[1] & ~mask[1]},
		{first[0] | mask[0], first[1] | mask[1]},
	};
	r->addr.family = 6;
	put_u64(r->addr.byte, first[0]);
	put_u64(r->addr.byte + 8, first[1]);
	r->len = (uint8_t)len;
	return 0;
}

/* "19990813|" or "|" */
static inline int read_date(struct delegated *d, struct delegated_record *r, const char **p,
			    const char *eol, struct err *e)
{
	const char *s = *p;
	uint32_t date = 0;

	if (s < eol && *s == '|') {
		d->tally.date_empty++;
		*p = s + 1;
		return 0;
	}
	if (eol - s < 9 || s[8] != '|')
		return refuse(d, e, "the date is not of the form YYYYMMDD");
	for (int i = 0; i < 8; i++) {
		unsigned digit = (unsigned)(unsigned char)s[i] - '0';

		if (digit > 9)
			return refuse(d, e, "the date is not of the form YYYYMMDD");
		date = date * 10 + digit;
	}
	*p = s + 9;
	if (!date)
		d->tally.date_zero++;
	else if (!date_exists(date) || date > d->last_date)
		d->tally.date_wrong++;
	else
		r->date = date;
	return 0;
}

static inline bool read_status(struct delegated_record *r, const char **p, const char *eol)
{
	if (EAT(p, eol, "allocated"))
		r->status = DELEGATED_ALLOCATED;
	else if (EAT(p, eol, "assigned"))
		r->status = DELEGATED_ASSIGNED;
	else if (EAT(p, eol, "available"))
		r->status = DELEGATED_AVAILABLE;
	else if (EAT(p, eol, "reserved"))
		r->status = DELEGATED_RESERVED;
	else
		return false;
	return *p == eol || **p == '|';
}

/* Opaque id, then fields of extensions ("e-stats" of the NRO), which are not kept. */
static inline int read_opaque(struct delegated *d, struct delegated_record *r, const char *p,
			      const char *eol, struct err *e)
{
	const char *began = ++p;

	while (p<eol && * p> ' ' && *p < 0x7f && *p != '|')
		p++;
	if (p < eol && *p != '|')
		return refuse(d, e, "the opaque id is not printable ASCII");
	if (p - began > DELEGATED_OPAQUE_MAX)
		return refuse(d, e, "the opaque id is longer than 64 bytes");
	d->tally.extended = true;
	r->opaque_len = (size_t)(p - began);
	r->opaque = r->opaque_len ? began : NULL;
	return 0;
}

static inline int read_cc(struct delegated *d, struct delegated_record *r, const char **p,
			  const char *eol, struct err *e)
{
	const char *s = *p;

	if (s < eol && *s == '|') {
		*p = s + 1;
		return DELEGATED_CC_NONE;
	}
	if (eol - s < 3 || s[2] != '|' || delegated_cc_index(s) == DELEGATED_CC_NONE)
		return refuse(d, e, "the country is not two capital letters");
	r->cc[0] = s[0];
	r->cc[1] = s[1];
	*p = s + 3;
	return (int)delegated_cc_index(s);
}

static inline int read_block(struct delegated *d, struct delegated_record *r, const char **p,
			     const char *eol, struct err *e)
{
	if (EAT(p, eol, "ipv4|")) {
		r->type = DELEGATED_IPV4;
		return read_v4(d, r, p, e);
	}
	if (EAT(p, eol, "ipv6|")) {
		r->type = DELEGATED_IPV6;
		return read_v6(d, r, p, e);
	}
	if (EAT(p, eol, "asn|")) {
		r->type = DELEGATED_ASN;
		return read_asn(d, r, p, e);
	}
	return refuse(d, e, "the type is not asn, ipv4 or ipv6");
}

static inline void tally_record(struct delegated_tally *t, const struct delegated_record *r,
				unsigned cc)
{
	t->records++;
	t->by[r->type][r->status]++;
	t->of_registry[r->registry]++;
	if (!delegated_is_out(r->status))
		return;
	t->cc[cc]++;
	if (r->type == DELEGATED_IPV4) {
		const uint8_t *b = r->addr.byte;

		tally_v4(t,
			 (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3],
			 r->count);
	} else if (r->type == DELEGATED_IPV6) {
		t->v6_len[r->len]++;
		t->cc_v6[cc]++;
		if (r->date)
			t->v6_year[r->date / 10000 - DELEGATED_YEAR_0]++;
	} else {
		t->asn_numbers += r->count;
	}
}

/* Which registry does the line begin with?  Only the combined file mixes them. */
static inline bool read_registry(const struct delegated *d, struct delegated_record *r,
				 const char **p, const char *eol)
{
	if (d->header.registry != REGISTRY_NRO) {
		r->registry = d->header.registry;
		return eat(p, eol, d->name, d->name_len);
	}
	for (int i = 0; i < REGISTRY_NRO; i++) {
		size_t len = strlen(delegated_registries[i]);

		if ((size_t)(eol - *p) > len && (*p)[len] == '|' &&
		    eat(p, eol, delegated_registries[i], len)) {
			r->registry = (enum delegated_registry)i;
			(*p)++;
			return true;
		}
	}
	return false;
}

/* 1: a record; 0: a line of another kind, taken care of. */
static inline int record(struct delegated *d, struct delegated_record *r, const char *line,
			 const char *eol, struct err *e)
{
	const char *p = line;
	int cc, result;

	*r = (struct delegated_record){.line = d->line};
	if (!read_registry(d, r, &p, eol) || p == eol || *p == '*')
		return other_line(d, line, eol, e);
	cc = read_cc(d, r, &p, eol, e);
	if (cc < 0)
		return cc;
	result = read_block(d, r, &p, eol, e);
	if (result < 0)
		return result;
	result = read_date(d, r, &p, eol, e);
	if (result < 0)
		return result;
	if (!read_status(r, &p, eol))
		return refuse_text(d, e, "no such status", p, (size_t)(eol - p));
	result = p < eol ? read_opaque(d, r, p, eol, e) : 0;
	if (result < 0)
		return result;
	tally_record(&d->tally, r, (unsigned)cc);
	return 1;
}

/* ---- the end of the file ---- */

static int narrow_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int half_cmp(const uint64_t a[2], const uint64_t b[2])
{
	if (a[0] != b[0])
		return a[0] < b[0] ? -1 : 1;
	return (a[1] > b[1]) - (a[1] < b[1]);
}

static int wide_cmp(const void *a, const void *b)
{
	const struct delegated_block *x = a, *y = b;

	return half_cmp(x->first, y->first);
}

/* Files come in order nearly always, so look before sorting. */
static uint64_t narrow_overlaps(uint64_t *at, size_t n)
{
	uint64_t found = 0;
	uint32_t last;

	for (size_t i = 1; i < n; i++)
		if (at[i] < at[i - 1]) {
			qsort(at, n, sizeof(*at), narrow_cmp);
			break;
		}
	last = n ? (uint32_t)at[0] : 0;
	for (size_t i = 1; i < n; i++) {
		found += at[i] >> 32 <= last;
		if ((uint32_t)at[i] > last)
			last = (uint32_t)at[i];
	}
	return found;
}

static uint64_t wide_overlaps(struct delegated_block *at, size_t n)
{
	uint64_t found = 0;
	const uint64_t *last;

	for (size_t i = 1; i < n; i++)
		if (wide_cmp(&at[i], &at[i - 1]) < 0) {
			qsort(at, n, sizeof(*at), wide_cmp);
			break;
		}
	last = n ? at[0].last : NULL;
	for (size_t i = 1; i < n; i++) {
		found += half_cmp(at[i].first, last) <= 0;
		if (half_cmp(at[i].last, last) > 0)
			last = at[i].last;
	}
	return found;
}

/*
 * LACNIC's plain files count reserved AS numbers in their asn summary (and so in the header) since
 * 2018, but do not list them: up to 10 % of the AS numbers.  That much is let pass, for that
 * registry, type and form alone; the other summaries must agree there too.
 */
static bool may_miss(const struct delegated *d, int type, uint64_t found)
{
	return d->header.registry == REGISTRY_LACNIC && !d->tally.extended &&
	       type == DELEGATED_ASN && found < d->summary[type] &&
	       d->summary[type] - found <= d->summary[type] / 8;
}

static uint64_t found_of(const struct delegated *d, int type)
{
	uint64_t found = 0;

	for (int s = 0; s < DELEGATED_STATUSES; s++)
		found += d->tally.by[type][s];
	return found;
}

static int check_counts(struct delegated *d, struct err *e)
{
	struct delegated_tally *t = &d->tally;
	uint64_t asn = found_of(d, DELEGATED_ASN);

	if (may_miss(d, DELEGATED_ASN, asn))
		t->undeclared_asn = d->summary[DELEGATED_ASN] - asn;
	if (t->records + t->undeclared_asn != d->header.declared)
		return err_set(
			e, -EINVAL,
			"line %llu: the header declares %llu records and the file holds %llu; it "
			"is truncated or damaged, download it again",
			(unsigned long long)d->line, (unsigned long long)d->header.declared,
			(unsigned long long)t->records);
	for (int type = 0; type < DELEGATED_TYPES; type++) {
		uint64_t found = found_of(d, type);

		if (type == DELEGATED_ASN)
			found += t->undeclared_asn;
		if (found != d->summary[type])
			return err_set(
				e, -EINVAL,
				"line %llu: the summary promises %llu %s records and the file "
				"holds %llu; it is damaged, download it again",
				(unsigned long long)d->line, (unsigned long long)d->summary[type],
				delegated_types[type], (unsigned long long)found);
	}
	return 0;
}

static int finish(struct delegated *d, struct err *e)
{
	int result = check_counts(d, e);

	if (result < 0)
		return result;
	for (int type = 0; type < DELEGATED_IPV6; type++)
		d->tally.overlaps[type] = narrow_overlaps(d->narrow[type].at, d->narrow[type].n);
	d->tally.overlaps[DELEGATED_IPV6] = wide_overlaps(d->wide.at, d->wide.n);
	return 0;
}

int delegated_next(struct delegated *d, struct delegated_record *r, struct err *e)
{
	const char *line = NULL, *eol = NULL;

	for (;;) {
		int result = next_line(d, &line, &eol, e);

		if (result < 0)
			return result;
		if (result == 0)
			return finish(d, e);
		result = record(d, r, line, eol, e);
		if (result < 0)
			return result;
		if (d->tally.records > L_RIR_RECORDS) {
			limit_hit(LIMIT_RIR_RECORDS);
			return refuse(d, e, "more records than any registry file has");
		}
		if (result > 0)
			return 1;
	}
}

void delegated_done(struct delegated *d)
{
	vec_done(&d->narrow[0]);
	vec_done(&d->narrow[1]);
	vec_done(&d->wide);
}
