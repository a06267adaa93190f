"""What end-to-end tests share: TAP from several threads, a laboratory, commands in its nodes, what stands
in a store, packets on a node's link.

Run with `sniff` it is the sniffer itself: in a node, one line of JSON for each packet that leaves it.
"""
import csv
import ctypes
import glob
import io
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SEXTANT = os.environ.get("SEXTANT", "build/sextant")
SOURCE = os.environ.get("SEXTANT_SOURCE", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


# ---- TAP ----

class Tap:
    def __init__(self):
        self.lock, self.count, self.failed = threading.Lock(), 0, 0

    def ok(self, good, name, detail=""):
        with self.lock:
            self.count += 1
            self.failed += not good
            print(f"{'' if good else 'not '}ok {self.count} - {name}", flush=True)
            for line in [] if good else str(detail).splitlines()[:20]:
                print(f"# {line[:400]}", flush=True)
        return good

    def skip(self, name, why):
        with self.lock:
            self.count += 1
            print(f"ok {self.count} - {name} # SKIP {' '.join(str(why).split())}", flush=True)

    def note(self, text):
        with self.lock:
            print(f"# {text}", flush=True)

    def lane(self, *parts):
        """A thread that runs parts one after the other; one that breaks is a failure, not the end."""
        def run():
            for part in parts:
                began = time.monotonic()
                try:
                    part()
                except Exception:
                    self.ok(False, f"{part.__name__} ran to its end", traceback.format_exc())
                self.note(f"{part.__name__}: {time.monotonic() - began:.1f} s")
        thread = threading.Thread(target=run)
        thread.start()
        return thread


# ---- a laboratory ----

def die_with_us():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Lab:
    """One laboratory of our own; `prefix` goes before every command (to run it as somebody else)."""

    def __init__(self, name, prefix=(), env=None):
        self.name, self.prefix, self.env = name, list(prefix), env
        self.process = subprocess.Popen([*prefix, SEXTANT, "lab", "up", "--name", name, "--foreground"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
                                        preexec_fn=die_with_us)
        first = self.process.stdout.readline()
        self.dir = first.split("run directory ")[1].strip() if "run directory" in first else None
        self.why = "" if self.dir else self.process.stderr.read().strip()

    def down(self):
        self.process.terminate()
        self.process.wait(timeout=20)

    def argv(self, node, *argv):
        return [*self.prefix, SEXTANT, "lab", "exec", "--name", self.name, node, "--", *argv]

    def run(self, node, *argv, timeout=180, **kw):
        return subprocess.run(self.argv(node, *argv), capture_output=True, text=True, timeout=timeout, env=self.env,
                              **kw)

    def sextant(self, node, command, *argv, sets=(), timeout=180):
        """A command of ours in a node, with the laboratory's settings and some of its own."""
        return self.run(node, SEXTANT, command, *argv, *self.config(sets), timeout=timeout)

    def config(self, sets):
        return ["--config", f"{self.dir}/sextant.conf", *(x for s in sets for x in ("--set", s))]

    def census(self, node, path, db, *more, sets=()):
        return Census(self.sextant(node, "census", path, "--json", "--db", db, *more, sets=sets))

    def begin(self, node, path, db, *more, sets=()):
        """A census that is under way, in a process group of its own."""
        return Running(self.argv(node, SEXTANT, "census", path, "--json", "--db", db, *more, *self.config(sets)),
                       db, self.env)

    # ---- its firewall ----

    def nft(self, node, text):
        r = self.run(node, "nft", "-f", "-", input=text)
        if r.returncode:
            raise RuntimeError(r.stderr)

    def counters(self, node, table):
        r = self.run(node, "nft", "-j", "list", "counters", "table", "inet", table)
        rows = json.loads(r.stdout)["nftables"]
        return {x["counter"]["name"]: x["counter"]["packets"] for x in rows if "counter" in x}


class Census:
    """What one run of `census --json` said."""

    def __init__(self, run):
        self.code, self.err, self.out = run.returncode, run.stderr, run.stdout
        lines = [json.loads(x) for x in run.stdout.splitlines() if x.endswith("}")]
        self.sites = {x["domain"]: verdicts(x) for x in lines if "domain" in x}
        self.end = next((x for x in lines if "round" in x), {})


def verdicts(line):
    return {v["check"]: f"{v['verdict']}:{v['reason']}" for v in line["verdicts"]}


class Running:
    def __init__(self, argv, db, env):
        self.db, self.lines = db, []
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        start_new_session=True, env=env)
        self.err = ""
        self.readers = [threading.Thread(target=self.read_out), threading.Thread(target=self.read_err)]
        for r in self.readers:
            r.start()

    def read_out(self):
        for line in self.process.stdout:
            if line.endswith("\n"):  # what was cut off was never said
                self.lines.append(json.loads(line))

    def read_err(self):
        for line in self.process.stderr:
            self.err += line

    def domains(self):
        return [x["domain"] for x in list(self.lines) if "domain" in x]

    def pids(self):
        """Of the census and of its prober; they have the same command line."""
        found = {}
        for p in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{p}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
                with open(f"/proc/{p}/stat") as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if len(words) > 1 and words[1] == b"census" and self.db.encode() in words:
                found[int(p)] = parent
        return ([p for p in found if found[p] not in found], [p for p in found if found[p] in found])

    def wait(self, timeout=180):
        code = self.process.wait(timeout=timeout)
        for r in self.readers:
            r.join(timeout=20)
        self.returncode, self.stderr = code, self.err
        self.stdout = "".join(json.dumps(x) + "\n" for x in self.lines)
        return Census(self)

    def kill(self, kind):
        """The whole group, the census alone, or its prober alone; all at once where that one is not there."""
        census, probers = self.pids()
        which = {"census": census, "prober": probers}.get(kind)
        try:
            if which:
                os.kill(which[0], signal.SIGKILL)
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def gone(self):
        for _ in range(100):
            if not any(self.pids()):
                return True
            time.sleep(0.05)
        return False


# ---- what should be found ----

def truth():
    """domain -> check -> "verdict:reason", from the truth table."""
    with open(f"{SOURCE}/data/lab/truth.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    checks = [c for c in rows[0] if c not in ("name", "domain", "en", "zh", "class", "region", "organisation",
                                              "level", "arrange")]
    return {r["domain"]: {c: r[c] for c in checks} for r in rows}


def differences(sites, want, allow=lambda said: False):
    """Verdicts that are neither what they should be nor allowed.  What only --links looks at is not asked without."""
    return [f"{d} {c}: {want[d][c]}, found {said.get(c)}" for d, said in sorted(sites.items()) for c in want[d]
            if said.get(c) not in (want[d][c], "na:not_asked") and not allow(said.get(c) or "")]


# ---- a store from outside ----

def export(db, table, *more):
    r = subprocess.run([SEXTANT, "export", "--db", db, table, "--json", *more], capture_output=True, text=True, timeout=60)
    if r.returncode:
        raise RuntimeError(r.stderr)
    return json.loads(r.stdout)


def verify(db, *more):
    return subprocess.run([SEXTANT, "verify", "--db", db, *more], capture_output=True, text=True, timeout=120)


def newest_round(db):
    """Of a store that nobody owns just now; a copy is read, so that recovery is left to the program."""
    with tempfile.TemporaryDirectory() as folder:
        for path in glob.glob(f"{db}/state.sqlite*"):
            shutil.copy(path, folder)
        if not os.path.exists(f"{folder}/state.sqlite"):
            return None
        base = sqlite3.connect(f"{folder}/state.sqlite")
        try:
            row = base.execute("SELECT id FROM round ORDER BY began_us DESC LIMIT 1").fetchone()
        except sqlite3.OperationalError:  # killed before there were tables
            row = None
        base.close()
        return row[0] if row else None


class Duck:
    """Just enough of DuckDB's C interface to change a fact behind the program's back."""

    def __init__(self, path):
        found = [os.environ.get("SEXTANT_DUCKDB"), *glob.glob(f"{SOURCE}/web/node_modules/@duckdb/*/libduckdb.so")]
        self.lib = ctypes.CDLL(next(p for p in found if p))
        self.base, self.link = ctypes.c_void_p(), ctypes.c_void_p()
        if self.lib.duckdb_open(path.encode(), ctypes.byref(self.base)) or \
                self.lib.duckdb_connect(self.base, ctypes.byref(self.link)):
            raise RuntimeError(f"cannot open {path}")

    def run(self, sql):
        result = (ctypes.c_char * 256)()  # struct duckdb_result is smaller
        failed = self.lib.duckdb_query(self.link, sql.encode(), result)
        self.lib.duckdb_destroy_result(result)
        if failed:
            raise RuntimeError(sql)

    def close(self):
        self.lib.duckdb_disconnect(ctypes.byref(self.link))
        self.lib.duckdb_close(ctypes.byref(self.base))


# ---- packets ----

class Sniffer:
    """The packets that leave a node: dictionaries with at, to, port, proto, and syn or qname."""

    def __init__(self, lab, node):
        self.process = subprocess.Popen(lab.argv(node, sys.executable, os.path.abspath(__file__), "sniff"),
                                        stdout=subprocess.PIPE, text=True, env=lab.env)
        self.packets = []
        self.process.stdout.readline()  # it listens
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.packets.append(json.loads(line))

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.reader.join(timeout=10)
        return starts(self.packets)


def starts(packets):
    """The first packet of each connection, and each datagram; what is sent again is left out."""
    seen, out = set(), []
    for p in packets:
        key = (p["proto"], p["from_port"], p["to"], p["port"])
        if key in seen or (p["proto"] == 6 and not p["syn"]):
            continue
        seen.add(key)
        out.append(p)
    return out


def qname(data):
    labels, at = [], 12
    while at < len(data) and data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode(errors="replace"))
        at += 1 + data[at]
    return ".".join(labels).lower()  # the letters' case is random


def dissect(data):
    if data[0] >> 4 == 4:
        proto, to, rest = data[9], socket.inet_ntop(socket.AF_INET, data[16:20]), data[(data[0] & 15) * 4:]
    else:
        proto, to, rest = data[6], socket.inet_ntop(socket.AF_INET6, data[24:40]), data[40:]
    p = {"at": time.time(), "to": to, "proto": proto}
    if proto in (6, 17) and len(rest) >= 8:
        p["from_port"], p["port"] = struct.unpack(">2H", rest[:4])
        p["syn"] = proto == 6 and rest[13] & 0x12 == 2
        p["qname"] = qname(rest[8:]) if proto == 17 and p["port"] == 53 else None
        return p
    return None


def sniff():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    print("listening", flush=True)
    while True:
        data, where = s.recvfrom(2000)
        if where[2] != socket.PACKET_OUTGOING or where[0] == "lo" or where[1] not in (0x800, 0x86dd):
            continue
        p = dissect(data)
        if p and (p["proto"] == 17 or p["syn"]):
            print(json.dumps(p), flush=True)


if __name__ == "__main__" and sys.argv[1:] == ["sniff"]:
    sniff()
