# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for a test; skips the test where none is installed."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time


class Server:
    """In a folder of its own; as another user when we are root, since PostgreSQL refuses root. With a primary, its standby."""

    def __init__(self, programs, folder, primary=None):
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        self.other = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.other:
            os.chown(folder, self.other.pw_uid, self.other.pw_gid)
        self.process = None
        if primary:
            self.follow(primary)
        else:
            self.run("initdb", "-D", self.data, "-A", "trust", "-U", "listwarden", "-E", "UTF8", "--locale=C")
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

    def lose(self):
        """As a machine is lost, with all its processes; it stays away."""
        self.process.send_signal(signal.SIGSTOP)
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.process.kill()
        self.process.wait()
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def follow(self, primary):
        """Begins anew, as the standby of another server; what was here is gone."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.run("pg_basebackup", "-D", self.data, "-R", "-c", "fast", "-d",
                 f"host={primary.folder} user=listwarden application_name=standby")
        self.start()

    def promote(self):
        self.run("pg_ctl", "promote", "-w", "-D", self.data)

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
        self.to_one("pg_terminate_backend")

    def cancel_one(self):
        self.to_one("pg_cancel_backend")

    def to_one(self, what):
        self.sql(f"SELECT {what}(pid) FROM pg_stat_activity WHERE datname = 'hold' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1")


class Ledgers:
    """Two processes of `ledger` that hold, decide and release on one store."""

    def __init__(self, program, server, uri, folder):
        self.words = [program, uri, str(folder / "ledger")]
        self.processes = [subprocess.Popen([program, "run", *self.words[1:]]) for _ in range(2)]
        while server.sql("SELECT count(*) FROM writer") != ["2"]:
            time.sleep(0.05)

    def check(self):
        for process in self.processes:
            if process.poll() is not None:
                raise SystemExit(f"the ledger ended by itself: {process.returncode}")

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def drain(self):
        """What came of it all: status, figures."""
        self.stop()
        done = subprocess.run([self.words[0], "drain", *self.words[1:]], capture_output=True, text=True, timeout=1800, check=False)
        return done.returncode, done.stdout.strip()


def newest_programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        print("skipped: no PostgreSQL server is installed here")
        sys.exit(77)
    return found[-1].parent


@contextlib.contextmanager
def running_server():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-postgres-"))
    server = None
    try:
        server = Server(newest_programs(), folder)
        yield server
    finally:
        if server:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
