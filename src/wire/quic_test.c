/* The packet that is sent, its answer, answers that are none, and the limit. */
#include "wire/quic.h"
#include "test/tap.h"

static const struct quic_ids ids = {{1, 2, 3, 4, 5, 6, 7, 8}, {9, 10, 11, 12, 13, 14, 15, 16}};

static size_t answer(uint8_t *to, size_t max, const uint32_t *list, size_t n)
{
	uint8_t sent[QUIC_INITIAL_B];

	quic_initial(sent, &ids);
	return quic_negotiate(to, max, sent, sizeof(sent), list, n);
}

static void packet(void)
{
	static const uint8_t head[] = {0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8,
				       8,    9,	   10,	 11,   12,   13, 14, 15, 16, 0};
	uint8_t sent[QUIC_INITIAL_B];

	quic_initial(sent, &ids);
	ok(!memcmp(sent, head, sizeof(head)), "long header, reserved version, two ids");
}

static void good(void)
{
	static const uint32_t list[] = {1, 0x5a6a7a8a, 0x6b3343cf};
	struct quic_versions v;
	uint8_t got[200];
	size_t n = answer(got, sizeof(got), list, 3), bad = 0;

	ok(quic_versions(&v, got, n, &ids) && v.n == 2, "two versions and a reserved one");
	ok(v.list[0] == 1 && v.list[1] == 0x6b3343cf, "1 and 2");
	got[0] = 0x80;
	ok(quic_versions(&v, got, n, &ids), "the other bits of the first byte are for the server to choose");
	for (size_t len = 0; len < n - 12; len++)
		bad += quic_versions(&v, got, len, &ids);
	ok(!bad, "none of its beginnings is one");
}

static void none(void)
{
	static const uint32_t one = 1, asked = QUIC_VERSION_RESERVED;
	static const struct {
		size_t at;
		uint8_t byte;
		const char *why;
	} rows[] = {{0, 0x40, "form"}, {4, 1, "version"}, {5, 7, "ids"}, {6, 1, "ids"}, {15, 9, "ids"}};
	struct quic_versions v;
	uint8_t got[200];
	size_t n = answer(got, sizeof(got), &one, 1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t spoilt[200];

		memcpy(spoilt, got, n);
		spoilt[rows[i].at] = rows[i].byte;
		ok(!quic_versions(&v, spoilt, n, &ids), "byte %zu", rows[i].at);
		is_str(v.why, rows[i].why, "why");
	}
	ok(!quic_versions(&v, got, n - 1, &ids) && !strcmp(v.why, "list"), "a version cut");
	ok(!quic_versions(&v, got, n - 4, &ids) && !strcmp(v.why, "list"), "no version");
	n = answer(got, sizeof(got), &asked, 1);
	ok(!quic_versions(&v, got, n, &ids) && !strcmp(v.why, "list"), "the version that was asked for (6.2)");
	ok(!quic_negotiate(got, sizeof(got), got, QUIC_INITIAL_B - 1, &one, 1), "too short a datagram has no answer");
}

static void limits(void)
{
	static uint32_t list[L_QUIC_VERSIONS + 1];
	static uint8_t got[64 + sizeof(list)];

	for (int n = L_QUIC_VERSIONS - 1; n <= L_QUIC_VERSIONS + 1; n++) {
		uint64_t before = limit_hits(LIMIT_QUIC_VERSIONS);
		struct quic_versions v;

		for (int i = 0; i < n; i++)
			list[i] = (uint32_t)i + 1;
		ok(quic_versions(&v, got, answer(got, sizeof(got), list, (size_t)n), &ids), "%d versions", n);
		is_int((long long)v.n, n > L_QUIC_VERSIONS ? L_QUIC_VERSIONS : n, "kept");
		is_int((long long)(limit_hits(LIMIT_QUIC_VERSIONS) - before), n > L_QUIC_VERSIONS, "counted");
	}
}

int main(void)
{
	packet();
	good();
	none();
	limits();
	return done();
}
