/*
 * optout: who asked not to be probed (threats.md section 7, P-OPT-1): domains, each with everything
 * below it, and prefixes.  One a line, "#" begins a comment, as in blocklists of other probers:
 *
 *	example.org
 *	2001:db8::/32      # mail of 2026-10-02
 *	192.0.2.7
 */
#ifndef SOURCE_OPTOUT_H
#define SOURCE_OPTOUT_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>

struct optout {
	struct arena arena;
	struct map domains;
	VEC(struct prefix) prefixes;
};

void optout_init(struct optout *o);
void optout_done(struct optout *o);
/* Takes a whole list in the place of the one before; name stands for it in messages.  A line that is
 * neither is named and refuses the list: then the one before stays. */
int optout_parse(struct optout *o, const char *name, const char *text, size_t len, struct err *e);
/* The name or one above it; lower case, no trailing dot. */
bool optout_name(const struct optout *o, const char *name);
bool optout_addr(const struct optout *o, const struct addr *a);

#endif
