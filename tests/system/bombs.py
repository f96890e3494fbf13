#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each bomb of tests/support/bombs.h through the real daemon: answered in time as `listwarden check` says of what was sent, held where
something of it was not read; then the same daemon, grown within bounds, still judges.

usage: bombs.py PROGRAMS SOURCE
"""
import json
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import Daemon  # noqa: E402
from milter_client import LIST, opened  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
IS_SANITIZED = re.search(b"__[at]san_init", (PROGRAMS / "listwarden-milter").read_bytes())
SECONDS = 20 if IS_SANITIZED else 2
MOST_GROWTH = 256 << 20  # bytes; sanitizers take more
FEWEST = 32
PACKET = 65000  # bytes of a field that an MTA can hand over
ANSWERS = {"pass": "continue", "tag": "continue", "hold": "discard"}
failures = []


class AsShipped(Daemon):
    def start(self):
        self.config.write_text(re.sub("(?m)^(message-bytes|bytes-in-flight) = .*\n", "", self.config.read_text()))
        super().start()


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what, flush=True)
    if not is_true:
        failures.append(what)


def as_sent(name, bomb):
    """Fields and body of the bomb with CRLF, as an MTA hands them over."""
    header, _, body = bomb.partition(b"\n\n")
    fields = [("From", b" Ann <ann@hospital.example>"), ("Message-ID", b" <%s@hospital.example>" % name.encode())]
    for line in header.split(b"\n"):
        field, _, value = line.partition(b":")
        fields.append((field.decode(), value[:PACKET]))
    return fields, body.replace(b"\n", b"\r\n")


def send(milter, fields, body):
    milter.envelope()
    milter.data()
    for field, value in fields:
        milter.field(field, value)
    milter.body(body)
    start = time.time()
    answer, seconds = milter.end()[-1][0], time.time() - start
    return answer, seconds


def most_memory(daemon):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text())[1]) * 1024


def cpu_seconds(daemon):
    return sum(map(int, pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) / 100


def said_of(daemon, files):
    done = subprocess.run([str(PROGRAMS / "listwarden"), "--config", str(daemon.config), "check", "--json", "--list", LIST, *map(str, files)],
                          capture_output=True, text=True)
    return {pathlib.Path(one["source"].split("#")[0]).stem: one for one in map(json.loads, done.stdout.splitlines())}


def main():
    with AsShipped(PROGRAMS, SOURCE, shipped_rules=True) as daemon:
        process = daemon.process.pid
        folder = daemon.folder / "bombs"
        folder.mkdir()
        subprocess.run([str(PROGRAMS / "write_bombs"), str(folder)], check=True)
        bombs = {file.stem: as_sent(file.stem, file.read_bytes()) for file in sorted(folder.glob("*.eml"))}
        for name, (fields, body) in bombs.items():
            (folder / f"{name}.eml").write_bytes(b"".join(field.encode() + b":" + value + b"\r\n" for field, value in fields) + b"\r\n" + body)
        said = said_of(daemon, sorted(folder.glob("*.eml")))
        milter = opened(daemon.address)
        milter.message(b"Good morning.\r\n")
        at_first = most_memory(daemon)
        for name, (fields, body) in bombs.items():
            before = cpu_seconds(daemon)
            answer, seconds = send(milter, fields, body)
            cpu = cpu_seconds(daemon) - before
            verdict = said[name]
            wanted = "hold" if verdict["unread"] else verdict["disposition"]
            expect(answer == ANSWERS[wanted] and cpu < SECONDS,
                   f"{name}: {answer} after {seconds:.2f} s, {cpu:.2f} s of CPU; {wanted}, {len(verdict['unread'])} not read")
        expect(len(bombs) >= FEWEST, f"{len(bombs)} bombs")
        grown = most_memory(daemon) - at_first
        expect(IS_SANITIZED or grown <= MOST_GROWTH, f"the daemon took {at_first >> 20} MiB before them, {grown >> 20} more at most")
        expect([milter.message(text, message_id=b" <%d@hospital.example>" % number)
                for number, text in enumerate((b"Good morning.\r\n", b"Please xyzzyhold.\r\n"))] == ["continue", "discard"]
               and daemon.is_running() and daemon.process.pid == process, "the same daemon passes and holds what comes then")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
