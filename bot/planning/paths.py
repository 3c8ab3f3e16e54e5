"""From an order of ids to a path with days and reasons. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.planning.model import LearningPath, Offer, PlanRequest, Step
from bot.planning.problem import END, Problem
from bot.planning.schedule import met_by
from bot.planning.search import Order


def path_of(request: PlanRequest, problem: Problem, offers: Mapping[str, Offer], order: Order) -> LearningPath:
    """The steps with their days and reasons. The order keeps every rule."""
    serves = met_by(problem, order)
    if serves is None:
        raise AssertionError("the search gives no path that breaks a rule")
    steps = []
    studied = 0
    for identity in order:
        before, studied = studied, studied + problem.hours(identity)
        steps.append(
            Step(
                offer=offers[identity],
                start=problem.clock.date(problem.clock.first_day(before, studied)),
                finish=problem.clock.date(problem.clock.finish_day(studied)),
                for_=_reasons(request, offers[identity], serves[identity]),
            )
        )
    return LearningPath(steps=tuple(steps))


def _reasons(request: PlanRequest, offer: Offer, serves: Iterable[str]) -> tuple[str, ...]:
    """What needs it; nothing where it is a goal itself."""
    if offer.id in request.goals:
        return ()
    upper = dict.fromkeys(identity for identity in serves if identity != END)
    return (*upper, *(skill for skill in request.skills if skill in offer.skills))
