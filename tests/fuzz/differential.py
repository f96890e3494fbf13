#!/usr/bin/env python3
"""Whatever Python's email, Perl's MIME-tools or GMime shows of a broken message must be in what we read, or we must say
that we could not read it. Words are planted in ordinary messages, which are then broken at random.

differential.py PROGRAM CORPUS [COUNT [SEED]]
"""
import email
import email.policy
import html
import os
import random
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = ["kestrel", "marmot", "pelican", "wombat", "lobster", "gazelle", "ocelot", "panther", "walrus", "heron"]
# Others that are asked, and how one sees that they are there. GMime's bindings are known to Debian's Python only.
OTHERS = {"Perl MIME-tools": (["perl", os.path.join(HERE, "mime_tools.pl")], ["perl", "-MMIME::Parser", "-e", "1"]),
          "GMime": (["/usr/bin/python3", os.path.join(HERE, "gmime.py")],
                    ["/usr/bin/python3", "-c", "import gi; gi.require_version('GMime', '3.0')"])}


class Program:
    def __init__(self, *command):
        self.command = command
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, raw):
        self.process.stdin.write(b"%d\n%s" % (len(raw), raw))
        self.process.stdin.flush()
        size = int(self.process.stdout.readline())
        return self.process.stdout.read(size).decode("utf-8", "replace").lower()


class Other(Program):
    """Some mail ends it: then it shows nothing, and is started again."""

    ends = 0

    def ask(self, raw):
        try:
            return super().ask(raw)
        except (BrokenPipeError, ValueError):
            self.ends += 1
            self.process.wait()
            self.start()
            return ""


def planted(raw, rng):
    """Words of the message's text give way to our words, before anything is encoded."""
    lines = raw.split(b"\n")
    body = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    for i in range(body, len(lines)):
        if re.fullmatch(rb"[A-Za-z ,.']{12,}", lines[i].strip()) and rng.random() < 0.7:
            lines[i] += b" " + rng.choice(WORDS).encode()
    return b"\n".join(lines)


def own(rng):
    """A message of our own with every usual encoding."""
    import base64
    import quopri

    def leaf():
        text = "Dear all, the %s and the %s met.\n" % (rng.choice(WORDS), rng.choice(WORDS))
        kind = rng.choice(["plain", "plain", "html", "file", "inner"])
        fields = {
            "plain": "Content-Type: text/plain; charset=%s" % rng.choice(["utf-8", "us-ascii", "iso-8859-1"]),
            "html": "Content-Type: text/html",
            "file": "Content-Type: text/plain; name=%s.txt\nContent-Disposition: attachment" % rng.choice(WORDS),
            "inner": "Content-Type: message/rfc822",
        }[kind]
        if kind == "html":
            text = "<html><body><p>%s</p></body></html>\n" % text
        if kind == "inner":
            return fields + "\n\nFrom: c@d.example\nSubject: inner\n\n" + text
        encoding = rng.choice(["7bit", "base64", "quoted-printable", ""])
        if encoding:
            fields += "\nContent-Transfer-Encoding: " + encoding
        if encoding == "base64":
            text = base64.encodebytes(text.encode()).decode()
        if encoding == "quoted-printable":
            text = quopri.encodestring(text.encode()).decode()
        return fields + "\n\n" + text

    def multipart(depth):
        boundary = "b%d" % rng.randrange(100)
        parts = [multipart(depth + 1) if depth < 2 and rng.random() < 0.3 else leaf() for _ in range(rng.randint(1, 3))]
        kind = rng.choice(["mixed", "alternative", "related"])
        return 'Content-Type: multipart/%s; boundary="%s"\n\n' % (kind, boundary) + "".join(
            "--%s\n%s\n" % (boundary, part) for part in parts) + "--%s--\n" % boundary

    head = "From: a@b.example\nSubject: an ordinary subject\nMIME-Version: 1.0\n"
    return (head + (leaf() if rng.random() < 0.2 else multipart(0))).encode()


def broken(raw, rng):
    lines = raw.split(b"\n")
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(lines))
        line = lines[i]
        at = rng.randrange(len(line) + 1)
        what = rng.randrange(18)
        if what == 0:
            del lines[i]
            if not lines:
                lines = [b""]
        elif what == 1:
            lines.insert(i, line)
        elif what == 2:
            j = rng.randrange(len(lines))
            lines[i], lines[j] = lines[j], lines[i]
        elif what == 3:
            lines.insert(i, rng.choice([b"", b" ", b"stray line", b"X: y", b"From x", b"--", b"--b1", b"--b1--"]))
        elif what == 4:
            lines[i] = line[:at] + rng.choice([b" ", b"=", b"\t", b";", b'"', b"\\", b":", b"(", b")", b"-", b"\0", b"|", b"\r"]) + line[at:]
        elif what == 5:
            lines[i] = line[:at]
        elif what == 6:
            lines[i] = line + rng.choice([b" ", b"\t ", b"--", b"=", b"\r"])
        elif what == 7:
            lines[i] = line.swapcase()
        elif what == 8:
            lines.insert(i, b"Content-Transfer-Encoding: " + rng.choice([b"base64", b"7bit", b"quoted-printable", b"x-odd", b'"base64"', b"base64 (x)"]))
        elif what == 9:
            lines.insert(i, b"Content-Type: " + rng.choice([b"text/plain", b"text/html", b"multipart/mixed; boundary=b1", b"message/rfc822", b"odd", b"text/plain; charset=utf-16"]))
        elif what == 10 and b":" in line:
            lines[i] = line.replace(b":", rng.choice([b" :", b":\n ", b"", b"::"]), 1)
        elif what == 11:
            lines[i] = re.sub(rb'boundary="?([^"]*)"?', rng.choice([rb"boundary=\1", rb"boundary*=utf-8''\1", rb"boundary*0=\1", rb'boundary="\1 "', rb"BOUNDARY=\1; boundary=zz", rb"boundary=zz; boundary=\1"]), line)
        elif what == 12:
            lines = lines[: i + 1]
        elif what == 13:
            j = min(len(lines), i + rng.randint(1, 6))
            lines[i:i] = lines[i:j]
        elif what == 14:
            lines[i] = bytes(rng.randrange(256) if rng.random() < 0.05 else c for c in line)
        elif what == 15:
            lines[i] = line.replace(b"text/plain", b"text/html").replace(b"mixed", b"digest")
        elif what == 16:
            lines[i] = b" " + line
        else:
            lines[i] = line.lstrip()
    return rng.choice([b"\n", b"\n", b"\r\n"]).join(lines)


def as_received(raw):
    """Postfix's smtpd makes fields of mbox lines in front."""
    fields = []
    while match := re.match(rb">*From .*\n", raw):
        fields.append(b"X-Mailbox-Line: " + match[0])
        raw = raw[match.end():]
    return b"".join(fields) + raw


def shown_by_python(raw):
    texts = []
    for policy in (email.policy.compat32, email.policy.default):
        try:
            message = email.message_from_bytes(raw, policy=policy)
            for part in message.walk():
                try:
                    texts.append(str(part.get_filename() or ""))
                except Exception:  # Python's own trouble
                    pass
                if part.is_multipart() or part.get_content_maintype() not in ("text", "message"):
                    continue
                payload = part.get_payload(decode=True) or b""
                text = payload.decode(part.get_content_charset() or "ascii", "replace") if known(part) else payload.decode("latin1")
                if part.get_content_subtype() == "html":
                    text = html.unescape(re.sub(r"<[^>]*>", "", text))
                texts.append(text)
        except Exception:
            pass
    return "\n".join(texts).lower()


def known(part):
    try:
        "".encode(part.get_content_charset() or "ascii")
        return True
    except Exception:
        return False


def main():
    program, corpus = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    rng = random.Random(seed)
    ours = Program(program)
    others = {}
    for name, (command, is_there) in OTHERS.items():
        if shutil.which(is_there[0]) and subprocess.run(is_there, capture_output=True).returncode == 0:
            others[name] = Other(*command)
        else:
            print(name + " is not there, and not asked")
    files = []
    for folder, _, names in sorted(os.walk(corpus)):
        files += [os.path.join(folder, name) for name in sorted(names) if name.endswith(".eml")]
    bases = [open(name, "rb").read() for name in files]
    wrong = unread = compared = 0
    for number in range(count):
        base = planted(rng.choice(bases), rng) if rng.random() < 0.3 else own(rng)
        raw = as_received(broken(base, rng))
        answer = ours.ask(raw)
        if answer.startswith("unread"):
            unread += 1
            continue
        shown = {"Python": shown_by_python(raw)} | {name: other.ask(raw) for name, other in others.items()}
        words = {word: [name for name, text in shown.items() if word in text] for word in WORDS}
        words = {word: names for word, names in words.items() if names}
        compared += len(words)
        missing = ["%s (%s)" % (word, ", ".join(names)) for word, names in words.items() if word not in answer]
        if missing:
            wrong += 1
            if wrong <= 10:
                name = "violation-%d-%d.eml" % (seed, number)
                open(name, "wb").write(raw)
                print("mail %d of seed %d: %s not read; kept as %s" % (number, seed, ", ".join(missing), name))
    print("%d mails, %d unread, %d words compared, %d violations; %s" % (count, unread, compared, wrong, ", ".join(
        "%s ended %d times" % (name, other.ends) for name, other in others.items())))
    return 1 if wrong or compared < count / 4 else 0


if __name__ == "__main__":
    sys.exit(main())
