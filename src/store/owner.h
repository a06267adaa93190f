/* owner: the socket of a data directory and those who ask through it; for the files of store/. */
#ifndef STORE_OWNER_H
#define STORE_OWNER_H

#include "base/err.h"

struct owner;
struct store;

/* Listens on DIR/socket; the caller holds the lock of DIR. */
int owner_open(struct store *s, struct owner **out, struct err *e);
void owner_close(struct owner *o);
int owner_fd(const struct owner *o);
/* Does what is due, in about 5 ms a question; never waits. */
void owner_serve(struct owner *o);
/* Something lies in the outbox: into the facts within a second. */
void owner_arm(struct owner *o);
void owner_lost_facts(struct owner *o, const struct err *why);

#endif
