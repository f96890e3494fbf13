#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every call on sockets of the real milter and desk, behind real Postfix, as a post is held, decided at the desk and sent: killed at
each, failed at each. Whoever ends is started again, members and moderator come again, and in the end nothing is lost or doubled.

socket_points.py BIN SOURCE [--all | POINTS] [SEED] [PROGRAM]     without --all so many points at random of each program
tests/faults/results/socket_points.txt keeps the long forms
"""
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack, require_root, require_strace  # noqa: E402
from traffic import Traffic, is_left_alone, is_suspect  # noqa: E402

# What each makes as a post is held, decided and sent.
CALLS = {"listwarden-milter": "accept poll read write writev".split(),
         "listwarden-desk": ("accept accept4 connect socket socketpair poll epoll_wait epoll_ctl recvfrom recvmsg sendto sendmsg read write "
                             "shutdown").split()}
NEW = ("accept", "accept4", "socket", "socketpair")
FAULTS = {"kill": "signal=KILL", "ECONNRESET once": "error=ECONNRESET", "EINTR once": "error=EINTR", "EMFILE once": "error=EMFILE",
          "ECONNRESET from there on": "error=ECONNRESET"}
MOST_POINTS = 400
AT_RANDOM = 8  # the first calls of a thread
SPELL = 1.5  # seconds that a lasting fault lasts
SANITIZERS_OWN = "write"  # by which their runtime asks whether memory is there: an error that it does not know ends the program
PATIENCE = 240  # Postfix takes 30 s to give up a milter that does not answer, the desk 180 s a server


def is_traced(pid):
    """With all its threads; one that ends just now is none."""
    try:
        return all("TracerPid:\t0\n" not in (task / "status").read_text() for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return False


class Points:
    def __init__(self, stack, seed):
        self.stack, self.traffic = stack, Traffic(stack, seed)
        self.traffic.sign_in()
        self.trace = stack.folder / "trace"

    def pass_one(self):
        """Held, released, sent; tried again by whoever is not told that it is done."""
        number = next(self.traffic.numbers)
        while not is_suspect(number) or is_left_alone(number):
            number = next(self.traffic.numbers)
        self.traffic.posted.add(number)
        self.traffic.post(number)
        self.post = self.traffic.ask("SELECT id FROM held WHERE subject = ?", f"traffic-{number}")[0][0]
        self.traffic.decide(self.post, number, "release")

    def begin(self, name, fault, call, point):
        pid, lasting = self.stack.processes[name].pid, "+" if "from there on" in fault else ""
        self.trace.unlink(missing_ok=True)
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", self.trace, "-e", f"trace={call}", "-e",
                                   f"inject={call}:{FAULTS[fault]}:when={point}{lasting}", "-p", str(pid)])
        while tracer.poll() is None and not is_traced(pid):
            time.sleep(0.01)
        return tracer

    def is_reached(self):
        return any(word in self.trace.read_text(errors="replace") for word in ("(INJECTED)", "killed by SIGKILL"))

    def has_to_send(self, is_killed):
        """Whether something of the post was not yet tried, or, by a desk that lives, is being sent."""
        until = time.time() + 1_000_000 if is_killed else time.time()
        return self.traffic.ask("SELECT count(*) FROM outbox WHERE held_id = ? AND state = 'waiting' AND (attempts = 0 OR leased_until > ?)",
                                self.post, until)[0][0]

    def try_one(self, name, fault, call, point):
        """Whether there is such a call."""
        begun, is_killed, self.post = time.monotonic(), False, None
        tracer = self.begin(name, fault, call, point)
        work = threading.Thread(target=self.pass_one, daemon=True)
        work.start()
        while work.is_alive() or self.has_to_send(is_killed):
            now = time.monotonic()
            is_killed = self.start_if_ended(name, f"{fault} at {call} {point}") or is_killed
            if "from there on" in fault and now > begun + SPELL:
                tracer.terminate()
            if now > begun + PATIENCE:
                self.traffic.wrong.append(f"a post does not get on after {fault} of {name} at {call} {point}")
                break
            time.sleep(0.02)
        tracer.terminate()
        tracer.wait()
        is_reached = self.is_reached()
        if is_reached and fault == "kill" and not is_killed:
            self.stack.processes[name].wait()
        self.start_if_ended(name, f"{fault} at {call} {point}")
        return is_reached

    def start_if_ended(self, name, what):
        status = self.stack.processes[name].poll()
        if status is None:
            return False
        if not what.startswith("kill"):
            self.traffic.wrong.append(f"{name} ends with {status} by {what}")
        self.stack.start_program(name)
        self.stack.wait_until_started(name)
        return True


def main():
    programs, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    is_whole = "--all" in sys.argv
    few = int(sys.argv[3]) if len(sys.argv) > 3 and not is_whole else 1
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    tried = sys.argv[5:] or list(CALLS)
    require_root()
    require_strace()
    begun, chance, lines = time.time(), random.Random(seed), []
    with Stack(programs, source, undo_seconds=0) as stack:
        points = Points(stack, seed)
        for name in tried:
            is_sanitized = b"__asan_init" in (programs / name).read_bytes()
            pairs = [(fault, call) for fault in FAULTS for call in CALLS[name] if ("EMFILE" not in fault or call in NEW) and
                     not (is_sanitized and call == SANITIZERS_OWN and fault != "kill")]
            if is_whole:
                for fault, call in pairs:
                    count = 1
                    while points.try_one(name, fault, call, count) and count < MOST_POINTS:
                        count += 1
                    lines.append(f"{name}, {fault}, {call}: {count - 1} calls")
                    print(lines[-1], flush=True)
            else:
                for fault, call in chance.choices(pairs, k=few):
                    point = chance.randint(1, AT_RANDOM)
                    is_met = points.try_one(name, fault, call, point)
                    lines.append(f"{name}, {fault}, {call} {point}: {'met' if is_met else 'not met'}")
                    print(lines[-1], flush=True)
        points.traffic.settle()
        return points.traffic.conclude(source, "socket_points", ["--all" if is_whole else few, seed, *sys.argv[5:]], begun,
                                       is_whole or few >= 50, *lines)


if __name__ == "__main__":
    sys.exit(main())
