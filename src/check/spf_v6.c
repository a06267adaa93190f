/* spf_v6: does the domain's SPF record let any IPv6 address send mail (check/spf.h)?  Asked of domains that
 * name mail hosts: who takes no mail most likely sends none. */
#include "check/check.h"
#include "check/spf.h"

#include <stdio.h>

static const struct reason reasons[] = {
	{"ok", VERDICT_PASS, "the SPF record lets IPv6 addresses send", "SPF 记录允许 IPv6 地址发信", "", ""},
	{"v4_only", VERDICT_FAIL, "the SPF record names senders, and none with an IPv6 address",
	 "SPF 记录列出的发信来源均不含 IPv6 地址",
	 "add ip6: terms with the addresses of your mail servers to the SPF record of {}",
	 "在 {} 的 SPF 记录中增加 ip6: 项，列出邮件服务器的 IPv6 地址"},
	{"syntax", VERDICT_FAIL, "an SPF record cannot be read, so it holds for no address",
	 "SPF 记录有语法错误，对任何地址都不生效", "correct the SPF record (TXT) of {}", "更正 {} 的 SPF 记录（TXT）"},
	{"several_records", VERDICT_FAIL, "a name has several SPF records, so none of them holds",
	 "同一域名有多条 SPF 记录，均不生效", "leave one record with v=spf1 at {}", "在 {} 只保留一条 v=spf1 记录"},
	{"include_missing", VERDICT_FAIL, "the SPF record leads to a name that has none",
	 "SPF 记录引用的域名没有 SPF 记录", "publish an SPF record at {}, or take it out of include: and redirect=",
	 "在 {} 发布 SPF 记录，或从 include: 与 redirect= 中删去该域名"},
	{"loop", VERDICT_FAIL, "SPF records include each other in a circle", "SPF 记录循环引用",
	 "take {} out of the circle of include: and redirect=", "从 include: 与 redirect= 的循环引用中删去 {}"},
	{"too_many_lookups", VERDICT_FAIL, "the SPF record needs more than ten DNS questions, so receivers give up",
	 "SPF 记录需要的 DNS 查询超过 10 次，收信方会放弃判定",
	 "shorten the SPF record of {}: name addresses (ip4:, ip6:) in place of include:, a and mx",
	 "精简 {} 的 SPF 记录：用 ip4:、ip6: 地址代替 include:、a 与 mx"},
	{"too_many_voids", VERDICT_PARTIAL,
	 "asked for an IPv6 sender, more than two names of the SPF record have no answer; many receivers give up",
	 "以 IPv6 地址发信时，SPF 记录中超过两个名称无解析结果，许多收信方会放弃判定",
	 "give {} an AAAA record or take it out of the SPF record", "为 {} 添加 AAAA 记录，或将其从 SPF 记录中删去"},
	{"macro", VERDICT_UNKNOWN, "who may send depends on each mail (macro, exists or ptr)",
	 "可发信的来源取决于具体邮件（宏、exists 或 ptr）", "", ""},
	{"nobody", VERDICT_NA, "the SPF record lets nobody send", "SPF 记录不允许任何地址发信", "", ""},
	{"no_spf", VERDICT_NA, "there is no SPF record", "没有 SPF 记录", "", ""},
	{"null_mx", VERDICT_NA, "the domain takes no mail (null MX)", "该域名声明不接收邮件（null MX）", "", ""},
	{"no_mx", VERDICT_NA, "there is no MX record", "没有 MX 记录", "", ""},
	REASONS_DNS,
	{0},
};

static void judge(const struct site *s, struct finding *f)
{
	struct spf_found found;
	const struct obs *mx;
	const char *code;

	snprintf(f->subject, sizeof(f->subject), "%s", s->domain);
	if (site_mx(s, &mx, &code) != MX_HOSTS) {
		finding_set(f, code);
		return;
	}
	site_spf(s, NULL, NULL, &found);
	snprintf(f->subject, sizeof(f->subject), "%s", found.subject);
	json_put_i64(f->detail, "lookups", found.lookups);
	json_put_i64(f->detail, "voids", found.voids);
	json_put_text(f->detail, "term", found.term[0] ? found.term : NULL);
	finding_set(f, found.code);
}

const struct check check_spf_v6 = {
	.id = "spf_v6",
	.title_en = "SPF for IPv6",
	.title_zh = "SPF 允许 IPv6 发信",
	.rung = "mail",
	.source = "RFC 7208",
	.method = "1",
	.reasons = reasons,
	.judge = judge,
};
