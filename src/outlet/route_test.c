/* What a handler's fault becomes. */
#include "base/limits.h"
#include "outlet/route.h"
#include "test/tap.h"

#include <errno.h>

int main(void)
{
	static const struct {
		struct err why;
		bool zh;
		int status;
		const char *says;
	} rows[] = {
		{{-ETIMEDOUT, "a query of facts was given up"}, false, 503, "longer than the 2 seconds"},
		{{-ETIMEDOUT, "a query of facts was given up"}, true, 503, "允许的 2 秒"},
		{{-EIO, "the disk has gone"}, false, 500, "see the server's log"},
		{{-EIO, "the disk has gone"}, true, 500, "服务器日志"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text;
		struct json json;
		struct call c = {.json = &json, .zh = rows[i].zh, .status = 200, .csv = true};

		buf_init(&text, 4096);
		json_init(&json, &text);
		json_object(&json); /* half an answer */
		call_fault(&c, &rows[i].why);
		is_int(c.status, rows[i].status, rows[i].why.text);
		ok(!strncmp(text.data, "{\"error\":\"", 10) && strstr(text.data, rows[i].says) && !c.csv &&
			   !strstr(text.data, rows[i].why.text),
		   "its body is the sentence alone, without what is for the log: %s", text.data);
		buf_done(&text);
	}
	return done();
}
