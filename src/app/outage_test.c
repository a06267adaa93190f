/* What is expected of an observer, and for how long it is waited for. */
#include "app/outage.h"
#include "app/round.h"
#include "test/tap.h"

enum { ALL = WORKS_V4 | WORKS_V6 | WORKS_RESOLVER };

int main(void)
{
	struct outage o;

	outage_init(&o);
	outage_tested(&o, WORKS_V4 | WORKS_RESOLVER, 5);
	ok(!outage_is(&o), "an observer that never had IPv6 is no outage");
	ok(outage_spares(&o, WORKS_V4 | WORKS_RESOLVER), "what it finds counts");
	outage_tested(&o, ALL, 6);
	ok(!outage_is(&o), "IPv6 has come");
	ok(!outage_spares(&o, WORKS_V4 | WORKS_RESOLVER), "now it is expected");
	outage_tested(&o, WORKS_V4 | WORKS_RESOLVER, 10);
	ok(outage_is(&o), "it is gone");
	outage_tested(&o, WORKS_RESOLVER, 12);
	ok(!outage_lasts(&o, 5, 14) && outage_lasts(&o, 5, 15), "the wait begins with the first that failed");
	outage_tested(&o, ALL, 16);
	ok(!outage_is(&o) && !outage_lasts(&o, 5, 99), "it is over");
	outage_init(&o);
	outage_tested(&o, WORKS_V4 | WORKS_V6, 1);
	ok(outage_is(&o), "a resolver is expected from the start");
	return done();
}
