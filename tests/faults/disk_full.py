#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk: the store refuses new mail while there is still room to decide, a decision is written even with
not a byte free (from the ballast), and so is a purge, nothing is half-written, and all goes on by itself when room returns. How long
refusal and return take is told.

disk_full.py BIN SOURCE     needs root for a small tmpfs in a mount namespace of its own
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


def fill(folder, leave):
    """Takes all free space of the file system but `leave` bytes."""
    space = os.statvfs(folder)
    take = space.f_bavail * space.f_frsize - leave
    if take > 0:
        with open(folder / "filler", "ab") as out:
            os.posix_fallocate(out.fileno(), os.fstat(out.fileno()).st_size, take)


def inside(ledger, folder):
    """Runs in the namespace; the process `full` of the ledger obeys one word a line and says what happened."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=True)
    folder = pathlib.Path(folder)
    files = [str(folder / "hold.db"), str(folder / "ledger")]
    store = subprocess.Popen([ledger, "obey", *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(word, wanted):
        store.stdin.write(word + "\n")
        store.stdin.flush()
        begun = time.monotonic()
        said = store.stdout.readline().strip()
        print(f"{word}: {said} ({1000 * (time.monotonic() - begun):.1f} ms)")
        if not said.startswith(wanted):
            raise SystemExit(f"disk full: expected '{wanted}' to '{word}', got '{said}'")

    for _ in range(4):
        tell("hold", "done")
    fill(folder, 600_000)
    tell("hold", "full")
    tell("hold", "full")
    fill(folder, 0)
    tell("decide", "done")  # the ballast gives way
    if (folder / "hold.db.ballast").exists():
        raise SystemExit("disk full: the ballast was not needed, so nothing was proved")
    tell("release", "done")
    fill(folder, 0)
    for _ in range(40):
        store.stdin.write("decide\n")
    store.stdin.flush()
    said = [store.stdout.readline().split(":")[0].strip() for _ in range(40)]
    print(f"decide with nothing to give: {', '.join(sorted(set(said)))}")
    (folder / "filler").unlink()
    tell("hold", "done")
    tell("hold", "done")
    if not (folder / "hold.db.ballast").exists():
        raise SystemExit("disk full: no new ballast after room returned")
    fill(folder, 0)
    tell("purge", "done")
    print(f"purged with 0 bytes free, {'with' if (folder / 'hold.db.ballast').exists() else 'from'} the ballast")
    (folder / "filler").unlink()
    tell("hold", "done")
    store.stdin.close()
    store.wait()
    done = subprocess.run([ledger, "drain", *files], capture_output=True, text=True, check=False)
    print(done.stdout.strip())
    return done.returncode


def main():
    ledger = str(pathlib.Path(sys.argv[1]).resolve() / "ledger")
    if len(sys.argv) > 3:
        return inside(ledger, sys.argv[3])
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        print("a full disk needs root and a mount namespace: not tried here")
        return 77
    folder = tempfile.mkdtemp(prefix="listwarden-full-")
    try:
        return subprocess.run(["unshare", "-m", sys.executable, __file__, *sys.argv[1:3], folder], check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
