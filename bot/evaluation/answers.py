"""Evaluation of answers: questions with what a right answer must hold, judged by code, counted with intervals."""

from __future__ import annotations

import json
import math
import re
import statistics
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.answer import Answer
from bot.core.conversation import Context
from bot.errors import InputError
from bot.text.words import fold

Ask = Callable[[str, Context | None], Awaitable[tuple[Answer, Context]]]
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question. `before`: earlier questions of the conversation; `status`: the acceptable ones; `must`: of each
    group one alternative stands in the answer; `cites`: one of these documents is cited.
    """

    id: str
    kind: str
    question: str
    status: tuple[str, ...]
    language: str = "en"
    before: tuple[str, ...] = ()
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    split: str = "dev"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one question went: `problems` is empty when the answer is right; `unbacked` numbers stand in no citation."""

    case: Case
    answer: Answer
    problems: tuple[str, ...]
    unbacked: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.problems

    @property
    def abstained(self) -> bool:
        return self.answer.status == "abstained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table. `low` and `high`: the 95 % Wilson interval of the share that is right."""

    kind: str
    count: int
    right: int
    abstained: int
    low: float
    high: float
    median_words: float
    unbacked: int


def read_cases(path: Path) -> list[Case]:
    """Read a JSON Lines file, or all of a folder. Raises `InputError` naming the line that is wrong."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    cases = [_case(line, place) for file in files for place, line in numbered_lines(file)]
    if not cases:
        raise InputError(f"no evaluation questions at {path}; give a .jsonl file")
    return cases


def numbered_lines(file: Path) -> Iterator[tuple[str, str]]:
    """The lines of a JSON Lines file that hold something, each with its place. Raises `InputError`."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as UTF-8 text ({error})") from error
    # Not `splitlines`: within a JSON text U+2028 and the like are plain characters.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{file.name}:{number}", line


def _case(line: str, place: str) -> Case:
    try:
        data: dict[str, Any] = json.loads(line)
        return Case(
            id=data["id"],
            kind=data["kind"],
            question=data["question"],
            status=_texts(data["status"]),
            language=data.get("language", "en"),
            before=_texts(data.get("before", ())),
            must=tuple(_texts(group) for group in _texts(data.get("must", ()))),
            must_not=_texts(data.get("must_not", ())),
            cites=_texts(data.get("cites", ())),
            split=data.get("split", "dev"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{place} is not an evaluation question: {error!r}") from error


def _texts(value: Any) -> tuple[Any, ...]:
    """A list, or a single text as a list of one: taken as a list, its letters would be looked for."""
    return (value,) if isinstance(value, str) else tuple(value)


async def run(cases: Iterable[Case], ask: Ask) -> list[Outcome]:
    outcomes = []
    for case in cases:
        context: Context | None = None
        for earlier in case.before:
            _, context = await ask(earlier, context)
        answer, _ = await ask(case.question, context)
        outcomes.append(judge(case, answer))
    return outcomes


def judge(case: Case, answer: Answer) -> Outcome:
    """Check one answer against what its question demands."""
    text = fold(answer.text)
    problems = []
    if answer.status not in case.status:
        problems.append(f"{answer.status}, not {' or '.join(case.status)}")
    if answer.status == "answered":
        problems += [f"lacks {' or '.join(group[:3])}" for group in case.must if not any(holds(text, a) for a in group)]
        cited = {citation.document for citation in answer.citations}
        if case.cites and not cited & set(case.cites):
            problems.append(f"cites none of {', '.join(case.cites[:3])}")
    problems += [f"says {wrong}" for wrong in case.must_not if holds(text, wrong)]
    return Outcome(case=case, answer=answer, problems=tuple(problems), unbacked=unbacked_numbers(answer))


def holds(text: str, wanted: str) -> bool:
    """Whether a folded text holds a string as whole words; a number not as part of a longer one.

    A plus belongs to its word (Security is not Security+), not to its number (100+ courses are 100). Scripts without
    spaces have no word ends to look at.
    """
    string = fold(wanted)
    start = r"(?<![a-z0-9])(?<!\d[.,])" if string[:1].isascii() and string[:1].isalnum() else ""
    end = r"(?![a-z0-9])(?![.,]\d)" if string[-1:].isascii() and string[-1:].isalnum() else ""
    end += r"(?!\+)" if end and string[-1:].isalpha() else ""
    return re.search(start + re.escape(string) + end, text) is not None


def unbacked_numbers(answer: Answer) -> tuple[str, ...]:
    """Numbers of the answer that stand neither in its citations nor in the question, compared as plain text.

    Deliberately not the gate's own reader: a fault there would not show. An abstention or a question back that cites
    nothing claims nothing.
    """
    if answer.status != "answered" and not answer.citations:
        return ()
    said = _NUMBER.findall(_MARK.sub(" ", answer.text))
    backing = " ".join(f"{c.passage} {c.title} {c.as_of} {c.source} {c.url}" for c in answer.citations)
    held = set(_NUMBER.findall(f"{backing} {answer.question}"))
    parts = {part for number in held for part in re.split(r"[.,]", number)}
    return tuple(number for number in said if number not in held and number not in parts)


def table(outcomes: Sequence[Outcome]) -> list[Row]:
    """A row for each kind (multilingual ones for each language), and one for all."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[group_of(outcome.case)].append(outcome)
    return [_row(kind, groups[kind]) for kind in sorted(groups)] + [_row("all", list(outcomes))]


def group_of(case: Case) -> str:
    return f"{case.kind} {case.language}" if case.kind == "multilingual" else case.kind


def _row(kind: str, outcomes: Sequence[Outcome]) -> Row:
    right = sum(outcome.right for outcome in outcomes)
    low, high = wilson(right, len(outcomes))
    return Row(
        kind=kind,
        count=len(outcomes),
        right=right,
        abstained=sum(outcome.abstained for outcome in outcomes),
        low=low,
        high=high,
        median_words=statistics.median([len(outcome.answer.text.split()) for outcome in outcomes] or [0]),
        unbacked=sum(bool(outcome.unbacked) for outcome in outcomes),
    )


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927); (0, 1) of nothing."""
    if count == 0:
        return 0.0, 1.0
    share = right / count
    centre = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    # Rounding must not lead outside of 0 to 1.
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The shares that the acceptance lines name.

    `worded`: of all, those that a language model has worded. `answerable`: right among the questions that have an
    answer; `wrongly_abstained`: abstained among those;
    `rightly_abstained`: abstained among those that have none; `unbacked`: answers with an unbacked number.
    """
    answerable = [o for o in outcomes if o.case.status == ("answered",)]
    unanswerable = [o for o in outcomes if o.case.status == ("abstained",)]
    return {
        "worded": _share(o.answer.mode == "llm" for o in outcomes),
        "answerable": _share(o.right for o in answerable),
        "wrongly_abstained": _share(o.abstained for o in answerable),
        "rightly_abstained": _share(o.abstained for o in unanswerable),
        "unbacked": float(sum(bool(o.unbacked) for o in outcomes)),
    }


def _share(flags: Iterable[bool]) -> float:
    counted = list(flags)
    return sum(counted) / len(counted) if counted else 0.0
