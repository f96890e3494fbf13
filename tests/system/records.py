#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stays on record, as an administrator tends it: signatures of the audit, legal hold, retention, erasure, backup and restore, in a
file and in PostgreSQL.

usage: records.py PROGRAMS SOURCE
"""
import json
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

SUPPORT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SUPPORT / "support"), str(SUPPORT / "faults")]
from daemon import daemon_command, write_configuration  # noqa: E402
from postgres_kills import Server, newest_programs  # noqa: E402
from stack import Sink  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
SINK = Sink()
failures = []


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what, flush=True)
    if not is_true:
        failures.append(what)


class Site:
    def __init__(self, folder, store=None):
        folder.mkdir()
        self.folder, self.config = folder, write_configuration(SOURCE, folder, "")
        self.store = store or f"{folder}/store/hold.db"
        self.config.write_text(f"store = {self.store}\nrelease-key = {folder}/store/release.key\n"
                               f"[outbox]\nletter-port = {SINK.port}\nreinject-port = {SINK.port}\n")

    def run(self, status, *words):
        done = subprocess.run([PROGRAMS / "listwarden", "--config", self.config, *words], capture_output=True, text=True, check=False)
        if done.returncode != status:
            expect(False, f"{' '.join(words)}: status {done.returncode}, expected {status}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def act(self, *acts):
        for act in acts:
            subprocess.run([PROGRAMS / "ledger", "once", self.store, self.folder / "ledger", act], check=True)

    def held(self):
        return [json.loads(line) for line in self.run(0, "held", "list", "--state", "all", "--json").splitlines()]

    def serve(self, mails=0):
        """Starts the desk, lets it send so many mails, stops it and gives its log."""
        mails += len(SINK.deliveries)
        log = self.folder / "desk.log"
        with open(log, "wb") as out:
            desk = subprocess.Popen(daemon_command(PROGRAMS, "listwarden-desk", self.config), stdout=out, stderr=out)
        deadline = time.time() + 120
        while "event=started" not in log.read_text() and time.time() < deadline and desk.poll() is None:
            time.sleep(0.1)
        time.sleep(2)
        while len(SINK.deliveries) < mails and time.time() < deadline and desk.poll() is None:
            time.sleep(0.1)
        desk.send_signal(signal.SIGTERM)
        expect(desk.wait(60) == 0, "the desk stops well")
        return log.read_text()


def tend(folder, kind, store=None):
    print(f"--- {kind}")
    site = Site(folder / kind, store)
    site.act("hold", "hold", "hold", "hold", "decide")
    posts = site.held()
    expect(len(posts) == 4, "four posts are on record")
    expect("rows are not signed" in site.run(0, "audit", "verify"), "an audit that nobody signed is told")
    copy = folder / f"{kind}.copy"
    expect("sends nothing until" in site.run(0, "store", "backup", str(copy)), "a backup beside it")
    site.run(69, "store", "backup", str(copy))

    log = site.serve(mails=5)
    expect(all(post["state"] in ("held", "released", "rejected") for post in site.held()), "the desk sends what is due")
    heads = re.findall(r"event=audit-signed head=(\S+)", log)
    expect(len(heads) == 1, "the desk signs at its stop, and logs the head")
    key = site.folder / "store/audit.key"
    expect(key.stat().st_mode & 0o777 == 0o600 and key.stat().st_size == 64, "its key is for its owner alone")
    expect("signed up to row" in site.run(0, "audit", "verify", *heads), "the logged head is found again")
    expect("is not there" in site.run(65, "audit", "verify", "3:" + "0" * 64), "one that never was is a fault")
    site.run(78, "audit", "verify", "three")

    kept = next(post["id"] for post in posts if post["state"] == "held")
    site.run(0, "held", "keep", "--why", "court order 7", kept)
    said = site.run(65, "erase", "--person", "BO@example.org")
    expect("1 kept by a legal hold" in said, "a legal hold keeps a post from erasure: " + said.strip())
    expect(any(post["id"] == kept for post in site.held()), "it is still there")
    site.run(0, "held", "keep", kept)
    expect("1 messages forgotten" in site.run(0, "erase", "--person", "bo@example.org"), "without it, it goes")
    expect(not any("bo@example.org" in json.dumps(post) for post in site.held()), "nobody is named any more")
    expect(not re.search("bo@example.org|xxxxxxxx|once[0-9]", log), "the desk's log never had address, words or subjects of theirs")
    if not store:
        files = b"".join(file.read_bytes() for file in (site.folder / "store").glob("hold.db*"))
        expect(b"bo@example.org" not in files and b"xxxxxxxx" not in files, "no byte of it is left in the files")
    expect(site.run(0, "audit", "verify", *heads).count("0 faults") == 1, "the audit is still valid")

    site.act("hold", "decide")
    site.run(0, "purge", "--texts", "0", "--list", "other@example.org")
    expect(site.run(0, "purge").startswith("0 messages"), "by the lists' own periods nothing is due today")
    expect("paused" not in site.run(0, "store", "resume").replace("was not paused", ""), "this store was not paused")
    restore(folder / f"{kind}-restored", copy, [post["id"] for post in posts])


def restore(folder, copy, ids):
    site = Site(folder)
    shutil.copy(copy, site.store)
    expect(sorted(post["id"] for post in site.held()) == sorted(ids), "a restored store has every post")
    expect("event=sent" not in site.serve(), "and sends nothing")
    doctor = subprocess.run([PROGRAMS / "listwarden", "--config", site.config, "doctor"], capture_output=True, text=True, check=False)
    expect("store resume" in doctor.stdout, "doctor says so, and how it goes on")
    expect("leave again" in site.run(0, "store", "resume"), "store resume")
    expect(site.serve(mails=5).count("event=sent") >= 5, "now it sends")
    with sqlite3.connect(site.store) as store:
        expect(store.execute("SELECT count(*) FROM audit WHERE action = 'resumed'").fetchone() == (1,), "on record")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-records-"))
    server = None
    try:
        tend(folder, "file")
        place = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-server-"))
        server = Server(newest_programs(), place)
        tend(folder, "server", server.uri)
    finally:
        if server:
            server.process.kill()
            server.process.wait()
            shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
