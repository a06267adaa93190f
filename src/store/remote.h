/* remote: the store of another process, asked through its socket; for the files of store/. */
#ifndef STORE_REMOTE_H
#define STORE_REMOTE_H

#include "store/message.h"
#include "store/store.h"

struct remote;

/* -ENOENT, -ECONNREFUSED: nobody listens (now).  Waits for the owner's first word. */
int remote_open(const char *dir, struct remote **out, struct err *e);
void remote_close(struct remote *r);
int remote_put(struct remote *r, struct batch **take, size_t n_batches,
	       const struct change *changes, size_t n_changes, struct err *e);
int remote_flush(struct remote *r, struct err *e);
int remote_query(struct remote *r, uint8_t type, struct arena *a, const char *sql,
		 const struct value *args, size_t n_args, struct table *out, struct err *e);
/* The text is valid until the next call. */
int remote_status(struct remote *r, struct status *out, struct err *e);

#endif
