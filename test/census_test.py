#!/usr/bin/env python3
"""The census in laboratories of its own: what it finds, what it never does, and what kill -9 does to it.

census_test.py [PART...]: all parts, or those named.  CENSUS_KILLS=N: so many kills (300).
"""
import collections
import glob
import http.client
import ipaddress
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata

from laboratory import (SEXTANT, Duck, Lab, Sniffer, Tap, differences, export, newest_round, truth, verify)

KILLS = int(os.environ.get("CENSUS_KILLS", "300"))
V4_RESOLVER = "dns.resolver=198.18.4.2"
SITES = ("3fff:100::/32", "198.19.0.0/16")
# states in which something is silent: each takes as long as our patience
SLOW = re.compile("drop|stall|timeout|udp-dead|ns-lame")
# a page that came over IPv6 is usable; its faults may show only in what could not be looked at
USABLE = re.compile("site: partial:partial, found pass:ok$")
OVER_V6 = ("ns_udp", "ns_tcp", "mx_smtp", "tcp", "tls", "http")

# Who is said who it is, begins with a tenth of its rates (P-RATE-1), and so does the laboratory: so a test
# that wants 20 sites a second says 200.
tap = Tap()
ok = tap.ok
work = tempfile.mkdtemp(prefix="sextant-census-")
WANT = truth()
LIMIT_RUBRIC_FILE_B = 1 << 20  # base/limits.h
FAST = [d for d in WANT if not SLOW.search(d)]
lab = other = None  # two laboratories, so that parts that bend the network do not meet


def path(name):
    return os.path.join(work, name)


def write(name, text):
    with open(path(name), "w") as f:
        f.write(text)
    return path(name)


def portfolio(name, domains):
    return write(name, "domain\n" + "".join(f"{d}\n" for d in domains))


def no_differences(db, what, *more):
    r = verify(db, *more)
    ok(r.returncode == 0 and ", 0 differences" in r.stdout, f"{what}: verify derives every verdict again",
       r.stdout[-600:] + r.stderr)


def or_unknown(said):
    return said.startswith("unknown:")


# ---- what it finds, and where it never sends ----

NEVER = {"loopback6": "ip6 daddr ::1", "loopback4": "ip daddr 127.0.0.0/8", "local6": "ip6 daddr fc00::/7",
         "link6": "ip6 daddr fe80::/10", "multicast6": "ip6 daddr ff00::/8", "documentation6": "ip6 daddr 2001:db8::/32",
         "six_to_four": "ip6 daddr 2002::/16", "teredo": "ip6 daddr 2001::/32", "nat64": "ip6 daddr 64:ff9b::/96",
         "mapped": "ip6 daddr ::ffff:0:0/96", "private10": "ip daddr 10.0.0.0/8", "private172": "ip daddr 172.16.0.0/12",
         "private192": "ip daddr 192.168.0.0/16", "link4": "ip daddr 169.254.0.0/16",
         "documentation4": "ip daddr { 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 }",
         "multicast4": "ip daddr 224.0.0.0/4", "reserved4": "ip daddr 240.0.0.0/4", "zero4": "ip daddr 0.0.0.0/8"}
# the kernel's own: neighbour discovery and membership of multicast groups
KERNEL = ("icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld-listener-report, "
          "mld-listener-done, mld2-listener-report } return")


def watch_canaries(node):
    lines = [f"counter {n} {{ }}" for n in [*NEVER, "elsewhere"]]
    rules = ["ip6 daddr 3fff::/20 return", "ip daddr 198.18.0.0/15 return", KERNEL,
             *(f"{match} counter name {n}" for n, match in NEVER.items()), "counter name elsewhere"]
    lab.nft(node, "table inet canary {\n" + "\n".join(lines) +
            "\nchain out {\ntype filter hook output priority -200\n" + "\n".join(rules) + "\n}\n}\n")


SEND = """
import socket
for a in ("::1", "fd00::1", "ff02::99", "2001:db8::1", "2002:c000:201::1", "2001:0:1::1", "64:ff9b::c000:201",
          "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "192.0.2.1", "224.0.0.99",
          "9.9.9.9"):
    s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"x", (a, 9, 0, 2) if a.startswith("ff") else (a, 9))
"""


def what_the_resolver_said(db, said):
    """When a verdict about names is another one than expected: how its questions ended, for who reads the log."""
    domains = sorted({d for d in WANT if re.search(rf"(^|\s){re.escape(d)}\s", said, re.M)})[:3]
    for o in export(db, "obs_dns"):
        if o["subject"] in domains and o["role"] != "authority":
            tap.note(" ".join(str(o[k]) for k in ("at_us", "qtype", "qname", "outcome", "rcode", "tries", "rtt_us", "fails")))


def finds():
    watch_canaries("observer")
    r = subprocess.run([SEXTANT, "lab", "verify", "--name", lab.name], capture_output=True, text=True, timeout=180)
    ok(r.returncode == 0 and ", 0 differences" in r.stdout, "the census finds what the truth table says",
       r.stdout[-1500:] + r.stderr)
    strange = {n: c for n, c in lab.counters("observer", "canary").items() if c}
    ok(not strange, "no packet to any address that no site may lead to (T-SSRF)", strange)
    lab.run("observer", sys.executable, "-c", SEND)
    seen = lab.counters("observer", "canary")
    ok(sum(c > 0 for c in seen.values()) >= 12 and seen["elsewhere"] >= 15, "and the counters would have seen one", seen)
    lab.nft("observer", "delete table inet canary")
    db = next(os.path.join(lab.dir, d) for d in os.listdir(lab.dir) if d.startswith("verify-"))
    if r.returncode:
        what_the_resolver_said(db, r.stdout)
    no_differences(db, "the laboratory's round")
    changed_by_hand(db)


def changed_by_hand(db):
    for sql, domain, what in (
            ("UPDATE obs_verdict SET verdict = 'fail' WHERE subject = 'good.test' AND \"check\" = 'tcp'",
             "good.test", "a verdict"),
            ("UPDATE obs_web SET status = 500 WHERE subject = 'plain.test' AND family = 6 AND status = 200",
             "plain.test", "evidence"),
            ("DELETE FROM obs_verdict WHERE subject = 'v4only.test'", "v4only.test", "a site that is gone")):
        duck = Duck(f"{db}/facts.duckdb")
        duck.run(sql)
        duck.close()
        r = verify(db)
        ok(r.returncode == 1 and re.search(rf"^{re.escape(domain)} ", r.stdout, re.M),
           f"verify finds {what} changed by hand, and exits 1", r.stdout[-800:] + r.stderr)


# ---- kill -9 ----

def kill_once(rng, path_, db, acked, n):
    """One run that is killed somewhere; which sites it told are noted under its round."""
    kind = ("group", "census", "prober")[n % 3]
    run = lab.begin("dual", path_, db, sets=("selftest.every_s=1", "rate.targets_per_s=400"))
    if rng.random() < 0.5:  # anywhere
        time.sleep(rng.uniform(0.02, 1.2))
    else:  # between the state and the facts: just after sites were told
        end = time.monotonic() + 3
        while not run.lines and run.process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(rng.choice((0, 0.01, 0.1, 0.5)) * rng.random())
    run.kill(kind)
    got = run.wait()
    left = not run.gone()
    told = run.domains()
    acked[newest_round(db)] += told
    return kind, got, left, told


def kills():
    rng = random.Random(int(os.environ.get("CENSUS_SEED", time.time_ns() % 10**9)))
    db, domains = path("kills"), FAST[:30]
    path_ = portfolio("kills.csv", domains)
    acked, left, bad = collections.defaultdict(list), 0, []
    killed = collections.Counter()
    for n in range(KILLS):
        kind, got, stayed, told = kill_once(rng, path_, db, acked, n)
        left += stayed
        killed[f"{kind}{'' if got.code else ', too late'}"] += 1
        if kind == "prober" and got.code not in (0, 4, -9):
            bad.append(f"exit code {got.code}: {got.err[-200:]}")
        if kind == "prober" and got.code == 4 and "the same command goes on where it stopped" not in got.err:
            bad.append(got.err[-300:])
    tap.note(f"{KILLS} kills: {dict(killed)}; {len(acked)} rounds, {sum(map(len, acked.values()))} sites told")
    ok(left == 0, "no prober outlives its census", left)
    ok(not bad, "a census whose prober was killed says so", bad)
    last = lab.census("dual", path_, db)
    acked[last.end.get("round")] += list(last.sites)
    ok(last.code == 0, "then it runs to its end", last.err)
    check_rounds(db, {k: v for k, v in acked.items() if k}, domains)


def check_rounds(db, acked, domains):
    rounds = [r for r in export(db, "round") if r["portfolio"]]
    done, facts = export(db, "round_done"), export(db, "obs_verdict")
    ok(all(r["status"] == "complete" for r in rounds), "every round was completed", rounds)
    ok(set(acked) <= {r["id"] for r in rounds}, "sites were told of rounds that are there")
    ok(all(len(set(told)) == len(told) for told in acked.values()), "no site was told twice in a round")
    stored = collections.defaultdict(set)
    for r in done:
        stored[r["round"]].add(r["domain"])
    lost = {r: sorted(set(told) - stored[r]) for r, told in acked.items() if set(told) - stored[r]}
    ok(not lost, f"what was told is stored: {sum(map(len, acked.values()))} sites", lost)
    ok(all(stored[r["id"]] == set(domains) and str(r["done"]) == str(r["total"]) == str(len(domains)) for r in rounds),
       f"all {len(domains)} sites are done in each of {len(rounds)} rounds", rounds)
    found, want = collections.Counter(), len(WANT[domains[0]])
    for v in facts:
        found[v["round"], v["subject"], v["check"]] += 1
    ok(len(found) == len(rounds) * len(domains) * want and set(found.values()) == {1},
       f"each site has its {want} verdicts in each round, each once", [k for k, n in found.items() if n > 1][:5])
    wrong = {f"{v['subject']} {v['check']}: {v['verdict']}:{v['reason']}" for v in facts
             if f"{v['verdict']}:{v['reason']}" not in (WANT[v["subject"]][v["check"]], "na:not_asked")}
    ok(not wrong, "the verdicts are those of a round that nobody disturbed", sorted(wrong))
    no_look_twice(db)
    told = collections.Counter(r["round"] for r in export(db, "obs_round"))
    ok(told == {r["id"]: 1 for r in rounds}, "each round is told of once", told)
    told = collections.Counter((s["round"], s["subject"], s["check"]) for s in export(db, "obs_status"))
    ok(told and max(told.values()) == 1, f"{len(told)} changes of a published status, each stored once",
       [k for k, n in told.items() if n > 1][:5])
    some = random.sample(rounds, min(len(rounds), 12))
    bad = [v.stdout[-600:] + v.stderr for v in (verify(db, r["id"]) for r in some) if v.returncode]
    ok(not bad, f"verify finds 0 differences in {len(some)} of {len(rounds)} rounds", bad)


def no_look_twice(db):
    keys = {"obs_dns": ("qname", "qtype", "role", "via", "server", "fails"),
            "obs_web": ("target", "family", "began", "hop", "addr", "fails"),
            "obs_smtp": ("host", "addr", "fails")}
    for table, key in keys.items():
        n = collections.Counter((o["round"], o["subject"], *(o[k] for k in key)) for o in export(db, table))
        ok(n and max(n.values()) == 1, f"{table}: no look stands there twice", [k for k, c in n.items() if c > 1][:5])


def until_it_waits(run):
    """Nothing was told for a second: a kill now falls between no site's storing and its telling."""
    told, since = -1, time.time()
    while time.time() - since < 1 and run.process.poll() is None:
        if len(run.domains()) != told:
            told, since = len(run.domains()), time.time()
        time.sleep(0.05)


def slow_sites_killed():
    """The silent ones too: the whole list, killed while they wait."""
    db, path_ = path("slow"), os.path.join(lab.dir, "portfolio.csv")
    acked = collections.defaultdict(list)
    for kind, wait in (("group", 5), ("census", 7)):
        run = lab.begin("dual", path_, db, sets=("selftest.every_s=2",))
        time.sleep(wait)
        until_it_waits(run)
        run.kill(kind)
        run.wait()
        acked[newest_round(db)] += run.domains()
    last = lab.census("dual", path_, db)
    ok("going on with round" in last.err and last.end.get("resumed"), "a round with silent sites goes on", last.err)
    acked[last.end.get("round")] += list(last.sites)
    ok(sorted(sum(acked.values(), [])) == sorted(WANT), "every site was told once", {k: len(v) for k, v in acked.items()})
    said = collections.defaultdict(dict)
    for v in export(db, "obs_verdict"):
        said[v["subject"]][v["check"]] = f"{v['verdict']}:{v['reason']}"
    wrong = differences(said, WANT)
    ok(len(said) == len(WANT) and not wrong, "and the verdicts are those of the truth table", "\n".join(wrong))
    no_differences(db, "the round with silent sites")


# ---- an observer that cannot see ----

def without_v6():
    got = lab.census("v4only", os.path.join(lab.dir, "portfolio.csv"), path("v4only"), sets=(V4_RESOLVER,))
    ok(got.code == 0 and len(got.sites) == len(WANT), "a census without IPv6", got.err)
    ok("IPv6 does not work here: every verdict about IPv6 is unknown" in got.err and got.end.get("v6_works") is False,
       "says so", got.err)
    wrong = differences(got.sites, WANT, lambda said: said == "unknown:observer_no_v6")
    ok(not wrong, "its verdicts are right or unknown", "\n".join(wrong))
    judged = [f"{d} {c}: {said[c]}" for d, said in got.sites.items() for c in OVER_V6
              if said[c].split(":")[0] in ("pass", "partial", "fail")]
    ok(not judged, "nothing that needs IPv6 is judged", "\n".join(judged[:9]))
    no_differences(path("v4only"), "without IPv6")
    r = lab.sextant("v4only", "check", "good.test", sets=(V4_RESOLVER,))
    ok(r.returncode == 1 and "IPv6 does not" in r.stdout and "?" in r.stdout, "check says so as well", r.stdout)


def without_v4():
    got = lab.census("v6only", portfolio("v6only.csv", FAST), path("v6only"))
    ok(got.code == 0 and "IPv4 does not work here" in got.err and got.end.get("v4_works") is False,
       "a census without IPv4 says so", got.err)
    wrong = [d for d in differences(got.sites, WANT, lambda said: said == "unknown:observer_no_v4") if not USABLE.search(d)]
    ok(len(got.sites) == len(FAST) and not wrong, "its verdicts are right or unknown", "\n".join(wrong))


def flap(where, node, down, up, name):
    """IPv6 dies a second into the round and comes back after nine."""
    db = path(f"flap-{name}")
    run = where.begin(node, portfolio(f"flap-{name}.csv", FAST), db,
                      sets=(V4_RESOLVER, "rate.targets_per_s=120", "rate.repeat_after_s=10", "selftest.every_s=2"))
    while not run.domains() and run.process.poll() is None:
        time.sleep(0.02)
    down()
    time.sleep(9)
    up()
    got = run.wait()
    ok(got.code == 0 and len(got.sites) == len(FAST), f"IPv6 dies and comes back ({name}): the round ends well", got.err)
    ok("IPv6 does not work here" in got.err and "the self-test passes again" in got.err, "both are said", got.err)
    wrong = differences(got.sites, WANT, or_unknown)
    ok(not wrong, "no verdict is what the site is not", "\n".join(wrong))
    blind = [d for d, s in got.sites.items() if s["site"] == "unknown:observer_no_v6"]
    ok("the round waits for it" in got.err and not blind, "it waits, and looks again at what fell into the outage", blind)
    no_differences(db, f"after the outage ({name})")


def flap_route():
    gateway = lab.run("observer", "ip", "-6", "route", "show", "default").stdout.split()[2]
    flap(lab, "observer", lambda: lab.run("observer", "ip", "-6", "route", "del", "default"),
         lambda: lab.run("observer", "ip", "-6", "route", "add", "default", "via", gateway), "no route")


def flap_drop():
    flap(other, "observer",
         lambda: other.nft("observer", "table inet flap {\nchain in {\ntype filter hook input priority 0\n"
                                       "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
                                       "meta nfproto ipv6 drop\n}\n}\n"),
         lambda: other.nft("observer", "delete table inet flap"), "dropped")


def resolver_dead():
    other.nft("v6only", "table inet deaf {\nchain in {\ntype filter hook input priority 0\nth sport 53 "
                      "ip6 saddr 3fff:0:0:4::2 drop\n}\n}\n")
    list_, db = portfolio("deaf.csv", FAST[:12]), path("deaf")
    began = time.monotonic()
    r = other.sextant("v6only", "check", "good.test")
    ok(r.returncode == 1 and "resolver does not" in " ".join(r.stdout.split()),
       f"check tells of a dead resolver, in {time.monotonic() - began:.1f} s", r.stdout + r.stderr)
    got = other.census("v6only", list_, db, sets=("selftest.patience_s=3",))
    ok(got.code == 4 and not got.sites and "the resolver 3fff:0:0:4::2 has given no answer for 3 s" in got.err,
       "a census without a resolver ends, says why, and stores nothing", f"{got.code} {got.err} {got.sites}")
    got = other.census("v6only", list_, path("deaf-iterate"), "--iterate")
    ok(got.code == 0 and len(got.sites) == 12, "own questions from the root need no resolver", f"{got.code} {got.err}")
    other.nft("v6only", "table inet mute {\nchain in {\ntype filter hook input priority 0\nth sport 53 drop\n}\n}\n")
    got = other.census("v6only", list_, path("mute"), "--iterate", sets=("selftest.patience_s=3",))
    ok(got.code == 4 and not got.sites and "no server of the root has given an answer for 3 s" in got.err,
       "without the root they end, and say so", f"{got.code} {got.err} {got.sites}")
    other.nft("v6only", "delete table inet mute")
    run = other.begin("v6only", list_, db)
    time.sleep(9)  # a self-test without an answer takes six
    other.nft("v6only", "delete table inet deaf")
    got = run.wait()
    wrong = [d for d in differences(got.sites, WANT, lambda said: said == "unknown:observer_no_v4") if not USABLE.search(d)]
    ok(got.code == 0 and got.end.get("resumed") is True and len(got.sites) == 12 and not wrong,
       "the same command goes on, and waits until it answers", "\n".join(wrong) + got.err)
    ok("the resolver does not answer" in got.err and "the round waits for it" in got.err and
       "the self-test passes again" in got.err, "it is said why", got.err)
    no_differences(db, "with a resolver that was dead")


# ---- who we are ----

def no_contact():
    other.nft("v4only", "table inet count {\ncounter sent { }\nchain out {\ntype filter hook output priority 0\n"
                        + KERNEL + "\ncounter name sent\n}\n}\n")
    list_ = portfolio("nobody.csv", FAST[:3])
    who = ("observer.contact_email=a@b.test", "observer.info_url=https://b.test/", "observer.operator=B")
    for missing in (who, *((w,) for w in who)):
        sets = [x for w in who if w not in missing for x in ("--set", w)]
        for argv in (("census", list_, "--db", path("nobody")), ("check", "good.test")):
            r = other.run("v4only", SEXTANT, *argv, "--set", V4_RESOLVER, *sets)
            names = all(w.split("=")[0] in r.stderr for w in who)
            ok(r.returncode == 2 and names and not r.stdout,
               f"{argv[0]} refuses without {'who we are' if len(missing) > 1 else missing[0].split('=')[0]}",
               f"{r.returncode} {r.stderr}")
    ok(other.counters("v4only", "count")["sent"] == 0, "and sends no packet", other.counters("v4only", "count"))
    ok(not os.path.exists(path("nobody")), "nor makes a store")
    other.sextant("v4only", "check", "good.test", sets=(V4_RESOLVER,))
    ok(other.counters("v4only", "count")["sent"] > 0, "the counter would have seen one")


# ---- who asked not to be probed ----

def site_prefixes(domain):
    k = list(WANT).index(domain) + 1
    return [f"3fff:100:{k}::/48", f"198.19.{k}.0/24"]


def opted_out():
    """A domain and a prefix that stand in the file from the start."""
    by_name, by_prefix, domains = "plain.test", "hsts-differs.test", ["good.test", "plain.test", "hsts-differs.test",
                                                                      "v4only.test"]
    file = write("optout.txt", f"# asked by mail\n{by_name}\n" + "".join(f"{p}  # by telephone\n"
                                                                       for p in site_prefixes(by_prefix)))
    sniffer = Sniffer(other, "observer")
    got = other.census("observer", portfolio("optout.csv", domains), path("optout"), sets=(f"guard.optout_file={file}",))
    packets = sniffer.end()
    ok(set(got.sites.get(by_name, {"": ""}).values()) - {"na:not_asked"} == {"unknown:denied"}, "who opted out by name is unknown: denied",
       got.sites.get(by_name))
    said = got.sites[by_prefix]
    ok({said[c] for c in ("tcp", "tls", "http", "mx_smtp", "site")} == {"unknown:denied"} and said["ns_udp"] == "pass:ok",
       "who opted out by prefix likewise, but for what stands elsewhere", said)
    wrong = differences({d: v for d, v in got.sites.items() if d not in (by_name, by_prefix)}, WANT)
    ok(len(got.sites) == 4 and not wrong, "the others are looked at", "\n".join(wrong))
    nets = [ipaddress.ip_network(p) for d in (by_name, by_prefix) for p in site_prefixes(d)]
    there = [p for p in packets if any(ipaddress.ip_address(p["to"]) in n for n in nets)]
    names = [p for p in packets if by_name in (p["qname"] or "")]
    ok(packets and not there and not names, "no packet goes to them, and no question about the name",
       (there + names)[:3])
    no_differences(path("optout"), "with opt-outs")


def opts_out_meanwhile():
    """Taken up within a minute, by what waits in line as well."""
    file = write("later.txt", "# nobody yet\n")
    sniffer = Sniffer(other, "observer")
    run = other.begin("observer", portfolio("later.csv", FAST[:40]), path("later"),
                      sets=(f"guard.optout_file={file}", "rate.per_address_gap_ms=6000", "rate.repeat_after_s=8"))
    time.sleep(3)
    write("later.txt", "".join(f"{p}\n" for p in SITES))
    at = time.time()
    got = run.wait()
    packets = [p for p in sniffer.end() if any(ipaddress.ip_address(p["to"]) in ipaddress.ip_network(n) for n in SITES)]
    late = max((p["at"] for p in packets), default=0) - at
    ok(sum(p["at"] < at for p in packets) > 40, f"{len(packets)} connections before the sites opted out")
    ok(late < 4, f"the last one {late:.1f} s after it; a minute is allowed (P-OPT-1)",
       [p for p in packets if p["at"] > at + 4][:8])
    denied = sum("unknown:denied" in s.values() for s in got.sites.values())
    ok(got.code == 0 and denied > 20, f"{denied} sites have unknown verdicts: denied", got.err)
    wrong = [d for d in differences(got.sites, WANT, or_unknown) if not USABLE.search(d)]
    ok(not wrong, "and nobody is blamed for it", "\n".join(wrong))
    no_differences(path("later"), "opted out meanwhile")


# ---- politeness ----

def wishes(db):
    c = sqlite3.connect(f"file:{db}/state.sqlite?mode=ro", uri=True)
    try:
        return {place: (until_us / 1e6, why) for place, until_us, why in c.execute("SELECT place, until_us, why FROM heed")}
    finally:
        c.close()


def left_alone():
    """A network whose sites turn us away is left alone, by the next round too; so is a host that said when."""
    db, refusing, others = path("heed"), "v6-403.test", ["good.test", "plain.test"]
    nets = site_prefixes(refusing)
    got = other.census("observer", portfolio("heed.csv", [refusing]), db, sets=("rate.blocks_in_row=1",))
    kept = wishes(db)
    ok(got.code == 0 and set(kept) <= set(nets) and len(kept) >= 1, f"{refusing} turns us away: {sorted(kept)} is noted",
       f"{kept} {nets} {got.err}")
    ok(all(86000 < until - time.time() <= 86400 and why == "blocked" for until, why in kept.values()), "for a day", kept)
    c = sqlite3.connect(f"{db}/state.sqlite")
    with c:
        c.execute("INSERT INTO heed VALUES('good.test', ?, 'retry_after', 0)", (int((time.time() + 3000) * 1e6),))
        c.execute("INSERT INTO heed VALUES('plain.test', ?, 'retry_after', 0)", (int((time.time() - 5) * 1e6),))
    c.close()
    sniffer = Sniffer(other, "observer")
    got = other.census("observer", portfolio("heed2.csv", [refusing, *others]), db)
    packets = [p for p in sniffer.end() if p["proto"] == 6 and p["port"] in (80, 443, 25)]
    there = [p for p in packets if any(ipaddress.ip_address(p["to"]) in ipaddress.ip_network(n) for n in kept)]
    ok(packets and not there, "the next round opens no connection there", there[:3])
    ok(got.sites[refusing]["http"] == "unknown:denied", "and says so", got.sites[refusing])
    ok(got.sites["good.test"]["http"] == "unknown:denied" and got.sites["good.test"]["ns_udp"] == "pass:ok",
       "a host that asked for time gets it; its name servers did not ask", got.sites["good.test"])
    ok(not differences({"plain.test": got.sites["plain.test"]}, WANT), "a wish that has ended is none")
    ok("2 of earlier rounds" in got.err, "people are told", got.err)
    no_differences(db, "left alone")


def robots():
    """Every host is asked for its robots.txt before its page, once over each connection that comes first."""
    db = path("robots")
    got = other.census("observer", portfolio("robots.csv", ["good.test", "plain.test"]), db)
    rows = export(db, "web")
    said = collections.Counter(r["robots"] for r in rows)
    ok(got.code == 0 and said["none"] > 0 and set(said) <= {"none", "allowed", "elsewhere", ""}, f"robots.txt: {dict(said)}",
       got.err)


def no_page_kept():
    """Nothing of a page's text is on the disk (P-DATA)."""
    db, page = path("kept"), other.run("observer", sys.executable, "-c", "import ssl, urllib.request\n"
                                       "print(urllib.request.urlopen('https://plain.test/', context="
                                       "ssl._create_unverified_context()).read().decode())").stdout
    words = re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(title|style|script)\b.*?</\1>", " ", page)).split()
    pieces = [" ".join(words[i:i + 4]) for i in range(0, len(words) - 4, 4)]
    other.census("observer", portfolio("kept.csv", ["plain.test"]), db)
    rows = "".join(json.dumps(export(db, t), ensure_ascii=False) for t in ("dns", "web", "smtp", "verdict", "selftest"))
    raw = b"".join(open(f, "rb").read() for f in glob.glob(f"{db}/*"))
    found = [p for p in pieces if p in rows or p.encode() in raw]
    ok(len(pieces) > 5 and not found, f"none of {len(pieces)} pieces of the page stands in the store", found[:3] or page[:300])
    title = re.search("<title>(.*?)</title>", page).group(1)
    ok(title in rows, "its title does", title)


def shared_sites():
    """A list that shares sites with one of a moment ago: nobody is asked twice."""
    db, gap = path("shared"), ("rate.round_gap_s=3600",)
    first = other.census("observer", portfolio("shared.csv", ["good.test", "v4only.test"]), db)
    sniffer = Sniffer(other, "observer")
    got = other.census("observer", portfolio("shared2.csv", ["good.test", "plain.test"]), db, sets=gap)
    packets = sniffer.end()
    ok(got.code == 0 and not differences(got.sites, WANT) and len(got.sites) == 2, "a list that shares a site",
       "\n".join(differences(got.sites, WANT)) + got.err)
    names = {p["qname"] for p in packets if p["qname"]}
    nets = [ipaddress.ip_network(n) for n in site_prefixes("good.test")]
    there = [p for p in packets if any(ipaddress.ip_address(p["to"]) in n for n in nets)]
    ok("plain.test" in names and not there and not any(n.endswith("good.test") for n in names),
       "the shared site gets no packet and no question", (there[:2], sorted(names)))
    ok("1 of these 2 sites were looked at by another round" in got.err, "people are told", got.err)
    one, two = first.end["round"], got.end["round"]
    rows = [r for r in export(db, "web") if r["subject"] == "good.test"]
    times = {n: sorted(r["at_us"] for r in rows if r["round"] == n) for n in (one, two)}
    ok(times[one] and times[one] == times[two], "its evidence stands in both rounds, with the time of the look", times)
    at = {r["round"]: r["at_us"] for r in export(db, "round_done") if r["domain"] == "good.test"}
    ok(at[one] == at[two], "and so does the look", at)
    again = other.census("observer", path("shared2.csv"), db, sets=gap)
    ok(again.code == 1 and "--again" in again.err, "the same list again: refused", again.err)
    longer = other.census("observer", portfolio("shared2.csv", ["good.test", "plain.test", "v4only.test", "v6only.test"]),
                          db, sets=gap)
    ok(longer.code == 0 and len(longer.sites) == 4 and "3 of these 4 sites" in longer.err and
       not differences(longer.sites, WANT), "a list that grew has a round; only the new site is asked", longer.err)
    no_differences(db, "sites of another round")
    again = other.census("observer", path("shared2.csv"), db, "--again", sets=gap)
    ok(again.code == 0 and "looked at by another round" not in again.err, "--again asks them all", again.err)


def gaps(packets, key):
    """Least seconds between two starts with the same key."""
    last, out = {}, []
    for p in sorted(packets, key=lambda p: p["at"]):
        k = key(p)
        if k in last:
            out.append(p["at"] - last[k])
        last[k] = p["at"]
    return out


def prefix_of(p):
    a = ipaddress.ip_address(p["to"])
    return ipaddress.ip_network((a, 24 if a.version == 4 else 48), strict=False)


def kept(found, want_s, what):
    """All gaps as long as they should be, but for what a busy machine's timers blur."""
    ok(len(found) > 3 and min(found) >= 0.8 * want_s and sorted(found)[len(found) // 4] >= 0.97 * want_s,
       f"{what}: {len(found)} gaps, least {min(found, default=0):.3f} s (P-RATE)", sorted(found)[:9])


def paced(name, domains, *sets):
    sniffer = Sniffer(other, "observer")
    got = other.census("observer", portfolio(f"{name}.csv", domains), path(name), sets=sets)
    packets = sniffer.end()
    ok(got.code == 0 and not differences(got.sites, WANT), f"a slow round ({name}) finds the same",
       "\n".join(differences(got.sites, WANT)) + got.err)
    sites = [p for p in packets if p["proto"] == 6 and any(ipaddress.ip_address(p["to"]) in ipaddress.ip_network(n)
                                                          for n in SITES)]
    return packets, sites


def polite():
    domains = ["good.test", "plain.test", "hsts-v4only.test", "v6only.test", "hsts-v6only.test"]
    packets, sites = paced("gap", domains[:3], "rate.per_address_gap_ms=300")
    kept(gaps(sites, lambda p: p["to"]), 0.3, "connections to one address")
    packets, sites = paced("prefix", domains, "rate.per_prefix_per_s=4", "rate.targets_per_s=20", "rate.per_ns_qps=5",
                           "rate.packets_per_s=400")
    kept(gaps(sites, prefix_of), 0.25, "connections to one prefix")
    first = {}
    for p in packets:
        if p["qname"] in domains:
            first.setdefault(p["qname"], {"at": p["at"]})
    kept(gaps(first.values(), lambda p: 0), 0.5, "new sites")
    direct = [p for p in packets if p["port"] == 53 and p["to"].startswith("3fff:53:1") and p["to"] != "3fff:53:1::53"]
    kept(gaps(direct, lambda p: p["to"]), 0.2, "questions to one name server")
    at = sorted(p["at"] for p in packets)
    busiest = max(sum(t <= x < t + 1 for x in at) for t in at)
    ok(busiest <= 40 * 1.2 + 2, f"at most {busiest} queries and connections in a second; at first a tenth of 400")


# ---- lists, stops, samples ----

def lists():
    bad = write("bad.csv", "domain,rank\ngood.test,1\nplain.test,x\ngood.test,2\nhttps://a.test/,3\nnot a domain,4\n"
                           "münchen.test,5\na\u2028b.test,6\n192.0.2.1,7\nxn--zzzzzz--.test,8\n例子.test,9\n,10\n")
    r = other.sextant("dual", "census", bad, "--strict", "--db", path("strict"))
    ok(r.returncode == 3 and "nothing was done" in r.stderr and not os.path.exists(path("strict")),
       "--strict does nothing over a list with bad rows", f"{r.returncode} {r.stderr}")
    got = other.census("dual", bad, path("lists"))
    named = {int(n) for n in re.findall(r"bad\.csv:(\d+): ", got.err)}
    ok({3, 4, 5, 6, 9, 12} <= named and not named & {2, 7, 11}, f"bad rows are named by their lines: {sorted(named)}", got.err)
    ok(got.code == 0 and {"good.test", "xn--mnchen-3ya.test", "xn--fsqu00a.test"} <= set(got.sites),
       "the others are done, international names as A-labels", list(got.sites))
    r = other.sextant("dual", "census", write("none.csv", "domain\nnot a domain\n"), "--db", path("none"))
    ok(r.returncode == 3 and "no row could be used" in r.stderr, "a list without a usable row is bad input", r.stderr)
    r = other.sextant("dual", "census", path("missing.csv"), "--db", path("none"))
    ok(r.returncode == 3 and "missing.csv" in r.stderr, "so is one that is not there", r.stderr)
    r = other.sextant("dual", "census", bad, "--dry-run", "--db", path("none"))
    ok(r.returncode == 0 and "nothing was sent" in r.stdout and not os.path.exists(path("none")), "--dry-run", r.stderr)


def stops():
    db, path_ = path("stops"), portfolio("stops.csv", FAST)
    run = other.begin("dual", path_, db, "--sample", "9", sets=("selftest.every_s=1", "rate.targets_per_s=30"))
    while len(run.domains()) < 2 and run.process.poll() is None:
        time.sleep(0.02)
    census, _ = run.pids()
    os.kill(census[0], signal.SIGINT)
    got = run.wait()
    ok(got.code == 130 and "the same command goes on where it stopped" in got.err, "Ctrl-C stops it and says how it goes on",
       f"{got.code} {got.err}")
    ok(run.gone(), "with its prober")
    first = set(got.sites)
    got = other.census("dual", path_, db, "--sample", "9")
    ok(re.search(r"going on with round \S+: \d of 9 are done", got.err) and got.end.get("resumed") is True,
       "it goes on", got.err)
    ok(not first & set(got.sites) and len(first | set(got.sites)) == 9 == got.end.get("sites") and
       got.end.get("population") == len(FAST), "with the other sites of the same sample", (first, list(got.sites)))
    gap = "rate.round_gap_s=3600"
    got = other.census("dual", path_, db, sets=(gap,))
    ok(got.code == 1 and "rate.round_gap_s" in got.err and not got.sites, "a second round so soon is refused",
       f"{got.code} {got.err}")
    got = other.census("dual", path_, db, "--again", "--sample", "2", sets=(gap,))
    ok(got.code == 0 and len(got.sites) == 2, "--again does it", f"{got.code} {got.err}")


# ---- names ----

def from_root():
    """Names resolved from the root: the same verdicts without a resolver, and never both in one round."""
    nobody = "dns.resolver=198.18.4.99"
    sites = [d for d in FAST if d != "cname-loop.test"]  # resolvers make a SERVFAIL of it
    got = other.census("dual", portfolio("root.csv", sites), path("root"), "--iterate", "--links",
                       sets=(nobody, "rate.targets_per_s=400"))
    wrong = differences(got.sites, WANT)
    ok(got.code == 0 and len(got.sites) == len(sites) and not wrong, "from the root the census finds the same",
       "\n".join(wrong[:20]) + got.err)
    no_differences(path("root"), "names from the root")
    vias = {r["via"] for r in export(path("root"), "obs_dns") if not r["via"].startswith("auth_")}
    ok(vias == {"iterate"}, "every name came from the root", vias)
    got = other.census("dual", portfolio("loop.csv", ["cname-loop.test"]), path("root-loop"), "--iterate",
                       sets=(nobody, "rate.targets_per_s=400"))
    ok(got.sites["cname-loop.test"]["www_aaaa"] == "fail:cname_loop", "and sees a circle of CNAMEs itself", got.sites)
    got = other.census("dual", path("root.csv"), path("root-both"), "--iterate", "--resolver", "::1")
    ok(got.code not in (0, 1) and "not both" in got.err, "a resolver and the root in one round are refused", got.err)
    run = other.begin("dual", path("root.csv"), path("root-stopped"), sets=("rate.targets_per_s=30",))
    while len(run.domains()) < 2 and run.process.poll() is None:
        time.sleep(0.02)
    os.kill(run.pids()[0][0], signal.SIGINT)
    run.wait()
    got = other.census("dual", path("root.csv"), path("root-stopped"), "--iterate")
    ok(got.code not in (0, 1) and "--new" in got.err and not got.sites, "a round that asked a resolver does not go on from the root",
       f"{got.code} {got.err}")


# ---- what is published ----

def statuses(db, domain, check):
    """How each complete round left the published status of one check: (verdict, run, flipped)."""
    ended = {r["round"]: r["ended_us"] for r in export(db, "obs_round")}
    rows = [r for r in export(db, "obs_status") if r["subject"] == domain and r["check"] == check and r["round"] in ended]
    return [(r["verdict"], r["run"], r["flipped"]) for r in sorted(rows, key=lambda r: r["at_us"])]


BENT = ("table inet bent {\nchain out {\ntype filter hook output priority 0\n"
        "ip6 daddr 3fff:100::/32 tcp dport { 80, 443 } reject with tcp reset\n}\n}\n")


def confirmed():
    """Two rounds that agree publish; one that differs flips nothing, two do; one that cannot tell touches nothing."""
    db, domains = path("confirmed"), ["good.test", "plain.test", "v4only.test"]
    path_ = portfolio("confirmed.csv", domains)
    sets = ("rate.targets_per_s=200", "rate.round_gap_s=0")

    def round_(node="dual"):
        got = other.census(node, path_, db, sets=sets)
        ok(got.code == 0, "a round", got.err)
        no_differences(db, "and its statuses")
        return got

    round_()
    first = statuses(db, "good.test", "http")
    ok([s[0] for s in first] == ["unknown"], "one round publishes nothing", first)
    round_()
    second = statuses(db, "good.test", "http")
    ok([s[0] for s in second] == ["unknown", "pass"], "two that agree do", second)
    round_()
    ok(statuses(db, "good.test", "http") == second, "a third leaves no row", second)
    other.nft("dual", BENT)
    try:
        bent = round_()
        ok(not bent.sites["good.test"]["http"].startswith("pass"), "IPv6 of the site is refused", bent.sites["good.test"])
        third = statuses(db, "good.test", "http")
        ok([s[0] for s in third] == ["unknown", "pass", "pass"] and third[-1][1] == 1,
           "one round that says so flips nothing; it waits, 1 of 2", third)
        ok(bent.sites["v4only.test"]["aaaa"] == "fail:no_aaaa" and statuses(db, "v4only.test", "aaaa")[-1][0] == "fail",
           "what did not change is as it was")
        round_()
        fourth = statuses(db, "good.test", "http")
        ok(fourth[-1][0] == "fail" and fourth[-1][2], "two in a row flip it", fourth)
    finally:
        other.nft("dual", "delete table inet bent")
    changes_of(db, "good.test")
    duck = Duck(f"{db}/facts.duckdb")
    duck.run("UPDATE obs_status SET verdict = 'pass' WHERE subject = 'good.test' AND \"check\" = 'http' AND flipped "
             "AND verdict = 'fail'")
    duck.close()
    r = verify(db)
    ok(r.returncode == 1 and re.search("^good.test +http +status", r.stdout, re.M),
       "verify finds a status changed by hand", r.stdout[-600:] + r.stderr)


def changes_of(db, domain):
    server, port = start_server(db)
    try:
        link = http.client.HTTPConnection("::1", port, timeout=60)
        link.request("GET", f"/api/v1/changes/{domain}")
        told = json.loads(link.getresponse().read())
        flips = [c for c in told["changes"] if c["check"] == "http" and c["event"] == "flip"]
        ok([(c["from"], c["to"]) for c in flips] == [("pass", "fail"), ("unknown", "pass")] and
           all(c["round"] != c["first_round"] and c["need"] == 2 for c in flips), "the log tells each flip with both rounds",
           flips)
        now = next(s for s in told["statuses"] if s["check"] == "http")
        ok(now["verdict"] == "fail" and now["pending"] is None and now["since_round"] == flips[0]["first_round"],
           "and how it stands", now)
        link.request("GET", f"/api/v1/changes/{domain}?format=csv")
        head = link.getresponse().read().split(b"\r\n")[0]
        ok(head.startswith(b"domain,at,round,vantage,check,event,from"), "as CSV too", head)
        link.request("GET", "/api/v1/changes/nobody.test?format=csv")
        ok(link.getresponse().read() == head + b"\r\n", "with the same titles where nothing changed")
    finally:
        server.terminate()
        server.wait()


def sharded():
    """Parts of one list under one name: together every site once, and one round to the indicators."""
    db, path_ = path("shards"), portfolio("shards.csv", FAST)
    sets = ("rate.targets_per_s=400",)
    for bad in (("--shard", "1/2"), ("--round", "w", "--shard", "3/2"), ("--round", "w", "--shard", "0/2"),
                ("--round", "w", "--shard", "1/x"), ("--round", "a b")):
        got = other.census("dual", path_, path("refused"), *bad, sets=sets)
        ok(got.code not in (0, 1), f"{' '.join(bad)} is refused", got.err)
    parts = []
    for i in (1, 2, 3):
        got = other.census("dual", path_, db, "--round", "week1", "--shard", f"{i}/3", sets=sets)
        ok(got.code == 0 and got.end["sites"] == len(got.sites) > 0, f"shard {i} of 3: {len(got.sites)} sites", got.err)
        parts.append(set(got.sites))
        no_differences(db, f"shard {i}", got.end["round"])
        if i == 2:
            r = other.sextant("dual", "show", "sites_checked", "--db", db, "--json")
            ok(not figures(r.stdout), "two shards of three are no round", r.stdout[:300] + r.stderr)
    ok(set.union(*parts) == set(FAST) and sum(map(len, parts)) == len(FAST), "together each site once",
       [len(p) for p in parts])
    whole = other.census("dual", path_, path("unsharded"), sets=sets)
    for indicator in ("site_ready", "support_rate"):
        a, b = (other.sextant("dual", "show", indicator, "--db", d, "--json") for d in (db, path("unsharded")))
        one, two = (figures(r.stdout) for r in (a, b))
        ok(one and one == two, f"{indicator} over three shards is that of one round: {one}", a.stdout + b.stdout)
    ok(whole.code == 0, "the whole list at once", whole.err)
    told = {(r["shard"], r["shards"], r["name"]) for r in export(db, "obs_round")}
    ok({tuple(map(str, t)) for t in told} == {(str(i), "3", "week1") for i in (1, 2, 3)}, "the rounds tell their shards", told)


def figures(text):
    found = re.findall(r'"(?:numerator|denominator|n|unknown)"\s*:\s*(-?[\d.]+|null)', text)
    return found


def second_look():
    """One per cent, at least one, is looked at again; the record tells how many verdicts differ."""
    db, path_ = path("second"), portfolio("second.csv", ["good.test", "plain.test"])
    got = other.census("dual", path_, db, sets=("rate.targets_per_s=200",))
    row = export(db, "obs_round")[0]
    ok(got.code == 0 and row["resampled"] == 1 and row["compared"] > 10 and row["disagreed"] == 0 and
       got.end["compared"] == row["compared"], "a quiet site says the same twice", (row, got.err))
    no_look_twice(db)
    with sqlite3.connect(f"file:{db}/state.sqlite?mode=ro", uri=True) as state:
        again = state.execute("SELECT count(*) FROM round_done WHERE again = 1").fetchone()[0]
    ok(again == 1, "it is noted with the site", again)
    run = other.begin("dual", portfolio("second2.csv", ["good.test"]), path("second2"), sets=("rate.targets_per_s=1",))
    while not run.domains() and run.process.poll() is None:
        time.sleep(0.005)
    other.nft("dual", BENT)
    try:
        got = run.wait()
    finally:
        other.nft("dual", "delete table inet bent")
    row = export(path("second2"), "obs_round")[0]
    ok(got.code == 0 and row["disagreed"] > 0 and json.loads(row["disagreements"]).get("tcp") == 1,
       "a site that changes meanwhile disagrees, by check", (row, got.err))
    ok(got.sites["good.test"]["tcp"].startswith("pass"), "the first verdicts stand")
    no_differences(path("second2"), "and they are verified")
    month = time.strftime("%Y-%m", time.gmtime())
    r = other.sextant("dual", "report", "--period", month, "--lang", "en", "--out", path("second-report"), "--db", path("second2"))
    pages = "".join(open(f, encoding="utf-8").read() for f in glob.glob(path("second-report*/*.html")) + glob.glob(path("second-report*.html")))
    ok(r.returncode == 0 and f"{row['disagreed']} / {row['compared']} (" in pages, "the report tells it",
       (r.stderr[-300:], re.findall(r"Second look.{0,400}", pages)[:1]))


def several():
    """Several probers look at one round: they find the same, and keep the rates together."""
    sets = ("rate.probers=3", "rate.targets_per_s=400", "selftest.every_s=1")
    run = other.begin("dual", portfolio("several.csv", FAST), path("several"), sets=sets)
    seen = 0
    while seen < 3 and run.process.poll() is None:
        seen = max(seen, len(run.pids()[1]))
        time.sleep(0.01)
    got = run.wait()
    ok(seen == 3, "three probers", seen)
    wrong = differences(got.sites, WANT)
    ok(got.code == 0 and len(got.sites) == len(FAST) and not wrong, "find what one finds", "\n".join(wrong) + got.err)
    no_differences(path("several"), "three probers")
    no_look_twice(path("several"))
    sniffer = Sniffer(other, "dual")
    got = other.census("dual", portfolio("share.csv", FAST[:30]), path("share"),
                       sets=("rate.probers=3", "rate.targets_per_s=1000", "rate.per_prefix_per_s=6"))
    packets = [p for p in sniffer.end() if p["proto"] == 6 and
               any(ipaddress.ip_address(p["to"]) in ipaddress.ip_network(n) for n in SITES)]
    ok(got.code == 0 and len(packets) > 20, "three probers share the rates", got.err)
    worst = 0
    for prefix in {prefix_of(p) for p in packets}:
        at = sorted(p["at"] for p in packets if prefix_of(p) == prefix)
        worst = max(worst, max(sum(t <= x < t + 2 for x in at) for t in at))
    # each: a connection in half a second; the first of each may meet
    ok(worst <= 2 * 6 + 3, f"at most {worst} connections to one prefix in two seconds; three times two a second are allowed")


def scored():
    """Stored verdicts through rubrics: the same round under three, ranges where something is unknown."""
    db = path("scored")
    got = other.census("dual", portfolio("scored.csv", ["good.test", "v4only.test"]), db, sets=("rate.targets_per_s=200",))
    ok(got.code == 0, "a round to score", got.err)

    def score(*more):
        r = other.sextant("dual", "score", "--json", "--db", db, *more)
        return r, {(x["domain"], x["item"]): x for x in json.loads(r.stdout or "[]")}
    _, nist = score("--rubric", "nist", "--items")
    ok(nist["good.test", "web"]["level"] == "green" and nist["v4only.test", "web"]["level"] == "red" and
       nist["good.test", ""]["rubric"] == "nist@1", "NIST's colours", nist)
    _, cac = score()
    ok(cac["good.test", ""]["low"] < cac["good.test", ""]["high"] == 100 and cac["good.test", ""]["level"] is None and
       cac["good.test", ""]["items_unknown"] >= 1, "what is not measured makes a range", cac)
    mine = write("mine.csv", "#version,7\nkind,item,check,pass,partial,fail,na,weight,title_en,title_zh\n"
                 "item,a,,,,,,1,A,甲\ntest,a,aaaa,4,1,0,skip,,,\n")
    _, own = score("--rubric", mine, "--all")
    ok(own["good.test", ""]["low"] == 100 and own["v4only.test", ""]["high"] == 0 and
       own["good.test", ""]["rubric"] == "mine@7", "a rubric of one's own", own)
    r, _ = score("--rubric", write("bad.csv", "#version,7\nkind,item\n"))
    ok(r.returncode == 3 and "bad.csv:2:" in r.stderr, "a bad row is named with its line", r.stderr)
    for size, good in ((LIMIT_RUBRIC_FILE_B - 1, True), (LIMIT_RUBRIC_FILE_B, True), (LIMIT_RUBRIC_FILE_B + 1, False)):
        text = "#version,7\nkind,item,check,pass,partial,fail,na,weight,title_en,title_zh\nitem,a,,,,,,1,A,甲\ntest,a,aaaa,4,1,0,skip,,,\n"
        pad = "#source," + "x" * 100 + "\n"
        text += pad * ((size - len(text.encode()) - 9) // len(pad))
        text += "#source," + "x" * (size - len(text.encode()) - 9) + "\n"
        r, _ = score("--rubric", write("large.csv", text))
        ok((r.returncode == 0) == good and len(text.encode()) == size, f"a rubric of {size} bytes", r.stderr[-300:])
    r, _ = score("--rubric", path("no.csv"))
    ok(r.returncode == 3, "so is a file that is not there", r.stderr)


# ---- beside a server ----

class Events:
    """The stream of /api/v1/events."""

    def __init__(self, port):
        self.link = http.client.HTTPConnection("::1", port, timeout=60)
        self.link.request("GET", "/api/v1/events")
        self.answer = self.link.getresponse()
        self.events = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        word = ""
        try:
            for line in self.answer:
                word = line[6:].strip().decode() if line.startswith(b"event:") else word
                if line.startswith(b"data:"):
                    self.events.append((word, line[5:].strip().decode()))
        except OSError:
            pass


def start_server(db):
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([SEXTANT, "serve", "--db", db, "--listen", f"[::1]:{port}"], stderr=subprocess.PIPE, text=True)
    while "http://" not in server.stderr.readline():
        pass
    return server, port


def served():
    db, path_ = path("served"), portfolio("served.csv", FAST)
    server, port = start_server(db)
    events = Events(port)
    sets = ("rate.targets_per_s=200", "selftest.every_s=1")
    got = other.census("dual", path_, db, sets=sets)
    wrong = differences(got.sites, WANT)
    ok(got.code == 0 and len(got.sites) == len(FAST) and not wrong, "a census writes through the server that owns the store",
       "\n".join(wrong) + got.err)
    time.sleep(1.5)
    rounds = [json.loads(d) for w, d in events.events if w == "round"]
    steps = sorted({r["done"] for r in rounds if r["id"] == got.end.get("round")})
    ok(len(steps) > 2 and steps[-1] == len(FAST), f"its progress comes live: {steps}", events.events[-3:])
    ok(any(w == "generation" for w, _ in events.events), "and that the facts have changed")
    no_differences(db, "through the server")
    owner_killed(server, db, path_, sets)


def owner_killed(server, db, path_, sets):
    """The owner dies under the census: what it acknowledged is there, and the same command goes on."""
    run = other.begin("dual", path_, db, sets=sets)
    while len(run.domains()) < 10 and run.process.poll() is None:
        time.sleep(0.02)
    server.kill()
    server.wait()
    got = run.wait()
    ok(got.code == 4 and "run the command again" in got.err, "a server that dies stops the census", f"{got.code} {got.err}")
    ok(run.gone(), "with its prober")
    told = run.domains()
    last = other.census("dual", path_, db, sets=sets)
    ok(last.code == 0 and last.end.get("resumed") and not set(told) & set(last.sites) and
       set(told) | set(last.sites) == set(FAST), f"it goes on after {len(told)} sites, with the store of its own",
       f"{last.code} {last.err}")
    check_rounds(db, {last.end.get("round"): told + list(last.sites)}, FAST)


# ---- one site, for people ----

def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in line)


def checked():
    wide, escapes, codes = [], [], {}
    for lang in ("en", "zh"):
        for more in ((), ("--verbose",)):
            for d in ("good.test", "v4only.test", "redirect-v4host.test", "v6-cert-name.test", "ns-v6-lame.example",
                      "mx-mixed.test"):
                r = other.sextant("dual", "check", d, "--lang", lang, *more)
                wide += [f"{d}: {x}" for x in r.stdout.splitlines() if width(x) > 80]
                escapes += [d for t in (r.stdout, r.stderr) if "\033" in t or "\r" in t]
                codes[d] = r.returncode
    ok(not wide, "check fits 80 columns in both languages", "\n".join(wide[:9]))
    ok(not escapes, "without escape codes where there is no terminal", escapes)
    ok(codes.pop("good.test") == 0 and set(codes.values()) == {1, 0} and codes["v4only.test"] == 1,
       "it exits 0 when the site works over IPv6, else 1", codes)
    for argv in ((), ("not a domain",), ("a.test", "b.test"), ("good.test", "--no-such-option"), ("192.0.2.1",)):
        r = other.sextant("dual", "check", *argv)
        ok(r.returncode == 2 and not r.stdout, f"check {' '.join(argv)}: usage", f"{r.returncode} {r.stderr}")
    r = other.sextant("dual", "check", "redirect-v4host.test", "--json")
    site = json.loads(r.stdout)
    ok(differences({site["domain"]: {v["check"]: f"{v['verdict']}:{v['reason']}" for v in site["verdicts"]}}, WANT) == [] and
       site["dns"] and site["web"] and site["smtp"] and site["observer"]["v6_works"] is True,
       "--json is one object with verdicts, evidence and what the observer could do", r.stdout[:300])


# ---- as an ordinary user ----

def ordinary_user():
    if os.geteuid():
        tap.skip("as an ordinary user", "all of this ran as one")
        return
    folder = tempfile.mkdtemp(prefix="sextant-user-")
    os.chown(folder, 54321, 54321)
    somebody = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--"]
    env = {**os.environ, "HOME": folder, "XDG_RUNTIME_DIR": folder}
    # by way of a shell: setpriv itself still has the rights of root when it looks for the program
    reach = subprocess.run([*somebody, "sh", "-c", 'exec "$0" version', SEXTANT], capture_output=True, text=True, env=env)
    if reach.returncode:
        tap.skip("as an ordinary user", f"another user cannot run {SEXTANT}: {reach.stderr}")
        return
    theirs = Lab("theirs", somebody, env)
    if not theirs.dir:
        tap.skip("as an ordinary user", theirs.why)
        return
    try:
        as_user(theirs, folder)
    finally:
        theirs.down()
        shutil.rmtree(folder, ignore_errors=True)


def as_user(theirs, folder):
    domains = FAST[:20]
    list_ = os.path.join(folder, "user.csv")
    shutil.copy(portfolio("user.csv", domains), list_)
    os.chown(list_, 54321, 54321)
    run = theirs.begin("observer", list_, f"{folder}/db", sets=("rate.targets_per_s=200",))
    status = {}
    while not status.get("Seccomp") == "2" and run.process.poll() is None:
        _, probers = run.pids()
        for p in probers[:1]:
            try:
                with open(f"/proc/{p}/status") as f:
                    status = dict(x.split(":\t", 1) for x in f.read().splitlines() if ":\t" in x)
            except OSError:
                pass
        time.sleep(0.01)
    ok(status.get("Uid", "").split() == ["54321"] * 4 and status.get("Seccomp") == "2" and status.get("NoNewPrivs") == "1",
       "the prober of an ordinary user is in its sandbox", {k: status.get(k) for k in ("Uid", "Seccomp", "NoNewPrivs")})
    got = run.wait()
    wrong = differences(got.sites, WANT)
    ok(got.code == 0 and len(got.sites) == len(domains) and not wrong, "a laboratory and a census of an ordinary user",
       "\n".join(wrong) + got.err)


# ---- all of it ----

def timed():
    """The front page asked for again, over both families in turn."""
    db, sites = path("timed"), ["good.test", "v4only.test", "v6-slow-rtt.test"]
    got = lab.census("observer", portfolio("timed.csv", sites), db, "--timing", sets=("timing.repeats=6",))
    ok(got.code == 0 and len(got.sites) == 3, "a round that asks again", got.err)
    ok(got.sites["good.test"]["success"] == "pass:steady", "each probe of a good site succeeds", got.sites["good.test"])
    ok(got.sites["v4only.test"]["success"] == "na:not_asked" and got.sites["v4only.test"]["timing"] == "na:not_asked",
       "a site without IPv6 is not judged by it", got.sites["v4only.test"])
    slow = got.sites["v6-slow-rtt.test"]
    ok(slow["success"] == "pass:steady" and slow["timing"] == "fail:much_slower", "a way that is 400 ms longer shows", slow)
    web = [o for o in export(db, "obs_web") if o["target"] == "repeat"]
    per = collections.Counter((o["subject"], o["family"]) for o in web)
    ok(per == {(site, family): 6 for site in ("good.test", "v6-slow-rtt.test") for family in (4, 6)},
       "six times over each family", per)
    pairs = sorted((o for o in web if o["subject"] == "good.test"), key=lambda o: o["at_us"])
    ok([o["family"] for o in pairs] == [6, 4, 4, 6] * 3, "in pairs, each family first as often as the other",
       [(o["at_us"], o["family"], o["hop"]) for o in pairs])
    no_differences(db, "a round that asks again")
    r = lab.sextant("observer", "show", "repeat_success", "--db", db, "--json")
    ok(r.returncode == 0 and re.search(r'"numerator":\s*12', r.stdout), "the indicator counts twelve", r.stdout[-600:])


LANES = [[finds, flap_route, timed], [kills], [slow_sites_killed], [without_v6, without_v4],
         [flap_drop, opted_out, opts_out_meanwhile, polite, left_alone, robots, no_page_kept, shared_sites], [confirmed, second_look, sharded, several, scored, served, lists, stops, from_root, checked],
         [no_contact, ordinary_user], [resolver_dead]]


def main():
    global lab, other
    lab = Lab(f"census-{os.getpid()}")
    if not lab.dir and re.search("forbids|not installed", lab.why):
        print(f"ok 1 # SKIP {lab.why}\n1..1")
        return 0
    other = Lab(f"census-{os.getpid()}-2")
    wanted = sys.argv[1:]
    lanes = [[part for part in lane if not wanted or part.__name__ in wanted] for lane in LANES]
    try:
        ok(lab.dir and other.dir, "two laboratories", lab.why + other.why)
        for thread in [tap.lane(*lane) for lane in lanes if lane]:
            thread.join()
    finally:
        lab.down()
        other.down()
        shutil.rmtree(work, ignore_errors=True)
    print(f"1..{tap.count}")
    return tap.failed != 0


sys.exit(main())
