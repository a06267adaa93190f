/* file: a small file of the operator's, whole. */
#ifndef APP_FILE_H
#define APP_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* At most max bytes, terminated; text lives in a. */
int file_read(const char *path, size_t max, struct arena *a, const char **text, size_t *len, struct err *e);

#endif
