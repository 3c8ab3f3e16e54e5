"""Whether words beside a figure make another one of it: "twice USD 165", "165 million", "USD 165 a month".

A figure that stands in a passage is not told by a claim that multiplies, bounds or denies it, or that tells a price of
something else, where the passage does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grounding.facts import supports
from bot.grounding.places import Figure, Layout
from bot.grounding.sources import Source

_SCALES = (
    "k|mn|mio|thousand|million|billion|trillion|lakh|crore|mil|mill?ones|mille|mill?ions|milhao|milhoes|tausend|"
    "millionen|milliarden?|milliards?"
)
# A figure with something behind it that makes it greater, a sign that makes it less than nothing, or one that goes on
# after a gap where no thousands begin.
_FORMS = re.compile(
    rf"\d\s?(?:(?:{_SCALES})(?!\w)|[百千万億亿]|लाख|करोड़|हज़ार)|(?:(?:usd|eur|gbp|inr)\s|[$€£₹]\s?)[-−–]\s?\d"
    r"|(?<![\d.,:/-])\d+ \d{1,2}(?![\d.,:/%-])"
)
# What a price may be for, instead of what its passage tells it for.
_ELSE = ("retake", "month_pay", "yearly", "courses")
_BESIDE = 1  # words between "more than" and its figure
_DENIED_WITHIN = 3  # words between "not" and what it denies


def bent(claim: Layout, sources: Sequence[Source]) -> str | None:
    """Why a claim tells another figure than its citations, though the digits are the same."""
    for found in _FORMS.finditer(claim.folded):
        if not any(found[0] in source.layout.folded for source in sources):
            return f"{found[0]!r} is another figure than in its citations"
    for figure in claim.figures:
        if figure.stated and figure.fact.kind not in {"link", "code"} and (word := _bent(claim, figure, sources)):
            return f"{figure.fact.kind} {figure.fact.value!r} is told with {word!r}, in its citations it is not"
    return None


def _bent(claim: Layout, figure: Figure, sources: Sequence[Source]) -> str | None:
    for cue in claim.cued("bend"):
        if 0 <= figure.at - cue.end <= _BESIDE and not any(source.layout.cued(cue.key) for source in sources):
            return cue.key.removeprefix("bend.")
    for key in (f"about.{name}" for name in _ELSE if figure.fact.kind == "money"):
        if key in figure.near and not any(_has_beside(source, figure, key) for source in sources):
            return key.removeprefix("about.")
    clause = claim.tokens[figure.at].clause
    for cue in claim.cued("negation"):
        near = 0 <= figure.at - cue.end < _DENIED_WITHIN and claim.tokens[cue.start].clause == clause
        if near and not any(_has_beside(source, figure, "negation") for source in sources):
            return claim.tokens[cue.start].word
    return None


def _has_beside(source: Source, figure: Figure, key: str) -> bool:
    """Whether a passage has such words in a sentence that holds the figure."""
    layout = source.layout
    held = {layout.sentence(slot.at) for slot in layout.figures if supports(frozenset({slot.fact}), figure.fact)}
    return any(layout.sentence(cue.start) in held for cue in layout.cued(key))
