#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many act on the same post at the same moment, over HTTP: moderators release, reject and discard it, its author corrects it
in several windows. One wins, the others are told by what, and what was released leaves once, as it was last written. After
a correction the post is raced for again. At one desk with an SQLite store, then at two desks that share a PostgreSQL. The
posts come through the real milter, and the desks read their settings anew meanwhile.

desk_races.py BIN SOURCE [RACES] [SEED]     RACES with each store; tests/faults/results/desk_races.txt keeps the long form
"""
import collections
import concurrent.futures
import contextlib
import dataclasses
import email
import itertools
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import Daemon, daemon_command  # noqa: E402
from milter_client import LIST, opened  # noqa: E402
from moderator import PASSWORD, Browser, Moderator  # noqa: E402
from postgres import running_server  # noqa: E402
import results  # noqa: E402
from stack import Sink, free_port, wait_until  # noqa: E402

AT_ONCE = 250  # so many wait at a time: a queue as people know it
LONG = 1000
FEW, MANY = (4, 4), (2, 16)  # who act at the same moment, in the short form and in the long one
CONNECTIONS = 4
STATES = {"release": "released", "reject": "rejected", "discard": "discarded"}
AUDITED = {"release": "approved", "reject": "rejected", "discard": "discarded"}
# Two rounds with corrections at most: the desk judges one post's texts forty times in a quarter of an hour.
ROUNDS = ([*STATES, "correct"], [*STATES, "correct"], [*STATES])
PIECES = ("\r\n", "\r\n.", "\r\n..", " ", " \r\n", "=", "é", "€", "👍", "\r\nFrom ", "x" * 100)
FIGURES = ["races", "acts"] + [f"won by {act}" for act in ROUNDS[0]]
FAULTS = ("no winner", "two winners", "not told", "other state", "other audit", "lost", "sent twice", "sent unreleased", "other words",
          "audit broken")


@dataclasses.dataclass
class Post:
    id: str
    number: int
    link: str
    words: str = "Please xyzzyhold."
    revision: int = 0
    state: str = "held"
    by: str = ""
    audit: list = dataclasses.field(default_factory=list)

    def author(self):
        return f"ann{self.number}@hospital.example"

    def won(self, act, who, words):
        """What the winner made of it."""
        self.revision += 1
        if act == "correct":
            self.words = words
            self.audit.append(f"corrected/{self.author()}")
        else:
            self.state, self.by = STATES[act], who
            self.audit.append(f"{AUDITED[act]}/{who}")


class Mail(Sink):
    """Sorts what arrives: what left for the list, by number of the post, and the first link that each author was sent."""

    def __init__(self):
        super().__init__()
        self.left, self.links = collections.defaultdict(list), {}

    def take(self, sender, recipients, content):
        if recipients == [LIST]:
            self.left[int(re.search(rb"<race-(\d+)@", content)[1])].append(content)
        else:
            first = next(part for part in email.message_from_bytes(content).walk() if part.get_content_type() == "text/plain")
            if found := re.search(r"/link/\S+", text_of(first)):
                self.links.setdefault(recipients[0], found[0])


class File:
    """An SQLite store, asked as a PostgreSQL server is."""

    def __init__(self, path):
        self.uri = str(path)

    def sql(self, text):
        with contextlib.closing(sqlite3.connect(f"file:{self.uri}?mode=ro", uri=True, timeout=60)) as store:
            return [value for (value,) in store.execute(text)]


class Desks:
    """On the daemon's store, each with an address of its own."""

    def __init__(self, daemon, count):
        self.ports = [free_port() for _ in range(count)]
        self.logs = [daemon.folder / f"desk-{port}.log" for port in self.ports]
        self.commands, self.processes, self.turns = [], [], 0
        shared = daemon.config.read_text()
        for port in self.ports:  # the milter, whose letters have the links, goes by the last
            daemon.config.write_text(f"{shared}[desk]\nlisten = 127.0.0.1:{port}\nbase-url = http://127.0.0.1:{port}\n"
                                     "undo-seconds = 1\n")
            config = daemon.config.with_name(f"desk-{port}.conf")
            config.write_text(daemon.config.read_text())
            self.commands.append(daemon_command(daemon.programs, "listwarden-desk", config))

    def __enter__(self):
        for command, log in zip(self.commands, self.logs):
            with open(log, "ab") as out:
                self.processes.append(subprocess.Popen(command, stdout=out, stderr=out))
        self.wait_for("event=started", 1)
        return self

    def __exit__(self, *unused):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(300)

    def read_anew(self):
        self.turns += 1
        for process in self.processes:
            process.send_signal(signal.SIGUSR1)

    def wait_until_read(self):
        self.wait_for("event=reloaded", self.turns)

    def wait_for(self, text, times):
        wait_until(lambda: all(log.read_text().count(text) >= times for log in self.logs), f"each desk said {text} {times} times")


def hold_posts(daemon, store, mail, numbers):
    """Posts of many authors: one alone may not have so many waiting."""
    connections = [threading.Thread(target=hold_some, args=(daemon, numbers[i::CONNECTIONS])) for i in range(CONNECTIONS)]
    for thread in connections:
        thread.start()
    for thread in connections:
        thread.join()
    wait_until(lambda: all(f"ann{number}@hospital.example" in mail.links for number in numbers), "each author had a letter")
    posts = []
    for one in store.sql("SELECT id || '/' || author FROM held WHERE state = 'held' ORDER BY seq"):
        post, author = one.split("/")
        posts.append(Post(post, int(re.search(r"ann(\d+)@", author)[1]), mail.links[author]))
    if sorted(post.number for post in posts) != list(numbers):
        raise RuntimeError(f"{len(posts)} posts are held, not {len(numbers)}: " + daemon.log()[-2000:])
    return posts


def hold_some(daemon, numbers):
    milter = opened(daemon.address)
    for i in numbers:
        answer = milter.message(b"Please xyzzyhold.\r\n", subject=f" Race {i}".encode(), author=f"ann{i}".encode(),
                                message_id=f" <race-{i}@hospital.example>".encode(), sender=f"<ann{i}@hospital.example>",
                                login=f"ann{i}@hospital.example")
        if answer != "discard":
            raise RuntimeError(f"post {i} was not held: {answer}")
    milter.close()


def ask(moderator, act, post, words, pause, together):
    """(status, page) of one who acts when all are ready."""
    browser, path = moderator, f"/posts/{post.id}/{act}"
    form = {"revision": post.revision, "why": "No."}
    if act == "correct":
        browser, path = Browser(moderator.port), f"/mine/{post.id}/correct"
        form = {"revision": post.revision, "subject": "Race", "text": words, "do": "send-anyway"}
        browser.ask("GET", post.link)
        browser.ask("GET", path)
    together.wait(300)
    time.sleep(pause)
    return browser.ask("POST", path, form)


def race(pool, moderators, post, chance, figures):
    for choices in ROUNDS:
        acts = chance.choices(choices, k=len(moderators))
        words = ["Please xyzzyhold" + "".join(chance.choices(PIECES, k=12)) + f"{one.name}." for one in moderators]
        pauses = [chance.random() / 2000 for _ in moderators]
        answers = list(pool.map(ask, moderators, acts, itertools.repeat(post), words, pauses,
                                itertools.repeat(threading.Barrier(len(moderators)))))
        figures["races"] += 1
        figures["acts"] += len(acts)
        winners = [i for i, (status, _) in enumerate(answers) if status == 303]
        if len(winners) != 1:
            figures["two winners" if winners else "no winner"] += 1
            return
        won = winners[0]
        figures[f"won by {acts[won]}"] += 1
        post.won(acts[won], moderators[won].name, words[won])
        for i, (status, page) in enumerate(answers):
            told = ("The post has changed since you opened the page, or has been decided." if acts[i] == "correct" else
                    "the post has changed since you opened it" if acts[won] == "correct" else f" by {post.by}, ")
            figures["not told"] += i != won and (status != 409 or told not in page)
        if acts[won] != "correct":
            return


def judge(posts, store, mail, figures):
    ends = dict(one.split("/", 1) for one in store.sql("SELECT id || '/' || state || '/' || decided_by FROM held"))
    audit = collections.defaultdict(list)
    for one in store.sql("SELECT held_id || '/' || action || '/' || actor FROM audit"
                         " WHERE action IN ('approved', 'rejected', 'discarded', 'corrected') ORDER BY seq"):
        post, row = one.split("/", 1)
        audit[post].append(row)
    for post in posts:
        figures["other state"] += ends[post.id] != f"{post.state}/{post.by}"
        figures["other audit"] += audit[post.id] != post.audit
        left = mail.left[post.number]
        figures["lost"] += post.state == "released" and not left
        figures["sent twice"] += len(left) > 1
        figures["sent unreleased"] += post.state != "released" and len(left) > 0
        figures["other words"] += any(text_of(email.message_from_bytes(content)) != post.words for content in left)


def text_of(part):
    return part.get_payload(decode=True).decode().removesuffix("\r\n")


def campaign(daemon, store, desks, count, seed, mail):
    chance, figures, posts = random.Random(seed), collections.Counter(), []
    crowd = MANY if count >= LONG else FEW
    names = [f"moderator{i}" for i in range(max(crowd))]
    for name in names:
        subprocess.run([daemon.programs / "listwarden", "--config", daemon.config, "user", "add", name, "--role",
                        "moderator", "--list", LIST, "--address", f"{name}@ipem.example"],
                       input=PASSWORD + "\n", text=True, check=True, capture_output=True)
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        while figures["races"] < count:
            first = len(posts)
            some = hold_posts(daemon, store, mail, range(first, first + min(AT_ONCE, count - figures["races"])))
            present = names[:chance.randint(*crowd)]
            # Signed in anew: an idle connection is closed soon.
            moderators = [Moderator(desks.ports[i % len(desks.ports)], name) for i, name in enumerate(present)]
            desks.read_anew()
            for post in some:
                race(pool, moderators, post, chance, figures)
            desks.wait_until_read()
            posts += some
    wait_until(lambda: store.sql("SELECT count(*) || '' FROM held WHERE state IN ('approved', 'sending')") == ["0"], "all left", 1800)
    time.sleep(3)  # for what must not come
    judge(posts, store, mail, figures)
    verified = subprocess.run([daemon.programs / "listwarden", "--config", daemon.config, "audit", "verify"],
                              capture_output=True, text=True, check=False)
    figures["audit broken"] += verified.returncode != 0
    return figures


def run(binaries, source, count, seed, server=None):
    begun, mail, daemon = time.time(), Mail(), Daemon(binaries, source)
    store = server or File(daemon.folder / "store" / "hold.db")
    text = re.sub("(?m)^store = .*$", lambda _: "store = " + store.uri, daemon.config.read_text())
    daemon.config.write_text(f"{text}[outbox]\nreinject-port = {mail.port}\nletter-port = {mail.port}\n")
    desks = Desks(daemon, 2 if server else 1)
    with daemon, desks:
        figures = campaign(daemon, store, desks, count, seed, mail)
    line = f"seed {seed}, {time.time() - begun:.0f} s, {'two desks' if server else 'one desk'}: " + ", ".join(
        f"{name} {figures[name]}" for name in [*FIGURES, *FAULTS])
    print(line)
    if count >= LONG:
        results.keep(source, "desk_races", ["desk_races.py", count, seed], line)
    return all(figures[name] == 0 for name in FAULTS)


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    with running_server() as server:
        are_clean = [run(binaries, source, count, seed), run(binaries, source, count, seed, server)]
    return 0 if all(are_clean) else 1


if __name__ == "__main__":
    sys.exit(main())
