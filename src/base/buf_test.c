/* The bound at -1/0/+1 in each way of adding, stickiness, eating and taking. */
#include "base/buf.h"
#include "test/tap.h"

static void test_growth(void)
{
	struct buf b;
	int wrong = 0;

	buf_init(&b, 1 << 20);
	is_str(b.data, "", "an empty buf is an empty text");
	for (int i = 0; i < 10000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		wrong += b.data[b.len] != '\0';
	}
	is_int((long long)b.len, 10000, "10,000 bytes");
	is_int(wrong, 0, "terminated after each");
	buf_clear(&b);
	ok(!b.len && !*b.data, "cleared");
	buf_printf(&b, "%05d|%s", 42, "x");
	is_str(b.data, "00042|x", "buf_printf");
	buf_add(&b, NULL, 0);
	buf_printf(&b, "%s", "");
	is_str(b.data, "00042|x", "nothing adds nothing");
	buf_done(&b);
	is_str(b.data, "", "done, and usable again");
}

static void test_bound(void)
{
	for (int how = 0; how < 3; how++)
		for (int over = -1; over <= 1; over++) {
			char text[64];
			struct buf b;

			memset(text, 'x', sizeof(text));
			text[16 + over] = '\0';
			buf_init(&b, 20);
			buf_str(&b, "1234");
			if (how == 0)
				buf_str(&b, text);
			else if (how == 1)
				buf_printf(&b, "%s", text);
			else
				for (const char *s = text; *s; s++)
					buf_char(&b, *s);
			ok(buf_full(&b) == (over > 0) &&
				   b.len == (over <= 0 ? (size_t)(20 + over) : how == 2 ? 20 : 4),
			   "way %d at limit %+d", how, over);
			buf_done(&b);
		}
	struct buf b;

	buf_init(&b, 4);
	buf_str(&b, "12345");
	buf_str(&b, "1");
	ok(buf_full(&b) && b.len == 0, "a full buf takes nothing more");
	buf_clear(&b);
	buf_str(&b, "1");
	is_str(b.data, "1", "until it is cleared");
	buf_done(&b);
	buf_init(&b, 0);
	buf_char(&b, 'x');
	ok(buf_full(&b), "a buf of no bytes is full at once");
	buf_done(&b);
}

static void test_eat(void)
{
	struct buf b;
	char *taken;

	buf_init(&b, 8);
	buf_str(&b, "12345678");
	buf_eat(&b, 0);
	buf_eat(&b, 3);
	is_str(b.data, "45678", "eaten from the front");
	buf_str(&b, "abc");
	is_str(b.data, "45678abc", "which makes room");
	buf_char(&b, 'x');
	buf_eat(&b, 4);
	ok(buf_full(&b), "a full buf stays full when some is eaten");
	buf_eat(&b, 100);
	ok(!b.len && buf_full(&b), "and when all is");
	buf_clear(&b);
	buf_str(&b, "mine");
	taken = buf_take(&b);
	is_str(taken, "mine", "taken");
	ok(b.len == 0 && !*b.data && b.max == 8, "the buf is as new");
	free(taken);
	taken = buf_take(&b);
	is_str(taken, "", "an empty one gives an empty text");
	free(taken);
	buf_done(&b);
}

int main(void)
{
	test_growth();
	test_bound();
	test_eat();
	return done();
}
