#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mail through a real Postfix is delivered, tagged or held exactly as `listwarden check` says of it.

Uses made-up posts, and real mail from ../shared/data when it is there (LISTWARDEN_MAIL=N messages, 150 unless told).
"""
import email
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack, require_root  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
RELEASE = SOURCE / "build" / "release" / "bin"
LIST = "medical-physics-engineering@lists.example.ac.uk"
TRAINEES = "trainees@lists.example.ac.uk"
COUNT = int(os.environ.get("LISTWARDEN_MAIL", "150"))
OPEN = "Subject: %s\r\nFrom: Ann <ann@hospital.example>\r\nTo: %s\r\nMessage-ID: <%s@hospital.example>\r\n\r\n%s\r\n"

failures = []


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what)
    if not is_true:
        failures.append(what)


def held(stack):
    return stack.held()


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


def real_files():
    folder = SOURCE.parent / "shared" / "data" / "mail"
    if not folder.is_dir():
        return []
    files = sorted(path for name in ("spamassassin_easy_ham", "openbmc", "linux_mips", "spamassassin_spam", "ksummit_discuss")
                   for path in (folder / name).iterdir())
    return files[:: max(1, len(files) // COUNT)][:COUNT]


def said_of(stack, files):
    """What `listwarden check` says of each; its release build where there is one."""
    checker = RELEASE / "listwarden" if (RELEASE / "listwarden").exists() else stack.programs / "listwarden"
    said = subprocess.run([str(checker), "--config", str(stack.config), "check", "--json", "--list", LIST, *map(str, files)],
                          capture_output=True, text=True)
    return {one["source"].split("#")[0]: one["disposition"] for one in map(json.loads, said.stdout.splitlines())}


def real_mail(stack, files, socket_name):
    expected = said_of(stack, files)
    wrong, sent, lock, waiting = [], {}, threading.Lock(), list(enumerate(files))

    def post_all():
        while True:
            with lock:
                if not waiting:
                    return
                number, path = waiting.pop()
            content = path.read_bytes()
            if content.startswith(b"From "):
                content = content.split(b"\n", 1)[1]
            mark = f"lw-real-{number}@example.org"
            code, reply = stack.post(mark, [LIST], re.sub(rb"\r?\n", b"\r\n", content))
            with lock:
                sent[mark] = str(path)
                if code != 250:
                    wrong.append(f"{path.name}: {code} {reply}")

    start = time.time()
    threads = [threading.Thread(target=post_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.time() - start
    kept = {one["reverse_path"] for one in held(stack)} & set(sent)
    delivered = {}
    deadline = time.time() + 60
    while len(delivered) + len(kept) < len(sent) and time.time() < deadline:
        time.sleep(0.5)
        delivered = {sender: content for sender, recipients, content in list(stack.sink.deliveries) if LIST in recipients and sender in sent}
    counts = {}
    for mark, path in sent.items():
        places = (mark in kept) + (mark in delivered)
        got = "lost" if places == 0 else "twice" if places == 2 else "hold" if mark in kept else "pass"
        if got == "pass" and email.message_from_bytes(delivered[mark].split(b"\r\n\r\n")[0])["Listwarden"]:
            got = "tag"
        counts[got] = counts.get(got, 0) + 1
        if got != expected.get(path, "?"):
            wrong.append(f"{path}: check says {expected.get(path, '?')}, Postfix saw {got}")
    for line in wrong[:10]:
        print("   ", line)
    result = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    expect(not wrong, f"{len(files)} real messages over {socket_name}: {result}; {len(wrong)} not as check says")
    return f"{socket_name}: {len(files)} messages, {result}, {len(wrong)} not as `listwarden check` says, {seconds:.0f} s"


def main():
    require_root()
    files, report = real_files(), []
    if not files:
        print("real mail: ../shared/data is not there, left out")
    for tcp in (False, True):
        with Stack(PROGRAMS, SOURCE, tcp=tcp, shipped_rules=True) as stack:
            name = "TCP" if tcp else "a unix socket"
            print("over " + name)
            try:
                held_id = made_up(stack)
                if not tcp:
                    decisions(stack, held_id)
                if files:
                    report.append(real_mail(stack, files, name))
            finally:
                if failures:
                    print(stack.logs())
    if "LISTWARDEN_REPORT" in os.environ:
        command = f"command: LISTWARDEN_MAIL={COUNT} python3 tests/system/postfix_verdicts.py {sys.argv[1]} .\n"
        pathlib.Path(os.environ["LISTWARDEN_REPORT"]).write_text(command + "\n".join(report) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
