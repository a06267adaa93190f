/* ask_int: the inside of the asker, for source/ask*.c only. */
#ifndef SOURCE_ASK_INT_H
#define SOURCE_ASK_INT_H

#include "base/limits.h"
#include "io/dgram.h"
#include "source/ask.h"
#include "wire/dns.h"

/* One datagram that was sent, by which its answer is known. */
struct sent {
	int64_t at_us;
	uint64_t case_bits;
	struct sent *next; /* in ask_ids */
	uint16_t id;
	uint8_t socket;
	uint8_t number; /* its place in ask_try.sent */
};

struct ask_ids {
	struct sent **places;
	unsigned bits;
	size_t n;
};

/* What each question uses stands in the first two lines of the processor's cache. */
struct ask_try {
	_Alignas(64) struct asker *asker;
	struct ask *q;
	struct ask_try *next, **at; /* in the wheel, among those in line, or among the free */
	int64_t due_us;
	struct ask_tcp *tcp;
	const char *early_why;
	uint8_t n_sent, connections, mismatches;
	bool truncated, to_tcp;
	bool ended_early; /* it failed inside of ask(): told from the loop */
	uint8_t early_end; /* enum ask_end */
	struct sent sent[L_DNS_TRIES];
};

enum { WHEEL_SLOTS = 1024, WHEEL_TICK_US = 8000 };

struct asker {
	struct loop *loop;
	struct guard *guard;
	struct pace *pace;
	struct dgram *dgram;
	struct ask_ids ids;
	struct ask_try *wheel[WHEEL_SLOTS];
	int64_t wheel_us; /* all slots before this time are empty */
	struct timer timer;
	struct ask_try *in_line; /* for their turn */
	struct ask_try *free_tries;
	struct ask_chunk *chunks;
	size_t active;
	struct ask_stats stats;
	uint8_t query[DNS_QUERY_MAX]; /* the one that is sent or compared now: a local would be zeroed each time */
};

void ask_end(struct ask_try *t, const struct ask_result *r);
/* For what fails inside of ask(), perhaps: done is called from the loop. */
void ask_end_soon(struct ask_try *t, enum ask_end end, const char *why);
void ask_timed_out(struct ask_try *t);

/* ask_wheel.c */
void ask_turn_wheel(struct timer *t);
/* ask_timed_out is called no later than this. */
void ask_set_timer(struct ask_try *t, int64_t due_us);
void ask_leave_list(struct ask_try *t);
void ask_move_to(struct ask_try *t, struct ask_try **list);

/* ask_ids.c */
void ask_ids_init(struct ask_ids *ids);
void ask_ids_done(struct ask_ids *ids);
/* NULL: none under way has this socket and id. */
struct sent *ask_ids_find(const struct ask_ids *ids, unsigned socket, uint16_t id);
void ask_ids_add(struct ask_ids *ids, struct sent *s);
void ask_ids_remove(struct ask_ids *ids, struct sent *s);

/* ask_tcp.c */
void ask_tcp_begin(struct ask_try *t);
void ask_tcp_done(struct ask_try *t);
void ask_tcp_timeout(struct ask_try *t);

#endif
