#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real daemon against the milter protocol, well-behaved and hostile: every surprise is a temporary failure,
nothing is lost, and the daemon lives.

usage: milter_protocol.py PROGRAMS SOURCE
"""
import os
import pathlib
import random
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import Daemon  # noqa: E402
from milter_client import Gone, Milter, opened  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
TRAINEES = "trainees@lists.example.ac.uk"
CLEAN, TAG, HOLD = b"Good morning.\r\n", b"Please xyzzytag.\r\n", b"Please xyzzyhold.\r\n"
IS_SANITIZED = re.search(b"__[at]san_init", (PROGRAMS / "listwarden-milter").read_bytes())
MOST_MEMORY = 150_000_000  # bytes, with 1,000 connections; sanitizers take more
failures = []


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what, flush=True)
    if not is_true:
        failures.append(what)


def post(daemon, text, **more):
    milter = opened(daemon.address)
    try:
        return milter.message(text, **more)
    finally:
        milter.close()


def verdicts(daemon):
    name, flags = Milter(daemon.address).negotiate()
    steps = struct.unpack("!III", flags[:12])[2]
    no_reply = dict(header=0x80, connect=0x1000, mail=0x4000, rcpt=0x8000, body=0x80000)
    expect(name == "negotiated" and all(steps & bit for bit in no_reply.values()), "no event but DATA and the end is answered")
    expect(not steps & 0x10000 and not steps & 0x200, "DATA is answered")
    expect(post(daemon, CLEAN) == "continue", "a clean post passes")
    milter = opened(daemon.address)
    milter.envelope()
    milter.data()
    milter.body(TAG)
    answers = milter.end()
    expect(answers[0][0] == "insert" and answers[0][1].startswith(b"\0\0\0\0Listwarden\0 tag; the post may touch "), "a tag goes on top of the header")
    expect(answers[-1][0] == "continue", "and the post goes on")
    milter.envelope(recipients=("<announce@lists.example.ac.uk>",))
    milter.data()
    expect(milter.end()[-1][0] == "continue", "mail without fields and body is judged")
    expect(post(daemon, HOLD) == "discard", "a post held for all its recipients is discarded")
    milter.envelope(recipients=(f"<{TRAINEES}>", "<carol@other.example>"))
    milter.data()
    milter.body(HOLD)
    answers = milter.end()
    expect(answers == [("delrcpt", f"<{TRAINEES}>\0".encode()), ("continue", b"")], "of list and person only the list is taken off")
    expect(len(daemon.held()) == 2, "both are in the store")
    expect(post(daemon, HOLD, recipients=("<carol@other.example>",)) == "accept", "mail to no list is accepted before its body")
    expect(post(daemon, HOLD) == "discard" and len(daemon.held()) == 2, "a retry is no second hold")


def one_connection(daemon):
    milter = opened(daemon.address)
    expect([milter.message(text, message_id=b" <%d@x>" % i) for i, text in enumerate((CLEAN, HOLD, CLEAN))]
           == ["continue", "discard", "continue"], "several messages on a connection are judged each alone")
    milter.envelope()
    milter.data()
    milter.field("Subject", b" held?")
    milter.body(HOLD)
    milter.packet(b"A")
    expect(milter.message(CLEAN) == "continue", "an aborted message leaves nothing behind")
    before = len(daemon.held())
    milter.envelope()
    milter.data()
    milter.body(b"Please xyzzy")
    milter.body(b"hold.\r\n" + b"x" * 200000 + b"\r\n")
    expect(milter.end()[-1][0] == "discard" and len(daemon.held()) == before + 1, "words split over packets are found")
    milter.envelope()
    milter.data()
    milter.field("X-Long", b" " + b"y" * 60000)
    milter.body(b"z" * 65535)
    expect(milter.end()[-1][0] == "continue", "64 KiB packets are taken")
    milter.packet(b"Q")


class Cut(Milter):
    """Sends what it has only when it needs an answer, in pieces that end anywhere."""

    def __init__(self, address, seed):
        super().__init__(address)
        self.random, self.waiting = random.Random(seed), b""

    def raw(self, data):
        self.waiting += data

    def reply(self):
        while self.waiting:
            size = self.random.choice((1, 3, 7, 100, 5000, 20000, len(self.waiting)))
            self.socket.sendall(self.waiting[:size])
            self.waiting = self.waiting[size:]
            if self.random.random() < 0.3:
                time.sleep(0.001)
        return super().reply()


def cut_anywhere(daemon):
    before, wrong, texts = len(daemon.held()), [], (CLEAN, HOLD, b"y" * 70000 + b"\r\n" + HOLD)

    def talk(seed):
        milter = Cut(daemon.address, seed)
        milter.negotiate()
        milter.connect()
        for number, text in enumerate(texts * 4):
            answer = milter.message(text, message_id=b" <%d.%d@cut>" % (seed, number % 3))
            if answer != ("continue" if text == CLEAN else "discard"):
                wrong.append((seed, number, answer))
        milter.close()

    threads = [threading.Thread(target=talk, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not wrong, f"packets that come in pieces or many at once are understood {wrong[:3]}")
    expect(len(daemon.held()) == before + 16, "and what they bring is held once")


def surprises(daemon):
    for cut in range(6):
        milter = Milter(daemon.address)
        if cut > 0:
            milter.negotiate()
        if cut > 1:
            milter.connect()
        if cut > 2:
            milter.envelope()
        if cut > 3:
            milter.data()
        if cut > 4:
            milter.body(HOLD)
        milter.close()
    expect(post(daemon, CLEAN) == "continue", "a peer that leaves at any step does no harm")
    for name, garbage in {
            "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a length of 2 GB": b"\x7f\xff\xff\xffL", "a length of zero": b"\0\0\0\0",
            "half a packet": b"\0\0\1\0L", "an unknown command": b"\0\0\0\1?", "noise": os.urandom(5000),
            "the end before the beginning": b"\0\0\0\1E"}.items():
        for first in (False, True):
            milter = Milter(daemon.address, timeout=3)
            try:
                if first:
                    milter.negotiate()
                milter.raw(garbage)
                milter.socket.shutdown(socket.SHUT_WR)
                while milter.socket.recv(4096):
                    pass
            except (OSError, Gone):
                pass
            milter.close()
        expect(daemon.is_running() and post(daemon, CLEAN) == "continue", f"{name} does no harm")
    milter = Milter(daemon.address)
    milter.negotiate()
    milter.envelope()
    try:
        answer = milter.data()
    except Gone:
        answer = "closed"
    expect(answer in ("continue", "tempfail", "reply", "closed") and daemon.is_running(), f"an envelope without a connect: {answer}")
    milter = opened(daemon.address)
    milter.message(CLEAN)
    milter.packet(b"K")
    milter.connect()
    try:
        answer = milter.message(HOLD)
    except Gone:
        answer = "closed"
    expect(answer == "discard" and daemon.is_running(), f"a new connection after K is served: {answer}")
    milter = Milter(daemon.address)
    try:
        answer = milter.negotiate(actions=0x01)[0]
    except Gone:
        answer = "closed"
    expect(answer != "negotiated", "an MTA that cannot delete recipients is not served")


def store_away(daemon):
    store = daemon.folder / "store"
    before = len(daemon.held())
    store.rename(daemon.folder / "away")
    expect(post(daemon, HOLD, message_id=b" <away@x>") == "451", "without its store a hold is put off")
    expect(post(daemon, CLEAN) == "continue", "and clean mail passes")
    (daemon.folder / "away").rename(store)
    expect(post(daemon, HOLD, message_id=b" <away@x>") == "discard", "the store is back: no restart needed")
    expect(len(daemon.held()) == before + 1, "and it is held once")


def oversize(daemon):
    before = len(daemon.held())
    expect(post(daemon, b"word " * 60000 + b"\r\n", message_id=b" <big@x>") == "discard" and len(daemon.held()) == before + 1,
           "past the size limit a post is held as not read")
    milter = opened(daemon.address)
    milter.envelope()
    milter.data()
    milter.field("X-Long", b" " + b"y" * 61000)
    milter.body(CLEAN)
    expect(milter.end()[-1][0] == "discard" and len(daemon.held()) == before + 2, "so is one with a field past its limit")
    milter.envelope()
    milter.data()
    for _ in range(40):
        milter.body(b"x" * 65535)
    expect(milter.end()[-1][1][:3] == b"451", "past the bytes in flight it is put off")
    expect(milter.message(CLEAN) == "continue", "and the next one is taken")


def reload_under_load(daemon):
    results, holds, stop = [], [], threading.Event()

    def load(number):
        milter = opened(daemon.address)
        count = 0
        while not stop.is_set():
            count += 1
            # Few, since a list may have 10,000 waiting and reloads take long under sanitizers.
            text, wanted = (CLEAN, "continue") if count % 50 else (HOLD, "discard")
            answer = milter.message(text, message_id=b" <%d.%d@x>" % (number, count), author=b"a%d.%d" % (number, count))
            results.append(answer == wanted)
            if text == HOLD:
                holds.append(count)
            time.sleep(0.001)

    before = len(daemon.held())
    threads = [threading.Thread(target=load, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    rules = daemon.folder / "etc" / "rules.d" / "site.toml"
    good = rules.read_text()
    for turn in range(3):
        time.sleep(0.2)
        if turn == 1:
            rules.write_text(good + '\n[[rule]]\nid = "broken\n')
        else:
            rules.write_text(good)
        daemon.signal(signal.SIGUSR1)
        daemon.wait_for("reload-refused" if turn == 1 else "event=reloaded", turn // 2 + 1 if turn != 1 else 1)
    stop.set()
    for thread in threads:
        thread.join()
    expect(all(results) and len(results) > 10, f"{len(results)} posts during three reloads: each as it should be")
    held = len(daemon.held()) - before
    expect(held == len(holds), f"{held} of them held, each once")
    expect("site.toml:" in daemon.log(), "the broken rule file is named with its line")
    expect(post(daemon, HOLD, message_id=b" <after@x>") == "discard", "the last good policy is in force")


def letters_reload(daemon):
    letter = daemon.folder / "etc" / "notices" / "en" / "poster-held.txt"
    good = letter.read_text()
    letter.write_text("Subject: x\n{{wrong}}\n")
    count = daemon.log().count("reload-refused")
    daemon.signal(signal.SIGUSR1)
    daemon.wait_for("reload-refused", count + 1)
    expect("poster-held.txt:2: unknown {{wrong}}" in daemon.log().replace('\\"', '"'), "a broken letter is named with its line")
    letter.write_text(good)
    expect(post(daemon, HOLD, message_id=b" <letter@x>") == "discard", "and the last good letters stay in force")


def draining(daemon):
    begun = opened(daemon.address)
    begun.envelope()
    begun.data()
    waiting = opened(daemon.address)
    waiting.envelope()
    idle = opened(daemon.address)
    start = time.time()
    daemon.signal(signal.SIGTERM)
    time.sleep(0.5)
    expect(waiting.data() == "reply", "a message whose body was not begun is put off")
    begun.field("Message-ID", b" <begun@x>")
    begun.body(HOLD)
    expect(begun.end()[-1][0] == "discard", "the begun one is finished and answered")
    status = daemon.process.wait(20)
    expect(status == 0 and time.time() - start < 8, f"then the daemon ends ({time.time() - start:.1f} s, status {status})")
    idle.close()


def stale_socket(daemon):
    daemon.start()
    before = len(daemon.held())
    daemon.process.kill()
    daemon.process.wait()
    path = daemon.address.split(":", 1)[1]
    expect(os.path.exists(path), "kill -9 leaves the socket")
    daemon.start()
    expect(post(daemon, CLEAN) == "continue", "the next start takes its place")
    expect(len(daemon.held()) == before, "and finds all that was held")
    mode = os.stat(path).st_mode & 0o777
    expect(mode == 0o660, f"the socket is for owner and group only ({mode:o})")


def many_connections(daemon):
    others = [Milter(daemon.address) for _ in range(900)]
    for one in others:
        one.negotiate()
    active = [opened(daemon.address) for _ in range(100)]
    times, wrong = [], 0
    for turn in range(3):
        for number, milter in enumerate(active):
            start = time.time()
            wrong += milter.message(CLEAN, message_id=b" <many%d.%d@x>" % (turn, number)) != "continue"
            times.append(time.time() - start)
    times.sort()
    with open(f"/proc/{daemon.process.pid}/status") as status:
        memory = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))
    expect(wrong == 0, f"1,000 connections, 100 of them busy: no error (p50 {times[150] * 1000:.1f} ms, "
                       f"p99 {times[297] * 1000:.1f} ms)")
    expect(IS_SANITIZED or memory <= MOST_MEMORY, f"in {memory / 1e6:.0f} MB")
    more = [opened(daemon.address) for _ in range(2000)]
    expect({one.message(CLEAN) for one in more} == {"reply"}, "2,000 more are put off at DATA, each")
    for one in others + active + more:
        one.close()
    deadline = time.time() + 10
    while time.time() < deadline and post(daemon, CLEAN) != "continue":
        time.sleep(0.2)
    expect(post(daemon, CLEAN) == "continue", "when they have gone, mail is taken again")


def over_tcp():
    with Daemon(PROGRAMS, SOURCE, tcp=True) as daemon:
        expect(post(daemon, HOLD) == "discard", "over TCP a post is held")
        start = time.time()
        daemon.signal(signal.SIGTERM)
        daemon.process.wait(20)
        expect(time.time() - start < 8, f"and a stop ends soon ({time.time() - start:.1f} s)")


def lua(daemon):
    script = pathlib.Path(__file__).with_suffix(".lua")
    done = subprocess.run(["miltertest", "-s", str(script), "-D", f"socket={daemon.address}"], capture_output=True, text=True)
    expect(done.returncode == 0, "miltertest agrees" + (": " + done.stdout + done.stderr if done.returncode else ""))


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))  # of the daemon, too
    with Daemon(PROGRAMS, SOURCE, shipped_rules=True) as daemon:
        for scenario in (verdicts, one_connection, cut_anywhere, surprises, store_away, oversize, lua, many_connections, reload_under_load,
                         letters_reload, draining, stale_socket):
            print(f"- {scenario.__name__}")
            try:
                scenario(daemon)
            except (OSError, Gone, RuntimeError, subprocess.TimeoutExpired) as e:
                expect(False, f"{scenario.__name__}: {type(e).__name__} {e}")
            if not daemon.is_running() and scenario is not draining:
                expect(False, f"the daemon died in {scenario.__name__}")
                daemon.start()
        if failures:
            print(daemon.log()[-6000:])
    over_tcp()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
