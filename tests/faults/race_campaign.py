#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two moderators decide the same posts at the same moment (tests/faults/races.cc).

race_campaign.py BIN SOURCE [RACES] [SEED]     tests/faults/results/races.txt keeps the long form
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


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    races = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-races-"))
    begun = time.time()
    try:
        done = subprocess.run([binaries / "races", folder, source / "etc" / "notices", str(races), str(seed)],
                              capture_output=True, text=True, check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    said = done.stdout.strip() or f"ended with {done.returncode}: {done.stderr[-500:]}"
    line = f"seed {seed}, {time.time() - begun:.0f} s: {said}"
    print(line)
    if races >= 1000:
        results.keep(source, "races", ["race_campaign.py", races, seed], line)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
