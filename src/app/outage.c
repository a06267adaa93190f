/* outage: see outage.h. */
#include "app/outage.h"

#include "app/round.h"

void outage_init(struct outage *o)
{
	*o = (struct outage){.expected = WORKS_RESOLVER};
}

void outage_tested(struct outage *o, unsigned works, int64_t now_us)
{
	unsigned down;

	o->expected |= works;
	down = o->expected & ~works;
	if (down && !o->down)
		o->since_us = now_us;
	o->down = down;
}

bool outage_spares(const struct outage *o, unsigned works_since)
{
	return !(o->expected & ~works_since);
}

bool outage_lasts(const struct outage *o, int64_t patience_us, int64_t now_us)
{
	return o->down && now_us - o->since_us >= patience_us;
}
