#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a PostgreSQL server under two processes that hold, decide and release; nothing may be lost or doubled.

postgres_kills.py BIN SOURCE [KILLS] [SEED]     tests/faults/results/postgres.txt keeps the long form
Between the kills (-9: the server, or one of its connections) it is restarted and connections are ended, as
administrators do.
"""
import os
import pathlib
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import results  # noqa: E402


class Server:
    """In a folder of its own; as another user when we are root, since PostgreSQL refuses root."""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        self.other = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.other:
            os.chown(folder, self.other.pw_uid, self.other.pw_gid)
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "listwarden", "-E", "UTF8", "--locale=C")
        self.process = None
        self.start()
        self.sql("CREATE DATABASE hold", "postgres")
        self.uri = f"postgresql:///hold?user=listwarden&host={folder}"

    def become(self):
        if self.other:
            os.setgid(self.other.pw_gid)
            os.setuid(self.other.pw_uid)

    def run(self, *command, check=True):
        command = [self.programs / command[0], *command[1:]]
        return subprocess.run(command, capture_output=True, text=True, check=check, cwd="/", preexec_fn=self.become)

    def sql(self, text, database="hold"):
        return self.run("psql", "-h", self.folder, "-U", "listwarden", "-Atc", text, database, check=False).stdout.split()

    def start(self):
        while not self.run("pg_isready", "-h", self.folder, check=False).returncode == 0:
            # Right after a kill the old shared memory may still be in use.
            if self.process is None or self.process.poll() is not None:
                with open(self.folder / "log", "a", encoding="utf-8") as log:
                    self.process = subprocess.Popen(
                        [self.programs / "postgres", "-D", self.data, "-c", "listen_addresses=", "-c",
                         f"unix_socket_directories={self.folder}", "-c", "shared_buffers=16MB"],
                        stdout=log, stderr=log, cwd="/", preexec_fn=self.become)
            time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def kill_one(self):
        for pid in self.sql("SELECT pid FROM pg_stat_activity WHERE datname = 'hold' AND pid <> pg_backend_pid()"
                            " ORDER BY random() LIMIT 1"):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.start()

    def restart(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:  # the server hangs in its own shutdown, once in some hundred times
            self.process.kill()
            self.process.wait()
        self.start()

    def end_one(self):
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'hold' AND pid <>"
                 " pg_backend_pid() ORDER BY random() LIMIT 1")


def newest_programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        print("skipped: no PostgreSQL server is installed here")
        sys.exit(77)
    return found[-1].parent


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    chance = random.Random(seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-postgres-"))
    server, clients, begun = None, [], time.time()
    count = {"kill": 0, "kill_one": 0, "restart": 0, "end_one": 0}
    try:
        server = Server(newest_programs(), folder)
        command = [str(binaries / "ledger"), "run", server.uri, str(folder / "ledger")]
        clients = [subprocess.Popen(command) for _ in range(2)]
        while server.sql("SELECT count(*) FROM writer") != ["2"]:
            time.sleep(0.05)
        while count["kill"] + count["kill_one"] < kills:
            time.sleep(chance.uniform(0.05, 0.5))
            act = chance.choices(list(count), [70, 10, 15, 10])[0]
            getattr(server, act)()
            count[act] += 1
            for client in clients:
                if client.poll() is not None:
                    raise SystemExit(f"the ledger ended by itself: {client.returncode}")
            if sys.stdout.isatty():
                print(f"\r{count}", end="", flush=True)
        for client in clients:
            client.kill()
            client.wait()
        done = subprocess.run([command[0], "drain", *command[2:]], capture_output=True, text=True, timeout=600, check=False)
    finally:
        for client in clients:
            client.kill()
        if server and server.process:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    line = (f"{count['kill']} kills of the server, {count['kill_one']} of a connection, {count['restart']} restarts, "
            f"{count['end_one']} connections ended, seed {seed}, {time.time() - begun:.0f} s: {done.stdout.strip()}")
    print(line)
    if kills >= 100:
        results.keep(source, "postgres", ["postgres_kills.py", kills, seed], line)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
