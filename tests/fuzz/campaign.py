#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzzes every target in turn, keeps the log of hours, and keeps what reaches new code.

campaign.py BIN SOURCE [SECONDS] [ROUNDS]   BIN: where the preset fuzz put its programs; crashes lie in BIN/../crashes
campaign.py BIN SOURCE keep                 few inputs with the same coverage become tests/fuzz/corpus
tests/fuzz/hours.txt tells what was run. A crash becomes a seed (tests/fuzz/seeds/TARGET) once it is mended.
"""
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys

TARGETS = ("message", "header", "html", "text", "regions", "rules", "settings", "filters")
MOST_BYTES = 20_000  # of an input that is kept


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
    """Returns the line for the log."""
    corpus, crashes = binaries.parent / "corpus" / target, binaries.parent / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    log = binaries.parent / f"{target}.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [binaries / f"{target}_fuzz", "-max_len=65536", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1",
             f"-max_total_time={seconds}", f"-artifact_prefix={crashes}/{target}-", corpus, *known(source, target)],
            stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
    text = log.read_text(errors="replace")
    end = "ended well" if status == 0 else "STOPPED BY A FIND"
    return (f"{used.ru_utime + used.ru_stime:.0f} s of CPU, {found(r'number_of_executed_units: *([0-9]+)', text)} inputs, "
            f"{found(r'cov: ([0-9]+)', text)} edges, {len(list(corpus.iterdir()))} kept, {end}")


def keep(binaries, source):
    for target in TARGETS:
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
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 1800
    commit = subprocess.run(["git", "-C", source, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    for _ in range(int(sys.argv[4]) if len(sys.argv) > 4 else 1):
        for target in TARGETS:
            line = f"{datetime.date.today().isoformat()} {commit.stdout.strip()} {target}: {run(binaries, source, target, seconds)}"
            print(line, flush=True)
            with open(source / "tests/fuzz/hours.txt", "a", encoding="utf-8") as out:
                out.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
