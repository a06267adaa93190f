/*
 * same_content: do visitors get the same page over both families?  Ports, then status, then text:
 * equal body, or SimHash of the visible words (Charikar 2002) at most 8 of 64 bits apart.  The record says
 * what differs: status, kind and server of the answer, size, title, and which parts of the text.
 *
 * A challenge, a refusal or a rate limit on one family is about us and not about the site: unknown.
 */
#include "check/check.h"
#include "check/waf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_BITS = 8, FAR_BITS = 16, PART_BITS = 14, PARTS_MAX = 16 };

static const struct reason reasons[] = {
	{"same", VERDICT_PASS, "the same page comes over both families", "两个协议族访问到的页面相同", "", ""},
	{"differs_slightly", VERDICT_PARTIAL, "the pages differ a little, or in their title",
	 "两个协议族的页面略有差异，或标题不同", "compare the page of {} over both families",
	 "对照检查 {} 在两个协议族上的页面"},
	{"status_differs", VERDICT_FAIL, "the status codes differ", "状态码不同",
	 "serve {} over IPv6 from the same configuration as over IPv4",
	 "使 {} 的 IPv6 服务与 IPv4 使用相同配置"},
	{"ports_differ", VERDICT_FAIL, "the sets of open web ports differ", "开放的 Web 端口集合不同",
	 "open the same ports (80, 443) of {} on both families", "使 {} 在两个协议族上开放相同端口（80、443）"},
	{"text_differs", VERDICT_FAIL, "another page comes over IPv6", "经 IPv6 访问到的是另一个页面",
	 "serve the site {}, not a default page, on its IPv6 address",
	 "在 IPv6 地址上提供 {} 的站点内容，而不是默认页面"},
	{"part_differs", VERDICT_PARTIAL, "most of the text is the same over both families, a part of it differs",
	 "两个协议族的页面正文大部分相同，部分内容不同",
	 "compare the page of {} over both families; the evidence says which part differs",
	 "对照检查 {} 在两个协议族上的页面，证据中列出了不同的部分"},
	{"one_family", VERDICT_NA, "only one family gives a page, so nothing can be compared",
	 "只有一个协议族可访问，无法比较", "", ""},
	{"v6_blocked_us", VERDICT_UNKNOWN, "over IPv6 a filter or a rate limit keeps the observer out",
	 "经 IPv6 访问时，观测点被防护设备或频率限制拦截",
	 "let the observer's IPv6 address pass the filter before {}, or look again later",
	 "在 {} 前的防护设备放行观测点的 IPv6 地址，或稍后复测"},
	{"v4_blocked_us", VERDICT_UNKNOWN, "over IPv4 a filter or a rate limit keeps the observer out",
	 "经 IPv4 访问时，观测点被防护设备或频率限制拦截",
	 "let the observer's IPv4 address pass the filter before {}, or look again later",
	 "在 {} 前的防护设备放行观测点的 IPv4 地址，或稍后复测"},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

/* NULL if the same ports are open; a silence seen once proves nothing. */
static const char *compare_ports(const struct site *s, const char *target, struct json *detail)
{
	const char *code = NULL;

	for (enum web_scheme i = SCHEME_HTTP; i <= SCHEME_HTTPS; i++) {
		const struct obs *v6 = site_web(s, target, 6, i, 0), *v4 = site_web(s, target, 4, i, 0);
		bool open6 = web_connected(v6), open4 = web_connected(v4);
		const char *closed = web_connect_code(open6 ? v4 : v6);
		const char *unseen = web_unknown(v6) ? web_unknown(v6) : web_unknown(v4);

		json_put_bool(detail, i ? "v6_443_open" : "v6_80_open", open6);
		json_put_bool(detail, i ? "v4_443_open" : "v4_80_open", open4);
		if (open6 != open4 && !(code && !strcmp(code, "ports_differ")))
			code = code_unknown(closed) ? closed : "ports_differ";
		else if (!open6 && !open4 && !code)
			code = unseen; /* it may be open on one of them */
	}
	return code;
}

static int distance(int64_t a, int64_t b)
{
	return __builtin_popcountll((unsigned long long)(a ^ b));
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_length(const struct web_row *a, const struct web_row *b)
{
	int64_t more = a->body_b > b->body_b ? a->body_b : b->body_b;
	int64_t less = a->body_b > b->body_b ? b->body_b : a->body_b;

	if (a->body_b == I64_NULL || b->body_b == I64_NULL)
		return a->body_b == b->body_b; /* two redirects that lead nowhere */
	return more - less <= more / 10;
}

/* ---- which part of the text ---- */

struct parts {
	uint64_t hash[PARTS_MAX];
	int n;
};

static struct parts read_parts(const struct web_row *r)
{
	struct parts p = {.n = 0};
	const char *at = r->text_parts;
	char *end;

	while (at && *at && p.n < PARTS_MAX) {
		p.hash[p.n] = strtoull(at, &end, 16);
		if (end == at)
			break;
		p.n++;
		at = end + (*end == ',');
	}
	return p;
}

/* Wherever it stands there: what comes before it may be longer. */
static bool has_part(const struct parts *p, uint64_t hash)
{
	for (int i = 0; i < p->n; i++)
		if (distance((int64_t)p->hash[i], (int64_t)hash) <= PART_BITS)
			return true;
	return false;
}

/* How many parts of a third of a's text (0, 1, 2) stand in b's. */
static int third_in(const struct parts *a, const struct parts *b, int third, int *of)
{
	int from = a->n * third / 3, to = a->n * (third + 1) / 3, n = 0;

	for (int i = from; i < to; i++)
		n += has_part(b, a->hash[i]);
	*of = to - from;
	return n;
}

/* Do most parts of each text stand in the other?  Says which third does, as IPv6 shows it. */
static bool mostly_same(const struct web_row *v6, const struct web_row *v4, struct json *detail)
{
	static const char *const thirds[] = {"begin", "middle", "end"};
	struct parts six = read_parts(v6), four = read_parts(v4);
	int same = 0, back = 0, of;

	json_key(detail, "text_parts");
	json_object(detail);
	for (int i = 0; i < 3; i++) {
		int n = third_in(&six, &four, i, &of);

		same += n;
		if (of)
			json_put_text(detail, thirds[i], n == of ? "same" : n ? "partly" : "differs");
		back += third_in(&four, &six, i, &of);
	}
	json_put_i64(detail, "v6", six.n);
	json_put_i64(detail, "v6_same", same);
	json_put_i64(detail, "v4", four.n);
	json_put_i64(detail, "v4_same", back);
	json_end_object(detail);
	return six.n > 1 && four.n > 1 && 2 * same >= six.n && 2 * back >= four.n;
}

/* Everything that is not the same, whether it counts or not. */
static void detail_differs(const struct web_row *v6, const struct web_row *v4, struct json *detail)
{
	const struct {
		const char *what;
		bool same;
	} rows[] = {
		{"status", v6->status == v4->status},
		{"content_type", same_text(v6->content_type, v4->content_type)},
		{"server", same_text(v6->server, v4->server)},
		{"title", same_text(v6->title, v4->title)},
		{"size", same_length(v6, v4)},
		{"text", v6->text_hash == v4->text_hash},
	};

	json_key(detail, "differs");
	json_array(detail);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!rows[i].same)
			json_text(detail, rows[i].what);
	json_end_array(detail);
}

static const char *compare_pages(const struct web_row *v6, const struct web_row *v4,
				 struct json *detail)
{
	bool words6 = v6->text_words > 0, words4 = v4->text_words > 0;
	int bits;

	if (v6->body_sha256 && same_text(v6->body_sha256, v4->body_sha256))
		return "same";
	if (words6 != words4)
		return "text_differs";
	if (!words6) /* no words on either: a program or a picture */
		return same_length(v6, v4) && same_text(v6->title, v4->title) ? "same"
									       : "differs_slightly";
	bits = distance(v6->text_hash, v4->text_hash);
	json_put_i64(detail, "distance", bits);
	if (bits > FAR_BITS)
		return mostly_same(v6, v4, detail) ? "part_differs" : "text_differs";
	return bits > NEAR_BITS || !same_text(v6->title, v4->title) ? "differs_slightly" : "same";
}

static const char *compare(const struct site *s, const char *target, const struct web_row *v6,
			   const struct web_row *v4, struct json *detail)
{
	const char *code = compare_ports(s, target, detail), *blocks6 = waf_blocks(v6), *blocks4 = waf_blocks(v4);

	detail_differs(v6, v4, detail);
	json_put_text(detail, "v6_blocks", blocks6);
	json_put_text(detail, "v4_blocks", blocks4);
	if (code)
		return code;
	if (!blocks6 != !blocks4 && (v6->status != v4->status || !same_text(v6->title, v4->title)))
		return blocks6 ? "v6_blocked_us" : "v4_blocked_us";
	if (v6->status != v4->status)
		return "status_differs";
	return compare_pages(v6, v4, detail);
}

/* A page did not come whole: because there is none, or because we could not look? */
static const char *incomplete(const struct site *s, const char *target)
{
	const char *code = target_unknown(s, target, 6);

	if (!code)
		code = target_unknown(s, target, 4);
	return code ? code : "one_family";
}

static void judge(const struct site *s, struct finding *f)
{
	const char *target = site_target(s), *code = pair_gate(s, target);
	struct walk v6, v4;

	target_host(s, target, f->subject);
	if (code) {
		finding_set(f, code);
		return;
	}
	v6 = site_visit(s, target, 6);
	v4 = site_visit(s, target, 4);
	detail_web(f->detail, "v6", v6.end);
	detail_web(f->detail, "v4", v4.end);
	if (!v6.end || !v4.end)
		code = "limit";
	else if (!web_complete(v6.end) || !web_complete(v4.end))
		code = incomplete(s, target);
	else if (v6.end->outcome == OUTCOME_DENIED && v4.end->outcome == OUTCOME_DENIED)
		code = "denied"; /* two redirects that we do not follow */
	else
		code = compare(s, target, web_of(v6.end), web_of(v4.end), f->detail);
	finding_set(f, code);
}

const struct check check_same_content = {
	.id = "same_content",
	.title_en = "Same page on both families",
	.title_zh = "两个协议族内容一致",
	.rung = "parity",
	.source = "CAC evaluation item 5; internet.nl web_ipv46",
	.method = "3",
	.rounds = 3, /* pages change by themselves */
	.reasons = reasons,
	.judge = judge,
};
