# SPDX-License-Identifier: Apache-2.0
"""Starts a private mail system, posts a handful of sample messages through it and tells what became of each."""
import argparse
import json
import pathlib
import signal
import sys
import time
import urllib.request
from email.message import EmailMessage

from stack import Stack

LIST = "medical-physics-engineering@lists.example.ac.uk"
PASSWORD = "four small words here"
SAMPLES = [
    ("pass", "A question", "Small field output factors",
     "Dear all,\n\nWhich detector do you use for output factors below 2 cm? We see 3 % between diode and film.\n\n"
     "Many thanks\nAnn Example\n"),
    ("pass", "The guideline's good example", "At the conference",
     "Dear all,\n\nPlease visit the stand of XYZ Ltd at the conference next week.\n\nBest wishes\nAnn\n"),
    ("hold", "A patient number", "Help with a plan",
     "Dear all,\n\nCould somebody look at the plan of my patient, NHS number 943 476 5919? The DVH looks odd.\n\nAnn\n"),
    ("hold", "An insult", "Re: phantom",
     "You are a complete idiot and should never have been allowed near a linac.\n"),
    ("hold", "The guideline's bad example", "News",
     "Dear all,\n\nXYZ Ltd is the world leader in dosimetry equipment. Contact our sales team for a quote today.\n\nAnn\n"),
]


def letter(subject, text, number):
    mail = EmailMessage()
    mail["From"] = "Ann Example <ann@hospital.example>"
    mail["To"] = LIST
    mail["Subject"] = subject
    mail["Message-ID"] = f"<quickstart-{number}-{time.time_ns()}@hospital.example>"
    mail.set_content(text)
    return mail.as_bytes()


def outcome(stack, subject):
    """"pass" when the sink got it for the list, "hold" when the store has it."""
    deadline = time.time() + 20
    while time.time() < deadline:
        for line in stack.command("held", "list", "--json").stdout.splitlines():
            if json.loads(line)["subject"] == subject:
                return "hold"
        if stack.sink.wait_for(lambda s, r, c: LIST in r and f"Subject: {subject}\r\n".encode() in c, 0.2):
            return "pass"
    return "lost"


def show_letter(stack):
    found = stack.sink.wait_for(lambda s, r, c: r == ["ann@hospital.example"] and b"auto-replied" in c)
    if found is None:
        return False
    import email
    import email.policy
    mail = email.message_from_bytes(found[2], policy=email.policy.default)
    print("\nWhat the poster is told at once:\n")
    print("    Subject: " + mail["Subject"])
    for line in mail.get_body(("plain",)).get_content().splitlines():
        print("    " + line)
    return True


def release_one(stack):
    held = [json.loads(line) for line in stack.command("held", "list", "--json").stdout.splitlines()]
    one = next((h for h in held if h["subject"] == "News"), None)
    if one is None:
        return False
    print(f"\nA moderator releases one: listwarden held release {one['id']}")
    print("    " + stack.command("held", "release", one["id"]).stdout.strip())
    return stack.sink.wait_for(lambda s, r, c: LIST in r and b"Subject: News\r\n" in c) is not None


def desk_answers(stack):
    try:
        with urllib.request.urlopen(stack.desk_address + "/sign-in", timeout=20) as page:
            return b"Sign in" in page.read()
    except OSError:
        return False


def main():
    options = argparse.ArgumentParser()
    options.add_argument("programs")
    options.add_argument("source")
    options.add_argument("--once", action="store_true")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(1))
    good = True
    with Stack(pathlib.Path(chosen.programs), pathlib.Path(chosen.source), shipped_rules=True) as stack:
        stack.add_user("moderator", "admin", PASSWORD)
        print(f"A private Postfix listens on 127.0.0.1:{stack.mail}, with listwarden-milter on {stack.socket}.\n")
        for number, (expected, title, subject, text) in enumerate(SAMPLES):
            code, reply = stack.post("ann@hospital.example", [LIST], letter(subject, text, number))
            result = outcome(stack, subject) if code == 250 else f"{code} {reply}"
            good = good and result == expected
            print(f"  {'ok ' if result == expected else 'NO '} {title:32} {result}")
        good = show_letter(stack) and good
        released = release_one(stack)
        print("    and it arrived at the list." if released else "    but it did NOT arrive.")
        good = good and released
        answers = desk_answers(stack)
        print(f"\nThe moderators' pages: {stack.desk_address}\n    Sign in as: moderator\n    Password:   {PASSWORD}")
        print("" if answers else "    but they do NOT answer.")
        good = good and answers
        if not good:
            print(stack.logs(), file=sys.stderr)
        command = f"{stack.programs}/listwarden --config {stack.config}"
        if not chosen.once:
            print(f"\nLook around:\n  {command} held list\n  {command} explain FILE.eml\n"
                  f"Post to it: SMTP on 127.0.0.1:{stack.mail}, to {LIST}\n\nCtrl-C ends everything.")
            try:
                signal.pause()
            except KeyboardInterrupt:
                print()
    print("\nAll as expected." if good else "\nNot as expected; see above.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
