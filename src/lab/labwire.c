/* labwire: see labwire.h. */
#include "lab/labwire.h"

#include "base/clock.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ETH_B = 14, MILLION = 1000000, BATCH = 64, LINKS = 3, RULE_QUEUE_US = 4 * MILLION };

bool labwire_node(enum node_id id)
{
	return id == NODE_DNS || id == NODE_WEB || id == NODE_MAIL;
}

/* ---- what happens to a packet ---- */

void labwire_init(struct labwire *w, const struct wire_options *o)
{
	memset(w, 0, sizeof(*w));
	w->o = *o;
}

void labwire_done(struct labwire *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->heap[i].data);
	free(w->heap);
	memset(w, 0, sizeof(*w));
}

/* splitmix64: the k-th number of a seed, without a state. */
static uint64_t number(uint64_t seed, uint64_t k)
{
	uint64_t z = seed + (k + 1) * 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* ARP, and ICMPv6 types 133 to 137. */
static bool between_neighbours(const uint8_t *f, size_t len)
{
	unsigned type = (unsigned)f[12] << 8 | f[13];

	if (type == ETHERTYPE_IP)
		return false;
	if (type != ETHERTYPE_IPV6 || len < ETH_B + 41)
		return true;
	return f[ETH_B + 6] == 58 && f[ETH_B + 40] >= 133 && f[ETH_B + 40] <= 137;
}

/* IPv6 alone: no row asks for more. */
static struct wire_rule *rule_of(struct labwire *w, const uint8_t *f, bool *from)
{
	if (f[12] != (ETHERTYPE_IPV6 >> 8) || f[13] != (ETHERTYPE_IPV6 & 0xff))
		return NULL;
	for (size_t i = 0; i < w->rules; i++) {
		*from = !memcmp(f + ETH_B + 8, w->rule[i].addr.byte, 16);
		if (*from || !memcmp(f + ETH_B + 24, w->rule[i].addr.byte, 16))
			return &w->rule[i];
	}
	return NULL;
}

/* When the last byte of it has left a slow line; what would wait longer than the line's buffer is lost. */
static bool line_takes(struct wire_rule *r, int64_t now_us, size_t len, int64_t *due_us)
{
	int64_t begin = r->free_us > now_us ? r->free_us : now_us;

	if (begin - now_us > RULE_QUEUE_US)
		return false;
	r->free_us = begin + (int64_t)len * MILLION / r->rate_b_s;
	*due_us += r->free_us - now_us;
	return true;
}

/* Is it lost?  If not, *due_us is when it arrives. */
static bool survives(struct labwire *w, const uint8_t *f, size_t len, int64_t now_us, int64_t *due_us)
{
	uint64_t draw = number(w->o.seed, w->taken++);
	bool from = false;
	struct wire_rule *r = rule_of(w, f, &from);
	unsigned ppm = w->o.loss_ppm, rtt_ms = w->o.rtt_ms;

	if (r) {
		ppm += r->loss_ppm;
		rtt_ms += r->rtt_ms;
		if (r->max_b && len - ETH_B > r->max_b)
			return false;
	}
	if (draw % MILLION < ppm)
		return false;
	*due_us = now_us + (int64_t)rtt_ms * 500;
	if (w->o.jitter_ms)
		*due_us += (int64_t)(draw >> 32) % ((int64_t)w->o.jitter_ms * 1000);
	return !r || !r->rate_b_s || !from || line_takes(r, now_us, len, due_us);
}

/* ---- the queue: a heap by time, then by order ---- */

static bool before(const struct wire_frame *a, const struct wire_frame *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void swap(struct wire_frame *a, struct wire_frame *b)
{
	struct wire_frame c = *a;

	*a = *b;
	*b = c;
}

static bool push(struct labwire *w, struct wire_frame f)
{
	if (w->n == w->room) {
		size_t room = w->room ? w->room * 2 : 256;
		struct wire_frame *more = reallocarray(w->heap, room, sizeof(*more));

		if (!more)
			return false;
		w->heap = more;
		w->room = room;
	}
	w->heap[w->n] = f;
	for (size_t i = w->n++; i && before(&w->heap[i], &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&w->heap[i], &w->heap[(i - 1) / 2]);
	return true;
}

static void pop(struct labwire *w)
{
	size_t i = 0, least;

	w->heap[0] = w->heap[--w->n];
	for (;; i = least) {
		least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < w->n; k++)
			if (before(&w->heap[k], &w->heap[least]))
				least = k;
		if (least == i)
			return;
		swap(&w->heap[i], &w->heap[least]);
	}
}

void labwire_take(struct labwire *w, int64_t now_us, int to, const uint8_t *frame, size_t len)
{
	struct wire_frame f = {.due_us = now_us, .to = to, .len = (uint16_t)len};

	if (len < ETH_B || len > WIRE_FRAME_MAX)
		return;
	if (!between_neighbours(frame, len) && !survives(w, frame, len, now_us, &f.due_us)) {
		w->lost++;
		return;
	}
	f.order = w->taken;
	f.data = w->held_b + len <= WIRE_QUEUE_MAX ? malloc(len) : NULL;
	if (!f.data)
		return;
	memcpy(f.data, frame, len);
	if (push(w, f))
		w->held_b += len;
	else
		free(f.data);
}

/* Its bytes live until the next call, in the place behind the end of the heap. */
const struct wire_frame *labwire_due(struct labwire *w, int64_t now_us)
{
	static struct wire_frame out; /* one wire a process, and its bytes */
	static uint8_t bytes[WIRE_FRAME_MAX];

	if (!w->n || w->heap[0].due_us > now_us)
		return NULL;
	out = w->heap[0];
	memcpy(bytes, out.data, out.len);
	free(out.data);
	out.data = bytes;
	w->held_b -= out.len;
	pop(w);
	return &out;
}

int64_t labwire_next_us(const struct labwire *w)
{
	return w->n ? w->heap[0].due_us : INT64_MAX;
}

void labwire_rules(struct labwire *w, const struct truth *t)
{
	static const struct {
		const char *value;
		struct wire_rule rule;
	} kinds[] = {
		{"slow", {.rtt_ms = 400}},
		{"late", {.rtt_ms = 2500}},
		{"loss10", {.loss_ppm = 100000}},
		{"hole", {.max_b = 1300}},
		{"thin", {.rate_b_s = 8000}},
	};

	for (size_t i = 0; i < t->n_states; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			if (state_is(&t->states[i], "path6", kinds[k].value) && w->rules < WIRE_RULES_MAX) {
				w->rule[w->rules] = kinds[k].rule;
				w->rule[w->rules++].addr = site_addr(t->states[i].number, HOST_WEB, 6);
			}
}

/* ---- the links ---- */

/* All frames of a link, but not those that we put there. */
static int open_link(const char *name, struct err *e)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int one = 1, room = 4 << 20, fd;

	at.sll_ifindex = (int)if_nametoindex(name);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!at.sll_ifindex || fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return err_set(e, -errno, "cannot take frames from %s: %s", name, err_name(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

static int open_links(struct pollfd *p, struct err *e)
{
	int n = 0;

	for (enum node_id id = 0; id < NODE_COUNT; id++)
		for (int end = 0; end < 2 && labwire_node(id); end++) {
			char name[IF_NAMESIZE];

			snprintf(name, sizeof(name), "%s%d", nodes[id].name, end);
			p[n] = (struct pollfd){.fd = open_link(name, e), .events = POLLIN};
			if (p[n++].fd < 0)
				return e->code;
		}
	return 0;
}

static void take_all(struct labwire *w, const struct pollfd *p, int other)
{
	uint8_t frame[WIRE_FRAME_MAX + 1];

	for (int i = 0; i < BATCH; i++) {
		ssize_t got = recv(p->fd, frame, sizeof(frame), 0);

		if (got <= 0)
			return;
		labwire_take(w, clock_mono(&clock_real), other, frame, (size_t)got);
	}
}

static void send_due(struct labwire *w)
{
	const struct wire_frame *f;

	while ((f = labwire_due(w, clock_mono(&clock_real))) != NULL)
		(void)!send(f->to, f->data, f->len, 0);
}

/* poll() counts in milliseconds; ours are fractions of them. */
static int wait_us(const struct labwire *w, struct timespec *t)
{
	int64_t us = labwire_next_us(w);

	if (us == INT64_MAX)
		return 0;
	us -= clock_mono(&clock_real);
	if (us < 0)
		us = 0;
	*t = (struct timespec){.tv_sec = us / MILLION, .tv_nsec = us % MILLION * 1000};
	return 1;
}

int labwire_run(const struct truth *t, const struct wire_options *o, struct err *e)
{
	struct pollfd p[2 * LINKS];
	struct labwire w;
	struct timespec wait;

	labwire_init(&w, o);
	labwire_rules(&w, t);
	e->code = open_links(p, e);
	while (!e->code) {
		if (ppoll(p, 2 * LINKS, wait_us(&w, &wait) ? &wait : NULL, NULL) < 0 && errno != EINTR)
			return err_set(e, -errno, "the wire cannot wait: %s", err_name(errno));
		for (int i = 0; i < 2 * LINKS; i++)
			if (p[i].revents & POLLIN)
				take_all(&w, &p[i], p[i ^ 1].fd);
		send_due(&w);
	}
	labwire_done(&w);
	return e->code;
}
