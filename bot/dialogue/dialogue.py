"""One turn, given to the first ability that it is for; whatever is for none of them is a question to the advisor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.conversation import Advisor, Response, Turn
from bot.core.owned import is_picture
from bot.dialogue.hearing import Ability, Heard
from bot.learning.changing import changed
from bot.learning.learner import Changes, Learner, Reminder
from bot.offline.understanding import Understanding
from bot.text.language import LanguageGuess
from bot.text.lexicon import Lexicon
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import words

Remind = Callable[[Learner, datetime, Changes], Awaitable[tuple[Reminder, ...]]]


async def no_reminders(_learner: Learner, _now: datetime, _changes: Changes) -> tuple[Reminder, ...]:
    """For where nobody is remembered, and so nobody reminded."""
    return ()


class Dialogue:
    """Implements `Responder`. The order of the abilities decides: what is under way goes before what is asked."""

    def __init__(
        self,
        advisor: Advisor,
        understanding: Understanding,
        lexicon: Lexicon,
        languages: LanguageGuess,
        abilities: Sequence[Ability],
        remind: Remind,
    ) -> None:
        """`lexicon`: the words of commands; `remind` gives all reminders that a learner wants from now on."""
        self._advisor = advisor
        self._understanding = understanding
        self._lexicon = lexicon
        self._languages = languages
        self._abilities = abilities
        self._remind = remind

    async def respond(self, turn: Turn) -> Response:
        heard = self._hear(turn)
        # An ability may do something; what somebody else wrote is only ever a question.
        response = None if turn.quoted else await self._first(heard)
        if response is None:
            response = await self._advised(heard.turn)
        return replace(response, changes=await self._with_reminders(turn, response.changes))

    async def _advised(self, turn: Turn) -> Response:
        """A question in between ends neither practice nor a simulation: one comes back to it."""
        answer, context = await self._advisor.answer(turn)
        return Response(
            answer=answer,
            context=replace(context, practice=turn.context.practice, simulation=turn.context.simulation),
        )

    async def _first(self, heard: Heard) -> Response | None:
        for ability in self._abilities:
            response = await ability.respond(heard)
            if response is not None:
                return response
        return None

    def _hear(self, turn: Turn) -> Heard:
        question = self._understanding.read(turn.question)
        cues = self._lexicon.cues(words(turn.question))
        known = [*question.cue_languages, *(cue.language for cue in cues)]
        # What follows a command is a name or a code: it tells nothing of the language by itself.
        only_names = turn.command is not None or not question.rest
        language = turn.language or self._languages.guess(
            turn.question, known, turn.context.language, only_names=only_names
        )
        spoken = language if self._languages.speaks(language) else DEFAULT_LANGUAGE
        # What waits for a yes is off the table once anything else is said: nothing but `confirming` knows of it.
        settled = replace(turn, context=replace(turn.context, confirming=None))
        if turn.file is not None and is_picture(turn.file) and turn.private and turn.question:
            # What is said below a picture of a certificate is told, or asked, as without it.
            settled = replace(settled, file=None)
        return Heard(
            turn=settled,
            question=question,
            cues=frozenset(cue.key for cue in cues),
            language=spoken,
            confirming=turn.context.confirming,
        )

    async def _with_reminders(self, turn: Turn, changes: Changes) -> Changes:
        """With the reminders that follow from a changed wallet or profile, or from practice: in one transaction with
        the change.
        """
        if turn.learner is None or changes.empty:
            return changes
        wanted = await self._remind(changed(turn.learner, changes), turn.now, changes)
        return replace(changes, reminders=wanted)
