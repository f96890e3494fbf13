#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well the filters judge: labelled posts, real list mail, open data sets; docs/quality.md explains the figures."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import posts as labelled  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FILTERS = ("confidentiality", "harassment", "endorsement", "political", "reputation", "copyright", "privacy",
           "representation", "purpose", "quality")
MAIL = ("spamassassin_easy_ham", "spamassassin_easy_ham_2", "linux_mips", "openbmc", "ksummit_discuss")
ROWS_OF_LIST = "clean_r_lists.jsonl"
ACTS = ("tag", "hold")
SLICE = 5000  # files named on one command line
# Columns of the first table: the figure, and whether more is better.
COLUMNS = (("clear", True), ("subtle", True), ("hard-negative", False), ("quoted", False), ("clean", False),
           ("elsewhere", False), ("precision", True))


class EvalError(Exception):
    pass


class Judge:
    def __init__(self, program, folder, jobs=2):
        """The configuration is the source tree's own, except that our Authentication-Results count."""
        if not pathlib.Path(program).is_file():
            raise EvalError(f"{program}: not there; run ./dev release, or name it with --program")
        self.jobs = jobs
        self.command = [str(program), "--config", str(pathlib.Path(folder, "listwarden.conf"))]
        for path in (SOURCE / "etc").iterdir():
            if path.name != "listwarden.conf":
                pathlib.Path(folder, path.name).symlink_to(path)
        settings = (SOURCE / "etc" / "listwarden.conf").read_text(encoding="utf-8")
        trusting = re.sub(r"(?m)^#?authserv-id =.*$", f"authserv-id = {labelled.AUTHSERV}", settings)
        if trusting == settings:
            raise EvalError("etc/listwarden.conf: has no authserv-id to set")
        pathlib.Path(folder, "listwarden.conf").write_text(trusting, encoding="utf-8")

    def policy_version(self):
        said = subprocess.run([*self.command, "config", "check"], capture_output=True, text=True, check=False)
        if said.returncode:
            raise EvalError(f"config check: {said.stderr.strip()}")
        found = re.search(r"policy (\w+)", said.stdout)
        return found.group(1) if found else "unknown"

    def _run(self, paths, address):
        judged = subprocess.run([*self.command, "check", "--json", "--list", address, *map(str, paths)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if judged.returncode not in (0, 65):
            raise EvalError(f"check: exit {judged.returncode}: {judged.stderr.decode(errors='replace')[-500:]}")
        return [json.loads(line) for line in judged.stdout.decode("utf-8", "replace").splitlines()]

    def files(self, paths, address=labelled.LIST):
        """The verdicts on these files, by a few programs at once."""
        step = min(SLICE, -(-len(paths) // self.jobs))
        slices = [paths[at:at + step] for at in range(0, len(paths), step)] if paths else []
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return [verdict for some in pool.map(lambda part: self._run(part, address), slices) for verdict in some]

    def messages(self, messages, address=labelled.LIST):
        """Name to bytes in, name to verdict out."""
        with tempfile.TemporaryDirectory(prefix="listwarden-eval-") as folder:
            for number, raw in enumerate(messages.values()):
                pathlib.Path(folder, f"{number:06}.eml").write_bytes(raw)
            verdicts = self.files(sorted(pathlib.Path(folder).iterdir()), address)
        names = list(messages)
        return {names[int(pathlib.PurePath(verdict["source"]).stem)]: verdict for verdict in verdicts}


def acted(verdict):
    """Filter to action, of those that tag or hold."""
    return {one["filter"]: one["action"] for one in verdict["filters"] if one["action"] in ACTS}


def words_of(verdict, name):
    found = [finding for one in verdict["filters"] if one["filter"] == name for finding in one["findings"]]
    return [f"{finding['rule']} ({finding['confidence']}, {finding['region']}): "
            f"\"{' '.join(finding['quote'].split())[:160]}\"" for finding in found]


# ---- labelled posts


def judge_posts(judge, posts):
    verdicts = {}
    for address in {post.get("list", labelled.LIST) for post in posts}:
        there = [post for post in posts if post.get("list", labelled.LIST) == address]
        verdicts |= judge.messages({post["id"]: labelled.message_of(post) for post in there}, address)
    missing = [post["id"] for post in posts if post["id"] not in verdicts]
    if missing:
        raise EvalError(f"{len(missing)} posts got no verdict, first {missing[0]}")
    figures, mistakes = {}, defaultdict(list)
    for name in FILTERS:
        counts = {column: [0, 0] for column, _ in COLUMNS}
        counts["held"] = [0, 0]
        for post in posts:
            action = acted(verdicts[post["id"]]).get(name)
            column = column_of(post, name)
            if column:
                counts[column][0] += action is not None
                counts[column][1] += 1
            is_breach = name in labelled.breaks(post)
            if is_breach and post["filter"] == name:
                counts["held"][0] += action == "hold"
                counts["held"][1] += 1
            if action:
                counts["precision"][0] += is_breach
                counts["precision"][1] += 1
            if is_breach and not action and post["filter"] == name:
                mistakes[name].append(("missed", column, post, []))
            elif action and not is_breach:
                mistakes[name].append(("false alarm", column, post, words_of(verdicts[post["id"]], name)))
        figures[name] = counts if counts["precision"][1] else None
    flagged = sum(1 for post in posts if post["kind"] == "clean" and acted(verdicts[post["id"]]))
    return {"filters": figures, "clean": [flagged, sum(post["kind"] == "clean" for post in posts)]}, mistakes


def column_of(post, name):
    if post["filter"] == name or post["kind"] == "clean":
        return post["kind"]
    return None if name in labelled.breaks(post) else "elsewhere"


def rate(counts):
    return f"{counts[0]}/{counts[1]}" if counts[1] else "–"


def percent(counts):
    return f"{100 * counts[0] / counts[1]:.0f} %" if counts[1] else "–"


def posts_table(result):
    lines = ["| filter | clear found | subtle found | held of these | false: hard negatives | quoted only | "
             "clean posts | other posts | precision |", "|---|---|---|---|---|---|---|---|---|"]
    for name in FILTERS:
        counts = result["filters"][name]
        if counts is None:
            lines.append(f"| {name} | not there yet |" + " – |" * 7)
            continue
        cells = [f"{rate(counts[column])} ({percent(counts[column])})" for column in ("clear", "subtle")]
        cells += [rate(counts[column]) for column in ("held", "hard-negative", "quoted", "clean", "elsewhere")]
        cells.append(f"{rate(counts['precision'])} ({percent(counts['precision'])})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines.append("")
    lines.append(f"Clean posts that any filter tags or holds: {rate(result['clean'])}.")
    return lines


# ---- real list mail


def list_messages(data):
    """Set to the files or made messages of real, moderated lists."""
    sets = {name: sorted((data / "mail" / name).iterdir()) for name in MAIL if (data / "mail" / name).is_dir()}
    rows = data / ROWS_OF_LIST
    if rows.is_file():
        sets["r_lists"] = {row["id"]: row_message(row) for row in rows_of(rows)}
    return sets


def rows_of(path):
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise EvalError(f"{path}:{number}: {error}") from error


def row_message(row, is_mail=True):
    subject, _, text = row["text"].partition("\n") if is_mail else ("(row)", "", row["text"])
    return labelled.message_of({"id": "row", "kind": "clean", "from": "A Member <member@hospital.example>",
                                "subject": " ".join(subject.split())[:200] or "(none)",
                                "text": clean_text(text) + "\n"})


def clean_text(text):
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r", "").replace("\0", " ")


def judge_mail(judge, data):
    total, holds, tags = 0, Counter(), Counter()
    by_set, mistakes = {}, defaultdict(list)
    for name, messages in list_messages(data).items():
        if isinstance(messages, dict):
            verdicts = judge.messages(messages)
        else:
            verdicts = {verdict["source"]: verdict for verdict in judge.files(messages)}
        by_set[name] = [0, 0, len(verdicts)]
        total += len(verdicts)
        for source, verdict in verdicts.items():
            actions = acted(verdict)
            for filter_name, action in actions.items():
                (holds if action == "hold" else tags)[filter_name] += 1
                mistakes[filter_name].append((action, name, source, words_of(verdict, filter_name)))
            if verdict["disposition"] == "hold":
                holds["all together"] += 1
                by_set[name][0] += 1
                if "hold" not in actions.values():
                    holds["could not be read"] += 1
                    mistakes["could not be read"].append(("hold", name, source, verdict["defects"]))
            elif verdict["disposition"] == "tag":
                tags["all together"] += 1
                by_set[name][1] += 1
    return {"total": total, "holds": holds, "tags": tags, "sets": by_set}, mistakes


def mail_table(result):
    if not result["total"]:
        return ["No list mail was measured: the development data does not lie beside the checkout."]
    lines = [f"{result['total']} messages.", "", "| filter | held per 1,000 | tagged per 1,000 | held | tagged |",
             "|---|---|---|---|---|"]
    for name in (*FILTERS, "could not be read", "all together"):
        counts = [result["holds"][name], result["tags"][name]]
        per_thousand = [f"{1000 * count / result['total']:.2f}" for count in counts]
        lines.append(f"| {name} | " + " | ".join([*per_thousand, *map(str, counts)]) + " |")
    lines += ["", "| set | messages | held | tagged |", "|---|---|---|---|"]
    lines += [f"| {name} | {total} | {held} | {tagged} |" for name, (held, tagged, total) in result["sets"].items()]
    return lines


# ---- open data sets


def judge_rows(judge, path, name):
    """Label to [flagged by the filter, held by it, rows]."""
    rows = [row for row in rows_of(path) if row["text"].strip()]
    verdicts = judge.messages({str(n): row_message(row, is_mail=False) for n, row in enumerate(rows)})
    counts = defaultdict(lambda: [0, 0, 0])
    for number, row in enumerate(rows):
        action = acted(verdicts[str(number)]).get(name) if str(number) in verdicts else None
        counts[row["label"]][0] += action is not None
        counts[row["label"]][1] += action == "hold"
        counts[row["label"]][2] += 1
    return counts


def sets_table(judge, data, pattern, name):
    lines = ["| set | label | rows | tagged or held | held |", "|---|---|---|---|---|"]
    for path in sorted(p for one in pattern for p in data.glob(one)):
        for label, (flagged, held, total) in sorted(judge_rows(judge, path, name).items()):
            shares = " | ".join(f"{100 * count / total:.1f} %" for count in (flagged, held))
            lines.append(f"| {path.stem.split('_', 1)[1]} | {label} | {total} | {shares} |")
    return lines if len(lines) > 2 else ["Not measured: the development data does not lie beside the checkout."]


# ---- the document


def section(name, lines):
    return f"<!-- {name} -->\n" + "\n".join(lines) + f"\n<!-- end of {name} -->"


def put(text, name, lines):
    pattern = re.compile(rf"<!-- {name} -->.*?<!-- end of {name} -->", re.S)
    if not pattern.search(text):
        raise EvalError(f"docs/quality.md has no place for the {name} table")
    return pattern.sub(lambda _: section(name, lines), text)


def commit():
    said = subprocess.run(["git", "-C", str(SOURCE), "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                          check=False)
    return said.stdout.strip() or "unknown"


def measured(judge):
    return f"Policy version {judge.policy_version()}, measured on top of commit {commit()}."


def written_figures(text):
    """The posts table as it stands in the document: filter to column to [number, of]."""
    names = ("clear", "subtle", "held", "hard-negative", "quoted", "clean", "elsewhere", "precision")
    figures = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9 and cells[0] in FILTERS and "/" in cells[1]:
            pairs = [re.match(r"(\d+)/(\d+)", cell) for cell in cells[1:]]
            figures[cells[0]] = {n: [int(p[1]), int(p[2])] for n, p in zip(names, pairs) if p}
    return figures


def worse(result, text):
    """What is worse than the document says; shares are compared, so that added posts alone change nothing."""
    said = []
    for name, old in written_figures(text).items():
        new = result["filters"][name]
        if new is None:
            said.append(f"{name}: finds nothing any more")
            continue
        for column, more_is_better in COLUMNS:
            if column not in old or not new[column][1]:
                continue
            before, now = (pair[0] / max(pair[1], 1) for pair in (old[column], new[column]))
            if now < before if more_is_better else now > before:
                said.append(f"{name}: {column} was {rate(old[column])}, is {rate(new[column])}")
    return said


# ---- what is printed


def print_mistakes(post_mistakes, mail_mistakes, number, only):
    for name in FILTERS if not only else [only]:
        for what, kind, post, words in sorted(post_mistakes.get(name, []), key=lambda one: one[0])[:number]:
            print(f"\n{name}: {what} ({kind}) {post['id']}: {post['subject']}")
            text = post.get("text") or post.get("html", "")
            for line in words or text.strip().splitlines()[:14]:
                print(f"    {line}")
    for name in (*FILTERS, "could not be read") if not only else [only]:
        gravest = sorted(mail_mistakes.get(name, []), key=lambda one: one[0] != "hold")
        for action, where, source, words in gravest[:number]:
            print(f"\n{name}: {action} on list mail ({where}) {source}")
            for line in words:
                print(f"    {line}")


def arguments():
    parser = argparse.ArgumentParser(prog="./dev eval", description=__doc__)
    parser.add_argument("--program", default=SOURCE / "build/release/bin/listwarden", type=pathlib.Path)
    parser.add_argument("--posts", default=SOURCE / "tests/corpus/posts", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--data", default=SOURCE.parent / "shared/data", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--filter", choices=FILTERS, help="show the mistakes of this filter only")
    parser.add_argument("--mistakes", type=int, default=0, metavar="N", help="show so many mistakes per filter")
    parser.add_argument("--posts-only", action="store_true", help="leave the list mail out")
    parser.add_argument("--sets", action="store_true", help="the harassment data sets instead")
    parser.add_argument("--identifiers", action="store_true", help="the NHS number, identifier and secret sets instead")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.add_argument("--update", action="store_true", help="rewrite the tables of docs/quality.md")
    parser.add_argument("--check", action="store_true", help="fail if posts come out worse than docs/quality.md says")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args()


def measure_sets(options, judge, document):
    for wanted, name, pattern, filter_name in (
            (options.sets, "harassment sets", ("harassment_*.jsonl",), "harassment"),
            (options.identifiers, "identifier sets", ("pii_*.jsonl", "secrets_*.jsonl"), "confidentiality")):
        if not wanted:
            continue
        lines = [measured(judge), "", *sets_table(judge, options.data, pattern, filter_name)]
        print("\n".join(lines))
        if options.update:
            document.write_text(put(document.read_text(encoding="utf-8"), name, lines), encoding="utf-8")


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="listwarden-eval-") as folder:
        return measure(options, Judge(options.program, folder, options.jobs))


def measure(options, judge):
    document = SOURCE / "docs" / "quality.md"
    if options.sets or options.identifiers:
        measure_sets(options, judge, document)
        return 0
    result, post_mistakes = judge_posts(judge, labelled.read_posts(options.posts))
    if options.check:
        said = worse(result, document.read_text(encoding="utf-8"))
        print("\n".join(said) or "quality: no worse than docs/quality.md says")
        if said:
            print("./dev eval --mistakes 20 shows the posts. If it is meant: ./dev eval --update, and say why.")
        return 1 if said else 0
    mail, mail_mistakes = {"total": 0, "holds": Counter(), "tags": Counter(), "sets": {}}, {}
    if not options.posts_only:
        mail, mail_mistakes = judge_mail(judge, options.data)
    if options.json:
        print(json.dumps({"commit": commit(), "policy": judge.policy_version(), "posts": result, "mail": mail}, indent=1))
        return 0
    print("\n".join(posts_table(result)))
    if not options.posts_only:
        print("\n" + "\n".join(mail_table(mail)))
    print_mistakes(post_mistakes, mail_mistakes, options.mistakes, options.filter)
    if options.update:
        text = put(document.read_text(encoding="utf-8"), "posts", posts_table(result))
        text = put(text, "measured", [measured(judge)])
        if mail["total"]:
            text = put(text, "list mail", mail_table(mail))
        document.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (EvalError, labelled.PostError) as fault:
        print(f"eval: {fault}", file=sys.stderr)
        sys.exit(1)
