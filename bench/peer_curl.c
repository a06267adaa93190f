/*
 * peer_curl: pages by libcurl's multi interface, tuned, for bench/sites.py to compare with:
 *
 *	peer_curl CA AT_ONCE < "URL ADDRESS" lines
 *
 * One GET a line, verified against CA, on a connection of its own to the address.  No CApath: with Debian's default
 * one libcurl reads the roots anew for each connection.  Prints how many transfers came to their end with a status,
 * and the process's processor time in microseconds.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { LINE_MAX_B = 600, AT_ONCE_MAX = 1024 };

struct transfer {
	CURL *easy;
	struct curl_slist *to;
};
static struct transfer transfers[AT_ONCE_MAX];
static CURLM *multi;
static unsigned long good;

static size_t swallow(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

/* The next line; 0: there is none. */
static int begin(struct transfer *t)
{
	char line[LINE_MAX_B], to[LINE_MAX_B], *space;

	if (!fgets(line, sizeof(line), stdin) || !(space = strchr(line, ' ')))
		return 0;
	*space++ = 0;
	space[strcspn(space, "\n")] = 0;
	snprintf(to, sizeof(to), strchr(space, ':') ? "::[%s]:" : "::%s:", space);
	curl_slist_free_all(t->to);
	t->to = curl_slist_append(NULL, to);
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->to);
	curl_easy_setopt(t->easy, CURLOPT_URL, line);
	return curl_multi_add_handle(multi, t->easy) == CURLM_OK;
}

static void prepare(struct transfer *t, const char *ca)
{
	t->easy = curl_easy_init();
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, (char *)t);
	curl_easy_setopt(t->easy, CURLOPT_CAINFO, ca);
	curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(t->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L); /* it would walk over all names for each */
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT, 30L);
}

/* How many were begun for those that ended. */
static int take_ended(void)
{
	CURLMsg *m;
	int left, begun = 0;

	while ((m = curl_multi_info_read(multi, &left))) {
		CURL *easy = m->easy_handle;
		struct transfer *t = NULL;
		long status = 0;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		good += m->data.result == CURLE_OK && status > 0;
		curl_multi_remove_handle(multi, easy);
		begun += t && begin(t);
	}
	return begun;
}

int main(int argc, char **argv)
{
	int running = 1, n = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
	struct rusage r;

	if (n < 1 || n > AT_ONCE_MAX) {
		fprintf(stderr, "usage: peer_curl CA AT_ONCE < lines\n");
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)n);
	for (int i = 0; i < n; i++) {
		prepare(&transfers[i], argv[1]);
		begin(&transfers[i]);
	}
	while (running) {
		curl_multi_perform(multi, &running);
		if (take_ended())
			running = 1;
		else if (running)
			curl_multi_poll(multi, NULL, 0, 100, NULL);
	}
	getrusage(RUSAGE_SELF, &r);
	printf("%lu %ld\n", good, (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000L + r.ru_utime.tv_usec + r.ru_stime.tv_usec);
	return 0;
}
