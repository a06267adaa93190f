/* http3_host: see http3_host.h. */
#include "check/http3_host.h"

#include "wire/alt_svc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUIC_PORT = 443 };

const char *const http3_by_words[] = {"", "alt_svc", "https_rr", "elsewhere", NULL};

/* What the pages of this host say that came by HTTPS. */
static enum http3_by by_alt_svc(const struct site *s, const char *host)
{
	enum http3_by by = HTTP3_NOT;

	for (size_t i = 0; i < s->web.n && by != HTTP3_ALT_SVC; i++) {
		const struct web_row *r = s->web.at[i].row;
		struct alt_svc a;

		if (r->scheme != SCHEME_HTTPS || strcmp(r->host, host) || !r->alt_svc ||
		    !alt_svc_h3(r->alt_svc, &a))
			continue;
		by = (!a.host[0] || !strcmp(a.host, host)) && a.port == QUIC_PORT ? HTTP3_ALT_SVC
										   : HTTP3_ELSEWHERE;
	}
	return by;
}

/* Is the word among those of "h2,h3"? */
static bool in_list(const char *list, const char *end, const char *word)
{
	size_t n = strlen(word);

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma ? comma : end;

		if ((size_t)(stop - list) == n && !memcmp(list, word, n))
			return true;
		list = stop + 1;
	}
	return false;
}

/* "1 svc.test alpn=h2,h3 port=8443" */
static enum http3_by by_record(const struct site *s, const char *line, char host[static NAME_MAX_B])
{
	const char *alpn = strstr(line, " alpn="), *port = strstr(line, " port="), *target = strchr(line, ' ');
	size_t n;

	if (!target || !alpn || !strncmp(line, "0 ", 2))
		return HTTP3_NOT;
	alpn += strlen(" alpn=");
	if (!in_list(alpn, alpn + strcspn(alpn, " "), "h3"))
		return HTTP3_NOT;
	n = strcspn(++target, " ");
	snprintf(host, NAME_MAX_B, "%s", s->domain);
	if (!(n == 1 && *target == '.') && (n != strlen(host) || strncmp(target, host, n)))
		return HTTP3_ELSEWHERE; /* a name that the page never led to is not connected to */
	return port && strtol(port + strlen(" port="), NULL, 10) != QUIC_PORT ? HTTP3_ELSEWHERE
									      : HTTP3_HTTPS_RR;
}

static enum http3_by by_records(const struct site *s, char host[static NAME_MAX_B])
{
	const struct obs *o = site_ask(s, s->domain, "HTTPS");
	char line[2048];
	const char *at = NULL;
	enum http3_by by = HTTP3_NOT;

	while (answer_of(o) == ANSWER_HAS && by != HTTP3_HTTPS_RR &&
	       dns_data_next(dns_of(o), &at, line, sizeof(line))) {
		enum http3_by one = by_record(s, line, host);

		by = one != HTTP3_NOT ? one : by;
	}
	return by;
}

enum http3_by site_http3(const struct site *s, char host[static NAME_MAX_B])
{
	const char *target = site_target(s);
	struct walk w = site_visit(s, target, 6);
	enum http3_by by = HTTP3_NOT;

	if (!web_answered(w.end))
		w = site_visit(s, target, 4);
	target_host(s, target, host);
	if (w.end)
		snprintf(host, NAME_MAX_B, "%s", web_of(w.end)->host);
	by = by_alt_svc(s, host);
	return by != HTTP3_NOT ? by : by_records(s, host);
}
