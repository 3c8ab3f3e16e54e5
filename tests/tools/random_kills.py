"""What the tools have in common that kill a process again and again at random moments."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# How many messages arrive between two kills at most.
_MOST_BETWEEN = 40
# What must not be found of a run.
_WRONG = ("lost", "uncalled", "apologies", "rooms out of order", "duplicates without need", "forbidden calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When so many messages more have arrived, and then so many seconds are over: a machine may be slow."""

    arrivals: int
    seconds: float


def moments(kills: int, seed: int) -> Iterator[Moment]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(kills):
        yield Moment(arrivals=chance.randint(0, _MOST_BETWEEN), seconds=chance.uniform(0, 0.03))


def arguments(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {prog}")
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--seed", type=int, default=7)
    return parser


def status(found: Mapping[str, int | str]) -> int:
    """Says what was found; 1 where something went wrong."""
    print(json.dumps(found, indent=1))
    return 1 if any(found.get(name) for name in _WRONG) else 0
