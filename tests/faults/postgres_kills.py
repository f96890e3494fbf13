#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a PostgreSQL server under two processes that hold, decide and release; nothing may be lost or doubled.

postgres_kills.py BIN SOURCE [KILLS] [SEED]     tests/faults/results/postgres.txt keeps the long form
Between the kills (-9: the server, or one of its connections) it is restarted and connections are ended, as
administrators do.
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


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    chance = random.Random(seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-postgres-"))
    server, ledgers, begun = None, None, time.time()
    count = {"kill": 0, "kill_one": 0, "restart": 0, "end_one": 0}
    try:
        server = Server(newest_programs(), folder)
        ledgers = Ledgers(str(binaries / "ledger"), server, server.uri, folder)
        while count["kill"] + count["kill_one"] < kills:
            time.sleep(chance.uniform(0.05, 0.5))
            act = chance.choices(list(count), [70, 10, 15, 10])[0]
            getattr(server, act)()
            count[act] += 1
            ledgers.check()
            if sys.stdout.isatty():
                print(f"\r{count}", end="", flush=True)
        status, figures = ledgers.drain()
    finally:
        if ledgers:
            ledgers.stop()
        if server and server.process:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    line = (f"{count['kill']} kills of the server, {count['kill_one']} of a connection, {count['restart']} restarts, "
            f"{count['end_one']} connections ended, seed {seed}, {time.time() - begun:.0f} s: {figures}")
    print(line)
    if kills >= 100:
        results.keep(source, "postgres", ["postgres_kills.py", kills, seed], line)
    return status


if __name__ == "__main__":
    sys.exit(main())
