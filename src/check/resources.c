/*
 * resources: does a visitor with IPv6 alone get all that the front page loads from other hosts?  Each host is
 * asked for its addresses and connected to over IPv6; where that fails, over IPv4 too, for what is dead on both
 * families is no fault of IPv6.  Scripts, styles and frames come before images, fonts and the rest.
 */
#include "check/check.h"
#include "check/resource_hosts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "all that the front page loads comes over IPv6", "首页加载的全部资源均可经 IPv6 获取", "", ""},
	{"needed_v4only", VERDICT_PARTIAL, "a script, style or frame of the page comes from a host without IPv6",
	 "页面所需的脚本、样式或框架来自没有 IPv6 的主机",
	 "add an AAAA record for {}, or load from a host that has one", "为 {} 添加 AAAA 记录，或改从支持 IPv6 的主机加载"},
	{"needed_unreachable", VERDICT_PARTIAL,
	 "a script, style or frame of the page comes from a host that answers over IPv4 alone",
	 "页面所需的脚本、样式或框架所在主机有 AAAA 记录，但经 IPv6 无法连接",
	 "let {} answer over IPv6 at its AAAA record's address, with a valid certificate",
	 "使 {} 在其 AAAA 记录的地址上经 IPv6 正常应答，证书有效"},
	{"some_v4only", VERDICT_PARTIAL, "images, fonts or media of the page come from a host without IPv6",
	 "页面的图片、字体或媒体来自没有 IPv6 的主机",
	 "add an AAAA record for {}, or load from a host that has one", "为 {} 添加 AAAA 记录，或改从支持 IPv6 的主机加载"},
	{"some_unreachable", VERDICT_PARTIAL,
	 "images, fonts or media of the page come from a host that answers over IPv4 alone",
	 "页面的图片、字体或媒体所在主机有 AAAA 记录，但经 IPv6 无法连接",
	 "let {} answer over IPv6 at its AAAA record's address, with a valid certificate",
	 "使 {} 在其 AAAA 记录的地址上经 IPv6 正常应答，证书有效"},
	{"none_foreign", VERDICT_NA, "the page loads from no other host", "页面不从其他主机加载资源", "", ""},
	{"all_gone", VERDICT_NA, "the other hosts that the page names answer over neither family",
	 "页面引用的其他主机在两个协议族上均无法访问", "", ""},
	{"no_aaaa", VERDICT_NA, "there is no usable AAAA record", "没有可用的 AAAA 记录", "", ""},
	{"no_page", VERDICT_NA, "no page comes over IPv6", "经 IPv6 得不到页面", "", ""},
	{"not_html", VERDICT_NA, "what comes over IPv6 is not an HTML page", "经 IPv6 得到的不是 HTML 页面", "", ""},
	{"unread", VERDICT_UNKNOWN, "a page came over IPv6, and what it loads was not read",
	 "经 IPv6 得到了页面，但未能读取其引用的资源", "look again in the next round", "下一轮再次探测"},
	{"cut", VERDICT_UNKNOWN, "the page names more than we read or look at; what was looked at works",
	 "页面引用的资源超出读取或探测上限；已探测的均可用", "", ""},
	REASON_NO_V6,
	REASON_NO_V4,
	REASON_TIMEOUT_ONCE,
	REASONS_DNS,
	{0},
};

static const char *const states[] = {"ok", "no_aaaa", "unreachable", "gone", "unknown"};

/* What all hosts together amount to. */
struct sum {
	size_t of[5];
	const char *unknown;  /* the first unknown one's code */
	const char *code;     /* of the worst host */
	int worst;	      /* its place in the order below; 0: none */
	char host[NAME_MAX_B]; /* its name */
};

/* The worst host is the one whose repair comes first. */
static void count(struct sum *m, const struct page_host *h, enum resource_state state, const char *code)
{
	static const char *const codes[] = {NULL, "some_unreachable", "some_v4only", "needed_unreachable",
					    "needed_v4only"};
	int rank = state == RESOURCE_NO_AAAA ? 2 : state == RESOURCE_UNREACHABLE ? 1 : 0;

	m->of[state]++;
	if (state == RESOURCE_UNKNOWN && !m->unknown)
		m->unknown = code;
	rank += rank && page_kinds_matter(h->kinds) ? 2 : 0;
	if (rank <= m->worst)
		return;
	m->worst = rank;
	m->code = codes[rank];
	snprintf(m->host, sizeof(m->host), "%s", h->host);
}

static void detail_host_state(struct json *j, const struct page_host *h, enum resource_state state,
			      const char *code)
{
	char kinds[PAGE_KINDS_MAX];

	json_object(j);
	json_put_text(j, "host", h->host);
	json_put_i64(j, "port", h->port);
	json_put_text(j, "kinds", page_kinds(h->kinds, kinds));
	json_put_text(j, "state", states[state]);
	if (state != RESOURCE_OK)
		json_put_text(j, "why", code);
	json_put_bool(j, "matters", page_kinds_matter(h->kinds));
	json_end_object(j);
}

/* The hosts that a visitor with IPv6 alone does without come first, then all others. */
static void walk(const struct site *s, const struct web_row *page, bool broken, struct sum *m, struct json *j)
{
	const char *at = NULL, *code;
	struct page_host h;

	json_key(j, broken ? "without" : "others");
	json_array(j);
	while (page_host_next(page->resources, &at, &h)) {
		enum resource_state state = resource_state(s, &h, &code);

		if (broken != (state == RESOURCE_NO_AAAA || state == RESOURCE_UNREACHABLE))
			continue;
		count(m, &h, state, code);
		detail_host_state(j, &h, state, code);
	}
	json_end_array(j);
}

/* In a coding that we did not offer, or seen before hosts were noted. */
static bool is_html(const struct web_row *r)
{
	return r->content_type && (!strncasecmp(r->content_type, "text/html", 9) ||
				   !strncasecmp(r->content_type, "application/xhtml+xml", 21));
}

/* The page as a whole: NULL when its hosts are what counts. */
static const char *page_code(const struct site *s, const struct obs *page)
{
	const struct web_row *r = web_of(page);
	const char *gate = target_gate(s, site_target(s)), *unknown;

	if (gate)
		return gate;
	if (!page) {
		unknown = target_unknown(s, site_target(s), 6);
		return unknown ? unknown : "no_page";
	}
	if (!web_complete(page))
		return page->outcome == OUTCOME_TIMEOUT && !obs_is_final(page, r->fails) ? "timeout_once" : "no_page";
	if (r->resources && !*r->resources && !r->resources_limit && !r->why)
		return "none_foreign";
	if (!r->resources)
		return page->outcome == OUTCOME_LIMIT ? "limit" : is_html(r) ? "unread" : "not_html";
	return NULL;
}

static bool was_cut(const struct obs *page)
{
	return web_of(page)->resources_limit || page->outcome != OUTCOME_OK || web_of(page)->why;
}

static void judge(const struct site *s, struct finding *f)
{
	const struct obs *page = site_resources_page(s);
	const char *code = page_code(s, page);
	struct sum m = {0};

	target_host(s, site_target(s), f->subject);
	if (code) {
		finding_set(f, code);
		return;
	}
	walk(s, web_of(page), true, &m, f->detail);
	walk(s, web_of(page), false, &m, f->detail);
	json_put_i64(f->detail, "hosts", (int64_t)(m.of[0] + m.of[1] + m.of[2] + m.of[3] + m.of[4]));
	json_put_i64(f->detail, "work", (int64_t)m.of[RESOURCE_OK]);
	json_put_text(f->detail, "limit", web_of(page)->resources_limit ? web_of(page)->resources_limit
								 : web_of(page)->why);
	if (m.code)
		snprintf(f->subject, sizeof(f->subject), "%s", m.host);
	if (m.code)
		code = m.code;
	else if (was_cut(page))
		code = "cut";
	else if (m.unknown)
		code = m.unknown;
	else
		code = m.of[RESOURCE_OK] ? "ok" : m.of[RESOURCE_GONE] ? "all_gone" : "none_foreign";
	finding_set(f, code);
}

const struct check check_resources = {
	.id = "resources",
	.title_en = "What the page loads, over IPv6",
	.title_zh = "页面资源的 IPv6 可用性",
	.rung = "parity",
	.source = "What a browser loads: WHATWG HTML sections 4.2.4, 4.8 and 4.12",
	.method = "1",
	.rounds = 3,
	.reasons = reasons,
	.judge = judge,
};
