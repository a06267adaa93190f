#!/usr/bin/env python3
"""A hundred kinds of servers that mean harm (hostile.h), and what the census suffers from them.

hostile_test.py WORLD: in a world of their own, the short form; HOSTILE=long: each personality alone, 5,000
sites at once, tarpits beside others, a million forbidden addresses.
"""
import ctypes
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

SEXTANT = os.environ.get("SEXTANT", "build/sextant")
LONG = os.environ.get("HOSTILE") == "long"
SITE_S, SITE_B, ALL_B = 60, 512 << 10, 256 << 20

WORLD = sys.argv[1]
work = tempfile.mkdtemp(prefix="sextant-hostile-")
count = failed = 0


one_at_a_time = threading.Lock()


def ok(good, name, detail=""):
    global count, failed
    with one_at_a_time:
        count += 1
        failed += not good
        print(f"{'' if good else 'not '}ok {count} - {name}", flush=True)
        for line in [] if good else str(detail).splitlines()[:20]:
            print(f"# {line[:400]}", flush=True)


# ---- a census in the hostile world ----

CONFIG = """[observer]
contact_email = lab@hosting.test
info_url = https://p0-0.test/
operator = Sextant laboratory
vantage = lab
[dns]
resolver = 3fff:53::53
chain = 0
[guard]
allow = {allow}
[selftest]
anchor_v4 = 198.19.255.53:53
anchor_v6 = [3fff:53::53]:53
[rate]
targets_per_s = 5000
packets_per_s = 100000
per_address_gap_ms = 0
per_prefix_per_s = 10000
per_network_per_s = 0
per_domain_per_s = 0
per_ns_qps = 10000
repeat_after_s = 1
round_gap_s = 0
sites_at_once = {at_once}
"""


def rss(pid):
    """Kilobytes now and at most."""
    try:
        with open(f"/proc/{pid}/status") as f:
            text = f.read()
    except OSError:
        return 0, 0
    return tuple(int((re.search(rf"{k}:\s+(\d+)", text) or [0, 0])[1]) for k in ("VmRSS", "VmHWM"))


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(x) for x in f.read().split()]
    except OSError:
        return []


class Run:
    """One census over these domains: when each line came, what it said, how large the prober grew."""

    serial = 0

    def __init__(self, domains, at_once=200, allow="3fff:666::/32, 3fff:53::/32, 198.19.0.0/16", timeout=900, stop=False):
        Run.serial += 1
        self.name = os.path.join(work, str(Run.serial))
        with open(self.name + ".csv", "w") as f:
            f.write("domain\n" + "".join(f"{d}\n" for d in domains))
        with open(self.name + ".conf", "w") as f:
            f.write(CONFIG.format(allow=allow, at_once=at_once))
        self.at, self.lines, self.end, self.peak_kb = {}, {}, {}, 0
        self.began = time.monotonic()
        self.process = subprocess.Popen([SEXTANT, "census", self.name + ".csv", "--all", "--json", "--quiet", "--config",
                                         self.name + ".conf", "--db", self.name + ".d"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watch = threading.Thread(target=self.watch, daemon=True)
        err = threading.Thread(target=self.read_err, daemon=True)
        self.err = ""
        watch.start()
        err.start()
        killer = threading.Timer(timeout, self.process.kill)
        killer.start()
        for line in self.process.stdout:
            if not line.endswith("}\n"):
                continue
            x = json.loads(line)
            if "domain" in x:
                self.at[x["domain"]] = time.monotonic() - self.began
                self.lines[x["domain"]] = x
                if stop and len(self.lines) == len(domains):  # the second look at a few would take as long again
                    self.process.terminate()
            elif "round" in x:
                self.end = x
        self.code = self.process.wait()
        killer.cancel()
        err.join(5)
        self.wall = time.monotonic() - self.began
        print(f"# {len(domains)} sites, {self.wall:.1f} s, prober at most {self.peak_kb / 1024:.0f} MiB", flush=True)

    def read_err(self):
        self.err = self.process.stderr.read()[-2000:]

    def watch(self):
        while self.process.poll() is None:
            for pid in children(self.process.pid):
                self.peak_kb = max(self.peak_kb, rss(pid)[1])
            time.sleep(0.02)


def number(x, key):
    """The first number under this key, however deep."""
    if isinstance(x, dict):
        for k, v in x.items():
            found = v if k == key and isinstance(v, (int, float)) else number(v, key)
            if found is not None:
                return found
    return None


def domains(kinds, per=1, first=0):
    return [f"p{k}-{n}.test" for k in kinds for n in range(first, first + per)]


def names():
    r = subprocess.run([WORLD, "list"], capture_output=True, text=True, check=True)
    return dict(reversed(line.split(" ")) for line in r.stdout.splitlines())


# ---- every personality ----

def each(kinds):
    wanted = domains(kinds, 2)
    run = Run(wanted, at_once=len(wanted), stop=True)
    slow = {d: round(t, 1) for d, t in run.at.items() if t >= SITE_S}
    ok(len(run.at) == len(wanted), f"{len(kinds)} personalities, two sites each: all {len(wanted)} end",
       f"{run.code} {run.err} {sorted(set(wanted) - set(run.at))}")
    late = max(run.at, key=run.at.get, default="nobody")
    ok(not slow, f"each within {SITE_S} s; the last, {late}, after {run.at.get(late, 0):.1f} s", slow)
    b = (run.peak_kb << 10) / len(wanted)
    ok(0 < b < SITE_B, f"{b / 1024:.0f} KiB of the prober a site, all at once")
    ok(run.peak_kb << 10 < ALL_B, f"the prober's resident memory stays at {run.peak_kb / 1024:.0f} MiB")
    good = {v["check"]: v["verdict"] for v in run.lines.get("p0-0.test", {"verdicts": []})["verdicts"]}
    ok(good.get("http") == "pass" and good.get("aaaa") == "pass", "the good one among them is found good", good)


def alone(kinds, all_names):
    """Each in a census of its own, some of them side by side."""
    results, lock, todo = {}, threading.Lock(), list(kinds)

    def work_off():
        while True:
            with lock:
                if not todo:
                    return
                k = todo.pop()
            run = Run(domains([k]), at_once=1, timeout=150)
            with lock:
                results[k] = run

    threads = [threading.Thread(target=work_off) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    label = {k: n for n, k in all_names.items()}
    for k in kinds:
        run = results[k]
        b = number(run.end, "peak_bytes_per_site")
        t = max(run.at.values(), default=999)
        ok(t < SITE_S + 5 and b is not None and b < SITE_B,
           f"{label[str(k)]}: {t:.1f} s, {(b or 0) / 1024:.0f} KiB", f"{run.code} {run.err} {run.end}")


def many(kinds):
    wanted = domains(kinds, 5000 // len(kinds) + 1)[:5000]
    random.Random(1).shuffle(wanted)
    run = Run(wanted, at_once=5000)
    ok(run.code in (0, 1) and len(run.at) == 5000, f"5,000 sites at once end, in {run.wall:.0f} s", f"{run.code} {run.err}")
    ok(run.peak_kb << 10 < ALL_B, f"with 5,000 at once the prober's resident memory stays at {run.peak_kb / 1024:.0f} MiB")


def tarpits(ids):
    """What a tenth of tarpits costs the rest: best of three, for others share this machine.  Results wait for the
    next self-test, so the last hundred or so of any census say little of its pace."""
    held = [ids[n] for n in ("tcp-hold", "http-hold", "http-drip", "tls-drip", "tcp-drip", "http-body-drip")]
    good = domains([0], 512) + domains([ids["various"]], 1000)
    bad = domains(held, 29)[:168]
    times = {}
    for what, wanted in (("alone", list(good)), ("beside", good + bad)) * 3:
        random.Random(2).shuffle(wanted)
        run = Run(wanted, at_once=400)
        t = sorted(run.at.get(d, 999) for d in good)[1200]
        times[what] = min(times.get(what, 999), t)
    cost = times["beside"] / times["alone"] - 1
    ok(cost < 0.10, f"a tenth of tarpits costs the first 1,200 good sites {cost * 100:.1f} % "
       f"({times['alone']:.2f} s, {times['beside']:.2f} s)")


# ---- canaries ----

CLASSES = {
    "special4": "ip daddr { 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, "
                "192.0.2.0/24, 192.88.99.0/24, 192.168.0.0/16, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/3 }",
    "link4": "ip daddr 198.18.0.0/24",
    "outside_global6": "ip6 daddr != 2000::/3",
    "special6": "ip6 daddr { 2001::/23, 2001:db8::/32, 2002::/16, 3ffe::/16 }",
    "link6": "ip6 daddr 3fff:1::/64",
}


def canaries_begin():
    rules = "table inet canary {\n" + "".join(f"counter {c} {{ }}\n" for c in CLASSES)
    rules += "chain out { type filter hook output priority 0;\nmeta l4proto != { tcp, udp } accept\n"
    rules += "".join(f"{match} counter name {c}\n" for c, match in CLASSES.items()) + "}\n}\n"
    r = subprocess.run(["nft", "-f", "-"], input=rules, capture_output=True, text=True)
    ok(r.returncode == 0, "canaries in every forbidden class", r.stderr)


def canaries():
    r = subprocess.run(["nft", "-j", "list", "counters", "table", "inet", "canary"], capture_output=True, text=True)
    return {x["counter"]["name"]: x["counter"]["packets"] for x in json.loads(r.stdout)["nftables"] if "counter" in x}


def handed():
    time.sleep(0.5)
    with open(os.environ["HOSTILE_COUNT"]) as f:
        return int(f.read())


def canary(k, wanted):
    before, at = handed(), 0
    while handed() - before < wanted and at < 500:
        run = Run(domains([k], 500 if LONG else 60, 0), at_once=500)
        at += 1
        if run.code not in (0, 1):
            ok(False, "a census among forbidden addresses ends", run.err)
            return
    n, hit = handed() - before, canaries()
    ok(n >= wanted, f"{n:,} forbidden addresses handed out: in answers, name servers, mail hosts, redirects")
    ok(not any(hit.values()), "not one packet reached a canary", hit)


def unguarded(k):
    Run(domains([k], 4), allow="::/0, 0.0.0.0/0", timeout=6)
    hit = canaries()
    ok(hit["special4"] and hit["outside_global6"] and hit["special6"], f"without the guard they would be reached: {hit}", hit)


def inside():
    ctypes.CDLL(None).prctl(1, 9)
    ids = {n: int(k) for n, k in names().items()}
    kinds = [k for n, k in ids.items() if n not in ("canary", "various")]
    ok(len(kinds) > 85, f"{len(kinds) - 1} personalities that mean harm")
    canaries_begin()
    parts = sys.argv[3:] or (["alone", "many", "tarpits", "canary"] if LONG else ["each", "canary"])
    lanes = []
    if "each" in parts:
        lanes.append(threading.Thread(target=each, args=(kinds,)))
    if "canary" in parts:
        lanes.append(threading.Thread(target=canary, args=(ids["canary"], 1000000 if LONG else 20000)))
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    if "canary" in parts:
        unguarded(ids["canary"])
    if "alone" in parts:
        alone(kinds, {n: str(k) for n, k in ids.items()})
    if "many" in parts:
        many(kinds)
    if "tarpits" in parts:
        tarpits(ids)
    print(f"1..{count}")
    return failed != 0


if sys.argv[2:3] == ["inside"]:
    sys.exit(inside())
env = {**os.environ, "HOSTILE_COUNT": os.path.join(work, "handed")}
r = subprocess.run([WORLD, sys.executable, os.path.abspath(__file__), WORLD, "inside", *sys.argv[2:]], env=env)
if r.returncode == 4:
    print("ok 1 # SKIP no user or network namespaces here\n1..1")
sys.exit(0 if r.returncode == 4 else r.returncode)
