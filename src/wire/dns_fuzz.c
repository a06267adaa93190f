/*
 * Any bytes as a message: memory stays bounded, reading twice gives the same, names are canonical
 * (cleaning them changes nothing), and a message without problem keeps its records within limits.
 */
#include "wire/dns.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t mix(uint64_t sum, const char *s)
{
	for (; s && *s; s++)
		sum = sum * 31 + (uint8_t)*s;
	return sum * 31 + 1;
}

static void check_name(const char *name)
{
	char clean[DNS_NAME_TEXT_MAX];

	assert(dns_name_clean(name, clean) && !strcmp(name, clean));
}

static uint64_t sum_of(const struct dns_message *m, bool good)
{
	static char text[70000];
	uint64_t sum = m->rcode + m->n_other * 3 + m->n_dropped * 5 + m->n_unread * 7 + good;

	for (size_t i = 0; i < m->n_rr; i++) {
		size_t len = dns_rr_text(&m->rr[i], text, sizeof(text));

		assert(len < sizeof(text) && strlen(text) == len && !strchr(text, '\n'));
		check_name(m->rr[i].name);
		sum = mix(mix(sum, m->rr[i].name), text) + m->rr[i].ttl_s;
	}
	return mix(mix(sum, m->problem), m->qname);
}

static uint64_t run(const uint8_t *data, size_t size)
{
	struct dns_message m;
	struct dns_final f;
	struct arena a;
	uint64_t sum;
	bool good;

	arena_init(&a, 1 << 20);
	good = dns_parse(&m, data, size, &a);
	assert(good == !m.problem);
	assert(m.n_rr <= L_DNS_RR_PARSED);
	sum = sum_of(&m, good);
	if (m.qname) {
		check_name(m.qname);
		dns_final(&f, &m, m.qname, m.qtype);
		assert(f.n <= L_DNS_RR_KEPT && f.n_chain <= L_DNS_CNAME_CHAIN);
		assert(!f.n || (!f.loop && !f.too_long && !f.name_long));
		for (size_t i = 0; i < f.n_chain; i++)
			check_name(f.chain[i]);
	}
	arena_done(&a);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t len = dns_query(query, "example.test", DNS_AAAA, 0, 0, 0);

	assert(run(data, size) == run(data, size));
	if (dns_echo(data, size, query, len) == DNS_ECHO_SAME)
		assert(size >= 12 && !memcmp(data + 12, query + 12, len - 12 - 11));
	return 0;
}
