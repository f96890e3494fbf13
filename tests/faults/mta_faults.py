#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around the end of a message, again and again, with real Postfix between: the milter away, killed, slower than
the MTA waits; clients that reset within DATA, or hang up before they are answered; Postfix restarted and killed (-9) under load, while its answers to
releases are lost, or their connections cut before the end. Members come again, and in the end each post is held once, or has arrived; twice only where nobody could tell its client.

mta_faults.py BIN SOURCE [TIMES] [SEED]     tests/faults/results/mta_faults.txt keeps the long form
"""
import collections
import os
import pathlib
import random
import select
import signal
import smtplib
import socket
import socketserver
import statistics
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack, free_port, require_root  # noqa: E402
from traffic import Traffic, content, recipients  # noqa: E402

MILTER = "listwarden-milter"
AT_ONCE = 10  # clients that wait for one slow milter
MUCH = b"Slowly now. " * 5 + b"\r\n"  # a line of a long post, which takes long to judge
PATIENCE = 1  # seconds that the impatient listener gives a milter at the end of a message; 120 as shipped


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class LossyWire(socketserver.ThreadingTCPServer):
    """Between the desk and the listener for releases: of the next `bad` mails one in three each has its answer lost, is reset when it
    is answered, and is cut off before the final dot."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), None)
        self.port, self.bad, self.ends = port, 0, collections.Counter()
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def next_end(self):
        with self._lock:
            if self.bad == 0:
                return "well"
            self.bad -= 1
            end = ("lost", "reset", "cut")[self.bad % 3]
            self.ends[end] += 1
            return end

    def finish_request(self, request, client_address):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 60) as server:
                self._carry(request, server)
        except OSError:  # either side is gone
            pass

    def _carry(self, client, server):
        said, end = b"", ""
        while True:
            for one in select.select([client, server], [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                if one is server:
                    if end == "lost":
                        return
                    if end == "reset":
                        reset(client)
                        return
                    client.sendall(data)
                    continue
                said = (said + data)[-max(len(data), 5):] if end == "" else b""
                if said.endswith(b"\r\n.\r\n"):
                    end = self.next_end()
                if end == "cut":
                    return
                server.sendall(data)


class ImpatientStack(Stack):
    """With one more entrance, whose Postfix does not wait long, and a wire to the listener for releases that can fail."""

    def _write_config(self):
        super()._write_config()
        self.wire = LossyWire(self.reinject)
        text = self.config.read_text()
        self.config.write_text(text.replace(f"reinject-port = {self.reinject}", f"reinject-port = {self.wire.server_address[1]}"))

    def _write_postfix(self):
        super()._write_postfix()
        self.impatient = free_port()
        with open(self.folder / "postfix" / "master.cf", "a", encoding="utf-8") as file:
            file.write(f"127.0.0.1:{self.impatient} inet n - y - - smtpd\n  -o {{ smtpd_milters = {{ unix:listwarden/milter.sock, "
                       f"content_timeout={PATIENCE}s, default_action=tempfail }} }}\n")

    def master(self):
        return int((self.folder / "queue" / "pid" / "master.pid").read_text())

    def kill_postfix(self):
        os.killpg(self.master(), signal.SIGKILL)  # its children are of its group

    def start_postfix(self):
        done = self.postfix("start")
        if done.returncode:
            raise RuntimeError("postfix did not start: " + done.stderr)
        self.wait_for_port(self.mail)


class Session:
    """A client that has got as far as the text of a post."""

    def __init__(self, number, port):
        self.client = smtplib.SMTP("127.0.0.1", port, timeout=60)
        self.client.ehlo()
        self.client.mail(f"member{number}@hospital.example")
        for path in recipients(number):
            self.client.rcpt(path)
        self.client.putcmd("data")
        if self.client.getreply()[0] != 354:
            raise RuntimeError(f"post {number} gets no 354")

    def send(self, text):
        self.client.send(text)

    def reply(self):
        try:
            return self.client.getreply()[0]
        finally:
            self.client.close()

    def reset(self):
        reset(self.client.sock)


class Faults:
    def __init__(self, stack, times, seed):
        self.stack, self.times, self.chance = stack, times, random.Random(seed)
        self.traffic = Traffic(stack, seed)
        self.lines = []

    def numbers(self, count):
        for _ in range(count):
            number = next(self.traffic.numbers)
            self.traffic.posted.add(number)
            yield number

    def tell(self, what, codes, seconds=()):
        took = f" after {1000 * statistics.median(seconds):.1f} ms (median), {1000 * max(seconds):.1f} ms at most" if seconds else ""
        self.lines.append(f"{what}: {len(codes)} posts, told {', '.join(sorted(set(map(str, codes))))}{took}")
        print(self.lines[-1], flush=True)
        if set(codes) - {451, "nothing"}:
            self.traffic.wrong.append(f"{what}: told {codes}")

    def come_again(self, numbers):
        for number in numbers:
            self.traffic.post(number)

    def away(self):
        numbers, codes, seconds = list(self.numbers(self.times)), [], []
        self.stack.kill(MILTER)
        for number in numbers:
            begun = time.perf_counter()
            client = smtplib.SMTP("127.0.0.1", self.stack.mail, timeout=60)
            client.ehlo()
            codes.append(client.mail(f"member{number}@hospital.example")[0])
            seconds.append(time.perf_counter() - begun)
            client.close()
        self.stack.start_program(MILTER)
        self.stack.wait_for_milter()
        self.tell("milter away", codes, seconds)
        self.come_again(numbers)

    def killed(self):
        """As it judges: stopped before the end of the message comes, so that it surely has not answered."""
        numbers, codes, seconds = list(self.numbers(self.times)), [], []
        for number in numbers:
            session = Session(number, self.stack.mail)
            session.send(content(number))
            self.stack.processes[MILTER].send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self.stack.processes[MILTER].pid, os.WSTOPPED)
            session.send(b".\r\n")
            time.sleep(self.chance.uniform(0, 0.05))
            begun = time.perf_counter()
            self.stack.kill(MILTER)
            codes.append(session.reply())
            seconds.append(time.perf_counter() - begun)
            self.stack.start_program(MILTER)
            self.stack.wait_for_milter()
            self.traffic.post(number)
        self.tell("milter killed at the end of a message", codes, seconds)

    def slow(self):
        """Stopped before it has read the message, or as it judges: then it goes on later and holds what its client is told is
        not taken, and sends again. Whoever was answered before does not come again."""
        codes, seconds = [], []
        while len(codes) < self.times:
            some = list(self.numbers(min(self.times, AT_ONCE)))
            sessions = [Session(number, self.stack.impatient) for number in some]
            for session, number in zip(sessions, some):
                self.traffic.more[number] = MUCH * 5000
                session.send(content(number) + self.traffic.more[number])
            begun = time.perf_counter()
            for session in sessions:
                session.send(b".\r\n")
            time.sleep(self.chance.uniform(0, 0.1))
            self.stack.processes[MILTER].send_signal(signal.SIGSTOP)
            answers = [(number, session.reply(), time.perf_counter() - begun) for session, number in zip(sessions, some)]
            self.stack.processes[MILTER].send_signal(signal.SIGCONT)
            time.sleep(self.chance.choice((0, 0.3)))  # comes again while it goes on, or later
            put_off = [one for one in answers if one[1] != 250]
            codes += [code for _, code, _ in put_off]
            seconds += [after for _, _, after in put_off]
            self.come_again(number for number, _, _ in put_off)
        self.tell(f"milter slower than the {PATIENCE} s that Postfix waits", codes, seconds)

    def reset(self):
        numbers = list(self.numbers(self.times))
        for number in numbers:
            session, text = Session(number, self.stack.mail), content(number)
            session.send(text[:self.chance.randrange(len(text))])
            session.reset()
        self.tell("client resets within DATA", ["nothing"] * len(numbers))
        self.come_again(numbers)

    def hung_up(self):
        numbers = list(self.numbers(self.times))
        for number in numbers:
            session = Session(number, self.stack.mail)
            session.send(content(number) + b".\r\n")
            time.sleep(self.chance.choice((0, 0, 0.002, 0.01)))
            session.reset()
            self.traffic.unanswered[number] += 1
        self.tell("client hangs up after the final dot", ["nothing"] * len(numbers))
        self.come_again(numbers)

    def postfix_ends(self):
        """Under load, with a moderator: stopped and started, reloaded, or killed with all its processes, while releases end badly."""
        self.stack.wire.bad = 5 * self.times
        self.traffic.start()
        ways = {"killed": 0, "stopped": 0, "reloaded": 0}
        for turn in range(self.times):
            time.sleep(self.chance.uniform(0.2, 1))
            way = list(ways)[turn % 3]
            ways[way] += 1
            if way == "killed":
                self.stack.kill_postfix()
            if way != "reloaded":
                self.stack.postfix("stop")
                self.stack.start_postfix()
            else:
                self.stack.postfix("reload")
        self.traffic.finish()
        self.lines.append("Postfix under load: " + ", ".join(f"{way} {number} times" for way, number in ways.items()) +
                          "; releases ended: " + ", ".join(f"{end} {number}" for end, number in self.stack.wire.ends.items()))
        print(self.lines[-1], flush=True)


def main():
    programs, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    require_root()
    begun = time.time()
    with ImpatientStack(programs, source) as stack:
        faults = Faults(stack, times, seed)
        for scenario in (faults.away, faults.killed, faults.slow, faults.reset, faults.hung_up, faults.postfix_ends):
            scenario()
        return faults.traffic.conclude(source, "mta_faults", [times, seed], begun, times >= 50, *faults.lines)


if __name__ == "__main__":
    sys.exit(main())
