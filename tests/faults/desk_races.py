#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two moderators decide the same posts at the same moment, each signed in at the desk, over HTTP: one wins, the other is
told who was first, and what was released leaves once, by SMTP. The posts come through the real milter, and the desk
reads its settings anew meanwhile.

desk_races.py BIN SOURCE [RACES] [SEED]     tests/faults/results/desk_races.txt keeps the long form
"""
import collections
import http.client
import json
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
from moderator import PASSWORD, Moderator  # noqa: E402
import results  # noqa: E402
from stack import Sink, free_port  # noqa: E402

NAMES = ("ann", "bob")
AT_ONCE = 250  # so many wait at a time: a queue as people know it
CONNECTIONS = 4
# What a choice makes of a post, in the end.
STATES = {"release": "released", "reject": "rejected", "discard": "discarded"}


def hold_posts(daemon, numbers):
    """{id: number} of posts of many authors: one alone may not have so many waiting."""
    connections = [threading.Thread(target=hold_some, args=(daemon, numbers[i::CONNECTIONS])) for i in range(CONNECTIONS)]
    for thread in connections:
        thread.start()
    for thread in connections:
        thread.join()
    posts = {one["id"]: int(one["subject"].split()[1]) for one in held(daemon, "held")}
    if sorted(posts.values()) != list(numbers):
        raise RuntimeError(f"{len(posts)} posts are held, not {len(numbers)}: " + daemon.log()[-2000:])
    return posts


def hold_some(daemon, numbers):
    milter = opened(daemon.address)
    for i in numbers:
        answer = milter.message(b"Please xyzzyhold.\r\n", subject=f" Race {i}".encode(), author=f"ann{i}".encode(),
                                message_id=f" <race-{i}@hospital.example>".encode(), sender=f"<ann{i}@hospital.example>")
        if answer != "discard":
            raise RuntimeError(f"post {i} was not held: {answer}")
    milter.close()


def held(daemon, state):
    done = subprocess.run([daemon.programs / "listwarden", "--config", daemon.config, "held", "list", "--state", state, "--json"],
                          capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def decide(moderator, ids, seed, together, replies):
    chance = random.Random(f"{seed} {moderator.name}")
    try:
        for post in ids:
            act = chance.choice(list(STATES))
            pause = chance.random() / 2000
            form = {"revision": "0", "queue": ""} | ({"why": "No."} if act == "reject" else {})
            together.wait(300)
            time.sleep(pause)
            replies.append((act, *moderator.ask("POST", f"/posts/{post}/{act}", form)))
    finally:
        together.abort()  # whoever waits for one that is gone would wait for ever


def race(moderators, ids, seed):
    """What each moderator chose and was answered, a post after the other."""
    together = threading.Barrier(2)
    replies = {one.name: [] for one in moderators}
    threads = [threading.Thread(target=decide, args=(one, ids, seed, together, replies[one.name])) for one in moderators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if any(len(answers) != len(ids) for answers in replies.values()):
        raise RuntimeError("a moderator was not answered")
    return replies


def read_until(moderator, log, reloads, seconds=600):
    """Pages of the queue, until the desk has read its settings so often."""
    end = time.time() + seconds
    while log.read_text().count("event=reloaded") < reloads:
        if time.time() > end:
            raise RuntimeError("the desk did not read its settings anew: " + log.read_text()[-2000:])
        status, _ = moderator.ask("GET", "/")
        if status != 200:
            raise RuntimeError(f"while the desk read its settings anew a page was answered {status}")
        time.sleep(0.05)


def releases(sink):
    """How often each post reached the list's mail server; letters go to people, not to the list."""
    left = collections.Counter()
    for _, recipients, content in list(sink.deliveries):
        if recipients == [LIST]:
            left[int(re.search(rb"<race-(\d+)@", content)[1])] += 1
    return left


def judge(posts, replies, kept, left):
    wrong = collections.Counter()
    figures = collections.Counter(races=len(posts))
    for at, (post, number) in enumerate(posts.items()):
        answers = {name: replies[name][at] for name in NAMES}
        winners = [name for name, (_, status, _) in answers.items() if status == 303]
        if len(winners) != 1:
            wrong["two winners" if winners else "no winner"] += 1
            continue
        won, lost = winners[0], NAMES[1 - NAMES.index(winners[0])]
        act = answers[won][0]
        figures["won by ann"] += won == "ann"
        figures["released"] += act == "release"
        _, status, page = answers[lost]
        wrong["not told who"] += status != 409 or f"by {won}, " not in page
        wrong["other state"] += kept[post]["state"] != STATES[act] or kept[post]["decided_by"] != won
        wrong["released and lost"] += act == "release" and left[number] == 0
        wrong["released twice"] += left[number] > 1
        wrong["left unreleased"] += act != "release" and left[number] > 0
    names = ("no winner", "two winners", "not told who", "other state", "released and lost",
             "released twice", "left unreleased")
    said = ", ".join([f"{figures['races']} races, won by ann {figures['won by ann']}, released {figures['released']}"] +
                     [f"{name} {wrong[name]}" for name in names])
    return said, sum(wrong.values()) == 0


def campaign(daemon, sink, count, seed):
    port = free_port()
    with daemon.config.open("a") as config:
        config.write(f"[desk]\nlisten = 127.0.0.1:{port}\nbase-url = http://127.0.0.1:{port}\nundo-seconds = 1\n"
                     f"[outbox]\nreinject-port = {sink.port}\nletter-port = {sink.port}\n")
    with daemon:
        for name in NAMES:
            subprocess.run([daemon.programs / "listwarden", "--config", daemon.config, "user", "add", name, "--role",
                            "moderator", "--list", LIST, "--address", f"{name}@ipem.example"],
                           input=PASSWORD + "\n", text=True, check=True, capture_output=True)
        posts, replies = {}, {name: [] for name in NAMES}
        log = daemon.folder / "desk.log"
        with open(log, "ab") as out:
            desk = subprocess.Popen(daemon_command(daemon.programs, "listwarden-desk", daemon.config), stdout=out, stderr=out)
        try:
            wait_for_desk(port)
            for turn, first in enumerate(range(0, count, AT_ONCE), 1):
                some = hold_posts(daemon, range(first, min(first + AT_ONCE, count)))
                moderators = [Moderator(port, name) for name in NAMES]  # anew: an idle connection is closed soon
                desk.send_signal(signal.SIGUSR1)
                for name, answers in race(moderators, list(some), f"{seed} {first}").items():
                    replies[name] += answers
                read_until(moderators[0], log, turn)
                posts |= some
            wait_for_releases(daemon)
            return judge(posts, replies, {one["id"]: one for one in held(daemon, "all")}, releases(sink))
        finally:
            desk.terminate()
            desk.wait(300)


def wait_for_desk(port, seconds=300):
    for _ in range(seconds * 10):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the desk does not answer")


def wait_for_releases(daemon, seconds=1800):
    """Until nothing is on its way any more, and a little longer for what must not come."""
    end = time.time() + seconds
    while (held(daemon, "approved") or held(daemon, "sending")) and time.time() < end:
        time.sleep(1)
    time.sleep(3)


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    sink = Sink()
    begun = time.time()
    said, is_clean = campaign(Daemon(binaries, source), sink, count, seed)
    line = f"seed {seed}, {time.time() - begun:.0f} s: {said}"
    print(line)
    if count >= 1000:
        results.keep(source, "desk_races", ["desk_races.py", count, seed], line)
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
