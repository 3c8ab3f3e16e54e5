"""How the word rules of the strict check tell faithful answers from unfaithful ones, on MTRAG's human judgements."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.core.answer import Statement
from bot.documents.model import Passage
from bot.grounding.claims import ClaimCheck
from bot.grounding.saying import MIN_WORDS

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
Row = tuple[bool, float, float, bool, bool]


def report_mtrag(check: ClaimCheck, path: Path) -> None:
    data = json.loads(path.read_text("utf-8"))
    for name, rows in (
        ("all answers", list(_rows(check, data))),
        ("models only", list(_rows(check, data, "reference"))),
    ):
        bad, good = ([row for row in rows if row[0] is kind] for kind in (True, False))
        print(f"MTRAG, {name}: {len(bad)} unfaithful, {len(good)} faithful")
        for place, rule in ((1, "share of words"), (2, "share of pairs")):
            area = _auroc([-row[place] for row in bad], [-row[place] for row in good])
            print(f"  {rule}: AUROC {area:.3f}")
        for place, rule in ((3, "an answer as one claim fails its words"), (4, "a sentence fails any rule")):
            flagged = [sum(row[place] for row in part) / len(part) for part in (bad, good)]
            print(f"  {rule}: {flagged[0]:.0%} of the unfaithful, {flagged[1]:.0%} of the faithful")


def _rows(check: ClaimCheck, data: dict[str, Any], without: str = "") -> Iterator[Row]:
    documents = {entry["document_id"]: entry for entry in data["documents"]}
    tasks = {entry["task_id"]: entry for entry in data["tasks"]}
    for judged in data["evaluations"]:
        task = tasks[judged["task_id"]]
        scores = [int(vote["value"]) for vote in judged["annotations"].get("faithfulness", {}).values()]
        if not scores or judged["model_id"] == without:
            continue
        passages = tuple(_passage(documents[entry["document_id"]]) for entry in task["contexts"])
        asked = " ".join(turn["text"] for turn in task["input"])
        share, pairs = check.overlap(judged["model_response"], passages, asked)
        yield (
            statistics.median(scores) <= 2,
            share,
            pairs,
            share < MIN_WORDS,
            _any_sentence_fails(check, judged["model_response"], passages, asked),
        )


def _any_sentence_fails(check: ClaimCheck, answer: str, passages: Sequence[Passage], asked: str) -> bool:
    if not passages:
        return False
    sentences = [part for part in _SENTENCE_END.split(answer) if len(part.split()) > 2]
    return any(check.problem(Statement(text=part, passages=tuple(passages)), learner_words=asked) for part in sentences)


def _passage(document: dict[str, str]) -> Passage:
    identity = document["document_id"]
    title = document.get("title") or ""
    return Passage(id=identity, document=identity, kind="general", title=title, heading="", text=document["text"])


def _auroc(bad: Sequence[float], good: Sequence[float]) -> float:
    wins = sum((one > other) + 0.5 * (one == other) for one in bad for other in good)
    return wins / (len(bad) * len(good))
