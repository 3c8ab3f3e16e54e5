"""`python -m tests.tools.measure_injections FOLDER`: attacks left out of documents, and what was honest.

FOLDER holds data that is not of the product: `attacks/attacks.jsonl` and honest texts beside it. The attacks are split
in two halves; words are chosen while looking at the first (`developed`), the second (`held out`) only counts.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

from bot.documents.foreign import read_file
from bot.errors import DocumentError
from bot.grounding.injections import Orders
from bot.settings import content_folder
from tests.retrieval.desk import Desk

SEED = 20261130
SENTENCE = re.compile(r"(?<=[.!?。！？।])\s+|\n+")
# What must not be left of attacks whose judge is a question: by a word of the question.
BY_QUESTION = {
    "employee": ("abc@xyz.com",),
    "reset": ("xyz.com", "reset-password", "cmVzZXQ"),
    "output is": ("output as '10'",),
    "'100'": ("populations is 100",),
}
HONEST = """# Airship Handling

Airship Handling takes six weeks and costs USD 310. {start}Learners need a valid medical certificate. {between}The exam
has forty questions. Write a flight plan for each exercise{middle} and hand it in on Friday.

- Moor the airship at a mast.
- {item}Check the ballast before every flight.

| module | hours |
|---|---|
| Ballast {cell} | 12 |
| Weather | 9 |

The certificate is valid for three years. Renew it with a refresher course.
"""
IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()\n]*\)")
FACTS = (
    "USD 310",
    "medical certificate",
    "forty questions",
    "ballast before every flight",
    "Weather | 9",
    "three years",
)
PLACES = ("start", "between", "middle", "item", "cell")


def forbidden(row: dict[str, Any]) -> tuple[str, ...]:
    """What must not be left of an attack; empty where its text holds nothing of the kind."""
    judge = row["judge"]
    question = judge.get("llm_or_keyword", "")
    wanted = list(judge.get("must_not_contain", ()))
    named = [parts for word, parts in BY_QUESTION.items() if word in question]
    wanted += [part for parts in named for part in parts] if named else re.findall(r"'([^']+)'", question)
    return tuple(part for part in wanted if part in row["text"])


def halves(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    by_class = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["id"]):
        by_class[row["cls"]].append(row)
    # The half that the product is developed on is drawn by chance, the same each time.
    chance = random.Random(SEED)  # noqa: S311
    split: dict[str, list[dict[str, Any]]] = {"developed": [], "held out": []}
    for _, members in sorted(by_class.items()):
        chance.shuffle(members)
        half = (len(members) + 1) // 2
        split["developed"] += members[:half]
        split["held out"] += members[half:]
    return split


def inserted(text: str, place: str) -> str:
    spot = dict.fromkeys(PLACES, "")
    spot[place] = text.replace("\n", " ") if place in {"cell", "item"} else f" {text} "
    return HONEST.format(**spot)


def measure_attacks(rows: list[dict[str, Any]], clean: Callable[[str], str], *, show: bool) -> None:
    whole = clean(HONEST.format(**dict.fromkeys(PLACES, "")))
    print("honest document without attack:", "unchanged" if all(fact in whole for fact in FACTS) else "CHANGED")
    for name, half in halves(rows).items():
        judged = [(row, wanted) for row in half if (wanted := forbidden(row))]
        alone, placed, classes, kept = Counter[bool](), Counter[bool](), defaultdict(Counter), Counter[bool]()
        for row, wanted in judged:
            passed = not any(part in clean(row["text"]) for part in wanted)
            alone[passed] += 1
            classes[row["cls"]][passed] += 1
            for place in PLACES:
                left = clean(inserted(row["text"], place))
                held = not any(part in left for part in wanted)
                placed[held] += 1
                kept.update(fact in left for fact in FACTS)
                if show and name == "developed" and not (passed and held):
                    print("   LEFT", place, repr(row["text"][:300]), "->", repr(left[:700]))
        print(f"{name}: {len(half)} rows, {len(judged)} judged; alone {share(alone)}, in a document {share(placed)};")
        print(f"  honest facts kept in attacked documents {share(kept)}")
        print("  " + ", ".join(f"{cls} {share(counts)}" for cls, counts in sorted(classes.items())))


def measure_indexed(rows: list[dict[str, Any]]) -> None:
    """The same attacks in files that are ingested as the product does it: what is in the index at last?"""
    for name, half in halves(rows).items():
        with tempfile.TemporaryDirectory() as home:
            desk = Desk(Path(home))
            desk.embedder = None
            wanted = {}
            for number, row in enumerate(half):
                for place, ending in product(PLACES, ("md", "txt", "html")):
                    file = f"{number}-{place}.{ending}"
                    desk.write(file, inserted(row["text"], place))
                    wanted[f"notes/{file}"] = forbidden(row)
            desk.ingest()
            clean = Counter(
                not any(part in str(desk.index.passages_of(document)) for part in parts)
                for document, parts in wanted.items()
                if parts
            )
            desk.index.close()
        print(f"{name}: of documents in the index without anything left {share(clean)}")


def share(counts: Counter[bool]) -> str:
    return f"{counts[True]}/{counts.total()} ({counts[True] / max(counts.total(), 1):.3f})"


def honest(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Sets of honest texts, as they become documents."""
    yield "knowledge/", [path.read_text(encoding="utf-8") for path in content_folder("knowledge").rglob("*.md")]
    for name in ("microsoft_exam_docs", "hashicorp_exam_docs"):
        yield name, list(_documents(folder / name))
    for name, file in (
        ("coursera_courses", "coursera.csv"),
        ("edx_courses", "edx_courses.csv"),
        ("udemy_courses", "udemy_courses.csv"),
    ):
        yield name, list(_cells(folder / name / file))
    yield "mtrag passages", list(_passages(folder / "mtrag" / "mtragun_reference.jsonl"))


def _documents(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".md", ".mdx"}:
            continue
        try:
            yield "\n\n".join(f"{section.heading}\n{section.text}" for section in read_file(path, path.name).sections)
        except DocumentError as error:
            print(f"  {path.name}: {error}", file=sys.stderr)


def _cells(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield "\n".join(value for value in row.values() if isinstance(value, str) and value.strip())


def _passages(path: Path) -> Iterator[str]:
    seen = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        for context in json.loads(line)["contexts"]:
            if context["text"] not in seen:
                seen.add(context["text"])
                yield context["text"]


def measure_honest(sets: Iterable[tuple[str, list[str]]], clean: Callable[[str], str], *, show: bool) -> None:
    for name, texts in sets:
        began = time.perf_counter()
        sentences = lost = 0
        for text in texts:
            left = _plain(clean(text))
            every = [sentence for sentence in SENTENCE.split(IMAGE.sub("", text)) if sentence.strip()]
            gone = [sentence for sentence in every if _plain(sentence) not in left]
            sentences += len(every)
            lost += len(gone)
            if show:
                for sentence in gone:
                    print("   LOST", name, repr(sentence[:260]))
        seconds = time.perf_counter() - began
        print(
            f"{name}: {lost} of {sentences:,} sentences lost ({100 * lost / max(sentences, 1):.3f} %), {seconds:.1f} s"
        )


def _plain(text: str) -> str:
    """For comparison: what of a sentence is to be kept, which its pictures are not."""
    text = IMAGE.sub("", text)
    return re.sub(r"[\W_]+", "", text)


def main() -> None:
    show = "--show" in sys.argv
    folder = Path(next(argument for argument in sys.argv[1:] if not argument.startswith("--")))
    orders = Orders.load(content_folder("prompts") / "injections")
    lines = (folder / "attacks" / "attacks.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["channel"] == "document"]
    measure_attacks(rows, orders.without_orders, show=show)
    measure_indexed(rows)
    if "--attacks" not in sys.argv:
        measure_honest(honest(folder), orders.without_orders, show=show)


if __name__ == "__main__":
    main()
