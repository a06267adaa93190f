#!/usr/bin/env python3
"""Checks of files beside the code: the unit's exposure, the nft wall, the manual; prints TAP."""
import os
import re
import shutil
import subprocess
import sys

root = os.environ["SEXTANT_SOURCE"]
program = os.environ["SEXTANT"]
results = []


def check(good, name, why=""):
    results.append((good, name, why))


def skip(name, why):
    results.append((None, name, why))


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


if shutil.which("systemd-analyze"):
    r = run("systemd-analyze", "security", "--offline=true", "--threshold=15", f"{root}/doc/sextant.service")
    check(r.returncode == 0, "the unit's exposure is 1.5 or less", r.stdout[-200:] + r.stderr[-200:])
else:
    skip("unit exposure", "systemd-analyze is not here")

wall = open(f"{root}/doc/prober.nft").read().replace("sextant-probe", "65534")
r = run("unshare", "-rn", "nft", "-c", "-f", "-", input=wall)
if "Operation not permitted" in r.stderr:
    skip("nft wall", "user namespaces are not allowed here")
else:
    check(r.returncode == 0, "the nft wall loads", r.stderr)

# what `make docs` wrote is what the program prints today
for page, lang in [("", "en"), ("", "zh")] + [(p, l) for p in ("settings", "limits", "tables", "checks", "indicators")
                                              for l in ("en", "zh")]:
    name = f"{page}.{lang}.md" if page else {"en": "sextant.1", "zh": "sextant.zh.1"}[lang]
    says = run(program, "manual", *(["--page", page] if page else []), "--lang", lang).stdout
    path = f"{root}/doc/reference/{name}"
    there = open(path).read() if os.path.exists(path) else ""
    check(says and says == there, f"doc/reference/{name} is up to date", "run `make docs` and commit what it changes")

for lang in ("en", "zh"):
    page = run(program, "manual", "--lang", lang)
    check(page.returncode == 0 and ".Sh" in page.stdout, f"the manual prints ({lang})")
    r = run("man", "--warnings", "-E", "UTF-8", "-l", "-", input=page.stdout, env={**os.environ, "MANWIDTH": "80"})
    # troff breaks lines at spaces, which Chinese has none of
    wrong = [w for w in r.stderr.splitlines() if lang != "zh" or "can't break line" not in w]
    check(r.returncode == 0 and not wrong, f"man finds nothing wrong with it ({lang})", "\n".join(wrong))
for shell in ("bash", "zsh", "fish"):
    out = run(program, "manual", "--completion", shell).stdout
    good = "sextant" in out
    if shell == "bash":
        good = good and run("bash", "-n", input=out).returncode == 0
    check(good, f"completion for {shell}")

# every command speaks both languages and ends with 2 on a wrong option
for line in run(program, "help", env={**os.environ, "LANG": "C"}).stdout.split("commands:")[1].splitlines():
    m = re.match(r"  (\S+) ", line)
    if not m:
        continue
    name = m.group(1)
    en = run(program, name, "--help", "--lang", "en").stdout
    zh = run(program, name, "--help", "--lang", "zh").stdout
    check("usage:" in en and "用法" in zh and re.search(r"[一-鿿]", zh.split("\n\n")[1]) is not None,
          f"{name} --help in both languages")
    r = run(program, name, "--no-such-option")
    check(r.returncode == 2 and "--no-such-option" in r.stderr, f"{name} names a wrong option and ends with 2",
          f"{r.returncode} {r.stderr}")

print(f"1..{len(results)}")
for i, (good, name, why) in enumerate(results, 1):
    if good is None:
        print(f"ok {i} - {name} # SKIP {why}")
        continue
    print(f"{'' if good else 'not '}ok {i} - {name}")
    if not good:
        for line in why.splitlines():
            print(f"# {line}")
sys.exit(any(good is False for good, _, _ in results))
