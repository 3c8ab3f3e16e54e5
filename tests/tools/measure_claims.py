"""What the strict check of claims catches and what it drops wrongly: `python -m tests.tools.measure_claims`.

With `--mtrag FILE` (MTRAG's human evaluations) also how its word rules tell faithful answers from unfaithful ones.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.core.answer import Statement
from tests.grounding.changing import Mutant, Truth
from tests.grounding.paraphrases import Paraphrase
from tests.grounding.shelf import Shelf, shelf
from tests.tools.advised_claims import advised
from tests.tools.mtrag_claims import report_mtrag

SEED = 20261130


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument(
        "--show", default="", help="print what begins with this: true, random, in, of, subject, dev, held"
    )
    options.add_argument("--most", type=int, default=40)
    options.add_argument("--advised", action="store_true", help="also the offline advisor's answers")
    options.add_argument("--mtrag", type=Path)
    asked = options.parse_args()
    held = shelf()
    spent: list[float] = []
    truths = [*held.truths, *(advised(held) if asked.advised else ())]
    report_true(held, truths, asked, spent)
    report_mutants(held, held.mutants([*truths, *held.paraphrased(SEED)], SEED), asked, spent)
    report_paraphrases(held, held.paraphrases(SEED), asked, spent)
    spent.sort()
    print(
        f"problem: {len(spent)} claims, p50 {spent[len(spent) // 2]:.2f} ms, p95 {spent[len(spent) * 95 // 100]:.2f} ms"
    )
    if asked.mtrag:
        report_mtrag(held.check, asked.mtrag)


def problem(held: Shelf, text: str, passages: tuple, spent: list[float], asked: str = "") -> str | None:
    # Of this thread: what others do on the machine is not ours.
    begun = time.thread_time()
    reason = held.check.problem(Statement(text=text, passages=passages), learner_words=asked)
    spent.append((time.thread_time() - begun) * 1000)
    return reason


def report_true(held: Shelf, truths: Iterable[Truth], asked: argparse.Namespace, spent: list[float]) -> None:
    made, dropped = Counter[str](), Counter[str]()
    shown = 0
    for true in truths:
        made[true.origin] += 1
        if reason := problem(held, true.text, true.passages, spent, true.asked):
            dropped[true.origin] += 1
            if asked.show == "true" and shown < asked.most:
                shown += 1
                print(f"  TRUE [{true.passages[0].id}] {true.text}\n       {reason}")
    for origin, count in made.items():
        print(f"true, {origin}: {dropped[origin]} of {count} dropped ({dropped[origin] / count:.1%})")


def report_mutants(held: Shelf, mutants: Iterable[Mutant], asked: argparse.Namespace, spent: list[float]) -> None:
    made: dict[str, Counter[str]] = defaultdict(Counter)
    caught: dict[str, Counter[str]] = defaultdict(Counter)
    shown = 0
    for mutant in mutants:
        way = f"{mutant.way}, {mutant.true.origin}"
        made[way][mutant.kind] += 1
        if problem(held, mutant.text, mutant.true.passages, spent, mutant.true.asked):
            caught[way][mutant.kind] += 1
        elif asked.show and mutant.way.startswith(asked.show) and shown < asked.most:
            shown += 1
            print(f"  MISSED [{mutant.true.passages[0].id}] {mutant.kind}: {mutant.text}\n     was {mutant.true.text}")
    for way, count in made.items():
        kinds = ", ".join(f"{kind} {caught[way][kind]}/{number}" for kind, number in count.items())
        print(f"mutants, {way}: {caught[way].total() / count.total():.2%} of {count.total()} caught ({kinds})")
    for kind in sorted({way.split(",")[0] for way in made}):
        ways = [way for way in made if way.startswith(kind)]
        all_made, all_caught = (sum(count[way].total() for way in ways) for count in (made, caught))
        print(f"mutants, {kind}: {all_caught / all_made:.2%} of {all_made} caught")


def report_paraphrases(
    held: Shelf, claims: Iterable[Paraphrase], asked: argparse.Namespace, spent: list[float]
) -> None:
    made, dropped = Counter[bool](), Counter[bool]()
    shown = 0
    for claim in claims:
        made[claim.held_out] += 1
        if reason := problem(held, claim.text, claim.passages, spent):
            dropped[claim.held_out] += 1
            if asked.show == ("held" if claim.held_out else "dev") and shown < asked.most:
                shown += 1
                print(f"  DROPPED [{claim.passages[0].id}] {claim.text}\n       {reason}")
    for half, name in ((False, "developed with"), (True, "held out")):
        print(f"paraphrases, {name}: {dropped[half]} of {made[half]} dropped ({dropped[half] / made[half]:.2%})")


if __name__ == "__main__":
    main()
