#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Message rate of listwarden-milter on clean mail against an empty libmilter daemon: same mail, same run, in turns.

usage: milter_rate.py PROGRAMS [--messages N] [--connections N] [--rounds N] [--mail FOLDER]
"""
import argparse
import json
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
LIST = "medical-physics-engineering@lists.example.ac.uk"


def sample_mail(folder, given):
    """Real mail where there is some, otherwise made-up posts; each with an envelope to the list."""
    sources = sorted(pathlib.Path(given).rglob("*")) if given else []
    sources = [path for path in sources if path.is_file()][:2000]
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
    return len(sources) or 500


def run_load(client, socket, folder, messages, connections):
    report = folder / "load.json"
    report.unlink(missing_ok=True)
    done = subprocess.run([client, "-s", socket, "-d", folder / "mail", "-n", str(messages), "-c", str(connections),
                           "--json", report], capture_output=True, text=True)
    if done.returncode != 0 or not report.exists():
        sys.exit("load client failed:\n" + done.stdout + done.stderr)
    return json.loads(report.read_text())


def main():
    options = argparse.ArgumentParser()
    options.add_argument("programs")
    options.add_argument("--messages", type=int, default=2000)
    options.add_argument("--connections", type=int, default=2)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--mail", default="")
    chosen = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-bench-"))
    daemons = []
    try:
        (folder / "mail").mkdir()
        sample_mail(folder / "mail", chosen.mail)
        subprocess.run(["c++", "-O2", "-std=c++17", "-pthread", "-o", folder / "load", HERE / "milterload.cpp"], check=True)
        subprocess.run(["cc", "-O2", "-o", folder / "floor", HERE / "floor_milter.c", "-lmilter", "-pthread"], check=True)
        shutil.copytree(SOURCE / "etc", folder / "etc")
        for path in (folder / "etc" / "lists.d").glob("*.toml"):
            path.write_text(path.read_text().replace('mode = "enforce"', 'mode = "observe"'))
        (folder / "etc" / "listwarden.conf").write_text(
            f"store = {folder}/hold.db\nrelease-key = {folder}/key\n[milter]\nsocket = unix:{folder}/ours.sock\n")
        log = open(folder / "log", "wb")
        daemons.append(subprocess.Popen([folder / "floor", "-p", f"unix:{folder}/floor.sock", "-m", "nr"]))
        daemons.append(subprocess.Popen([f"{chosen.programs}/listwarden-milter", "--config", folder / "etc/listwarden.conf"],
                                        stdout=log, stderr=log))
        deadline = time.time() + 60
        while not (folder / "ours.sock").exists() and time.time() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        ratios = []
        for number in range(chosen.rounds + 1):
            floor = run_load(folder / "load", f"unix:{folder}/floor.sock", folder, chosen.messages, chosen.connections)
            ours = run_load(folder / "load", f"unix:{folder}/ours.sock", folder, chosen.messages, chosen.connections)
            if number == 0:
                continue
            ratios.append(ours["rate"] / floor["rate"])
            print(f"round {number}: floor {floor['rate']:8.0f}/s   listwarden {ours['rate']:8.0f}/s   ratio {ratios[-1]:.2f}"
                  f"   {ours['verdicts']}")
        print(f"median ratio {statistics.median(ratios):.2f} (goal 0.6), {chosen.connections} connections")
    finally:
        for daemon in daemons:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
