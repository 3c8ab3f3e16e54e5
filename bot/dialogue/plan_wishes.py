"""What a learner wants a path for: read from the words, completed from the profile, changed by a what-if. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

from dateutil.relativedelta import relativedelta

from bot.catalog.catalog import Catalog
from bot.dialogue.figures import checked_hours, checked_money, day_of, hours_a_week, in_figures
from bot.learning.learner import Learner
from bot.learning.wallet import Say
from bot.offline.understanding import Understanding, named_ids
from bot.planning.model import Objective, PlanWish
from bot.text.lexicon import Cue, Lexicon
from bot.text.words import words

_WITHOUT, _FROM, _TO = "without", "from", "to"
_BEHIND = ".behind"  # of a mark that follows its names, as postpositions do
_MINIMISE = "minimise."


def completed(wish: PlanWish, learner: Learner | None) -> PlanWish:
    """The wish with what the profile knows where nothing was said."""
    if learner is None:
        return wish
    profile = learner.profile
    return replace(
        wish,
        goals=wish.goals or (() if wish.topics else profile.goals),
        hours_per_week=wish.hours_per_week or profile.hours_per_week,
        budget_usd=profile.budget_usd if wish.budget_usd is None else wish.budget_usd,
        deadline=wish.deadline or profile.deadline,
    )


class PlanWishes:
    """Reads wishes, with one catalogue's names and the lexicons of all languages."""

    def __init__(self, catalog: Catalog, understanding: Understanding, lexicon: Lexicon) -> None:
        self._catalog = catalog
        self._understanding = understanding
        self._lexicon = lexicon

    def read(self, text: str, today: date, say: Say) -> PlanWish:
        """What the words say; credentials count as goals unless a word sets them apart ("without", "from").

        Raises `InputError`, in the words of `say`, for a day, a sum or hours that cannot be.
        """
        text = in_figures(text, say)
        tokens = words(text)
        cues = self._lexicon.cues(tokens)
        keys = frozenset(cue.key for cue in cues)
        whole = self._understanding.read(text)
        named: dict[str, list[str]] = {_WITHOUT: [], _FROM: [], _TO: []}
        for marker, part in _parts(tokens, cues):
            ids = named_ids(self._understanding.read(part))
            named[marker] += [identity for identity in ids if identity in self._catalog]
        day, exact = day_of(whole.facts, keys, today)
        hours = hours_a_week(whole.facts) if whole.has("per_week") else None
        return PlanWish(
            goals=tuple(dict.fromkeys(named[_TO])),
            topics=whole.constraints.topics if not named[_TO] else (),
            have=tuple(named[_FROM]),
            without=tuple(named[_WITHOUT]),
            hours_per_week=None if hours is None else checked_hours(hours, text, say),
            budget_usd=math.inf if "unlimited.budget" in keys else checked_money(whole.facts, text, say),
            deadline=date.max if "unlimited.deadline" in keys else _deadline(day, exact=exact),
            minimise=next((goal for goal in get_args(Objective) if f"{_MINIMISE}{goal}" in keys), None),
        )


def _parts(tokens: Sequence[str], cues: Sequence[Cue]) -> Iterator[tuple[str, str]]:
    """The text cut where a word says what the names behind it are: excluded, held, or wanted."""
    marks = sorted(
        (cue.start, -cue.end, cue.key) for cue in cues if cue.key.removesuffix(_BEHIND) in {_WITHOUT, _FROM, _TO}
    )
    begin, marker = 0, _TO
    for start, end, key in marks:
        if start < begin:
            continue
        behind = key.endswith(_BEHIND)
        yield key.removesuffix(_BEHIND) if behind else marker, " ".join(tokens[begin:start])
        begin, marker = -end, _TO if behind else key
    yield marker, " ".join(tokens[begin:])


def _deadline(day: date | None, *, exact: bool) -> date | None:
    """A month that is told is meant to its end."""
    if day is None or exact:
        return day
    return day + relativedelta(day=31)
