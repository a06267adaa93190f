#!/usr/bin/env python3
"""Second opinions: names by drill (ldns) and pages by curl (libcurl), of the same sites as our census.

second_opinion_test.py WORLD: 200 sites; SITES=10000 for more.  The sites are those of hostile.h that mean no
harm and of which no two are alike.
"""
import concurrent.futures
import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile

SEXTANT = os.environ.get("SEXTANT", "build/sextant")
SITES = int(os.environ.get("SITES", "200"))
WORLD = sys.argv[1]
RESOLVER = "3fff:53::53"
TYPES = ("A", "AAAA", "NS", "MX")
work = os.environ.get("SECOND_WORK") or tempfile.mkdtemp(prefix="sextant-second-")
count = failed = 0

CONFIG = f"""[observer]
contact_email = lab@hosting.test
info_url = https://p0-0.test/
operator = Sextant laboratory
vantage = lab
[dns]
resolver = {RESOLVER}
chain = 0
[guard]
allow = 3fff:666::/32, 3fff:53::/32, 198.19.0.0/16
[selftest]
anchor_v4 = 198.19.255.53:53
anchor_v6 = [{RESOLVER}]:53
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
"""


def ok(good, name, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {name}", flush=True)
    for line in [] if good else str(detail).splitlines()[:20]:
        print(f"# {line[:400]}", flush=True)


# ---- ours ----

def census(domains):
    for name, text in (("p.csv", "domain\n" + "".join(f"{d}\n" for d in domains)), ("c.conf", CONFIG)):
        with open(f"{work}/{name}", "w") as f:
            f.write(text)
    r = subprocess.run([SEXTANT, "census", f"{work}/p.csv", "--all", "--json", "--quiet", "--config", f"{work}/c.conf", "--db",
                        f"{work}/db"], capture_output=True, text=True, timeout=1200)
    ok(r.returncode in (0, 1) and r.stdout.count('"domain"') == len(domains), f"a census of {len(domains)} sites", r.stderr)


def table(name):
    r = subprocess.run([SEXTANT, "export", "--db", f"{work}/db", name, "--csv"], capture_output=True, text=True, timeout=300)
    return list(csv.DictReader(io.StringIO(r.stdout)))


# ---- theirs ----

def drill(question):
    """The records of the type, as sets of text, and the code."""
    name, kind = question
    r = subprocess.run(["drill", f"@{RESOLVER}", name, kind], capture_output=True, text=True, timeout=30)
    found, code, section = [], None, None
    for line in r.stdout.splitlines():
        if "rcode:" in line:
            code = line.split("rcode: ")[1].split(",")[0]
        if line.startswith(";; ") and "SECTION" in line:
            section = line.split()[1]
        words = line.split(None, 4)
        if section == "ANSWER" and len(words) == 5 and words[3] == kind:
            found.append(words[4].strip().rstrip(".").lower())
    return question, (code, frozenset(found))


def same_names(domains):
    ours = {}
    for row in table("dns"):
        if row["role"] != "authority" and row["qtype"] in TYPES:
            code = "NXDOMAIN" if row["outcome"] == "absent" and row["rcode"].lower() in ("3", "nxdomain") else "NOERROR"
            data = frozenset(x.rstrip(".").lower() for x in row["data"].splitlines())
            ours[(row["qname"], row["qtype"])] = (code, data)
    wanted = [(n, t) for d in domains for n, t in ((d, "A"), (d, "AAAA"), ("www." + d, "A"), ("www." + d, "AAAA"), (d, "NS"),
                                                   (d, "MX"))]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        theirs = dict(pool.map(drill, wanted))
    records = sum(len(x[1]) for x in theirs.values())
    wrong = [f"{q}: ours {ours.get(q)}, drill {theirs[q]}" for q in wanted if ours.get(q) != theirs[q]]
    ok(not wrong and records > len(domains) * 4, f"{len(wanted)} questions, {records} records: drill says the same", "\n".join(wrong))


def curl(pages):
    """(host, family, scheme) -> (status, sha-256): a few thousand transfers a process."""
    found = {}
    for at in range(0, len(pages), 4000):
        folder = tempfile.mkdtemp(dir=work)
        part = pages[at:at + 4000]
        with open(f"{folder}/curl.conf", "w") as f:
            f.write("parallel\nparallel-max = 40\nparallel-immediate\ninsecure\nsilent\nmax-time = 30\nno-progress-meter\n")
            for i, (host, family, scheme, addr) in enumerate(part):
                name = f"[{addr}]" if family == 6 else addr
                f.write(f'{"next" if i else ""}\nurl = "{scheme}://{host}/"\ninsecure\nsilent\n'
                        f'connect-to = "{host}:{443 if scheme == "https" else 80}:{name}:{443 if scheme == "https" else 80}"\n'
                        f'output = "{folder}/{i}"\nwrite-out = "{i} %{{http_code}}\\n"\n')
        r = subprocess.run(["curl", "--config", f"{folder}/curl.conf"], capture_output=True, text=True, timeout=1200)
        for line in r.stdout.splitlines():
            i, status = line.split()
            try:
                with open(f"{folder}/{i}", "rb") as f:
                    body = f.read()
            except OSError:
                body = b""
            found[part[int(i)][:3]] = (status, hashlib.sha256(body).hexdigest())
        shutil.rmtree(folder)
    return found


def same_pages(domains):
    ours, pages = {}, []
    for row in table("web"):
        if row["target"] == "apex" and row["hop"] == "0" and row["host"] in domains and row["outcome"] == "ok":
            key = (row["host"], int(row["family"]), row["scheme"])
            ours[key] = (row["status"], row["body_sha256"])
            pages.append((*key, row["addr"]))
    theirs = curl(pages)
    empty = hashlib.sha256(b"").hexdigest()
    wrong = [f"{k}: ours {v}, curl {theirs.get(k)}" for k, v in ours.items()
             if theirs.get(k, ("", ""))[0] != v[0] or (v[1] or empty) != theirs[k][1]]
    bodies = len({v[1] for v in ours.values()})
    ok(not wrong and len(ours) > len(domains), f"{len(ours)} pages, {bodies} different: curl sees the same status and bytes",
       "\n".join(wrong))


def inside():
    names = subprocess.run([WORLD, "list"], capture_output=True, text=True, check=True).stdout.split()
    k = names[names.index("various") - 1]
    domains = [f"p{k}-{n}.test" for n in range(SITES)]
    census(domains)
    same_names(domains)
    same_pages(set(domains))
    print(f"1..{count}")
    return failed != 0


if sys.argv[2:3] == ["inside"]:
    sys.exit(inside())
missing = [p for p in ("drill", "curl") if not shutil.which(p)]
if missing:
    print(f"ok 1 # SKIP not installed: {' '.join(missing)}\n1..1")
    sys.exit(0)
r = subprocess.run([WORLD, sys.executable, os.path.abspath(__file__), WORLD, "inside"], env={**os.environ, "SECOND_WORK": work})
if r.returncode == 4:
    print("ok 1 # SKIP no user or network namespaces here\n1..1")
shutil.rmtree(work, ignore_errors=True)
sys.exit(0 if r.returncode == 4 else r.returncode)
