#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every test, and every place in the code, that docs/attacks.md and docs/asvs.md name exists."""
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TESTS = SOURCE / "tests"
PLACE = re.compile(r"([\w/.-]+\.\w+|\w+\.txt|dev): (.+)")
ASVS = "asvs.md"
FEWEST_ITEMS = 60


def text_of(folder, *kinds):
    return "\n".join(path.read_text(encoding="utf-8") for kind in kinds for path in folder.rglob(kind))


CASES = {f"{suite}.{name}" for suite, name in re.findall(r"TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", text_of(TESTS, "*.cc", "*.h"))}
BROWSER = text_of(TESTS / "browser", "*.test.mjs")


def is_there(name):
    place = PLACE.fullmatch(name)
    if place:
        file = SOURCE / place[1]
        return file.is_file() and place[2] in file.read_text(encoding="utf-8")
    program = re.fullmatch(r"system\.(\w+)|((?:faults|fuzz)/\S+)", name)
    if program and program[1]:
        return any((TESTS / "system").glob(program[1] + ".*"))
    if program:
        return (TESTS / program[2]).exists()
    return name in CASES or "." not in name or name == "main.cf"


def is_browser_test(words):
    return any(quote + words in BROWSER for quote in '"`')


def rows(page):
    text = (SOURCE / "docs" / page).read_text(encoding="utf-8")
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]


def faults(page):
    for row in rows(page):
        names, words = re.findall(r"`([^`]+)`", row[-1]), re.findall(r'"([^"]+)"', row[-1])
        yield from (f"docs/{page} names {name}; there is none" for name in names if not is_there(name))
        yield from (f'docs/{page} names "{name}"; no such browser test' for name in words if not is_browser_test(name))


def asvs_faults():
    items = [row for row in rows(ASVS) if re.fullmatch(r"\d+\.\d+\.\d+", row[0])]
    numbers = [row[0] for row in items]
    yield from (f"docs/{ASVS} has {number} twice" for number in sorted({one for one in numbers if numbers.count(one) > 1}))
    held = [row for row in items if not row[-1].startswith("not held: ")]
    yield from (f"docs/{ASVS} says of {row[0]} neither what holds it nor why it is not held" for row in held if "`" not in row[-1]
                and '"' not in row[-1])
    if len(held) < FEWEST_ITEMS:
        yield f"docs/{ASVS} has {len(held)} items that are held; fewer than {FEWEST_ITEMS}"


def main():
    found = [*faults("attacks.md"), *faults(ASVS), *asvs_faults()]
    for fault in found:
        print(fault)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
