"""Simulations in conversation: a list to choose from, then scene after scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from rapidfuzz import fuzz, process

from bot.core.answer import Draft, Statement, Suggestion
from bot.core.conversation import Context, Response
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.exercise import SimulationState
from bot.practice.simulation import Simulation, Simulations
from bot.practice.step import Step
from bot.text.words import fold

_LIKE_ENOUGH = 70  # of 100
_SHORT = 3  # words


class Simulating:
    """`/simulate` and what is chosen in a simulation. Keeps nothing of a learner but where the story stands."""

    def __init__(self, load: Callable[[], Simulations], speaker: Speaker) -> None:
        """`load` gives the simulations; it is called once, and not before somebody wants one."""
        self._load = load
        self._speaker = speaker

    @cached_property
    def _simulations(self) -> Simulations:
        return self._load()

    async def respond(self, heard: Heard) -> Response | None:
        under_way = heard.turn.context.simulation
        if under_way is not None and heard.turn.command is None:
            step = self._simulations.reply(under_way, heard.turn.question)
            if step is not None:
                return self._shown(heard, step)
            if "stop" in heard.cues and len(heard.question.tokens) <= _SHORT:
                context = replace(heard.turn.context, simulation=None)
                return self._speaker.plain(heard, "simulate.stopped", context=context)
            if len(heard.turn.question) == 1:
                # A letter or a figure that is none of the choices is a slip, and no question.
                return self._speaker.plain(heard, "simulate.choose", status="clarify")
        if under_way is not None and heard.turn.command == "stop":
            context = replace(heard.turn.context, simulation=None)
            return self._speaker.plain(heard, "simulate.stopped", context=context)
        if not heard.calls("simulate"):
            return None
        meant = self._meant(heard) if heard.turn.command else None
        step = self._simulations.start(meant.id) if meant else None
        return self._list(heard) if step is None else self._shown(heard, step)

    def _meant(self, heard: Heard) -> Simulation | None:
        """The simulation that is named, by its id or by words like its title."""
        wanted = fold(heard.turn.question)
        scripts = self._simulations.scripts
        if wanted in scripts:
            return scripts[wanted]
        titles = {identity: fold(script.title) for identity, script in scripts.items()}
        found = process.extractOne(wanted, titles, scorer=fuzz.token_set_ratio, score_cutoff=_LIKE_ENOUGH)
        return scripts[found[2]] if wanted and found else None

    def _list(self, heard: Heard) -> Response:
        topics = heard.question.constraints.topics
        offered = [script for topic in topics for script in self._simulations.about(topic)] or [
            *self._simulations.about()
        ]
        lines = [f"- **{script.title}**: {script.summary}" for script in offered]
        text = self._speaker.say("simulate.list", heard, list="\n".join(lines))
        suggestions = tuple(Suggestion(label=script.title, ask=f"/simulate {script.id}") for script in offered)
        draft = Draft(status="answered", statements=(Statement(text=text),), suggestions=suggestions)
        return self._speaker.respond(heard, draft, own_words=text)

    def _shown(self, heard: Heard, step: Step[SimulationState]) -> Response:
        # Letters answer one thing at a time: beginning a story ends a round of practice.
        over = step.state is None
        context = replace(heard.turn.context, simulation=None) if over else Context(simulation=step.state)
        return self._speaker.respond(heard, step.draft, own_words=step.own_words, context=context)
