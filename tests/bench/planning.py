"""Plans over made-up catalogues: how long the provably best path takes, by the size of the catalogue.

Also on its own: `python -m tests.bench.planning`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from bot.planning.model import Held, Offer, Plan, PlanRequest
from bot.planning.planner import plan
from tests.bench.tables import Cell, Table, show, spread

SIZES, QUICK_SIZES = (300, 10_000), (300,)
START = date(2026, 11, 23)
SEEDS = 4
SKILLS = 40
_LIMITED = {"budget_usd": 1500.0, "deadline": START + timedelta(days=700), "hours_per_week": 10.0}


def catalogue(size: int, seed: int) -> list[Offer]:
    """Offers that require earlier ones in and-or groups; a tenth retires, a third expires, most give some skills."""
    chance = random.Random(seed)  # noqa: S311 - the same catalogue every time
    return [_offer(number, chance) for number in range(size)]


def _offer(number: int, chance: random.Random) -> Offer:
    groups = chance.choice([0, 0, 1, 1, 2]) if number > 5 else 0
    return Offer(
        id=f"c{number}",
        title=f"c{number}",
        hours=float(chance.randint(5, 150)),
        cost_usd=float(chance.randint(0, 600)),
        requires=tuple(
            tuple(f"c{chance.randrange(number)}" for _ in range(chance.randint(1, 3))) for _ in range(groups)
        ),
        skills=frozenset(f"s{chance.randrange(SKILLS)}" for _ in range(chance.randint(0, 3))),
        retired_on=START + timedelta(days=chance.randint(-50, 700)) if chance.random() < 0.1 else None,
        validity_months=chance.choice([12, 24, 36]) if chance.random() < 0.3 else None,
    )


def requests(size: int, seed: int) -> Iterator[tuple[str, PlanRequest]]:
    """Goals, skills and both, by every objective, without and with limits."""
    chance = random.Random(seed + 99)  # noqa: S311
    wide = PlanRequest(start=START, skills=tuple(f"s{number}" for number in chance.sample(range(SKILLS), 5)))
    deep = PlanRequest(start=START, goals=tuple(f"c{chance.randrange(size // 2, size)}" for _ in range(3)))
    both = PlanRequest(
        start=START,
        goals=(f"c{size - 1}",),
        skills=("s1", "s2", "s3"),
        have=(Held(id="c1"), Held(id="c3", expires_on=START + timedelta(days=300))),
    )
    for name, wish in (("5 skills", wide), ("3 goals", deep), ("a goal and 3 skills", both)):
        for minimise in ("cost", "hours", "steps"):
            yield name, replace(wish, minimise=minimise)
            yield f"{name}, limits", replace(wish, minimise=minimise, **_LIMITED)


def section(sizes: tuple[int, ...] = SIZES) -> Table:
    plan(PlanRequest(start=START, goals=("c0",)), catalogue(1, 0))  # loads the solver
    rows: list[tuple[Cell, ...]] = []
    for size in sizes:
        times: dict[str, list[float]] = {}
        found: dict[str, list[Plan]] = {}
        for seed in range(SEEDS):
            offers = catalogue(size, seed)
            for name, wish in requests(size, seed):
                began = time.perf_counter()
                found.setdefault(name, []).append(plan(wish, offers))
                times.setdefault(name, []).append(time.perf_counter() - began)
        rows += [_row(size, name, seconds, found[name]) for name, seconds in times.items()]
    return Table(
        title="6. Plans, each proved to be the best, with up to three alternatives",
        columns=("credentials", "wanted", "n", "p50 s", "p95 s", "most s", "with a path"),
        rows=rows,
        notes=(f"{SEEDS} made-up catalogues of each size, by cost, hours and steps; loading the solver (once) apart",),
    )


def _row(size: int, name: str, seconds: list[float], plans: list[Plan]) -> tuple[Cell, ...]:
    times = spread(seconds)
    with_path = sum(found.status == "optimal" for found in plans)
    return size, name, times.count, times.p50, times.p95, times.most, with_path


if __name__ == "__main__":
    show(section())
