#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One in twenty of the openings, reads, writes, syncs and calls on sockets of the real milter and desk fails, and as many reads and
writes do less than they are asked to, behind real Postfix, while members post and a moderator decides. Errors come in spells, of EIO and ENOSPC
in turn; within five seconds of the end of each a new post must be taken and decided. In the end nothing is lost or doubled.
With "memory" three in 10,000 of all that they, and the libraries they use, ask of malloc are refused instead.

io_errors.py BIN SOURCE [SPELLS] [SEED] [memory]     tests/faults/results/io_errors.txt keeps the long form
"""
import collections
import errno
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack, require_root  # noqa: E402
from traffic import Traffic, is_left_alone, is_suspect  # noqa: E402

LIBRARIES = [pathlib.Path("/usr/lib/fiu") / name for name in ("fiu_run_preload.so", "fiu_posix_preload.so")]
CALLS = ("posix/io/rw/*", "posix/io/sync/*", "posix/io/oc/open", "posix/io/net/*"), 0.05
MEMORY = ("libc/mm/*", "libc/str/*"), 0.0003
PROGRAMS = ("listwarden-milter", "listwarden-desk")


class FaultyStack(Stack):
    """Whose programs' calls can be made to fail as they run."""

    failing = CALLS

    def start_program(self, name):
        linked = subprocess.run(["ldd", self.programs / name], capture_output=True, text=True, check=True).stdout.split()
        sanitizer = [word for word in linked if "/libasan" in word]  # which has to be the first
        self.environment = {"LD_PRELOAD": " ".join(map(str, sanitizer + LIBRARIES)), "FIU_CTRL_FIFO": str(self.folder / "fiu"),
                            "ASAN_OPTIONS": "detect_leaks=0"}
        super().start_program(name)

    def tell(self, name, *orders):
        words = [word for order in orders for word in ("-c", order)]
        subprocess.run(["fiu-ctrl", "-f", self.folder / "fiu", *words, str(self.processes[name].pid)], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)

    def begin_errors(self, name, error):
        calls, probability = self.failing
        self.tell(name, *(f"enable_random name={call},probability={probability},failinfo={error}" for call in calls))

    def end_errors(self, name):
        self.tell(name, *(f"disable name={call}" for call in self.failing[0]))


class Spells:
    def __init__(self, stack, traffic, patience):
        self.stack, self.traffic, self.patience = stack, traffic, patience
        self.ended, self.back = collections.Counter(), []

    def have(self, seconds, error):
        put_off, end = self.traffic.put_off.total(), time.monotonic() + seconds
        for name in PROGRAMS:
            self.stack.begin_errors(name, error)
        while time.monotonic() < end:
            for name in PROGRAMS:
                if self.stack.processes[name].poll() is not None:
                    self.start_again(name, error)
            time.sleep(0.1)
        for name in PROGRAMS:
            self.stack.end_errors(name)
        if self.traffic.put_off.total() == put_off:
            self.traffic.wrong.append("no post was put off while calls failed")
        taken, told = self.served()
        print(f"again taken after {taken:.1f} s, decided after {told:.1f} s", flush=True)
        self.back.append(told)
        if told > self.patience:
            self.traffic.wrong.append(f"not back after {told:.1f} s")

    def start_again(self, name, error):
        """As systemd does."""
        status = self.stack.processes[name].returncode
        self.ended[name] += 1
        if status < 0 and (status != -signal.SIGABRT or self.stack.failing is not MEMORY):  # thrown where it is not caught
            self.traffic.wrong.append(f"{name} crashed: {status}")
        self.stack.start_program(name)
        self.stack.wait_until_started(name)
        self.stack.begin_errors(name, error)

    def served(self):
        """Seconds until a new post is taken, and until the moderator has decided it."""
        begun, number = time.monotonic(), next(self.traffic.numbers)
        while not is_suspect(number) or is_left_alone(number):
            number = next(self.traffic.numbers)
        self.traffic.posted.add(number)
        self.traffic.post(number)
        taken = time.monotonic() - begun
        while number not in self.traffic.told and time.monotonic() < begun + 120:
            time.sleep(0.01)
        return taken, time.monotonic() - begun


def main():
    programs, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    spells = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    is_memory = "memory" in sys.argv
    is_long = spells >= 10
    seconds = 60 if is_long else 6
    require_root()
    if not all(map(os.path.exists, LIBRARIES)):
        print("skipped: fiu-utils is not installed")
        return 77
    begun = time.time()
    with FaultyStack(programs, source) as stack:
        traffic = Traffic(stack, seed)
        if is_memory:
            stack.failing, traffic.lacks_memory = MEMORY, True
        traffic.start()
        time.sleep(1)
        some = Spells(stack, traffic, 5 if is_long else 60)  # which may run under sanitizers
        _, before = some.served()
        for turn in range(spells):
            some.have(seconds, (errno.EIO, errno.ENOSPC)[turn % 2])
        traffic.finish()
        line = (f"{spells} spells of {seconds} s, back after {max(some.back):.1f} s at most (without errors: {before:.1f} s); "
                "ended and started again: " + ", ".join(f"{name} {some.ended[name]}" for name in PROGRAMS))
        print(line)
        return traffic.conclude(source, "io_errors", [spells, seed, *sys.argv[5:]], begun, is_long, line)


if __name__ == "__main__":
    sys.exit(main())
