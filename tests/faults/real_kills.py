#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills (-9) the real milter and the real desk at random moments, behind real Postfix, while members post and a moderator
decides; one kill in ten comes as the program starts, and about half of the milter's when it has just kept a post. In the end
each post that a member was told is taken has arrived once, or is held once and came to what the moderator chose; none leaked;
what was sent a second time is marked.

real_kills.py BIN SOURCE [KILLS] [SEED]     tests/faults/results/real_kills.txt keeps the long form
"""
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack, require_root  # noqa: E402
from traffic import Traffic  # noqa: E402

PROGRAMS = ("listwarden-milter", "listwarden-desk")


def await_hold(stack):
    """Until the milter's log tells of a post held, which it writes between commit and reply; no longer than a moment."""
    with open(stack.folder / f"{PROGRAMS[0]}.log", "rb") as log:
        log.seek(0, os.SEEK_END)
        end = time.monotonic() + 0.5
        while b"action=hold" not in log.read() and time.monotonic() < end:
            time.sleep(0.0001)


def keep_killing(stack, program, kills, chance, wrong):
    try:
        for _ in range(kills):
            if chance.random() < 0.1:
                time.sleep(chance.uniform(0, 0.15))
            else:
                stack.wait_until_started(program)
                time.sleep(chance.uniform(0, 1))
                if program == PROGRAMS[0] and chance.random() < 0.5:
                    await_hold(stack)
            if stack.processes[program].poll() is not None:
                wrong.append(f"{program} ended by itself")
            stack.kill(program)
            stack.start_program(program)
    except RuntimeError as error:
        wrong.append(str(error))


def main():
    programs, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    require_root()
    begun = time.time()
    with Stack(programs, source) as stack:
        traffic = Traffic(stack, seed)
        traffic.start()
        killers = [threading.Thread(target=keep_killing, args=(stack, one, kills // 2, random.Random(f"{seed} {one}"), traffic.wrong))
                   for one in PROGRAMS]
        for killer in killers:
            killer.start()
        for killer in killers:
            killer.join()
        traffic.finish()
        return traffic.conclude(source, "real_kills", [kills // 2 * 2, seed], begun, kills >= 500)


if __name__ == "__main__":
    sys.exit(main())
