#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The conversations of milter_conversations.lua with the real daemon, and what is held of each.

usage: milter_conversations.py PROGRAMS SOURCE [NAME]
"""
import collections
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import Daemon  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
FEWEST = 100
LINE = re.compile(r'level=\w+ event=[\w-]+( \w+=([!#-<>-\[\]-~]+|"([ !#-\[\]-~]|\\["\\]|\\x[0-9a-f]{2})*"))*')
LISTS = {"observing": 'mode = "observe"\n',
         "tagging": 'mode = "enforce"\nexempt = ["boss@hospital.example"]\n[filters.harassment]\nhold-from = "never"\n',
         "off": 'mode = "enforce"\n[filters.harassment]\nmode = "off"\n'}


class Lists(Daemon):
    def start(self):
        for name, settings in LISTS.items():
            (self.folder / "etc" / "lists.d" / f"{name}.toml").write_text(
                f'address = "{name}@lists.example.ac.uk"\nname = "{name}"\npurpose = "Tests."\naudience = "Testers."\n'
                'responsible = "office@ipem.example"\n' + settings)
        self.config.write_text(self.config.read_text() + "decide-address = decide@lists.example.ac.uk\n")
        super().start()


def main():
    with Lists(PROGRAMS, SOURCE) as daemon:
        (daemon.folder / "nul").write_bytes(b"Please xyzzy\0hold.\r\n")
        names = ["-D", f"only={sys.argv[3]}"] if len(sys.argv) > 3 else []
        done = subprocess.run(["stdbuf", "-oL", "miltertest", "-s", str(pathlib.Path(__file__).with_suffix(".lua")), "-D", f"socket={daemon.address}",
                               "-D", f"folder={daemon.folder}", *names], capture_output=True, text=True, timeout=800)
        held = collections.Counter(row["subject"] for row in daemon.held())
        failed = total = 0
        for line in done.stdout.splitlines():
            told = re.fullmatch(r"(ok|FAILED) (\w+) held=(\d+)(.*)", line)
            if not told:
                print(line)
                continue
            total += 1
            result, name, wanted, why = told.groups()
            if result == "ok" and held[name] != int(wanted):
                result, why = "FAILED", f": {held[name]} held, not {wanted}"
            failed += result != "ok"
            print(f"{result:7} {name}{why}")
        log = daemon.log()
        for what, is_so in {
                "every line of the log is whole, plain and of its form": all(LINE.fullmatch(line) for line in log.split("\n")[:-1]),
                "the log has no words of a post": not re.search("xyzzy|Please|passes", log),
                "the log names senders as from= and moderator= only":
                    not re.search("hospital.example", re.sub(r" (from|moderator)=\S+@hospital.example", "", log))}.items():
            failed += not is_so
            print(("ok      " if is_so else "FAILED  ") + what)
        print(f"{total} conversations, {failed} failed, miltertest ended with {done.returncode} {done.stderr}")
        if done.returncode or failed or (total < FEWEST and not names) or not daemon.is_running():
            print(daemon.log()[-4000:])
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
