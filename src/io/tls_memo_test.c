/* What is kept, for how long, and what takes its place. */
#include "io/tls_memo.h"

#include "base/limits.h"
#include "test/tap.h"

#include <string.h>

static void key_at(uint8_t key[static TLS_MEMO_KEY_B], uint32_t place, uint8_t rest)
{
	memset(key, rest, TLS_MEMO_KEY_B);
	memcpy(key, &place, sizeof(place));
}

int main(void)
{
	struct tls_memo *m = tls_memo_new();
	uint8_t a[TLS_MEMO_KEY_B], b[TLS_MEMO_KEY_B], zero[TLS_MEMO_KEY_B] = {0};
	int code = 77;

	key_at(a, 5, 1);
	ok(!tls_memo_find(m, a, 100, &code) && code == 77, "nothing is known at first");
	ok(!tls_memo_find(m, zero, 0, &code), "an empty place is no chain of zeros");
	tls_memo_put(m, a, 100, 200, 20);
	ok(tls_memo_find(m, a, 100, &code) && code == 20, "known from the first moment");
	ok(tls_memo_find(m, a, 199, &code), "up to the last");
	ok(!tls_memo_find(m, a, 200, &code), "not when a certificate has ceased to be valid");
	ok(!tls_memo_find(m, a, 99, &code), "not when the clock was set back");
	key_at(b, 5, 2);
	ok(!tls_memo_find(m, b, 150, &code), "another chain on the same place is not it");
	key_at(b, 5 + L_TLS_MEMO - 1, 1);
	tls_memo_put(m, b, 100, 200, 0);
	ok(tls_memo_find(m, a, 150, &code) && code == 20, "L_TLS_MEMO - 1 places on it takes none of its place");
	key_at(b, 5 + L_TLS_MEMO, 1);
	tls_memo_put(m, b, 100, 200, 0);
	ok(!tls_memo_find(m, a, 150, &code), "L_TLS_MEMO places on it does");
	ok(tls_memo_find(m, b, 150, &code) && code == 0, "and is known itself");
	key_at(b, 6 + L_TLS_MEMO, 1);
	tls_memo_put(m, a, 100, 200, 20);
	tls_memo_put(m, b, 100, 200, 0);
	ok(tls_memo_find(m, a, 150, &code), "L_TLS_MEMO + 1 places on it does not");
	tls_memo_free(m);
	return done();
}
