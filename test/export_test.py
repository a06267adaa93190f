#!/usr/bin/env python3
"""What the store holds comes out whole by `sextant export`, as CSV and JSON; prints TAP."""
import csv
import io
import json
import os
import sqlite3
import subprocess
import tempfile

program, maker = os.environ["SEXTANT"], os.environ["MAKER"]
n = failed = 0


def ok(good, name, why=""):
    global n, failed
    n += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {n} - {name}")
    if not good:
        print("\n".join("# " + line for line in str(why).splitlines()[:10]))


def run(*words, db):
    r = subprocess.run([program, "export", "--db", db, *words], capture_output=True, text=True)
    return r.returncode, r.stdout, r.stderr


with tempfile.TemporaryDirectory(prefix="sextant-export-") as top:
    db = top + "/d"
    subprocess.run([maker, db, "45000"], check=True)
    code, out, err = run("obs_dns", db=db)
    rows = list(csv.DictReader(io.StringIO(out)))
    ok(code == 0 and len(rows) == 45000, "CSV: every row over several pages", err + out[:300])
    ok([int(r["answers"]) for r in rows] == list(range(45000)), "once each and in order")
    ok(rows[0]["server"] == "2001:db8::53" and rows[1]["server"] == "192.0.2.53", "addresses as text", rows[0])
    ok(rows[0]["aa"] == "yes" and rows[1]["aa"] == "no" and rows[2]["aa"] == "", "yes, no, unknown")
    ok(rows[0]["data"] == 'a "quoted", cell\nand 中文', "quotes, commas, lines and Chinese", rows[0])
    ok(rows[0]["via"] == "auth_tcp" and rows[0]["outcome"] == "ok", "words")
    code, out, err = run("obs_dns", "--json", db=db)
    data = json.loads(out)
    ok(code == 0 and len(data) == 45000, "JSON: every row", err)
    ok(data[0]["aa"] is True and data[1]["aa"] is False and data[2]["aa"] is None, "true, false, null")
    ok(data[2]["data"] is None and data[1]["data"] == "=1+1", "JSON tells unknown from text")
    code, out, err = run("dns", "--round", "r1", db=db)
    ok(code == 0 and len(list(csv.reader(io.StringIO(out)))) == 45000 // 2 + 1, "one round", err)
    code, out, err = run("obs_dns", "--spreadsheet", db=db)
    ok(list(csv.DictReader(io.StringIO(out)))[1]["data"] == "'=1+1", "a formula is defused when asked")
    code, out, err = run("obs_web", db=db)
    ok(code == 0 and out.startswith("at_us,subject,") and out.count("\n") == 1, "an empty table has its heading", out)
    code, out, err = run("obs_web", "--json", db=db)
    ok(json.loads(out) == [], "and is an empty list")
    con = sqlite3.connect(db + "/state.sqlite")
    con.execute("INSERT INTO dataset(id, name, records) VALUES('0001', '一', 7), ('0002', NULL, 8)")
    con.commit()
    con.close()
    code, out, err = run("dataset", "--json", db=db)
    data = json.loads(out)
    ok([d["name"] for d in data] == ["一", None] and data[0]["records"] == 7, "a table of state", out + err)
    code, out, err = run("dataset", "--round", "0002", db=db)
    ok(out.count("\n") == 2 and "\n0002," in out, "one dataset of it", out)
    for words, want, name in (
        (["setting"], 2, "settings stay inside"), (["outbox"], 2, "the outbox stays inside"),
        (["obs_dns; DROP TABLE applied"], 2, "a name is not SQL"), (["plan", "--round", "x"], 2, "no rounds there"),
        ([], 2, "no table"), (["obs_dns", "--format", "table"], 2, "an export is not a table for people"),
    ):
        code, out, err = run(*words, db=db)
        ok(code == want and not out and err.count("\n") >= 1, name, (code, out, err))
    code, out, err = run("--list", db=db)
    ok(code == 0 and "obs_verdict\t" in out and "portfolio_subject\n" in out, "the list", out)
    with open("/dev/full", "w") as full:
        r = subprocess.run([program, "export", "--db", db, "obs_dns"], stdout=full, stderr=subprocess.PIPE, text=True)
    ok(r.returncode == 4 and "cannot be written" in r.stderr, "a full disk is said", r.stderr)
print(f"1..{n}")
raise SystemExit(failed != 0)
