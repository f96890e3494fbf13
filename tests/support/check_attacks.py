#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every test that docs/attacks.md names exists."""
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PAGE = SOURCE / "docs" / "attacks.md"


def main():
    tests = SOURCE / "tests"
    written = "\n".join(path.read_text(encoding="utf-8") for kind in ("*.cc", "*.h") for path in tests.rglob(kind))
    cases = {f"{suite}.{name}" for suite, name in re.findall(r"TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", written)}
    browser = "\n".join(path.read_text(encoding="utf-8") for path in (tests / "browser").glob("*.mjs"))
    missing = []
    for row in (line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")):
        answer = row.split(" | ", 1)[1]
        for name in re.findall(r"`([^`]+)`", answer):
            program = re.fullmatch(r"system\.(\w+)|((?:faults|fuzz)/\S+)", name)
            if program and program[1]:
                is_there = any((tests / "system").glob(program[1] + ".*"))
            elif program:
                is_there = (tests / program[2]).exists()
            else:
                is_there = name in cases or "." not in name or name == "main.cf"
            if not is_there:
                missing.append(name)
        missing += [name for name in re.findall(r'"([^"]+)"', answer) if name not in browser]
    for name in missing:
        print(f"docs/attacks.md names {name}; no such test")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
