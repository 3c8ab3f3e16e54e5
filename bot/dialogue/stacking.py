"""`/stack`: how small credentials add up, upwards to what one leads to and down to what leads to it, as sources say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.answer import Draft, Statement, Suggestion
from bot.core.conversation import Context, Response
from bot.core.toolbox import Toolbox
from bot.dialogue.hearing import Heard, Speaker
from bot.offline.understanding import named_ids
from bot.planning.stacks import StackPath, Stacks

_MOST_SHOWN = 4


class StackWords:
    """Tells single steps, each by the field of a credential that says so."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    def leads_to(self, identity: str, language: str) -> Statement | None:
        """What a credential that can still be had leads to; None where no source says."""
        credential = self._toolbox.catalog.get(identity)
        if credential is None or credential.stacks_into is None or not credential.stacks_into.value:
            return None
        if self._toolbox.catalog.status(credential) == "retired":
            return None
        return self.told(identity, "stacks_into", language)

    def told(self, identity: str, field: str, language: str) -> Statement:
        told = self._toolbox.statement(self._toolbox.catalog[identity], field, language)
        return replace(told, shape="item")


class Stacking:
    """`/stack NAME`, and which small steps count towards a degree."""

    def __init__(self, toolbox: Toolbox, words: StackWords, speaker: Speaker) -> None:
        self._toolbox = toolbox
        self._words = words
        self._speaker = speaker
        self._stacks = Stacks(toolbox.catalog)

    async def respond(self, heard: Heard) -> Response | None:
        if heard.turn.command != "stack":
            # What one of them counts towards is asked of that one.
            names = heard.question.named or heard.question.partial or heard.question.providers
            return self._towards_degrees(heard) if heard.calls("degree") and not names else None
        if not heard.turn.question:
            return self._towards_degrees(heard)
        named = named_ids(heard.question) or list(heard.question.partial)
        if not named:
            return self._speaker.plain(heard, "stack.unknown", status="clarify", name=heard.turn.question)
        if len(named) > 1 and not heard.question.named:
            return self._which(heard, named)
        return self._around(heard, named[0])

    def _which(self, heard: Heard, fitting: Sequence[str]) -> Response:
        """Part of a name fits several: each a tap away."""
        names = [self._toolbox.wording.name_of(identity) for identity in fitting[:_MOST_SHOWN]]
        draft = Draft(
            status="clarify",
            statements=(Statement(text=self._toolbox.wording.say("clarify.options", heard.language)),),
            suggestions=tuple(Suggestion(label=name, ask=f"/stack {name}") for name in names),
        )
        return self._speaker.respond(heard, draft)

    def _around(self, heard: Heard, identity: str) -> Response:
        """First what it leads to, nearest first, then what leads to it."""
        name = self._toolbox.wording.name_of(identity)
        told: list[Statement] = []
        for key, paths in (
            ("stack.up", self._stacks.stacks_into(identity)),
            ("stack.down", self._stacks.leading_to(identity)),
        ):
            steps = self._steps(paths, heard.language, besides=told)
            if steps:
                told += [Statement(text=self._speaker.say(key, heard, name=name), shape="heading"), *steps]
        if not told:
            return self._speaker.plain(heard, "stack.nothing", status="abstained", name=name)
        draft = Draft(
            status="answered",
            statements=tuple(told),
            suggestions=(self._speaker.suggest("label.plan", heard, f"/plan {name}"),),
        )
        return self._speaker.respond(heard, draft, own_words=name, context=Context(focus=(identity,)))

    def _steps(self, paths: Iterable[StackPath], language: str, besides: Sequence[Statement]) -> list[Statement]:
        """What says so, each once: one field tells several steps."""
        fields = dict.fromkeys((edge.told_by.id, edge.said_in) for path in paths for edge in path)
        told = (self._words.told(identity, field, language) for identity, field in fields)
        return [statement for statement in told if statement.passages and statement not in besides][:_MOST_SHOWN]

    def _towards_degrees(self, heard: Heard) -> Response:
        """The shortest ways from small credentials to credit for a degree, each told by its source."""
        first = dict.fromkeys(path[0].lower for path in self._stacks.towards_degrees())
        told = [statement for identity in first if (statement := self._words.leads_to(identity, heard.language))]
        lead = Statement(text=self._speaker.say("degree.lead", heard))
        ids = tuple(identity for identity in first if identity in self._toolbox.catalog)[:_MOST_SHOWN]
        draft = Draft(status="answered", statements=(lead, *told[:_MOST_SHOWN]))
        return self._speaker.respond(heard, draft, context=Context(options=ids))
