#!/usr/bin/env python3
"""A census of the laboratory: what it costs.  One line a goal: name, value, unit, goal, pass or short."""
import json
import os
import subprocess
import sys
import tempfile

sextant = os.environ["SEXTANT"]
run = tempfile.mkdtemp(prefix="sextant-bench-")
lab = ["lab", "exec", "--dir", f"{run}/lab", "observer", "--"]
up = subprocess.run([sextant, "lab", "up", "--dir", f"{run}/lab"], stdout=sys.stderr)
if up.returncode:
    sys.exit("bench: no laboratory, no figures")


def census(portfolio, i, *more):
    """The last line of a round: what it cost."""
    out = subprocess.run([sextant, *lab, sextant, "census", portfolio, "--json", "--quiet", "--config",
                          f"{run}/lab/sextant.conf", "--db", f"{run}/db{i}", *more], capture_output=True, text=True)
    if out.returncode:
        sys.exit("bench: the census failed: " + out.stderr)
    cost = json.loads(out.stdout.splitlines()[-1])
    print(cost, file=sys.stderr)
    return cost


try:
    # only sites that answer: what waits costs nothing, and is no measure
    answers = ("good", "plain", "cname", "hsts", "alt-svc", "v6-cert", "v6-404", "v6-other", "null-mx", "no-mx",
               "mx-v4only", "mx-mixed", "https-rr", "v6-default", "www-v4only", "apex-v4only", "v4only", "v6only")
    with open(f"{run}/lab/portfolio.csv") as f:
        lines = f.read().splitlines()
    keep = [line for line in lines[1:] if line.startswith(answers)]
    with open(f"{run}/list.csv", "w") as f:
        f.write("\n".join([lines[0], *keep]) + "\n")
    costs = [census(f"{run}/list.csv", i) for i in range(3)]
    # Memory a site is told when many are in flight; with a dozen of them it is that of the process.  So all
    # begin at once, as they would after half an hour of a long round.
    whole = census(f"{run}/lab/portfolio.csv", 3, "--set", "rate.targets_per_s=10000")
finally:
    subprocess.run([sextant, "lab", "down", "--dir", f"{run}/lab"], stdout=sys.stderr)
    subprocess.run(["rm", "-rf", run], check=False)
costs.sort(key=lambda c: c["prober_cpu_us"])
c = costs[1]
own = (whole["peak_bytes_per_site"] - whole["peak_tls_bytes_per_site"]) / 1024
print(f"census_sites_per_cpu_s\t{c['sites_here'] / c['prober_cpu_us'] * 1e6:.0f}\tsites/s\t-\tpass")
print(f"census_tls_cpu_share\t{100 * c['tls_cpu_us'] / c['prober_cpu_us']:.0f}\t%\t-\tpass")
print(f"census_memory_per_site\t{own:.1f}\tKiB\t64\t{'pass' if own < 64 and whole['peak_sites'] >= 16 else 'short'}")
