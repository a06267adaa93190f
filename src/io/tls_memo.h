/*
 * tls_memo: what became of certificate chains that were verified a short while ago.  A site shows the same
 * certificate over both families and for both its names; one signature is enough for the four.
 *
 * The key is SHA-256 over the chain as it was sent (all of it, in its order), so that who can make another chain
 * with the same key can break signatures too.  Time is part of a verdict: an entry holds until the next moment at
 * which a certificate of the chain begins or ceases to be valid, and that moment is the caller's to find.
 * Of a fixed size; what falls on a taken place replaces it.
 */
#ifndef IO_TLS_MEMO_H
#define IO_TLS_MEMO_H

#include <stdbool.h>
#include <stdint.h>

enum { TLS_MEMO_KEY_B = 32 };

struct tls_memo;
struct tls_memo *tls_memo_new(void); /* NULL: no memory */
void tls_memo_free(struct tls_memo *m);

/* The X509_V_ code found before for this chain, if that holds at now_us (wall time); false: not known. */
bool tls_memo_find(const struct tls_memo *m, const uint8_t key[static TLS_MEMO_KEY_B], int64_t now_us, int *code);
/* code holds from from_us on, before until_us. */
void tls_memo_put(struct tls_memo *m, const uint8_t key[static TLS_MEMO_KEY_B], int64_t from_us, int64_t until_us,
		  int code);

#endif
