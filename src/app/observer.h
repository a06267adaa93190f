/*
 * observer: what the settings say about who looks, from where and by whose names, put together for the
 * prober; and the refusal to probe public addresses before that is said (threats.md P-ATTR-1).
 */
#ifndef APP_OBSERVER_H
#define APP_OBSERVER_H

#include "app/config.h"
#include "source/iterate.h"
#include "source/selftest.h"

struct observer {
	const struct config *config;
	struct addr resolver;
	uint16_t resolver_port;
	struct anchor anchors[ANCHORS_MAX];
	size_t n_anchors;
	prefix_list allow, deny, pref64;
	struct root_hints hints;
	bool public_ok;
	char user_agent[2 * CONFIG_TEXT_MAX], helo[CONFIG_TEXT_MAX];
	struct buf optout; /* text of the opt-out list */
	int64_t optout_us; /* its time of change */
	bool optout_empty; /* it was empty when it was read last, and had not been before */
};

/* -EACCES with the remedy when public addresses may not be probed and none other are allowed. */
int observer_init(struct observer *o, const struct config *c, struct err *e);
void observer_done(struct observer *o);
/* Reads the opt-out file again if it has changed: 1 when o->optout is new, 0, or negative. */
int observer_optout(struct observer *o, struct err *e);

#endif
