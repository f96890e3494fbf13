#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Message rate of listwarden-milter against an empty libmilter daemon: same mail, same run, in turns. Every post is judged with the
whole policy; lists observe, so that nothing is held and both daemons answer the same.

usage: milter_rate.py PROGRAMS [--messages N] [--connections 1,2,8] [--rounds N] [--mail FOLDER,…] [--report FILE]
Without --mail: real list mail in ../shared/data when it is there, else made-up posts.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from daemon import daemon_command  # noqa: E402

LIST = "medical-physics-engineering@lists.example.ac.uk"
REAL = [SOURCE.parent / "shared" / "data" / "mail" / name for name in ("openbmc", "linux_mips", "ksummit_discuss", "spamassassin_easy_ham")]


def sample_mail(folder, given):
    """Writes the messages, each with an envelope to the list; says what they are."""
    sources = sorted(path for one in given for path in pathlib.Path(one).rglob("*") if path.is_file())
    sources = sources[:: max(1, len(sources) // 2000)][:2000]
    if not sources:
        text = "Dear all,\n\n" + "Which detector do you use for output factors of small fields? " * 40 + "\n\nAnn\n"
        for number in range(500):
            (folder / f"{number:04}.eml").write_text(
                f"From: ann{number}@hospital.example\nTo: {LIST}\nSubject: Question {number}\n"
                f"Message-ID: <{number}@hospital.example>\n\n{text}")
    for path in sources:
        shutil.copyfile(path, folder / (path.parent.name + "-" + path.name + ".eml"))
    for path in folder.glob("*.eml"):
        path.with_name(path.name + ".env").write_text(f"F:ann@hospital.example\nR:{LIST}\n")
    sizes = sorted(path.stat().st_size for path in folder.glob("*.eml"))
    kind = "real list messages" if sources else "made-up posts"
    return f"{len(sizes)} {kind}, median {sizes[len(sizes) // 2]} bytes, {sum(sizes) / 1e6:.1f} MB"


def run_load(folder, name, pid, messages, connections):
    report = folder / "load.json"
    report.unlink(missing_ok=True)
    before = cpu_seconds(pid)
    done = subprocess.run([folder / "load", "-s", f"unix:{folder}/{name}.sock", "-d", folder / "mail", "-n", str(messages),
                           "-c", str(connections), "--json", report], capture_output=True, text=True)
    if done.returncode != 0 or not report.exists():
        sys.exit("load client failed:\n" + done.stdout + done.stderr)
    result = json.loads(report.read_text())
    result["cpu"] = (cpu_seconds(pid) - before) / messages * 1000
    return result


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(folder, programs):
    subprocess.run(["c++", "-O2", "-std=c++17", "-pthread", "-o", folder / "load", HERE / "milterload.cpp"], check=True)
    subprocess.run(["cc", "-O2", "-o", folder / "floor-milter", HERE / "floor_milter.c", "-lmilter", "-pthread"], check=True)
    shutil.copytree(SOURCE / "etc", folder / "etc")
    for path in (folder / "etc" / "lists.d").glob("*.toml"):
        path.write_text(path.read_text().replace('mode = "enforce"', 'mode = "observe"'))
    (folder / "etc" / "listwarden.conf").write_text(
        f"store = {folder}/hold.db\nrelease-key = {folder}/key\n[milter]\nsocket = unix:{folder}/ours.sock\n")
    log = open(folder / "log", "wb")
    daemons = {"floor": subprocess.Popen([folder / "floor-milter", "-p", f"unix:{folder}/floor.sock", "-m", "nr"]),
               "ours": subprocess.Popen(daemon_command(pathlib.Path(programs), "listwarden-milter", folder / "etc/listwarden.conf"),
                                        stdout=log, stderr=log)}
    deadline = time.time() + 60
    while b"event=started" not in (folder / "log").read_bytes() and time.time() < deadline:
        time.sleep(0.1)
    return daemons


def main():
    options = argparse.ArgumentParser()
    options.add_argument("programs")
    options.add_argument("--messages", type=int, default=2000)
    options.add_argument("--connections", default="1,2,8")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--mail", default="")
    options.add_argument("--report", default="")
    chosen = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-bench-"))
    lines, daemons = [], {}

    def say(line):
        print(line, flush=True)
        lines.append(line)

    try:
        (folder / "mail").mkdir()
        given = chosen.mail.split(",") if chosen.mail else [one for one in REAL if one.is_dir()]
        say("command: python3 bench/milter_rate.py " + " ".join(sys.argv[1:]))
        say("mail: " + sample_mail(folder / "mail", given))
        daemons = start(folder, chosen.programs)
        say("connections   floor/s   ours/s   ratio (each round)            CPU s per 1,000: floor, ours")
        for connections in map(int, chosen.connections.split(",")):
            rounds = []
            for number in range(chosen.rounds + 1):
                pair = [run_load(folder, name, daemons[name].pid, chosen.messages, connections) for name in ("floor", "ours")]
                if number > 0:
                    rounds.append(pair)
            ratios = [ours["rate"] / floor["rate"] for floor, ours in rounds]
            middle = [statistics.median(one[side][key] for one in rounds) for side, key in ((0, "rate"), (1, "rate"), (0, "cpu"), (1, "cpu"))]
            say(f"{connections:11}  {middle[0]:8.0f} {middle[1]:8.0f}   {statistics.median(ratios):.2f} ("
                + " ".join(f"{one:.2f}" for one in ratios) + f")   {middle[2]:.2f}, {middle[3]:.2f}")
        say("goal: ratio at least 0.6")
        if chosen.report:
            pathlib.Path(chosen.report).write_text("\n".join(lines) + "\n")
    finally:
        for daemon in daemons.values():
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
