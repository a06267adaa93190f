#!/usr/bin/env python3
"""A store in trouble, seen by those who run the commands: each time one sentence that says what is
wrong and what to do, nothing lost, and on it goes when the trouble is over.  Prints TAP.

KILLS=300 for more than twenty kills of `sextant ingest`.
"""
import csv
import gzip
import math
import io
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

program = os.environ["SEXTANT"]
data = os.environ.get("SEXTANT_DATA") or os.path.join(os.environ["SEXTANT_SOURCE"], "..", "shared", "data")
first = os.path.join(data, "rir", "2026-05-06", "delegated-afrinic-extended-latest.gz")
second = os.path.join(data, "rir", "2016-01-30", "delegated-lacnic-extended-latest.gz")
results = []


def check(good, name, why=""):
    results.append(bool(good))
    print(f"{'' if good else 'not '}ok {len(results)} - {name}", flush=True)
    if not good:
        for line in str(why).splitlines()[:8]:
            print(f"# {line}")
    return good


def run(folder, *words, **env):
    return subprocess.run([program, *words, "--db", folder], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "LANG": "C.UTF-8", **env})


def rows(folder, registry=None):
    """The blocks of the facts without what differs from one delivery to the next."""
    r = run(folder, "export", "obs_delegation")
    table = [row for row in csv.DictReader(io.StringIO(r.stdout)) if registry in (None, row["registry"])]
    return sorted(tuple(v for k, v in row.items() if k != "batch") for row in table) if r.returncode == 0 else r.stderr


def one_sentence(r, code, *names):
    """It ended with this code, and said one thing, which holds these words."""
    lines = r.stderr.strip().splitlines()
    return r.returncode == code and len(lines) == 1 and lines[0].startswith("sextant: error: ") and all(
        n in lines[0] for n in names) and not r.stdout.strip()


def free_port():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as s:
        return s.getsockname()[1]


def serve(folder, **env):
    p = subprocess.Popen([program, "serve", "--db", folder, "--listen", f"[::1]:{free_port()}"],
                         stderr=subprocess.PIPE, text=True, env={**os.environ, "LANG": "C.UTF-8", **env})
    said = []
    for line in p.stderr:
        said.append(line)
        if line.startswith("dashboard:"):
            break
    return p, said


def kinds_of_damage(folder, good):
    """Each row: the file, its trouble, and how it gets into it."""
    facts, state = f"{folder}/facts.duckdb", f"{folder}/state.sqlite"
    size = os.path.getsize(facts)
    for file, name, spoil in (
            (facts, "facts: other bytes", lambda f: f.write(os.urandom(size))),
            (facts, "facts: empty", lambda f: f.truncate(0)),
            (facts, "facts: cut off", lambda f: f.truncate(300000)),  # a header, and hardly more
            (state, "state: other bytes", lambda f: f.write(os.urandom(100000))),
            (state, "state: cut off", lambda f: f.truncate(os.path.getsize(state) // 2 // 4096 * 4096))):
        shutil.rmtree(folder)
        shutil.copytree(good, folder)
        with open(file, "r+b") as f:
            spoil(f)
        before = open(file, "rb").read()
        r = run(folder, "show", "allocation_blocks")
        check(r.returncode in (3, 4) and one_sentence(r, r.returncode, os.path.basename(file), "move it away"),
              f"{name}: show says so", (r.returncode, r.stderr, r.stdout))
        r = run(folder, "ingest", "rir", second)
        check(r.returncode in (3, 4) and one_sentence(r, r.returncode, os.path.basename(file), "move it away"),
              f"{name}: ingest says so", (r.returncode, r.stderr, r.stdout))
        check(open(file, "rb").read() == before, f"{name}: the file was not touched")
        if file == facts:
            shutil.copy(f"{good}/facts.duckdb", facts)
            r = run(folder, "ingest", "rir", second)
            check(r.returncode == 0 and rows(folder) == both, f"{name}: with the backup in its place all is there",
                  (r.returncode, r.stderr, len(rows(folder)), len(both)))


def without_library(folder, good):
    shutil.rmtree(folder)
    shutil.copytree(good, folder)
    gone = {"SEXTANT_DUCKDB": "/nowhere/libduckdb.so"}
    for words in (("show", "allocation_blocks"), ("ingest", "rir", second), ("export", "obs_delegation")):
        r = run(folder, *words, **gone)
        check(one_sentence(r, 4, "/nowhere/libduckdb.so", "tools/setup"), f"no library: {words[0]} says so",
              (r.returncode, r.stderr, r.stdout))
    r = run(folder, "portfolio", "list", **gone)
    check(r.returncode == 0 and not r.stderr, "no library: what needs no facts works", r.stderr)
    p, said = serve(folder, **gone)
    check(len(said) == 2 and "/nowhere/libduckdb.so" in said[0] and "warning" in said[0],
          "no library: serve says so once and serves", said)
    p.terminate()
    check(p.wait(timeout=20) == 0, "and ends well")
    r = run(folder, "ingest", "rir", second)
    check(r.returncode == 0 and rows(folder) == both, "with the library what waited is there, once",
          (r.returncode, r.stderr, r.stdout))


def owned(folder):
    p, _ = serve(folder)
    try:
        r = run(folder, "serve", "--listen", f"[::1]:{free_port()}")
        check(one_sentence(r, 4, f"process {p.pid}", "another data directory"), "a second owner is refused by name",
              (r.returncode, r.stderr))
        r = run(folder, "show", "allocation_blocks")
        check(r.returncode == 0, "others ask the owner", r.stderr)
        p.send_signal(signal.SIGSTOP)
        r = run(folder, "show", "allocation_blocks")
        check(one_sentence(r, 4, "does not answer"), "an owner that stands still is named", (r.returncode, r.stderr))
        p.send_signal(signal.SIGCONT)
        r = run(folder, "show", "allocation_blocks")
        check(r.returncode == 0, "and asked again when it goes on", r.stderr)
    finally:
        p.send_signal(signal.SIGCONT)
        p.terminate()
    check(p.wait(timeout=20) == 0, "the owner ends well")


def full_disk():
    """In a mount namespace of its own: see main."""
    with tempfile.TemporaryDirectory() as disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
        folder = f"{disk}/db"
        r = run(folder, "ingest", "rir", first)
        before = rows(folder)
        check(r.returncode == 0 and before == one, "there is room for the first file", r.stderr)
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
        for left in (300 << 10, 1 << 20):
            with open(f"{disk}/ballast", "wb") as f:
                f.write(bytes(room - left))
            r = run(folder, "ingest", "rir", second)
            lines = r.stderr.strip().splitlines()
            check(r.returncode == 4 and 1 <= len(lines) <= 2 and all("the disk is full" in x for x in lines) and
                  "make room" in lines[-1], f"{left >> 10} KiB left: the second file is told that the disk is full",
                  (r.returncode, r.stderr))
            os.unlink(f"{disk}/ballast")
            # some of the second may be there, but not its dataset: nobody counts it
            r = run(folder, "export", "obs_dataset")
            check(rows(folder, "afrinic") == before and r.stdout.count(",rir,") == 1, "what was there is there", r.stdout)
        r = run(folder, "ingest", "rir", second)
        check(r.returncode == 0 and rows(folder) == both, "with room the same command takes it", r.stderr)
        subprocess.run(["umount", "-l", disk], check=True)


def killed(folder):
    """kill -9 of `sextant ingest` at random moments, end to end; then the same command to its end."""
    kills = int(os.environ.get("KILLS", "20"))
    seed = time.time_ns()
    dice = random.Random(seed)
    print(f"# seed {seed}")
    shutil.rmtree(folder)
    began = time.monotonic()
    check(run(folder, "ingest", "rir", first, second).returncode == 0 and rows(folder) == both, "both files at once")
    span = time.monotonic() - began
    shutil.rmtree(folder)
    bad = []
    for i in range(kills):
        p = subprocess.Popen([program, "ingest", "rir", first, second, "--db", folder], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
        time.sleep(dice.random() * span)
        p.kill()
        p.communicate()
        if i % 5 == 4:
            r = run(folder, "ingest", "rir", first, second)
            if r.returncode or rows(folder) != both:
                bad.append((i, r.stderr, len(rows(folder))))
            shutil.rmtree(folder)
    r = run(folder, "ingest", "rir", first, second)
    check(not bad and r.returncode == 0 and rows(folder) == both,
          f"{kills} kills of ingest: run again, exactly the right {len(both)} rows", bad or r.stderr)


def with_fewer(path, out, date):
    """The first file with so many blocks handed out, as of another date."""
    head, *lines = gzip.open(first, "rt").read().splitlines()
    rows_, kept = [x for x in lines if not x.endswith("|summary")], []
    for x in rows_:
        given = x.split("|")[6] in ("allocated", "assigned")
        if not given or out > 0:
            kept.append(x)
        out -= given
    f = head.split("|")
    f[2] = f[5] = date
    f[3] = str(len(kept))
    sums = [f"afrinic|*|{t}|*|{sum(x.split('|')[2] == t for x in kept)}|summary" for t in ("asn", "ipv4", "ipv6")]
    with open(path, "w") as file:
        file.write("\n".join(["|".join(f), *sums, *kept]) + "\n")
    return path


def held(folder):
    """A file that has lost more than 5 % of what was handed out is held back until somebody says yes."""
    shutil.rmtree(folder, ignore_errors=True)
    run(folder, "ingest", "rir", first)
    before = rows(folder)
    out = sum(x.split("|")[6] in ("allocated", "assigned") for x in gzip.open(first, "rt").read().splitlines()
              if x.count("|") > 6)
    least = math.ceil(out * 0.95)
    low = with_fewer(f"{folder}-low", least - 1, "20260507")
    r = run(folder, "ingest", "rir", low)
    check(r.returncode == 3 and "--accept" in r.stderr and f"{least - 1} blocks" in r.stderr and rows(folder) == before,
          f"{least - 1} blocks where {out} were are held back, and the data stay", f"{r.returncode} {r.stderr}")
    r = run(folder, "ingest", "rir", with_fewer(f"{folder}-edge", least, "20260507"))
    check(r.returncode == 0 and len(rows(folder)) > len(before), f"{least} blocks are not", r.stderr)
    r = run(folder, "ingest", "rir", "--accept", low)
    check(r.returncode == 0, "--accept takes what was held back", r.stderr)


def namespace():
    """The whole again in a mount namespace, as an ordinary user too where that is allowed."""
    if os.environ.get("FAULTS_NAMESPACE"):
        return True
    words = ["unshare", "-m", "--propagation", "private"] + ([] if os.geteuid() == 0 else ["-Ur"])
    if subprocess.run([*words, "true"], capture_output=True).returncode:
        return False
    os.execvpe(words[0], [*words, sys.executable, *sys.argv], {**os.environ, "FAULTS_NAMESPACE": "1"})


def main():
    global one, both
    alone = namespace()
    if not os.path.exists(first) or not os.path.exists(second):
        print("ok 1 # SKIP there are no registry files; SEXTANT_DATA names the folder\n1..1")
        return
    with tempfile.TemporaryDirectory() as top:
        good, folder = f"{top}/good", f"{top}/db"
        r = run(good, "ingest", "rir", first)
        if "libduckdb.so was not found" in r.stderr:
            print("ok 1 # SKIP libduckdb.so is not here: run tools/setup\n1..1")
            return
        one = rows(good)
        shutil.copytree(good, folder)
        run(folder, "ingest", "rir", second)
        both = rows(folder)
        lines = [x for f in (first, second) for x in gzip.open(f, "rt", errors="replace").read().splitlines()]
        records = [x for x in lines if x.count("|") >= 6 and x.split("|")[2] in ("asn", "ipv4", "ipv6")]
        check(len(both) == len(records), "the files' records are rows, one each", (len(both), len(records)))
        kinds_of_damage(folder, good)
        without_library(folder, good)
        owned(folder)
        killed(folder)
        held(folder)
        if alone:
            full_disk()
        else:
            print(f"ok {len(results) + 1} # SKIP no mount namespace here, so no disk is filled up")
            results.append(True)
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
