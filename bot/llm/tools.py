"""What a language model can do in a turn: the tools of the shared toolbox, each as a plain async method.

A method's docstring is what the model reads of it. Whatever a tool finds is numbered in the turn's evidence, and what a
model wants to note about a learner becomes a button: nothing is changed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS
from bot.core.answer import Statement, Suggestion
from bot.core.conversation import Turn
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.dialogue.planning import PlanMaker
from bot.documents.model import Passage
from bot.errors import InputError
from bot.grounding.gate import Gate
from bot.learning.wallet import wallet
from bot.learning.zones import local_day
from bot.llm.evidence import Evidence
from bot.llm.proposing import Proposals
from bot.offline.own_reading import OwnReading
from bot.offline.planning import PlanWords
from bot.offline.understanding import Understanding, named_ids
from bot.offline.wallet import WalletWords
from bot.planning.model import PlanWish

_FOUND = 4
_MOST = 4  # credentials looked up or compared at once
_COMPARED = ("cost", "exam_minutes", "validity", "level", "prerequisites", "study_hours")
_RECOMMENDED = ("level", "cost", "validity", "prerequisites")
_STACKED = ("stacks_into", "prerequisites", "recognition")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolParts:
    """What the tools of every turn work with."""

    toolbox: Toolbox
    understanding: Understanding
    maker: PlanMaker
    plan_words: PlanWords
    wallet_words: WalletWords
    gate: Gate
    proposals: Proposals
    own: OwnReading | None = None

    async def search(self, query: str, turn: Turn, language: str, limit: int) -> list[Hit]:
        """The nearest passages, whether of the shared documents or of those that belong to who asks."""
        own = await self.own.hits(query, turn, language, limit=limit) if self.own is not None else []
        shared = await self.toolbox.search(query, limit=limit)
        # Where not both have been embedded they cannot be compared: what was sent to be read goes first then.
        comparable = all(hit.similarity is not None for hit in (*own, *shared))
        found = [*own, *shared]
        return sorted(found, key=lambda hit: -(hit.similarity or 0.0))[:limit] if comparable else found[:limit]


@dataclass(slots=True)
class TurnTools:
    """The tools of one turn. `suggestions` are the buttons that they have made."""

    parts: ToolParts
    turn: Turn
    evidence: Evidence
    language: str
    suggestions: list[Suggestion] = field(default_factory=list)

    async def search(self, query: str) -> str:
        """Find passages about a question in the documents. Use full words: names of credentials, what is asked."""
        hits = await self.parts.search(query[:400], self.turn, self.language, _FOUND)
        return self._passages(hit.passage for hit in hits)

    async def look_up(self, credentials: list[str], fields: list[str] | None = None) -> str:
        """What the documents say of one or more credentials (names or exam codes). Fields: awarding_body, level,
        study_hours, length, courses, skills, languages, cost, retake, exam_questions, exam_minutes, exam_passing,
        validity, renewal, renewed_by, prerequisites, stacks_into, recognition, status, retired_on, replaced_by.
        """
        known = [name for name in fields or () if name in FIELDS] or list(_COMPARED)
        return self._passages(self._facts(self._named(credentials), known))

    async def compare(self, credentials: list[str]) -> str:
        """Price, exam length, validity, level, prerequisites and study hours of two to four credentials."""
        return self._passages(self._facts(self._named(credentials), _COMPARED))

    async def find_credentials(self, wish: str) -> str:
        """Credentials that meet a wish, told in words: "cloud, beginner, at most 100 dollars, no renewal"."""
        asked = self.parts.understanding.read(wish[:400])
        picks = self.parts.toolbox.recommend(asked.constraints).picks
        return self._passages(self._facts(picks, _RECOMMENDED))

    async def stacks(self, credentials: list[str]) -> str:
        """What credentials count towards, what leads to them, and what is required before them."""
        named = self._named(credentials)
        before = [leading for one in named for leading, _ in self.parts.toolbox.catalog.leading_to(one.id)]
        return self._passages([*self._facts(named, _STACKED), *self._facts(before[:_MOST], ("stacks_into",))])

    async def plan_path(
        self,
        goals: list[str],
        have: list[str] | None = None,
        hours_per_week: float | None = None,
        budget_usd: float | None = None,
        deadline: str | None = None,
        minimise: Literal["cost", "hours", "steps"] | None = None,
    ) -> str:
        """The provably best learning path to credentials. Give limits only where the person has told them; deadline
        as YYYY-MM-DD.
        """
        wish = PlanWish(
            goals=tuple(one.id for one in self._named(goals)),
            have=tuple(one.id for one in self._named(have or [])),
            hours_per_week=_positive(hours_per_week),
            budget_usd=_positive(budget_usd),
            deadline=_day(deadline),
            minimise=minimise,
        )
        if not wish.goals:
            raise InputError("name a credential of the catalogue as the goal; find_credentials lists some")
        planned = await self.parts.maker.make(wish, self.turn)
        own = self.parts.plan_words.own_words(planned)
        return self._worded(self.parts.plan_words.describe(planned).statements, own)

    async def wallet(self) -> str:
        """The credentials that the person holds, until when they are valid and how to renew them."""
        learner = self.turn.learner
        if learner is None:
            raise InputError("nothing is known of the person here")
        entries = wallet(learner.wallet, self.parts.toolbox.catalog, local_day(learner.profile, self.turn.now))
        own = self.parts.wallet_words.own_words(entries)
        return self._worded(self.parts.wallet_words.overview(entries, "en").statements, own)

    async def offer_practice(self, credential: str) -> str:
        """Offer a practice session about a credential, as a button."""
        named = self._named([credential])
        self.suggestions += self.parts.proposals.practice(named[0], self.language)
        return "A button for it stands below the answer. Do not mention it."

    async def offer_to_note(self, what: str) -> str:
        """Offer to note what the person has just said of themselves (a credential passed, hours a week, a budget, a
        goal), as a button that only they can press. `what` is their own sentence.
        """
        offered = self.parts.proposals.note(what, self.turn, self.language)
        if not offered:
            raise InputError("only what the person has said of themselves in this message can be noted")
        self.suggestions += offered
        return "A button for it stands below the answer. Nothing is noted before it is pressed."

    def _named(self, names: Sequence[str]) -> list[Credential]:
        """The credentials of some names or codes. Raises `InputError` where none is known, for the model to read."""
        catalog = self.parts.toolbox.catalog
        found: dict[str, Credential] = {}
        for name in names[: 2 * _MOST]:
            ids = [name.lower()] if name.lower() in catalog else named_ids(self.parts.understanding.read(name[:200]))
            found |= {identity: catalog[identity] for identity in ids if identity in catalog}
        if names and not found:
            raise InputError(f"no document is about {', '.join(names[:_MOST])!r}; say so, or search")
        return list(found.values())[:_MOST]

    def _facts(self, credentials: Iterable[Credential], fields: Iterable[str]) -> list[Passage]:
        looked_up = (self.parts.toolbox.look_up(one, name) for one in credentials for name in tuple(fields))
        return [fact.passage for fact in looked_up if fact.passage is not None]

    def _passages(self, passages: Iterable[Passage]) -> str:
        numbers = self.evidence.add_passages(passages)
        return self.evidence.shown(numbers) or "Nothing was found. Say that the documents do not say it."

    def _worded(self, statements: Iterable[Statement], own_words: str) -> str:
        """Only what passes the gate becomes evidence: what then rests on it is as true as it."""
        held = f"{self.turn.question}\n{own_words}"
        passed = [said for said in statements if self.parts.gate.problem(said, held) is None]
        return self.evidence.shown(self.evidence.add_statements(passed, own_words))


# In private, and where others read along: nothing of a person is looked up or offered there.
TOOLS = ("search", "look_up", "compare", "find_credentials", "stacks", "plan_path")
PRIVATE_TOOLS = (*TOOLS, "wallet", "offer_practice", "offer_to_note")


def _positive(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) and figure > 0 else None


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"the deadline {text!r} is no date; write it as YYYY-MM-DD") from error
