"""`/sources`: what the last answer rests on, or what the documents hold of one credential; both as citations."""

from __future__ import annotations

from dataclasses import replace

from bot.catalog.fields import FIELDS, Group
from bot.core.answer import Draft, Statement
from bot.core.conversation import Response
from bot.core.ports import LearnerStore, TurnRecord
from bot.core.toolbox import Toolbox
from bot.dialogue.hearing import Heard, Speaker
from bot.documents.model import Passage
from bot.offline.claim_review import in_plain_words
from bot.offline.understanding import named_ids

# What was asked in between may have needed no source.
_LOOKED_BACK = 10
_LONGEST = 200  # characters of the question that are repeated


class Sourcing:
    """Shows sources of the same person's answers in the same room, and of nobody else's."""

    def __init__(self, toolbox: Toolbox, speaker: Speaker, store: LearnerStore) -> None:
        self._toolbox = toolbox
        self._speaker = speaker
        self._store = store

    async def respond(self, heard: Heard) -> Response | None:
        if heard.turn.command != "sources":
            return None
        named = named_ids(heard.question)
        if named:
            return self._of(heard, named[0])
        if heard.turn.question:
            return self._speaker.plain(heard, "stack.unknown", status="clarify", name=heard.turn.question)
        turn = await self._last(heard)
        if turn is None or turn.answer is None:
            return self._speaker.plain(heard, "sources.nothing", status="abstained")
        question = in_plain_words(turn.question)[:_LONGEST]
        response = self._speaker.plain(heard, "sources.last", question=question)
        shown = replace(response.answer, claims=turn.answer.claims, citations=turn.answer.citations)
        # Asking for sources asks nothing new: what was talked about before goes on.
        return replace(response, answer=shown, context=heard.turn.context)

    async def _last(self, heard: Heard) -> TurnRecord | None:
        """The last turn whose answer rests on anything."""
        turn = heard.turn
        if turn.who is None or turn.room is None:
            return None
        learner = turn.learner or await self._store.learner(turn.who)
        turns = await self._store.turns(learner, turn.room, limit=_LOOKED_BACK)
        return next((turn for turn in reversed(turns) if turn.answer is not None and turn.answer.citations), None)

    def _of(self, heard: Heard, identity: str) -> Response:
        """One line for each page that something about a credential was read on, with what was read there."""
        credential = self._toolbox.catalog[identity]
        told: dict[str, dict[Group, Passage]] = {}
        for field, spec in FIELDS.items():
            passage = self._toolbox.look_up(credential, field).passage
            page = passage and (passage.url or passage.source)
            if passage is not None and page:
                told.setdefault(page, {}).setdefault(spec.group, passage)
        pages = [
            Statement(
                text=", ".join(self._toolbox.wording.say(f"group.{group}", heard.language) for group in found),
                passages=tuple(found.values()),
                shape="item",
            )
            for found in told.values()
        ]
        lead = Statement(text=self._speaker.say("sources.of", heard, name=credential.name), shape="heading")
        draft = Draft(status="answered", statements=(lead, *pages))
        return self._speaker.respond(heard, draft, own_words=credential.name)
