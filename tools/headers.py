#!/usr/bin/env python3
"""Checks that each header compiles alone; prints TAP."""
import concurrent.futures
import glob
import subprocess
import sys

root, cc = sys.argv[1], sys.argv[2]
headers = sorted(glob.glob(f"{root}/src/*/*.h"))


def alone(path):
    name = path.removeprefix(f"{root}/src/")
    r = subprocess.run(
        [cc, "-std=gnu17", "-D_GNU_SOURCE", f"-I{root}/src", f"-I{root}", "-fsyntax-only", "-Wall", "-x", "c", "-"],
        input=f'#include "{name}"\n#include "{name}"\n', text=True, capture_output=True)
    return name, r.returncode == 0 and not r.stderr, r.stderr


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    results = list(pool.map(alone, headers))
print(f"1..{len(results)}")
for i, (name, good, why) in enumerate(results, 1):
    print(f"{'' if good else 'not '}ok {i} - {name} compiles alone, and twice")
    for line in why.splitlines()[:5]:
        print(f"# {line}")
