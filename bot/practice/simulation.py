"""Branching simulations: a scene, a choice, what comes of it with its source, and at the end what to take away.

What a simulation is, and a pure engine over it. Where scripts are read and checked: `bot.practice.scripts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from bot.catalog.sourced import STRICT
from bot.core.answer import Draft, Statement, Suggestion
from bot.documents.model import Passage
from bot.learning.exercise import SimulationState
from bot.practice.items import LETTERS
from bot.practice.step import Step
from bot.text.prompts import Phrases
from bot.text.words import fold, words

Ending = Literal["good", "mixed", "hard"]
PassagesOf = Callable[[str], Iterable[Passage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """A section of a document: the heading as it stands there ("Cost" and the like for a credential's fields)."""

    __pydantic_config__: ClassVar = STRICT

    document: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something said about the world. `cite` are keys of the simulation's `cites`."""

    __pydantic_config__: ClassVar = STRICT

    say: str
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one can do, the scene that follows, and what is said of it."""

    __pydantic_config__: ClassVar = STRICT

    text: str
    to: str
    feedback: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A moment of the story: a decision with its choices, or an ending with what to take away."""

    __pydantic_config__: ClassVar = STRICT

    text: str
    choices: tuple[Choice, ...] = ()
    ending: Ending | None = None
    takeaways: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One simulation. `given` are the facts of the story (a budget, a date): its own, and of no document."""

    __pydantic_config__: ClassVar = STRICT

    id: str
    title: str
    summary: str
    topics: tuple[str, ...]
    given: str
    cites: dict[str, Cite]
    start: str
    scenes: dict[str, Scene]
    language: str = "en"

    @property
    def own_words(self) -> str:
        """What the gate is told as the learner's words."""
        return f"{self.title} {self.given}"


def cited(cite: Cite, passages_of: PassagesOf) -> tuple[Passage, ...]:
    """The passages of a section; empty where the document or the heading is not there."""
    return tuple(passage for passage in passages_of(cite.document) if passage.heading == cite.heading)


def statement(told: Told, simulation: Simulation, passages_of: PassagesOf) -> Statement:
    """What is said with the passages that it is said from."""
    found = [p for key in told.cite if key in simulation.cites for p in cited(simulation.cites[key], passages_of)]
    return Statement(text=told.say, passages=tuple(found))


class Simulations:
    """Runs simulations. `phrases` are those of `prompts/practice`."""

    def __init__(self, scripts: Mapping[str, Simulation], passages_of: PassagesOf, phrases: Phrases) -> None:
        self.scripts = scripts
        self._passages_of = passages_of
        self._phrases = phrases

    def about(self, topic: str | None = None) -> tuple[Simulation, ...]:
        """Those about a topic, or all, in the order in which they are offered."""
        return tuple(s for s in self.scripts.values() if topic is None or topic in s.topics)

    def start(self, simulation: str) -> Step[SimulationState] | None:
        """The first scene; None for a simulation that is not there."""
        script = self.scripts.get(simulation)
        if script is None:
            return None
        state = SimulationState(simulation=script.id, scene=script.start)
        return self._show(script, state, (Statement(text=f"**{script.title}**", shape="heading"),))

    def reply(self, state: SimulationState, text: str) -> Step[SimulationState] | None:
        """What comes of a choice, given by its letter, its number (from 1) or its words. None where the reply is no
        choice: another question, say; the state then stays as it is. A state whose script has changed meanwhile
        begins again.
        """
        script = self.scripts.get(state.simulation)
        if script is None:
            return None
        scene = script.scenes.get(state.scene)
        if scene is None or not scene.choices:
            return self.start(state.simulation)
        place = chosen(scene, text)
        if place is None:
            return None
        choice = scene.choices[place]
        state = replace(state, scene=choice.to, path=(*state.path, place))
        return self._show(script, state, tuple(self._said(script, told) for told in choice.feedback))

    def _show(self, script: Simulation, state: SimulationState, before: tuple[Statement, ...]) -> Step[SimulationState]:
        scene = script.scenes[state.scene]
        statements = [*before, Statement(text=scene.text, shape="heading")]
        if scene.ending is not None:
            statements.append(
                Statement(text=self._phrases.say("simulation.takeaways", script.language), shape="heading")
            )
            statements += [replace(self._said(script, told), shape="item") for told in scene.takeaways]
        choices = tuple(
            Suggestion(label=f"{letter}: {choice.text}", ask=letter)
            for letter, choice in zip(LETTERS, scene.choices, strict=False)
        )
        draft = Draft(status="answered", statements=tuple(statements), suggestions=choices)
        # A simulation that has ended needs no state.
        return Step(draft=draft, state=state if scene.choices else None, own_words=script.own_words)

    def _said(self, script: Simulation, told: Told) -> Statement:
        return statement(told, script, self._passages_of)


def chosen(scene: Scene, text: str) -> int | None:
    """Which choice a reply means, None where it is none."""
    said = words(text)
    for place, choice in enumerate(scene.choices):
        letter = LETTERS[place].lower()
        if fold(text).strip(" ().:") in {letter, str(place + 1)} or (said and said == words(choice.text)):
            return place
    return None
