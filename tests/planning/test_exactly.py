"""The planner against an exhaustive search, on made-up catalogues of up to a dozen credentials.

A few examples run with all tests. `PLANNER_EXAMPLES=1500 python -m pytest tests/planning/test_exactly.py` runs more.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bot.planning.model import Held, LearningPath, Offer, Plan, PlanRequest
from bot.planning.planner import plan
from tests.planning.exhaustive import Exhaustive

EXAMPLES = int(os.environ.get("PLANNER_EXAMPLES", "60"))
START = date(2026, 1, 30)
SKILLS = ("cloud", "data", "law")
DAYS = st.integers(0, 150).map(lambda days: START + timedelta(days=days))


@st.composite
def offers(draw: st.DrawFn) -> list[Offer]:
    ids = [f"c{number:02d}" for number in range(draw(st.integers(1, 12)))]
    # Sometimes a requirement that nobody offers; a requirement may also come round to itself.
    needed = st.sampled_from([*ids, *ids, "nobody"])
    group = st.lists(needed, min_size=1, max_size=3, unique=True).map(tuple)
    expiring = draw(st.integers(0, 4))
    return [
        Offer(
            id=identity,
            title=identity,
            hours=draw(st.sampled_from([0.0, 1.0, 2.5, 5.0, 10.0, 20.0, 35.25])),
            cost_usd=draw(st.sampled_from([0.0, 10.0, 10.0, 70.5, 99.0, 165.0])),
            requires=tuple(draw(st.lists(group, max_size=2))),
            skills=frozenset(draw(st.lists(st.sampled_from(SKILLS), max_size=2))),
            retired_on=draw(st.none() | st.none() | DAYS),
            validity_months=draw(st.none() | st.integers(1, 4)) if place < expiring else None,
        )
        for place, identity in enumerate(ids)
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[PlanRequest, list[Offer]]:
    offered = draw(offers())
    ids = [offer.id for offer in offered]
    some = st.lists(st.sampled_from(ids), max_size=2, unique=True)
    goals = draw(some)
    held = draw(st.lists(st.sampled_from(ids), max_size=3, unique=True))
    return (
        PlanRequest(
            goals=tuple(goals),
            skills=tuple(draw(st.lists(st.sampled_from(SKILLS), max_size=3, min_size=0 if goals else 1, unique=True))),
            have=tuple(Held(id=identity, expires_on=draw(st.none() | DAYS)) for identity in held),
            start=START,
            hours_per_week=draw(st.sampled_from([1.0, 3.5, 5.0, 7.0, 10.0, 40.0])),
            budget_usd=draw(st.none() | st.sampled_from([0.0, 60.0, 180.5, 300.0])),
            deadline=draw(st.none() | DAYS),
            minimise=draw(st.sampled_from(["cost", "hours", "steps"])),
            without=frozenset(draw(st.lists(st.sampled_from(ids), max_size=1))),
        ),
        offered,
    )


def ids_of(path: LearningPath) -> tuple[str, ...]:
    return tuple(step.offer.id for step in path.steps)


def least(case: tuple[PlanRequest, list[Offer]], **changes: object) -> tuple[float, ...] | None:
    """What the exhaustive search finds for a changed request: the objective, cost, hours and steps."""
    found = Exhaustive(replace(case[0], **changes), case[1]).solve()
    return None if found is None else found[0]


def check_conflicts(case: tuple[PlanRequest, list[Offer]], planned: Plan) -> None:
    """Each figure is the least that works, and none is given where no figure works."""
    assert planned.conflicts
    for conflict in planned.conflicts:
        if conflict.constraint == "budget":
            found = least(case, budget_usd=None, minimise="cost")
            assert conflict.needed == (None if found is None else found[1])
        if conflict.constraint == "deadline":
            found = least(case, deadline=None, minimise="hours")
            last = None if found is None else Exhaustive(*case).finish(Fraction(str(found[2])))
            assert conflict.needed == last
        if conflict.constraint == "hours_per_week" and conflict.needed is not None:
            assert isinstance(conflict.needed, float)
            assert least(case, hours_per_week=conflict.needed) is not None
            assert least(case, hours_per_week=round(conflict.needed - 0.01, 2)) is None


@settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_best_path_is_what_trying_everything_finds(case: tuple[PlanRequest, list[Offer]]) -> None:
    request, offered = case
    planned = plan(request, offered)
    found = Exhaustive(request, offered).solve()
    event(planned.status)
    if found is None:
        assert planned.status == "infeasible"
        check_conflicts(case, planned)
        return
    assert planned.path is not None, f"missed {found}"
    assert tuple(sorted(ids_of(planned.path))) == found[1]
    check_alternatives(case, planned)


def check_alternatives(case: tuple[PlanRequest, list[Offer]], planned: Plan) -> None:
    """They differ in more than useless steps, and each keeps every rule: nothing but its steps gives just this path."""
    request, offered = case
    assert planned.path is not None
    sets = [frozenset(ids_of(path)) for path in (planned.path, *planned.alternatives)]
    for place, ids in enumerate(sets):
        assert not any(earlier <= ids for earlier in sets[:place])
        alone = Exhaustive(request, [offer for offer in offered if offer.id in ids])
        every = {skill: tuple(o.id for o in offered if skill in o.skills) for skill in request.skills}
        alone.wants = [
            group
            for group in [*[(goal,) for goal in request.goals], *every.values()]
            if not alone.is_held_for_good(group)
        ]
        assert alone.solve() is not None
