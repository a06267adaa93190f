/* observer: see observer.h. */
#include "app/observer.h"

#include "app/file.h"
#include "base/asset.h"
#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPTOUT_FILE_B = 1024 * 1024 - 64 }; /* it travels to the prober as one message */

/* The first name server of /etc/resolv.conf; without one the host itself, as resolvers do. */
static void system_resolver(char to[static CONFIG_TEXT_MAX])
{
	FILE *f = fopen("/etc/resolv.conf", "re");
	char line[512], word[CONFIG_TEXT_MAX];

	snprintf(to, CONFIG_TEXT_MAX, "127.0.0.1");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " nameserver %255s", word) == 1) {
			word[strcspn(word, "%")] = '\0';
			snprintf(to, CONFIG_TEXT_MAX, "%s", word);
			break;
		}
	if (f)
		fclose(f);
}

/* Two root servers of the DNS, A and K (root hints of IANA): they answer everywhere, and a connection
 * in ten seconds is nothing to them. */
#define ROOTS_V4 "198.41.0.4:53, 193.0.14.129:53"
#define ROOTS_V6 "[2001:503:ba3e::2:30]:53, [2001:7fd::1]:53"

/* Who may not probe public addresses gets no public anchor unasked. */
static const char *anchors_or(const struct observer *o, const char *set, const char *roots)
{
	return *set || !o->public_ok ? set : roots;
}

static int take_anchors(struct observer *o, const char *list, struct err *e)
{
	char text[CONFIG_TEXT_MAX], *rest = text, *item;

	snprintf(text, sizeof(text), "%s", list);
	while ((item = strsep(&rest, ", ")) != NULL) {
		struct anchor *a = &o->anchors[o->n_anchors];
		int rc;

		if (!*item)
			continue;
		if (o->n_anchors == ANCHORS_MAX)
			return err_set(e, -EINVAL, "selftest: at most %d anchors", ANCHORS_MAX);
		rc = config_endpoint(item, 53, &a->addr, &a->port, e);
		if (rc)
			return rc;
		o->n_anchors++;
	}
	return 0;
}

/* Lists of a laboratory or an intranet stand in guard.allow; without them all else is public. */
static int check_contact(struct observer *o, struct err *e)
{
	const struct config *c = o->config;

	o->public_ok = c->contact_email[0] && c->info_url[0] && c->operator_[0];
	if (o->public_ok || o->allow.n)
		return 0;
	return err_set(e, -EACCES,
		       "public addresses are not probed before you say who you are: set "
		       "observer.contact_email, observer.info_url and observer.operator in "
		       "sextant.d/sextant.conf (or by --set); for a laboratory set guard.allow");
}

/* What we call ourselves in EHLO: the host of the info page, for mail servers look it up. */
static void name_us(struct observer *o)
{
	const char *url = o->config->info_url, *host = strstr(url, "://");
	size_t n;

	snprintf(o->user_agent, sizeof(o->user_agent),
		 *url ? "Mozilla/5.0 (compatible; Sextant/%s; +%s)" : "Mozilla/5.0 (compatible; Sextant/%s)",
		 SEXTANT_VERSION, url);
	host = host ? host + 3 : "localhost";
	n = strcspn(host, ":/?#");
	snprintf(o->helo, sizeof(o->helo), "%.*s", (int)n, host);
}

int observer_optout(struct observer *o, struct err *e)
{
	const char *path = o->config->optout_file;
	struct stat st;
	char part[65536];
	ssize_t n;
	int fd;

	if (!*path)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		int rc = err_set(e, -errno, "guard.optout_file %s: %s", path, err_name(errno));

		if (fd >= 0)
			close(fd);
		return rc;
	}
	if (st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000 == o->optout_us) {
		close(fd);
		return 0;
	}
	/* an editor that writes in place empties the file first: nobody opts in for that moment */
	if (!st.st_size && o->optout.len && !o->optout_empty) {
		o->optout_empty = true;
		close(fd);
		return 0;
	}
	o->optout_empty = false;
	buf_clear(&o->optout);
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(&o->optout, part, (size_t)n);
	close(fd);
	if (n < 0 || buf_full(&o->optout))
		return err_set(e, -EFBIG, "guard.optout_file %s cannot be read, or is larger than %d bytes",
			       path, OPTOUT_FILE_B);
	o->optout_us = st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
	return 1;
}

enum { HINTS_FILE_B = 65536 };

static int take_hints(struct observer *o, struct err *e)
{
	const char *path = o->config->root_hints, *text;
	const struct asset *own = asset_find("root.hints");
	struct arena a;
	size_t len, line = 0;
	int rc = 0;

	arena_init(&a, 0);
	text = (const char *)own->data;
	len = own->len;
	if (*path)
		rc = file_read(path, HINTS_FILE_B, &a, &text, &len, e);
	if (!rc)
		line = root_hints_parse(&o->hints, text, len);
	if (line)
		rc = err_set(e, -EINVAL,
			     "dns.root_hints %s, line %zu: no address of a root server; the file looks like "
			     "`a.root-servers.net. 3600000 A 198.41.0.4`",
			     *path ? path : "(built in)", line);
	arena_done(&a);
	return rc;
}

int observer_init(struct observer *o, const struct config *c, struct err *e)
{
	char resolver[CONFIG_TEXT_MAX];
	int rc;

	*o = (struct observer){.config = c};
	buf_init(&o->optout, OPTOUT_FILE_B);
	snprintf(resolver, sizeof(resolver), "%s", c->resolver);
	if (!resolver[0])
		system_resolver(resolver);
	rc = config_prefixes(c->allow, &o->allow, e);
	if (!rc)
		rc = config_prefixes(c->deny, &o->deny, e);
	if (!rc)
		rc = config_prefixes(c->pref64, &o->pref64, e);
	if (!rc)
		rc = check_contact(o, e);
	if (!rc)
		rc = config_endpoint(resolver, 53, &o->resolver, &o->resolver_port, e);
	if (!rc)
		rc = take_hints(o, e);
	if (!rc)
		rc = take_anchors(o, anchors_or(o, c->anchor_v4, ROOTS_V4), e);
	if (!rc)
		rc = take_anchors(o, anchors_or(o, c->anchor_v6, ROOTS_V6), e);
	if (!rc && observer_optout(o, e) < 0)
		rc = e->code;
	if (!rc)
		name_us(o);
	return rc;
}

void observer_done(struct observer *o)
{
	vec_done(&o->allow);
	vec_done(&o->deny);
	vec_done(&o->pref64);
	buf_done(&o->optout);
}
