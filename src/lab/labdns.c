/* labdns: see labdns.h. */
#include "lab/labdns.h"

#include "io/loop.h"
#include "lab/labnet.h"
#include "lab/plan.h"
#include "wire/dns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TTL_S = 60, MESSAGE_MAX = 4096, QUERY_ARENA_B = 65536, LARGE_KEY_B = 1700 };

/* ---- answers ---- */

/* Is the record's owner this name (without the last dot)? */
static bool owned_by(const struct record *r, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(r->owner, name, n) && !strcmp(r->owner + n, ".");
}

static void add_soa(struct dns_answer *d, enum dns_section s, const struct zone *z, const char *owner,
		    enum labdns_over over)
{
	const char *text = z->records.at[0].text; /* a zone begins with its SOA */
	char mname[256], rname[256];
	struct dns_soa soa = {.mname = mname, .rname = rname};

	if (sscanf(text, "%255s %255s %u %u %u %u %u", mname, rname, &soa.serial, &soa.refresh_s,
		   &soa.retry_s, &soa.expire_s, &soa.minimum_s) != 7)
		return;
	soa.serial += over == OVER_V6 && state_is(z->state, "serial6", "other");
	dns_answer_soa(d, s, owner, TTL_S, &soa);
}

/* A key as large as no server should send by UDP: it does not fit the size that was asked for either. */
static void add_large_key(struct dns_answer *d, const char *owner)
{
	static const uint8_t key[LARGE_KEY_B] = {1, 1, 3, 8};

	dns_answer_raw(d, DNS_ANSWER, owner, DNS_DNSKEY, TTL_S, key, sizeof(key));
}

static void add_record(struct dns_answer *d, enum dns_section s, const struct zone *z,
		       const struct record *r, const char *owner, enum labdns_over over)
{
	uint16_t type = dns_type_parse(r->type);
	unsigned preference;
	struct addr a;
	char host[256];

	if (type == DNS_SOA)
		add_soa(d, s, z, owner, over);
	else if ((type == DNS_A || type == DNS_AAAA) && addr_parse(&a, r->text))
		dns_answer_addr(d, s, owner, TTL_S, &a);
	else if (type == DNS_NS || type == DNS_CNAME)
		dns_answer_name(d, s, owner, type, TTL_S, r->text);
	else if (type == DNS_MX && sscanf(r->text, "%u %255s", &preference, host) == 2)
		dns_answer_mx(d, s, owner, TTL_S, (uint16_t)preference, host);
	else if (type == DNS_TXT && sscanf(r->text, "\"%255[^\"]\"", host) == 1)
		dns_answer_txt(d, s, owner, TTL_S, host);
}

/* Adds what answers, or else the SOA that says there is nothing. */
static void add_answers(struct dns_answer *d, const struct zone *z, const char *qname, uint16_t qtype,
			enum labdns_over over)
{
	bool any = false;

	for (size_t i = 0; i < z->records.n; i++) {
		const struct record *r = &z->records.at[i];
		uint16_t type = dns_type_parse(r->type);

		if (!owned_by(r, qname))
			continue;
		if (type == qtype || type == DNS_CNAME) {
			add_record(d, DNS_ANSWER, z, r, qname, over);
			any = true;
		}
	}
	if (!any && qtype == DNS_DNSKEY && state_get(z->state, "large6", NULL) && !strcmp(qname, z->state->domain)) {
		if (over == OVER_V6)
			add_large_key(d, qname);
		else
			dns_answer_raw(d, DNS_ANSWER, qname, DNS_DNSKEY, TTL_S, "\1\1\3\10key", 7);
		any = true;
	}
	if (!any)
		add_soa(d, DNS_AUTHORITY, z, z->state->domain, over);
}

/* Which names are meant by aaaa_answer: those of the site, not of its name servers and mail hosts. */
static bool is_site_name(const struct zone *z, const char *qname)
{
	return !strcmp(qname, z->state->domain) ||
	       (!strncmp(qname, "www.", 4) && !strcmp(qname + 4, z->state->domain));
}

static bool is_lame(const struct zone *z, enum labdns_over over)
{
	return state_is(z->state, "lame", "all") ||
	       (over == OVER_V6 && state_is(z->state, "lame", "v6"));
}

static bool name_exists(const struct zone *z, const char *qname)
{
	for (size_t i = 0; i < z->records.n; i++)
		if (owned_by(&z->records.at[i], qname))
			return true;
	return false;
}

static bool lies(const struct zone *z, const struct dns_message *q, const char *how)
{
	return state_is(z->state, "aaaa_answer", how) && q->qtype == DNS_AAAA && is_site_name(z, q->qname);
}

/* One record whose owner is a pointer to itself, in an answer made for more (to[max], n bytes so far). */
static size_t add_pointer_loop(uint8_t *to, size_t n, size_t max)
{
	uint8_t record[] = {0xc0 | (uint8_t)(n >> 8), (uint8_t)n, 0, DNS_AAAA, 0, 1, 0, 0, 0, 60, 0, 16};

	if (n + sizeof(record) + 16 > max)
		return n;
	memcpy(to + n, record, sizeof(record));
	memset(to + n + sizeof(record), 0x20, 16);
	to[7] = 1;
	to[9] = to[11] = 0; /* neither SOA nor OPT stands behind it */
	return n + sizeof(record) + 16;
}

/* The code of the answer, or -1 for silence. */
static int choose_rcode(const struct zone *z, enum labdns_over over, const struct dns_message *q)
{
	const char *how = state_get(z->state, "aaaa_answer", NULL);

	if (is_lame(z, over) || !dns_name_within(q->qname, z->state->domain))
		return DNS_REFUSED;
	if (how && q->qtype == DNS_AAAA && is_site_name(z, q->qname))
		return !strcmp(how, "drop")	  ? -1
		       : !strcmp(how, "servfail") ? DNS_SERVFAIL
		       : !strcmp(how, "nxdomain") ? DNS_NXDOMAIN
						  : DNS_NOERROR;
	return name_exists(z, q->qname) ? DNS_NOERROR : DNS_NXDOMAIN;
}

size_t labdns_answer(const struct zone *z, enum labdns_over over, const void *question, size_t len,
		     void *to, size_t max)
{
	struct dns_message q;
	struct dns_answer d;
	struct arena a;
	size_t n = 0;
	int rcode;

	arena_init(&a, QUERY_ARENA_B);
	if (dns_parse(&q, question, len, &a) && !q.qr && q.qname) {
		rcode = choose_rcode(z, over, &q);
		dns_answer_begin(&d, to, max, &q,
				 rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN ? DNS_FLAG_AA : 0,
				 rcode < 0 ? DNS_SERVFAIL : (enum dns_rcode)rcode);
		if (rcode == DNS_NOERROR)
			add_answers(&d, z, q.qname, q.qtype, over);
		if (rcode == DNS_NXDOMAIN)
			add_soa(&d, DNS_AUTHORITY, z, z->state->domain, over);
		n = rcode < 0 ? 0 : dns_answer_end(&d, &q);
		if (n && lies(z, &q, "wrongid"))
			((uint8_t *)to)[0] ^= 0x55;
		if (n && lies(z, &q, "pointer"))
			n = add_pointer_loop(to, DNS_HEADER_B + strlen(q.qname) + 6, max);
	}
	arena_done(&a);
	return n;
}

/* ---- sockets ---- */

struct server {
	struct loop *loop;
	struct err *err;
};

struct listener {
	struct watch watch;
	struct server *server;
	const struct zone *zone;
	int family;
};

/* One TCP connection: a question at a time, its answer at once; what does not fit is not ours. */
struct talk {
	struct watch watch;
	const struct listener *at;
	uint8_t in[MESSAGE_MAX + 2];
	size_t len;
};

static enum labdns_over over_of(const struct listener *l)
{
	return l->family == 4 ? OVER_V4 : OVER_V6;
}

static void on_datagram(struct watch *w, unsigned what)
{
	struct listener *l = w->ctx;
	uint8_t in[MESSAGE_MAX], out[MESSAGE_MAX]; /* it heeds no size that a client names */
	struct sockaddr_storage from;
	struct iovec io = {.iov_base = in, .iov_len = sizeof(in)};
	struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &io,
			   .msg_iovlen = 1};
	ssize_t got = recvmsg(w->fd, &m, 0);
	size_t n;

	(void)what;
	if (got <= 0 || (l->family == 6 && state_is(l->zone->state, "udp6", "drop")))
		return;
	n = labdns_answer(l->zone, over_of(l), in, (size_t)got, out, sizeof(out));
	if (n)
		labnet_reply(w->fd, &from, m.msg_namelen, out, n);
}

static void end_talk(struct talk *t)
{
	loop_unwatch(t->at->server->loop, &t->watch);
	close(t->watch.fd);
	free(t);
}

static void on_stream(struct watch *w, unsigned what)
{
	struct talk *t = w->ctx;
	ssize_t got = recv(w->fd, t->in + t->len, sizeof(t->in) - t->len, 0);
	uint8_t out[MESSAGE_MAX + 2];
	size_t want, n;

	(void)what;
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		end_talk(t);
		return;
	}
	t->len += (size_t)got;
	while (t->len >= 2) {
		want = (size_t)(t->in[0] << 8 | t->in[1]);
		if (want > MESSAGE_MAX) {
			end_talk(t);
			return;
		}
		if (t->len < want + 2)
			return;
		n = labdns_answer(t->at->zone, over_of(t->at), t->in + 2, want, out + 2,
				  MESSAGE_MAX);
		out[0] = (uint8_t)(n >> 8);
		out[1] = (uint8_t)n;
		/* a fresh connection takes so few bytes at once */
		if (n && send(w->fd, out, n + 2, MSG_NOSIGNAL) < 0) {
			end_talk(t);
			return;
		}
		t->len -= want + 2;
		memmove(t->in, t->in + want + 2, t->len);
	}
}

static void on_accept(struct watch *w, unsigned what)
{
	struct listener *l = w->ctx;
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct talk *t = fd < 0 ? NULL : calloc(1, sizeof(*t));

	(void)what;
	if (!t) {
		if (fd >= 0)
			close(fd);
		return;
	}
	t->at = l;
	t->watch = (struct watch){.fd = fd, .want = LOOP_READ, .ready = on_stream, .ctx = t};
	if (loop_watch(l->server->loop, &t->watch, l->server->err)) {
		close(fd);
		free(t);
	}
}

static int add_listener(struct server *s, const struct zone *z, enum site_host host, int family,
			int type)
{
	struct addr a = site_addr(z->state->number, host, family);
	struct listener *l;
	int fd;

	if (type == SOCK_STREAM && family == 6 && state_is(z->state, "tcp6", "refuse"))
		return 0;
	fd = labnet_listen(&a, DNS_PORT, type, s->err);
	if (fd < 0)
		return fd;
	l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(s->err, -ENOMEM, "labdns: out of memory");
	*l = (struct listener){.server = s, .zone = z, .family = family};
	l->watch = (struct watch){.fd = fd, .want = LOOP_READ, .ctx = l,
				  .ready = type == SOCK_STREAM ? on_accept : on_datagram};
	return loop_watch(s->loop, &l->watch, s->err);
}

static int add_zone(struct server *s, const struct zone *z)
{
	static const enum site_host hosts[] = {HOST_NS, HOST_NS2};
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
	int code = 0;

	for (int i = 0; i < 8 && !code; i++)
		code = add_listener(s, z, hosts[i & 1], i & 2 ? 6 : 4, types[i >> 2]);
	return code;
}

int labdns_run(const zone_list *zones, struct err *e)
{
	struct server s = {.loop = loop_new(&clock_real, e), .err = e};
	int code = s.loop ? 0 : e->code;

	for (size_t i = 0; i < zones->n && !code; i++)
		if (zones->at[i].server == SERVED_BY_LABDNS)
			code = add_zone(&s, &zones->at[i]);
	if (!code)
		code = loop_run(s.loop, e);
	loop_free(s.loop);
	return code;
}
