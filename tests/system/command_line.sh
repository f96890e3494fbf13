#!/usr/bin/env bash
# The command-line contract: exit states, JSON, folders, mbox, standard input, mistakes with place and remedy.
# usage: command_line.sh PROGRAMS SOURCE
set -u
bare=$1/listwarden
source_folder=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
# Every start reads every rule: those of one filter do for most of what is asked here.
python3 - "$source_folder" "$folder" <<'EOT'
import pathlib, shutil, sys
source, folder = map(pathlib.Path, sys.argv[1:])
sys.path.insert(0, str(source / "tests" / "support"))
from daemon import write_configuration
write_configuration(source, folder, "")
shutil.copy(source / "etc/policies/ipem/confidentiality.toml", folder / "etc/policies/ipem")
EOT
shipped="$bare --config $source_folder/etc/listwarden.conf"
program="$bare --config $folder/etc/listwarden.conf"

expect() { # WHAT STATUS COMMAND…
  local what=$1 status=$2
  shift 2
  "$@" >"$folder/out" 2>"$folder/err"
  local got=$?
  if [ $got = "$status" ]; then echo "ok      $what"; else
    echo "FAILED  $what: exit $got, expected $status"
    cat "$folder/out" "$folder/err"
    failed=1
  fi
}
says() { # WHAT TEXT
  if grep -q -- "$2" "$folder/out" "$folder/err"; then echo "ok      $1"; else
    echo "FAILED  $1: '$2' not in:"
    cat "$folder/out" "$folder/err"
    failed=1
  fi
}

mail() { printf 'From: Ann <ann@hospital.example>\nTo: %s\nSubject: %s\nMessage-ID: <%s@hospital.example>\n\n%s\n' "$1" "$2" "$2" "$3"; }
list=medical-physics-engineering@lists.example.ac.uk
mkdir "$folder/mail"
mail $list clean "Which detector do you use for small fields?" >"$folder/mail/a.eml"
mail $list number "The NHS number of my patient is 943 476 5919." >"$folder/mail/b.eml"
{
  echo "From ann@hospital.example Thu Jan  1 00:00:00 2026"
  cat "$folder/mail/a.eml"
  echo
  echo "From ann@hospital.example Thu Jan  1 00:00:00 2026"
  cat "$folder/mail/b.eml"
} >"$folder/two.mbox"

expect "a clean message" 0 $program check "$folder/mail/a.eml"
says "passes" "^pass"
expect "a folder" 0 $program check --json "$folder/mail"
says "gives an object a message" '"disposition":"hold"'
expect "an mbox" 0 $program check --json "$folder/two.mbox"
says "is split" 'two.mbox#2'
expect "standard input" 0 sh -c "$program check --json - <'$folder/mail/b.eml'"
says "has a source" '"source":"-"'
says "masks the number" '943 •••'
expect "explain" 0 $program explain "$folder/mail/b.eml"
says "names the rule" "rule confidentiality/"
expect "a file that is not there" 65 $program check "$folder/none.eml"
says "is named" "none.eml"
expect "an unknown list" 78 $program check --list none@example.org "$folder/mail/a.eml"
says "shows the known ones" "$list"
expect "an unknown command" 64 $program chekc
expect "an unknown option" 64 $program check --jsno "$folder/mail/a.eml"
expect "config check" 0 $shipped config check
expect "policy test" 0 $shipped policy test
echo 'sotre = x' >>"$folder/etc/listwarden.conf"
expect "an unknown key" 78 $program config check
says "has file and line" "listwarden.conf:[0-9]*: unknown key"
printf 'store = %s/hold.db\n' "$folder" >"$folder/etc/listwarden.conf"
expect "an empty store" 0 $program held list
says "says so" "Nothing is waiting"
expect "no account" 0 $program user list
says "is there until one is made" "^Nobody yet"
short() { echo "eleven char" | $program user "$@"; }
expect "a new account with a short password" 78 short add ann --role admin
says "is refused" "too short; give at least 12"
expect "an account with a good one" 0 sh -c "echo 'four small words here' | $program user add ann --role admin"
expect "a short password for an old account" 78 short password ann
expect "a report of a month" 0 $program report --month 2026-11
says "counts" "from 2026-11-01 to before 2026-12-01: 0"
expect "the report as CSV" 0 $program report --csv
says "has a row for all" '^all,"",0,'
expect "a month that is none" 78 $program report --month 2026-13
sed -i 's/^review-due = .*/review-due = "2020-01-31"/' "$folder/etc/policies/ipem/clauses.toml"
expect "a policy past its review" 0 $program config check
says "is warned of" "due for its review on 2020-01-31"
printf '\n[[rule]]\nid = "harassment/x"\nconfidence = "hgih"\n' >>"$folder/etc/policies/ipem/harassment.toml"
expect "a wrong rule" 78 $program config check
says "has file and line" "harassment.toml:[0-9]*:"
expect "help" 0 "$bare" help
undocumented=$("$bare" help | sed -nE 's/^  ([a-z]+( [a-z]+)?).*/\1/p' | while read -r command; do
  sed 's/\\-/-/g' "$source_folder/docs/man/listwarden.1" | grep -qE "^\.B.*\"?$command" || echo "$command"
done)
if [ -z "$undocumented" ]; then echo "ok      every command is in the manual"; else
  echo "FAILED  not in listwarden(1): $undocumented"
  failed=1
fi
exit $failed
