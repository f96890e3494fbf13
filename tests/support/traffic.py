# SPDX-License-Identifier: Apache-2.0
"""Traffic through a Stack whose parts are killed: members who post and come again until they are told that a post is taken, a
moderator who decides at the desk, what each was told, and what must be true in the end of the store and of all that arrived."""
import collections
import http.client
import itertools
import random
import re
import smtplib
import sqlite3
import threading
import time

import results
from moderator import PASSWORD, Moderator

LIST = "medical-physics-engineering@lists.example.ac.uk"
CAROL = "carol@other.example"  # not a list: her copy is never held
STATES = {"release": "released", "reject": "rejected", "discard": "discarded"}
CHOICES = ("release", "release", "release", "reject", "discard")


def is_suspect(number):
    return number % 4 != 0


def is_left_alone(number):
    return number % 7 == 1


def recipients(number):
    return [LIST, CAROL] if number % 8 in (3, 4) else [LIST]


def content(number):
    words = "Please xyzzyhold." if is_suspect(number) else "Good morning."
    return (f"From: Member <member{number}@hospital.example>\r\nTo: {LIST}\r\nSubject: traffic-{number}\r\n"
            f"Message-ID: <traffic-{number}@hospital.example>\r\n\r\n{words}\r\n" + "More of it.\r\n" * (number % 50)).encode()


def message_id(text):
    return re.search(rb"(?im)^Message-ID: *<([^>]+)>", text)[1].decode()


def number_of(text):
    """Of the post that this mail is, or None."""
    name = message_id(text)
    return int(name[8:].split("@")[0]) if name.startswith("traffic-") else None


class Traffic:
    def __init__(self, stack, seed, clients=5, pause=0.2):
        self.stack, self.seed, self.clients, self.pause = stack, seed, clients, pause
        self.numbers, self.posted = itertools.count(), set()
        self.acts, self.told = {}, set()  # what the moderator chose for a post, and for which the desk said that it is done
        self.put_off = collections.Counter()  # what members were told instead of "taken"
        self.unanswered = collections.Counter()  # how often nobody told whether a post is taken, which then comes again
        self.more = {}  # what follows the text of a post
        self.lacks_memory = False  # then the desk may fail anywhere, and what could not be read is held
        self.wrong = []
        self._is_over, self._is_all_posted = threading.Event(), threading.Event()

    def sign_in(self):
        self.stack.add_user("ann", "moderator", PASSWORD, "--list", LIST)
        self._browser = Moderator(self.stack.pages, "ann")

    def start(self):
        self.sign_in()
        self._posting = [self._begin(self._post, f"{self.seed} {i}") for i in range(self.clients)]
        self._deciding = self._begin(self._decide_all, f"{self.seed} moderator")

    def _begin(self, work, seed):
        def watched():
            try:
                work(random.Random(seed))
            except Exception as error:  # told in the end
                self.wrong.append(f"{work.__name__} ended: {error!r}")

        thread = threading.Thread(target=watched, daemon=True)
        thread.start()
        return thread

    def finish(self):
        """No new posts; what is on its way is taken, decided, and leaves."""
        self._is_over.set()
        for one in self._posting:
            one.join()
        self._is_all_posted.set()
        self._deciding.join()
        self.settle()

    def _post(self, chance):
        while not self._is_over.is_set():
            number = next(self.numbers)
            self.posted.add(number)
            self.post(number)
            time.sleep(chance.uniform(0, 2 * self.pause))

    def post(self, number):
        """As MTAs do: again for whom it was not taken."""
        waiting = set(recipients(number))
        while waiting := waiting - self.attempt(number, sorted(waiting)):
            time.sleep(0.1)

    def attempt(self, number, paths):
        """For whom of them it was taken."""
        try:
            client = smtplib.SMTP("127.0.0.1", self.stack.mail, timeout=200)
            try:
                refused = client.sendmail(f"member{number}@hospital.example", paths, content(number) + self.more.get(number, b""))
            finally:
                client.close()
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPResponseException as error:
            refused = {path: (error.smtp_code, error.smtp_error) for path in paths}
        except (OSError, smtplib.SMTPException):
            refused = {path: (0, b"gone") for path in paths}
            self.unanswered[number] += 1
        for code, text in refused.values():
            self.put_off[code] += 1
            if code >= 500:
                self.wrong.append(f"post {number} is refused for good: {code} {text}")
        return set(paths) - refused.keys()

    def ask(self, question, *values):
        """Rows of the store, read beside the daemons."""
        while True:
            try:
                database = sqlite3.connect(f"file:{self.stack.folder}/store/hold.db?mode=ro", uri=True)
                try:
                    return database.execute(question, values).fetchall()
                finally:
                    database.close()
            except sqlite3.OperationalError:  # just killed: the log has to be recovered by one that may write
                time.sleep(0.05)

    def _decide_all(self, chance):
        last = 0
        while True:
            is_last = self._is_all_posted.is_set()
            for last, post, subject in self.ask("SELECT rowid, id, subject FROM held WHERE rowid > ? ORDER BY rowid", last):
                number = int(subject.removeprefix("traffic-"))
                if not is_left_alone(number) and number not in self.acts:
                    self.decide(post, number, chance.choice(CHOICES))
            if is_last:
                return
            time.sleep(0.05)

    def decide(self, post, number, act):
        self.acts[number] = act
        form = {"revision": "0", "queue": ""} | ({"why": "No."} if act == "reject" else {})
        is_sure = True
        while True:
            try:
                status, page = self._browser.ask("POST", f"/posts/{post}/{act}", form)
                if status != 503 and not (self.lacks_memory and status == 500):  # the store failed, or anything
                    break
            except (OSError, http.client.HTTPException):  # killed meanwhile
                self._browser.connection.close()
            is_sure = False
            time.sleep(0.05)
        if status == 303:
            self.told.add(number)
        elif status != 409 or is_sure:
            self.wrong.append(f"the moderator was answered {status} to {act} of post {number}: {page[:300]}")

    def settle(self, seconds=900):
        """Until all has left. A lease that a killed desk left, and a second try, come due in minutes: here, once all stands still."""
        before, deadline = None, time.time() + seconds
        while (now := self.ask("SELECT id, fence, state FROM outbox WHERE state = 'waiting'")) and time.time() < deadline:
            if now == before:
                programs = ("listwarden-milter", "listwarden-desk")  # whoever is released needs the milter
                for one in programs:
                    self.stack.processes[one].terminate()
                    self.stack.processes[one].wait()
                database = sqlite3.connect(self.stack.folder / "store" / "hold.db")
                database.execute("UPDATE outbox SET leased_until = sign(leased_until), next_try = 0 WHERE state = 'waiting'")
                database.commit()
                database.close()
                for one in programs:
                    self.stack.start_program(one)
                    self.stack.wait_until_started(one)
            before = now
            time.sleep(2)

    def arrived(self):
        """How often each post came to each recipient, and each letter. The very same bytes are one mail, which an MTA that was
        killed had just delivered: whoever sends a post again makes new trace fields."""
        posts, letters = collections.Counter(), collections.Counter()
        for paths, text in {(tuple(paths), text) for _, paths, text in list(self.stack.sink.deliveries)}:
            if (number := number_of(text)) is not None:
                posts.update((number, path) for path in paths)
            else:
                letters[paths[0], message_id(text)] += 1
        return posts, letters

    def _wait_for_mail(self, seconds=60):
        """Until as many posts and letters came as left, and a little longer for what must not come."""
        copies = sum(CAROL in recipients(number) for number in self.posted)
        passed = sum(not is_suspect(number) for number in self.posted)
        left = copies + passed + self.ask("SELECT count(*) FROM outbox")[0][0]
        deadline = time.time() + seconds
        while sum(map(len, self.arrived())) < left and time.time() < deadline:
            time.sleep(0.5)
        time.sleep(1)

    def judge(self):
        """Figures by name, and what is wrong in words."""
        self._wait_for_mail()
        posts, letters = self.arrived()
        held, wrong = {}, list(self.wrong)
        for post, subject, state in self.ask("SELECT id, subject, state FROM held"):
            number = int(subject.removeprefix("traffic-"))
            if number in held:
                wrong.append(f"post {number} is held twice")
            held[number] = post, state
        marks = dict(self.ask("SELECT held_id, count(*) FROM audit WHERE action = 'possible-duplicate' GROUP BY held_id"))
        unread = {post for post, in self.ask("SELECT held_id FROM finding WHERE filter = 'unread'")} if self.lacks_memory else set()
        again = 0
        for number in sorted(self.posted):
            post, state = held.get(number, ("", "passed"))
            came = posts[number, LIST]
            wrong += self._wrong_state(number, state, is_suspect(number) or post in unread)
            if (came > 0) != (state in ("passed", "released")):
                wrong.append(f"post {number} is {state} and came {came} times")
            if state == "released":
                again += max(came - 1, 0)
                if came > 1 + marks.get(post, 0):
                    wrong.append(f"post {number} was released {came} times, with {marks.get(post, 0)} marks")
            elif came > 1 + self.unanswered[number]:
                wrong.append(f"post {number} passed {came} times")
            copies = posts[number, CAROL] - (CAROL in recipients(number))
            if not 0 <= copies <= self.unanswered[number]:
                wrong.append(f"post {number} came {posts[number, CAROL]} times to {CAROL}")
        left = dict(self.ask("SELECT state, count(*) FROM outbox WHERE kind = 'letter' GROUP BY state"))
        if set(left) - {"sent"} or left.get("sent", 0) != len(letters):
            wrong.append(f"letters are {left}, and {len(letters)} came")
        wrong += [f"{kind} is {state}: {reply}" for kind, state, reply in
                  self.ask("SELECT key, state, last_reply FROM outbox WHERE state <> 'sent'")]
        states = collections.Counter(state for _, state in held.values())
        if found := re.search(r"xyzzy|Good morning|More of it|traffic-\d|member\d|carol@",
                              (self.stack.folder / "listwarden-desk.log").read_text(errors="replace")):
            wrong.append(f"the desk's log says '{found[0]}', as a post does")
        return {"posts": len(self.posted), "held": len(held), "released": states["released"], "released again": again,
                "marks": sum(marks.values()), "put off": sum(self.put_off.values()), "letters": len(letters),
                "letters again": letters.total() - len(letters)}, wrong

    def conclude(self, source, name, words, begun, is_kept, *lines):
        """Prints what came of it, keeps it when asked, and gives the campaign's exit status. `words` followed BIN SOURCE."""
        figures, wrong = self.judge()
        line = (f"{words[0]} times, seed {words[1]}, {time.time() - begun:.0f} s: " +
                ", ".join(f"{what} {number}" for what, number in figures.items()) + f", faults {len(wrong)}")
        print(line)
        if wrong:
            print("\n".join(wrong[:50]) + "\n" + self.stack.logs())
        if is_kept:
            results.keep(source, name, [f"{name}.py", *words], *lines, line)
        return 1 if wrong else 0

    def _wrong_state(self, number, state, is_to_be_held):
        if is_to_be_held == (state == "passed"):
            yield f"post {number}, {'suspect' if is_suspect(number) else 'clean'}, {state}"
        elif is_to_be_held and state != STATES.get(self.acts.get(number), "held"):
            yield f"post {number} is {state}; the moderator chose {self.acts.get(number)}"
