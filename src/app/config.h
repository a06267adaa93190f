/*
 * config: settings, from sextant.conf (ini) and --set section.key=value.  One table (config.c) gives
 * parsing, checks, the manual and `sextant doctor`.  Parts get their settings as a const struct.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_TEXT_MAX = 256 };

struct config {
	/* [observer] who we are; probing of public addresses refuses without the first three */
	char contact_email[CONFIG_TEXT_MAX], info_url[CONFIG_TEXT_MAX], operator_[CONFIG_TEXT_MAX];
	char vantage[CONFIG_TEXT_MAX]; /* name of this place; default "local" */
	/* [dns] */
	char resolver[CONFIG_TEXT_MAX]; /* address or [address]:port; "" = from /etc/resolv.conf */
	char root_hints[CONFIG_TEXT_MAX]; /* file; "" = what the program carries */
	int64_t iterate;		  /* 1: names are resolved from the root, no resolver is asked */
	int64_t chain;			  /* 1: chains of zones are looked at */
	/* [tls] */
	char ca_file[CONFIG_TEXT_MAX]; /* "" = the system's */
	/* [guard] comma-separated prefixes */
	char allow[CONFIG_TEXT_MAX], deny[CONFIG_TEXT_MAX], pref64[CONFIG_TEXT_MAX];
	char optout_file[CONFIG_TEXT_MAX];
	/* [selftest] anchors that answer on TCP: "addr:port, ..." */
	char anchor_v4[CONFIG_TEXT_MAX], anchor_v6[CONFIG_TEXT_MAX];
	int64_t selftest_every_s, selftest_patience_s;
	/* [rate] (threats.md section 7) */
	int64_t targets_per_s, packets_per_s, per_address_gap_ms, per_prefix_per_s, per_ns_qps;
	int64_t repeat_after_s; /* a silence is asked again after this long */
	int64_t sites_at_once;
	int64_t round_gap_s; /* between two looks at one site in different rounds */
	int64_t probers;     /* processes that look; 0: as many as targets_per_s needs */
	int64_t per_network_per_s, per_domain_per_s;
	int64_t timing_repeats; /* where it is asked for */
	int64_t links_sample, links_seed; /* of each level, where links are followed; what chooses them */
	int64_t blocks_in_row; /* sites that turn us away before their prefix is left alone; 0: never */
	/* [serve] */
	char listen[CONFIG_TEXT_MAX]; /* "[::1]:8064" */
	char hosts[CONFIG_TEXT_MAX];  /* further names in Host */
	/* [store] */
	char duckdb[CONFIG_TEXT_MAX]; /* path of libduckdb.so; "" = beside the program */
};

void config_defaults(struct config *c);
/* Reads [section], key = value, and comment lines that begin with # or ;.  No inline comments, no
 * values over several lines, no key twice.  Names file, line, key and remedy when it is wrong. */
int config_load(struct config *c, const char *path, struct err *e);
/* The same from memory; name stands for the file in messages. */
int config_read(struct config *c, const char *text, size_t len, const char *name, struct err *e);
/* "section.key=value" */
int config_set(struct config *c, const char *setting, struct err *e);
/* The table as a manual section (mdoc when man, else text). */
void config_manual(struct buf *out, bool zh, bool man);

/* "a/len, b/len" into a list; a bad one is named. */
typedef VEC(struct prefix) prefix_list;
int config_prefixes(const char *text, prefix_list *out, struct err *e);
/* "192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.1" */
int config_endpoint(const char *text, uint16_t fallback_port, struct addr *a, uint16_t *port,
		    struct err *e);

#endif
