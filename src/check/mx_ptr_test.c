/* How many names of one address are considered. */
#include "check/check.h"
#include "test/sample.h"
#include "test/tap.h"

#define ARPA "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
#define MX                                                                                         \
	"dns apex MX example.test ok = 10 mx.test\ndns mx A mx.test absent\n"                      \
	"dns mx AAAA mx.test ok = 2001:db8::25\n"

/* n names, of which the last leads back. */
static void names(int n)
{
	uint64_t before = limit_hits(LIMIT_PTR_NAMES);
	char text[2048] = MX, ptr[512] = "dns ptr PTR " ARPA " ok = ";
	bool past = n > L_PTR_NAMES;
	struct verdict_row row;
	struct sample m;

	for (int i = 1; i <= n; i++) {
		snprintf(text + strlen(text), 100, "dns ptr AAAA n%d.test ok = 2001:db8::%s\n", i, i < n ? "1" : "25");
		snprintf(ptr + strlen(ptr), 32, "%sn%d.test", i > 1 ? "|" : "", i);
	}
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n", ptr);
	sample_init(&m, text);
	check_run(check_find("mx_ptr"), &m.site, &m.arena, &row);
	is_str(row.reason, past ? "not_confirmed" : "ok", "the last of several names leads back");
	is_int((long long)(limit_hits(LIMIT_PTR_NAMES) - before), past, "counted");
	is_str(evidence_subject(row.evidence, &m.arena), past ? "n1.test. AAAA 2001:db8::25" : "example.test",
	       "the record to publish");
	sample_done(&m);
}

int main(void)
{
	for (int n = L_PTR_NAMES - 1; n <= L_PTR_NAMES + 1; n++)
		names(n);
	return done();
}
