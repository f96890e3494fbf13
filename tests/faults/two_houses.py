#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two houses, each with a milter and a desk, on one PostgreSQL, behind one Postfix. Posts come in at both and a moderator
sits at each desk; in the middle one milter and one desk are killed (-9), and come back as a service manager brings them.
Every post ends once, passed, released, rejected, discarded or still held, and no mail is doubled. Only the mail that a
killed desk was just sending may come again: whether it was taken, nobody can tell.

two_houses.py BIN SOURCE [POSTS] [SEED]
"""
import collections
import http.client
import pathlib
import random
import re
import smtplib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import daemon_command  # noqa: E402
from moderator import PASSWORD, Moderator  # noqa: E402
from postgres import running_server  # noqa: E402
from stack import Stack, free_port, require_root, wait_until  # noqa: E402

LIST = "medical-physics-engineering@lists.example.ac.uk"
NAMES = ("ann", "bob")  # who sits at the first desk, and at the second
STATES = {"release": "released", "reject": "rejected", "discard": "discarded"}
CLIENTS = 4
SECOND = """
127.0.0.1:{mail} inet n - y - - smtpd
  -o smtpd_milters=unix:listwarden/second.sock
127.0.0.1:{reinject} inet n - y - - smtpd
  -o smtpd_milters=unix:listwarden/second.sock
  -o milter_macro_daemon_name=REINJECT
"""


class Houses(Stack):
    """The first house is the stack's own; the second has ports and a socket of its own."""

    def __init__(self, programs, source, store):
        super().__init__(programs, source)
        self.store = store
        self.entrances, self.desks = [self.mail, free_port()], [self.pages, free_port()]
        self.second_reinject = free_port()

    def _write_config(self):
        super()._write_config()
        text = re.sub("(?m)^store = .*$", lambda _: "store = " + self.store, self.config.read_text())
        self.config.write_text(text)
        text = text.replace("milter.sock", "second.sock").replace(f":{self.pages}\n", f":{self.desks[1]}\n")
        text = text.replace(f"reinject-port = {self.reinject}", f"reinject-port = {self.second_reinject}")
        self.config.with_name("second.conf").write_text(text)

    def _write_postfix(self):
        super()._write_postfix()
        with open(self.folder / "postfix" / "master.cf", "a", encoding="utf-8") as file:
            file.write(SECOND.format(mail=self.entrances[1], reinject=self.second_reinject))

    def run(self, program, house):
        config = self.config if house == 0 else self.config.with_name("second.conf")
        with open(self.folder / f"{program}-{house}.log", "ab") as log:
            self.processes[f"{program}-{house}"] = subprocess.Popen(
                daemon_command(self.programs, program, config), stdout=log, stderr=log)

    def start_program(self, name):
        for house in range(2):
            self.run(name, house)

    def wait_for_milter(self, seconds=600):
        deadline = time.time() + seconds
        while not all("event=started" in (self.folder / f"listwarden-milter-{house}.log").read_text() for house in range(2)):
            if time.time() > deadline:
                raise RuntimeError("a milter did not start:\n" + self.logs())
            time.sleep(0.05)

    def start(self):
        super().start()
        self.wait_for_port(self.desks[1])
        return self

    def kill(self, program, house):
        process = self.processes[f"{program}-{house}"]
        process.kill()
        process.wait()

    def deliveries(self):
        """How often each mail arrived: a post is known by its list and Message-ID, a letter by whom it is for and its own."""
        arrived = collections.Counter()
        for _, paths, content in list(self.sink.deliveries):
            arrived[paths[0], re.search(rb"(?im)^Message-ID: *(<[^>]+>)", content)[1].decode()] += 1
        return arrived


def is_suspect(number):
    return number % 4 != 0


def is_left_alone(number):
    return number % 6 == 1


def send(houses, numbers, chance):
    """As MTAs do: a house that puts a post off is left for the other one, until it is taken."""
    for number in numbers:
        house = chance.randrange(2)
        words = "Please xyzzyhold." if is_suspect(number) else "Good morning."
        content = (f"From: Member <member{number}@hospital.example>\r\nTo: {LIST}\r\nSubject: house-{number}\r\n"
                   f"Message-ID: <house-{number}@hospital.example>\r\n\r\n{words}\r\n").encode()
        while not is_taken(houses, f"member{number}@hospital.example", content, houses.entrances[house]):
            house = 1 - house
            time.sleep(0.1)


def is_taken(houses, sender, content, port):
    try:
        return houses.post(sender, [LIST], content, port)[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


class Judge:
    """A moderator who decides what is held, at the other desk when the own one is gone."""

    def __init__(self, houses, server, at, seed):
        self.houses, self.server, self.at, self.name = houses, server, at, NAMES[at]
        self.chance = random.Random(f"{seed} {self.name}")
        self.acts, self.won, self.moves = {}, set(), 0
        self.browser = Moderator(houses.desks[at], self.name)

    def work(self, is_over):
        while True:
            is_last = is_over.is_set()
            for one in self.server.sql("SELECT id || '/' || subject FROM held WHERE state = 'held'"):
                post, number = one.split("/house-")
                if int(number) not in self.acts and not is_left_alone(int(number)):
                    self.decide(post, int(number))
            if is_last:
                return
            time.sleep(0.05)

    def decide(self, post, number):
        act = self.acts[number] = self.chance.choice(list(STATES))
        form = {"revision": "0", "queue": ""} | ({"why": "No."} if act == "reject" else {})
        while True:
            try:
                status, page = self.browser.ask("POST", f"/posts/{post}/{act}", form)
                break
            except (OSError, http.client.HTTPException):
                self.move()
        if status == 303:
            self.won.add(number)
        elif status != 409:
            raise RuntimeError(f"{self.name} was answered {status} to {act}: {page[:500]}")

    def move(self):
        self.moves += 1
        for _ in range(100):
            self.at = 1 - self.at
            try:
                self.browser = Moderator(self.houses.desks[self.at], self.name)
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} finds no desk")


def kill_and_bring_back(houses, server, count, chance):
    """The milter while posts come in, the desk while posts are decided; of the same house or not."""
    milter, desk = chance.randrange(2), chance.randrange(2)
    size = lambda where: int(server.sql(f"SELECT count(*) FROM held WHERE {where}")[0])
    wait_until(lambda: size("true") >= count // 4, "a quarter is held")
    houses.kill("listwarden-milter", milter)
    wait_until(lambda: size("state <> 'held'") >= count // 4, "a quarter is decided")
    houses.kill("listwarden-desk", desk)
    houses.run("listwarden-milter", milter)
    time.sleep(1)
    houses.run("listwarden-desk", desk)
    return f"milter {milter + 1} and desk {desk + 1} killed"


def settle(server):
    """Until all has left. A lease that the killed desk left, and a second try, come due in minutes: here, once all stands still.
    The ids of the rows whose lease nobody ended."""
    def waiting():
        return server.sql("SELECT id || ':' || fence || ':' || sign(leased_until) FROM outbox WHERE state = 'waiting'")
    before, doubtful = None, set()
    deadline = time.time() + 90
    while (now := waiting()) and time.time() < deadline:
        if now == before:
            doubtful |= {one.split(":")[0] for one in now if one.endswith(":1")}
            server.sql("UPDATE outbox SET leased_until = sign(leased_until), next_try = 0 WHERE state = 'waiting'")
        before = now
        time.sleep(3)
    return doubtful


def run(houses, server, count, seed):
    chance = random.Random(seed)
    for name in NAMES:
        houses.add_user(name, "moderator", PASSWORD, "--list", LIST)
    judges = [Judge(houses, server, at, seed) for at in range(2)]
    is_over = threading.Event()
    senders = [threading.Thread(target=send, args=(houses, range(i, count, CLIENTS), random.Random(f"{seed} {i}")))
               for i in range(CLIENTS)]
    moderators = [threading.Thread(target=one.work, args=(is_over,)) for one in judges]
    for thread in senders + moderators:
        thread.start()
    said = kill_and_bring_back(houses, server, count, chance)
    for thread in senders:
        thread.join()
    is_over.set()
    for thread in moderators:
        thread.join()
    doubtful = settle(server)
    mails = count - len([n for n in range(count) if is_suspect(n)]) + int(server.sql("SELECT count(*) FROM outbox")[0])
    try:
        wait_until(lambda: len(houses.deliveries()) >= mails, "all mail arrived", 20)
    except RuntimeError:
        pass  # what is missing is said by name below
    return said, judges, doubtful


def faults(houses, server, count, judges, doubtful):
    """What is wrong, in words; nothing when all is well."""
    arrived = houses.deliveries()
    held = {}
    for one in server.sql("SELECT subject || '/' || state || '/' || decided_by FROM held"):
        subject, state, by = one.split("/")
        if subject in held:
            yield f"{subject} is held twice"
        held[subject] = state, by
    for number in range(count):
        state, by = held.get(f"house-{number}", ("passed", ""))
        left = arrived[LIST, f"<house-{number}@hospital.example>"]
        if is_suspect(number) == (state == "passed"):
            yield f"post {number} {state}"
        elif is_suspect(number) and is_left_alone(number) != (state == "held"):
            yield f"post {number} ends as {state}"
        elif by and state != STATES[judges[NAMES.index(by)].acts[number]]:
            yield f"post {number} is {state}, which {by} did not choose"
        if (left > 0) != (state in ("passed", "released")):
            yield f"post {number} is {state} and arrived {left} times"
        if number in judges[0].won & judges[1].won:
            yield f"post {number} was decided by both"
    rows = dict(one.split("/") for one in server.sql("SELECT state || '/' || count(*) FROM outbox GROUP BY state"))
    passed = sum(not is_suspect(number) for number in range(count))
    if set(rows) != {"sent"} or int(rows["sent"]) + passed != len(arrived):
        yield f"the outbox says {rows}, {len(arrived)} mails arrived, {passed} of them passed"
    doubled = [f"{one[0]} {one[1]} {times} times" for one, times in arrived.items() if times > 1]
    releases = server.sql("SELECT id FROM outbox WHERE kind = 'release'")
    flagged = int(server.sql("SELECT count(*) FROM audit WHERE action = 'possible-duplicate'")[0])
    if flagged != len(doubtful & set(releases)):
        yield f"{len(doubtful & set(releases))} releases in doubt, and {flagged} flagged"
    if len(doubtful) > 1 or len(doubled) > len(doubtful) or any(times > 2 for times in arrived.values()):
        yield f"{len(doubtful)} in doubt, and doubled: {', '.join(doubled)}"


def main():
    programs, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    require_root()
    begun = time.time()
    with running_server() as server, Houses(programs, source, server.uri) as houses:
        said, judges, doubtful = run(houses, server, count, seed)
        wrong = list(faults(houses, server, count, judges, doubtful))
        ends = collections.Counter(server.sql("SELECT state FROM held"))
        print(f"seed {seed}, {time.time() - begun:.0f} s: {count} posts, {said}, moderators changed desks "
              f"{judges[0].moves + judges[1].moves} times, {dict(ends)}, mails {sum(houses.deliveries().values())}, "
              f"in doubt {len(doubtful)}, faults {len(wrong)}")
        if wrong:
            print("\n".join(wrong) + "\n" + houses.logs())
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
