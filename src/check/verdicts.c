/* verdicts: runs a judge over a site's evidence and makes the row of obs_verdict. */
#include "check/check.h"

#include "check/confirm.h"

#include <assert.h>
#include <string.h>

const struct check *check_find(const char *id)
{
	for (size_t i = 0; check_list[i]; i++)
		if (!strcmp(check_list[i]->id, id))
			return check_list[i];
	return NULL;
}

int64_t check_rounds(const struct check *c)
{
	return c->rounds ? c->rounds : CONFIRM_ROUNDS;
}

const struct reason *check_reason(const struct check *c, const char *code)
{
	for (const struct reason *r = c->reasons; r->code; r++)
		if (!strcmp(r->code, code))
			return r;
	return NULL;
}

void finding_set(struct finding *f, const char *code)
{
	f->reason = check_reason(f->check, code);
	assert(f->reason);
}

/* check_run writes it as the last member, and a host or an address needs no escapes. */
const char *evidence_subject(const char *evidence, struct arena *a)
{
	static const char key[] = "\"subject\":\"";
	const char *at = evidence ? strstr(evidence, key) : NULL, *end;

	at = at ? at + sizeof(key) - 1 : NULL;
	end = at ? strchr(at, '"') : NULL;
	return end ? arena_strn(a, at, (size_t)(end - at)) : "";
}

const char *reason_remedy(const struct reason *r, const char *subject, bool zh, struct arena *a)
{
	const char *text = zh ? r->remedy_zh : r->remedy_en;
	const char *hole = text ? strstr(text, "{}") : NULL;

	if (!hole)
		return text ? text : "";
	return arena_printf(a, "%.*s%s%s", (int)(hole - text), text, subject, hole + 2);
}

void check_run(const struct check *c, const struct site *s, struct arena *a, struct verdict_row *row)
{
	struct buf out;
	struct json detail;
	struct finding f = {.check = c, .detail = &detail};

	buf_init(&out, 1 << 16);
	json_init(&detail, &out);
	json_object(&detail);
	c->judge(s, &f);
	assert(f.reason);
	if (f.subject[0])
		json_put_text(&detail, "subject", f.subject);
	json_end_object(&detail);
	row_clear(&verdict_schema, row);
	row->check = c->id;
	row->verdict = f.reason->verdict;
	row->reason = f.reason->code;
	/* a detail that does not fit is left out whole: half of a JSON text is none */
	row->evidence = arena_str(a, buf_full(&out) ? "{}" : out.data);
	row->method = c->method;
	buf_done(&out);
}
