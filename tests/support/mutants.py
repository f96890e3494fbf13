#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the tests would notice: breaks one place at a time where mail could be lost, builds, and runs the tests of the rooms above it.

mutants.py SOURCE BUILD COUNT [SEED]     BUILD/source is a copy of the last commit, in which the places are broken
Nothing is counted that does not compile. Who survives is shown, to be read: some change nothing that anybody could see.
"""
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

# As for coverage.py: the store with its state machine; the tables from findings to a verdict, to what is done, to the MTA's reply.
PLACES = {"hold/*.cc": ("hold", "memory", "moderation", "milter", "apps"), "policy/finding.cc": ("policy", "milter"),
          "moderation/intake.cc": ("moderation", "milter", "memory"), "milter/session.cc": ("milter",)}
# C++ and SQL: a pattern, and what stands there instead.
SWAPS = [(r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
         (r" && ", " || "), (r" \|\| ", " && "), (r"(?<=[(\s&|])!(?=[a-z(])", ""), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
         (r"^([^\"]*) \+ (?=[^\"]*$)", r"\1 - "), (r" - (?=[a-z0-9])", " + "), (r"(?<!SELECT )\b0\b", "1"), (r"(?<!SELECT )\b1\b", "2"),
         (r" = '(?=[a-z])", " <> '"), (r" = \?", " <> ?"), (r"\bAND\b", "OR"), (r"\bOR\b", "AND"), (r"\bIS NULL\b", "IS NOT NULL"),
         (r"\bIS NOT NULL\b", "IS NULL"), (r"\bmin\(", "max("), (r"\bmax\(", "min("),
         (r"^(\s+)(?!return|throw|using|const|static|std::[a-z_:<>]+ [a-z]|auto)[A-Za-z_.>:-]+(\(.*\)| = .*);$", r"\1;"),
         (r"\bif \((?=.*\) (return|continue|break|throw))", "if (false && "), (r"\breturn (?=[a-z_.>-]+\(.*\);$)", "return !")]
NO_PLACE = re.compile(r"^\s*(//|#|static_assert|template|using |class |struct |namespace |enum )|constexpr|operator|= default|= delete")
SECONDS = 600  # a test that goes on for ever has noticed


def places(source):
    """(file, line, how it reads when it is broken) of all places."""
    for pattern in PLACES:
        for file in sorted(source.glob(pattern)):
            for at, line in enumerate(file.read_text().splitlines()):
                if not NO_PLACE.search(line):
                    code = line.split("  // ")[0]
                    for what, instead in SWAPS:
                        for match in re.finditer(what, code):
                            yield file, at, code[:match.start()] + match.expand(instead) + code[match.end():]


def tests_of(source, file):
    return next(tests for pattern, tests in PLACES.items() if file.relative_to(source).match(pattern))


class Build:
    def __init__(self, folder):
        self.folder = folder

    def configure(self, source):
        subprocess.run(["cmake", "-S", source, "-B", self.folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
                        "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"], check=True,
                       stdout=subprocess.DEVNULL)

    def make(self, test):
        done = subprocess.run(["cmake", "--build", self.folder, "--target", f"{test}_test"], capture_output=True, check=False)
        return done.returncode == 0

    def passes(self, test):
        try:
            return subprocess.run([self.folder / "bin" / f"{test}_test", "--gtest_brief=1", "--gtest_fail_fast", "--gtest_filter=-*TortureTest*"],
                                  capture_output=True, timeout=SECONDS, cwd=self.folder / "tests", check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def outcome(build, source, file):
    """Which test noticed; "" when none did, None when the compiler did."""
    for test in tests_of(source, file):
        if not build.make(test):
            return None
        if not build.passes(test):
            return test
    return ""


def copy_of(source, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    packed = subprocess.run(["git", "-C", source, "archive", "HEAD"], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
    return folder


def main():
    source, folder, count = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**32)
    begun, copy, build = time.time(), copy_of(source, folder / "source"), Build(folder / "build")
    build.configure(copy)
    for test in sorted({test for tests in PLACES.values() for test in tests}):
        if not build.make(test) or not build.passes(test):
            print(f"{test}_test does not pass as it is")
            return 1
    every = list(places(copy))
    random.Random(seed).shuffle(every)
    killed, survivors = 0, 0
    for file, at, broken in every:
        if killed + survivors == count:
            break
        whole = file.read_text()
        lines = whole.splitlines(keepends=True)
        file.write_text("".join(lines[:at] + [broken + "\n"] + lines[at + 1:]))
        found = outcome(build, copy, file)
        file.write_text(whole)
        if found is None:
            continue
        killed, survivors = killed + (found != ""), survivors + (found == "")
        print(f"{f'noticed by {found}' if found else 'SURVIVES':22} {file.relative_to(copy)}:{at + 1} {lines[at].strip()}  ->  {broken.strip()}",
              flush=True)
    print(f"seed {seed}, {time.time() - begun:.0f} s, {len(every)} places: {killed} of {killed + survivors} noticed, {survivors} survive")
    return 0


if __name__ == "__main__":
    sys.exit(main())
