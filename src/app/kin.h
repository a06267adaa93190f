/*
 * kin: which registrable domains of a list belong to one organisation, so that a link between them is internal
 * (check/page_links.h).  Who has no organisation has no kin.
 */
#ifndef APP_KIN_H
#define APP_KIN_H

#include "base/limits.h"
#include "base/map.h"
#include "source/portfolio.h"

struct kin {
	struct arena arena;
	struct map organisations;
};

/* The list must outlive it. */
void kin_init(struct kin *k, const struct portfolio *p);
void kin_done(struct kin *k);
/* The organisation's domains, one space between, the subject's own left out: in the order of the list,
 * L_LINK_KIN at most.  "" when there is none. */
enum { KIN_MAX = L_LINK_KIN * DOMAIN_MAX };
const char *kin_of(const struct kin *k, const struct subject *s, char text[static KIN_MAX]);

#endif
