#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the second vote of the filters: for each a logistic regression over hashed words, pairs and triples of words,
beginnings of words, words that a negation reaches and marks, one sentence or two at a time. Needs Debian's
python3-sklearn. docs/sentence-model.md is the model's card.

    tools/train_sentence_model.py DATA_FOLDER OUT_FILE

Learns from tools/passages/FILTER-*.txt ("+ " breaks the filter's clause, "- " does not), from the labelled posts in
tests/corpus/posts, and from the public sets in DATA_FOLDER. The result is the same for the same data. Thresholds are set on
what models of three quarters of our own texts and of the list mail say of the fourth.
"""
import email
import email.policy
import itertools
import json
import multiprocessing
import pathlib
import re
import struct
import sys
import tomllib
import unicodedata
import zlib

import numpy
import scipy.sparse
from sklearn.linear_model import LogisticRegression

SOURCE = pathlib.Path(__file__).resolve().parent.parent
FILTERS = ["confidentiality", "harassment", "endorsement", "political", "reputation", "copyright", "privacy",
           "representation", "purpose"]
BUCKETS = 800_000
MAGIC = b"LWSENT04"
LONGEST_TEXT = 300  # longer texts of the public sets are labelled as a whole, which says little of their sentences
FEWEST = 25  # features; a sentence with fewer counts as if it had so many, since little speaks for it either way
FOLDS = 4
RARITY_SCALE = 3
HEAVIEST = 0.998    # quantile of the weights; heavier ones are cut
SETS_WEIGHT = 0.04  # of a row of the public sets, beside 2 of a passage of ours
FALSE_OWN = 0.05    # share of hard negatives and quoted posts of the filter that may be tagged
FALSE_CLEAN = 0.006 # of posts that break no clause
FALSE_OTHER = 0.02   # of posts that break other clauses
FALSE_MAIL = 1.0e-3  # of messages of list mail …
OTHER_MAIL = {"harassment": 5e-3, "abuse": 4e-4, "reputation": 1.5e-3, "endorsement": 2.0e-3,
              "purpose": 1.5e-3}  # … but some of it is rude, sells or chats
MAIL_WEIGHT = 1.0  # of a sentence of list mail
DOUBLING = 1.2     # taken off the scores of a text for each doubling of its sentences …
SHORT_POST = 6     # … beyond so many; policy/second_vote.cc does the same

# Clauses that one sentence may well break together: texts of the one are no counter-examples for the other.
TOGETHER = [{"harassment", "reputation"}, {"political", "reputation"}, {"confidentiality", "privacy"},
            {"endorsement", "purpose"}, {"representation", "reputation"}, {"representation", "political"},
            {"harassment", "political"}, {"privacy", "harassment"}, {"confidentiality", "representation"},
            {"copyright", "confidentiality"}, {"purpose", "political"}, {"purpose", "privacy"}]

# Public sets for harassment: name, file, weight of abusive and of clean rows (None: not used as such).
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
ROWS = ["clean_r_lists.jsonl", "newsgroups20_train.jsonl"]
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


TOKEN = re.compile(rb"([a-z0-9'\x80-\xff]+)|\.\.\.|[?!;:()\"]")
NEGATIONS = {b"cannot", b"hardly", b"neither", b"never", b"no", b"nobody", b"none", b"nor", b"not", b"nothing", b"without"}
REACH = 3  # words that a negation is taken to reach
MOST_WORDS = 64


def sentence_features(sentence):
    words, found, reach = [b"^"], [], 0
    for match in TOKEN.finditer(sentence):
        if len(words) > MOST_WORDS:
            break
        word = match[1]
        if not word:
            found.append(b"q" + match[0])
            continue
        word = b"0" if 48 <= word[0] <= 57 else word
        found.append(b"w" + word)
        if len(word) >= 6:
            found += [b"4" + word[:4], b"6" + word[:6]]
        if word in NEGATIONS or word.endswith(b"n't"):
            reach = REACH
        elif reach:
            found.append(b"n" + word)
            reach -= 1
        words.append(word)
    if len(words) > 1:
        words.append(b"$")
        found += [b"b" + b" ".join(two) for two in zip(words, words[1:])]
        found += [b"t" + b" ".join(three) for three in zip(words, words[1:], words[2:])]
    return found


def features(text):
    """Bucket numbers, one for each occurrence. policy/sentence_model.cc does the same."""
    return [zlib.crc32(one) * BUCKETS >> 32
            for sentence in SPLIT.split(text) for one in sentence_features(fold(sentence).encode())]


def matrix(texts):
    found = [features(text) for text in texts]
    starts = numpy.cumsum([0] + [len(one) for one in found])
    columns = numpy.fromiter(itertools.chain.from_iterable(found), numpy.int32, starts[-1])
    scale = 1 / numpy.sqrt(numpy.maximum(FEWEST, numpy.diff(starts)))
    made = scipy.sparse.csr_matrix((numpy.repeat(scale, numpy.diff(starts)), columns, starts), (len(texts), BUCKETS))
    made.sum_duplicates()
    return made


def rarity(rows):
    """Of each bucket how rare it is: words that are everywhere learn slowly. Part of the weights that are written."""
    return numpy.log(rows.shape[0] / (1 + numpy.bincount(rows.indices, minlength=BUCKETS))) / RARITY_SCALE


SPLIT = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\bRT\b|@\w+|<[^>]{1,30}>|\[[^\]]*\]\([^)]*\)")


def set_rows(folder):
    for _, file, positive, negative in SETS:
        for line in open(folder / file, encoding="utf-8"):
            row = json.loads(line)
            text = ADDRESS.sub(" ", row["text"]).replace("#", " ").strip()
            is_positive = row["label"] == "abusive"
            weight = positive if is_positive else negative if row["label"] in NEGATIVE else None
            if weight is None or not text or (len(text) > LONGEST_TEXT and is_positive):
                continue
            if len(text) <= LONGEST_TEXT:
                yield text, is_positive, weight
            else:
                yield from ((sentence, False, weight / 2) for sentence in SPLIT.split(text)[:6] if sentence)


def identity_rows():
    for frame, name in itertools.chain(itertools.product(PLURAL_FRAMES, PLURAL),
                                       itertools.product(SINGULAR_FRAMES, SINGULAR)):
        yield frame.format(name), False, 1.0


def author_sentences(text):
    lines = [line for line in text.split("\n") if not line.startswith((">", "|", "On ")) and "wrote:" not in line]
    text = "\n".join(lines).split("\n-- \n")[0]
    for sentence in SPLIT.split(text):
        sentence = " ".join(sentence.split())
        if 8 < len(sentence) <= LONGEST_TEXT:
            yield sentence


def list_mail(folder):
    """(name, what its author wrote) of list mail and of orderly news groups."""
    for file in ROWS:
        for row in map(json.loads, open(folder / file, encoding="utf-8")):
            if row["label"].startswith("clean"):
                yield row["id"], row["text"]
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
            yield path.name, text


def passages():
    """filter -> [(text, breaks the clause)]"""
    found = {}
    for name in [*FILTERS, "abuse"]:
        found[name] = []
        for path in sorted((SOURCE / "tools" / "passages").glob(name + "-*.txt")):
            for line in open(path, encoding="utf-8"):
                if line[:2] in ("+ ", "- "):
                    found[name].append((line[2:].strip(), line[0] == "+"))
        found[name] = list(dict.fromkeys(found[name]))
    return found


def fold_of(name):
    return zlib.crc32(name.encode()) % FOLDS


def is_prose(text):
    """Tables, listings and a few words tell the model nothing; policy/second_vote.cc leaves them out, too."""
    if any(code in text for code in ("$(", "==", "----", "&&")):
        return False
    letters = sum(one.isalpha() or one in " '" or ord(one) >= 0x80 for one in text)
    return text.count(" ") >= 4 and letters * 10 >= len(text) * 7


def windows_of(sentences):
    """Single and in pairs."""
    pairs = [one + " " + two for one, two in zip(sentences, sentences[1:])]
    return [one for one in sentences + pairs if is_prose(one)]


def allowance(sentences):
    """The more sentences, the likelier that one of them looks like something by chance."""
    return DOUBLING * numpy.log2(numpy.maximum(sentences, SHORT_POST) / SHORT_POST)


class Mail:
    """List mail: each sentence once to learn from, and every window of every message to be judged."""

    def __init__(self, messages):
        learnt, windows, self.starts, self.window_folds, counts, self.message_folds = {}, [], [], [], [], []
        for name, text in messages:
            fold_number, sentences = fold_of(name), list(author_sentences(text))
            for one in sentences:
                learnt.setdefault(one, fold_number)
            found = windows_of(sentences)
            if found:
                self.starts.append(len(windows))
                windows += found
                self.window_folds += [fold_number] * len(found)
                counts.append(len(sentences))
                self.message_folds.append(fold_number)
        self.learnt, self.learnt_folds = matrix(list(learnt)), numpy.array(list(learnt.values()))
        self.windows, self.window_folds = matrix(windows), numpy.array(self.window_folds)
        self.allowances, self.message_folds = allowance(numpy.array(counts)), numpy.array(self.message_folds)

    def scores(self, models):
        """Of each message the score by the model that did not learn from its fold."""
        scores = numpy.zeros(self.windows.shape[0])
        for number, model in enumerate(models):
            chosen = self.window_folds == number
            scores[chosen] = model.scores(self.windows[chosen])
        return numpy.logaddexp.reduceat(scores, self.starts) - self.allowances


FORWARDED = re.compile(r"^(?:-.*(?:forward|original)|from: |begin forwarded)", re.IGNORECASE | re.MULTILINE)


class Post:
    """A labelled post and its sentences, single and in pairs."""

    def __init__(self, name, row):
        self.name, self.kind, self.also = name, row["kind"], row.get("also", [])
        self.is_entitled = "authenticated" in row
        self.fold = fold_of(row["id"])
        text = row.get("text") or re.sub("<[^>]+>", " ", row.get("html", ""))
        if self.kind == "quoted":
            text = FORWARDED.split(text)[0]
        sentences = [row.get("subject", "")]
        for paragraph in re.split(r"\n\s*\n", text):
            kept = " ".join(line for line in paragraph.split("\n") if not line.startswith(">"))
            sentences += [one for one in re.split(r"(?<=[.!?])\s+", kept.strip()) if one]
        self.windows = windows_of(sentences) or [" ".join(sentences)]
        self.allowance = allowance(len(sentences))
        self.breaks = self.kind in ("clear", "subtle")


def posts():
    for name in FILTERS + ["quality", "clean"]:
        path = SOURCE / "tests" / "corpus" / "posts" / (name + ".toml")
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["post"]:
            yield Post(name, row)


def are_together(one, two):
    return {one, two} in TOGETHER


class Model:
    """A logistic regression as it is written: one byte a bucket. The weights of a few rare words are cut, so that none
    of them decides alone."""

    def __init__(self, rows, labels, weights, rare):
        fitted = LogisticRegression(C=20, solver="liblinear", random_state=1).fit(rows, labels, weights)
        full = fitted.coef_[0] * rare.diagonal()
        self.bias = fitted.intercept_[0]
        self.step = numpy.quantile(numpy.abs(full[full != 0]), HEAVIEST) / 127
        self.bytes = numpy.clip(numpy.rint(full / self.step), -127, 127).astype(numpy.int8)

    def scores(self, texts):
        rows = texts if scipy.sparse.issparse(texts) else matrix(texts)
        return rows @ (self.bytes * self.step) + self.bias


class Task:
    """What one filter learns from, and its thresholds."""

    def __init__(self, name, own, labelled, extra, mail, rare):
        self.name, self.mail, self.rare = name, mail, rare
        self.learnt = mail.learnt @ rare
        self.texts, self.labels, self.weights, self.folds = [], [], [], []
        for other, rows in own.items():
            for number, (text, breaks) in enumerate(rows):
                if other != name and breaks and are_together(name, other):
                    continue
                self.add(text, breaks and other == name, 2.0 if other == name else 1.0, number % FOLDS)
        for text, breaks, weight in extra:
            self.add(text, breaks, SETS_WEIGHT * weight, -1)
        self.positive, self.own_false, self.clean, self.other_false = [], [], [], []
        for post in labelled:
            if name == "representation" and post.is_entitled and not post.breaks:
                continue  # the register knows who may speak for the body
            if post.name == name:
                (self.positive if post.breaks else self.own_false).append(post)
            elif name not in post.also and not (post.breaks and are_together(name, post.name)):
                (self.other_false if post.breaks else self.clean).append(post)
        for post in self.own_false + self.clean + self.other_false:
            for window in post.windows:
                self.add(window, False, 0.7, post.fold)
        self.rows = matrix(self.texts) @ rare
        self.labels, self.weights = numpy.array(self.labels, float), numpy.array(self.weights)
        self.folds = numpy.array(self.folds)

    def add(self, text, label, weight, fold_number):
        self.texts.append(text)
        self.labels.append(label)
        self.weights.append(weight)
        self.folds.append(fold_number)

    def fit(self, without):
        """Two rounds: of a post that breaks the clause, the sentence that the first round finds most telling."""
        chosen, mail = self.folds != without, self.learnt[self.mail.learnt_folds != without]
        rows = scipy.sparse.vstack([self.rows[chosen], mail]).tocsr()
        labels = numpy.append(self.labels[chosen], numpy.zeros(mail.shape[0]))
        weights = numpy.append(self.weights[chosen], numpy.full(mail.shape[0], MAIL_WEIGHT))
        model = Model(rows, labels, weights, self.rare)
        telling = [post.windows[int(model.scores(post.windows).argmax())]
                   for post in self.positive if post.fold != without]
        rows = scipy.sparse.vstack([rows, matrix(telling) @ self.rare]).tocsr()
        return Model(rows, numpy.append(labels, numpy.ones(len(telling))),
                     numpy.append(weights, numpy.full(len(telling), 2.0)), self.rare)

    def apart(self):
        """Scores by models that did not learn from the text: posts that break the clause, that share its words only,
        that break no clause, that break another, list mail."""
        models = [self.fit(number) for number in range(FOLDS)]
        return [numpy.array([numpy.logaddexp.reduce(models[post.fold].scores(post.windows)) - post.allowance
                             for post in group])
                for group in (self.positive, self.own_false, self.clean, self.other_false)] + [self.mail.scores(models)]


def learn(job):
    """Everything of one filter; also what it found of texts that it did not learn from."""
    output, name, own, labelled, extra, mail = job
    texts = matrix([text for rows in own.values() for text, _ in rows])
    rare = scipy.sparse.diags(rarity(scipy.sparse.vstack([texts, mail.learnt]).tocsr()))
    task = Task(name, own, labelled, extra, mail, rare)
    broken, *false = task.apart()
    bounds = [numpy.quantile(scores, 1 - share)
              for scores, share in zip(false, (FALSE_OWN, FALSE_CLEAN, FALSE_OTHER, OTHER_MAIL.get(output, FALSE_MAIL)))]
    tag = max(bounds)
    count = sum(breaks for _, breaks in own[name])
    found = {kind: numpy.mean([score > tag for post, score in zip(task.positive, broken) if post.kind == kind])
             for kind in ("clear", "subtle")}
    rates = [(scores > tag).mean() for scores in false]
    print(f"{output:16} {count:4} + {len(own[name]) - count:4} -  apart: clear {found['clear']:.2f} subtle"
          f" {found['subtle']:.2f} | own false {rates[0]:.3f} clean {rates[1]:.4f} other {rates[2]:.4f} mail {rates[3]:.5f} |"
          f" threshold {tag:.2f}, the highest of {' '.join(f'{bound:.2f}' for bound in bounds)}", flush=True)
    model = task.fit(None)
    return (output, model.step, model.bias, tag), model.bytes


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    own, labelled, mail = passages(), list(posts()), Mail(list_mail(folder))
    abuse = own.pop("abuse")
    jobs = [(name, name, own, labelled, [], mail) for name in FILTERS]
    jobs.append(("abuse", "harassment", {**own, "harassment": own["harassment"] + abuse}, labelled,
                 list(set_rows(folder)) + list(identity_rows()), mail))
    with multiprocessing.Pool(2) as pool:
        outputs, columns = zip(*pool.map(learn, jobs, chunksize=1))
    payload = struct.pack("<II", BUCKETS, len(outputs))
    for name, *numbers in outputs:
        payload += struct.pack("<I", len(name)) + name.encode() + struct.pack("<fff", *numbers)
    payload += numpy.stack(columns, 1).tobytes()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(MAGIC + payload + struct.pack("<I", zlib.crc32(payload)))
    print(f"{out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
