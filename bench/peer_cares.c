/*
 * peer_cares: look-ups by c-ares, for bench/dns.c to compare with: peer_cares SERVER N asks for the AAAA records of
 * n0000000.test and so on, 1,000 at once, and reads each answer as c-ares' users do.  Prints how many came.
 */
#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>

enum { IN_FLIGHT = 1000, SOCKETS = 1024 };

static ares_channel channel;
static unsigned next, total, ended, good;
static int poll_fd;
static unsigned char watched[SOCKETS];

static void ask(void);

static void answered(void *ctx, int status, int timeouts, unsigned char *answer, int len)
{
	struct ares_addr6ttl list[4];
	int n = 4;

	(void)ctx;
	(void)timeouts;
	ended++;
	if (status == ARES_SUCCESS && ares_parse_aaaa_reply(answer, len, NULL, list, &n) == ARES_SUCCESS && n == 1)
		good++;
	if (status != ARES_EDESTRUCTION)
		ask();
}

static void ask(void)
{
	char name[32];

	if (next == total)
		return;
	snprintf(name, sizeof(name), "n%07u.test", next++);
	ares_query(channel, name, 1, 28, answered, NULL);
}

static void socket_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct epoll_event e = {.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u), .data.fd = fd};

	(void)ctx;
	if (fd >= SOCKETS)
		abort();
	epoll_ctl(poll_fd, !e.events ? EPOLL_CTL_DEL : watched[fd] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e);
	watched[fd] = e.events != 0;
}

int main(int argc, char **argv)
{
	struct ares_options o = {.sock_state_cb = socket_state, .flags = ARES_FLAG_EDNS | ARES_FLAG_STAYOPEN,
				 .socket_receive_buffer_size = 4 << 20, .timeout = 2000, .tries = 3, .ednspsz = 1232};

	if (argc != 3 || ares_library_init(ARES_LIB_INIT_ALL))
		return 2;
	poll_fd = epoll_create1(0);
	total = (unsigned)strtoul(argv[2], NULL, 10);
	if (ares_init_options(&channel, &o, ARES_OPT_SOCK_STATE_CB | ARES_OPT_FLAGS | ARES_OPT_SOCK_RCVBUF |
							    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ) ||
	    ares_set_servers_ports_csv(channel, argv[1]))
		return 2;
	for (int i = 0; i < IN_FLIGHT; i++)
		ask();
	while (ended < total) {
		struct epoll_event e[64];
		struct timeval most = {.tv_sec = 1}, tv, *t = ares_timeout(channel, &most, &tv);
		int n = epoll_wait(poll_fd, e, 64, (int)(t->tv_sec * 1000 + t->tv_usec / 1000 + 1));

		for (int i = 0; i < n; i++)
			ares_process_fd(channel, e[i].events & ~(unsigned)EPOLLOUT ? e[i].data.fd : ARES_SOCKET_BAD,
					e[i].events & EPOLLOUT ? e[i].data.fd : ARES_SOCKET_BAD);
		if (n <= 0)
			ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
	ares_destroy(channel);
	printf("%u\n", good);
	return 0;
}
