#!/usr/bin/env python3
"""Holds the guard against an independent judge, Python's ipaddress module; prints TAP.

Asked are every boundary (-1, 0, +1 at both ends) of every special prefix that either side knows, and
1,000,000 random addresses, half of each family, two thirds of them in or near special space (the seed
is fixed).  The guard may send where Python calls an address global and nothing else of it is special.

KNOWN lists where we differ from the snapshot of IANA's registries that some version of Python 3.11 to
3.13 carries, each with its reason.  There, and only there, the value written here is expected.

Python's answers are constant between the boundaries of the networks that it knows, so each stretch is
asked at both ends and in the middle, once, and random addresses are looked up in their stretch.
"""
import bisect
import ipaddress
import itertools
import random
import socket
import subprocess
import sys

PROBE = sys.argv[1]
SEED, PER_FAMILY = 20261031, 500_000

KNOWN = [
    # prefix, may the guard send, why Python's answer is not ours
    ("192.0.0.0/24", False, "IANA: IETF protocol assignments; older Pythons know only its first /29"),
    ("192.88.99.0/24", False, "IANA: deprecated 6to4 relays (RFC 7526), reachability n/a; Python: global"),
    ("64:ff9b::/96", False, "IANA: global, but it carries an IPv4 address behind a translator near us"),
    ("64:ff9b:1::/48", False, "IANA: local NAT64 (RFC 8215); in ::/8, which older Pythons call reserved"),
    ("100:0:0:1::/64", False, "IANA since 2025 (RFC 9780); in 100::/8, which Python calls reserved"),
    ("2001::/32", False, "Teredo: IANA n/a; carries an IPv4 address"),
    ("2001:1::1/128", False, "IANA: global, but the nearest gateway answers (PCP anycast)"),
    ("2001:1::2/128", False, "IANA: global, but the nearest relay answers (TURN anycast)"),
    ("2001:1::3/128", False, "IANA: global since 2024 (RFC 9665), but the nearest registrar answers"),
    ("2001:3::/32", True, "IANA: global (AMT); Python before 3.11.10 calls all of 2001::/23 private"),
    ("2001:4:112::/48", True, "IANA: global (AS112); as above"),
    ("2001:20::/28", False, "IANA: global, but ORCHIDv2 names a key and no place (RFC 7343)"),
    ("2001:30::/28", False, "IANA: global, but it names a drone and no place (RFC 9374)"),
    ("2002::/16", False, "6to4: IANA n/a; carries an IPv4 address; Python: global in older versions"),
    ("3ffe::/16", False, "6bone until 2006 (RFC 3701), never given out again; Python does not know it"),
    ("3fff::/20", False, "IANA since 2024 (RFC 9637); Python knows it from 3.13 on"),
    ("5f00::/16", False, "IANA since 2024 (RFC 9602); in 4000::/3, which Python calls reserved"),
]
KNOWN = [(ipaddress.ip_network(p), ok, why) for p, ok, why in KNOWN]
CARRIERS = ["::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::", "2a00:0:0:1:0:5efe:0:0",
            "2a00:0:0:1:200:5efe:0:0", "fe80::5efe:0:0"]


def known(a):
    found = [k for k in KNOWN if k[0].version == a.version and a in k[0]]
    return max(found, key=lambda k: k[0].prefixlen, default=None)


def is_isatap(n):
    return (n >> 32) & 0xFDFFFFFF == 0x00005EFE


def python_says(a):
    """May a packet go there, by Python alone."""
    bad = a.is_private or a.is_multicast or a.is_reserved or a.is_link_local or a.is_loopback
    if a.version == 6:
        bad = bad or a.is_site_local or a.is_unspecified or a.ipv4_mapped is not None
    return a.is_global and not bad


def class_says(a):
    """The class word, where Python has a word for it; None where it has not."""
    if a.is_unspecified:
        return "unspecified" if a.version == 6 else "this_network"
    for yes, word in ((a.is_loopback, "loopback"), (a.is_multicast, "multicast"),
                      (a.is_link_local, "linklocal"), (a.version == 6 and a.is_site_local, "site_local")):
        if yes:
            return word
    if a.version == 6:
        for yes, word in ((a.ipv4_mapped, "mapped"), (a.sixtofour, "6to4"), (a.teredo, "teredo")):
            if yes is not None:
                return word
    return None


def opinion(n, version):
    a = ipaddress.IPv4Address(n) if version == 4 else ipaddress.IPv6Address(n)
    k = known(a)
    return (k[1] if k else python_says(a)), class_says(a)


def networks(version):
    """Every network that either side knows, and the carriers'."""
    constants = ipaddress._IPv4Constants if version == 4 else ipaddress._IPv6Constants
    found = set()
    for value in vars(constants).values():
        for n in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(n, (ipaddress.IPv4Network, ipaddress.IPv6Network)):
                found.add(n)
    text = subprocess.run([PROBE, "prefixes"], capture_output=True, text=True, check=True).stdout
    found |= {ipaddress.ip_network(p) for p in text.split()} | {k[0] for k in KNOWN}
    return sorted(n for n in found if n.version == version)


class Judge:
    def __init__(self, version):
        self.version, self.networks = version, networks(version)
        self.top = (1 << (32 if version == 4 else 128)) - 1
        cuts = {0, self.top + 1}
        for n in self.networks:
            cuts |= {int(n.network_address), int(n.broadcast_address) + 1}
        self.starts = sorted(cuts)[:-1]
        self.opinions, self.uneven = [], 0
        for start, end in itertools.pairwise(sorted(cuts)):
            three = {opinion(n, version) for n in (start, (start + end - 1) // 2, end - 1)}
            self.uneven += len(three) != 1
            self.opinions.append(three.pop())

    def expect(self, n):
        may, word = self.opinions[bisect.bisect_right(self.starts, n) - 1]
        return (may and not (self.version == 6 and is_isatap(n))), word

    def boundaries(self):
        for net in self.networks:
            for edge in (int(net.network_address), int(net.broadcast_address)):
                for n in (edge - 1, edge, edge + 1):
                    if 0 <= n <= self.top:
                        yield n

    def random(self, r, count):
        bits = self.top.bit_length()
        v4 = [n for n in networks(4)]
        for i in range(count):
            if i % 3 == 0:
                yield r.getrandbits(bits)
                continue
            net = r.choice(self.networks)
            host = net.max_prefixlen - net.prefixlen
            n = int(net.network_address) | r.getrandbits(host) if host else int(net.network_address)
            if i % 3 == 2:
                edge = r.choice((int(net.network_address), int(net.broadcast_address)))
                n = min(self.top, max(0, edge + r.randint(-300, 300)))
            elif self.version == 6 and i % 2:
                inner = r.choice(v4)
                n = int(ipaddress.IPv6Address(r.choice(CARRIERS))) | int(inner.network_address) | r.getrandbits(
                    32 - inner.prefixlen)
            yield n


def text_of(n, version):
    if version == 4:
        return socket.inet_ntop(socket.AF_INET, n.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, n.to_bytes(16, "big"))


def embedded(n):
    """The IPv4 address inside, by Python where it knows the form."""
    a = ipaddress.IPv6Address(n)
    if a.teredo:
        return str(a.teredo[1])
    found = a.ipv4_mapped or a.sixtofour
    return str(found) if found else None


def compare(judge, numbers, name, check_embedded):
    lines = "\n".join(text_of(n, judge.version) for n in numbers) + "\n"
    out = subprocess.run([PROBE], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    wrong, denied = [], 0
    if len(out) != len(numbers):
        wrong.append(f"{len(out)} answers to {len(numbers)} addresses")
    for n, line in zip(numbers, out):
        said, reason, word, inner = line.split(" ")
        may, want = judge.expect(n)
        denied += said == "deny"
        good = said == ("ok" if may else "deny") and (want is None or word == want)
        if good and check_embedded and judge.version == 6 and embedded(n):
            good = inner.endswith(":" + embedded(n))
        if not good:
            wrong.append(f"{text_of(n, judge.version)}: guard says {line}; expected {may} {want}")
    for w in wrong[:10]:
        print(f"# {w}")
    good = not wrong and denied and denied < len(numbers)
    print(f"{'ok' if good else 'not ok'} - {name}: {len(numbers)} addresses, {denied} denied, {len(wrong)} differ")


print("1..6")
r = random.Random(SEED)
for version in (4, 6):
    judge = Judge(version)
    even = "ok" if not judge.uneven else "not ok"
    print(f"{even} - Python's answers are constant on {len(judge.starts)} stretches of IPv{version}")
    compare(judge, list(judge.boundaries()), f"boundaries of {len(judge.networks)} prefixes of IPv{version}", True)
    compare(judge, list(judge.random(r, PER_FAMILY)), f"random IPv{version}, seed {SEED}", False)
