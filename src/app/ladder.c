/* ladder: see ladder.h. */
#include "app/ladder.h"

#include "app/wrap.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/utf8.h"
#include "check/repeats.h"

#include <string.h>

enum { TITLE_COLUMNS = 36, REASON_COLUMN = 6 + TITLE_COLUMNS, LINE_MAX_B = 1 << 20 };

static const struct {
	const char *id, *en, *zh;
} rungs[] = {
	{"dns", "Names", "域名解析"},	    {"ns", "Name servers", "权威域名服务器"},
	{"web", "Web", "网站"},		    {"tls", "TLS", "TLS"},
	{"parity", "Parity", "一致性"},	    {"mail", "Mail", "邮件"},
};

static const char *colour_of(const struct ladder *l, enum verdict v)
{
	static const char *const codes[] = {"\033[32m", "\033[33m", "\033[31m", "\033[2m", "\033[35m"};

	return l->colour ? codes[v] : "";
}

static const char *plain(const struct ladder *l)
{
	return l->colour ? "\033[0m" : "";
}

static const struct verdict_row *verdict_of(const struct ladder *l, const char *check)
{
	for (size_t i = 0; i < l->verdicts->obs.n; i++) {
		const struct verdict_row *r = l->verdicts->obs.at[i].row;

		if (!strcmp(r->check, check))
			return r;
	}
	return NULL;
}

/* A line is gathered in a buf, then broken where the terminal ends. */
static void end_line(struct buf *line, size_t indent, FILE *out)
{
	size_t blanks = strspn(line->data, " ");

	fprintf(out, "%*s", (int)blanks, "");
	wrap_print(out, blanks, indent, line->data + blanks);
	buf_clear(line);
}

/* ---- the answer ---- */

static const char *works(const struct ladder *l, int8_t flag, const char *zh_yes, const char *zh_no)
{
	if (l->zh)
		return flag == 1 ? zh_yes : zh_no;
	return flag == 1 ? "works" : "does not";
}

static void print_answer(const struct ladder *l, struct buf *line, FILE *out)
{
	const struct verdict_row *r = verdict_of(l, "site");
	const struct reason *reason = check_reason(check_find("site"), r->reason);
	const struct selftest_row *test = l->selftest;
	char stamp[TIME_TEXT_MAX];

	fprintf(out, "%s%s%s ", colour_of(l, (enum verdict)r->verdict), verdict_signs[r->verdict],
		plain(l));
	buf_printf(line, "%s  %s", l->site->domain, l->zh ? reason->zh : reason->en);
	wrap_print(out, 2, 2, line->data);
	buf_clear(line);
	buf_printf(line, l->zh ? "  %s，观测点 %s；IPv4 %s，IPv6 %s，解析器%s"
			       : "  %s, seen from %s; IPv4 %s, IPv6 %s, resolver %s",
		   time_text(l->at_us, stamp), l->vantage, works(l, test->v4_works, "可用", "不可用"),
		   works(l, test->v6_works, "可用", "不可用"),
		   works(l, test->resolver_works, "正常", "无应答"));
	end_line(line, 2, out);
	if (!test->why)
		return;
	buf_printf(line, l->zh ? "  自检：%s" : "  self-test: %s", test->why);
	end_line(line, 2, out);
}

/* ---- families side by side ---- */

/* With no-break spaces: a value stays with its name and unit. */
static void add_ms(struct buf *line, const char *name, int64_t us)
{
	if (us != I64_NULL)
		buf_printf(line, "  %s\u00a0%.1f\u00a0ms", name, (double)us / 1000);
}

static void print_family(const struct ladder *l, int family, struct buf *line, FILE *out)
{
	struct walk w = site_visit(l->site, site_target(l->site), family);
	const struct web_row *r = web_of(w.end);
	char text[ADDR_TEXT_MAX];

	buf_printf(line, "  IPv%d  ", family);
	if (!r) {
		buf_str(line, l->zh ? "未探测" : "not looked at");
		end_line(line, 8, out);
		return;
	}
	buf_printf(line, "%s  %s", addr_text(&r->addr, text), web_scheme_words[r->scheme]);
	if (r->status != I64_NULL)
		buf_printf(line, "  %lld", (long long)r->status);
	else
		buf_printf(line, "  %s (%s)", outcome_words[w.end->outcome], web_stage_words[r->stage]);
	add_ms(line, l->zh ? "连接" : "connect", r->connect_us);
	add_ms(line, "TLS", r->tls_us);
	add_ms(line, l->zh ? "首字节" : "first\u00a0byte", r->first_byte_us);
	end_line(line, 8, out);
}

/* ---- rungs ---- */

static void print_padded(FILE *out, const char *text, size_t columns)
{
	size_t width = utf8_width(text);

	fprintf(out, "%s%*s", text, width < columns ? (int)(columns - width) : 0, "");
}

static void print_check(const struct ladder *l, const struct check *c, struct arena *a,
			struct buf *line, FILE *out)
{
	const struct verdict_row *r = verdict_of(l, c->id);
	const struct reason *reason = check_reason(c, r->reason);
	const char *subject = evidence_subject(r->evidence, a);

	fprintf(out, "    %s%s%s ", colour_of(l, (enum verdict)r->verdict), verdict_signs[r->verdict],
		plain(l));
	print_padded(out, l->zh ? c->title_zh : c->title_en, TITLE_COLUMNS);
	buf_printf(line, "%s%s", r->verdict == VERDICT_UNKNOWN ? (l->zh ? "未知：" : "unknown: ") : "",
		   l->zh ? reason->zh : reason->en);
	wrap_print(out, REASON_COLUMN, REASON_COLUMN, line->data);
	buf_clear(line);
	if (*subject && r->verdict != VERDICT_PASS && r->verdict != VERDICT_NA &&
	    strcmp(subject, l->site->domain) != 0) {
		fprintf(out, "%*s", REASON_COLUMN, "");
		wrap_print(out, REASON_COLUMN, REASON_COLUMN, subject);
	}
	if (!l->verbose)
		return;
	buf_printf(line, "      %s: %s", r->reason, r->evidence);
	end_line(line, 8, out);
}

static void print_rungs(const struct ladder *l, struct arena *a, struct buf *line, FILE *out)
{
	for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++) {
		fprintf(out, "\n  %s\n", l->zh ? rungs[i].zh : rungs[i].en);
		for (size_t k = 0; check_list[k]; k++)
			if (!strcmp(check_list[k]->rung, rungs[i].id) &&
			    strcmp(check_list[k]->id, "site") != 0)
				print_check(l, check_list[k], a, line, out);
	}
}

/* ---- repairs: faults before shortcomings, from the lowest rung up, since a fault below hides those
 * above ---- */

struct repair {
	const struct check *check;
	const struct verdict_row *row;
	const char *text;
};

static size_t repairs_of(const struct ladder *l, struct arena *a, struct repair *list, size_t max)
{
	static const enum verdict bad[] = {VERDICT_FAIL, VERDICT_PARTIAL};
	size_t n = 0;

	for (size_t b = 0; b < 2; b++)
		for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++)
			for (size_t k = 0; check_list[k] && n < max; k++) {
				const struct check *c = check_list[k];
				const struct verdict_row *r = verdict_of(l, c->id);
				const struct reason *reason = check_reason(c, r->reason);
				const char *text = reason_remedy(
					reason, evidence_subject(r->evidence, a), l->zh, a);

				if (strcmp(c->rung, rungs[i].id) || !strcmp(c->id, "site") ||
				    r->verdict != (int32_t)bad[b] || !*text)
					continue;
				list[n++] = (struct repair){c, r, text};
			}
	return n;
}

static void print_repairs(const struct ladder *l, struct arena *a, struct buf *line, FILE *out)
{
	struct repair list[64];
	size_t n = repairs_of(l, a, list, 64), shown = 0;

	if (!n)
		return;
	fprintf(out, "\n  %s\n", l->zh ? "修复建议（收益大者在前）" : "What to repair, most gain first");
	for (size_t i = 0; i < n; i++) {
		bool before = false;

		for (size_t k = 0; k < i; k++) /* one repair may mend several rungs */
			before |= !strcmp(list[k].text, list[i].text);
		if (before)
			continue;
		buf_printf(line, "    %zu. %s", ++shown, list[i].text);
		end_line(line, 7, out);
	}
}

/* ---- every question and answer ---- */

static void print_dns(const struct obs *o, struct buf *line, FILE *out)
{
	const struct dns_row *r = o->row;
	char text[ADDR_TEXT_MAX];

	buf_printf(line, "    %-5s %s @%s%s: %s", r->qtype, r->qname, addr_text(&r->server, text),
		   r->via == VIA_AUTH_TCP || r->via == VIA_RESOLVER_TCP ? " by TCP" : "",
		   outcome_words[o->outcome]);
	if (r->why)
		buf_printf(line, " (%s)", r->why);
	if (r->rtt_us != I64_NULL)
		buf_printf(line, ", %.1f ms", (double)r->rtt_us / 1000);
	if (r->fails > 0)
		buf_str(line, ", asked again");
	if (r->cname)
		buf_printf(line, ", CNAME %s", r->cname);
	end_line(line, 10, out);
	for (const char *at = r->data; at && *at;) {
		size_t n = strcspn(at, "\n");

		buf_printf(line, "          %.*s", (int)n, at);
		end_line(line, 12, out);
		at += n + (at[n] == '\n');
	}
}

static void print_web(const struct obs *o, struct buf *line, FILE *out)
{
	const struct web_row *r = o->row;
	char text[ADDR_TEXT_MAX];

	buf_printf(line, "    %s://%s [%s] hop %lld: %s at %s", web_scheme_words[r->scheme], r->host,
		   addr_text(&r->addr, text), (long long)r->hop, outcome_words[o->outcome],
		   web_stage_words[r->stage]);
	if (r->status != I64_NULL)
		buf_printf(line, ", status %lld", (long long)r->status);
	if (r->location)
		buf_printf(line, ", to %s", r->location);
	if (r->tls_version)
		buf_printf(line, ", %s", r->tls_version);
	if (r->cert_problem)
		buf_printf(line, ", certificate %s", r->cert_problem);
	if (r->why)
		buf_printf(line, " (%s)", r->why);
	if (r->fails > 0)
		buf_str(line, ", looked again");
	end_line(line, 10, out);
}

/* Twenty pages and more: a line for each family. */
static void print_repeats(const struct site *s, struct buf *line, FILE *out)
{
	struct repeats r;

	repeats_of(s, &r);
	for (int six = 1; six >= 0 && r.asked; six--) {
		buf_printf(line, "    again over IPv%d: %zu of %zu came", six ? 6 : 4, r.good[six], r.probed[six]);
		for (size_t i = 0, n = 0; i < L_REPEATS; i++)
			if (r.pair[i].row[six])
				buf_printf(line, "%s%.1f", n++ ? " " : ", first bytes after ms ",
					   (double)r.pair[i].row[six]->first_byte_us / 1000);
		end_line(line, 10, out);
	}
}

static void print_smtp(const struct obs *o, struct buf *line, FILE *out)
{
	const struct smtp_row *r = o->row;
	char text[ADDR_TEXT_MAX];

	buf_printf(line, "    smtp %s [%s]: %s", r->host, addr_text(&r->addr, text),
		   outcome_words[o->outcome]);
	if (r->banner)
		buf_printf(line, ", %s", r->banner);
	if (r->tls_version)
		buf_printf(line, ", STARTTLS %s", r->tls_version);
	if (r->tls_why)
		buf_printf(line, ", STARTTLS: %s", r->tls_why);
	if (r->cert_problem)
		buf_printf(line, ", certificate %s", r->cert_problem);
	if (r->why)
		buf_printf(line, " (%s)", r->why);
	end_line(line, 10, out);
}

static void print_quic(const struct obs *o, struct buf *line, FILE *out)
{
	const struct quic_row *r = o->row;
	char text[ADDR_TEXT_MAX];

	buf_printf(line, "    quic %s [%s]: %s", r->host, addr_text(&r->addr, text), outcome_words[o->outcome]);
	if (r->versions)
		buf_printf(line, ", versions %s", r->versions);
	if (r->why)
		buf_printf(line, " (%s)", r->why);
	if (r->fails > 0)
		buf_str(line, ", looked again");
	end_line(line, 10, out);
}

static void print_resource(const struct obs *o, struct buf *line, FILE *out)
{
	const struct resource_row *r = o->row;
	char text[ADDR_TEXT_MAX];

	buf_printf(line, "    resource %s [%s]:%lld: %s", r->host, addr_text(&r->addr, text), (long long)r->port,
		   outcome_words[o->outcome]);
	if (r->tls_version)
		buf_printf(line, ", %s", r->tls_version);
	if (r->cert_problem)
		buf_printf(line, ", certificate %s", r->cert_problem);
	if (r->why)
		buf_printf(line, " (%s)", r->why);
	if (r->fails > 0)
		buf_str(line, ", looked again");
	end_line(line, 10, out);
}

static void put_family(struct buf *line, int family, int64_t status, const char *why)
{
	if (status != I64_NULL)
		buf_printf(line, " IPv%d %lld", family, (long long)status);
	else if (why)
		buf_printf(line, " IPv%d %s", family, why);
}

static void print_link(const struct obs *o, struct buf *line, FILE *out)
{
	const struct link_row *r = o->row;

	buf_printf(line, "    link %lld %s%s:", (long long)r->level, r->url, r->internal ? "" : " (external)");
	put_family(line, 6, r->status6, r->why6);
	put_family(line, 4, r->status4, r->why4);
	if (r->found2 != I64_NULL)
		buf_printf(line, " %lld links, %lld external, %lld a level below; %lld of each, seed %lld",
			   (long long)r->found2, (long long)r->found_external, (long long)r->found3,
			   (long long)r->sample, (long long)r->seed);
	end_line(line, 10, out);
}

static void print_evidence(const struct ladder *l, struct buf *line, FILE *out)
{
	fprintf(out, "\n  %s\n", l->zh ? "证据" : "Evidence");
	for (size_t i = 0; i < l->site->dns.n; i++)
		print_dns(&l->site->dns.at[i], line, out);
	for (size_t i = 0; i < l->site->web.n; i++)
		if (strcmp(web_of(&l->site->web.at[i])->target, WEB_REPEAT) != 0)
			print_web(&l->site->web.at[i], line, out);
	print_repeats(l->site, line, out);
	for (size_t i = 0; i < l->site->smtp.n; i++)
		print_smtp(&l->site->smtp.at[i], line, out);
	for (size_t i = 0; i < l->site->quic.n; i++)
		print_quic(&l->site->quic.at[i], line, out);
	for (size_t i = 0; i < l->site->resource.n; i++)
		print_resource(&l->site->resource.at[i], line, out);
	for (size_t i = 0; i < l->site->link.n; i++)
		print_link(&l->site->link.at[i], line, out);
}

void ladder_print(const struct ladder *l, FILE *out)
{
	struct arena a;
	struct buf line;

	arena_init(&a, 0);
	buf_init(&line, LINE_MAX_B);
	print_answer(l, &line, out);
	fputc('\n', out);
	print_family(l, 6, &line, out);
	print_family(l, 4, &line, out);
	print_rungs(l, &a, &line, out);
	print_repairs(l, &a, &line, out);
	if (l->verbose)
		print_evidence(l, &line, out);
	buf_done(&line);
	arena_done(&a);
}

/* ---- for machines ---- */

static void put_rows(struct json *j, const char *key, const struct schema *s,
		     const struct evidence_list *list)
{
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; i < list->n; i++) {
		char stamp[TIME_TEXT_MAX];

		json_object(j);
		json_put_text(j, "at", time_text(list->at[i].at_us, stamp));
		json_put_text(j, "outcome", outcome_words[list->at[i].outcome]);
		for (size_t k = 0; k < s->n_fields; k++) {
			json_key(j, s->fields[k].name);
			field_json(&s->fields[k], list->at[i].row, j);
		}
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_verdict(struct json *j, const struct ladder *l, const struct verdict_row *r,
			struct arena *a)
{
	const struct reason *reason = check_reason(check_find(r->check), r->reason);
	const char *subject = evidence_subject(r->evidence, a);

	json_object(j);
	json_put_text(j, "check", r->check);
	json_put_text(j, "verdict", verdict_words[r->verdict]);
	json_put_text(j, "reason", r->reason);
	json_put_text(j, "meaning", l->zh ? reason->zh : reason->en);
	json_put_text(j, "remedy", reason_remedy(reason, subject, l->zh, a));
	json_put_text(j, "subject", subject);
	json_key(j, "evidence");
	json_raw(j, r->evidence);
	json_put_text(j, "method", r->method);
	json_end_object(j);
}

static void put_selftest(struct json *j, const struct selftest_row *r)
{
	json_key(j, "observer");
	json_object(j);
	for (size_t k = 0; k < selftest_schema.n_fields; k++) {
		json_key(j, selftest_schema.fields[k].name);
		field_json(&selftest_schema.fields[k], r, j);
	}
	json_end_object(j);
}

void ladder_json(const struct ladder *l, FILE *out)
{
	char stamp[TIME_TEXT_MAX];
	struct arena a;
	struct json j;
	struct buf text;

	arena_init(&a, 0);
	buf_init(&text, 64 << 20);
	json_init(&j, &text);
	json_object(&j);
	json_put_text(&j, "domain", l->site->domain);
	json_put_text(&j, "at", time_text(l->at_us, stamp));
	json_put_text(&j, "vantage", l->vantage);
	put_selftest(&j, l->selftest);
	json_key(&j, "verdicts");
	json_array(&j);
	for (size_t i = 0; i < l->verdicts->obs.n; i++)
		put_verdict(&j, l, l->verdicts->obs.at[i].row, &a);
	json_end_array(&j);
	for (int k = 0; k < EVIDENCE_KINDS; k++)
		put_rows(&j, evidence_schemas[k]->name, evidence_schemas[k], &l->site->of[k]);
	json_end_object(&j);
	fprintf(out, "%s\n", text.data);
	buf_done(&text);
	arena_done(&a);
}

void ladder_csv(const struct ladder *l, FILE *out)
{
	struct arena a;
	struct buf line;

	arena_init(&a, 0);
	buf_init(&line, 1 << 20);
	buf_str(&line, "domain,check,verdict,reason,subject,meaning,remedy\r\n");
	for (size_t i = 0; i < l->verdicts->obs.n; i++) {
		const struct verdict_row *r = l->verdicts->obs.at[i].row;
		const struct reason *reason = check_reason(check_find(r->check), r->reason);
		const char *subject = evidence_subject(r->evidence, &a);

		csv_cell(&line, l->site->domain, true, false);
		csv_cell(&line, r->check, false, false);
		csv_cell(&line, verdict_words[r->verdict], false, false);
		csv_cell(&line, r->reason, false, false);
		csv_cell(&line, subject, false, false);
		csv_cell(&line, l->zh ? reason->zh : reason->en, false, false);
		csv_cell(&line, reason_remedy(reason, subject, l->zh, &a), false, false);
		csv_end(&line);
	}
	fputs(line.data, out);
	buf_done(&line);
	arena_done(&a);
}
