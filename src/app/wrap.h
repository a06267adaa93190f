/*
 * wrap: text on a terminal of 80 columns.  Lines break between words, between any two Chinese characters
 * (not before a closing or after an opening mark), and after a comma between two values of JSON; a word
 * longer than a line breaks where the line ends.
 */
#ifndef APP_WRAP_H
#define APP_WRAP_H

#include <stddef.h>
#include <stdio.h>

enum { WRAP_COLUMNS = 80 };

/* Writes the text from this column on, further lines from column indent on, and ends the last line. */
void wrap_print(FILE *out, size_t column, size_t indent, const char *text);

#endif
