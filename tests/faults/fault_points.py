#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every write, sync, truncation and opening that hold, decide, edit, release, expire, purge and `listwarden store migrate` do to
the store's files: killed at each, failed at each. Afterwards the client tries again, and the store must keep to the ledger.

fault_points.py BIN SOURCE [--all]     without --all every seventh kill, every 29th other point
"""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import results  # noqa: E402
from stack import require_strace  # noqa: E402

WRITES = "pwrite64,write"
CALLS = "pwrite64,fdatasync,fsync,ftruncate,unlink,write"
ACTS = ("hold", "decide", "edit", "release", "expire", "purge", "migrate")
# What is done to which calls: by strace, but short writes, which it cannot make, by a library that is loaded first.
FAULTS = {"kill": (CALLS, "signal=KILL"), "EIO once": (CALLS, "error=EIO"), "ENOSPC once": (CALLS, "error=ENOSPC"),
          "EINTR once": (CALLS, "error=EINTR"), "EMFILE once": ("openat", "error=EMFILE"), "short write once": (WRITES, ""),
          "EIO from there on": (CALLS, "error=EIO"), "ENOSPC from there on": (CALLS, "error=ENOSPC"),
          "EMFILE from there on": ("openat", "error=EMFILE"), "short writes from there on": (WRITES, "")}
QUIET = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:verify_asan_link_order=0")
MOST_POINTS = 2000
MOVED = "was moved there before"
STORE_ID = 0x4C57484C  # a whole store's application id


class House:
    """A store, and the one it may be moved to, with the ledger of what was told."""

    def __init__(self, binaries, folder):
        self.binaries, self.folder = binaries, folder
        self.store, self.new, self.told = (str(folder / name) for name in ("hold.db", "new.db", "ledger"))

    def act(self, act, *more):
        if act == "migrate":
            return [str(self.binaries / "listwarden"), "store", "migrate", self.store, self.new]
        return [str(self.binaries / "ledger"), "once", self.store, self.told, act, *more]

    def drain(self, store):
        return run([str(self.binaries / "ledger"), "drain", store, self.told])

    def traced(self, calls, log, *inject):
        files = [word for store in (self.store, self.new) for end in ("", "-wal", "-shm", ".lock") for word in ("-P", store + end)]
        return ["strace", "-f", "-qq", "-o", log, *files, "-e", f"trace={calls}", *inject]

    def broken(self, fault, point, command):
        calls, how = FAULTS[fault]
        is_lasting = "from there on" in fault
        if not how:
            return run(command, LD_PRELOAD=str(self.binaries / "short_writes.so"),
                       SHORT_WRITES=f"{point}-{MOST_POINTS if is_lasting else point}")
        return run([*self.traced(calls, "/dev/null", "-e", f"inject={calls}:{how}:when={point}{'+' if is_lasting else ''}"), *command])

    def count(self, act, calls):
        """How many of these calls the act makes when nothing is injected."""
        run([*self.traced(calls, self.folder / "calls"), *self.act(act)])
        return sum("(" in line for line in (self.folder / "calls").read_text().splitlines())

    def state_of_both(self):
        """(whether the old one is paused, whether the new one is a store), as they lie there."""
        look = self.folder / "look"
        shutil.rmtree(look, ignore_errors=True)
        look.mkdir()
        for file in self.folder.glob("*.db*"):
            shutil.copy(file, look)
        with sqlite3.connect(look / "hold.db") as old, sqlite3.connect(look / "new.db") as new:
            is_paused = old.execute("SELECT 1 FROM setting WHERE name = 'paused'").fetchone() is not None
            return is_paused, new.execute("PRAGMA application_id").fetchone()[0] == STORE_ID


def run(command, **environment):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=QUIET | environment, check=False)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def prepared(binaries, folder, act):
    """A store in which `act` has something to do, in the state a running daemon leaves."""
    house = House(binaries, folder)
    decided = {"release": 2, "purge": 3, "migrate": 2}.get(act, 0)
    before = ["hold"] * 3 + ["decide"] * decided + ["release"] * {"purge": 6, "migrate": 4}.get(act, 0)
    for one in before + ["hold"] * (act == "purge"):
        done = run(house.act(one))
        if done.returncode:
            raise RuntimeError(f"{one} before {act}: {done.stdout}{done.stderr}")
    if act == "expire":
        with sqlite3.connect(house.store) as database:
            database.execute("UPDATE held SET expires = 1")
        database.close()


def trouble(house, act, fault, point, broken=()):
    """What is wrong after the fault and another try, in words, or None."""
    done = house.broken(fault, point, house.act(act, *broken))
    said = f"{done.stdout}{done.stderr[-400:]}"
    # 69: the store could not be opened; whoever started it starts it again.
    if done.returncode not in (0, 69, 70, 75, -9, 137):
        return f"ended with {done.returncode}: {said}"
    if act != "migrate":
        if "once" in fault and done.returncode == 75:
            return f"did not recover by itself: {said}"
        if done.returncode and act in ("edit", "purge"):
            run(house.act(act))
        settled = house.drain(house.store)
    else:
        is_paused, is_store = house.state_of_both()
        if is_store and not is_paused:
            return "both send: " + said
        if done.returncode:
            again = run(house.act(act))
            if again.returncode and MOVED not in again.stderr:
                return f"the same command does not go on: {again.stderr[-400:]}"
        if house.state_of_both() != (True, True):
            return f"(paused, a store) is {house.state_of_both()}"
        settled = house.drain(house.new)
    return f"{settled.stdout}{settled.stderr[-400:]}" if settled.returncode else None


def points(binaries, folder, act, fault, stride, broken=()):
    """Yields (point, trouble or None) for every point of the act, and for one after its end."""
    count = House(binaries, pathlib.Path(shutil.copytree(folder / act, fresh(folder / "count")))).count(act, FAULTS[fault][0])
    for point in range(1, count + 2, stride):
        house = House(binaries, pathlib.Path(shutil.copytree(folder / act, fresh(folder / "try"))))
        yield point, trouble(house, act, fault, point, broken)


def campaign(binaries, folder, is_whole):
    """(points, troubles, lines)"""
    passed, troubles, lines = 0, 0, []
    for act in ACTS:
        (folder / act).mkdir()
        prepared(binaries, folder / act, act)
        if act == "hold":
            seen = sum(1 for _, wrong in points(binaries, folder, act, "kill", 9, ["early-ack"]) if wrong)
            print(f"{'seen' if seen else 'NOT SEEN'}: a reply before the commit, at {seen} points")
            troubles += not seen
        for fault in FAULTS:
            stride = 1 if is_whole else 7 if fault == "kill" else 29
            count = 0
            for point, wrong in points(binaries, folder, act, fault, stride):
                count += 1
                if wrong:
                    troubles += 1
                    print(f"{act}, {fault}, call {point}: {wrong}")
            passed += count
            lines.append(f"{act}, {fault}: {count} points")
            print(lines[-1], flush=True)
    return passed, troubles, lines


def main():
    binaries, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    is_whole = "--all" in sys.argv
    require_strace()
    begun, folder = time.time(), pathlib.Path(tempfile.mkdtemp(prefix="listwarden-points-"))
    try:
        passed, troubles, lines = campaign(binaries, folder, is_whole)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    line = f"{passed} points, {troubles} with trouble, {time.time() - begun:.0f} s"
    print(line)
    if is_whole:
        results.keep(source, "points", ["fault_points.py", "--all"], *lines, line)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
