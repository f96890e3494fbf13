#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Moves the wall clock under the real milter and desk: jumps forth and back expire nothing and write to nobody, nor does a clock
that gains thirty seconds every second, and in its own time a post is reminded of and expires, once. What was written while the clock
was ahead leaves when it is back. The token of a release that was taken is never taken again.

clock_jumps.py BIN SOURCE [JUMPS] [SEED]     tests/faults/results/clock.txt keeps the long form
The clock is libfaketime's; the machine's own count of time goes on untouched, as at a real jump.
"""
import collections
import contextlib
import email
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import Daemon, daemon_command  # noqa: E402
from milter_client import LIST, opened  # noqa: E402
import results  # noqa: E402
from stack import Sink  # noqa: E402

HOUR, DAY = 3600, 86400
JUMPS = (365 * DAY, -DAY, 8 * DAY, 6 * DAY + HOUR, -365 * DAY, 400 * DAY, HOUR)
EXPIRY = 7 * DAY  # of the shipped list; its moderators are reminded a day before


def without_sanitizers(binaries):
    """Their runtime and libfaketime both want to be loaded first: then the release is taken, where it is built."""
    if b"__asan_init" not in (binaries / "listwarden-desk").read_bytes():
        return binaries
    release = binaries.parents[1] / "release" / "bin"
    if not (release / "listwarden-desk").exists():
        print("skipped: libfaketime needs programs without sanitizers (./dev release)")
        sys.exit(77)
    return release


class WallClock:
    """What the programs take for the time of day; it starts at noon, so that no morning's letter is in the way."""

    def __init__(self, folder):
        libraries = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            print("skipped: libfaketime is not installed here (Debian: apt-get install faketime)")
            sys.exit(77)
        self.file = folder / "clock"
        self.noon = 12 * HOUR - int(time.time()) % DAY
        self.set(0)
        os.environ.update({"LD_PRELOAD": str(libraries[0]), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                           "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"})

    @contextlib.contextmanager
    def running(self, seconds):
        """Thirty seconds every second, for so many; then it is put right."""
        def run():
            for second in range(seconds):
                self.set(30 * second)
                time.sleep(1)
            self.set(0)

        runner = threading.Thread(target=run)
        runner.start()
        yield
        runner.join()

    def set(self, seconds):
        new = self.file.with_suffix(".new")
        new.write_text(f"{self.noon + seconds:+}\n")
        new.rename(self.file)


class Desk:
    def __init__(self, daemon):
        self.daemon, self.file, self.process = daemon, daemon.folder / "desk.log", None

    def start(self):
        started = self.log().count("event=started")
        with open(self.file, "ab") as log:
            self.process = subprocess.Popen(daemon_command(self.daemon.programs, "listwarden-desk", self.daemon.config),
                                            stdout=log, stderr=log)
        self.wait_for("event=started", started)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)

    def look_at_clock(self, event):
        """What it does as time goes by it does at once after a reload; first it says what it makes of the clock."""
        before = self.log().count(event)
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(event, before)

    def wait_for(self, text, before, seconds=120):
        end = time.time() + seconds
        while self.log().count(text) == before:
            if self.process.poll() is not None or time.time() > end:
                raise RuntimeError(f"no {text} of the desk:\n" + self.log()[-3000:])
            time.sleep(0.05)

    def log(self):
        return self.file.read_text(errors="replace") if self.file.exists() else ""


class House:
    """A milter, a desk and their clock; what must be true of posts and letters."""

    def __init__(self, daemon, desk, clock, sink):
        self.daemon, self.desk, self.clock, self.sink = daemon, desk, clock, sink

    def hold(self, number):
        milter = opened(self.daemon.address)
        answer = milter.message(b"Please xyzzyhold.\r\n", subject=f" Time {number}".encode(), author=b"ann",
                                message_id=f" <time-{number}@hospital.example>".encode())
        milter.close()
        if answer != "discard":
            raise RuntimeError(f"post {number} was not held: {answer}")

    def is_told(self, number):
        if not self.sink.wait_for(lambda *sent: f"Please decide: Time {number}".encode() in sent[2], 60):
            raise RuntimeError(f"no moderator hears of post {number}:\n" + self.desk.log()[-3000:])

    def release_again_and_again(self, now):
        """Its mail comes a second time, whatever the clock says: only the first is taken."""
        waiting = next(one["id"] for one in self.daemon.held() if one["state"] == "held")
        subprocess.run([self.daemon.programs / "listwarden", "--config", self.daemon.config, "held", "release", waiting], check=True,
                       capture_output=True)
        sent = self.sink.wait_for(lambda _, paths, content: b"Listwarden-Release" in content, 60)
        if not sent:
            raise RuntimeError("no release arrives:\n" + self.desk.log()[-3000:])
        answers = []
        for ahead in (0, 0, *JUMPS, 0):
            self.clock.set(now + ahead)
            answers.append(self.released(*sent))
        if answers != ["continue"] + ["451" if ahead < 600 else "550" for ahead in (0, *JUMPS, 0)]:
            raise RuntimeError(f"a release that comes again and again is answered {answers}")

    def released(self, sender, paths, content):
        """What the milter says to this mail at the listener for releases."""
        header, body = content.split(b"\r\n\r\n", 1)
        milter = opened(self.daemon.address, daemon="REINJECT")
        milter.envelope(f"<{sender}>", [f"<{path}>" for path in paths])
        milter.data()
        for field in re.split(rb"\r\n(?![ \t])", header):
            name, value = field.split(b":", 1)
            milter.field(name.decode(), value)
        milter.body(body)
        name, payload = milter.end()[-1]
        milter.close()
        return payload[:3].decode() if name == "reply" else name

    def restart(self, at):
        self.desk.stop()
        self.clock.set(at)
        self.desk.start()

    def found(self):
        states = {one["subject"].split()[1]: one["state"] for one in self.daemon.held()}
        # The Message-ID begins with the name of the letter.
        sent = {email.message_from_bytes(content)["Message-ID"] for _, _, content in list(self.sink.deliveries)}
        return states, collections.Counter(one.strip("<").split(".")[0].removeprefix("moderator-") for one in sent)

    def check(self, when, states, seconds=60, **letters):
        """These posts have these states, and just these letters were sent, each once; soon, when not at once."""
        end = time.time() + seconds
        while self.found() != (states, collections.Counter(letters)) or len(self.sink.deliveries) != sum(letters.values()):
            if time.time() > end:
                raise RuntimeError(f"{when}: {self.found()} in {len(self.sink.deliveries)} deliveries, not {states}, {letters}\n" +
                                   self.desk.log()[-3000:])
            time.sleep(0.1)


def campaign(house, jumps):
    house.desk.start()
    house.hold(1)
    house.is_told(1)
    for jump in jumps:
        for at in (jump, 0):
            house.clock.set(at)
            house.desk.look_at_clock("event=clock-jumped" if at else "event=clock-believed")
            house.check(f"after {jump / DAY:+.2f} days" + (" and back" if at == 0 else ""), {"1": "held"}, held=1)
    house.desk.stop()
    house.clock.set(365 * DAY)
    house.hold(2)
    with house.clock.running(4 + len(jumps)):
        house.desk.start()
        house.is_told(2)
    house.check("after a clock that ran", {"1": "held", "2": "held"}, held=2)
    house.restart(EXPIRY - DAY + HOUR)
    house.check("in its last day", {"1": "held", "2": "held"}, held=2, digest=1, reminder=1, escalation=1)
    house.restart(EXPIRY + HOUR)
    house.check("in the end", {"1": "expired", "2": "held"}, held=2, digest=2, reminder=1, escalation=1)
    time.sleep(3)  # for what must not come
    house.check("later", {"1": "expired", "2": "held"}, 0, held=2, digest=2, reminder=1, escalation=1)
    house.release_again_and_again(EXPIRY + HOUR)


def main():
    binaries, source = without_sanitizers(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    jumps = (JUMPS + tuple(random.Random(seed).choices(JUMPS, k=count)))[:count]
    begun = time.time()
    daemon, sink = Daemon(binaries, source), Sink()
    clock = WallClock(daemon.folder)
    with daemon.config.open("a") as config:
        config.write(f"[outbox]\nreinject-port = {sink.port}\nletter-port = {sink.port}\n")
    desk = Desk(daemon)
    try:
        with daemon:
            campaign(House(daemon, desk, clock, sink), jumps)
    finally:
        desk.stop()
    line = f"{count} jumps forth and back, seed {seed}, {time.time() - begun:.0f} s: nothing expired early, no letter twice, none lost"
    print(line)
    if count >= 20:
        results.keep(source, "clock", ["clock_jumps.py", count, seed], line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
