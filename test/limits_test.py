#!/usr/bin/env python3
"""No limit without a test: each row of base/limits.h is named in a test beside the code; prints TAP.

A limit counts as enforced when code other than a test uses L_NAME or LIMIT_NAME, and as tested when a
*_test.c (but base/limits_test.c, which is about the table) or a test/*_test.py does.  What is not yet so
stands in the two lists below, which may only shrink: a row that has come to be enforced, or tested, must
leave its list, and no row may enter one.
"""
import glob
import os
import re
import sys

root = os.environ["SEXTANT_SOURCE"]

# Nobody enforces these yet.
NOT_ENFORCED = set()

# Enforced, without a test at the limit and one beside it.
NOT_TESTED = {
    "QUERY_ROWS": "needs a store with more rows than that",
    "WEB_CONNECTIONS": "needs 40,000 descriptors, which few machines give to a test",
}

results = []


def check(good, name, why=""):
    results.append(bool(good))
    print(f"{'' if good else 'not '}ok {len(results)} - {name}")
    if not good and why:
        print(f"# {why}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def named(files):
    """The limits that these files name, in code: comments do not count."""
    found = set()
    for path in files:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", read(path), flags=re.S)
        found |= set(re.findall(r"\b(?:L|LIMIT)_([A-Z0-9_]+)\b", text))
    return found


sources = glob.glob(f"{root}/src/**/*.[ch]", recursive=True)
tests = [f for f in sources if f.endswith("_test.c") and not f.endswith("base/limits_test.c")]
tests += glob.glob(f"{root}/test/*_test.c") + [f for f in glob.glob(f"{root}/test/*_test.py")
                                               if not f.endswith("/limits_test.py")]
code = [f for f in sources if not re.search(r"_(test|fuzz)\.c$|/base/limits\.[ch]$", f)]
rows = re.findall(r"^\s*X\(([A-Z0-9_]+), *\d+, \"", read(f"{root}/src/base/limits.h"), re.M)
enforced, tested = named(code), named(tests)

check(len(rows) > 50 and len(set(rows)) == len(rows), f"the table has {len(rows)} rows")
for row in rows:
    if row in NOT_ENFORCED:
        check(row not in enforced, f"{row}: not enforced yet",
              "it is enforced now: take it off NOT_ENFORCED and test it at -1, 0 and +1")
    elif row in NOT_TESTED:
        check(row not in tested, f"{row}: {NOT_TESTED[row]}", "it has a test now: take it off NOT_TESTED")
        check(row in enforced, f"{row}: enforced")
    else:
        check(row in enforced, f"{row}: enforced", "no code uses it")
        check(row in tested, f"{row}: tested", "no *_test.c names it; test it at -1, 0 and +1")
for row in sorted((NOT_ENFORCED | set(NOT_TESTED)) - set(rows)):
    check(False, f"{row}: listed here, and no limit")
print(f"1..{len(results)}")
sys.exit(not all(results))
