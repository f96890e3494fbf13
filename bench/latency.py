#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a milter's client waits for a post of 20 KB, with the shipped rules, over a unix socket: from MAIL to the last reply, one post at
a time and many at once; and how many posts a second are held.

usage: latency.py PROGRAMS [--report FILE]
"""
import argparse
import datetime
import pathlib
import subprocess
import sys
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from daemon import Daemon  # noqa: E402
from milter_client import opened  # noqa: E402

BYTES, POSTS, SECONDS = 20000, 1000, 20  # of one caller; nine callers stay below the 10,000 that one list may hold
PROSE = b"\r\n".join((SOURCE / name).read_bytes().replace(b"\n", b"\r\n") for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"))
PROSE = (PROSE + PROSE)[:BYTES]


class Caller(threading.Thread):
    """One connection, a post after the other while `goes_on`; seconds of each, and what was not answered as it should be."""

    def __init__(self, address, name, text, wanted, goes_on):
        super().__init__()
        self.milter, self.prefix, self.text, self.wanted, self.goes_on = opened(address), name, text, wanted, goes_on
        self.took, self.wrong = [], 0

    def run(self):
        while self.goes_on(len(self.took)):
            name = f"{self.prefix}.{len(self.took)}"
            begun = time.perf_counter()
            answer = self.milter.message(self.text, message_id=f" <{name}@hospital.example>".encode(), author=f"ann{name}".encode(),
                                         sender=f"<ann{name}@hospital.example>")
            self.took.append(time.perf_counter() - begun)
            self.wrong += answer != self.wanted
        self.milter.close()


def measure(daemon, what, text, wanted, callers, goes_on):
    threads = [Caller(daemon.address, f"{wanted}{callers}.{number}", text, wanted, goes_on) for number in range(callers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    took = sorted(one for thread in threads for one in thread.took)
    at = lambda share: took[int(share * (len(took) - 1))] * 1000
    wrong = sum(thread.wrong for thread in threads)
    return wrong, (f"{what:22} {len(took):5} posts  {len(took) / seconds:5.0f}/s  p50 {at(.5):6.1f} ms  p99 {at(.99):6.1f} ms  "
                   f"worst {at(1):6.1f} ms  {wrong} wrong")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("programs")
    options.add_argument("--report", default="")
    chosen = options.parse_args()
    held = b"Please xyzzyhold.\r\n" + PROSE
    commit = subprocess.run(["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    lines, faults = [f"command: python3 bench/latency.py PROGRAMS   ({datetime.date.today().isoformat()}, commit {commit})"], 0
    with Daemon(chosen.programs, SOURCE, shipped_rules=True) as daemon:
        end = lambda: time.perf_counter() + SECONDS
        for what, text, wanted, callers in (("pass, one at a time", PROSE, "continue", 1), ("hold, one at a time", held, "discard", 1),
                                            ("hold, 8 at once", held, "discard", 8)):
            until = end()
            goes_on = lambda count: count < POSTS and (callers == 1 or time.perf_counter() < until)
            wrong, line = measure(daemon, what, text, wanted, callers, goes_on)
            faults += wrong
            lines.append(line)
            print(line, flush=True)
    if chosen.report:
        pathlib.Path(chosen.report).write_text("\n".join(lines) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
