/*
 * web: the dashboard's server: pages from the program's assets, the API from the table of routes, a
 * cache that lives as long as the facts do not change, and live events.
 */
#ifndef OUTLET_WEB_H
#define OUTLET_WEB_H

#include "base/clock.h"
#include "io/loop.h"
#include "outlet/httpd.h"
#include "store/store.h"

struct web;

struct web_config {
	struct addr addr;
	uint16_t port;
	const char *const *hosts;
	const char *operator_, *contact, *info_url; /* shown on the page about us; live as long as web */
};

/* Serves from this loop until web_free.  The store must be owned by this process. */
struct web *web_new(const struct web_config *c, struct loop *l, struct store *s, struct err *e);
void web_free(struct web *w);
uint16_t web_port(const struct web *w);

#endif
