#!/usr/bin/env python3
"""`sextant show` from outside over a store of made-up rounds: forms, groups, times, and what it says; prints TAP.

show_test.py FILL: FILL makes the store (bench/fill_main.c).
"""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

program = os.environ["SEXTANT"]
fill = sys.argv[1]
results = []


def check(good, name, why=""):
    results.append(bool(good))
    print(f"{'' if good else 'not '}ok {len(results)} - {name}", flush=True)
    if not good:
        for line in str(why).splitlines()[:8]:
            print(f"# {line}")


def run(db, *words):
    r = subprocess.run([program, "show", *words, "--db", db], capture_output=True, text=True,
                       env={**os.environ, "LC_ALL": "C.UTF-8"})
    return r.returncode, r.stdout, r.stderr


def data(db, *words):
    code, out, err = run(db, *words, "--json")
    return json.loads(out) if code == 0 else err


def lists(db):
    code, out, _ = run(db, "--list")
    check(code == 0 and out.splitlines()[0].split() == ["indicator", "dimension", "unit", "title"], "the list has a head")
    all_ = data(db, "--list")
    check(len(all_) >= 24 and len({i["id"] for i in all_}) == len(all_), f"{len(all_)} indicators, each once")
    check(all("class" in i["groups"].split() for i in all_ if i["id"] == "site_ready"), "with their groups")
    code, out, _ = run(db, "--list", "--lang", "zh")
    check("IPv6 可用网站占比" in out and "应用" in out, "in Chinese", out[:300])
    for i in all_:
        code, out, err = run(db, i["id"], "--latest")
        if code != 0:
            check(False, f"{i['id']} is computed", err)
        code, out, err = run(db, i["id"], "--define")
        if code != 0 or not all(w in out for w in ("formula", "numerator", "source", "method", "groups")):
            check(False, f"{i['id']} is defined", out + err)
    check(True, "each is computed and defined")


def forms(db):
    code, out, err = run(db, "site_ready", "--to", "2026-11")
    lines = out.splitlines()
    check(code == 0 and len(lines) == 12 and lines[0].split() == ["at", "group", "value", "low", "high", "numerator",
          "denominator", "n", "unknown"], "one line a round", out)
    check("list bench, version 1" in err and "method 1" in err, "where it came from, on stderr", err)
    rows = list(csv.DictReader(io.StringIO(run(db, "site_ready", "--to", "2026-11", "--format", "csv")[1])))
    points = data(db, "site_ready", "--to", "2026-11")
    check(len(rows) == len(points) == 11, "as CSV and as JSON")
    check(all(abs(float(r["value"]) - p["value"]) < 1e-12 and abs(p["numerator"] / p["denominator"] - p["value"]) < 1e-12 and
              p["n"] == p["denominator"] and p["lo"] is None and p["unit"] == "%" for r, p in zip(rows, points)),
          "the same numbers, exact; a census has no interval", points[0])
    check(lines[-1].split()[1] == f"{100 * points[-1]['value']:.1f}%", "rounded for people", lines[-1])
    _, _, err = run(db, "latency_difference", "--latest")
    check("unit ms" in err, "a unit that is not plain is named", err)
    _, out, err = run(db, "site_ready", "--latest", "--lang", "zh")
    check("分子" in out and "名单 bench" in err, "in Chinese", out + err)


def choices(db):
    whole = data(db, "site_ready", "--latest", "--to", "2026-11")[0]
    for by in ("class", "region", "organisation", "level"):
        groups = data(db, "site_ready", "--by", by, "--latest", "--to", "2026-11")
        check(sum(g["numerator"] for g in groups) == whole["numerator"] and
              sum(g["denominator"] for g in groups) == whole["denominator"] and len({g["group"] for g in groups}) > 1,
              f"the groups by {by} add up to the whole", (whole, groups[:2]))
    one = data(db, "site_ready", "--by", "class", "--only", "Class 3", "--to", "2026-11")
    check(len(one) == 11 and {p["group"] for p in one} == {"Class 3"}, "one group over time")
    some = data(db, "site_ready", "--from", "2026-08", "--to", "2026-10")
    check([p["at"][:10] for p in some] == ["2026-08-13", "2026-09-10"], "from a date to the day before another", some)
    check(data(db, "site_ready", "--portfolio", "bench", "--latest", "--to", "2026-11") == [whole], "the list by name")


def words(db):
    for args, code, says in (([], 2, "name an indicator, or --list"), (["nothing"], 2, "show --list"),
                             (["site_ready", "site_aaaa"], 2, "one indicator at a time: 'site_aaaa'"),
                             (["site_ready", "--by", "moon"], 2, "its groups: class, region, organisation, level"),
                             (["site_ready", "--only", "x"], 2, "say which with --by"),
                             (["site_ready", "--from", "soon"], 2, "2026, 2026-10 or 2026-10-31"),
                             (["site_ready", "--from", "2026-09", "--to", "2026-09"], 2, "lies after --from"),
                             (["site_ready", "--from", "2030"], 0, "no data: no round is complete in this time"),
                             (["site_ready", "--portfolio", "nobody"], 0, "no complete round over a list 'nobody'"),
                             (["site_ready", "--by", "class", "--only", "none"], 0, "leave --only out")):
        got, out, err = run(db, *args)
        check(got == code and says in err and len(out.splitlines()) <= 1, f"show {' '.join(args)}: {says}", f"{got} {out} {err}")
    code, out, err = run(db + "-empty", "allocation_pace")
    check(code == 0 and "sextant ingest rir" in err and len(out.splitlines()) <= 1, "an empty store says what fills it", err)
    code, out, _ = run(db, "site_ready", "--portfolio", "nobody", "--json")
    check(code == 0 and json.loads(out) == [], "no data as JSON is an empty list", out)


def main():
    with tempfile.TemporaryDirectory(prefix="sextant-show-") as folder:
        made = subprocess.run([fill, f"{folder}/db", "30000"], capture_output=True, text=True)
        if "libduckdb.so was not found" in made.stderr:
            print("ok 1 # SKIP libduckdb.so is not here: run tools/setup\n1..1")
            return
        for part in (lists, forms, choices, words):
            part(f"{folder}/db")
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
