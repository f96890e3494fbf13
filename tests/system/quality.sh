#!/usr/bin/env bash
# The labelled posts come out no worse than docs/quality.md says.
# usage: quality.sh PROGRAMS SOURCE
exec python3 "$2/tests/support/eval.py" --program "$1/listwarden" --check
