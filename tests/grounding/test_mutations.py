"""The strict check against all that the packaged credentials say: made false in many ways, and said in other words."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.core.answer import Statement
from tests.grounding.changing import Mutant, Truth
from tests.grounding.shelf import Shelf, shelf

SEED = 20261130
LEAST = {"random": 0.99, "in the passage": 0.97, "of a sibling": 0.98, "subject": 0.99}


@pytest.fixture(scope="module")
def held() -> Shelf:
    return shelf()


@pytest.fixture(scope="module")
def truths(held: Shelf) -> list[Truth]:
    return [true for true in held.truths if true.origin == "fields"]


@pytest.fixture(scope="module")
def judged(held: Shelf, truths: list[Truth]) -> list[tuple[Mutant, bool]]:
    """Every mutant, and whether it is caught."""
    return [(made, dropped(held, made.text, made.true.passages)) for made in held.mutants(truths, SEED)]


def dropped(held: Shelf, text: str, passages: tuple) -> bool:
    return held.check.problem(Statement(text=text, passages=passages), learner_words="") is not None


def test_what_the_passages_say_passes_as_it_stands(held: Shelf, truths: list[Truth]) -> None:
    assert len(truths) >= 1000
    assert [true.text for true in truths if dropped(held, true.text, true.passages)] == []


@pytest.mark.parametrize("way", LEAST)
def test_what_was_made_false_is_caught(judged: list[tuple[Mutant, bool]], way: str) -> None:
    made = [(mutant.text, caught) for mutant, caught in judged if mutant.way == way]
    missed = [text for text, caught in made if not caught]
    assert len(made) >= 1000
    assert len(missed) <= (1 - LEAST[way]) * len(made), missed


def test_no_kind_of_fact_slips_through(judged: list[tuple[Mutant, bool]]) -> None:
    made, caught = Counter(mutant.kind for mutant, _ in judged), Counter(m.kind for m, found in judged if found)
    assert {kind: f"{caught[kind]} of {count}" for kind, count in made.items() if caught[kind] < 0.95 * count} == {}


def test_honest_paraphrases_pass(held: Shelf) -> None:
    """Those that the check was developed with, and those that were only measured."""
    made, failed = Counter[bool](), Counter[bool]()
    for claim in held.paraphrases(SEED):
        made[claim.held_out] += 1
        failed[claim.held_out] += dropped(held, claim.text, claim.passages)
    assert min(made.values()) >= 1000
    assert failed[False] <= 0.02 * made[False]
    assert failed[True] <= 0.05 * made[True]


def test_a_false_figure_does_not_hide_in_a_paraphrase(held: Shelf) -> None:
    made, caught = Counter[str](), Counter[str]()
    for mutant in held.mutants(held.paraphrased(SEED)[::6], SEED):
        made[mutant.way] += 1
        caught[mutant.way] += dropped(held, mutant.text, mutant.true.passages)
    assert min(made.values()) >= 500
    least = {"random": 0.99, "in the passage": 0.95, "of a sibling": 0.97, "subject": 0.99}
    assert {way: caught[way] / made[way] for way in made if caught[way] < least[way] * made[way]} == {}
