/* Many datagrams under way: each is found by its socket and id, and by nothing else, while the table grows. */
#include "source/ask_int.h"
#include "test/tap.h"

#include <stdlib.h>

enum { MANY = 200000 };

static struct sent *list;

/* Every id of the first sockets, in an order that is not that of the ids. */
static void fill(struct ask_ids *ids)
{
	for (unsigned i = 0; i < MANY; i++) {
		list[i].socket = (uint8_t)(i >> 16);
		list[i].id = (uint16_t)(i * 40503);
		ask_ids_add(ids, &list[i]);
	}
}

static unsigned wrong(const struct ask_ids *ids, unsigned from, unsigned step, bool there)
{
	unsigned n = 0;

	for (unsigned i = from; i < MANY; i += step)
		n += ask_ids_find(ids, list[i].socket, list[i].id) != (there ? &list[i] : NULL);
	return n;
}

int main(void)
{
	struct ask_ids ids;

	list = calloc(MANY, sizeof(*list));
	if (!list)
		return 1;
	ask_ids_init(&ids);
	ok(!ask_ids_find(&ids, 0, 0), "an empty table knows nothing");
	fill(&ids);
	is_int(ids.n, MANY, "all are in");
	is_int(wrong(&ids, 0, 1, true), 0, "each is found");
	ok(!ask_ids_find(&ids, DGRAM_SOCKETS - 1, 7), "not by another socket");
	for (unsigned i = 0; i < MANY; i += 2)
		ask_ids_remove(&ids, &list[i]);
	is_int(wrong(&ids, 0, 2, false), 0, "those that were taken out are gone");
	is_int(wrong(&ids, 1, 2, true), 0, "the others are not");
	is_int(ids.n, MANY / 2, "and are counted");
	ask_ids_done(&ids);
	free(list);
	return done();
}
