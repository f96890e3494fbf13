#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Moderators at the desk in a real Chromium, with a real Postfix and store behind it (tests/browser)."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
RELEASE = SOURCE / "build" / "release" / "bin"
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from stack import Stack  # noqa: E402

PASSWORD = "four small words here"
LIST = "medical-physics-engineering@lists.example.ac.uk"


def install(folder):
    """The test's own npm packages, as the lock file has them; nothing of them is built or shipped."""
    for name in ("package.json", "package-lock.json", *[path.name for path in (SOURCE / "tests/browser").glob("*.mjs")]):
        shutil.copy(SOURCE / "tests" / "browser" / name, folder)
    cache = SOURCE / "build" / "browser"
    if not (cache / "node_modules").exists() or \
            (cache / "package-lock.json").read_bytes() != (folder / "package-lock.json").read_bytes():
        cache.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, cache)
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=cache)
        if done.returncode != 0:
            sys.exit("npm could not install the packages of tests/browser")
    (folder / "node_modules").symlink_to(cache / "node_modules")


def main():
    for program in ("node", "npm", os.environ.get("CHROMIUM", "/usr/bin/chromium")):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed; ./dev test-packages installs it")
            return 77
    programs = RELEASE if (RELEASE / "listwarden-desk").exists() else PROGRAMS
    folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-browser-"))
    try:
        install(folder)
        with Stack(programs, SOURCE, undo_seconds=3, shipped_rules=True) as stack:
            delivered = folder / "delivered"
            delivered.mkdir()
            keep = stack.sink.take

            def take(sender, recipients, content):
                keep(sender, recipients, content)
                lines = "".join(f"to:{one}\n" for one in recipients).encode()
                part = delivered.parent / f"{len(stack.sink.deliveries)}.part"
                part.write_bytes(lines + content)
                part.rename(delivered / part.stem)

            stack.sink.take = take
            stack.add_user("ann", "admin", PASSWORD)
            stack.add_user("bob", "moderator", PASSWORD, "--list", LIST)
            # The attacks come last: after their drafts the desk checks none from here for a while.
            tests = sys.argv[3:] or sorted(path.name for path in folder.glob("*.test.mjs"))
            environment = {**os.environ, "DESK_ADDRESS": stack.desk_address, "DESK_MAIL_PORT": str(stack.mail),
                           "DESK_DELIVERED": str(delivered), "DESK_STORE": str(stack.folder / "store" / "hold.db"),
                           "DESK_DIGEST": str(SOURCE / "tests" / "support" / "store_digest.py")}
            attacks = [one for one in tests if one.startswith("attacks")]
            for these in ([one for one in tests if one not in attacks], attacks):
                if these and subprocess.run(["node", "--test", "--test-concurrency=1", *these], cwd=folder,
                                            env=environment).returncode != 0:
                    print(stack.logs(), file=sys.stderr)
                    return 1
            return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
