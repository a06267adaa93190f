/*
 * html: what a reader would see of a page: its title, how many words, and a 64-bit SimHash of them
 * (Charikar 2002), so that two pages can be compared without being kept.  threats.md T-NET-07, 08.
 *
 * A tokenizer without recursion, tree or memory of its own; time linear, input cut anywhere.  It is no
 * browser: scripts, styles, templates and comments are skipped, tags separate words.  A word is a run
 * of ASCII letters and digits, or one character outside ASCII (so that Chinese text counts).  Numbers and
 * what looks like a token (hexadecimal, or long with digits in it) are no words: they change by themselves.
 *
 * Beside the hash of the whole stands a sketch: hashes of parts of 16 to 64 words, HTML_PARTS at most.  Where a part
 * ends and which are kept of many depends on the words alone, so that what is put in at one place changes no part
 * elsewhere.  With it can be said which part of two texts differs.
 *
 * The title becomes UTF-8 from the charset that the page declares: by a byte order mark, else the
 * Content-Type, else a meta element (in the WHATWG's order).  Where none is declared nothing is guessed.
 * Tags are found in the bytes as they are: in every charset that we know < > & and quotes are one byte
 * each, and never the second of a letter.
 */
#ifndef WIRE_HTML_H
#define WIRE_HTML_H

#include "base/charset.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTML_PARTS = 16, HTML_PART_MIN = 16, HTML_PART_MAX = 64, HTML_PLANES = 8 };

struct html {
	/* results, complete after html_end */
	char title[L_HTML_TITLE_B + 1]; /* cleaned */
	bool has_title;
	bool refresh;   /* <meta http-equiv=refresh>; noted, never followed */
	uint64_t words;
	uint64_t parts[HTML_PARTS];
	unsigned n_parts;

	/* of the tokenizer */
	unsigned state, inside;
	int32_t votes[64];	/* of the parts that have ended */
	uint64_t ones[HTML_PLANES]; /* of the features of the part so far, for each of their bits */
	unsigned part_features;
	uint32_t part_keys[HTML_PARTS], part_mask; /* of those kept; a key with a bit of the mask is not */
	unsigned part_words;
	char raw_title[4 * L_HTML_TITLE_B];
	size_t raw_n;
	uint64_t word, last_word;
	unsigned word_kind, word_n, word_digits;
	bool word_hex;
	char tag[16], until[16]; /* name being read; name that ends what is skipped */
	size_t tag_n;
	bool closing;
	const struct charset *type_charset, *meta_charset; /* declared; NULL: not, or not known */
	unsigned n_mark, n_fed; /* bytes of a byte order mark at the start */
	char attr[256]; /* of a meta tag */
	size_t attr_n;
	char quote;
	unsigned dashes;
};

/* plain: the text is no HTML; every byte is visible. */
void html_init(struct html *h, bool plain);
/* Before the first byte: the Content-Type, for its charset. */
void html_type(struct html *h, const char *content_type);
void html_feed(struct html *h, const void *data, size_t len);
void html_end(struct html *h);
/* 0 when there was no word. */
uint64_t html_simhash(const struct html *h);
/* Differing bits, 0 to 64. */
unsigned simhash_distance(uint64_t a, uint64_t b);

#endif
