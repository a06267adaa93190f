/* remedy: see remedy.h. */
#include "outlet/remedy.h"

#include <string.h>

const char *remedy_subject(struct arena *a, const char *evidence)
{
	static const char key[] = "\"subject\":\"";
	const char *at = evidence ? strstr(evidence, key) : NULL, *end;

	at = at ? at + sizeof(key) - 1 : NULL;
	end = at ? strchr(at, '"') : NULL;
	return end ? arena_strn(a, at, (size_t)(end - at)) : "";
}

const char *remedy_text(struct arena *a, const struct reason *r, const char *subject, bool zh)
{
	const char *text = zh ? r->remedy_zh : r->remedy_en;
	const char *hole = text ? strstr(text, "{}") : NULL;

	if (!hole)
		return text ? text : "";
	return arena_printf(a, "%.*s%s%s", (int)(hole - text), text, subject, hole + 2);
}
