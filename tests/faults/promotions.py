#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loses a PostgreSQL primary under two processes that hold, decide and release, and promotes its synchronous standby, again and
again; every other time, before that, the standby was away for a moment as connections ended or died, or a wait was cancelled, so
that the primary had more than may be told. Nothing that was told may be lost or doubled.

promotions.py BIN SOURCE [PROMOTIONS] [SEED]     tests/faults/results/promotions.txt keeps the long form
With a standby that is not synchronous the same must fail: proof that the check can see.
"""
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from postgres import Ledgers, Server, newest_programs  # noqa: E402
import results  # noqa: E402


class Pair:
    """A primary and its standby, and how often which was lost."""

    def __init__(self, folder, is_synchronous):
        folder.mkdir()
        for name in ("one", "two"):
            (folder / name).mkdir()
        self.primary = Server(newest_programs(), folder / "one")
        if is_synchronous:
            self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            self.primary.sql("SELECT pg_reload_conf()")
        self.standby = Server(newest_programs(), folder / "two", self.primary)
        self.wanted = "sync" if is_synchronous else "async"
        self.uri = f"postgresql:///hold?user=listwarden&host={self.primary.folder},{self.standby.folder}"
        self.wait_for_standby()

    def wait_for_standby(self):
        while self.primary.sql("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'") != [self.wanted]:
            time.sleep(0.02)

    def fail_over(self):
        self.primary.lose()
        self.standby.start()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        self.standby.follow(self.primary)
        self.wait_for_standby()

    def stop(self):
        for server in (self.primary, self.standby):
            server.lose()


def campaign(ledger, folder, promotions, chance, is_synchronous=True):
    """(exit status of the check, figures)"""
    pair, ledgers, away = Pair(folder, is_synchronous), None, 0
    try:
        ledgers = Ledgers(ledger, pair.primary, pair.uri, folder)
        for number in range(promotions):
            time.sleep(chance.uniform(0.2, 1.5))
            if number % 2 == 0:
                pair.standby.lose()
                away += 1
                time.sleep(chance.uniform(0.05, 0.5))
                for _ in range(chance.randrange(1, 4)):
                    chance.choice((pair.primary.end_one, pair.primary.cancel_one, pair.primary.kill_one))()
                    time.sleep(chance.uniform(0, 0.5))
            pair.fail_over()
            ledgers.check()
            if sys.stdout.isatty():
                print(f"\r{number + 1} promotions", end="", flush=True)
        status, figures = ledgers.drain()
        return status, f"{promotions} promotions, {away} of a standby that was away: {figures}"
    finally:
        if ledgers:
            ledgers.stop()
        pair.stop()


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    promotions = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    # In memory where that is possible: nobody cuts the power here, and a standby is made anew each time.
    memory = pathlib.Path("/dev/shm")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-promotions-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o755)
    begun, ledger = time.time(), str(binaries / "ledger")
    try:
        is_seen, figures = campaign(ledger, folder / "async", 1, random.Random(seed), is_synchronous=False)
        print(f"{'seen' if is_seen else 'NOT SEEN'}: a standby that is not synchronous: {figures}", flush=True)
        status, figures = campaign(ledger, folder / "sync", promotions, random.Random(seed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    line = f"seed {seed}, {time.time() - begun:.0f} s: {figures}"
    print(line)
    if promotions >= 30:
        results.keep(source, "promotions", ["promotions.py", promotions, seed], line)
    return 1 if status or not is_seen else 0


if __name__ == "__main__":
    sys.exit(main())
