/* hosts: see hosts.h.  A table of chains; a hand goes round over it and drops what was not wanted since it came
 * by the last time. */
#include "source/hosts.h"

#include "base/limits.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

enum { CHAINS = 16384 };

struct entry {
	struct entry *next; /* in its chain */
	struct host_wait *waiting;
	bool ended, wanted;
	bool stale;   /* not to be kept when it ends */
	bool telling; /* those who waited are called: it stays until that is done */
	struct obs obs; /* when it has ended; row and texts behind the key, in one piece of memory */
	char *row;
	char key[];
};

struct hosts {
	struct entry *chains[CHAINS];
	size_t hand;
	struct hosts_stats stats;
};

struct hosts *hosts_new(void)
{
	struct hosts *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	return h;
}

static void entry_free(struct entry *e)
{
	free(e->row);
	free(e);
}

void hosts_free(struct hosts *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < CHAINS; i++)
		while (h->chains[i]) {
			struct entry *e = h->chains[i];

			h->chains[i] = e->next;
			entry_free(e);
		}
	free(h);
}

const struct hosts_stats *hosts_stats(const struct hosts *h)
{
	return &h->stats;
}

static struct entry **find(struct hosts *h, const char *key)
{
	struct entry **at = &h->chains[hash_bytes(key, strlen(key)) % CHAINS];

	while (*at && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

/* Drops one that has ended and was not wanted lately; false when all are under way. */
static bool forget_one(struct hosts *h)
{
	for (size_t i = 0; i < 2 * CHAINS; i++, h->hand = (h->hand + 1) % CHAINS)
		for (struct entry **at = &h->chains[h->hand]; *at; at = &(*at)->next) {
			struct entry *e = *at;

			if (!e->ended || e->telling)
				continue;
			if (e->wanted) {
				e->wanted = false;
				continue;
			}
			*at = e->next;
			entry_free(e);
			h->stats.kept--;
			h->stats.forgotten++;
			return true;
		}
	return false;
}

/* Where there is no room the look is not shared. */
static void begin(struct hosts *h, const char *key)
{
	struct entry **at, *e;

	if (h->stats.kept >= L_SHARED_LOOKS) {
		limit_hit(LIMIT_SHARED_LOOKS);
		if (!forget_one(h))
			return;
	}
	at = find(h, key); /* the place may have moved */
	e = calloc(1, sizeof(*e) + strlen(key) + 1);
	if (!e)
		abort();
	memcpy(e->key, key, strlen(key) + 1);
	*at = e;
	h->stats.kept++;
}

enum hosts_word hosts_take(struct hosts *h, const char *key, struct host_wait *w, const struct obs **have)
{
	struct entry *e = *find(h, key);

	if (!e) {
		begin(h, key);
		return HOSTS_LEAD;
	}
	e->wanted = true;
	h->stats.shared++;
	if (e->ended) {
		*have = &e->obs;
		return HOSTS_HAVE;
	}
	w->next = NULL; /* behind all others: who came first leads first */
	w->at = &e->waiting;
	while (*w->at)
		w->at = &(*w->at)->next;
	*w->at = w;
	return HOSTS_WAIT;
}

bool hosts_has(struct hosts *h, const char *key)
{
	const struct entry *e = *find(h, key);

	return e && e->ended;
}

void hosts_leave(struct host_wait *w)
{
	if (!w->at)
		return;
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	w->at = NULL;
}

/* ---- the end ---- */

static size_t text_b(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

static const char **text_of(const struct field *f, void *row)
{
	return f->type == FIELD_TEXT ? (const char **)(void *)((char *)row + f->offset) : NULL;
}

/* The row with its texts in one piece. */
static void keep(struct entry *e, const struct schema *s, const struct obs *o)
{
	size_t n = s->size + text_b(o->vantage);
	char *to;

	for (size_t i = 0; i < s->n_fields; i++)
		n += text_of(&s->fields[i], o->row) ? text_b(*text_of(&s->fields[i], o->row)) : 0;
	e->row = malloc(n);
	if (!e->row)
		abort();
	memcpy(e->row, o->row, s->size);
	to = e->row + s->size;
	e->obs = *o;
	e->obs.row = e->row;
	e->obs.subject = e->obs.round = "";
	e->obs.vantage = memcpy(to, o->vantage, text_b(o->vantage));
	to += text_b(o->vantage);
	for (size_t i = 0; i < s->n_fields; i++) {
		const char **text = text_of(&s->fields[i], e->row);

		if (!text || !*text)
			continue;
		n = text_b(*text);
		*text = memcpy(to, *text, n);
		to += n;
	}
}

static void drop(struct hosts *h, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	entry_free(e);
	h->stats.kept--;
}

void hosts_tell(struct hosts *h, const char *key, const struct schema *s, const struct obs *o)
{
	struct entry **at = find(h, key), *e = *at;
	struct host_wait *w;

	if (!e || e->ended) /* there was no room for it */
		return;
	if (!o) {
		w = e->waiting;
		if (!w) {
			drop(h, at);
			return;
		}
		hosts_leave(w);
		w->told(w, NULL);
		return;
	}
	keep(e, s, o);
	e->ended = true;
	h->stats.made++;
	e->telling = true;
	while (e->waiting) {
		w = e->waiting;
		hosts_leave(w);
		w->told(w, &e->obs);
	}
	e->telling = false;
	if (e->stale)
		drop(h, find(h, key));
}

void hosts_forget(struct hosts *h)
{
	for (size_t i = 0; i < CHAINS; i++)
		for (struct entry **at = &h->chains[i]; *at;) {
			(*at)->stale = true;
			if ((*at)->ended && !(*at)->telling)
				drop(h, at);
			else
				at = &(*at)->next;
		}
}
