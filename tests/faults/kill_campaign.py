#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a process that holds, decides and releases, at random moments; then nothing may be lost or doubled.

kill_campaign.py BIN SOURCE [KILLS] [SEED]     tests/faults/results/kill.txt keeps the long form
Two shorter runs of the same campaign with a broken client must fail: proof that the check can see.
"""
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import results  # noqa: E402


def campaign(ledger, folder, kills, seed, fault=""):
    """Returns (exit status, figures) of the check after `kills` kills."""
    chance = random.Random(seed)
    files = [str(folder / "hold.db"), str(folder / "ledger")]
    for number in range(kills):
        process = subprocess.Popen([ledger, "run", *files] + ([fault] if fault else []))
        time.sleep(chance.uniform(0.03, 0.35))
        if process.poll() is not None:
            raise SystemExit(f"the ledger ended by itself: {process.returncode}")
        process.kill()
        process.wait()
        if sys.stdout.isatty():
            print(f"\r{number + 1}/{kills} kills", end="", flush=True)
    done = subprocess.run([ledger, "drain", *files], capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout.strip()


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    ledger = str(binaries / "ledger")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-kill-"))
    begun = time.time()
    failed = False
    try:
        for fault in ("early-ack", "no-dedupe"):
            # A dozen kills may all miss the moment that shows it.
            for number in range(10):
                place = folder / f"{fault}-{number}"
                place.mkdir()
                status, figures = campaign(ledger, place, 12, seed + number, fault)
                if status:
                    break
            failed |= status == 0
            print(f"{'seen' if status else 'NOT SEEN'}: {fault}: {figures}")
        status, figures = campaign(ledger, folder, kills, seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    line = f"{kills} kills, seed {seed}, {time.time() - begun:.0f} s: {figures}"
    print(line)
    if kills >= 1000:
        results.keep(source, "kill", ["kill_campaign.py", kills, seed], line)
    return 1 if failed or status else 0


if __name__ == "__main__":
    sys.exit(main())
