#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the second vote of the filter harassment: a logistic regression over hashed words and pairs of
words, one sentence at a time. Needs Debian's python3-numpy.

    tools/train_sentence_model.py DATA_FOLDER OUT_FILE

DATA_FOLDER holds the public data sets docs/harassment-model.md names. The result is the same for the same
data: nothing is drawn at random but by a fixed seed. Every tenth text of each set is kept apart for the
figures that are printed; half of the list mail is kept apart to set the thresholds.
"""
import email
import email.policy
import itertools
import json
import math
import pathlib
import re
import struct
import sys
import unicodedata
import zlib

import numpy

BITS = 19
BUCKETS = 1 << BITS
LONGEST_TEXT = 300         # longer texts are labelled as a whole, which says little of their sentences
TAG_ALONE = 2e-4           # share of clean list sentences above the threshold
AGREES = 1e-3
MAGIC = b"LWSENT01"

# name of the set, file, labels taken as positive and as negative, weight of a row of either.
# Rows called not_sexist or not_misogynistic are not clean and are never used as such.
SETS = [
    ("davidson", "harassment_davidson.jsonl", 0.25, 1.0),
    ("edos", "harassment_edos_sexism.jsonl", 1.0, None),
    ("github", "harassment_github_issues_strudel.jsonl", 2.0, 1.0),
    ("hatemoji", "harassment_hatemojibuild.jsonl", 1.0, 1.5),
    ("hatexplain", "harassment_hatexplain.jsonl", 0.7, 0.7),
    ("jigsaw", "harassment_jigsaw.jsonl", 1.5, 1.0),
    ("jigsaw-test", "harassment_jigsaw_test_balanced.jsonl", 1.5, 1.0),
    ("misogyny", "harassment_misogyny.jsonl", 1.5, None),
    ("politeness", "harassment_politeness.jsonl", None, 1.0),
    ("surge", "harassment_surge.jsonl", 1.0, 1.0),
    ("wikidetox", "harassment_wikidetox_testset.jsonl", 1.5, 1.0),
]
NEGATIVE = {"clean", "polite", "neutral", "impolite"}
MAIL = ["spamassassin_easy_ham", "spamassassin_easy_ham_2", "linux_mips", "openbmc", "ksummit_discuss"]

# Sentences that only name people for what they are, so that no word of identity weighs by itself.
PLURAL = """women|men|girls|boys|mothers|fathers|gay people|lesbians|gay men|bisexual people|trans people|trans women|
trans men|queer people|muslims|jews|christians|hindus|sikhs|atheists|catholics|black people|white people|asian people|
indians|pakistanis|africans|chinese people|arabs|poles|romanians|immigrants|migrants|refugees|foreigners|
disabled people|deaf people|blind people|autistic people|wheelchair users|older people|young people|pensioners|
pregnant women|single mothers|travellers|roma people|homosexuals|non-binary people""".replace("\n", "").split("|")
SINGULAR = """woman|man|girl|mother|father|gay man|lesbian|gay woman|bisexual man|trans woman|trans man|muslim|
muslim woman|jew|jewish man|christian|hindu|sikh|atheist|black woman|black man|white man|asian woman|indian|pakistani|
african|chinese woman|arab|pole|romanian|immigrant|migrant|refugee|foreigner|disabled person|deaf person|blind man|
autistic person|wheelchair user|pensioner|pregnant woman|single mother|traveller""".replace("\n", "").split("|")
PLURAL_FRAMES = ["{} are welcome here.", "We work with {} every day.", "I love {}.", "{} deserve respect.",
                 "{} have the same rights as everyone.", "Many {} work in this hospital.", "I admire {}.",
                 "The study included 40 {}.", "We need more {} in physics.", "{} face discrimination at work.",
                 "I do not hate {}.", "Nobody should insult {}.", "Not all {} agree with that.",
                 "{} are under-represented in engineering.", "The talk is about the health of {}.",
                 "It is wrong to discriminate against {}.", "I hate it when people insult {}.",
                 "{} are people like you and me.", "I would never say anything bad about {}.", "We stand with {}.",
                 "Saying that {} are stupid is not acceptable.", "Some {} in our group raised a question."]
SINGULAR_FRAMES = ["I am a {}.", "My friend is a {}.", "You are a {}.", "She met a {} at the meeting.",
                   "As a {} I would like to add a point.", "A {} gave the first talk.", "I am proud to be a {}.",
                   "He was attacked for being a {}.", "I hope to marry a {}.", "Our new colleague is a {}.",
                   "It is great to work with a {}.", "Being a {} is not always easy.",
                   "He does not mind that she is a {}."]


def fold(text):
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[‘’‛ʼ′]", "'", text)
    return re.sub(r"\s+", " ", text)


TOKEN = re.compile(rb"[a-z0-9'\x80-\xff]+")


def features(text):
    """Bucket numbers of the words and pairs of words. policy/sentence_model.cc does the same."""
    tokens = TOKEN.findall(fold(text).encode())[:64]
    found = {zlib.crc32(b"w" + token) & (BUCKETS - 1) for token in tokens}
    found |= {zlib.crc32(b"b" + one + b" " + two) & (BUCKETS - 1)
              for one, two in zip([b"^"] + tokens, tokens + [b"$"])}
    return sorted(found)


SPLIT = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\bRT\b|@\w+|<[^>]{1,30}>|\[[^\]]*\]\([^)]*\)")


def rows(folder):
    for name, file, positive, negative in SETS:
        for line in open(folder / file, encoding="utf-8"):
            row = json.loads(line)
            text = ADDRESS.sub(" ", row["text"]).replace("#", " ").strip()
            is_positive = row["label"] == "abusive"
            weight = positive if is_positive else negative if row["label"] in NEGATIVE else None
            if weight is None or not text or (len(text) > LONGEST_TEXT and is_positive):
                continue
            kept = zlib.crc32(row["id"].encode()) % 10 == 0
            if len(text) <= LONGEST_TEXT:
                yield name, kept, text, is_positive, weight
            else:
                for sentence in SPLIT.split(text)[:6]:
                    yield name, kept, sentence, False, weight / 2


def identity_rows():
    for frame, name in itertools.chain(itertools.product(PLURAL_FRAMES, PLURAL),
                                       itertools.product(SINGULAR_FRAMES, SINGULAR)):
        yield "identity", zlib.crc32((frame + name).encode()) % 10 == 0, frame.format(name), False, 1.0


def author_sentences(text):
    lines = [line for line in text.split("\n") if not line.startswith((">", "|", "On ")) and "wrote:" not in line]
    text = "\n".join(lines).split("\n-- \n")[0]
    for sentence in SPLIT.split(text):
        sentence = " ".join(sentence.split())
        if 8 < len(sentence) <= LONGEST_TEXT:
            yield sentence


def list_sentences(folder):
    for row in map(json.loads, open(folder / "clean_r_lists.jsonl", encoding="utf-8")):
        yield from ((zlib.crc32(row["id"].encode()) % 2, one) for one in author_sentences(row["text"]))
    for row in map(json.loads, open(folder / "newsgroups20_train.jsonl", encoding="utf-8")):
        if row["group"].startswith(("sci.", "comp.")):
            yield from ((zlib.crc32(row["id"].encode()) % 2, one) for one in author_sentences(row["text"]))
    for name in MAIL:
        for path in sorted((folder / "mail" / name).rglob("*")):
            if not path.is_file():
                continue
            try:
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                body = message.get_body(("plain",))
                text = body.get_content() if body else ""
            except Exception:  # broken on purpose, or of an unknown charset
                continue
            yield from ((zlib.crc32(path.name.encode()) % 2, one) for one in author_sentences(text))


class Matrix:
    """Rows of bucket numbers."""

    def __init__(self, texts):
        found = [features(text) for text in texts]
        self.starts = numpy.cumsum([0] + [len(one) for one in found])
        self.columns = numpy.fromiter(itertools.chain.from_iterable(found), numpy.int64, self.starts[-1])

    def scores(self, weights, bias):
        sums = numpy.concatenate([[0.0], numpy.cumsum(weights[self.columns])])
        counts = numpy.maximum(1, numpy.diff(self.starts))
        return bias + (sums[self.starts[1:]] - sums[self.starts[:-1]]) / numpy.sqrt(counts)


def train(matrix, labels, importance, epochs=6, rate=0.5, decay=2e-6, batch=256):
    weights, bias = numpy.zeros(BUCKETS), 0.0
    seen = numpy.full(BUCKETS, 1e-2)
    order = numpy.random.RandomState(7)
    count = len(labels)
    scale = 1 / numpy.sqrt(numpy.maximum(1, numpy.diff(matrix.starts)))
    for epoch in range(epochs):
        step = rate / (1 + epoch)
        rows_in_order = order.permutation(count)
        for at in range(0, count, batch):
            chosen = rows_in_order[at:at + batch]
            lengths = matrix.starts[chosen + 1] - matrix.starts[chosen]
            of_row = numpy.repeat(numpy.arange(len(chosen)), lengths)
            first = numpy.repeat(matrix.starts[chosen] - numpy.cumsum(lengths) + lengths, lengths)
            columns = matrix.columns[first + numpy.arange(len(of_row))]
            score = bias + numpy.bincount(of_row, weights[columns], len(chosen)) * scale[chosen]
            error = importance[chosen] * (1 / (1 + numpy.exp(-score)) - labels[chosen])
            unique, place = numpy.unique(columns, return_inverse=True)
            gradient = numpy.bincount(place, (error * scale[chosen])[of_row], len(unique))
            gradient += decay * batch * weights[unique]
            seen[unique] += gradient ** 2
            weights[unique] -= step * gradient / numpy.sqrt(seen[unique])
            bias -= 0.02 * step * error.mean()
    return weights, bias


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    data = list(rows(folder)) + list(identity_rows())
    listed = list(dict.fromkeys(list_sentences(folder)))
    data += [("lists", False, text, False, 1.0) for half, text in listed if half == 0]
    clean = [text for half, text in listed if half == 1]
    used = [row for row in data if not row[1]]
    kept = [row for row in data if row[1]]
    print(f"{len(used)} rows, {sum(row[3] for row in used)} of them abusive; {len(clean)} list sentences kept apart",
          flush=True)
    matrix = Matrix([row[2] for row in used])
    labels = numpy.array([float(row[3]) for row in used])
    importance = numpy.array([row[4] for row in used])
    weights, bias = train(matrix, labels, importance)

    step = numpy.abs(weights).max() / 127
    quantised = numpy.rint(weights / step).astype(numpy.int8)
    weights = quantised * step
    on_lists = numpy.sort(Matrix(clean).scores(weights, bias))[::-1]
    tag, agrees = (float(on_lists[math.ceil(len(on_lists) * share)]) for share in (TAG_ALONE, AGREES))
    for name in dict.fromkeys(row[0] for row in kept):
        of_set = [row for row in kept if row[0] == name]
        score = Matrix([row[2] for row in of_set]).scores(weights, bias)
        truth = numpy.array([row[3] for row in of_set])
        shown = []
        for threshold in (tag, agrees):
            found = score > threshold
            shown += [f"found {found[truth].mean():.3f}" if truth.any() else "found -",
                      f"false {found[~truth].mean():.4f}" if (~truth).any() else "false -"]
        print(f"{name:12} {truth.sum():5} abusive {len(truth) - truth.sum():5} clean | alone: {shown[0]} {shown[1]}"
              f" | with a rule: {shown[2]} {shown[3]}")
    out.parent.mkdir(parents=True, exist_ok=True)
    payload = struct.pack("<Iffff", BITS, step, bias, tag, agrees) + quantised.tobytes()
    out.write_bytes(MAGIC + payload + struct.pack("<I", zlib.crc32(payload)))
    print(f"thresholds {tag:.3f} alone, {agrees:.3f} with a rule; {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
