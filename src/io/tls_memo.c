/* tls_memo: see tls_memo.h. */
#include "io/tls_memo.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	uint8_t key[TLS_MEMO_KEY_B];
	int64_t from_us, until_us; /* both 0: empty */
	int code;
};

struct tls_memo {
	struct entry entries[L_TLS_MEMO];
};

struct tls_memo *tls_memo_new(void)
{
	return calloc(1, sizeof(struct tls_memo));
}

void tls_memo_free(struct tls_memo *m)
{
	free(m);
}

/* The key is a hash already. */
static size_t place(const uint8_t *key)
{
	uint32_t h;

	memcpy(&h, key, sizeof(h));
	return h % L_TLS_MEMO;
}

bool tls_memo_find(const struct tls_memo *m, const uint8_t key[static TLS_MEMO_KEY_B], int64_t now_us, int *code)
{
	const struct entry *e = &m->entries[place(key)];

	if (now_us < e->from_us || now_us >= e->until_us || memcmp(e->key, key, TLS_MEMO_KEY_B) != 0)
		return false;
	*code = e->code;
	return true;
}

void tls_memo_put(struct tls_memo *m, const uint8_t key[static TLS_MEMO_KEY_B], int64_t from_us, int64_t until_us,
		  int code)
{
	struct entry *e = &m->entries[place(key)];

	memcpy(e->key, key, TLS_MEMO_KEY_B);
	e->from_us = from_us;
	e->until_us = until_us;
	e->code = code;
}
