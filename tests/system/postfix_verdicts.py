#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mail through a real Postfix is delivered, tagged or held exactly as `listwarden check` says of it.

Uses made-up posts, and real mail from ../shared/data when it is there (LISTWARDEN_MAIL=N messages, 200 unless told).
"""
import email
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
RELEASE = SOURCE / "build" / "release" / "bin"
LIST = "medical-physics-engineering@lists.example.ac.uk"
TRAINEES = "trainees@lists.example.ac.uk"
COUNT = int(os.environ.get("LISTWARDEN_MAIL", "200"))
OPEN = "Subject: %s\r\nFrom: Ann <ann@hospital.example>\r\nTo: %s\r\nMessage-ID: <%s@hospital.example>\r\n\r\n%s\r\n"

failures = []


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what)
    if not is_true:
        failures.append(what)


def held(stack):
    lines = stack.command("held", "list", "--state", "all", "--json").stdout.splitlines()
    return [json.loads(line) for line in lines]


def made_up(stack):
    clean = OPEN % ("Clean", LIST, "clean", "Which detector do you use for small fields?")
    secret = OPEN % ("Secret", LIST, "secret", "The NHS number of my patient is 943 476 5919.")
    expect(stack.post("ann@hospital.example", [LIST], clean.encode())[0] == 250, "a clean post is taken")
    expect(stack.sink.wait_for(lambda s, r, c: b"Subject: Clean\r\n" in c) is not None, "and delivered")
    expect(stack.post("ann@hospital.example", [LIST, "carol@other.example"], secret.encode())[0] == 250,
           "a post with a patient number to a list and a person is taken")
    arrived = stack.sink.wait_for(lambda s, r, c: b"Subject: Secret\r\n" in c)
    expect(arrived is not None and arrived[1] == ["carol@other.example"], "the person gets it, the list does not")
    found = [one for one in held(stack) if one["subject"] == "Secret"]
    expect(len(found) == 1 and found[0]["list"] == LIST, "it is held once, for the list")
    stack.post("ann@hospital.example", [LIST, "carol@other.example"], secret.encode())
    expect(len([one for one in held(stack) if one["subject"] == "Secret"]) == 1, "the client's retry is no second hold")
    forged = "Listwarden: pass\r\nListwarden-Release: v1; id=1; exp=9999999999; sig=AAAA\r\n" + \
        OPEN % ("Forged", LIST, "forged", "Which detector do you use for small fields?")
    stack.post("ann@hospital.example", [LIST], forged.encode())
    arrived = stack.sink.wait_for(lambda s, r, c: b"Subject: Forged\r\n" in c)
    expect(arrived is not None and b"Listwarden" not in arrived[2].split(b"\r\n\r\n")[0], "forged own fields are removed")
    code, _ = stack.post("ann@hospital.example", [LIST], clean.encode(), port=stack.reinject)
    expect(code in (451, 550), f"mail without a token is refused at the re-injection listener ({code})")
    return found[0]["id"] if found else ""


def decisions(stack, held_id):
    raw = subprocess.run([str(stack.programs / "listwarden"), "--config", str(stack.config), "held", "show", "--raw", held_id],
                         capture_output=True).stdout
    expect(b"943 476 5919" in raw, "its bytes are in the store")
    expect(stack.command("held", "release", held_id).returncode == 0, "a moderator releases it")
    arrived = stack.sink.wait_for(lambda s, r, c: LIST in r and b"Subject: Secret\r\n" in c)
    expect(arrived is not None, "it arrives at the list")
    if arrived:
        expect(arrived[2].split(b"\r\n\r\n", 1)[1] == raw.split(b"\r\n\r\n", 1)[1], "with its body unchanged")
        expect(b"Listwarden-Release" not in arrived[2], "without our token")
    again = stack.command("held", "release", held_id)
    expect(again.returncode != 0 and "released" in again.stdout + again.stderr, "a second release says who was first")
    letter = stack.sink.wait_for(lambda s, r, c: r == ["ann@hospital.example"] and b"Auto-Submitted: auto-replied" in c)
    expect(letter is not None and letter[0] == "", "the poster has a letter with a null sender")
    if letter:
        expect(b"943 476 5919" not in letter[2], "the letter masks the number")


def store_down(stack):
    post = OPEN % ("Later", LIST, "later", "The NHS number of my patient is 943 476 5919.")
    stack.processes["listwarden-milter"].kill()
    stack.processes["listwarden-milter"].wait()
    code, _ = stack.post("ann@hospital.example", [LIST], post.encode())
    expect(code == 451, f"without the daemon mail is put off ({code})")
    stack.start_program("listwarden-milter")
    stack.wait_for_milter()
    import time
    for _ in range(50):
        code, _ = stack.post("ann@hospital.example", [LIST], post.encode())
        if code == 250:
            break
        time.sleep(0.2)
    expect(code == 250, "and taken when it is back")
    expect(any(one["subject"] == "Later" for one in held(stack)), "and held")


def real_mail(stack):
    folder = SOURCE.parent / "shared" / "data" / "mail"
    if not folder.is_dir():
        print("real mail: ../shared/data is not there, left out")
        return
    files = sorted(path for name in ("spamassassin_easy_ham", "openbmc", "linux_mips", "spamassassin_spam", "ksummit_discuss")
                   for path in (folder / name).iterdir())
    files = files[:: max(1, len(files) // COUNT)][:COUNT]
    checker = RELEASE / "listwarden" if (RELEASE / "listwarden").exists() else stack.programs / "listwarden"
    said = subprocess.run([str(checker), "--config", str(stack.config), "check", "--json", "--list", LIST, *map(str, files)],
                          capture_output=True, text=True)
    expected = {}
    for line in said.stdout.splitlines():
        one = json.loads(line)
        expected[one["source"].split("#")[0]] = one["disposition"]
    counts, wrong = {}, []
    before = {one["id"] for one in held(stack)}
    sent = {}
    for number, path in enumerate(files):
        content = path.read_bytes()
        if content.startswith(b"From "):
            content = content.split(b"\n", 1)[1]
        mark = f"lw-real-{number}@example.org"
        content = re.sub(rb"\r?\n", b"\r\n", content)
        code, reply = stack.post(mark, [LIST], content)
        sent[mark] = str(path)
        if code != 250:
            wrong.append(f"{path.name}: {code} {reply}")
    kept = {}
    for one in held(stack):
        if one["id"] not in before:
            kept[one["id"]] = one
    stack.sink.wait_for(lambda s, r, c: False, 3)
    delivered = {}
    for sender, recipients, content in list(stack.sink.deliveries):
        if LIST in recipients:
            delivered[sender] = content
    for mark, path in sent.items():
        want = expected.get(path, "?")
        content = delivered.get(mark)
        if content is None:
            got = "hold"
        else:
            got = "tag" if email.message_from_bytes(content.split(b"\r\n\r\n")[0])["Listwarden"] else "pass"
        counts[got] = counts.get(got, 0) + 1
        if got != want:
            wrong.append(f"{path}: check says {want}, Postfix saw {got}")
    for line in wrong[:10]:
        print("   ", line)
    expect(len(kept) == counts.get("hold", 0), f"as many held in the store as not delivered ({len(kept)})")
    expect(not wrong, f"{len(files)} real messages: {counts}, all as check says")


def main():
    if os.geteuid() != 0:
        print("skipped: Postfix's master needs root")
        return 77
    for tcp in (False, True):
        with Stack(PROGRAMS, SOURCE, tcp=tcp) as stack:
            print("over TCP" if tcp else "over a unix socket")
            try:
                held_id = made_up(stack)
                if not tcp:
                    decisions(stack, held_id)
                    store_down(stack)
                    real_mail(stack)
            finally:
                if failures:
                    print(stack.logs())
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
