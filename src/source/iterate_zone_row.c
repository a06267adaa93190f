/* iterate_zone_row: the facts about a zone as a row of evidence; see iterate_zone.h. */
#include "source/iterate_zone_int.h"

#include "base/buf.h"

#include <string.h>

enum { ROW_B = 256 * 1024, TEXT_B = 64 * 1024 };

static const char *const words[SAYS_KINDS] = {
	[SAYS_UNASKED] = "unasked", [SAYS_OK] = "ok",		  [SAYS_LAME] = "lame",
	[SAYS_REFUSED] = "refused", [SAYS_SERVFAIL] = "servfail", [SAYS_MALFORMED] = "malformed",
	[SAYS_PORT] = "port",	    [SAYS_CLOSED] = "closed",	  [SAYS_UNREACHABLE] = "unreachable",
	[SAYS_SILENT] = "silent",   [SAYS_DEAD] = "dead",	  [SAYS_FRAGMENTS] = "fragments",
	[SAYS_DENIED] = "denied",   [SAYS_FAULT] = "fault",
};

/* What may pass has its own word when it was seen twice. */
static const char *word_of(uint8_t says, uint8_t looks)
{
	bool once = says != SAYS_FAULT && says_wants_again((enum says)says) && looks < 2;

	return once ? "silent" : words[says];
}

static const char *addrs_word(const struct addrs *a)
{
	switch (a->state) {
	case ADDRS_UNKNOWN: return "unasked";
	case ADDRS_HAS: return "has";
	case ADDRS_NONE: return "none";
	case ADDRS_NX: return "nx";
	case ADDRS_CNAME: return "cname";
	case ADDRS_FAIL: return a->looks < 2 ? "silent" : "fail";
	case ADDRS_SILENT: return a->looks < 2 ? "silent" : "dead";
	case ADDRS_LIMIT: break;
	}
	return "limit";
}

static const char *text_of(struct buf *b, struct arena *a)
{
	const char *text = b->len ? arena_str(a, b->data) : NULL;

	buf_done(b);
	return text;
}

static void add_addrs(struct buf *b, const struct addrs *a)
{
	char text[ADDR_TEXT_MAX];

	for (int i = 0; a->state == ADDRS_HAS && i < a->n; i++)
		buf_printf(b, " %s", addr_text(&a->list[i].addr, text));
}

static const char *hosts_text(const struct zone_job *j, struct arena *a)
{
	struct buf b;

	buf_init(&b, TEXT_B);
	for (size_t i = 0; i < j->n_hosts; i++) {
		const struct ns_host *h = j->host[i];

		buf_printf(&b, "%s%s %s %s %s", i ? "\n" : "", h->name, h->zone ? h->zone : "-",
			   addrs_word(&h->own[1]), addrs_word(&h->own[0]));
		add_addrs(&b, &h->own[1]);
		add_addrs(&b, &h->own[0]);
	}
	return text_of(&b, a);
}

static const char *servers_text(const struct zone_job *j, const struct zone_facts *f, struct arena *a)
{
	char addr[ADDR_TEXT_MAX];
	struct buf b;

	buf_init(&b, TEXT_B);
	for (size_t i = 0; i < f->n_servers; i++) {
		const struct zone_server *s = &f->server[i];
		const struct server *far = s->far;

		buf_printf(&b, "%s%s %s %s %s %s", i ? "\n" : "", j->host[s->host]->name,
			   addr_text(&far->addr, addr), word_of(s->udp, s->looks), word_of(far->tcp, far->tcp_looks),
			   word_of(far->frag, far->frag_looks));
		if (s->has_serial)
			buf_printf(&b, " %u", s->serial);
	}
	return text_of(&b, a);
}

static const char *glue_text(const struct zone_facts *f, struct arena *a)
{
	char addr[ADDR_TEXT_MAX];
	struct buf b;

	buf_init(&b, TEXT_B);
	for (size_t i = 0; f->glue && i < f->glue->n; i++)
		buf_printf(&b, "%s%s %s", i ? "\n" : "", f->set->host[f->glue->at[i].host]->name,
			   addr_text(&f->glue->at[i].addr, addr));
	return text_of(&b, a);
}

static const char *set_text(const struct ns_set *s, struct arena *a)
{
	struct buf b;

	buf_init(&b, TEXT_B);
	for (int i = 0; s && i < s->n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", s->host[i]->name);
	return text_of(&b, a);
}

static void fill(const struct walk *w, struct zone_row *row, struct arena *a)
{
	const struct zone_facts *f = w->facts;

	row_clear(&zone_schema, row);
	if (f->outcome != OUTCOME_OK)
		return;
	row->zone = w->name;
	row->parent = name_of_parent(w->name, f->parent_at);
	row->ns_parent = set_text(f->set, a);
	row->from_child = f->from_child;
	row->glue = glue_text(f, a);
	row->ns_child4 = set_text(f->child[0], a);
	row->ns_child6 = set_text(f->child[1], a);
	row->hosts = hosts_text(w->zone_job, a);
	row->servers = servers_text(w->zone_job, f, a);
	row->is_signed = f->is_signed;
	if (f->limit || f->more_servers)
		row->why = "limit";
}

/* Who asks for the same again from inside is asked for anew. */
void facts_tell(struct walk *w)
{
	struct zone_question *told = w->zone_job->questions;
	enum outcome outcome = (enum outcome)w->facts->outcome;
	struct zone_row row;
	struct arena a;

	w->zone_job->questions = NULL;
	w->facts->walk = NULL;
	if (told)
		told->at = &told;
	arena_init(&a, ROW_B);
	fill(w, &row, &a);
	w->facts = NULL; /* who asks from inside may have others put in their place */
	while (told) {
		struct zone_question *q = told;

		told = q->next;
		if (told)
			told->at = &told;
		q->at = NULL;
		row.asked = q->name; /* a name in the zone, or its own */
		q->done(q, &row, arena_full(&a) ? OUTCOME_LIMIT : outcome);
	}
	arena_done(&a);
}
