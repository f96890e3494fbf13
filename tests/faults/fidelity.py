#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mails of every form, held behind real Postfix and released: each arrives byte for byte as it came but for trace fields, and once;
one in ten is signed by DKIM and must still verify.

fidelity.py BIN SOURCE [MAILS] [SEED]     tests/faults/results/fidelity.txt keeps the long form
"""
import base64
import concurrent.futures
import pathlib
import random
import re
import subprocess
import sys
import time

try:
    import dkim  # python3-dkim
except ImportError:
    dkim = None
    print("python3-dkim is not there: nothing is signed")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import results  # noqa: E402
from bytewise import dotted, talk, without_trace  # noqa: E402
from stack import Stack, require_root  # noqa: E402

LIST = "medical-physics-engineering@lists.example.ac.uk"
LONG_FORM = 1000
BATCH = 200  # mails that are held, then released, together
SIGNED = [b"from", b"to", b"subject", b"date", b"message-id"]


def field(chance, number):
    """A header field in one of the ways that programs fold and spell it."""
    name = b"%s-%d" % (chance.choice((b"X-Folded", b"x-lower", b"X-CASE", b"X-Tight", b"Comments")), number)
    value = chance.choice((b" one\r\n\ttwo\r\n  three  ", b"none", b" caf\xe9 \xff", b" na\xc3\xafve", b" " + b"long " * 150, b" =?utf-8?q?caf=C3=A9?=",
                           b"\r\n only below", b"  blanks  about  ", b" \"quoted\\\" pair\" (comment)"))
    return name + b":" + value + b"\r\n"


def line(chance):
    kind = chance.randrange(9)
    if kind == 0:
        return bytes(chance.choice(range(0x80, 0x100)) for _ in range(chance.randrange(1, 60)))
    if kind == 1:
        return b"." * chance.randrange(1, 4) + chance.choice((b"", b" ", b"a"))
    if kind == 2:
        return b"trailing" + chance.choice((b" ", b"\t", b"  \t ", b" " * 40))
    if kind == 3:
        return b"word " * chance.randrange(1, 900)
    if kind == 4:
        return b"x" * chance.randrange(900, 999)
    if kind == 5:
        return chance.choice((b"", b"", b" ", b"-- ", b"From the desk", b">From", b"--boundary--", b"begin 644 x"))
    if kind == 6:
        return bytes(chance.choice(range(1, 32)) for _ in range(8)).replace(b"\n", b"").replace(b"\r", b"")
    if kind == 7:
        return "Grüße, κόσμε, 你好 🙂".encode()
    return b"Some ordinary words of a post, as they come."


def is_signed(number):
    return dkim is not None and number % 10 == 0


def mail(seed, number, signing_key):
    chance = random.Random(f"{seed} {number}")
    fields = [b"From: Ann <member%d@hospital.example>\r\n" % number, b"To: " + LIST.encode() + b"\r\n", b"Subject: number %d\r\n" % number,
              b"Date: Mon, 21 Sep 2026 15:00:00 +0000\r\n", b"Message-ID: <%d.%d@hospital.example>\r\n" % (seed, number)]
    fields += [field(chance, n) for n in range(chance.randrange(6))]
    chance.shuffle(fields)
    body = [b"Please xyzzyhold."] + [line(chance) for _ in range(chance.randrange(1, 40))]  # what follows may be a signature
    content = b"".join(fields) + b"\r\n" + b"".join(one + b"\r\n" for one in body)
    if not is_signed(number):
        return content
    how = chance.choice(((b"simple", b"simple"), (b"relaxed", b"relaxed"), (b"simple", b"relaxed")))
    return dkim.sign(content, b"s", b"hospital.example", signing_key, canonicalize=how, include_headers=SIGNED) + content


def keys(folder):
    key = folder / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    return key.read_bytes(), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def number_of(content):
    return int(re.search(rb"^Subject: number (\d+)\r$", content, re.MULTILINE)[1])


def difference(sent, arrived):
    at = next((n for n, (one, two) in enumerate(zip(sent, arrived)) if one != two), min(len(sent), len(arrived)))
    return f"byte {at}: {sent[max(0, at - 40):at + 40]!r} arrived as {arrived[max(0, at - 40):at + 40]!r}"


def main():
    require_root()
    mails, seed = (int(word) for word in (sys.argv[3:5] + ["60", "1"][len(sys.argv[3:5]):]))
    begun, faults, verified = time.time(), [], 0
    with Stack(sys.argv[1], pathlib.Path(sys.argv[2])) as stack:
        signing_key, record = keys(stack.folder)
        for first in range(0, mails, BATCH):
            sent = {number: mail(seed, number, signing_key) for number in range(first, min(mails, first + BATCH))}
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                post = lambda number: talk(stack.mail, f"member{number}@hospital.example", f"<{LIST}>", dotted(sent[number]))
                for number, reply in zip(sent, pool.map(post, sent)):
                    if reply[:1] != "2":
                        faults.append(f"{number}: {reply}")
            waiting = [one["id"] for one in stack.held() if one["state"] == "held"]
            released = stack.command("held", "release", *waiting)
            if released.returncode or len(waiting) != len(sent):
                faults.append(f"{len(waiting)} of {len(sent)} were held; release: {released.returncode} {released.stderr[-300:]}")
            to_list = lambda: [one for one in list(stack.sink.deliveries) if LIST in one[1]]
            deadline = time.time() + 120
            while len(to_list()) < len(sent) and time.time() < deadline:
                time.sleep(0.1)
            arrived = to_list()
            stack.sink.deliveries.clear()
            if sorted(number_of(content) for _, _, content in arrived) != sorted(sent):
                faults.append(f"from {first} on: {len(arrived)} arrived of {len(sent)}")
            for _, _, content in arrived:
                number = number_of(content)
                if without_trace(content) != without_trace(sent[number]):
                    faults.append(f"{number}: {difference(without_trace(sent[number]), without_trace(content))}")
                if is_signed(number):
                    verified += 1
                    if not dkim.verify(content, dnsfunc=lambda *unused, **more: record):
                        faults.append(f"{number}: its signature no longer verifies")
            if sys.stderr.isatty():
                print(f"\r{first + len(sent)} of {mails}", end="", file=sys.stderr)
        if faults:
            print(stack.logs())
    line_of_result = f"{mails} mails, seed {seed}, {time.time() - begun:.0f} s: {verified} signatures verified, faults {len(faults)}"
    print(*faults[:20], line_of_result, sep="\n")
    if mails >= LONG_FORM:
        results.keep(pathlib.Path(sys.argv[2]), "fidelity", ["fidelity.py", mails, seed], line_of_result)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
