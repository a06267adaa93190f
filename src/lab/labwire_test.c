/* labwire_test: delay, loss, sizes and order on the laboratory's long way, on a clock of the test's. */
#include "lab/labwire.h"

#include "test/tap.h"

#include <string.h>

enum { FRAME_B = 100, MANY = 200000, ETH_B = 14 };

static size_t frame_of(uint8_t *f, const struct addr *from, const struct addr *to, size_t len)
{
	memset(f, 0, len);
	f[12] = 0x86;
	f[13] = 0xdd;
	f[ETH_B + 6] = 6;
	memcpy(f + ETH_B + 8, from->byte, 16);
	memcpy(f + ETH_B + 24, to->byte, 16);
	return len;
}

static void delays(void)
{
	struct wire_options o = {.rtt_ms = 80};
	uint8_t f[FRAME_B] = {[12] = 8};
	const struct wire_frame *due;
	struct labwire w;

	labwire_init(&w, &o);
	labwire_take(&w, 1000, 7, f, sizeof(f));
	f[20] = 2;
	labwire_take(&w, 1000, 8, f, sizeof(f));
	is_int(labwire_next_us(&w), 41000, "80 ms there and back are 40 ms each way");
	ok(!labwire_due(&w, 40999), "nothing comes early");
	due = labwire_due(&w, 41000);
	ok(due && due->to == 7 && due->len == FRAME_B, "the first comes first, whole, on its side");
	due = labwire_due(&w, 41000);
	ok(due && due->to == 8 && due->data[20] == 2, "of two at once the earlier goes first");
	is_int(labwire_next_us(&w), INT64_MAX, "then the wire is empty");
	is_int((long long)w.held_b, 0, "and holds nothing");
	f[12] = 8;
	f[13] = 6; /* ARP */
	labwire_take(&w, 50000, 7, f, sizeof(f));
	is_int(labwire_next_us(&w), 50000, "neighbours are near");
	labwire_done(&w);
}

static uint64_t lost_of(uint64_t seed, unsigned ppm)
{
	struct wire_options o = {.loss_ppm = ppm, .seed = seed};
	uint8_t f[FRAME_B] = {[12] = 8};
	uint64_t sum = 0;
	struct labwire w;

	labwire_init(&w, &o);
	for (uint64_t i = 0; i < MANY; i++) {
		uint64_t before = w.lost;

		labwire_take(&w, 0, 1, f, sizeof(f));
		while (labwire_due(&w, 0))
			;
		sum = w.lost > before ? sum * 31 + i : sum; /* which, not how many alone */
	}
	ok(w.lost >= (uint64_t)ppm * MANY / 1000000 * 9 / 10 && w.lost <= (uint64_t)ppm * MANY / 1000000 * 11 / 10,
	   "%u of a million: %llu of %d lost", ppm, (unsigned long long)w.lost, MANY);
	labwire_done(&w);
	return sum;
}

static void rules(void)
{
	struct addr site = site_addr(3, HOST_WEB, 6), us = node_addr(NODE_OBSERVER, 6);
	struct wire_options o = {.rtt_ms = 10};
	uint8_t f[1500];
	struct labwire w;

	labwire_init(&w, &o);
	w.rule[w.rules++] = (struct wire_rule){.addr = site, .max_b = 1300};
	labwire_take(&w, 0, 1, f, frame_of(f, &site, &us, ETH_B + 1300));
	is_int((long long)w.n, 1, "a packet of 1,300 bytes passes the hole");
	labwire_take(&w, 0, 1, f, frame_of(f, &site, &us, ETH_B + 1301));
	is_int((long long)w.n, 1, "one of 1,301 does not");
	labwire_take(&w, 0, 1, f, frame_of(f, &us, &us, ETH_B + 1400));
	is_int((long long)w.n, 2, "other hosts have no hole");
	w.rule[0] = (struct wire_rule){.addr = site, .rtt_ms = 400};
	while (labwire_due(&w, INT64_MAX))
		;
	labwire_take(&w, 0, 1, f, frame_of(f, &us, &site, FRAME_B));
	is_int(labwire_next_us(&w), 205000, "a slow way is longer in each direction");
	while (labwire_due(&w, INT64_MAX))
		;
	w.rule[0] = (struct wire_rule){.addr = site, .rate_b_s = 1000};
	labwire_take(&w, 0, 1, f, frame_of(f, &site, &us, 1000));
	labwire_take(&w, 0, 1, f, frame_of(f, &site, &us, 1000));
	is_int(labwire_next_us(&w), 1005000, "1,000 bytes at 1,000 a second");
	labwire_due(&w, INT64_MAX);
	is_int(labwire_next_us(&w), 2005000, "the next waits for the line");
	for (int i = 0; i < 10; i++)
		labwire_take(&w, 0, 1, f, frame_of(f, &site, &us, 1000));
	is_int((long long)w.n, 4, "a line's buffer ends");
	labwire_done(&w);
}

int main(void)
{
	delays();
	is_int((long long)lost_of(1, 0), 0, "no loss, none lost");
	lost_of(1, 10000);
	ok(lost_of(7, 100000) == lost_of(7, 100000), "the same seed loses the same packets");
	ok(lost_of(7, 10000) != lost_of(8, 10000), "another seed loses others");
	rules();
	return done();
}
