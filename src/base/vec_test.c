/* Growth keeps what is there; new elements are zero. */
#include "base/vec.h"
#include "test/tap.h"

struct item {
	int a;
	char b[13];
};

int main(void)
{
	VEC(struct item) list = {0};
	int wrong = 0;

	for (int i = 0; i < 5000; i++) {
		struct item *it = vec_push(&list);

		wrong += it->a != 0 || it->b[12] != 0;
		*it = (struct item){.a = i, .b = "twelve bytes"};
	}
	is_int(wrong, 0, "a new element is zero");
	for (int i = 0; i < 5000; i++)
		wrong += list.at[i].a != i || strcmp(list.at[i].b, "twelve bytes") != 0;
	is_int(wrong, 0, "growth keeps what is there");
	vec_clear(&list);
	ok(list.n == 0 && list.size >= 5000, "cleared, memory kept");
	is_int(vec_push(&list)->a, 0, "an element that is used again is zero");
	vec_done(&list);
	ok(!list.at && !list.n && !list.size, "done");
	return done();
}
