#!/usr/bin/env python3
"""A web of N sites, and what a census of it costs: sites.py BUILD [SITES].  One line a goal on stdout.

The world is bench/synth.h's DNS (synthdns) and nginx with one certificate for each site (bench/sites.c), in one
network namespace; who measures is in another, a veth between them.  Both share the machine's CPUs.

  https_to_curl       CPU of a page by HTTPS, verified, both families of each site, to that of peer_curl.c
  http_to_curl        the same by plain HTTP
  check_cpu           CPU of one whole check, all processes of the census and its store
  census_wall         seconds for SITES sites, and those for 100,000 at this pace
  census_to_pipeline  wall time of peer_curl.c once a family over the same addresses, and dnsperf with the same
                      names, to that of the census
  census_memory       memory of all its processes
  cap_*               with the rates as they are by default, in the logs of the servers themselves: the fullest
                      second of a name server, a /24 or /48, a /16 or /32; the least time between two connections
                      to one address
"""
import collections
import ipaddress
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

build = os.path.abspath(sys.argv[1])
SITES = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
PAGES = min(SITES, 2000)
RUNS = 3
CERTAIN = {"aaaa": "ok", "www_aaaa": "ok", "tcp": "ok", "tls": "ok", "http": "ok", "same_content": "same", "mx_aaaa": "ok"}
CHAINS = (("pass", "ok2"), ("partial", "ok1"), ("fail", "no_ns_aaaa"))
GOAL_S = 250 / 100_000
work = tempfile.mkdtemp(prefix="sextant-sites-")
here, there = f"sxo{os.getpid()}", f"sxw{os.getpid()}"
servers = {}


def say(*words):
    print("sites:", *words, file=sys.stderr, flush=True)


def row(name, value, unit, goal, good):
    print(f"{name}\t{value:.2f}\t{unit}\t{goal}\t{'pass' if good else 'short'}", flush=True)


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


def network():
    for n in (here, there):
        ip(f"netns add {n}")
        ip(f"-n {n} link set lo up")
    ip(f"link add sx0 netns {here} type veth peer name sx1 netns {there}")
    for n, dev, k in ((here, "sx0", 1), (there, "sx1", 2)):
        ip(f"-n {n} link set {dev} up")
        ip(f"-n {n} address add 203.0.113.{k}/24 dev {dev}")
        ip(f"-n {n} address add 3fff::{k}/64 dev {dev} nodad")
    ip(f"-n {here} route add default via 203.0.113.2")
    ip(f"-n {here} -6 route add default via 3fff::2")
    for prefix in ("198.18.0.0/15", "10.64.0.0/10"):
        ip(f"-n {there} route add local {prefix} dev lo")
    for prefix in ("2001:db8::/32", "3fff:100::/24"):
        ip(f"-n {there} -6 route add local {prefix} dev lo")
    # one machine stands for many, and says for each that a port is closed
    for key in ("net.ipv4.icmp_ratelimit", "net.ipv6.icmp.ratelimit", "net.ipv4.icmp_msgs_per_sec"):
        subprocess.run(["ip", "netns", "exec", there, "sysctl", "-qw", f"{key}={1_000_000 if 'msgs' in key else 0}"], check=True)


def start(name, *argv):
    servers[name] = subprocess.Popen(["ip", "netns", "exec", there, *argv], stdout=subprocess.DEVNULL)


def listening():
    out = subprocess.run(["ip", "netns", "exec", there, "ss", "-ltnH"], capture_output=True, text=True).stdout
    return ":443 " in out and ":53 " in out


def server_cpu_s():
    spent = {}
    for name, p in servers.items():
        with open(f"/proc/{p.pid}/stat") as f:
            words = f.read().rsplit(")", 1)[1].split()
        spent[name] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def run(argv, **more):
    """Its stdout, wall and processor seconds of it and its children, those of the servers, peak memory of one."""
    before, t, servers_before = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), server_cpu_s()
    r = subprocess.run(["ip", "netns", "exec", here, *argv], stdout=subprocess.PIPE, text=True, **more)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - t
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    theirs = {k: v - servers_before[k] for k, v in server_cpu_s().items()}
    return r, wall, cpu, theirs


def addresses(n):
    x, y, z = n >> 16, n >> 8 & 255, n & 255
    return f"10.{64 + x}.{y}.{z}", f"3fff:{256 + x:x}:{y * 256:x}::{z:x}"


def lines(schemes, hosts, n, families=(4, 6)):
    return "".join(f"{s}://{h}z{i}.test/ {addresses(i)[f == 6]}\n" for i in range(n) for s in schemes for h in hosts
                   for f in families)


def fetch(program, text):
    r, wall, cpu, _ = run([f"{build}/bench/{program}", f"{work}/ca.pem", "64"], input=text)
    good, cpu_us = r.stdout.split()
    wanted = text.count("\n")
    if int(good) != wanted:
        say(f"{program}: {good} of {wanted} pages came")
    return int(cpu_us) / wanted, int(good) == wanted, wall


def pages(scheme, goal):
    """Ratio of our processor time for a page to theirs; the two take turns."""
    text, ours, theirs, whole = lines((scheme,), ("",), PAGES), [], [], True
    for i in range(RUNS):
        for program, costs in ((("bench_https", ours), ("peer_curl", theirs)) if i % 2 == 0 else
                               (("peer_curl", theirs), ("bench_https", ours))):
            us, good, _ = fetch(program, text)
            costs.append(us)
            whole = whole and good
    a, b = sorted(ours)[RUNS // 2], sorted(theirs)[RUNS // 2]
    say(f"{scheme}: {a:.0f} us a page, libcurl {b:.0f}; {2 * PAGES} pages, median of {RUNS}: {ours} {theirs}")
    row(f"{scheme}_to_curl", a / b, "ratio", goal, whole and a / b <= goal)


def memory(peak, stop):
    """The largest sum of the resident memory of all processes called sextant."""
    while not stop.wait(0.5):
        sizes = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/comm") as f:
                    if f.read().strip() != "sextant":
                        continue
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    sizes.append(sum(int(x.split()[1]) for x in f if x.startswith("Pss:")))
            except (OSError, ValueError):
                continue
        peak[0], peak[1] = max(peak[0], max(sizes, default=0)), max(peak[1], sum(sizes))


def verdicts(sites):
    """Are they those of this world?  What fails early, or is given up, costs little."""
    found = collections.Counter((v["check"], v["verdict"], v["reason"]) for s in sites for v in s["verdicts"])
    chains = sum(found["dns_chain", v, reason] for v, reason in CHAINS)
    wrong = [c for c in CERTAIN if found[c, "pass", CERTAIN[c]] != SITES]
    unknown = sum(n for (_, v, _), n in found.items() if v == "unknown")
    if wrong or unknown or chains != SITES:
        say(f"verdicts that this world does not have: {found}")
    return not wrong and not unknown and chains == SITES


def census(*more):
    peak, stop = [0, 0], threading.Event()
    watch = threading.Thread(target=memory, args=(peak, stop))
    watch.start()
    r, wall, cpu, theirs = run([f"{build}/sextant", "census", f"{work}/portfolio.csv", "--all", "--iterate", "--json", "--quiet",
                                "--config", f"{work}/sextant.conf", "--db", f"{work}/db", *more])
    stop.set()
    watch.join()
    if r.returncode not in (0, 1):
        sys.exit("sites: the census failed")
    *told, last = r.stdout.splitlines()
    cost, right = json.loads(last), verdicts(map(json.loads, told))
    ms = cpu / SITES * 1e3
    say(f"census: {SITES} sites, {wall:.1f} s; processor a site: {ms:.2f} ms in all, {cost['prober_cpu_us'] / SITES / 1e3:.2f} "
        f"the probers', {cost['tls_cpu_us'] / SITES / 1e3:.2f} in TLS; {cost['connections'] / SITES:.1f} connections; the "
        + ", ".join(f"{k}'s {v / SITES * 1e3:.2f} ms" for k, v in theirs.items()))
    say(f"memory: {peak[0] / 1024:.0f} MiB the largest process, {peak[1] / 1024:.0f} MiB all")
    row("check_cpu", ms, "ms", 5, right and ms <= 5)
    row("census_wall", wall, f"s for {SITES} sites", f"{GOAL_S * SITES:.1f}", right and wall <= GOAL_S * SITES)
    row("census_memory", peak[1] / 1024, "MiB", 1536, right and peak[1] < 1536 * 1024)
    return wall, right


def pipeline():
    """What a pipeline of ready-made parts takes for the same pages and names."""
    total, whole = 0.0, True
    for family in (4, 6):
        us, good, wall = fetch("peer_curl", lines(("http", "https"), ("", "www."), SITES, (family,)))
        total, whole = total + wall, whole and good
        say(f"pipeline: IPv{family}, {4 * SITES} pages, {wall:.1f} s, {us:.0f} us a page")
    with open(f"{work}/names", "w") as f:
        f.writelines(f"{h}z{i}.test {t}\n" for i in range(SITES) for h in ("", "www.") for t in ("A", "AAAA"))
    _, wall, _, _ = run(["dnsperf", "-s", "198.18.0.3", "-d", f"{work}/names", "-n", "1", "-q", "100"])
    say(f"pipeline: {4 * SITES} questions by dnsperf, {wall:.1f} s")
    return total + wall, whole


# ---- what the servers see ----

def fullest(times, window):
    """The most that lie within a window."""
    most = first = 0
    times = sorted(times)
    for last, t in enumerate(times):
        while t - times[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def by(keys):
    found = collections.defaultdict(list)
    for key, t in keys:
        found[key].append(t)
    return found.values()


def connections():
    """When each was opened, and to which address: the log has milliseconds."""
    begun = {}
    with open(f"{work}/access.log") as f:
        for line in f:
            at, age, addr, number = line.split()
            begun[number] = (ipaddress.ip_address(addr), float(at) - float(age))
    return begun.values()


def net(addr, four, six):
    return ipaddress.ip_network((addr, four if addr.version == 4 else six), strict=False)


def caps():
    """A census of few sites at the default rates."""
    for p in servers.values():
        p.terminate()
        p.wait()
    with open(f"{work}/log.conf", "w") as f:
        f.write(f"log_format cap '$msec $connection_time $server_addr $connection';\naccess_log {work}/access.log cap;\n")
    begin("--log", f"{work}/dns.log")
    with open(f"{work}/sextant.conf") as f, open(f"{work}/cap.conf", "w") as to:
        to.write(f.read().split("[rate]")[0] + "[rate]\ntargets_per_s = 1000\nsites_at_once = 1000\nprobers = 2\n")
    with open(f"{work}/few.csv", "w") as f:
        f.write("domain\n" + "".join(f"z{i}.test\n" for i in range(0, SITES, max(1, SITES // 200))))
    r, wall, _, _ = run([f"{build}/sextant", "census", f"{work}/few.csv", "--all", "--iterate", "--json", "--quiet", "--config",
                         f"{work}/cap.conf", "--db", f"{work}/capdb"])
    for p in servers.values():  # logs are written when they end
        p.terminate()
        p.wait()
    with open(f"{work}/dns.log") as f:
        asked = [(words[2], int(words[0])) for words in map(str.split, f)]
    opened = connections()
    say(f"caps: {r.stdout.count(chr(10)) - 1} sites in {wall:.0f} s, {len(asked)} questions, {len(opened)} connections in the logs")
    whole = r.returncode in (0, 1) and len(asked) > 1000 and len(opened) > 500
    n = max(fullest(t, 1_000_000) for t in by(asked))
    row("cap_name_server", n, "questions in a second", 10, whole and n <= 10)
    for name, four, six, most in (("cap_prefix", 24, 48, 2), ("cap_network", 16, 32, 20)):
        n = max(fullest(t, 0.998) for t in by((net(a, four, six), t) for a, t in opened))
        row(name, n, "connections in a second", most, whole and n <= most)
    least = min(b - a for t in by(opened) for a, b in itertools.pairwise(sorted(t)))
    row("cap_address", least, "s between two connections", 2, whole and least >= 1.998)


def begin(*more):
    start("dns", f"{build}/bench/synthdns", "--dual", "1", "--zones", str(SITES), *more)
    start("nginx", "nginx", "-e", f"{work}/nginx.log", "-c", f"{work}/nginx.conf")
    for _ in range(1200):
        if listening():
            return
        time.sleep(0.5)
    sys.exit("sites: the servers do not come up")


try:
    subprocess.run([f"{build}/bench/bench_sites", work, str(SITES)], check=True)
    network()
    begin()
    pages("https", 0.85)
    pages("http", 0.5)
    (ours, right), (theirs, whole) = census(), pipeline()
    row("census_to_pipeline", theirs / ours, "ratio", 1.15, right and whole and theirs / ours >= 1.15)
    caps()
finally:
    for p in servers.values():
        p.terminate()
        p.wait()
    for n in (here, there):
        subprocess.run(["ip", "netns", "del", n], stderr=subprocess.DEVNULL)
    shutil.rmtree(work, ignore_errors=True)
