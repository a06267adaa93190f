#!/usr/bin/env python3
"""The laboratory from outside: up, its states seen by plain sockets, run, side by side, kill -9, down.

Run without arguments it prints TAP.  With `probe` it runs inside a node and prints what it sees.
"""
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

SEXTANT = os.environ.get("SEXTANT", "build/sextant")
failed = count = 0


def ok(good, name, detail=""):
    global failed, count
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {name}", flush=True)
    if not good and detail:
        print("# " + str(detail).replace("\n", "\n# "), flush=True)


def lab(*args, **kw):
    return subprocess.run([SEXTANT, "lab", *args], capture_output=True, text=True, timeout=240, **kw)


# ---- what the probe sees, from inside ----

def tcp(host, port, family):
    """The word for how a connection ends, by the address that the resolver gives."""
    try:
        at = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
    except OSError:
        return "no address", None
    s = socket.socket(family, socket.SOCK_STREAM)
    s.settimeout(1.5)
    try:
        s.connect(at)
        return "open", s
    except TimeoutError:
        return "timeout", None
    except ConnectionRefusedError:
        return "refused", None
    except OSError as e:
        return "unreachable" if e.errno in (101, 113) else str(e), None


def https(host, family):
    word, s = tcp(host, 443, family)
    if word != "open":
        return word
    try:
        t = ssl.create_default_context().wrap_socket(s, server_hostname=host)
        t.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return t.recv(100).split(b" ")[1].decode()
    except ssl.SSLCertVerificationError as e:
        return {10: "expired", 62: "wrong name"}.get(e.verify_code, "untrusted")
    except TimeoutError:
        return "stall"
    except (ssl.SSLError, OSError):
        return "no tls"


def greeting(host, family):
    word, s = tcp(host, 25, family)
    return word if word != "open" else s.recv(100)[:3].decode(errors="replace")


def dns(server, name, qtype, udp=True):
    """The answer's code from one name server, or silence."""
    wire = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
    q = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + wire + struct.pack(">2H", qtype, 1)
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    s.settimeout(1)
    try:
        s.connect((server, 53))
        s.send(q if udp else struct.pack(">H", len(q)) + q)
        r = s.recv(1500)[0 if udp else 2:]
        return f"{r[3] & 15}{' aa' if r[2] & 4 else ''}"
    except TimeoutError:
        return "silence"
    except ConnectionRefusedError:
        return "refused"


def resolved(name, qtype):
    with open("/etc/resolv.conf") as f:
        server = f.read().split()[1]
    return dns(server, name, qtype)[0]


def ns_of(domain):
    return socket.getaddrinfo("ns1." + domain, 53, socket.AF_INET6)[0][4][0]


def probe(domain):
    v4, v6 = socket.AF_INET, socket.AF_INET6
    d = domain
    return {
        "good": lambda: [https(d("good"), v6), https("www." + d("good"), v4), greeting("mx." + d("good"), v6)],
        "v4only": lambda: [https(d("v4only"), v6), https(d("v4only"), v4)],
        "v6only": lambda: [https(d("v6only"), v6), https(d("v6only"), v4)],
        "aaaa-closed": lambda: [https(d("aaaa-closed"), v6), https(d("aaaa-closed"), v4)],
        "aaaa-drop": lambda: [https(d("aaaa-drop"), v6), https(d("aaaa-drop"), v4)],
        "aaaa-noroute": lambda: [https(d("aaaa-noroute"), v6), https(d("aaaa-noroute"), v4)],
        "v6-cert-name": lambda: [https(d("v6-cert-name"), v6), https(d("v6-cert-name"), v4)],
        "v6-cert-expired": lambda: [https(d("v6-cert-expired"), v6), https(d("v6-cert-expired"), v4)],
        "v6-cert-untrusted": lambda: [https(d("v6-cert-untrusted"), v6), https(d("v6-cert-untrusted"), v4)],
        "v6-tls-plain": lambda: [https(d("v6-tls-plain"), v6), https(d("v6-tls-plain"), v4)],
        "v6-403": lambda: [https(d("v6-403"), v6), https(d("v6-403"), v4)],
        "same-error": lambda: [https(d("same-error"), v6), https(d("same-error"), v4)],
        "redirect-v4host": lambda: [https(d("redirect-v4host"), v6), https("legacy." + d("redirect-v4host"), v4)],
        "mx-bad-banner": lambda: [greeting("mx." + d("mx-bad-banner"), v6), greeting("mx." + d("mx-bad-banner"), v4)],
        "mx-v6-closed": lambda: [greeting("mx." + d("mx-v6-closed"), v6), greeting("mx." + d("mx-v6-closed"), v4)],
        "no-such-domain": lambda: [resolved(d("no-such-domain"), 1)],
        "ns-lame": lambda: [resolved(d("ns-lame"), 1)],
        "aaaa-nxdomain": lambda: [resolved(d("aaaa-nxdomain"), 28), resolved(d("aaaa-nxdomain"), 1)],
        "ns-aaaa-servfail": lambda: [resolved(d("ns-aaaa-servfail"), 28), resolved(d("ns-aaaa-servfail"), 1)],
        "ns-v6-udp-dead": lambda: [dns(ns_of(d("ns-v6-udp-dead")), d("ns-v6-udp-dead"), 6),
                                   dns(ns_of(d("ns-v6-udp-dead")), d("ns-v6-udp-dead"), 6, False)],
        "ns-v6-tcp-dead": lambda: [dns(ns_of(d("ns-v6-tcp-dead")), d("ns-v6-tcp-dead"), 6),
                                   dns(ns_of(d("ns-v6-tcp-dead")), d("ns-v6-tcp-dead"), 6, False)],
        "ns-v6-lame": lambda: [dns(ns_of(d("ns-v6-lame")), d("ns-v6-lame"), 6)],
    }


WANT = {
    "good": ["200", "200", "220"],
    "v4only": ["no address", "200"],
    "v6only": ["200", "no address"],
    "aaaa-closed": ["refused", "200"],
    "aaaa-drop": ["timeout", "200"],
    "aaaa-noroute": ["unreachable", "200"],
    "v6-cert-name": ["wrong name", "200"],
    "v6-cert-expired": ["expired", "200"],
    "v6-cert-untrusted": ["untrusted", "200"],
    "v6-tls-plain": ["no tls", "200"],
    "v6-403": ["403", "200"],
    "same-error": ["500", "500"],
    "redirect-v4host": ["302", "200"],
    "mx-bad-banner": ["+OK", "220"],
    "mx-v6-closed": ["refused", "220"],
    "no-such-domain": ["3"],
    "ns-lame": ["2"],
    "aaaa-nxdomain": ["3", "0"],
    "ns-aaaa-servfail": ["2", "0"],
    "ns-v6-udp-dead": ["silence", "0 aa"],
    "ns-v6-tcp-dead": ["0 aa", "refused"],
    "ns-v6-lame": ["5"],
}


# ---- the long way ----

def heard(s, seconds):
    ids, until = set(), time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            s.settimeout(max(until - time.monotonic(), 0.001))
            ids.add(s.recv(1500)[:2])
    except TimeoutError:
        pass
    return ids


def far(server, count):
    """Milliseconds of the fastest of ten connections, and how many of so many questions stay unanswered."""
    fastest = 1e9
    for _ in range(10):
        began = time.monotonic()
        with socket.create_connection((server, 53), 5):
            fastest = min(fastest, (time.monotonic() - began) * 1000)
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.connect((server, 53))
    answered = set()
    for k in range(count):
        s.send(struct.pack(">6H", k, 0, 1, 0, 0, 0) + b"\0" + struct.pack(">2H", 6, 1))
        if k % 50 == 49:
            answered |= heard(s, 0.05)
    answered |= heard(s, 1)
    return [round(fastest, 1), count - len(answered)]


# ---- what is left behind ----

def inside(pid):
    """Processes of the PID namespace whose first process is pid."""
    try:
        ns = os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return []
    return of_namespace(ns)


def of_namespace(ns):
    found = []
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{p}/ns/pid") == ns:
                found.append(int(p))
        except OSError:
            pass
    return found


def state(run_dir):
    with open(f"{run_dir}/lab.state") as f:
        return dict(line.split(" ", 1) for line in f.read().splitlines() if not line.startswith("node"))


def gone(pid, ns):
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}") and not of_namespace(ns):
            return True
        time.sleep(0.05)
    return False


def main():
    usable = lab("up", "--dir", tempfile.mkdtemp(prefix="sextant-lab-"))
    run_dir = None
    for word in usable.stdout.replace("\n", " ").split():
        if word.startswith("/tmp/sextant-lab-") or word.startswith("/"):
            run_dir = run_dir or word
    if usable.returncode == 4 and ("forbids" in usable.stderr or "not installed" in usable.stderr):
        print(f"ok 1 # SKIP {usable.stderr.strip()}\n1..1")
        return 0
    ok(usable.returncode == 0, "lab up", usable.stderr)
    if usable.returncode:
        print(f"1..{count}")
        return 1
    s = state(run_dir)
    pid, ns = int(s["pid"]), os.readlink(f"/proc/{s['pid']}/ns/pid")
    ok(int(s["up_ms"]) < 5000, f"up in {s['up_ms']} ms, under 5 s")
    memory = float(usable.stdout.split("memory ")[1].split(" ")[0])
    ok(0 < memory < 150, f"{memory} MB in all, under 150")
    ls = lab("ls", "--json")
    states = json.loads(ls.stdout)
    ok(len(states) >= 32, f"{len(states)} site states", ls.stderr)

    names = json.dumps({x["name"]: x["domain"] for x in states})
    r = lab("exec", "--dir", run_dir, "observer", "--", sys.executable, os.path.abspath(__file__), "probe", names)
    seen = json.loads(r.stdout or "{}")
    for name, want in WANT.items():
        ok(seen.get(name) == want, f"{name}: {', '.join(want)}", f"seen {seen.get(name)} {r.stderr[-300:]}")

    ok(lab("exec", "--dir", run_dir, "observer", "--", "sh", "-c", "exit 7").returncode == 7, "exit code travels")
    ok(lab("exec", "--dir", run_dir, "nowhere", "--", "true").returncode == 2, "an unknown node is a usage error")
    nat64 = s["nat64"] == "1"
    script = ("import socket\nr=''\n"
              "for f,n in ((socket.AF_INET,'4'),(socket.AF_INET6,'6')):\n"
              " s=socket.socket(f); s.settimeout(2)\n"
              " try: s.connect(socket.getaddrinfo('%s',443,f)[0][4]); r+=n\n"
              " except OSError: pass\nprint(r)")
    good = json.loads(names)["good"]
    for net, want in {"dual": "46", "v4only": "4", "v6only": "6"}.items():
        r = lab("run", "--dir", run_dir, "--net", net, "--", sys.executable, "-c", script % good)
        ok(r.stdout.strip() == want, f"run --net {net} reaches over IPv{' and '.join(want)}", r.stdout + r.stderr)
    r = lab("run", "--dir", run_dir, "--net", "v6nat64", "--", sys.executable, "-c", script % json.loads(names)["v4only"])
    if nat64:
        ok(r.stdout.strip() == "6", "run --net v6nat64 reaches an IPv4-only site", r.stdout + r.stderr)
    else:
        ok(r.returncode == 4 and "/dev/net/tun" in r.stderr, "without TUN it says what to allow", r.stderr)

    other = tempfile.mkdtemp(prefix="sextant-lab-")
    second = lab("up", "--dir", other, "--delay", "80", "--loss", "1")
    ok(second.returncode == 0, "a second lab beside the first, a long way from its servers", second.stderr)
    r = lab("exec", "--dir", other, "observer", "--", sys.executable, os.path.abspath(__file__), "far")
    fastest, lost = json.loads(r.stdout or "[0, 0]")
    ok(80 <= fastest < 90, f"--delay 80: {fastest} ms there and back", r.stderr)
    ok(30 <= lost <= 130, f"--loss 1: {lost} of 4,000 questions lost on one of two ways, 80 expected", r.stderr)
    r = lab("verify", "--dir", other, "--delay", "80", "--loss", "1")
    ok(r.returncode == 0 and ", 0 differences" in r.stdout, "the census finds the truth on the long way",
       r.stdout + r.stderr)
    r = lab("verify", "--dir", other, "--delay", "10")
    ok(r.returncode == 2, "another wire than that of the lab that is up is a usage error", r.stderr)
    s2 = state(other)
    pid2, ns2 = int(s2["pid"]), os.readlink(f"/proc/{s2['pid']}/ns/pid")
    ok(len(inside(pid2)) > 5 and len(inside(pid)) > 5, "both live")
    os.kill(pid2, signal.SIGKILL)
    ok(gone(pid2, ns2), "kill -9 of a supervisor takes all of its processes along")
    ok(len(inside(pid)) > 5, "the other lives on")
    ok(lab("down", "--dir", other).returncode == 0 and not os.path.exists(other), "down clears what the dead one left")
    ok(lab("down", "--dir", run_dir).returncode == 0, "down")
    ok(gone(pid, ns) and not os.path.exists(run_dir), "down leaves no process and no file")
    print(f"1..{count}")
    return failed != 0


if len(sys.argv) > 2 and sys.argv[1] == "probe":
    table = json.loads(sys.argv[2])
    print(json.dumps({k: f() for k, f in probe(lambda n: table[n]).items()}))
elif sys.argv[1:] == ["far"]:
    print(json.dumps(far("3fff:53:1::53", 4000)))
else:
    sys.exit(main())
