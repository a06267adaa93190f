/* state: see state.h.  A step that has been released is never edited; a change is a new step. */
#include "store/state.h"

#include <errno.h>
#include <stdio.h>

static const char *const steps[] = {
	"CREATE TABLE portfolio(name TEXT NOT NULL, version INTEGER NOT NULL, imported_us INTEGER,"
	" source TEXT, sha256 TEXT, subjects INTEGER, PRIMARY KEY(name, version));"
	"CREATE TABLE portfolio_subject(portfolio TEXT NOT NULL, version INTEGER NOT NULL,"
	" ord INTEGER NOT NULL, domain TEXT, organisation TEXT, class TEXT, region TEXT, level TEXT,"
	" rank INTEGER, tags TEXT, line INTEGER, PRIMARY KEY(portfolio, version, ord)) WITHOUT ROWID;"
	/* status: running, complete */
	"CREATE TABLE round(id TEXT PRIMARY KEY, portfolio TEXT, version INTEGER, began_us INTEGER,"
	" ended_us INTEGER, status TEXT, vantage TEXT, tool_version TEXT, seed INTEGER,"
	" total INTEGER, done INTEGER, selftest TEXT, settings TEXT);"
	"CREATE TABLE round_done(round TEXT NOT NULL, domain TEXT NOT NULL, at_us INTEGER,"
	" PRIMARY KEY(round, domain)) WITHOUT ROWID;"
	"CREATE TABLE dataset(id TEXT PRIMARY KEY, kind TEXT, name TEXT, file TEXT,"
	" file_date_us INTEGER, ingested_us INTEGER, records INTEGER, quality TEXT);"
	"CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT);"
	"CREATE TABLE plan(name TEXT PRIMARY KEY, imported_us INTEGER, body TEXT);"
	"CREATE TABLE outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT, batch TEXT UNIQUE NOT NULL,"
	" schema TEXT NOT NULL, rows INTEGER NOT NULL, body BLOB NOT NULL);",
	/* what the observer could do while the site was looked at: 1 IPv4, 2 IPv6, 4 resolver */
	"ALTER TABLE round_done ADD COLUMN works INTEGER;",
	/* hosts and networks that asked to be left alone (source/heed.h) */
	"CREATE TABLE heed(place TEXT PRIMARY KEY, until_us INTEGER NOT NULL, why TEXT NOT NULL,"
	" at_us INTEGER NOT NULL) WITHOUT ROWID;",
	/* how far the statuses of a round that closes have been derived (app/statuses.h); which part of a
	 * round of several machines it is; the second look at a few sites (app/resample.h) */
	"ALTER TABLE round ADD COLUMN confirm_us INTEGER;"
	"ALTER TABLE round ADD COLUMN confirm_gap_us INTEGER;"
	"ALTER TABLE round ADD COLUMN confirm_to TEXT;"
	"ALTER TABLE round ADD COLUMN name TEXT;"
	"ALTER TABLE round ADD COLUMN shard INTEGER;"
	"ALTER TABLE round ADD COLUMN shards INTEGER;"
	"ALTER TABLE round ADD COLUMN resampled INTEGER;"
	"ALTER TABLE round ADD COLUMN compared INTEGER;"
	"ALTER TABLE round ADD COLUMN disagreed INTEGER;"
	"ALTER TABLE round ADD COLUMN disagreements TEXT;",
	/* the site was looked at a second time; what did not pass so far (app/tally.h) */
	"ALTER TABLE round_done ADD COLUMN again INTEGER;"
	"ALTER TABLE round ADD COLUMN failures TEXT;",
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

int state_version(void)
{
	return STEPS;
}

static int upgrade(struct sqlite *s, int64_t from, struct err *e)
{
	char set[64];
	int rc = sqlite_begin(s, e);

	for (int64_t i = from; i < STEPS && !rc; i++)
		rc = sqlite_script(s, steps[i], e);
	snprintf(set, sizeof(set), "PRAGMA user_version=%d", STEPS);
	if (!rc)
		rc = sqlite_script(s, set, e);
	if (!rc)
		return sqlite_commit(s, e);
	sqlite_rollback(s);
	return rc;
}

int state_open(const char *path, struct sqlite **out, struct err *e)
{
	struct sqlite *s = NULL;
	int64_t seen;
	int rc = sqlite_open(path, &s, e);

	if (rc)
		return rc;
	seen = sqlite_number(s, "PRAGMA user_version", -1);
	if (seen > STEPS)
		rc = err_set(e, -EPROTONOSUPPORT,
			     "%s was written by a newer version of this program (tables %lld, known "
			     "here %d); it was not touched: use that version",
			     path, (long long)seen, STEPS);
	else if (seen < STEPS)
		rc = upgrade(s, seen < 0 ? 0 : seen, e);
	if (rc)
		sqlite_close(s);
	else
		*out = s;
	return rc;
}
