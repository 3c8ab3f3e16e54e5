"""`/why`: what an answer was made with and what it rests on, told from the turn as it was stored."""

from __future__ import annotations

from bot.core.answer import Answer, Citation
from bot.core.conversation import Response
from bot.core.ports import LearnerStore
from bot.dialogue.hearing import Heard, Speaker

_JUST_WHY = 1  # words


class Explaining:
    """Explains the answer that is replied to, else the one before: the same person's, in the same room."""

    def __init__(self, speaker: Speaker, store: LearnerStore) -> None:
        self._speaker = speaker
        self._store = store

    async def respond(self, heard: Heard) -> Response | None:
        alone = "command.why_alone" in heard.cues and len(heard.question.tokens) == _JUST_WHY
        if not (heard.calls("why") or (alone and heard.turn.command is None)):
            return None
        answer = await self._meant(heard)
        if answer is None or not answer.text:
            # Another answer than the one that was meant would be explained, and nobody would notice.
            return self._speaker.plain(heard, "why.nothing" if heard.turn.replies_to is None else "why.unknown")
        parts = [self._made(answer, heard), *self._held_back(answer, heard), *self._sources(answer, heard)]
        return self._speaker.plain(heard, "why.told", told="\n\n".join(parts))

    async def _meant(self, heard: Heard) -> Answer | None:
        turn = heard.turn
        if turn.who is None or turn.room is None:
            return None
        learner = turn.learner or await self._store.learner(turn.who)
        if turn.replies_to is not None:
            answered = await self._store.turn_of(learner, turn.room, turn.replies_to)
            return answered.answer if answered else None
        turns = await self._store.turns(learner, turn.room, limit=1)
        return turns[-1].answer if turns else None

    def _made(self, answer: Answer, heard: Heard) -> str:
        made = answer.provenance
        if answer.mode == "llm" and made is not None:
            prompts = ", ".join(made.prompts)
            return self._speaker.say("why.model", heard, model=made.model, prompt=prompts, index=made.index)
        return self._speaker.say("why.rules", heard)

    def _held_back(self, answer: Answer, heard: Heard) -> list[str]:
        if not answer.dropped:
            return []
        return [self._speaker.say("why.dropped", heard, count=len(answer.dropped))]

    def _sources(self, answer: Answer, heard: Heard) -> list[str]:
        if not answer.citations:
            return [self._speaker.say("why.no_sources", heard)]
        lead = self._speaker.say("why.sources", heard)
        return ["\n".join([lead, *(f"- {self._source(citation, heard)}" for citation in answer.citations)])]

    def _source(self, citation: Citation, heard: Heard) -> str:
        place = " · ".join(dict.fromkeys(filter(None, [citation.title, citation.heading, citation.source])))
        if citation.as_of is None:
            return place
        return self._speaker.say("why.source", heard, place=place, as_of=citation.as_of)
