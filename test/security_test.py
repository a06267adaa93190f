#!/usr/bin/env python3
"""doc/security.md against the tree: each case has its row, each row its tests or "not yet"; prints TAP."""
import glob
import os
import re
import sys

root = os.environ["SEXTANT_SOURCE"]
results = []

# The cases that this program answers for.  A new one enters here and in the document.
CASES = [f"T-SSRF-{n:02}" for n in range(1, 13)] + [f"T-DNS-{n:02}" for n in range(1, 13)] + \
        [f"T-NET-{n:02}" for n in range(1, 11)] + ["T-RIR-01"] + [f"T-WEB-{n:02}" for n in range(1, 11)] + \
        ["T-EXP-01", "T-REP-01", "T-REP-02", "P-ATTR-1", "P-ATTR-2", "P-RATE-1", "P-RATE-2", "P-VOL", "P-FREQ",
         "P-BACK", "P-ROBOTS", "P-OPT-1", "P-OPT-2", "P-LOCAL", "P-DATA", "P-DNS", "P-FLOW", "P-V6", "P-MENLO"]
TEST = re.compile(r"(src/\w+/\w+_(test|fuzz)\.c|test/\w+\.py|test/\w+_test\.c)")


def check(good, name, why=""):
    results.append(bool(good))
    print(f"{'' if good else 'not '}ok {len(results)} - {name}")
    if not good and why:
        print(f"# {why}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def run_by_meson(path):
    """Is it a row of its folder, or a line of test/meson.build?"""
    folder, name = os.path.split(path)
    if folder == "test":
        return f"'{name}'" in read(f"{root}/test/meson.build")
    row = re.sub(r"_(test|fuzz)\.c$", "", name)
    return re.search(rf"'{row}'", read(f"{root}/{folder}/meson.build")) is not None


text = read(f"{root}/doc/security.md")
rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines() if re.match(r"\| [TP]-", line)]
ids = [row[0] for row in rows]
check(sorted(ids) == sorted(CASES), "each case has one row", sorted(set(ids) ^ set(CASES)))
for row in rows:
    check(len(row) == 4 and all(row[:3]), f"{row[0]}: four cells")
    tests = re.findall(r"`([^`]+)`", row[3])
    reason = re.search(r"\*\*not yet\*\*: \S", row[2])
    check(tests or reason, f"{row[0]}: shown by a test, or not yet")
    for path in tests:
        check(TEST.fullmatch(path) and os.path.exists(f"{root}/{path}") and run_by_meson(path),
              f"{row[0]}: {path} is there and run", "no such test, or the build does not run it")
for path in re.findall(r"`((?:src|doc|test)/[\w./]+)`", text):
    check(os.path.exists(f"{root}/{path}"), f"{path} is there")

named = {}
for path in glob.glob(f"{root}/src/**/*.[ch]", recursive=True) + glob.glob(f"{root}/test/*.[cp]*"):
    if path.endswith("/security_test.py"):
        continue
    for case in re.findall(r"\bT-[A-Z]+-\d\d\b|\bP-(?:ATTR|RATE|OPT)-\d\b", read(path)):
        named.setdefault(case, os.path.relpath(path, root))
for case, path in sorted(named.items()):
    check(case in ids, f"{case}, named in {path}, has a row")
print(f"1..{len(results)}")
sys.exit(not all(results))
