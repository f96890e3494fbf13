#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real Postfix, configured as shipped, hands over and gets back: every spelling of a list, bytes unchanged through hold and
release, DKIM signatures that still verify, no smuggled mail, and faults that only put mail off.

usage: postfix_mail.py PROGRAMS SOURCE
"""
import json
import os
import pathlib
import signal
import smtplib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from bytewise import dotted, talk, without_trace  # noqa: E402
from stack import Stack, require_root  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LIST = "medical-physics-engineering@lists.example.ac.uk"
LOCAL, DOMAIN = LIST.split("@")
ANN = "ann@hospital.example"
failures = []


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what, flush=True)
    if not is_true:
        failures.append(what)


def post(name, body=b"Please xyzzyhold.\r\n", extra=b""):
    return (b"Received: from x by y; Mon, 21 Sep 2026 15:00:00 +0000\r\nFrom: Ann <%s@hospital.example>\r\nTo: %s\r\n"
            b"Subject: %s\r\nMessage-ID: <%s@hospital.example>\r\nDate: Mon, 21 Sep 2026 15:00:00 +0000\r\n%s\r\n%s"
            % (name.encode(), LIST.encode(), name.encode(), name.encode(), extra, body))


def is_held(stack, subject):
    return [one for one in stack.held() if one["subject"] == subject]


def spellings(stack):
    for number, path in enumerate((f"<{LIST}>", f"<{LOCAL.upper()}@{DOMAIN.upper()}>", f'<"{LOCAL}"@{DOMAIN}>', f"<{LOCAL}@{DOMAIN}.>",
                                   f"<@relay.example:{LIST}>", f"<{LOCAL}%{DOMAIN}>", f"<{LOCAL}%{DOMAIN}@mx.{DOMAIN}>",
                                   f"<{DOMAIN}!{LOCAL}>", f"<{LOCAL}+x@{DOMAIN}>")):
        name = f"spelling{number}"
        reply = talk(stack.mail, ANN, path, post(name) + b".\r\n")
        if reply[0] == "5":
            print(f"ok      {path} is refused by Postfix")
            continue
        expect(reply[0] == "2" and len(is_held(stack, name)) == 1, f"{path} is the list, and held ({reply[:3]})")


FIDELITY = {
    "eightbit": b"caf\xe9 \xff\x80 na\xc3\xafve xyzzyhold\r\n",
    "dots": b".xyzzyhold\r\n..\r\n. \r\n.a\r\n",
    "blanks": b"xyzzyhold  \t\r\n\r\n\r\n \r\n",
    "longline": b"xyzzyhold " + b"x" * 950 + b"\r\n",
    "verylongline": b"xyzzyhold " + b"word " * 5000 + b"\r\n",
    "signature": b"xyzzyhold\r\n-- \r\nAnn\r\nFrom the desk\r\n",
}
FOLDED = b"X-Folded: one\r\n\ttwo\r\n  three  \r\nX-Tight:none\r\nx-CASE: Kept\r\nX-Eight: caf\xe9\r\n"

def fidelity(stack):
    for name, body in FIDELITY.items():
        content = post(name, body, FOLDED)
        talk(stack.mail, ANN, f"<{LIST}>", dotted(content))
        held = is_held(stack, name)
        if len(held) != 1:
            expect(False, f"{name} is held")
            continue
        stack.command("held", "release", held[0]["id"])
        arrived = stack.sink.wait_for(lambda s, r, c: f"Subject: {name}\r\n".encode() in c and LIST in r, 30)
        expect(arrived is not None and without_trace(arrived[2]) == without_trace(content) and arrived[0] == ANN,
               f"{name}: released as it came, byte for byte")
        if arrived and without_trace(arrived[2]) != without_trace(content):
            print("came   ", repr(without_trace(content))[:1500])
            print("arrived", repr(without_trace(arrived[2]))[:1500])


def dkim_signatures(stack):
    try:
        import dkim  # python3-dkim
    except ImportError:
        print("python3-dkim is not there: signatures not checked")
        return
    key = stack.folder / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    import base64
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    for number, canonical in enumerate(((b"simple", b"simple"), (b"relaxed", b"relaxed"))):
        for word, what in (("xyzzyhold", "hold and release"), ("xyzzytag", "a tag")):
            name = f"dkim{number}{word}"
            content = post(name, f"Please {word}.  \r\n caf\u00e9\r\n".encode(), FOLDED).split(b"\r\n", 1)[1]
            signed = dkim.sign(content, b"s", b"hospital.example", key.read_bytes(), canonicalize=canonical,
                               include_headers=[b"from", b"to", b"subject", b"x-folded", b"x-tight"]) + content
            talk(stack.mail, ANN, f"<{LIST}>", signed + b".\r\n")
            for one in is_held(stack, name):
                stack.command("held", "release", one["id"])
            arrived = stack.sink.wait_for(lambda s, r, c: f"Subject: {name}\r\n".encode() in c and LIST in r, 30)
            good = arrived is not None and dkim.verify(arrived[2], dnsfunc=lambda *unused, **more: record)
            expect(good, f"a DKIM signature ({canonical[0].decode()}) survives {what}")
            if word == "xyzzytag" and arrived:
                expect(b"\r\nListwarden: tag; " in b"\r\n" + arrived[2], "and the tag is there")


def smuggling(stack):
    for number, end in enumerate((b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r")):
        inner = b"MAIL FROM:<forged@bank.example>\r\nRCPT TO:<carol@other.example>\r\nDATA\r\nSubject: smuggled%d\r\n\r\nx\r\n.\r\n" % number
        try:
            talk(stack.mail, ANN, f"<{LIST}>", post(f"smuggler{number}", b"Hello" + end + inner))
        except OSError:
            pass
    time.sleep(2)
    smuggled = [one for one in stack.sink.deliveries if one[0] == "forged@bank.example" or "carol@other.example" in one[1]]
    expect(not smuggled, f"with the shipped lines no mail is smuggled in {[one[2][:60] for one in smuggled] or ''}")


def killed_at_the_end(stack):
    """The daemon dies while it judges: the client is told 451, and its retry is held once."""
    milter = stack.processes["listwarden-milter"]
    client = smtplib.SMTP("127.0.0.1", stack.mail, timeout=60)
    client.ehlo()
    client.mail(ANN)
    client.rcpt(LIST)
    client.putcmd("data")
    client.getreply()
    client.send(post("killed"))
    time.sleep(0.5)
    milter.send_signal(signal.SIGSTOP)
    client.send(b".\r\n")
    threading.Timer(0.5, milter.kill).start()
    code, _ = client.getreply()
    client.close()
    milter.wait()
    expect(code == 451, f"killed at the end of a message: the client is put off ({code})")
    code, _ = stack.post(ANN, [LIST], post("killed"))
    expect(code == 451, f"while it is away too ({code})")
    stack.start_program("listwarden-milter")
    stack.wait_for_milter()
    expect(stack.post_until_taken(ANN, [LIST], post("killed")), "when it is back the retry is taken")
    expect(len(is_held(stack, "killed")) == 1, "and held once")


def store_away(stack):
    store = stack.folder / "store"
    store.rename(stack.folder / "away")
    code, text = stack.post(ANN, [LIST], post("away"))
    expect(code == 451, f"without its store a hold is put off ({code} {text})")
    clean = post("cleanaway", b"Good morning.\r\n")
    expect(stack.post(ANN, [LIST], clean)[0] == 250, "clean mail goes on")
    (stack.folder / "away").rename(store)
    expect(stack.post_until_taken(ANN, [LIST], post("away")), "with the store back it is taken without a restart")
    expect(len(is_held(stack, "away")) == 1, "and held once")


def full_disk(stack):
    """The store on a file system of its own that runs full."""
    store = stack.folder / "store"
    filler = store / "filler"
    space = os.statvfs(store)
    size = space.f_bavail * space.f_frsize - (8 << 20)
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    begun = time.monotonic()
    code, text = stack.post(ANN, [LIST], post("full"))
    expect(code in (451, 452), f"with a full disk a hold is put off ({code}), after {time.monotonic() - begun:.2f} s")
    with open(filler, "ab") as file:
        space = os.statvfs(store)
        os.posix_fallocate(file.fileno(), size, space.f_bavail * space.f_frsize)
    done = stack.command("purge", "--texts", "0", "--list", LIST)
    expect(done.returncode == 0, f"with 0 bytes free a purge goes on {done.stdout.strip()} {done.stderr}")
    filler.unlink()
    begun = time.monotonic()
    expect(stack.post_until_taken(ANN, [LIST], post("full"), 10), "with room again it is taken without a restart, " +
           f"after {time.monotonic() - begun:.2f} s")
    expect(len(is_held(stack, "full")) == 1, "and held once")


def doctor(stack):
    """The shipped lines, as real Postfix reads them, are safe; and each fault put into them is found."""
    folder = stack.folder / "postfix"
    ask = lambda: stack.command("doctor", "--json", "--postfix-config", str(folder))
    told = lambda done: {(one["grade"], one["subject"]) for one in map(json.loads, done.stdout.splitlines())}
    before = sorted((stack.folder / "store").iterdir())
    found = told(ask())
    bad = sorted(subject for grade, subject in found if grade == "unsafe")
    expect(not bad and ("ok", "postfix/milter") in found and ("ok", "store") in found, f"the doctor finds nothing unsafe ({bad})")
    expect(("ok", "milter/socket") in found, "the socket is open to Postfix alone")
    expect(sorted((stack.folder / "store").iterdir()) == before, "nothing was made beside the store")
    main_cf = folder / "main.cf"
    good = main_cf.read_text()
    for line, subject in (("milter_default_action = accept\nsmtpd_milters = unix:listwarden/milter.sock", "postfix/default-action"),
                          ("smtpd_forbid_bare_newline = no", "postfix/smuggling"), ("smtpd_milters =", "postfix/re-injection"),
                          ("milter_macro_daemon_name = REINJECT", "postfix/re-injection")):
        main_cf.write_text(good + line + "\n")
        done = ask()
        expect(done.returncode == 2 and ("unsafe", subject) in told(done), f"{line.splitlines()[-1]}: {subject} is unsafe")
    main_cf.write_text(good)


def main():
    require_root()
    with Stack(PROGRAMS, SOURCE, small_disk=True, shipped_rules=True) as stack:
        scenarios = [doctor, spellings, fidelity, dkim_signatures, smuggling, killed_at_the_end]
        if stack.has_small_disk():
            scenarios.append(full_disk)
        else:
            print("no small file system can be mounted here: full disk left out")
            scenarios.append(store_away)
        for scenario in scenarios:
            print(f"- {scenario.__name__}")
            scenario(stack)
        if failures:
            print(stack.logs())
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
