"""What an ability is given and what it gives back: a turn as it was understood, and a draft through the gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from bot.core.answer import Answer, Draft, Statement, Status, Suggestion
from bot.core.conversation import Context, Response, Turn
from bot.core.reply import Attachment
from bot.grounding.gate import Gate
from bot.learning.learner import Changes
from bot.offline.understanding import Question
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A turn, what its text asks for, the cues of the command lexicon in it, and the language to reply in.

    `confirming` is what the last turn asked to have confirmed.
    """

    turn: Turn
    question: Question
    cues: frozenset[str]
    language: str
    confirming: str | None = None

    def calls(self, *commands: str) -> bool:
        """Whether the turn gives one of these commands, by its name or by words of the lexicon (`command.<name>`)."""
        if self.turn.command is not None:
            return self.turn.command in commands
        return any(f"command.{command}" in self.cues for command in commands)


class Ability(Protocol):
    """One thing that can be done with or for a learner: plan, keep a wallet, practise."""

    async def respond(self, heard: Heard) -> Response | None:
        """The response, or None where the turn asks for something else."""
        ...


@dataclass(frozen=True, slots=True)
class Speaker:
    """Turns drafts into responses: every statement passes the gate, whoever drafted it."""

    gate: Gate
    phrases: Phrases

    def say(self, key: str, heard: Heard, /, **values: object) -> str:
        return self.phrases.say(key, heard.language, **values)

    def respond(
        self,
        heard: Heard,
        draft: Draft,
        *,
        own_words: str = "",
        context: Context | None = None,
        changes: Changes | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Response:
        """`own_words`: what the learner has said earlier and what is computed from it; it needs no source."""
        released = self.gate.release(
            draft,
            f"{heard.turn.question}\n{own_words}",
            same_language=heard.language == DEFAULT_LANGUAGE,
        )
        answer = Answer(
            question=heard.turn.question,
            status=draft.status,
            language=heard.language,
            mode="offline",
            text=released.text,
            claims=released.claims,
            citations=released.citations,
            suggestions=draft.suggestions,
            dropped=released.dropped,
        )
        context = heard.turn.context if context is None else context
        return Response(
            answer=answer,
            context=replace(context, language=heard.language),
            changes=changes or Changes(),
            attachments=attachments,
        )

    def plain(
        self,
        heard: Heard,
        key: str,
        *,
        suggestions: tuple[Suggestion, ...] = (),
        status: Status = "answered",
        context: Context | None = None,
        changes: Changes | None = None,
        **values: object,
    ) -> Response:
        """One phrase, which may hold nothing but what the learner said or did."""
        text = self.say(key, heard, **values)
        draft = Draft(status=status, statements=(Statement(text=text),), suggestions=suggestions)
        return self.respond(heard, draft, own_words=text, context=context, changes=changes)

    def suggest(self, key: str, heard: Heard, ask: str, /, **values: object) -> Suggestion:
        """A next step: the label is a phrase, what it asks is a command."""
        return Suggestion(label=self.say(key, heard, **values), ask=ask)
