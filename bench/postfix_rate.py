#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Message rate through real Postfix with our milter over a unix socket and over TCP: same posts, same run, in turns.

usage: postfix_rate.py PROGRAMS [--messages N] [--sessions N] [--rounds N] [--report FILE]    (as root: Postfix's master needs it)
"""
import argparse
import contextlib
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))
from stack import Stack  # noqa: E402

LIST = "medical-physics-engineering@lists.example.ac.uk"


def rate(stack, messages, sessions):
    start = time.time()
    subprocess.run(["smtp-source", "-c", "-d", "-l", "4096", "-m", str(messages), "-s", str(sessions), "-f", "ann@hospital.example",
                    "-t", LIST, f"127.0.0.1:{stack.mail}"], check=True, capture_output=True)
    return messages / (time.time() - start)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("programs")
    options.add_argument("--messages", type=int, default=600)
    options.add_argument("--sessions", type=int, default=2)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--report", default="")
    chosen = options.parse_args()
    lines = ["command: python3 bench/postfix_rate.py " + " ".join(sys.argv[1:])]
    with contextlib.ExitStack() as both:
        stacks = [both.enter_context(Stack(pathlib.Path(chosen.programs), HERE.parent, tcp=tcp, desk=False, shipped_rules=True))
                  for tcp in (False, True)]
        for stack in stacks:
            # What is delivered is not measured.
            subprocess.run(["postconf", "-c", stack.folder / "postfix", "-e", "default_transport=discard:", "relayhost="], check=True)
            stack.postfix("reload")
        ratios = []
        for number in range(chosen.rounds + 1):
            unix, tcp = (rate(stack, chosen.messages, chosen.sessions) for stack in stacks)
            if number == 0:
                continue
            ratios.append(tcp / unix)
            lines.append(f"round {number}: unix socket {unix:6.0f}/s   TCP {tcp:6.0f}/s   ratio {ratios[-1]:.2f}")
    lines.append(f"median ratio {statistics.median(ratios):.2f} (goal: at least 0.85)")
    print("\n".join(lines))
    if chosen.report:
        pathlib.Path(chosen.report).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
