/* Values with what they say of HTTP/3. */
#include "wire/alt_svc.h"
#include "test/tap.h"

static const struct {
	const char *value, *host;
	int port; /* 0: no HTTP/3 */
} rows[] = {
	{"h3=\":443\"", "", 443},
	{"h3=\":443\"; ma=86400, h3-29=\":443\"; ma=86400", "", 443},
	{"h2=\":443\"; ma=60, h3=\":8443\";persist=1", "", 8443},
	{"h2=\"x\"; a=\"b,h3=\\\":1\\\"\" , h3=\"alt.test:443\"", "alt.test", 443},
	{"h3=\"[2001:db8::1]:443\"", "[2001:db8::1]", 443},
	{"h3=\"\\:44\\3\"", "", 443},
	{"clear", NULL, 0},
	{"", NULL, 0},
	{"h3-29=\":443\"", NULL, 0},
	{"H3=\":443\"", NULL, 0},
	{"h3=:443", NULL, 0},
	{"h3=\":443", NULL, 0},
	{"h3=\":\"", NULL, 0},
	{"h3=\":0\"", NULL, 0},
	{"h3=\":65536\"", NULL, 0},
	{"h3=\":+443\"", NULL, 0},
	{"h3=\":443\\", NULL, 0},
	{", h3=\":443\"", NULL, 0},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct alt_svc a = {.port = 0};

		is_int(alt_svc_h3(rows[i].value, &a), rows[i].port > 0, rows[i].value);
		if (rows[i].port) {
			is_str(a.host, rows[i].host, "host");
			is_int(a.port, rows[i].port, "port");
		}
	}
	return done();
}
