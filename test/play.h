/* play: the half of a replay that carries out the steps of probes; for test/replay.c. */
#ifndef TEST_PLAY_H
#define TEST_PLAY_H

#include "test/replay.h"

/* visit_env.start; its drive is a struct lane. */
void play_start(struct drive *d, struct probe *p, drive_done *done, void *ctx);
/* Probes still under way are dropped. */
void play_drop_all(struct replay *r);
/* Something does not hold; the first such thing is kept. */
__attribute__((format(printf, 2, 3))) void broken(struct replay *r, const char *fmt, ...);

#endif
