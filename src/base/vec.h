/*
 * vec: a growing array of any type, as three fields of a struct.
 *
 *	VEC(struct subject) list = {0};
 *	*vec_push(&list) = (struct subject){...};
 *	for (size_t i = 0; i < list.n; i++) use(&list.at[i]);
 *	vec_done(&list);
 *
 * Running out of memory ends the process.  Where foreign bytes decide how many, the caller compares
 * .n with its limit (base/limits.h) before it pushes.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t n, size;                                                                    \
	}

void *vec_grow(void *at, size_t *size, size_t want, size_t each);

/* Address of a new zeroed last element. */
#define vec_push(v)                                                                                \
	((v)->at = (v)->n < (v)->size                                                              \
			   ? (v)->at                                                               \
			   : vec_grow((v)->at, &(v)->size, (v)->n + 1, sizeof(*(v)->at)),          \
	 __builtin_memset(&(v)->at[(v)->n], 0, sizeof(*(v)->at)), &(v)->at[(v)->n++])

#define vec_done(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->size = 0)
#define vec_clear(v) ((v)->n = 0)

#endif
