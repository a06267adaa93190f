/* probe_web_int: the inside of the web probe, for check/probe_web*.c only. */
#ifndef CHECK_PROBE_WEB_INT_H
#define CHECK_PROBE_WEB_INT_H

#include "check/probe_web.h"

/* probe_web.c */
struct step web_finish(struct web_probe *w, enum outcome outcome, const char *why);
/* Sends this request on the connection that stands. */
struct step web_send(struct web_probe *w, const char *request, int64_t now_us);
struct step web_read_more(struct web_probe *w, int64_t now_us);
/* Asks for the page, whatever robots.txt may say. */
struct step web_ask_page(struct web_probe *w, int64_t now_us);
/* The connection can take no other request. */
struct step web_reopen(struct web_probe *w);
/* "GET path HTTP/1.1 ... more" in the arena. */
const char *web_request(struct web_probe *w, const char *path, const char *more);

/* probe_web_robots.c */
struct step robots_ask(struct web_probe *w, int64_t now_us);
struct step robots_event(struct web_probe *w, const struct event *e);

#endif
