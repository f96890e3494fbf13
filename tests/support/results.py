# SPDX-License-Identifier: Apache-2.0
"""The results of long campaigns, kept in tests/faults/results with day, commit and command."""
import datetime
import subprocess


def keep(source, name, command, *lines):
    """Adds to tests/faults/results/NAME.txt; `command` is what followed the script's BIN SOURCE, the script first."""
    commit = subprocess.run(["git", "-C", source, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    script, *words = map(str, command)
    with (source / "tests" / "faults" / "results" / f"{name}.txt").open("a", encoding="utf-8") as out:
        out.write(f"{datetime.date.today().isoformat()} {commit.stdout.strip()} "
                  f"{' '.join(['tests/faults/' + script, 'BIN SOURCE', *words])}\n")
        out.writelines(f"  {line}\n" for line in lines)
