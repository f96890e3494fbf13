#!/usr/bin/env bash
# The labelled posts and the functional cases come out no worse than docs/quality.md says.
# usage: quality.sh PROGRAMS SOURCE
set -e
python3 "$2/tests/support/functional.py" "$1/listwarden"
exec python3 "$2/tests/support/eval.py" --program "$1/listwarden" --check
