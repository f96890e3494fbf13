#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the includes against the table of ARCHITECTURE.md; names file and line."""
import pathlib
import re
import sys

USES = {
    "base": set(),
    "message": {"base"},
    "policy": {"message", "base"},
    "filters": {"policy", "message", "base"},
    "hold": {"base"},
    "moderation": {"hold", "policy", "message", "base"},
    "milter": {"moderation", "hold", "policy", "message", "base"},
    "web": {"moderation", "hold", "policy", "message", "base"},
    "apps": {"web", "milter", "moderation", "hold", "filters", "policy", "message", "base"},
}
# Third-party headers and the rooms whose door they are.
DOORS = {
    r"libmilter/": {"milter"}, r"mimetic/": {"message"}, r"unicode/timezone": {"base"}, r"unicode/(?!timezone)": {"message"}, r"libxml/": {"message"},
    r"re2/": {"policy"}, r"toml\+\+": {"policy"}, r"SQLiteCpp/|sqlite3\.h": {"hold"}, r"libpq-fe\.h": {"hold"}, r"curl/": {"moderation"},
    r"mustache|kainjow": {"moderation", "web"}, r"boost/(?!program)": {"web"}, r"boost/program": {"apps"}, r"spdlog/": {"base"}, r"systemd/": {"apps"},
}
INCLUDE = re.compile(r'^\s*#include\s+(?:"([^"]+)"|<([^>]+)>)')


def faults(root):
    for room, allowed in USES.items():
        for path in sorted((root / room).glob("*.[ch]*")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                ours, theirs = found.groups()
                where = f"{path.relative_to(root)}:{number}"
                if ours and ours.split("/")[0] not in allowed | {room}:
                    yield f"{where}: {room}/ must not include {ours}; it may use {', '.join(sorted(allowed)) or 'nothing'}"
                for pattern, rooms in DOORS.items():
                    if theirs and re.match(pattern, theirs):
                        if room not in rooms:
                            yield f"{where}: <{theirs}> belongs to {', '.join(rooms)}"
                        elif path.suffix == ".h":
                            yield f"{where}: <{theirs}> in a header; keep third-party headers in .cc files"


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    found = list(faults(root))
    print("\n".join(found) if found else "layers: as ARCHITECTURE.md says")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
