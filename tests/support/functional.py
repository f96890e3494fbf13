#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the filter harassment finds of tests/corpus/functional/harassment.tsv, by functionality; fails below the figures of
docs/quality.md.

usage: functional.py LISTWARDEN [--mistakes]
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CASES = SOURCE / "tests/corpus/functional/harassment.tsv"
LEAST_FOUND, MOST_FALSE = 176, 3  # of 228 abusive and 96 clean texts
MESSAGE = ("From: Ann <ann@hospital.example>\nTo: list@lists.example.org\nSubject: A thought\nMessage-ID: <{0}@hospital.example>\n"
           "Content-Type: text/plain; charset=utf-8\n\n{1}\n")


def cases():
    lines = [line for line in CASES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for line in lines[1:]:
        functionality, label, text = line.split("\t")
        yield functionality, label == "abusive", text


def main():
    program, all_cases = sys.argv[1], list(cases())
    with tempfile.TemporaryDirectory(prefix="listwarden-functional-") as folder:
        for number, (_, _, text) in enumerate(all_cases):
            pathlib.Path(folder, f"{number:04}.eml").write_text(MESSAGE.format(number, text), encoding="utf-8")
        said = subprocess.run([program, "--config", SOURCE / "etc/listwarden.conf", "check", "--json", "--list", "default", folder],
                              stdout=subprocess.PIPE, text=True, check=False).stdout
    found = {}
    for line in said.splitlines():
        post = json.loads(line)
        found[int(pathlib.Path(post["source"]).stem)] = any(one["filter"] == "harassment" for one in post["filters"])
    counts = collections.defaultdict(lambda: [0, 0])
    for number, (functionality, is_abusive, text) in enumerate(all_cases):
        counts[is_abusive, functionality][0] += found[number]
        counts[is_abusive, functionality][1] += 1
        if "--mistakes" in sys.argv and found[number] != is_abusive:
            print(f"{functionality}: {'missed' if is_abusive else 'false alarm'}: {text}")
    for (is_abusive, functionality), (hits, of) in sorted(counts.items(), reverse=True):
        print(f"{'abusive' if is_abusive else 'clean':8} {functionality:30} {hits:3} of {of}")
    totals = {kind: [sum(one[i] for (is_abusive, _), one in counts.items() if is_abusive == kind) for i in (0, 1)]
              for kind in (True, False)}
    print(f"found {totals[True][0]} of {totals[True][1]}, false alarms {totals[False][0]} of {totals[False][1]}")
    return totals[True][0] < LEAST_FOUND or totals[False][0] > MOST_FALSE


if __name__ == "__main__":
    sys.exit(main())
