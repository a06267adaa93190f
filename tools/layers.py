#!/usr/bin/env python3
"""Checks that include lines obey the table of layers in meson.build; prints TAP."""
import ast
import glob
import re
import sys

root = sys.argv[1]
text = open(f"{root}/meson.build").read()
table = ast.literal_eval(re.search(r"layers = (\{.*?\n\})", text, re.S).group(1))
bad = []
count = 0
for path in sorted(glob.glob(f"{root}/src/*/*.[ch]")):
    layer = path.split("/")[-2]
    if path.endswith(("_test.c", "_fuzz.c")):
        continue
    for number, line in enumerate(open(path), 1):
        m = re.match(r'\s*#\s*include "([^"/]+)/', line)
        if not m:
            if re.match(r'\s*#\s*include "', line):
                bad.append(f"{path}:{number}: include from src/, with the folder in the line")
            continue
        count += 1
        if m.group(1) != layer and m.group(1) not in table[layer]:
            bad.append(f"{path}:{number}: {layer} may not include {m.group(1)}")
print("1..2")
for line in bad:
    print(f"# {line}")
print(f"{'not ' if bad else ''}ok 1 - {count} include lines obey the table of layers")
poison = [
    f"{p}:{n}"
    for p in sorted(glob.glob(f"{root}/src/*/*.c"))
    if not p.endswith(("_test.c", "_fuzz.c", "io/sock.c", "io/dgram.c", "io/unix.c", "/lab/labnet.c"))
    for n, line in enumerate(open(p), 1)
    if re.search(r"(?<![\w.>])(connect|sendto|sendmsg|sendmmsg)\s*\(", line) and "*" not in line[:3]
]
for line in poison:
    print(f"# {line}: only io/sock.c, io/dgram.c and io/unix.c may send")
print(f"{'not ' if poison else ''}ok 2 - nobody sends past the guard")
