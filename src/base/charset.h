/*
 * charset: texts in legacy encodings as UTF-8.  Which encodings, and the labels that pages write for
 * them, are those of the WHATWG's Encoding Standard; not the stateful ISO-2022-JP, whose escapes could
 * hide tags from us, nor UTF-16, whose pages the tokenizer does not read.
 *
 * The conversion is that of the C library (iconv).  Its converters are modules that it loads from files,
 * so a process that will have no files calls charset_prepare() first.  State is kept between calls: one
 * thread of a process only.
 */
#ifndef WIRE_CHARSET_H
#define WIRE_CHARSET_H

#include <stddef.h>

struct charset;

/* By a label, in any case, with white space around it; NULL when it is none that we know. */
const struct charset *charset_find(const char *label, size_t len);
/* By the charset parameter of a Content-Type, or of a meta element's content; NULL likewise. */
const struct charset *charset_of_type(const char *type);
const char *charset_name(const struct charset *c);

/* At most max bytes of whole characters; what is broken becomes U+FFFD, a character that is cut off at
 * the end is left out.  c NULL, UTF-8, or a converter that is not on this machine: the bytes as they
 * are, unchecked.  Returns the length. */
size_t charset_to_utf8(const struct charset *c, char *to, size_t max, const char *from, size_t len);

/* Loads every converter.  Returns how many there are, and how many of them are missing here, with the
 * name of the first missing one. */
size_t charset_prepare(size_t *missing, const char **first);

#endif
