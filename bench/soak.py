#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""listwarden-milter under mixed load for half an hour: memory, files and threads stay as they are once it is warm.

usage: soak.py PROGRAMS [--minutes 30] [--rate 50] [--report FILE]
Bursts every ten seconds: real list mail where ../shared/data is there, and ten new posts that are held. Exit status 1 when the
resident memory grows by more than 1 MB in ten minutes after the warm-up (a sixth of the time), or files or threads do.
"""
import argparse
import datetime
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
sys.path[:0] = [str(HERE), str(SOURCE / "tests" / "support")]
from daemon import daemon_command, write_configuration  # noqa: E402
from milter_rate import LIST, REAL, sample_mail  # noqa: E402

EVERY, HELD = 10, 10


def state(pid):
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return (int(status["VmRSS"].split()[0]) / 1024, len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())), int(status["Threads"]))


def slope(points):
    """Least squares, per ten minutes."""
    middle = [sum(values) / len(points) for values in zip(*points)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return above / sum((x - middle[0]) ** 2 for x, _ in points) * 600


def new_holds(folder, burst):
    for number in range(HELD):
        name = f"{burst}.{number}"
        path = folder / f"zz-{number}.eml"
        path.write_text(f"From: ann{name}@hospital.example\nTo: {LIST}\nSubject: Held {name}\nMessage-ID: <{name}@hospital.example>\n\n"
                        f"Please xyzzyhold. {'Small fields. ' * (number * 100)}\n")
        path.with_name(path.name + ".env").write_text(f"F:ann{name}@hospital.example\nR:{LIST}\n")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("programs")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--rate", type=int, default=50)
    options.add_argument("--report", default="")
    chosen = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-soak-"))
    daemon, samples, bursts, late = None, [], 0, 0
    try:
        subprocess.run(["c++", "-O2", "-std=c++17", "-pthread", "-o", folder / "load", HERE / "milterload.cpp"], check=True)
        (folder / "mail").mkdir()
        kind = sample_mail(folder / "mail", [one for one in REAL if one.is_dir()])
        files = sorted((folder / "mail").glob("*.eml"))
        for path in files[chosen.rate * EVERY - HELD:]:
            path.unlink()
        config = write_configuration(SOURCE, folder, f"[milter]\nsocket = unix:{folder}/milter.sock\n", shipped_rules=True)
        with open(folder / "log", "wb") as log:
            daemon = subprocess.Popen(daemon_command(pathlib.Path(chosen.programs), "listwarden-milter", config),
                                      stdout=log, stderr=log)
        while b"event=started" not in (folder / "log").read_bytes():
            if daemon.poll() is not None:
                sys.exit((folder / "log").read_text())
            time.sleep(0.1)
        begun = time.time()
        while time.time() - begun < chosen.minutes * 60:
            new_holds(folder / "mail", bursts)
            done = subprocess.run([folder / "load", "-s", f"unix:{folder}/milter.sock", "-d", folder / "mail", "-n",
                                   str(chosen.rate * EVERY), "-c", "2", "-q", "--json", folder / "load.json"],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0 or daemon.poll() is not None:
                sys.exit("load or daemon failed:\n" + done.stdout + done.stderr + (folder / "log").read_text()[-2000:])
            bursts += 1
            samples.append((time.time() - begun, *state(daemon.pid)))
            rest = begun + bursts * EVERY - time.time()
            late += rest < 0
            time.sleep(max(rest, 0))
        held = subprocess.run([f"{chosen.programs}/listwarden", "--config", config, "held", "list", "--state", "all", "--json"],
                              capture_output=True, text=True, check=False).stdout.count("\n")
        measured = [json.loads(line) for line in (folder / "load.json").read_text().splitlines()]
        errors = sum(one["errors"] for one in measured)
    finally:
        if daemon:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
    warm = [one for one in samples if one[0] > chosen.minutes * 10]
    growth = slope([(at, memory) for at, memory, _, _ in warm])
    half = len(warm) // 2
    slowest = [one["eom_p99"] for one in measured[-len(warm):]]  # of each burst
    steady = all(max(one[column] for one in warm[half:]) <= max(one[column] for one in warm[:half]) for column in (2, 3))
    lines = [f"command: python3 bench/soak.py PROGRAMS --minutes {chosen.minutes:g} --rate {chosen.rate}   ({datetime.date.today().isoformat()})",
             f"{samples[-1][0] / 60:.0f} minutes, {bursts * chosen.rate * EVERY} messages ({bursts} bursts, {late} of them late), {min(len(files), chosen.rate * EVERY - HELD)} of {kind}, {HELD} new posts a burst; "
             f"{held} held, {errors} errors",
             "minute  RSS MiB  files  threads"]
    lines += [f"{at / 60:6.1f}  {memory:7.1f}  {files:5}  {threads:7}" for at, memory, files, threads in samples[:: max(1, len(samples) // 30)]]
    lines.append(f"after the warm-up: RSS {min(one[1] for one in warm):.1f} to {max(one[1] for one in warm):.1f} MiB, {growth:+.2f} MiB in ten "
                 f"minutes (at most +1), files at most {max(one[2] for one in warm)}, threads at most {max(one[3] for one in warm)}")
    lines.append(f"reply to the end of a message, p99 of a burst, its median: {statistics.median(slowest[:half]):.1f} ms in the first half after the "
                 f"warm-up, {statistics.median(slowest[half:]):.1f} ms in the second")
    print("\n".join(lines))
    if chosen.report:
        pathlib.Path(chosen.report).write_text("\n".join(lines) + "\n")
    return 0 if growth <= 1 and steady and errors == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
