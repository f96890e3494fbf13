#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every write, sync and truncation that hold, decide, release and expire do to the store: killed at each, failed
at each. Afterwards the client tries again, and the store must keep to the ledger.

fault_points.py BIN SOURCE [--all]     without --all every seventh error point; kills are at every point always
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import results  # noqa: E402

CALLS = "pwrite64,fdatasync,fsync,ftruncate,unlink,write"
ACTS = ("hold", "decide", "release", "expire")
FAULTS = {"kill": "signal=KILL", "EIO once": "error=EIO", "ENOSPC once": "error=ENOSPC",
          "EIO from there on": "error=EIO", "ENOSPC from there on": "error=ENOSPC"}
QUIET = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
MOST_POINTS = 400


class House:
    def __init__(self, ledger, folder):
        self.ledger, self.folder = ledger, folder
        self.files = [str(folder / "hold.db"), str(folder / "ledger")]

    def run(self, verb, *more, check=True, inject=None):
        command = [self.ledger, verb, *self.files, *more]
        if inject:
            only = [word for end in ("", "-wal", "-shm") for word in ("-P", self.files[0] + end)]
            command = ["strace", "-f", "-qq", "-o", "/dev/null", *only, "-e", f"trace={CALLS}",
                       "-e", f"inject={CALLS}:{inject}", *command]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, env=QUIET, check=check)


def prepared(ledger, folder, act):
    """A store in which `act` has something to do, in the state a running daemon leaves."""
    house = House(ledger, folder)
    for _ in range(3):
        house.run("once", "hold")
    if act == "release":
        house.run("once", "decide")
        house.run("once", "decide")
    if act == "expire":
        subprocess.run(["python3", "-c", "import sqlite3,sys\n"
                        "db=sqlite3.connect(sys.argv[1]);db.execute('UPDATE held SET expires=1');db.commit()",
                        house.files[0]], check=True)
    return house


def points(ledger, template, folder, act, fault, stride, broken=()):
    """Yields (point, trouble or None) until the act ends before the point is reached."""
    for point in range(1, MOST_POINTS, stride):
        place = folder / "try"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)
        house = House(ledger, place)
        when = f"{point}+" if "from there on" in fault else str(point)
        done = house.run("once", act, *broken, check=False, inject=f"{FAULTS[fault]}:when={when}")
        untouched = done.returncode == 0 and "refused" not in done.stdout
        # 69: the store could not be opened; the service manager starts the daemon again.
        if done.returncode not in (0, 69, 75, -9, 137):
            yield point, f"ended with {done.returncode}: {done.stdout}{done.stderr[-400:]}"
        if "once" in fault and done.returncode == 75:
            yield point, f"did not recover by itself: {done.stdout}"
        settled = house.run("drain", check=False)
        if settled.returncode:
            yield point, f"{settled.stdout}{settled.stderr[-400:]}"
        else:
            yield point, None
        if untouched and not hits(house, template, act, point):
            return


def hits(house, template, act, point):
    """Whether the act makes at least `point` calls when nothing is injected."""
    count = CALL_COUNTS.get(act)
    if count is None:
        place = template.parent / "count"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)
        plain = House(house.ledger, place)
        log = place / "calls"
        only = [word for end in ("", "-wal", "-shm") for word in ("-P", plain.files[0] + end)]
        subprocess.run(["strace", "-f", "-qq", "-o", log, *only, "-e", f"trace={CALLS}", house.ledger, "once",
                        *plain.files, act], check=True, env=QUIET, capture_output=True)
        count = CALL_COUNTS[act] = sum("(" in line for line in log.read_text().splitlines())
    return point <= count


CALL_COUNTS = {}


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    whole = "--all" in sys.argv
    if not shutil.which("strace"):
        print("strace is not installed: no fault can be injected")
        return 77
    ledger = str(binaries / "ledger")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-points-"))
    begun, troubles, passed, lines = time.time(), 0, 0, []
    try:
        probe = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False)
        if probe.returncode:
            print("strace may not trace here: no fault can be injected")
            return 77
        for act in ACTS:
            template = folder / act
            template.mkdir()
            prepared(ledger, template, act)
            if act == "hold":
                seen = sum(1 for _, trouble in points(ledger, template, folder, act, "kill", 9, ["early-ack"]) if trouble)
                print(f"{'seen' if seen else 'NOT SEEN'}: a reply before the commit, at {seen} points")
                troubles += not seen
            for fault in FAULTS:
                stride = 1 if whole or fault == "kill" else 7
                count = 0
                for point, trouble in points(ledger, template, folder, act, fault, stride):
                    count += 1
                    if trouble:
                        troubles += 1
                        print(f"{act}, {fault}, call {point}: {trouble}")
                passed += count
                lines.append(f"{act}, {fault}: {count} points of {CALL_COUNTS.get(act)} calls")
                print(lines[-1], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    line = f"{passed} points, {troubles} with trouble, {time.time() - begun:.0f} s"
    print(line)
    if whole:
        results.keep(source, "points", ["fault_points.py", "--all"], *lines, line)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
