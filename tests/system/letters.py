#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A moderator answers a letter through a real Postfix, and the post arrives."""
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from stack import Stack, require_root  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LIST = "medical-physics-engineering@lists.example.ac.uk"
MODERATOR = "moderator@ipem.example"
# What the site's own verifier, in front of our milter, would have written.
VERIFIED = "Authentication-Results: border.example; dmarc=pass header.from=ipem.example\r\n"
failures = []


class LettersStack(Stack):
    def _write_config(self):
        super()._write_config()
        text = self.config.read_text()
        self.config.write_text(text.replace("[notices]\n", "[notices]\nauthserv-id = border.example\n"
                                            "decide-address = decide@lists.example.ac.uk\n"))
        with open(self.folder / "etc" / "lists.d" / "medical-physics-engineering.toml", "a") as file:
            file.write("release-by-letter = true\n")


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what, flush=True)
    if not is_true:
        failures.append(what)


def hold(stack, name):
    """A held post: its id, and the address that its moderator's letter is to be answered to."""
    stack.post("ann@hospital.example", [LIST], (
        f"From: Ann <ann@hospital.example>\r\nTo: {LIST}\r\nSubject: {name}\r\nMessage-ID: <{name}@hospital.example>\r\n"
        "\r\nPlease xyzzyhold.\r\n").encode())
    letter = stack.sink.wait_for(lambda s, r, c: r == [MODERATOR] and f"Please decide: {name} ".encode() in c, 30)
    found = re.search(rb"^Reply-To: (decide\+[0-9a-f]{40}@lists\.example\.ac\.uk)\r$", letter[2] if letter else b"", re.M)
    expect(found is not None, f"{name}: the moderator's letter says where to answer")
    return state(stack, name)["id"], found[1].decode()


def state(stack, name):
    return next(one for one in stack.held() if one["subject"] == name)


def answer(stack, address, text, fields=VERIFIED):
    return stack.post(MODERATOR, [address], (
        f"{fields}From: Moderator <{MODERATOR}>\r\nTo: {address}\r\nSubject: Re: Please decide\r\nMessage-ID: <{time.time_ns()}@ipem.example>\r\n"
        f"\r\n{text}\r\n\r\nOn Monday Listwarden wrote:\r\n> reject and your reason\r\n").encode())


def letter_with(stack, words, seconds=30):
    return stack.sink.wait_for(lambda s, r, c: r == [MODERATOR] and words in c, seconds)


def main():
    require_root()
    with LettersStack(PROGRAMS, SOURCE) as stack:
        _, address = hold(stack, "first")
        expect(answer(stack, address, "approve", fields="")[0] == 250, "an answer that nothing verifies is taken")
        refused = letter_with(stack, b"Subject: Nothing has changed: Re: Please decide")
        expect(refused is not None and refused[0] == "", "and the moderator is told, from the null sender")
        answer(stack, address, "approve", VERIFIED + "Auto-Submitted: auto-replied\r\n")
        expect(state(stack, "first")["state"] == "held", "neither that nor an automatic answer decides")
        expect(answer(stack, "decide+" + 40 * "0" + "@lists.example.ac.uk", "approve")[0] == 550,
               "an unknown token is refused in the session")
        expect(answer(stack, address, "Approve")[0] == 250, "the moderator's own answer is taken")
        arrived = stack.sink.wait_for(lambda s, r, c: b"Subject: first\r\n" in c and LIST in r, 30)
        expect(arrived is not None, "and the post arrives at the list")
        expect(letter_with(stack, b"Subject: Done: first\r\n") is not None, "and the moderator is told")
        expect(state(stack, "first")["decided_by"] == MODERATOR, "it is on record who decided")
        answer(stack, address, "discard")
        expect(stack.sink.wait_for(lambda s, r, c: r == [MODERATOR] and b"came second" in c, 30) is not None,
               "another answer to the same letter changes nothing")

        _, address = hold(stack, "second")
        milter = stack.processes["listwarden-milter"]
        milter.kill()
        milter.wait()
        expect(answer(stack, address, "reject Too long.")[0] == 451, "without the milter an answer is put off")
        stack.start_program("listwarden-milter")
        time.sleep(1)
        stack.wait_for_milter()
        deadline = time.time() + 30
        while (taken := answer(stack, address, "reject Too long.")[0]) != 250 and time.time() < deadline:
            time.sleep(0.5)
        expect(taken == 250 and state(stack, "second")["state"] == "rejected", "and taken when it is back")
        expect(state(stack, "second")["decided_why"] == "Too long.", "with its reason")
        expect(not any(path.startswith("decide") for _, paths, _ in stack.sink.deliveries for path in paths),
               "no answer goes any further")
        if failures:
            print(stack.logs())
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
