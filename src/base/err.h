/*
 * err: a fault of our own house, with a sentence for the person who reads it.
 *
 * A function that can fail returns 0 or a negative errno and takes a `struct err *` last.  The
 * sentence is made where the fault is known (file, line or byte, and the remedy) and printed once,
 * by app/main.c.  What a far host did is never an err: it is an outcome (core/obs.h).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct err {
	int code;       /* 0, or a negative errno */
	char text[512]; /* one sentence, UTF-8, no newline */
};

/* Sets code and text, returns code, so that a failing function ends in one line:
 * return err_set(e, -EINVAL, "%s:%u: unknown key '%s'", path, line, key);
 * e may be NULL: then only the code travels. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *e, int code, const char *fmt, ...);

/* Puts "what: " in front of the sentence that is already there; returns its code. */
__attribute__((format(printf, 2, 3))) int err_wrap(struct err *e, const char *fmt, ...);

/* Text of an errno, positive or negative. */
const char *err_name(int code);

#endif
