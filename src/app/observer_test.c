/* The opt-out file while it is rewritten. */
#include "app/observer.h"
#include "test/tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/observer_test_XXXXXX";
static int64_t moment = 1000000;

/* Each with a time of its own, as if some time had passed. */
static void put(const char *text)
{
	struct timespec times[2] = {{.tv_sec = ++moment}, {.tv_sec = moment}};
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	utimensat(AT_FDCWD, path, times, 0);
}

int main(void)
{
	struct config c = {0};
	struct observer o = {.config = &c};
	struct err e;

	close(mkstemp(path));
	snprintf(c.optout_file, sizeof(c.optout_file), "%s", path);
	buf_init(&o.optout, 1 << 20);
	put("a.test\n");
	is_int(observer_optout(&o, &e), 1, "a list");
	is_str(o.optout.data, "a.test\n", "is read");
	is_int(observer_optout(&o, &e), 0, "once");
	put("");
	is_int(observer_optout(&o, &e), 0, "a file that is empty for a moment");
	is_str(o.optout.data, "a.test\n", "changes nothing");
	put("a.test\nb.test\n");
	is_int(observer_optout(&o, &e), 1, "it was being written");
	is_str(o.optout.data, "a.test\nb.test\n", "now it is whole");
	put("");
	is_int(observer_optout(&o, &e), 0, "empty");
	is_int(observer_optout(&o, &e), 1, "and empty still: it is meant");
	is_int((long long)o.optout.len, 0, "nobody is on it");
	is_int(observer_optout(&o, &e), 0, "nothing new");
	unlink(path);
	ok(observer_optout(&o, &e) < 0, "a file that is gone is told: %s", e.text);
	buf_done(&o.optout);
	return done();
}
