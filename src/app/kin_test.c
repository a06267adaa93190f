/* Lists made by hand: who is whose kin. */
#include "app/kin.h"
#include "test/tap.h"

static struct subject subject(const char *domain, const char *organisation)
{
	return (struct subject){.domain = domain, .organisation = organisation, .class_ = "", .region = "",
				.level = "", .tags = ""};
}

static void family(void)
{
	static const char *const rows[][3] = {
		{"a.test", "One", "b.test c.example"}, {"www.b.test", "One", "a.test c.example"},
		{"news.b.test", "One", "a.test c.example"}, {"c.example", "One", "a.test b.test"},
		{"d.test", "Two", ""}, {"e.test", "", ""}, {"f.test", "", ""},
	};
	struct portfolio p = {.rows = 0};
	char text[KIN_MAX];
	struct kin k;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		*vec_push(&p.subjects) = subject(rows[i][0], rows[i][1]);
	kin_init(&k, &p);
	for (size_t i = 0; i < p.subjects.n; i++)
		is_str(kin_of(&k, &p.subjects.at[i], text), rows[i][2], rows[i][0]);
	kin_done(&k);
	vec_done(&p.subjects);
}

/* An organisation with so many other domains. */
static void limits(void)
{
	static char names[L_LINK_KIN + 2][32];

	for (int d = -1; d <= 1; d++) {
		struct portfolio p = {.rows = 0};
		uint64_t hits = limit_hits(LIMIT_LINK_KIN);
		char text[KIN_MAX];
		size_t n = 1;
		struct kin k;

		for (int i = 0; i < L_LINK_KIN + d + 1; i++) {
			snprintf(names[i], sizeof(names[i]), "k%d.test", i);
			*vec_push(&p.subjects) = subject(names[i], "One");
		}
		kin_init(&k, &p);
		kin_of(&k, &p.subjects.at[0], text);
		for (const char *c = text; *c; c++)
			n += *c == ' ';
		is_int((long long)n, d > 0 ? L_LINK_KIN : L_LINK_KIN + d, "so many are told");
		is_int((long long)(limit_hits(LIMIT_LINK_KIN) - hits), d > 0, "and more are counted");
		kin_done(&k);
		vec_done(&p.subjects);
	}
}

int main(void)
{
	family();
	limits();
	return done();
}
