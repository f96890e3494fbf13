#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the tests reached, by gcovr: lines of each room, and branches where mail could be lost.

coverage.py SOURCE BUILD     BUILD: made with the preset `coverage`, its tests run
A branch counts on a line that holds a condition; what the compiler adds for exceptions does not.
"""
import collections
import json
import pathlib
import subprocess
import sys

ROOMS = ("base", "message", "policy", "filters", "hold", "moderation", "web", "milter", "apps")
# The store with its state machine; the tables from findings to a verdict, to what is done, to the MTA's reply.
BRANCHES = r"(hold/|policy/finding\.cc|moderation/intake\.cc|milter/session\.cc)"
NO_CONDITION = r"^(?!.*(\bif\b|\bfor\b|\bwhile\b|\?|&&|\|\||\bswitch\b)).*$"


def gcovr(source, build, *words):
    command = ["gcovr", "-r", source, *words, build / "CMakeFiles", build / "apps"]
    done = subprocess.run(command, cwd=source, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["files"]


def print_lines(files):
    total, covered = collections.Counter(), collections.Counter()
    for one in files:
        for name in (one["filename"].split("/")[0], "all"):
            total[name] += one["line_total"]
            covered[name] += one["line_covered"]
    print("room           lines  reached")
    for name in (*ROOMS, "all"):
        print(f"{name:12} {total[name]:7} {100 * covered[name] / total[name]:7.1f} %")


def print_branches(source, files):
    taken, total, missing = 0, 0, []
    for one in files:
        text = (source / one["file"]).read_text().splitlines()
        for line in one["lines"]:
            counts = [branch["count"] for branch in line["branches"]]
            total += len(counts)
            taken += sum(count > 0 for count in counts)
            if 0 in counts:
                missing.append(f"  {one['file']}:{line['line_number']}  {text[line['line_number'] - 1].strip()}")
    print(f"\nbranches of the store, the state machine and the tables of verdicts: {taken} of {total} taken, "
          f"{100 * taken / total:.1f} %; not all of these lines:")
    print("\n".join(missing))


def main():
    source, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    print_lines(gcovr(source, build, "--filter", f"({'|'.join(ROOMS)})/", "--json-summary", "-"))
    print_branches(source, gcovr(source, build, "--filter", BRANCHES, "--exclude-throw-branches", "--exclude-unreachable-branches",
                                 "--exclude-branches-by-pattern", NO_CONDITION, "--json", "-"))


if __name__ == "__main__":
    sys.exit(main())
