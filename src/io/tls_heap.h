/*
 * tls_heap: memory for OpenSSL in a process with one thread that makes and ends many connections.
 *
 * A handshake takes and gives back some four hundred small blocks of few sizes.  Each size class has a list of free
 * blocks, last in first out, cut from slabs that are never given back: memory is that of the moment with the most
 * connections.  Blocks above the largest class are malloc's.  What is held is counted in bytes.
 * With AddressSanitizer each block is malloc's, so that it sees their ends.
 */
#ifndef IO_TLS_HEAP_H
#define IO_TLS_HEAP_H

#include <stddef.h>

void *tls_heap_alloc(size_t n); /* aligned as malloc's; NULL: no memory, or n is 0 */
void tls_heap_free(void *p);	/* NULL is well */
void *tls_heap_realloc(void *p, size_t n); /* as realloc; n 0 frees */

/* Bytes in blocks that are not free, with what their classes round up. */
size_t tls_heap_b(void);

#endif
