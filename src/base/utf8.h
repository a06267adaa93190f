/*
 * utf8: foreign text made safe.  Decoding is strict (RFC 3629: no overlong forms, no surrogates,
 * nothing past U+10FFFF).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD UINT32_MAX

/* One code point and its length in bytes (at least 1 when len > 0); UTF8_BAD for a broken byte. */
size_t utf8_decode(const char *s, size_t len, uint32_t *code);

/* Copies at most max-1 bytes of whole code points and terminates.  Broken bytes become U+FFFD; C0,
 * C1 and bidirectional controls are dropped, and runs of white space become one space
 * (threats.md T-NET-07).  Returns the length written. */
size_t utf8_clean(char *to, size_t max, const char *from, size_t len);

bool utf8_valid(const char *s, size_t len);

/* Columns of a terminal: East Asian wide characters take two. */
size_t utf8_width(const char *s);

#endif
