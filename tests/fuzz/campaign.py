#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzzes the target with the least time behind it until all have enough, and keeps what reaches new code.

campaign.py BIN SOURCE MINUTES   until every target has MINUTES of CPU in the log; BIN: where the preset fuzz put its programs
campaign.py BIN SOURCE keep      of what was found here few inputs with the same coverage become tests/fuzz/corpus
The log is tests/fuzz/hours.txt, so that a campaign that was stopped goes on; crashes lie in BIN/../crashes, and a target that
found one rests. A crash becomes a seed (tests/fuzz/seeds/TARGET) once it is mended.
"""
import concurrent.futures
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

TARGETS = ("message", "header", "html", "text", "regions", "rules", "settings", "filters", "milter", "http", "tokens")
MOST_BYTES = 20_000  # of an input that is kept
TURN = 300  # seconds of the wall clock
WORKERS = 2


def found(pattern, text):
    numbers = re.findall(pattern, text)
    return int(numbers[-1]) if numbers else 0


def known(source, target):
    return [str(folder) for folder in (source / "tests/fuzz/seeds" / target, source / "tests/fuzz/corpus" / target)
            if folder.is_dir()]


def covered(program, folders):
    done = subprocess.run([program, "-runs=0", *folders], capture_output=True, check=True)
    text = done.stderr.decode(errors="replace")
    return f"{found(r'INITED cov: ([0-9]+)', text)} edges, {found(r'INITED cov: [0-9]+ ft: ([0-9]+)', text)} features"


def run(binaries, source, target, seconds):
    """Returns seconds of CPU, whether it ended well, and the rest of the line for the log."""
    corpus, crashes = binaries.parent / "corpus" / target, binaries.parent / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    log = binaries.parent / f"{target}.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [binaries / f"{target}_fuzz", "-max_len=65536", "-timeout=30", "-rss_limit_mb=1024", "-print_final_stats=1",
             f"-max_total_time={seconds:.0f}", f"-artifact_prefix={crashes}/{target}-", corpus, *known(source, target)],
            stdout=out, stderr=out, env={**os.environ, "TMPDIR": "/dev/shm"})  # stores: no disk is waited for
        _, status, used = os.wait4(process.pid, 0)
    text = log.read_text(errors="replace")
    return used.ru_utime + used.ru_stime, status == 0, (
        f"{found(r'number_of_executed_units: *([0-9]+)', text)} inputs, {found(r'cov: ([0-9]+)', text)} edges, "
        f"{len(list(corpus.iterdir()))} kept, {'ended well' if status == 0 else 'STOPPED BY A FIND'}")


class Campaign:
    def __init__(self, binaries, source, seconds):
        self.binaries, self.source, self.seconds = binaries, source, seconds
        self.log = source / "tests/fuzz/hours.txt"
        self.commit = subprocess.run(["git", "-C", source, "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                                     check=True).stdout.strip()
        self.spent = dict.fromkeys(TARGETS, 0)
        for target, spent in re.findall(r"(\w+): (?:mended; )?(\d+) s of CPU", self.log.read_text(encoding="utf-8")):
            self.spent[target] += int(spent)
        self.resting = set()  # at work with another worker, or stopped by a find
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            short = [target for target in TARGETS if target not in self.resting and self.spent[target] < self.seconds]
            if not short:
                return None
            target = min(short, key=self.spent.get)
            self.resting.add(target)
            return target

    def turns(self):
        while target := self.next():
            spent, well, line = run(self.binaries, self.source, target,
                                    min(TURN, self.seconds - self.spent[target] + 10))
            with self.lock:
                self.spent[target] += spent
                if well:
                    self.resting.discard(target)
                line = f"{datetime.date.today().isoformat()} {self.commit} {target}: {spent:.0f} s of CPU, {line}"
                print(f"{line} ({self.spent[target] / 60:.1f} min in all)", flush=True)
                with open(self.log, "a", encoding="utf-8") as out:
                    out.write(line + "\n")

    def short(self):
        return {target: f"{spent / 60:.1f}" for target, spent in self.spent.items() if spent < self.seconds}


def keep(binaries, source):
    for target in TARGETS:
        if not (binaries.parent / "corpus" / target).is_dir():
            continue
        program = binaries / f"{target}_fuzz"
        new, corpus = binaries.parent / "merged" / target, source / "tests/fuzz/corpus" / target
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        before = covered(program, known(source, target))
        subprocess.run([program, "-set_cover_merge=1", f"-max_len={MOST_BYTES}", new, binaries.parent / "corpus" / target,
                        *known(source, target)], check=True, capture_output=True)
        shutil.rmtree(corpus, ignore_errors=True)
        corpus.mkdir(parents=True)
        for file in new.iterdir():
            if file.stat().st_size <= MOST_BYTES:
                shutil.copy(file, corpus)
        files = list(corpus.iterdir())
        print(f"{target}: {len(files)} inputs, {sum(file.stat().st_size for file in files)} bytes; "
              f"{covered(program, known(source, target))}, before {before}", flush=True)


def main():
    binaries, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    if sys.argv[3:] == ["keep"]:
        return keep(binaries, source)
    campaign = Campaign(binaries, source, 60 * float(sys.argv[3]))
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for turns in [pool.submit(campaign.turns) for _ in range(WORKERS)]:
            turns.result()
    if campaign.short():
        print(f"short of {sys.argv[3]} minutes: {campaign.short()}; see {binaries.parent / 'crashes'}", flush=True)
    return 1 if campaign.short() else 0


if __name__ == "__main__":
    sys.exit(main())
