#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the power under a process that holds, decides and releases; whatever it was told is stored must be there.

power_cut.py BIN SOURCE [CUTS] [SEED]     tests/faults/results/power.txt keeps the long form
The store lies on an ext4 file system of its own (a file, mounted over a loop device). A cut is the file system's own
shutdown without writing its journal (EXT4_IOC_SHUTDOWN): all that was not synced is gone. Two shorter runs that sync
too little must fail: proof that the check can see. Needs root and a loop device; it models neither torn sectors nor a
disk that lies about its cache.
"""
import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import results  # noqa: E402

SHUTDOWN, WITHOUT_JOURNAL = 0x8004587D, struct.pack("I", 2)
CUTS_PER_DISK = 50


class Disk:
    def __init__(self, folder):
        self.image, self.place = folder / "image", folder / "disk"
        self.place.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(256 << 20)
        run("mkfs.ext4", "-q", "-F", self.image)

    def mount(self):
        run("mount", "-o", "loop", self.image, self.place)

    def unmount(self):
        for _ in range(100):  # the kernel may still be closing the killed process's files
            done = subprocess.run(["umount", self.place], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit(done.stderr)

    def cut(self):
        place = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(place, SHUTDOWN, WITHOUT_JOURNAL)
        finally:
            os.close(place)


def run(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def stop(process):
    """No thread may be in the middle of a sync: its end could be told although the cut came first."""
    process.send_signal(19)  # SIGSTOP
    deadline = time.time() + 30
    while time.time() < deadline:
        states = [(task / "stat").read_text().rpartition(")")[2].split()[0]
                  for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir()]
        if set(states) <= {"T", "t"}:
            return
        time.sleep(0.002)
    raise SystemExit("the ledger does not stop")


def is_whole(file):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
        return store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def campaign(ledger, folder, cuts, chance, fault=""):
    """Returns (is good, figures) of so many cuts on one disk."""
    folder.mkdir()
    disk = Disk(folder)
    files = [str(disk.place / "hold.db"), str(folder / "ledger")]
    process = None
    disk.mount()
    try:
        for _ in range(cuts):
            process = subprocess.Popen([ledger, "run", *files] + ([fault] if fault else []))
            time.sleep(chance.uniform(0.05, 0.6))
            if process.poll() is not None:
                return False, f"the ledger ended by itself: {process.returncode}"
            stop(process)
            disk.cut()
            process.kill()
            process.wait()
            disk.unmount()
            disk.mount()
        done = subprocess.run([ledger, "drain", *files], capture_output=True, text=True, timeout=600, check=False)
        whole = done.returncode != 69 and is_whole(files[0])
        return done.returncode == 0 and whole, done.stdout.strip() + ("" if whole else ", DAMAGED")
    finally:
        if process:
            process.kill()
            process.wait()
        disk.unmount()
        shutil.rmtree(folder)


def inside(binaries, source, cuts, seed):
    """Runs in a mount namespace of its own."""
    ledger, begun = str(binaries / "ledger"), time.time()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-power-"))
    failed = False
    try:
        chance = random.Random(seed)
        for fault in ("sync-normal", "sync-off"):
            for number in range(5):  # a dozen cuts may all miss what shows it
                good, figures = campaign(ledger, folder / f"{fault}-{number}", 12, chance, fault)
                if not good:
                    break
            failed |= good
            print(f"{'NOT SEEN' if good else 'seen'}: {fault}: {figures}", flush=True)
        total = {}
        for number in range(0, cuts, CUTS_PER_DISK):
            good, figures = campaign(ledger, folder / str(number), min(CUTS_PER_DISK, cuts - number), chance)
            failed |= not good
            for figure in figures.split(", ") if good else []:
                name, _, count = figure.rpartition(" ")
                total[name] = total.get(name, 0) + int(count)
            if not good or sys.stdout.isatty():
                print(f"{number}: {figures}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    line = (f"{cuts} cuts, seed {seed}, {time.time() - begun:.0f} s: "
            + ", ".join(f"{name} {count}" for name, count in total.items()) + (", FAILED" if failed else ", all whole"))
    print(line)
    if cuts >= 500:
        results.keep(source, "power", ["power_cut.py", cuts, seed], line)
    return 1 if failed else 0


def can_cut():
    """Tries it once."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-power-"))
    try:
        disk = Disk(folder)
        disk.mount()
        try:
            disk.cut()
        finally:
            disk.unmount()
        return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    if os.environ.get("LISTWARDEN_UNSHARED") != "1":
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
            print("a power cut needs root and a mount namespace: not tried here")
            return 77
        return subprocess.run(["unshare", "-m", sys.executable, *sys.argv], check=False,
                              env={**os.environ, "LISTWARDEN_UNSHARED": "1"}).returncode
    if not can_cut():
        print("a power cut needs a loop device and ext4 with its shutdown ioctl: not tried here")
        return 77
    cuts = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    return inside(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), cuts, seed)


if __name__ == "__main__":
    sys.exit(main())
