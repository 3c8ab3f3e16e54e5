"""Saying that it is not known, that it is not our field, small talk, and asking back. Holds no fact of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import sourced
from bot.catalog.recommend import Constraints
from bot.core.answer import Draft, Statement, Status, Suggestion
from bot.core.conversation import Context
from bot.core.toolbox import Toolbox
from bot.offline.look_ups import LookUps
from bot.offline.resolving import Resolved
from bot.offline.understanding import Question

_TALK = ("greeting", "thanks", "bye", "help")
_MAX_READINGS = 4


class Declining:
    """Composes what is said without a source."""

    def __init__(self, toolbox: Toolbox, look_ups: LookUps) -> None:
        self._catalog = toolbox.catalog
        self._say = toolbox.wording.say
        self._look_ups = look_ups

    def small_talk(self, question: Question, resolved: Resolved, language: str) -> Draft | None:
        """An answer to a greeting, thanks, a goodbye or a call for help; None when the message asks for more."""
        kind = next((kind for kind in _TALK if question.has(kind)), None)
        if kind is None or resolved.subjects or resolved.readings or len(question.rest) > 1:
            return None
        if question.has("define") and question.rest and kind != "help":
            # "Cool. So what's ECTS?"
            return None
        if question.fields and kind != "help":
            return None
        if question.constraints.any or (question.has("recommend") and kind != "help"):
            return None
        return self._plain("answered", f"talk.{kind}", language)

    def unknown(self, name: str, nearest: Resolved, language: str) -> Draft:
        """No document tells of what bears this name; what its words nearly fit is a tap away."""
        draft = self._plain("abstained", "abstain.unknown", language, name=name)
        options = self._offered(nearest.subjects or nearest.readings)
        near = tuple(self._reading(option, nearest.fields, language) for option in options)
        return replace(draft, suggestions=near) if near else draft

    def nothing(self, language: str) -> Draft:
        """No source answers this."""
        return self._plain("abstained", "abstain.nothing", language)

    def out_of_scope(self, language: str) -> Draft:
        return self._plain("abstained", "abstain.out_of_scope", language)

    def silent(self, subject: Credential, language: str) -> Draft:
        """The documents on a credential do not say this; what they do say is a tap away."""
        text = self._say("abstain.field", language, name=subject.short_name)
        suggestions = self._look_ups.suggestions(subject, (), language)
        return Draft(status="abstained", statements=(Statement(text=text),), suggestions=suggestions)

    def ask_back(self, readings: Sequence[Credential], fields: Sequence[str], language: str) -> tuple[Draft, list[str]]:
        """Which one is meant, with the likeliest readings a tap away; and the ids of those readings."""
        options = self._offered(readings)
        if not options:
            return self._plain("clarify", "clarify.open", language), []
        text = self._say("clarify.options", language)
        suggestions = tuple(self._reading(option, fields, language) for option in options)
        draft = Draft(status="clarify", statements=(Statement(text=text),), suggestions=suggestions)
        return draft, [option.id for option in options]

    def asked_back(
        self, question: Question, resolved: Resolved, readings: Sequence[Credential], language: str
    ) -> tuple[Draft, Context]:
        """Which one is meant, and what to remember until it is told."""
        draft, options = self.ask_back(readings, resolved.fields, language)
        wish = question.constraints if not resolved.fields else Constraints()
        return draft, Context(options=tuple(options), fields=resolved.fields, wish=wish)

    def _offered(self, readings: Sequence[Credential]) -> list[Credential]:
        return [c for c in readings if self._catalog.status(c) != "retired"][:_MAX_READINGS]

    def _reading(self, option: Credential, fields: Sequence[str], language: str) -> Suggestion:
        told = (name for name in self._look_ups.meant(option, fields[:1]) if sourced(option, name))
        ask = self._say(f"ask.{next(told, 'overview')}", language, name=option.short_name)
        return Suggestion(label=option.name, ask=ask)

    def _plain(self, status: Status, key: str, language: str, **values: object) -> Draft:
        """One phrase, with the questions that one could start with."""
        asks = (self._say(f"starter.{number}", language) for number in (1, 2, 3))
        return Draft(
            status=status,
            statements=(Statement(text=self._say(key, language, **values)),),
            suggestions=tuple(Suggestion(label=ask, ask=ask) for ask in asks),
        )
