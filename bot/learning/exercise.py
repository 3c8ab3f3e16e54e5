"""Where a practice session or a simulation stands. Plain data that a conversation keeps from turn to turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Phase = Literal["asking", "grading", "told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeState:
    """A session under way. `items` are the ids still to come, the one at hand first.

    `asking`: its question stands open; `grading`: its answer was shown and the learner grades themselves; `told`: it
    is answered and the next may be asked for. `hints` and `attempt` belong to the item at hand. `missed` come back
    once at the end, without being scheduled again. `asked`, `right` count first tries.
    """

    items: tuple[str, ...]
    language: str = "en"
    phase: Phase = "asking"
    hints: int = 0
    asked: int = 0
    right: int = 0
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationState:
    """A simulation under way: which, at which scene, and which choices (from 0) led there."""

    simulation: str
    scene: str
    path: tuple[int, ...] = ()
