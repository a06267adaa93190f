/* prober_int: what both ends of the prober's pipe know. */
#ifndef APP_PROBER_INT_H
#define APP_PROBER_INT_H

#include "app/kin.h"
#include "app/prober.h"

enum { SITE_TEXT_MAX = DOMAIN_MAX + 2 + KIN_MAX };

enum prober_message {
	MESSAGE_SITE = PIPE_OWN, /* id:u32 too_soon:u8 domain, and after a space its kin */
	MESSAGE_TEST,
	MESSAGE_OPTOUT,
	MESSAGE_END,
	MESSAGE_WISH,  /* both ways: a line of source/heed.h */
	MESSAGE_DONE,  /* id:u32 tests:u32 */
	MESSAGE_STATE, /* struct prober_state: both ends are one program */
	MESSAGE_FAULT, /* a sentence */
};

/* prober_child.c: never returns. */
__attribute__((noreturn)) void prober_child(int fd, const struct prober_config *c);

#endif
