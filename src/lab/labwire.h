/*
 * labwire: the long way between the laboratory's clients and its servers, in user space, because most
 * kernels at hand have no netem.
 *
 * It stands in its own namespace between core and each of dns, web and mail, takes frames off one link
 * and puts them on the other: later (half a round trip), not at all (loss, in each direction), or only
 * when they are small or the line is free (rules for single sites: word path6 of the truth table).
 * Neighbour discovery and ARP pass at once: neighbours are near at both ends of a long way.
 *
 * Which packet is lost follows from the seed and how many went before it, so a run can be had again as
 * far as its packets come in the same order.
 */
#ifndef LAB_LABWIRE_H
#define LAB_LABWIRE_H

#include "base/addr.h"
#include "base/err.h"
#include "lab/plan.h"
#include "lab/truth.h"
#include "lab/zones.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_RULES_MAX = 32,
	WIRE_FRAME_MAX = 2048,	  /* bytes; offloads are off at all ends */
	WIRE_QUEUE_MAX = 8 << 20, /* bytes on their way; what comes on top is lost */
	WIRE_RTT_MAX_MS = 10000,
};

struct wire_options {
	unsigned rtt_ms, jitter_ms;  /* there and back; each way varies by up to jitter */
	unsigned loss_ppm;	     /* packets lost of a million, in each direction */
	uint64_t seed;
};

/* What differs on the way to and from one address. */
struct wire_rule {
	struct addr addr;
	unsigned rtt_ms, loss_ppm; /* beside those of all */
	unsigned max_b;		   /* a longer IP packet is lost, without a word; 0: any */
	unsigned rate_b_s;	   /* bytes a second from there; 0: any */
	int64_t free_us;	   /* when the line is free again */
};

struct wire_frame {
	int64_t due_us;
	uint64_t order;
	int to; /* descriptor */
	uint16_t len;
	uint8_t *data;
};

struct labwire {
	struct wire_options o;
	struct wire_rule rule[WIRE_RULES_MAX];
	size_t rules;
	struct wire_frame *heap;
	size_t n, room, held_b;
	uint64_t taken, lost;
};

void labwire_init(struct labwire *w, const struct wire_options *o);
void labwire_done(struct labwire *w);
/* The rules that the truth table's rows ask for. */
void labwire_rules(struct labwire *w, const struct truth *t);
/* A frame that came at now_us and shall go out at to: copied, or lost. */
void labwire_take(struct labwire *w, int64_t now_us, int to, const uint8_t *frame, size_t len);
/* The next frame that is due, or NULL; valid until the next call.  The caller sends it at once. */
const struct wire_frame *labwire_due(struct labwire *w, int64_t now_us);
/* When the next one is due; INT64_MAX: none is on its way. */
int64_t labwire_next_us(const struct labwire *w);

/* The nodes behind the wire, by the names of the links at its ends: NAME0 to core, NAME1 to the node. */
bool labwire_node(enum node_id id);

/* Carries until the process ends; returns only on a fault of ours. */
int labwire_run(const struct truth *t, const struct wire_options *o, struct err *e);

#endif
