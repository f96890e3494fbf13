#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of the record keeper on a real store: sign, verify, tamper, erase, back up, restore.

tampering.py BIN SOURCE
"""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

QUIET = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def main():
    binaries = pathlib.Path(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-records-"))
    files = [str(folder / "hold.db"), str(folder / "ledger")]
    (folder / "listwarden.conf").write_text("store = hold.db\n", encoding="utf-8")

    def ledger(*words):
        subprocess.run([binaries / "ledger", words[0], *files, *words[1:]], check=True, stdout=subprocess.DEVNULL)

    def command(wanted, *words, config="listwarden.conf", status=0):
        done = subprocess.run([binaries / "listwarden", "--config", folder / config, *words], capture_output=True,
                              text=True, env=QUIET, check=False)
        print(f"$ listwarden {' '.join(words)}\n{done.stdout}{done.stderr}", end="")
        if done.returncode != status or wanted not in done.stdout + done.stderr:
            raise SystemExit(f"expected '{wanted}' and exit status {status}, got {done.returncode}")

    def by_hand(*statements):
        with sqlite3.connect(files[0]) as database:
            for statement in statements:
                database.execute(statement)

    try:
        for _ in range(3):
            ledger("once", "hold")
        ledger("drain")
        command("rows are not signed since", "audit", "verify")
        command("signed ", "audit", "sign")
        command(" 1 signed heads, 0 faults", "audit", "verify")
        command("address", "erase", status=78)
        command("3 messages forgotten", "erase", "--person", "bo@example.org")
        content = b"".join(path.read_bytes() for path in folder.glob("hold.db*"))
        if b"bo@example.org" in content or b"xxxxxxxxxx" in content:
            raise SystemExit("erased, and yet there")
        command(" 0 faults", "audit", "verify")
        command("written", "store", "backup", str(folder / "copy.db"))
        (folder / "copy.conf").write_text("store = copy.db\n", encoding="utf-8")
        command("leave again", "store", "resume", config="copy.conf")
        command("was not paused", "store", "resume")
        by_hand("DROP TRIGGER audit_stays", "DELETE FROM audit WHERE seq >= 2")
        command("what was signed is gone", "audit", "verify", status=65)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
