#!/usr/bin/env python3
"""The periodic report in both languages, as HTML and PDF, over a store of made-up rounds; prints TAP.

report_test.py FILL: FILL makes the store (bench/fill_main.c).
"""
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

program = os.environ["SEXTANT"]
fill = sys.argv[1]
results = []
RIR = """2|nro|20261105|6|19821213|20261105|+0000
nro|*|ipv6|*|6|summary
apnic|CN|ipv6|2001:db8::|32|20200120|allocated|H1|e-stats
apnic|JP|ipv6|2001:dba::|31|20261010|allocated|H3|e-stats
arin|US|ipv6|2001:dc0::|33|20250301|assigned|H5|e-stats
ripencc|DE|ipv6|2001:dd0::|32|20250301|assigned|H6|e-stats
lacnic|BR|ipv6|2001:de0::|32|20250301|assigned|H7|e-stats
afrinic|ML|ipv6|2001:df0::|32|20250301|assigned|H8|e-stats
"""
PLAN = """#title_en,My plan
#title_zh,我的计划
id,text_en,text_zh,due,set,indicator,op,threshold,unit,grade,source
met,Already there,已经达到,2026-06-30,portfolio=bench,site_ready,>=,10,%,M,§ 1
missed,Not there,没有达到,2026-06-30,portfolio=bench,site_ready,>=,95,%,M,§ 2
nodata,No list,没有名单,2027,portfolio=nobody,site_ready,>=,0,%,M,§ 3
"""
SECTIONS = {"zh": ["总体情况", "排行", "分维度指标", "目标完成情况", "优先修复项", "地址分配", "方法与局限"],
            "en": ["Summary", "League tables", "The seven dimensions", "Targets", "What to repair first",
                   "Address allocation", "Method and limits"]}
PARTS = {"zh": ["按类别", "按地区", "按单位", "网络", "应用", "终端", "用户", "流量", "安全", "无数据的目标", "轮次", "注册机构文件", "指标定义"],
         "en": ["Classes", "Regions", "Organisations", "Network", "Application", "Terminal", "User", "Traffic", "Security",
                "Targets without data", "Rounds", "Registry files", "Definitions"]}


def check(good, name, why=""):
    results.append(bool(good))
    print(f"{'' if good else 'not '}ok {len(results)} - {name}", flush=True)
    if not good:
        for line in str(why).splitlines()[:8]:
            print(f"# {line}")


def run(db, *words):
    return subprocess.run([program, *words, "--db", db], capture_output=True, text=True)


class Page(html.parser.HTMLParser):
    """Headings, cells and charts; tags that do not close are remembered."""
    VOID = {"meta", "rect", "line", "path", "circle"}

    def __init__(self, text):
        super().__init__()
        self.open, self.bad, self.heads, self.cells, self.charts, self.text = [], [], [], [], 0, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "svg":
            self.charts += 1
        if tag in ("td", "th"):
            self.cells.append(["", dict(attrs).get("class", "")])
        if tag in ("h2", "h3"):
            self.heads.append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.bad.append(tag)

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        if "td" in self.open or "th" in self.open:
            self.cells[-1][0] += data
        if self.open and self.open[-1] in ("h2", "h3"):
            self.heads[-1] += data


def page(db, text, lang):
    p = Page(text)
    check(not p.bad and not p.open, f"{lang}: every tag is closed", (p.bad, p.open))
    for want in SECTIONS[lang] + PARTS[lang]:
        check(any(want in h for h in p.heads), f"{lang}: there is '{want}'", p.heads)
    order = [next((i for i, h in enumerate(p.heads) if w in h), -1) for w in SECTIONS[lang]]
    check(order == sorted(order), f"{lang}: in that order", order)
    check(p.charts >= 3, f"{lang}: charts as inline SVG", p.charts)
    empty = [c for c in p.cells if not c[0].strip() and "meter" not in c[1]]
    check(not empty, f"{lang}: no cell is empty", empty[:5])
    for wrong in ("nan", "inf", "(null)", "{}", "%s", "%.0", "%.1", "status.", "tag.", "term.", "\ufffd"):
        check(wrong not in p.text.replace("information", "").replace("infra", ""), f"{lang}: no '{wrong}' is seen",
              p.text[max(0, p.text.find(wrong) - 60):][:140])
    points = json.loads(run(db, "show", "site_ready", "--json", "--to", "2026-11").stdout)
    now, before = points[-1], points[-2]
    share, change = f"{100 * now['value']:.1f}%", 100 * (now["value"] - before["value"])
    lead = re.search(r'<p class="lead">([^<]*)', text).group(1)
    check(all(w in lead for w in (f"{now['numerator']:.0f}", f"{now['denominator']:.0f}", share, "bench")),
          f"{lang}: the first sentence has the number that `show` has", lead)
    check(f"{'+' if change > 0 else '−'}{abs(change):.1f}" in lead, f"{lang}: and its change", (lead, change))
    check(text.count('class="card"') == 6 and share in text, f"{lang}: headline figures")
    best = json.loads(run(db, "show", "site_ready", "--by", "class", "--latest", "--to", "2026-11", "--json").stdout)
    best = max(best, key=lambda r: (r["value"] is not None, r["value"]))
    check(f"{best['numerator']:.0f} / {best['denominator']:.0f}" in text, f"{lang}: the league has the best class", best)
    check(("未达标 1" if lang == "zh" else "missed 1") in p.text and ("没有达到" if lang == "zh" else "Not there") in p.text,
          f"{lang}: the targets of the plan that is set")
    check("site00004.example" in p.text or "site0000" in p.text, f"{lang}: what to repair names sites")
    return p


def pdf(path, lang):
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True).stdout
    flat = re.sub(r"\s", "", text)
    for want in [re.sub(r"\s", "", w) for w in SECTIONS[lang]] + [{"zh": "IPv6发展监测报告", "en": "IPv6deploymentreport"}[lang]]:
        check(want in flat, f"{lang}: the PDF says '{want}'", text[:400])
    if lang == "zh":
        check("个网站中有" in flat and "未达标" in flat and "最不发达国家" in flat, "the PDF has its Chinese text", text[:600])
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True).stdout.splitlines()[2:]
    check(fonts and all(re.search(r"\byes\s+yes\s+yes\b|\byes\s+yes\s+no\b", f) for f in fonts), f"{lang}: fonts are embedded", "\n".join(fonts))
    check(any("CJK" in f or "MicroHei" in f or "Micro-Hei" in f for f in fonts), f"{lang}: one of them has Chinese letters", "\n".join(fonts))
    pages = len(text.split("\f")) - 1
    check(5 <= pages <= 40, f"{lang}: {pages} pages")


def full(folder, db):
    r = run(db, "report", "--period", "2026-10", "--out", f"{folder}/out")
    check(r.returncode == 0, "both languages in one call", r.stderr)
    names = [os.path.basename(line) for line in r.stdout.split()]
    check(sorted(names) == [f"sextant-2026-10-{lang}.{kind}" for lang in ("en", "zh") for kind in ("html", "pdf")],
          "four files, named on stdout", names)
    for lang in ("zh", "en"):
        page(db, open(f"{folder}/out/sextant-2026-10-{lang}.html", encoding="utf-8").read(), lang)
        pdf(f"{folder}/out/sextant-2026-10-{lang}.pdf", lang)


def digest(folder, db, name, *words):
    r = run(db, "report", "--no-pdf", "--lang", "zh", "--out", f"{folder}/{name}", *words)
    text = open(r.stdout.split()[0], encoding="utf-8").read() if r.returncode == 0 else r.stderr
    return text, re.findall(r"[0-9a-f]{16}(?=</p></footer>)", text)


def again(folder, db):
    _, one = digest(folder, db, "one", "--period", "2026-10")
    _, two = digest(folder, db, "two", "--period", "2026-10")
    _, other = digest(folder, db, "three", "--period", "2026-09")
    check(one and one == two, "made again, the report has the same digest", (one, two))
    check(one != other, "of another month another one")
    text, _ = digest(folder, db, "year", "--period", "2026")
    check("2026 年<" in text and "本期尚未结束" in text, "a year that is not over says so")
    check("本期新增计至 2026-10" in text and "完整月份，计至各文件均已覆盖的 2026-10" in text,
          "what is new is counted up to the last month that all files cover, and it says which")
    check("<td class=\"n\">2026-10</td>" in text, "and its value is that of a month, not of a day")
    text, _ = digest(folder, db, "old", "--period", "2025-12")
    check("没有完成的普查轮次" in text and "<svg" in text, "before the first round nothing is said about sites")
    check(Page(text).text.count("无数据") > 10, "but where nothing is known it says so")
    text, _ = digest(folder, db, "list", "--period", "2026-10", "--portfolio", "nobody")
    check("没有完成的普查轮次" in text, "a list without rounds has none")
    text, _ = digest(folder, db, "plan", "--period", "2026-10", "--plan", "cn-2017")
    check("共 86 项目标" in text and "A18-04" in text, "another plan")


def empty(folder):
    text, _ = digest(folder, f"{folder}/none", "empty", "--period", "2026-10")
    p = Page(text)
    check(not p.bad and "没有完成的普查轮次" in text and "sextant ingest rir" in text, "an empty store makes a report that says what is missing",
          text[:300])
    for words, code, says in ((["--period", "yesterday"], 3, "2026-10"), (["--period", "2099-01"], 3, "not begun"),
                              (["--period", "2026-13"], 3, "2026-10"), (["--plan", "nobody"], 3, "--list")):
        r = run(f"{folder}/none", "report", "--no-pdf", "--out", f"{folder}/bad", *words)
        check(r.returncode == code and says in r.stderr and not os.listdir(f"{folder}/bad"),
              f"{' '.join(words)}: {says}, and no file", f"{r.returncode} {r.stderr}")


def main():
    with tempfile.TemporaryDirectory(prefix="sextant-report-") as folder:
        db = f"{folder}/db"
        made = subprocess.run([fill, db, "40000"], capture_output=True, text=True)
        if "libduckdb.so was not found" in made.stderr:
            print("ok 1 # SKIP libduckdb.so is not here: run tools/setup\n1..1")
            return
        for name, text in (("rir.txt", RIR), ("plan.csv", PLAN)):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
                f.write(text)
        r = run(db, "ingest", "rir", f"{folder}/rir.txt")
        check(r.returncode == 0, "a registry file", r.stderr + r.stdout)
        r = run(db, "targets", "--import", f"{folder}/plan.csv", "--name", "mine")
        check(r.returncode == 0 and run(db, "targets", "--default", "mine").returncode == 0, "a plan", r.stderr)
        again(folder, db)
        empty(folder)
        missing = [t for t in ("weasyprint", "pdftotext", "pdffonts") if not shutil.which(t)]
        if missing:
            print(f"ok {len(results) + 1} # SKIP {', '.join(missing)} not installed: run tools/setup\n1..{len(results) + 1}")
            return
        full(folder, db)
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
