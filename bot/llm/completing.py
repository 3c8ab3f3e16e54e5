"""Whether what is left of a model's answer says enough; what the rules would tell and it does not is added to it.

So an answer never says less than it would without a model. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.answer import Draft, Statement
from bot.grounding.facts import FactReader, supports
from bot.grounding.gate import Gate
from bot.llm.releasing import Releasing
from bot.text.words import words

# Of the facts (or, where there are none, the longer words) of a claim, the share that makes it told.
_MOST_FACTS, _MOST_WORDS = 0.75, 0.5
_LONG = 4  # letters
# More than this share of the rules' claims untold, and their own answer is the better one.
_TOO_MANY = 0.5


class Completing:
    """Over one gate and reader."""

    def __init__(self, gate: Gate, reader: FactReader) -> None:
        self._gate = gate
        self._reader = reader

    def complete(self, releasing: Releasing, draft: Draft, question: str, *, whole: bool) -> bool:
        """Whether the model's answer takes the place of the rules'; adds to it what is lacking then.

        `whole`: the model came to its end. Half an answer does not stand where the rules have nothing to add.
        """
        told = [statement for statement in releasing.kept if statement.passages]
        if not told or len(releasing.dropped) > len(told):
            return False
        if draft.status != "answered":
            return whole
        wanted = [s for s in draft.statements if s.passages and self._gate.problem(s, question) is None]
        lacking = [claim for claim in wanted if not self._told(claim, told, question)]
        if len(lacking) > _TOO_MANY * len(wanted):
            return False
        listed = releasing.kept[-1].shape in {"item", "continued"}
        releasing.kept += [replace(claim, shape="item" if listed else "sentence") for claim in lacking]
        return True

    def _told(self, claim: Statement, told: Sequence[Statement], question: str) -> bool:
        text = "\n".join(statement.text for statement in told)
        # What is named, and when it was checked, is no news.
        aside = "\n".join([question, *(f"{passage.title} {passage.as_of or ''}" for passage in claim.passages)])
        known = self._reader.backing(aside)
        facts = [fact for fact in self._reader.read(claim.text) if not supports(known, fact)]
        if facts:
            held = self._reader.backing(text)
            return sum(supports(held, fact) for fact in facts) >= _MOST_FACTS * len(facts)
        wanted, said = {word for word in words(claim.text) if len(word) >= _LONG}, set(words(text))
        return len(wanted & said) >= _MOST_WORDS * len(wanted)
