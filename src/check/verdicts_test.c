/*
 * verdicts_test: each judge over small evidences made by hand.  The last test walks every check and
 * fails for a reason code that no row of this table produced.
 */
#include "check/check.h"
#include "test/sample.h"
#include "test/tap.h"

#define D "example.test"
#define W "www.example.test"
#define A4(name) "dns apex A " name " ok = 192.0.2.1\n"
#define A6(name) "dns apex AAAA " name " ok = 2001:db8::1\n"
#define NO4(name) "dns apex A " name " absent\n"
#define NO6(name) "dns apex AAAA " name " absent\n"
#define NX(name) "dns apex A " name " absent rcode=3\ndns apex AAAA " name " absent rcode=3\n"
#define BOTH A4(D) A6(D)
#define ODD(address) A4(D) "dns apex AAAA " D " ok = " address "\n"
#define NS "dns zone NS " D " ok = ns1.test|ns2.test\n"
#define NS6(name, address) "dns ns A " name " absent\ndns ns AAAA " name " ok = " address "\n"
#define NS4(name) "dns ns A " name " ok = 192.0.2.5\ndns ns AAAA " name " absent\n"
#define TWO NS NS6("ns1.test", "2001:db8::a") NS6("ns2.test", "2001:db8::b")
#define SOA(via, address, rest) "dns authority SOA " D " " rest " via=" via " server=" address "\n"
#define MX "dns apex MX " D " ok = 10 mx1.test|20 mx2.test\n"
#define MX6(name) "dns mx A " name " ok = 192.0.2.9\ndns mx AAAA " name " ok = 2001:db8::25\n"
#define MX4(name) "dns mx A " name " ok = 192.0.2.9\ndns mx AAAA " name " absent\n"
#define ALL_DENIED "dns apex A " D " denied\ndns apex AAAA " D " denied\n"
#define ALL_SILENT "dns apex A " D " timeout\ndns apex AAAA " D " timeout\n"
#define ALL_SERVFAIL "dns apex A " D " servfail\ndns apex AAAA " D " servfail\n"
#define WEB(family, rest) "web apex " family " https 0 " rest "\nweb apex " family " http 0 " rest "\n"
#define BOTH_WEB BOTH WEB("4", "ok") WEB("6", "ok")
#define PAGES(six, four) BOTH WEB("6", six) WEB("4", four)
/* what every judge of the web answers when the AAAA question told nothing */
#define DNS_UNKNOWNS(check)                                                                        \
	{check, "resolver_failed", "no_resolver\n"}, {check, "dns_timeout", ALL_SILENT},           \
		{check, "dns_servfail", ALL_SERVFAIL}, {check, "limit", ""},                       \
	{check, "denied", ALL_DENIED}

/* a zone and its two servers n1, n2: how they are found, what they say */
#define ROOTZ                                                                                      \
	"zone . ok zone=. ns_parent=a.root hosts=a.root,.,has,has,2001:db8::a1,192.0.2.1 "         \
	"servers=a.root,2001:db8::a1,ok,ok,unasked,1\n"
#define TLD(six)                                                                                   \
	"zone test ok zone=test parent=. ns_parent=ns.nic.test glue=ns.nic.test,2001:db8::a2 "     \
	"hosts=ns.nic.test,nic.test,has,has,2001:db8::a2,192.0.2.2 servers=ns.nic.test,2001:db8::a2," six "\n"
#define ABOVE ROOTZ TLD("ok,ok,unasked,1")
#define HOST(n, has) n "." D "," D "," has
#define ZONE(asked, glue, hosts, servers)                                                          \
	"zone " asked " ok zone=" D " parent=test ns_parent=n1." D ",n2." D " glue=" glue          \
	" hosts=" hosts " servers=" servers "\n"
#define GLUE1 "n1." D ",2001:db8::b1"
#define GLUE2 "n2." D ",2001:db8::b2"
#define GLUES GLUE1 "|" GLUE2
#define HAS1 HOST("n1", "has,has,2001:db8::b1,192.0.2.11")
#define HAS2 HOST("n2", "has,has,2001:db8::b2,192.0.2.12")
#define HASBOTH HAS1 "|" HAS2
#define SAY1(what) "n1." D ",2001:db8::b1," what
#define SAY2(what) "n2." D ",2001:db8::b2," what
#define FINE(asked) ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,ok,7") "|" SAY2("ok,ok,ok,7")) ABOVE
/* every code of a chain, for the check that looks at the zone of this name */
#define CHAIN_ROWS(check, asked, with)                                                             \
	{check, "ok2", with FINE(asked)},                                                          \
	{check, "ok1", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,ok,7") "|" SAY2("lame,unasked,unasked")) ABOVE}, \
	{check, "ok1", with ZONE(asked, GLUE1, HASBOTH, SAY1("ok,ok,ok,7") "|" SAY2("ok,ok,ok,7")) ABOVE}, \
	{check, "v6_frag", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,fragments,7") "|" SAY2("ok,ok,dead,7")) ABOVE}, \
	{check, "v4v6_differ", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,ok,7") "|n1." D ",192.0.2.11,ok,ok,unasked,8|" \
					 SAY2("ok,ok,ok,7")) ABOVE},                                \
	{check, "v4v6_differ", with "zone " asked " ok zone=" D " parent=test ns_parent=n1." D ",n2." D " glue=" GLUES \
		" hosts=" HASBOTH " ns_child4=n1." D " ns_child6=n2." D " servers=" SAY1("ok,ok,ok,7") "|" \
		SAY2("ok,ok,ok,7") "\n" ABOVE},                                                     \
	{check, "no_ns_aaaa", with ZONE(asked, "n1." D ",192.0.2.11", HOST("n1", "none,has,192.0.2.11") "|" \
					HOST("n2", "nx,nx"), "n1." D ",192.0.2.11,ok,ok,unasked,7") ABOVE}, \
	{check, "no_ns_aaaa", with ZONE(asked, GLUES, HOST("n1", "none,has,192.0.2.11"), "x") "zone " asked \
		" ok zone=" D " parent=test ns_parent=n1." D " glue=n1." D ",fe80::1 hosts=" HOST("n1", "has,none,fe80::1") \
		" servers=n1." D ",fe80::1,denied,unasked,unasked\n" ABOVE},                        \
	{check, "glue_missing", with ZONE(asked, "n1." D ",192.0.2.11", HASBOTH, SAY1("ok,ok,ok,7")) ABOVE}, \
	{check, "child_aaaa_missing", with ZONE(asked, GLUES, HOST("n1", "none,has,192.0.2.11") "|" HOST("n2", "none,none"), \
						SAY1("ok,ok,ok,7")) ABOVE},                         \
	{check, "sibling_unresolvable", with "zone " asked " ok zone=" D " parent=test ns_parent=ns.far.test " \
		"hosts=ns.far.test,far.test,has,none,2001:db8::c1 servers=ns.far.test,2001:db8::c1,ok,ok,ok,7\n" ABOVE \
		"zone far.test ok zone=far.test parent=test ns_parent=n.far.test hosts=n.far.test,far.test,none,has,192.0.2.9\n"}, \
	{check, "sibling_unresolvable", with "zone " asked " ok zone=" D " parent=test ns_parent=ns.far.test " \
		"hosts=ns.far.test,-,dead,dead\n" ABOVE},                                           \
	{check, "sibling_unresolvable", with "zone " asked " ok zone=" D " parent=test ns_parent=ns.far.test " \
		"hosts=ns.far.test,far.test,has,none,2001:db8::c1 servers=ns.far.test,2001:db8::c1,ok,ok,ok,7\n" ABOVE \
		"zone far.test ok zone=far.test parent=test ns_parent=ns." D " hosts=ns." D "," D ",has,has,2001:db8::c2\n" \
		"zone " D " ok zone=" D " parent=test ns_parent=ns.far.test hosts=ns.far.test,far.test,has,none,2001:db8::c1\n"}, \
	{check, "parent_unresolvable", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,ok,7")) ROOTZ   \
		TLD("refused,unasked,unasked")},                                                    \
	{check, "v6_lame", with ZONE(asked, GLUES, HASBOTH, SAY1("dead,unasked,unasked") "|" SAY2("lame,unasked,unasked")) ABOVE}, \
	{check, "v6_lame", with ZONE(asked, GLUE1, HOST("n1", "fail,fail"), SAY1("refused,unasked,unasked")) ABOVE "zone " asked \
		" ok zone=" D " parent=test ns_parent=n1." D " glue=" GLUE1 " hosts=" HOST("n1", "fail,fail") \
		" servers=" SAY1("refused,unasked,unasked") "\n"},                                 \
	{check, "v6_no_tcp", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,dead,ok,7") "|" SAY2("ok,port,ok,7")) ABOVE}, \
	{check, "no_such_domain", with "zone " asked " absent\n"},                                  \
	{check, "not_looked", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,ok,7")) ROOTZ},          \
	{check, "observer_no_v6", with "no_v6\n" FINE(asked)},                                      \
	{check, "observer_no_v4", with "no_v4\n" FINE(asked)},                                      \
	{check, "no_ns_aaaa", with "no_v4\n" ZONE(asked, "", HOST("n1", "none,has,192.0.2.11") "|" HOST("n2", "nx,nx"), "x") ABOVE}, \
	{check, "timeout_once", with ZONE(asked, GLUES, HASBOTH, SAY1("silent,unasked,unasked") "|" SAY2("lame,unasked,unasked")) ABOVE}, \
	{check, "timeout_once", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,silent,unasked,7")) ABOVE}, \
	{check, "timeout_once", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,ok,7") "|" SAY2("silent,unasked,unasked")) ABOVE}, \
	{check, "timeout_once", with ZONE(asked, GLUES, HASBOTH, SAY1("ok,ok,fragments,7") "|" SAY2("silent,unasked,unasked")) ABOVE}, \
	{check, "timeout_once", with "zone " asked " unknown\n"},                                   \
	{check, "dns_timeout", with "zone " asked " timeout\n"},                                    \
	{check, "dns_servfail", with "zone " asked " servfail\n"},                                  \
	{check, "limit", with "zone " asked " limit\n"},                                            \
	{check, "limit", with ZONE(asked, GLUES, HASBOTH, "x") ABOVE "zone " asked " ok zone=" D " parent=test ns_parent=n1." D \
		" glue=" GLUE1 " hosts=" HOST("n1", "limit,has,192.0.2.11") "\n"},                  \
	{check, "denied", with "zone " asked " denied\n"},                                          \
	{check, "denied", with ZONE(asked, GLUES, HASBOTH, SAY1("denied,unasked,unasked")) ABOVE}

static const struct {
	const char *check, *code, *evidence;
} rows[] = {
	CHAIN_ROWS("dns_chain", D, ""),
	CHAIN_ROWS("mx_chain", "mx1.test", "dns apex MX " D " ok = 10 mx1.test\n"),
	{"mx_chain", "some", MX FINE("mx1.test") "zone mx2.test ok zone=mx2.test parent=test ns_parent=n.mx2.test "
						 "hosts=n.mx2.test,mx2.test,none,has,192.0.2.9\n"},
	{"mx_chain", "observer_no_v4", "no_v4\n" MX FINE("mx1.test") "zone mx2.test ok zone=mx2.test parent=test "
				       "ns_parent=n.mx2.test hosts=n.mx2.test,mx2.test,none,has,192.0.2.9\n"},
	{"mx_chain", "null_mx", "dns apex MX " D " ok = 0 .\n"},
	{"mx_chain", "no_mx", "dns apex MX " D " absent\n"},
	{"mx_chain", "resolver_failed", "no_resolver\n"},
	CHAIN_ROWS("cname_chain", "edge.test", "dns www AAAA " W " ok cname=edge.test = 2001:db8::1\n"),
	{"cname_chain", "no_cname", BOTH "dns www A " W " absent\ndns www AAAA " W " ok cname=" D " = 2001:db8::1\n"},
	{"cname_chain", "no_cname", NX(D) NX(W)},
	{"cname_chain", "resolver_failed", "no_resolver\n"},
	{"cname_chain", "dns_timeout", BOTH "dns www A " W " timeout\ndns www AAAA " W " timeout fails=1\n"},
	{"cname_chain", "denied", ALL_DENIED},
	{"aaaa", "ok", BOTH},
	{"aaaa", "ok", NO4(D) A6(D)},
	{"aaaa", "no_aaaa", A4(D) NO6(D)},
	{"aaaa", "bogon_only", ODD("fd00::1|fe80::1")},
	{"aaaa", "some_bogon", ODD("fd00::1|2001:db8::1")},
	{"aaaa", "aaaa_nxdomain", A4(D) "dns apex AAAA " D " absent rcode=3\n"},
	{"aaaa", "aaaa_servfail", A4(D) "dns apex AAAA " D " servfail\ndns apex AAAA " D
				      " servfail fails=1\n"},
	{"aaaa", "dns_servfail", A4(D) "dns apex AAAA " D " servfail\n"},
	{"aaaa", "dns_servfail", A4(D) "dns apex AAAA " D " refused fails=0\n"},
	{"aaaa", "dns_servfail", "dns apex A " D " servfail fails=1\ndns apex AAAA " D
				 " servfail fails=1\n"},
	{"aaaa", "aaaa_timeout", A4(D) "dns apex AAAA " D " timeout fails=1\n"},
	{"aaaa", "aaaa_timeout",
	 A4(D) "dns apex AAAA " D " timeout\ndns apex AAAA " D " servfail fails=1\n"},
	{"aaaa", "aaaa_timeout",
	 A4(D) "dns apex AAAA " D " servfail\ndns apex AAAA " D " servfail fails=1\n"
	       "dns authority_aaaa AAAA " D " timeout fails=1\n"},
	{"aaaa", "aaaa_servfail",
	 A4(D) "dns apex AAAA " D " timeout\ndns apex AAAA " D " timeout fails=1\n"
	       "dns authority_aaaa AAAA " D " servfail\n"},
	{"aaaa", "aaaa_timeout", /* under another id: nobody hears it, however soon the resolver gives up */
	 A4(D) "dns apex AAAA " D " servfail\ndns apex AAAA " D " servfail fails=1\n"
	       "dns authority_aaaa AAAA " D " malformed why=mismatch\n"},
	{"aaaa", "aaaa_servfail", /* nonsense is an answer, however late the resolver gives up */
	 A4(D) "dns apex AAAA " D " timeout\ndns apex AAAA " D " timeout fails=1\n"
	       "dns authority_aaaa AAAA " D " malformed why=pointer\n"},
	{"aaaa", "aaaa_servfail", /* its servers answer: the resolver's word stands */
	 A4(D) "dns apex AAAA " D " servfail fails=1\ndns authority_aaaa AAAA " D " ok = 2001:db8::1\n"},
	{"aaaa", "dns_timeout", A4(D) "dns apex AAAA " D " timeout\n"},
	{"aaaa", "dns_timeout", "dns apex A " D " timeout fails=2\n" NO6(D)},
	{"aaaa", "ok", A4(D) "dns apex AAAA " D " timeout\ndns apex AAAA " D
			     " ok fails=1 = 2001:db8::1\n"},
	{"aaaa", "cname_loop", "dns apex A " D " malformed why=cname_loop\ndns apex AAAA " D
			       " malformed why=cname_loop\n"},
	{"aaaa", "cname_loop", "dns apex A " D " malformed why=cname_long\n" NO6(D)},
	{"aaaa", "no_such_domain", NX(D)},
	{"aaaa", "no_address", "dns apex A " D " absent rcode=3 cname=gone.test\ndns apex AAAA " D
			       " absent rcode=3 cname=gone.test\n"},
	{"aaaa", "no_address", NO4(D) NO6(D)},
	{"aaaa", "resolver_failed", "no_resolver\n" ALL_SERVFAIL},
	{"aaaa", "ok", "no_v6\n" BOTH},
	DNS_UNKNOWNS("aaaa"),

	{"www_aaaa", "ok", A4(W) A6(W)},
	{"www_aaaa", "no_aaaa", BOTH A4(W) NO6(W)},
	{"www_aaaa", "bogon_only", A4(W) "dns www AAAA " W " ok = ::1\n"},
	{"www_aaaa", "some_bogon", A4(W) "dns www AAAA " W " ok = 2001:db8::1|ff02::1\n"},
	{"www_aaaa", "aaaa_nxdomain", A4(W) "dns www AAAA " W " absent rcode=3\n"},
	{"www_aaaa", "aaaa_servfail", A4(W) "dns www AAAA " W " servfail fails=1\n"},
	{"www_aaaa", "aaaa_timeout", A4(W) "dns www AAAA " W " timeout fails=1\n"},
	{"www_aaaa", "cname_loop", A4(W) "dns www AAAA " W " malformed why=cname_loop\n"},
	{"www_aaaa", "no_www", BOTH NX(W)},
	{"www_aaaa", "no_address", NO4(W) NO6(W)},
	{"www_aaaa", "dns_timeout", "dns www A " W " timeout\ndns www AAAA " W " timeout\n"},
	{"www_aaaa", "dns_servfail", "dns www A " W " servfail\ndns www AAAA " W " servfail\n"},
	{"www_aaaa", "denied", "dns www A " W " denied\ndns www AAAA " W " denied\n"},
	{"www_aaaa", "limit", BOTH},
	{"www_aaaa", "resolver_failed", "no_resolver\n"},

	{"bogon", "ok", BOTH},
	{"bogon", "ok", A4(D) NO6(D) A4(W) A6(W)},
	{"bogon", "no_aaaa", A4(D) NO6(D)},
	{"bogon", "mapped", ODD("::ffff:192.0.2.1")},
	{"bogon", "compatible", ODD("::192.0.2.1")},
	{"bogon", "unspecified_loopback", ODD("::1")},
	{"bogon", "unspecified_loopback", ODD("fd00::1|::")},
	{"bogon", "ula", ODD("2001:db8::1|fd00::1")},
	{"bogon", "ula", BOTH A4(W) "dns www AAAA " W " ok = fd00::1\n"},
	{"bogon", "linklocal", ODD("fe80::1")},
	{"bogon", "linklocal", ODD("fec0::1")},
	{"bogon", "6to4", ODD("2002:c000:201::1")},
	{"bogon", "teredo", ODD("2001:0:c000:201::1")},
	{"bogon", "nat64", ODD("64:ff9b::c000:201")},
	{"bogon", "nat64", ODD("64:ff9b:1::1")},
	{"bogon", "documentation", ODD("3fff::1")},
	{"bogon", "multicast", ODD("ff02::1")},
	{"bogon", "other_special", ODD("100::1")},
	DNS_UNKNOWNS("bogon"),

	{"https_rr", "ok", BOTH "dns apex HTTPS " D " ok = 1 . alpn=h2\n"},
	{"https_rr", "ok", BOTH "dns apex HTTPS " D
				" ok = 1 . ipv4hint=192.0.2.1 ipv6hint=2001:db8::1\n"},
	{"https_rr", "no_https_rr", BOTH "dns apex HTTPS " D " absent\n"},
	{"https_rr", "no_v6hint", A4(D) NO6(D) "dns apex HTTPS " D " ok = 1 . ipv4hint=192.0.2.1\n"},
	{"https_rr", "no_v6hint", BOTH "dns apex HTTPS " D " ok = 0 cdn.test\n"},
	{"https_rr", "ok", A4(D) NO6(D) "dns hop AAAA cdn.test ok = 2001:db8::7\ndns apex HTTPS " D
			   " ok = 0 cdn.test\n"},
	{"https_rr", "hint_differs", BOTH "dns apex HTTPS " D
					  " ok = 1 . ipv6hint=2001:db8::1,2001:db8::2\n"},
	{"https_rr", "no_such_domain", "dns apex HTTPS " D " absent rcode=3\n"},
	{"https_rr", "dns_timeout", "dns apex HTTPS " D " timeout\n"},
	{"https_rr", "dns_servfail", "dns apex HTTPS " D " servfail\n"},
	{"https_rr", "denied", "dns apex HTTPS " D " denied\n"},
	{"https_rr", "limit", ""},
	{"https_rr", "resolver_failed", "no_resolver\n"},

	{"ns_aaaa", "two_or_more", TWO},
	{"ns_aaaa", "only_one", NS NS6("ns1.test", "2001:db8::a") NS4("ns2.test")},
	{"ns_aaaa", "no_ns_aaaa", NS NS4("ns1.test") NS4("ns2.test")},
	{"ns_aaaa", "no_ns_aaaa", NS NS4("ns1.test") "dns ns A ns2.test ok = 192.0.2.5\n"
				  "dns ns AAAA ns2.test servfail fails=1\n"},
	{"ns_aaaa", "dns_servfail", NS NS4("ns1.test") "dns ns A ns2.test ok = 192.0.2.5\n"
				    "dns ns AAAA ns2.test servfail\n"},
	{"ns_aaaa", "ns_bogon", NS NS6("ns1.test", "fd00::1") NS4("ns2.test")},
	{"ns_aaaa", "no_zone", "dns zone NS " D " absent\n"},
	{"ns_aaaa", "no_such_domain", "dns zone NS " D " absent rcode=3\n"},
	{"ns_aaaa", "dns_timeout", "dns zone NS " D " timeout\n"},
	{"ns_aaaa", "dns_servfail", "dns zone NS " D " servfail\n"},
	{"ns_aaaa", "denied", "dns zone NS " D " denied\n"},
	{"ns_aaaa", "limit", NS},
	{"ns_aaaa", "resolver_failed", "no_resolver\n"},

#define NS_REACH(check, via, dead)                                                                 \
	{check, "ok", TWO SOA(via, "2001:db8::a", "ok aa=1") SOA(via, "2001:db8::b", "ok aa=1")},  \
	{check, "some", TWO SOA(via, "2001:db8::a", "ok aa=1")                                     \
				SOA(via, "2001:db8::b", "timeout fails=1")},                       \
	{check, dead, TWO SOA(via, "2001:db8::a", "refused")                                       \
			      SOA(via, "2001:db8::b", "timeout fails=1")},                         \
	{check, dead, TWO SOA(via, "2001:db8::a", "unreachable")                                   \
			      SOA(via, "2001:db8::b", "closed")},                                  \
	{check, "v6_lame", TWO SOA(via, "2001:db8::a", "ok aa=0")                                  \
				   SOA(via, "2001:db8::b", "refused rcode=5")},                    \
	{check, "no_ns_aaaa", NS NS4("ns1.test") NS4("ns2.test")},                                 \
	{check, "observer_no_v6", "no_v6\n" TWO},                                                  \
	{check, "no_ns_aaaa", "no_v6\n" NS NS4("ns1.test") NS4("ns2.test")},                       \
	{check, "timeout_once", TWO SOA(via, "2001:db8::a", "ok aa=1")                             \
					SOA(via, "2001:db8::b", "timeout")},                       \
	{check, "dns_timeout", "dns zone NS " D " timeout\n"},                                     \
	{check, "dns_servfail", "dns zone NS " D " servfail\n"},                                   \
	{check, "denied", TWO SOA(via, "2001:db8::a", "ok aa=1") SOA(via, "2001:db8::b", "denied")}, \
	{check, "limit", TWO SOA(via, "2001:db8::a", "ok aa=1")},                                  \
	{check, "resolver_failed", "no_resolver\n"}
	NS_REACH("ns_udp", "auth_udp", "v6_no_answer"),
	NS_REACH("ns_tcp", "auth_tcp", "v6_no_tcp"),

	{"mx_aaaa", "ok", MX MX6("mx1.test") MX6("mx2.test")},
	{"mx_aaaa", "some", MX MX6("mx1.test") MX4("mx2.test")},
	{"mx_aaaa", "no_mx_aaaa", MX MX4("mx1.test") MX4("mx2.test")},
	{"mx_aaaa", "null_mx", "dns apex MX " D " ok = 0 .\n"},
	{"mx_aaaa", "no_mx", "dns apex MX " D " absent\n"},
	{"mx_aaaa", "limit", MX MX6("mx1.test")},
	{"mx_aaaa", "dns_timeout", "dns apex MX " D " timeout\n"},
	{"mx_aaaa", "dns_servfail", "dns apex MX " D " servfail\n"},
	{"mx_aaaa", "denied", "dns apex MX " D " denied\n"},
	{"mx_aaaa", "resolver_failed", "no_resolver\n"},

#define MX66 MX MX6("mx1.test") MX6("mx2.test")
	{"mx_smtp", "ok", MX66 "smtp mx1.test 6 ok\nsmtp mx2.test 6 ok\n"},
	{"mx_smtp", "ok", MX MX6("mx1.test") MX4("mx2.test") "smtp mx1.test 6 ok\n"},
	{"mx_smtp", "ok", MX66 "smtp mx1.test 6 timeout\nsmtp mx1.test 6 ok fails=1\nsmtp mx2.test 6 ok\n"},
	{"mx_smtp", "some", MX66 "smtp mx1.test 6 ok\nsmtp mx2.test 6 refused\n"},
	{"mx_smtp", "v6_refused", MX66 "smtp mx1.test 6 refused\nsmtp mx2.test 6 refused\n"},
	{"mx_smtp", "v6_timeout", MX66 "smtp mx1.test 6 timeout fails=1\nsmtp mx2.test 6 timeout "
				  "fails=1\nsmtp mx1.test 4 ok\n"},
	{"mx_smtp", "v6_unreachable", MX66 "smtp mx1.test 6 unreachable\nsmtp mx2.test 6 refused\n"},
	{"mx_smtp", "bad_banner", MX66 "smtp mx1.test 6 refused connect_us=9 banner_code=554\n"
				  "smtp mx2.test 6 closed connect_us=9\n"},
	{"mx_smtp", "port_25_blocked", MX66 "smtp mx1.test 6 timeout fails=1\nsmtp mx2.test 6 timeout "
				       "fails=1\nsmtp mx1.test 4 timeout fails=1\n"},
	{"mx_smtp", "timeout_once", MX66 "smtp mx1.test 6 timeout\nsmtp mx2.test 6 ok\n"},
	{"mx_smtp", "no_mx_aaaa", MX MX4("mx1.test") MX4("mx2.test")},
	{"mx_smtp", "null_mx", "dns apex MX " D " ok = 0 .\n"},
	{"mx_smtp", "no_mx", "dns apex MX " D " absent\n"},
	{"mx_smtp", "observer_no_v6", "no_v6\n" MX66},
	{"mx_smtp", "dns_timeout", "dns apex MX " D " timeout\n"},
	{"mx_smtp", "dns_servfail", "dns apex MX " D " servfail\n"},
	{"mx_smtp", "denied", MX66 "smtp mx1.test 6 denied\nsmtp mx2.test 6 ok\n"},
	{"mx_smtp", "limit", MX66 "smtp mx1.test 6 ok\n"},
	{"mx_smtp", "resolver_failed", "no_resolver\n"},

#define ONE_MX "dns apex MX " D " ok = 10 mx1.test\n" MX6("mx1.test")
#define TLS(family, rest) "smtp mx1.test " family " ok starttls=1 tls_version=TLSv1.3 " rest "\n"
#define PLAIN(family) "smtp mx1.test " family " ok starttls=0\n"
#define NO_TLS(family) "smtp mx1.test " family " ok starttls=1 starttls_code=454\n"
	{"mx_starttls", "same", ONE_MX TLS("6", "cert_sha256=c0 cert_ok=0") TLS("4", "cert_sha256=c0 cert_ok=0")},
	{"mx_starttls", "renewed", ONE_MX TLS("6", "cert_sha256=c0 cert_subject=s cert_ok=1") TLS("4", "cert_sha256=c1 cert_subject=s cert_ok=1")},
	{"mx_starttls", "cert_differs", ONE_MX TLS("6", "cert_sha256=c0 cert_subject=s") TLS("4", "cert_sha256=c1 cert_subject=t")},
	{"mx_starttls", "version_differs", ONE_MX TLS("6", "cert_sha256=c0") "smtp mx1.test 4 ok starttls=1 tls_version=TLSv1.2 cert_sha256=c0\n"},
	{"mx_starttls", "verify_differs", ONE_MX TLS("6", "cert_sha256=c0 cert_ok=0") TLS("4", "cert_sha256=c1 cert_ok=1")},
	{"mx_starttls", "cert_differs", ONE_MX TLS("6", "cert_sha256=c0 cert_ok=1 cert_subject=s") TLS("4", "cert_sha256=c1 cert_ok=0 cert_subject=t")},
	{"mx_starttls", "v4_only", ONE_MX PLAIN("6") NO_TLS("4")},
	{"mx_starttls", "v6_handshake", ONE_MX NO_TLS("6") TLS("4", "")},
	{"mx_starttls", "timeout_once", ONE_MX "smtp mx1.test 6 ok starttls=1 tls_why=timeout\n" TLS("4", "")},
	{"mx_starttls", "v6_handshake", ONE_MX "smtp mx1.test 6 ok starttls=1 tls_why=timeout\nsmtp mx1.test 6 ok starttls=1 tls_why=timeout fails=1\n" TLS("4", "")},
	{"mx_starttls", "same", ONE_MX "smtp mx1.test 6 ok starttls=1 tls_why=timeout\n" TLS("6", "cert_sha256=c0 fails=1") TLS("4", "cert_sha256=c0")},
	{"mx_starttls", "timeout_once", ONE_MX TLS("6", "") "smtp mx1.test 4 ok starttls=1 tls_why=timeout\n"},
	{"mx_starttls", "v6_only", ONE_MX TLS("6", "") PLAIN("4")},
	{"mx_starttls", "handshake", ONE_MX NO_TLS("6") NO_TLS("4")},
	{"mx_starttls", "none", ONE_MX PLAIN("6") PLAIN("4")},
	{"mx_starttls", "one_family", ONE_MX PLAIN("6") "smtp mx1.test 4 refused\n"},
	{"mx_starttls", "one_family", "dns apex MX " D " ok = 10 mx1.test\ndns mx AAAA mx1.test ok = 2001:db8::25\ndns mx A mx1.test absent\n" PLAIN("6")},
	{"mx_starttls", "v4_only", MX66 PLAIN("6") TLS("4", "") "smtp mx2.test 6 ok starttls=0\nsmtp mx2.test 4 timeout\n"},
	{"mx_starttls", "timeout_once", MX66 TLS("6", "cert_sha256=c0") TLS("4", "cert_sha256=c0") "smtp mx2.test 6 ok starttls=0\nsmtp mx2.test 4 timeout\n"},
	{"mx_starttls", "one_family", ONE_MX PLAIN("6") "smtp mx1.test 4 timeout\nsmtp mx1.test 4 timeout fails=1\n"},
	{"mx_starttls", "no_mx_aaaa", MX MX4("mx1.test") MX4("mx2.test")},
	{"mx_starttls", "null_mx", "dns apex MX " D " ok = 0 .\n"},
	{"mx_starttls", "no_mx", "dns apex MX " D " absent\n"},
	{"mx_starttls", "observer_no_v6", "no_v6\n" MX66},
	{"mx_starttls", "observer_no_v4", "no_v4\n" MX66},
	{"mx_starttls", "dns_timeout", "dns apex MX " D " timeout\n"},
	{"mx_starttls", "dns_servfail", ONE_MX "dns mx AAAA mx1.test servfail\n"},
	{"mx_starttls", "denied", ONE_MX PLAIN("6") "smtp mx1.test 4 denied\n"},
	{"mx_starttls", "limit", ONE_MX PLAIN("6")},
	{"mx_starttls", "resolver_failed", "no_resolver\n"},

#define ARPA_OF(digit) digit ".2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
#define ARPA ARPA_OF("5")
	{"mx_ptr", "ok", ONE_MX "dns ptr PTR " ARPA " ok = mx1.test\n"},
	{"mx_ptr", "ok", ONE_MX "dns ptr PTR " ARPA " ok = a.test|b.test\ndns ptr AAAA a.test absent\ndns ptr AAAA b.test ok = 2001:db8::24|2001:db8::25\n"},
	{"mx_ptr", "no_ptr", ONE_MX "dns ptr PTR " ARPA " absent rcode=3\n"},
	{"mx_ptr", "not_confirmed", ONE_MX "dns ptr PTR " ARPA " ok = a.test\ndns ptr AAAA a.test ok = 2001:db8::26\n"},
	{"mx_ptr", "not_confirmed", ONE_MX "dns ptr PTR " ARPA " ok = a.test\ndns ptr AAAA a.test absent\n"},
	{"mx_ptr", "some", MX MX6("mx1.test") "dns mx A mx2.test absent\ndns mx AAAA mx2.test ok = 2001:db8::26\ndns ptr PTR " ARPA " ok = mx1.test\ndns ptr PTR " ARPA_OF("6") " absent\n"},
	{"mx_ptr", "no_mx_aaaa", MX MX4("mx1.test") MX4("mx2.test")},
	{"mx_ptr", "null_mx", "dns apex MX " D " ok = 0 .\n"},
	{"mx_ptr", "no_mx", "dns apex MX " D " absent\n"},
	{"mx_ptr", "dns_timeout", ONE_MX "dns ptr PTR " ARPA " timeout fails=1\n"},
	{"mx_ptr", "dns_timeout", ONE_MX "dns ptr PTR " ARPA " ok = a.test|b.test\ndns ptr AAAA a.test timeout\ndns ptr AAAA b.test absent\n"},
	{"mx_ptr", "dns_servfail", ONE_MX "dns ptr PTR " ARPA " servfail\n"},
	{"mx_ptr", "denied", "dns apex MX " D " denied\n"},
	{"mx_ptr", "limit", ONE_MX},
	{"mx_ptr", "resolver_failed", "no_resolver\n"},

#define SPF(text) ONE_MX "dns spf TXT " D " ok = v=spf1 " text "\n"
#define TXT(name, text) "dns spf TXT " name " ok = " text "\n"
	{"spf_v6", "ok", SPF("ip6:2001:db8::/32 -all")},
	{"spf_v6", "ok", SPF("mx -all")},
	{"spf_v6", "ok", SPF("a -all") A6(D)},
	{"spf_v6", "ok", SPF("ip4:192.0.2.1 include:a.test -all") TXT("a.test", "v=spf1 ip6:2001:db8::1 -all")},
	{"spf_v6", "ok", SPF("ip4:192.0.2.1 redirect=a.test") TXT("a.test", "v=spf1 ip6:2001:db8::1 -all")},
	{"spf_v6", "ok", SPF("+all")},
	{"spf_v6", "ok", ONE_MX TXT(D, "other|v=spf1 ip6:::1")},
	{"spf_v6", "ok", SPF("include:a.test ip6:::1 -all") "dns spf TXT a.test timeout\n"},
	{"spf_v6", "ok", SPF("exists:%{i}.a.test ip6:::1 -all")},
	{"spf_v6", "v4_only", SPF("ip4:192.0.2.0/24 -all")},
	{"spf_v6", "v4_only", SPF("a -all") NO6(D)},
	{"spf_v6", "v4_only", SPF("a -all") "dns apex AAAA " D " ok = fd00::1\n"},
	{"spf_v6", "v4_only", SPF("ip4:192.0.2.1 -ip6:::/0 ?ip6:2001:db8::1 ~all ip6:::1")},
	{"spf_v6", "v4_only", SPF("ip4:192.0.2.1 -include:a.test -all") TXT("a.test", "v=spf1 ip6:::1 -all")},
	{"spf_v6", "v4_only", SPF("ip4:192.0.2.1 include:a.test") TXT("a.test", "v=spf1 -all")},
	{"spf_v6", "v4_only", SPF("ip4:192.0.2.1 -all redirect=a.test") TXT("a.test", "v=spf1 ip6:::1")},
	{"spf_v6", "nobody", SPF("-all")},
	{"spf_v6", "nobody", SPF("include:a.test -all") TXT("a.test", "v=spf1 -ip4:192.0.2.1 -all")},
	{"spf_v6", "macro", SPF("ip4:192.0.2.1 exists:%{i}.a.test -all")},
	{"spf_v6", "macro", SPF("include:%{d2}.a.test -all")},
	{"spf_v6", "no_spf", ONE_MX TXT(D, "something")},
	{"spf_v6", "no_spf", ONE_MX "dns spf TXT " D " absent\n"},
	{"spf_v6", "syntax", SPF("ip6:2001:db8::/32 ipv6:2001:db8::1 -all")},
	{"spf_v6", "syntax", SPF("include:a.test ip6:::1 -all") TXT("a.test", "v=spf1 a:")},
	{"spf_v6", "several_records", ONE_MX TXT(D, "v=spf1 ip6:::1|V=SPF1 -all")},
	{"spf_v6", "include_missing", SPF("include:a.test ip6:::1 -all") TXT("a.test", "something")},
	{"spf_v6", "include_missing", SPF("redirect=a.test") "dns spf TXT a.test absent rcode=3\n"},
	{"spf_v6", "loop", SPF("include:a.test ip6:::1") TXT("a.test", "v=spf1 redirect=" D)},
	{"spf_v6", "too_many_voids", SPF("a:x.test a:y.test a:z.test ip6:::1 -all") "dns spf AAAA x.test absent\ndns spf AAAA y.test absent\ndns spf AAAA z.test absent\n"},
	{"spf_v6", "ok", SPF("a:x.test a:y.test ip6:::1 -all") "dns spf AAAA x.test absent\ndns spf AAAA y.test absent\n"},
	{"spf_v6", "ok", SPF("a:x.test a:y.test a:z.test ip6:::1 -all") "dns spf AAAA x.test absent\ndns spf AAAA y.test absent\ndns spf AAAA z.test ok = fd00::1\n"},
	{"spf_v6", "ok", SPF("exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} ip6:::1")},
	{"spf_v6", "ok", SPF("exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} ip6:::1")},
	{"spf_v6", "too_many_lookups", SPF("exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} exists:%{i} ip6:::1")},
	{"spf_v6", "too_many_lookups", SPF("mx:a.test ip6:::1") "dns spf MX a.test ok = 1 a.a|1 b.a|1 c.a|1 d.a|1 e.a|1 f.a|1 g.a|1 h.a|1 i.a|1 j.a|1 k.a\n"},
	{"spf_v6", "null_mx", "dns apex MX " D " ok = 0 .\n"},
	{"spf_v6", "no_mx", "dns apex MX " D " absent\n"},
	{"spf_v6", "dns_timeout", ONE_MX "dns spf TXT " D " timeout\n"},
	{"spf_v6", "dns_timeout", SPF("ip4:192.0.2.1 include:a.test") "dns spf TXT a.test timeout\n"},
	{"spf_v6", "dns_servfail", SPF("include:a.test") "dns spf TXT a.test servfail\n"},
	{"spf_v6", "limit", SPF("include:a.test")},
	{"spf_v6", "limit", ONE_MX "dns spf TXT " D " ok why=data_limit = x\n"},
	{"spf_v6", "denied", ONE_MX "dns spf TXT " D " denied\n"},
	{"spf_v6", "resolver_failed", "no_resolver\n"},

	{"tcp", "ok", BOTH_WEB},
	{"tcp", "ok", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n"
		      "web apex 4 https 0 ok\nweb apex 4 http 0 refused\n"},
	{"tcp", "ok", NO4(D) A6(D) "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n"},
	{"tcp", "ok", A4(D) NO6(D) A4(W) A6(W) "web www 6 https 0 ok\nweb www 6 http 0 ok\n"},
	{"tcp", "some_ports", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n" WEB("4", "ok")},
	{"tcp", "timeout_once", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 timeout\n" WEB("4", "ok")},
	{"tcp", "denied", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n"
			  "web apex 4 https 0 ok\nweb apex 4 http 0 denied\n"},
	{"tcp", "denied", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 denied\n" WEB("4", "ok")},
	{"tcp", "v6_refused", PAGES("refused", "ok")},
	{"tcp", "v6_timeout", PAGES("timeout fails=1", "ok")},
	{"tcp", "timeout_once", PAGES("timeout", "ok")},
	{"tcp", "v6_unreachable", PAGES("unreachable", "ok")},
	{"tcp", "no_web", PAGES("refused", "timeout fails=1")},
	{"tcp", "v6_refused", NO4(D) A6(D) WEB("6", "refused")},
	{"tcp", "no_aaaa", A4(D) NO6(D)},
	{"tcp", "bogon_only", ODD("fd00::1")},
	{"tcp", "observer_no_v6", "no_v6\n" BOTH},
	{"tcp", "observer_no_v4", "no_v4\n" BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n"},
	DNS_UNKNOWNS("tcp"),

	{"tls", "ok", BOTH_WEB},
	{"tls", "cert_name", PAGES("ok cert_ok=0 cert_problem=name_mismatch", "ok")},
	{"tls", "cert_expired", PAGES("ok cert_ok=0 cert_problem=expired", "ok")},
	{"tls", "cert_untrusted", PAGES("ok cert_ok=0 cert_problem=self_signed", "ok")},
	{"tls", "v6_no_tls", BOTH "web apex 6 https 0 refused\n" WEB("4", "ok")},
	{"tls", "handshake", BOTH "web apex 6 https 0 tls connect_us=9 stage=tls\n" WEB("4", "ok")},
	{"tls", "handshake", BOTH "web apex 6 https 0 timeout connect_us=9 stage=tls fails=1\n"},
	{"tls", "timeout_once", BOTH "web apex 6 https 0 timeout connect_us=9 stage=tls\n"},
	{"tls", "tls_limit", BOTH "web apex 6 https 0 limit connect_us=9 stage=tls why=key_limit\n" WEB("4", "ok")},
	{"tls", "limit", BOTH "web apex 6 https 0 unknown connect_us=9 stage=tls\n"},
	{"tls", "timeout_once", BOTH "web apex 6 https 0 timeout\n"},
	{"tls", "old_version", PAGES("ok tls_version=TLSv1", "ok")},
	{"tls", "old_version", PAGES("ok tls_version=TLSv1.1", "ok")},
	{"tls", "ok", PAGES("ok tls_version=TLSv1.2", "ok")},
	{"tls", "no_tls", PAGES("refused", "refused")},
	{"tls", "no_tls", "no_v4\n" NO4(D) A6(D) WEB("6", "refused")},
	{"tls", "observer_no_v4", "no_v4\n" BOTH WEB("6", "refused")},
	{"tls", "denied", PAGES("refused", "denied")},
	{"tls", "no_aaaa", A4(D) NO6(D)},
	{"tls", "no_aaaa", ODD("fd00::1")},
	{"tls", "observer_no_v6", "no_v6\n" BOTH},
	DNS_UNKNOWNS("tls"),

#define TO(location) "ok status=301 location=" location
	{"http", "ok", BOTH_WEB},
	{"http", "ok", BOTH "web apex 6 https 0 refused\nweb apex 6 http 0 ok\n"},
	{"http", "ok", BOTH WEB("6", TO("https://www.example.test/")) "web www 6 https 0 ok\n"},
	{"http", "ok", BOTH WEB("6", TO("https://other.test/x")) "web apex 6 https 1 ok host=other.test\n"},
	{"http", "same_error", PAGES("ok status=404", "ok status=500")},
	{"http", "same_error", NO4(D) A6(D) WEB("6", "ok status=404")},
	{"http", "same_error", PAGES("timeout connect_us=9 stage=header fails=1 tls_version=TLSv1.3",
				     "timeout connect_us=9 stage=header fails=1 tls_version=TLSv1.3")},
	{"http", "v6_status", PAGES("ok status=403", "ok")},
	{"http", "v6_status", PAGES("malformed status=302 stage=done why=location:host connect_us=9", "ok")},
	{"http", "denied", PAGES("denied status=302 stage=done why=location:port connect_us=9", "ok")},
	{"http", "redirect_v4only", BOTH WEB("6", TO("https://old.test/"))
		"dns hop A old.test ok = 192.0.2.7\ndns hop AAAA old.test absent\n"},
	{"http", "redirect_v4only", BOTH WEB("6", TO("https://www.example.test/")) A4(W) NO6(W)},
	{"http", "redirect_v4only", BOTH WEB("6", TO("https://old.test/"))
		"dns hop A old.test ok = 192.0.2.7\ndns hop AAAA old.test ok = fd00::1\n"},
	{"http", "dns_timeout", BOTH WEB("6", TO("https://old.test/"))
		"dns hop A old.test ok = 192.0.2.7\ndns hop AAAA old.test timeout\n"},
	{"http", "limit", BOTH WEB("6", TO("https://old.test/"))
		"dns hop A old.test ok = 192.0.2.7\ndns hop AAAA old.test ok = 2001:db8::9\n"},
	{"http", "v6_stall", PAGES("timeout connect_us=9 stage=body status=200 fails=1 tls_version=TLSv1.3",
				   "ok")},
	{"http", "v6_stall", PAGES("closed connect_us=9 stage=header tls_version=TLSv1.3", "ok")},
	{"http", "v6_stall", PAGES("malformed connect_us=9 stage=body status=200 why=gzip tls_version=TLSv1.3",
				   "ok")},
	{"http", "timeout_once", PAGES("timeout connect_us=9 stage=header tls_version=TLSv1.3", "ok")},
	{"http", "limit", PAGES("limit connect_us=9 stage=header why=http:line tls_version=TLSv1.3", "ok")},
	{"http", "limit", PAGES("limit connect_us=9 stage=tls why=key_limit", "ok")},
	{"http", "limit", PAGES("unknown connect_us=9 stage=header tls_version=TLSv1.3", "ok")},
	{"http", "limit", PAGES("unknown connect_us=9 stage=body status=200 tls_version=TLSv1.3", "ok")},
	{"http", "ok", PAGES("limit status=200 stage=body why=ratio", "ok")},
	{"http", "redirect_loop", BOTH WEB("6", TO("https://example.test/"))},
	{"http", "redirect_loop", BOTH WEB("6", TO("https://www.example.test/"))
		"web www 6 https 0 " TO("https://example.test/") "\n"},
	{"http", "redirect_loop", BOTH WEB("6", TO("https://b.test/x"))
		"web apex 6 https 1 " TO("https://b.test/x") " host=b.test\n"},
	{"http", "redirect_loop", BOTH WEB("6", TO("https://b.test/1"))
		"web apex 6 https 1 " TO("https://b.test/2") "\nweb apex 6 https 2 " TO("https://b.test/3")
		"\nweb apex 6 https 3 " TO("https://b.test/4") "\nweb apex 6 https 4 "
		TO("https://b.test/5") "\nweb apex 6 https 5 " TO("https://b.test/6") "\n"},
	{"http", "v6_unreachable", PAGES("refused", "ok")},
	{"http", "v6_unreachable", BOTH "web apex 6 https 0 tls connect_us=9 stage=tls\nweb apex 6 http 0 "
		"refused\n" WEB("4", "ok")},
	{"http", "denied", BOTH "web apex 6 https 0 refused\nweb apex 6 http 0 denied\n" WEB("4", "ok")},
	{"http", "denied", PAGES("ok status=404", "denied")},
	{"http", "no_web", PAGES("refused", "refused")},
	{"http", "no_aaaa", A4(D) NO6(D)},
	{"http", "observer_no_v6", "no_v6\n" BOTH},
	{"http", "observer_no_v4", "no_v4\n" BOTH WEB("6", "ok status=404")},
	DNS_UNKNOWNS("http"),

#define PARTS(list) " text_parts=" list
#define TEXT(hash) "ok body_sha256=b" hash " text_words=90 title=T text_hash=" hash
	{"same_content", "same", BOTH_WEB},
	{"same_content", "same", PAGES(TEXT("0xff"), TEXT("0x00"))},
	{"same_content", "differs_slightly", PAGES(TEXT("0x1ff"), TEXT("0x00"))},
	{"same_content", "differs_slightly", PAGES(TEXT("0xffff"), TEXT("0x00"))},
	{"same_content", "text_differs", PAGES(TEXT("0x1ffff"), TEXT("0x00"))},
	{"same_content", "differs_slightly", PAGES(TEXT("0x1") " title=Other", TEXT("0x00"))},
	{"same_content", "text_differs", PAGES(TEXT("0x1"), "ok body_sha256=b9 text_words=0")},
	{"same_content", "same", PAGES("ok body_sha256=b1 text_words=0 body_b=1000",
				       "ok body_sha256=b2 text_words=0 body_b=1010")},
	{"same_content", "differs_slightly", PAGES("ok body_sha256=b1 text_words=0 body_b=1000",
						   "ok body_sha256=b2 text_words=0 body_b=2000")},
	{"same_content", "status_differs", PAGES("ok status=404", "ok")},
	{"same_content", "v6_blocked_us", PAGES("ok status=403", "ok")},
	{"same_content", "v4_blocked_us", PAGES("ok", "ok status=429")},
	{"same_content", "v6_blocked_us", PAGES("ok status=403", "ok status=404")},
	{"same_content", "v6_blocked_us", PAGES(TEXT("0x1ffff") " title=CAPTCHA", TEXT("0x00"))},
	{"same_content", "status_differs", PAGES("ok status=403 text_words=300", "ok")},
	{"same_content", "status_differs", PAGES("ok status=403", "ok status=503")},
	{"same_content", "same", PAGES("ok status=403", "ok status=403")},
	{"same_content", "part_differs", PAGES(TEXT("0x1ffff") PARTS("0,ffffffff,ffff0000"), TEXT("0x00") PARTS("ffffff00,0,f0f0f0f00f0f0f0f"))},
	{"same_content", "text_differs", PAGES(TEXT("0x1ffff") PARTS("0,ffffffff,ffff0000"), TEXT("0x00") PARTS("f0f0f0f00f0f0f0f,0,ff00ff00ff00ff"))},
	{"same_content", "ports_differ", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n"
		WEB("4", "ok")},
	{"same_content", "timeout_once", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 timeout\n"
		WEB("4", "ok")},
	{"same_content", "one_family", A4(D) NO6(D)},
	{"same_content", "one_family", NO4(D) A6(D)},
	{"same_content", "one_family", PAGES("refused", "ok")},
	{"same_content", "denied", PAGES("ok", "denied")},
	{"same_content", "denied", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n"
				   "web apex 4 https 0 ok\nweb apex 4 http 0 denied\n"},
	{"same_content", "denied", BOTH WEB("6", "ok") "web apex 4 https 0 refused\nweb apex 4 http 0 "
					"denied\n"},
	{"same_content", "one_family",
	 PAGES("timeout connect_us=9 stage=body status=200 fails=1 tls_version=TLSv1.3", "ok")},
	{"same_content", "denied", PAGES("denied status=302 stage=done why=location:port",
					 "denied status=302 stage=done why=location:port")},
	{"same_content", "status_differs", PAGES("denied status=302 stage=done why=location:port", "ok")},
	{"same_content", "same", PAGES("malformed status=302 stage=done why=location:host",
				       "malformed status=302 stage=done why=location:host")},
	{"same_content", "observer_no_v6", "no_v6\n" BOTH},
	{"same_content", "observer_no_v4", "no_v4\n" BOTH},
	DNS_UNKNOWNS("same_content"),

	{"tls_parity", "same", BOTH_WEB},
	{"tls_parity", "renewed", PAGES("ok cert_sha256=c1", "ok cert_sha256=c2")},
	{"tls_parity", "cert_differs", PAGES("ok cert_sha256=c1 cert_subject=CN=a", "ok")},
	{"tls_parity", "cert_differs", PAGES("ok cert_sha256=c1 cert_ok=0", "ok cert_ok=0")},
	{"tls_parity", "verify_differs", PAGES("ok cert_ok=0 cert_sha256=c1", "ok")},
	{"tls_parity", "version_differs", PAGES("ok tls_version=TLSv1.2", "ok")},
	{"tls_parity", "version_differs", PAGES("ok tls_version=TLSv1.2 cert_sha256=c1", "ok")},
	{"tls_parity", "one_family", PAGES("refused", "ok")},
	{"tls_parity", "limit", PAGES("ok", "unknown connect_us=9 stage=tls")},
	{"tls_parity", "limit", PAGES("limit connect_us=9 stage=tls why=key_limit", "ok")},
	{"tls_parity", "denied", PAGES("ok", "denied")},
	{"tls_parity", "timeout_once", PAGES("timeout", "ok")},
	{"tls_parity", "one_family", A4(D) NO6(D)},
	{"tls_parity", "observer_no_v6", "no_v6\n" BOTH},
	{"tls_parity", "observer_no_v4", "no_v4\n" BOTH},
	DNS_UNKNOWNS("tls_parity"),

#define HEADER_PARITY(check, key)                                                                  \
	{check, "same", PAGES("ok " key "=a;b", "ok " key "=A;B")},                                \
	{check, "none", BOTH_WEB},                                                                 \
	{check, "v4_only", PAGES("ok", "ok " key "=a")},                                           \
	{check, "v6_only", PAGES("ok " key "=a", "ok")},                                           \
	{check, "differs", PAGES("ok " key "=a", "ok " key "=ab")},                                \
	{check, "one_family", PAGES("refused", "ok " key "=a")},                                   \
	{check, "denied", PAGES("ok " key "=a", "denied")},                                        \
	{check, "timeout_once", PAGES("timeout", "ok " key "=a")},                                 \
	{check, "one_family", A4(D) NO6(D)},                                                       \
	{check, "observer_no_v6", "no_v6\n" BOTH},                                                 \
	{check, "observer_no_v4", "no_v4\n" BOTH},                                                 \
	DNS_UNKNOWNS(check)
	HEADER_PARITY("hsts_parity", "hsts"),
	HEADER_PARITY("alt_svc_parity", "alt_svc"),

#define H3 PAGES("ok alt_svc=h3=\":443\"", "ok")
#define Q(family, rest) "quic " D " " family " " rest "\n"
	{"http3", "ok", H3 Q("6", "ok") Q("4", "ok")},
	{"http3", "ok", H3 Q("6", "timeout") Q("6", "ok fails=1") Q("4", "ok")},
	{"http3", "ok", H3 Q("6", "ok") Q("4", "timeout")},
	{"http3", "ok", A6(D) NO4(D) WEB("6", "ok alt_svc=h3=\":443\"") Q("6", "ok")},
	{"http3", "ok", BOTH_WEB "dns apex HTTPS " D " ok = 1 . alpn=h2,h3\n" Q("6", "ok") Q("4", "ok")},
	{"http3", "v6_silent", H3 Q("6", "timeout fails=1") Q("4", "ok")},
	{"http3", "v6_silent", H3 Q("6", "unreachable") Q("4", "ok")},
	{"http3", "v6_refused", H3 Q("6", "refused") Q("4", "ok")},
	{"http3", "v6_malformed", H3 Q("6", "malformed") Q("4", "ok")},
	{"http3", "v4_silent", H3 Q("6", "ok") Q("4", "timeout fails=1")},
	{"http3", "udp_blocked", H3 Q("6", "timeout fails=1") Q("4", "timeout fails=1")},
	{"http3", "udp_blocked", H3 Q("6", "refused") Q("4", "timeout fails=1")},
	{"http3", "udp_blocked", A6(D) NO4(D) WEB("6", "ok alt_svc=h3=\":443\"") Q("6", "timeout fails=1")},
	{"http3", "both_closed", H3 Q("6", "refused") Q("4", "refused")},
	{"http3", "not_advertised", BOTH_WEB},
	{"http3", "not_advertised", BOTH_WEB "dns apex HTTPS " D " ok = 1 . alpn=h2,h30\n"},
	{"http3", "not_advertised", A4(D) NO6(D) WEB("4", "ok")},
	{"http3", "observer_no_v4", "no_v4\n" BOTH WEB("6", "ok alt_svc=h3=\":8443\"")},
	{"http3", "observer_no_v6", "no_v6\n" BOTH WEB("4", "ok")},
	{"http3", "timeout_once", PAGES("timeout", "ok")},
	{"http3", "dns_timeout", BOTH_WEB "dns apex HTTPS " D " timeout\n"},
	{"http3", "elsewhere", PAGES("ok alt_svc=h3=\":8443\"", "ok")},
	{"http3", "elsewhere", BOTH_WEB "dns apex HTTPS " D " ok = 1 . alpn=h3 port=8443\n"},
	{"http3", "no_aaaa", A4(D) NO6(D) WEB("4", "ok alt_svc=h3=\":443\"")},
	{"http3", "timeout_once", H3 Q("6", "timeout") Q("4", "ok")},
	{"http3", "timeout_once", H3 Q("6", "refused") Q("4", "timeout")},
	{"http3", "observer_no_v6", "no_v6\n" BOTH WEB("4", "ok alt_svc=h3=\":443\"")},
	{"http3", "observer_no_v4", "no_v4\n" BOTH WEB("6", "ok alt_svc=h3=\":443\"") Q("6", "refused")},
	DNS_UNKNOWNS("http3"),

#define LOADS(what) PAGES("ok resources=" what, "ok resources=" what)
#define CDN "cdn.test"
#define R(family, address, rest) "resource " CDN " " family " " rest " addr=" address "\n"
#define CDN6 "dns resource AAAA " CDN " ok = 2001:db8::c\n"
#define CDN4 "dns resource A " CDN " ok = 192.0.43.99\n"
#define CDN_NO6 "dns resource AAAA " CDN " absent\n" CDN4
	{"resources", "ok", LOADS("cdn.test/443/script") CDN6 CDN4 R("6", "2001:db8::c", "ok")},
	{"resources", "ok", LOADS("cdn.test/80/image") CDN6 CDN4 R("6", "2001:db8::c", "ok port=80 cert_ok=0")},
	{"resources", "ok", LOADS("cdn.test/443/script") CDN4 "dns resource AAAA " CDN " ok = 2001:db8::d|2001:db8::c\n"
		R("6", "2001:db8::d", "refused") R("6", "2001:db8::c", "ok")},
	{"resources", "ok", LOADS("cdn.test/443/script|gone.test/443/script") CDN6 CDN4 R("6", "2001:db8::c", "ok")
		NX("gone.test")},
	{"resources", "ok", LOADS("[x/443/script|cdn.test/443/script") CDN6 R("6", "2001:db8::c", "ok") NX("[x")},
	{"resources", "needed_v4only", LOADS("cdn.test/443/image,frame") CDN_NO6},
	{"resources", "needed_v4only", LOADS("192.0.43.7/443/script")},
	{"resources", "needed_v4only", LOADS("a.test/443/script|cdn.test/443/style") CDN_NO6}, /* a.test: not asked */
	{"resources", "needed_unreachable", LOADS("cdn.test/443/style") CDN6 CDN4 R("6", "2001:db8::c", "refused")
		R("4", "192.0.43.99", "ok")},
	{"resources", "needed_unreachable", LOADS("cdn.test/443/style") CDN6 CDN4
		R("6", "2001:db8::c", "timeout fails=1") R("4", "192.0.43.99", "ok")},
	{"resources", "needed_unreachable", LOADS("cdn.test/443/style") CDN6 CDN4
		R("6", "2001:db8::c", "ok cert_ok=0") R("4", "192.0.43.99", "ok")},
	{"resources", "needed_unreachable", LOADS("cdn.test/443/style|img.test/443/image") CDN6 CDN4
		R("6", "2001:db8::c", "tls") R("4", "192.0.43.99", "ok") A4("img.test") NO6("img.test")},
	{"resources", "some_v4only", LOADS("cdn.test/443/image,font,media,icon") CDN_NO6},
	{"resources", "some_unreachable", LOADS("cdn.test/443/font") CDN6 CDN4 R("6", "2001:db8::c", "unreachable")
		R("4", "192.0.43.99", "ok")},
	{"resources", "none_foreign", LOADS("")},
	{"resources", "all_gone", LOADS("cdn.test/443/script") NX(CDN)},
	{"resources", "all_gone", LOADS("10.1.2.3/443/script")},
	{"resources", "all_gone", LOADS("cdn.test/443/style") CDN6 CDN4 R("6", "2001:db8::c", "refused")
		R("4", "192.0.43.99", "refused")},
	{"resources", "all_gone", LOADS("cdn.test/443/style") CDN6 "dns resource A " CDN " absent\n"
		R("6", "2001:db8::c", "refused")},
	{"resources", "no_aaaa", A4(D) NO6(D) WEB("4", "ok resources=cdn.test/443/script") CDN_NO6},
	{"resources", "no_page", PAGES("refused", "ok")},
	{"resources", "no_page", PAGES("closed connect_us=9 stage=body status=200", "ok")},
	{"resources", "no_page", PAGES("ok status=503 resources=", "ok")},
	{"resources", "not_html", PAGES("ok content_type=application/pdf", "ok")},
	{"resources", "unread", PAGES("ok content_type=Text/HTML;charset=x why=coding", "ok")},
	{"resources", "cut", LOADS("cdn.test/443/script resources_limit=hosts") CDN6 R("6", "2001:db8::c", "ok")},
	{"resources", "cut", LOADS(" why=body_limit")},
	{"resources", "cut", LOADS("cdn.test/8443/script resources_limit=port") CDN6 CDN4},
	{"resources", "needed_v4only", LOADS("cdn.test/8443/script resources_limit=port") CDN_NO6},
	{"resources", "limit", LOADS("cdn.test/443/script") CDN6 CDN4},
	{"resources", "denied", LOADS("cdn.test/443/script") CDN6 CDN4 R("6", "2001:db8::c", "denied")},
	{"resources", "timeout_once", LOADS("cdn.test/443/script") CDN6 CDN4 R("6", "2001:db8::c", "timeout")},
	{"resources", "timeout_once", PAGES("timeout", "ok")},
	{"resources", "timeout_once", PAGES("timeout connect_us=9 stage=body status=200", "ok")},
	{"resources", "observer_no_v6", "no_v6\n" LOADS("cdn.test/443/script")},
	{"resources", "observer_no_v4", "no_v4\n" LOADS("cdn.test/443/script") CDN6 CDN4
		R("6", "2001:db8::c", "refused")},
	{"resources", "dns_timeout", LOADS("cdn.test/443/script") "dns resource AAAA " CDN " timeout\n" CDN4},
	{"resources", "dns_timeout", LOADS("cdn.test/443/script") CDN6 "dns resource A " CDN " timeout\n"
		R("6", "2001:db8::c", "refused")},
	DNS_UNKNOWNS("resources"),

#define R6(n, ends) "web repeat 6 https " #n " " ends " connect_us=20000 tls_us=40000 first_byte_us=30000\n"
#define R4(n, ends, us) "web repeat 4 https " #n " " ends " connect_us=" us " tls_us=40000 first_byte_us=30000\n"
#define FIVE6 R6(1, "ok") R6(2, "ok") R6(3, "ok") R6(4, "ok") R6(5, "ok")
#define FIVE4(us) R4(1, "ok", us) R4(2, "ok", us) R4(3, "ok", us) R4(4, "ok", us) R4(5, "ok", us)
#define N6(n) "web repeat 6 https " #n " ok connect_us=10500 tls_us=40000 first_byte_us=30000\n"
#define NEAR6 N6(1) N6(2) N6(3) N6(4) N6(5)
#define ALL_SLOW4 " tls_us=20000 first_byte_us=10000\n"
#define SLOW4(n) "web repeat 4 https " #n " ok connect_us=9000" ALL_SLOW4
#define GONE(family, n) "web repeat " family " https " #n " closed\n"
	{"success", "steady", BOTH_WEB FIVE6},
	{"success", "steady", BOTH_WEB FIVE6 "web repeat 6 https 6 limit\n"},
	{"success", "steady", BOTH_WEB FIVE6 "web repeat 6 https 6 ok status=429\n"},
	{"success", "unsteady", BOTH_WEB FIVE6 GONE("6", 6)},
	{"success", "unsteady", BOTH_WEB R6(1, "ok") R6(2, "ok") R6(3, "ok") R6(4, "ok") R6(5, "ok status=500") FIVE4("20000")},
	{"success", "same_on_v4", BOTH_WEB R6(1, "ok") R6(2, "ok") R6(3, "ok") R6(4, "ok") GONE("6", 5) R4(1, "ok", "9") R4(2, "ok", "9")
		R4(3, "ok", "9") R4(4, "ok", "9") GONE("4", 5)},
	{"success", "failing", BOTH_WEB FIVE6 GONE("6", 6) GONE("6", 7)},
	{"success", "few", BOTH_WEB R6(1, "ok") R6(2, "ok") R6(3, "ok") R6(4, "ok")},
	{"success", "not_asked", BOTH_WEB},
	{"success", "observer_no_v6", "no_v6\n" BOTH_WEB FIVE6},
	{"success", "observer_no_v4", "no_v4\n" BOTH_WEB R6(1, "ok") R6(2, "ok") R6(3, "ok") R6(4, "ok") GONE("6", 5)},
	{"timing", "alike", BOTH_WEB FIVE6 FIVE4("20000")},
	{"timing", "alike", BOTH_WEB FIVE6 FIVE4("25000")},
	{"timing", "alike", "dns apex A " D " ok rtt_us=1000 = 192.0.2.1\ndns apex AAAA " D " ok rtt_us=900000 = 2001:db8::1\n"
		FIVE6 FIVE4("20000")}, /* one sample weighs nothing */
	{"timing", "alike", BOTH_WEB NEAR6 FIVE4("0")},
	{"timing", "slower", BOTH_WEB FIVE6 FIVE4("10000")},
	{"timing", "slower", BOTH_WEB FIVE6 FIVE4("0")}, /* as if it were the floor */
	{"timing", "much_slower", BOTH_WEB FIVE6 SLOW4(1) SLOW4(2) SLOW4(3) SLOW4(4) SLOW4(5)},
	{"timing", "few_pairs", BOTH_WEB FIVE6 R4(1, "ok", "20000") R4(2, "ok", "20000")},
	{"timing", "no_v4", BOTH_WEB FIVE6},
	{"timing", "few", BOTH_WEB R6(1, "ok")},
	{"timing", "not_asked", BOTH_WEB},
	{"timing", "observer_no_v6", "no_v6\n" BOTH_WEB FIVE6},
	{"timing", "observer_no_v4", "no_v4\n" BOTH_WEB FIVE6},

#define HOME BOTH_WEB "link 1 " D "\n"
#define L(level, rest) "link " #level " " D " " rest "\n"
#define GOOD "status6=200 status4=200"
#define BAD "why6=refused status4=200"
#define LINKS(check, level)                                                                        \
	{check, "ok", HOME L(level, GOOD) L(level, "status6=404 status4=404")},                    \
	{check, "ok", HOME L(level, GOOD) L(level, "why6=refused why4=refused")},                  \
	{check, "ok", HOME L(level, GOOD) L(level, "why6=robots why4=robots")},                    \
	{check, "ok", HOME L(level, GOOD) L(2, "internal=0 " BAD)},                                \
	{check, "ok", "no_v4\n" HOME L(level, "status6=200 why4=off")},                            \
	{check, "some", HOME L(level, GOOD) L(level, BAD)},                                        \
	{check, "some", HOME L(level, GOOD) L(level, BAD) L(level, "why6=limit status4=200")},     \
	{check, "some", HOME L(level, GOOD) L(level, "status6=500 status4=200")},                  \
	{check, "some", HOME L(level, GOOD) L(level, "status6=500 status4=404") L(level, BAD)},    \
	{check, "some", HOME L(level, GOOD) L(level, "why6=cert status4=200")},                    \
	{check, "none", HOME L(level, BAD)},                                                       \
	{check, "limit", HOME L(level, BAD) L(level, "why6=limit status4=200")},                   \
	{check, "observer_no_v4", "no_v4\n" HOME L(level, BAD) L(level, "why6=refused why4=off")}, \
	{check, "no_links", HOME},                                                                 \
	{check, "all_dead", HOME L(level, "why6=timeout why4=no_address")},                        \
	{check, "all_dead", HOME L(level, "status6=500 status4=404")},                             \
	{check, "refused", HOME L(level, "why6=robots why4=robots")},                              \
	{check, "not_asked", BOTH_WEB},                                                            \
	{check, "no_page", PAGES("refused", "refused") "link 1 " D " found2=null\n"},              \
	{check, "cut", BOTH_WEB "link 1 " D " cut=" #level "\n" L(level, GOOD)},                   \
	{check, "unread", HOME L(level, "why6=off why4=off") L(level, GOOD)},                      \
	{check, "limit", HOME L(level, "status6=500 why4=limit")},                                 \
	{check, "timeout_once", HOME L(level, "why6=timeout_once status4=200")},                   \
	{check, "observer_no_v6", "no_v6\n" BOTH WEB("4", "ok") "link 1 " D "\n"},                 \
	{check, "observer_no_v4", "no_v4\n" HOME L(level, "why6=refused why4=off")},               \
	{check, "observer_no_v4", "no_v4\n" PAGES("refused", "refused") "link 1 " D " found2=null\n"}, \
	{check, "denied", PAGES("denied", "denied") "link 1 " D " found2=null\n"},                 \
	{check, "dns_timeout", ALL_SILENT "link 1 " D " found2=null\n"},                           \
	{check, "dns_timeout", HOME L(level, "why6=dns_timeout status4=200")},                     \
	{check, "dns_servfail", ALL_SERVFAIL "link 1 " D " found2=null\n"},                        \
	{check, "resolver_failed", "no_resolver\n" "link 1 " D " found2=null\n"},                  \
	{check, "limit", "link 1 " D " found2=null\n"}
	LINKS("links2", 2),
	LINKS("links3", 3),

	{"site", "ok", BOTH_WEB NX(W)},
	{"site", "ok", A4(D) NO6(D) A4(W) A6(W) "web www 6 https 0 ok\nweb www 6 http 0 ok\n"
		"web www 4 https 0 ok\nweb www 4 http 0 ok\n"},
	{"site", "partial", PAGES("ok cert_ok=0 cert_problem=expired", "ok") NX(W)},
	{"site", "partial", PAGES("ok status=404", "ok status=404") NX(W)},
	{"site", "partial", BOTH "web apex 6 https 0 ok\nweb apex 6 http 0 refused\n" WEB("4", "ok") NX(W)},
	{"site", "no_aaaa", A4(D) NO6(D) A4(W) NO6(W)},
	{"site", "no_aaaa", "no_v6\n" A4(D) NO6(D) NX(W)},
	{"site", "no_aaaa", A4(D) "dns apex AAAA " D " servfail fails=1\n" NX(W)},
	{"site", "v6_broken", PAGES("refused", "ok") NX(W)},
	{"site", "v6_broken", ODD("fd00::1") NX(W)},
	{"site", "v6_broken", PAGES("refused", "ok") A4(W) NO6(W)},
	{"site", "timeout_once", PAGES("timeout", "ok") A4(W) NO6(W)},
	{"site", "no_such_domain", NX(D) NX(W)},
	{"site", "no_address", NO4(D) NO6(D) NX(W)},
	{"site", "no_web", PAGES("refused", "refused") NX(W)},
	{"site", "observer_no_v6", "no_v6\n" BOTH NX(W)},
	{"site", "observer_no_v4", "no_v4\n" BOTH WEB("6", "ok status=404") NX(W)},
	DNS_UNKNOWNS("site"),
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool seen[64][64]; /* check, reason */

static void mark(const struct check *c, const char *code)
{
	size_t k = 0;

	while (check_list[k] != c)
		k++;
	seen[k][check_reason(c, code) - c->reasons] = true;
}

static void judge_row(size_t i)
{
	const struct check *c = check_find(rows[i].check);
	struct sample m;
	struct verdict_row row;

	if (!ok(c && check_reason(c, rows[i].code), "%s has the code %s", rows[i].check, rows[i].code))
		return;
	sample_init(&m, rows[i].evidence);
	check_run(c, &m.site, &m.arena, &row);
	if (!ok(!strcmp(row.reason, rows[i].code), "%s: %s (row %zu)", rows[i].check, rows[i].code, i))
		printf("# got %s %s\n", row.reason, row.evidence);
	ok(row.evidence[0] == '{' && row.evidence[strlen(row.evidence) - 1] == '}',
	   "its evidence is an object");
	mark(c, row.reason);
	sample_done(&m);
}

static void every_reason(void)
{
	for (size_t k = 0; check_list[k]; k++)
		for (const struct reason *r = check_list[k]->reasons; r->code; r++)
			ok(seen[k][r - check_list[k]->reasons], "%s: %s is produced by a row",
			   check_list[k]->id, r->code);
}

/* Texts: both languages, a remedy for each fault, at most one place for the subject. */
static void every_text(void)
{
	for (size_t k = 0; check_list[k]; k++)
		for (const struct reason *r = check_list[k]->reasons; r->code; r++) {
			bool fault = r->verdict == VERDICT_FAIL || r->verdict == VERDICT_PARTIAL;
			bool both = (r->remedy_en[0] != 0) == (r->remedy_zh[0] != 0);

			ok(r->en[0] && r->zh[0] && both && (!fault || r->remedy_en[0]) &&
				   !strchr(r->en, '\n') && !strchr(r->remedy_en, '\n'),
			   "%s: %s has its texts", check_list[k]->id, r->code);
		}
}

int main(void)
{
	for (size_t i = 0; i < ROWS; i++)
		judge_row(i);
	every_reason();
	every_text();
	return done();
}
