"""The credentials of a catalogue as offers to plan with, and what had to be assumed where no source says. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median_low
from typing import Literal

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential, Kind, Requirement
from bot.catalog.filters import has_skill
from bot.catalog.names import is_code
from bot.planning.model import Offer
from bot.text.words import words

# Hours of study where no source gives any: what preparation guides commonly name for exams of the level (a fundamentals
# exam 20 to 40 hours, an associate exam 40 to 80, a professional or expert one 80 to 120), taken in the middle.
HOURS_OF_BAND = {1: 30.0, 2: 60.0, 3: 100.0}
# Programmes are longer than exams: a master's degree is 30 to 36 credit hours with about 45 hours of work each, a
# MicroMasters four or five courses of twelve weeks at eight to ten hours.
HOURS_OF_KIND: Mapping[Kind, float] = {"degree": 1500.0, "micromasters": 450.0, "professional_certificate": 150.0}
WEEKS_A_MONTH = 52 / 12
# A kind of programme is no credential that one could take: it is planned for only where it is itself the goal.
_NO_CREDENTIAL: frozenset[Kind] = frozenset({"programme_type", "course_certificate", "course_with_credit"})
_BY_THE_PIECE = frozenset({"month", "credit_hour", "course"})
_MONTHS = re.compile(r"(?:(?:\d+)(?: to |-))?(\d+) months")
_CREDIT_HOURS = re.compile(r"(\d+) credit hours")
_WEIGHT = re.compile(r"[\s,]*\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?%$")

AssumptionKind = Literal["hours", "cost_disputed", "cost_older", "cost_similar", "cost_months", "cost_credits", "needs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something that a path with this credential takes for granted.

    `hours`: so many of study; `cost_…`: `amount` US dollars, for the cost ones of a month or credit hour `times` that
    many; `needs`: what is required besides credentials, one of each group.
    """

    kind: AssumptionKind
    credential: str
    amount: float = 0.0
    times: int = 1
    needs: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """All that can be planned with. `retired` are ids that are known and can no longer be had."""

    offers: tuple[Offer, ...]
    retired: frozenset[str] = frozenset()
    assumptions: Mapping[str, tuple[Assumption, ...]] = field(default_factory=dict)

    def assumed(self, ids: Iterable[str], have: Iterable[str] = ()) -> list[Assumption]:
        """What a path of these steps assumes; a requirement that something held or earned meets is none."""
        steps = list(ids)
        met = {*steps, *have}
        return [
            assumption
            for identity in steps
            for assumption in self.assumptions.get(identity, ())
            if not any(item.credential in met for item in assumption.needs)
        ]


def offering_of(
    catalog: Catalog, *, hours_per_week: float, skills: Sequence[str] = (), without_hours: Mapping[str, float] = {}
) -> Offering:
    """The catalogue as offers. What costs by the month costs as many months as its hours take at this pace.

    `skills` are what is asked for: an offer has one when its topic, or words of one of its skills, say it.
    `without_hours` replaces the hours of a credential, for learners who know better.
    """
    similar = _Similar(catalog)
    offers = []
    assumptions = {}
    for credential in catalog:
        told: list[Assumption] = []
        hours, hours_assumed = _hours(catalog, credential, without_hours, told)
        cost, cost_assumed = _cost(credential, hours, hours_per_week, similar, told)
        offers.append(
            Offer(
                id=credential.id,
                title=credential.name,
                hours=hours,
                cost_usd=cost,
                requires=_requires(catalog, credential, told),
                skills=_skills(credential, skills),
                retired_on=_retires(catalog, credential),
                validity_months=_validity(credential),
                hours_assumed=hours_assumed,
                cost_assumed=cost_assumed,
            )
        )
        assumptions[credential.id] = tuple(told)
    gone = frozenset(credential.id for credential in catalog if catalog.status(credential) == "retired")
    return Offering(offers=tuple(offers), retired=gone, assumptions=assumptions)


def skill_names(catalog: Catalog) -> list[str]:
    """The topics and skills of the catalogue, to suggest one that was meant; skills without the weight in an exam."""
    found: dict[str, None] = {topic: None for credential in catalog for topic in credential.topics}
    found |= {_WEIGHT.sub("", skill): None for c in catalog for skill in ((c.skills.value if c.skills else None) or ())}
    return list(found)


def _hours(
    catalog: Catalog, credential: Credential, given: Mapping[str, float], told: list[Assumption]
) -> tuple[float, bool]:
    """Hours, and whether they are assumed. Of disputed figures the higher."""
    if credential.id in given:
        return given[credential.id], False
    readings = credential.study_hours.readings if credential.study_hours else ()
    if readings:
        return float(max(reading.value for reading in readings)), False
    hours = HOURS_OF_KIND.get(credential.kind) or HOURS_OF_BAND[catalog.band(credential) or 2]
    told.append(Assumption(kind="hours", credential=credential.id, amount=hours))
    return hours, True


def _cost(
    credential: Credential, hours: float, hours_per_week: float, similar: _Similar, told: list[Assumption]
) -> tuple[float, bool]:
    """US dollars for all of it, and whether they are assumed; nothing is ever taken for free because nobody says."""
    readings = credential.cost.readings if credential.cost else ()
    if not readings:
        older = [reading.value for reading in credential.cost.older] if credential.cost else []
        kind: AssumptionKind = "cost_older" if older else "cost_similar"
        amount = max(older) if older else similar.cost(credential)
        told.append(Assumption(kind=kind, credential=credential.id, amount=amount))
        return amount, True
    amount = float(max(reading.value for reading in readings))
    if len(readings) > 1:
        told.append(Assumption(kind="cost_disputed", credential=credential.id, amount=amount))
    times = _times(credential, hours, hours_per_week)
    if times is None:
        return amount, False
    by: AssumptionKind = "cost_months" if credential.cost_unit == "month" else "cost_credits"
    told.append(Assumption(kind=by, credential=credential.id, amount=amount, times=times))
    return amount * times, True


def _times(credential: Credential, hours: float, hours_per_week: float) -> int | None:
    """How often what costs by the month or the credit hour is paid; None for what is paid once.

    A subscription is paid while one studies. Its stated length counts where no source gives hours.
    """
    length = (credential.length.value if credential.length else None) or ""
    if credential.cost_unit == "credit_hour":
        stated = _CREDIT_HOURS.search(length)
        return int(stated[1]) if stated else None
    if credential.cost_unit != "month":
        return None
    stated = _MONTHS.search(length)
    if stated and not (credential.study_hours and credential.study_hours.readings):
        return int(stated[1])
    return max(1, math.ceil(hours / (hours_per_week * WEEKS_A_MONTH)))


class _Similar:
    """What credentials of a kind and level cost or used to cost: the middle one, the lower of two."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[object, list[float]] = {}
        for credential in catalog:
            if credential.cost is None or credential.cost_unit in _BY_THE_PIECE:
                continue
            readings = credential.cost.readings or credential.cost.older
            if readings:
                for key in self._keys(credential):
                    self._known.setdefault(key, []).append(float(max(reading.value for reading in readings)))

    def cost(self, credential: Credential) -> float:
        known = next((found for key in self._keys(credential) if (found := self._known.get(key))), [0.0])
        return median_low(known)

    def _keys(self, credential: Credential) -> list[object]:
        return [(credential.kind, self._catalog.band(credential)), credential.kind, None]


def _requires(catalog: Catalog, credential: Credential, told: list[Assumption]) -> tuple[tuple[str, ...], ...]:
    """The groups that credentials meet. One that words can meet ("36 months of leading projects") is for the learner to
    know: it is assumed to be met. A code in words is a credential that is not in the catalogue.
    """
    needed = credential.prerequisites.value if credential.prerequisites else None
    groups = []
    for group in needed.required if needed else ():
        in_words = [item.text for item in group if item.text and not any(map(is_code, words(item.text)))]
        ids = tuple(item.credential for item in group if item.credential and item.credential in catalog)
        if ids and not in_words:
            groups.append(ids)
        else:
            told.append(Assumption(kind="needs", credential=credential.id, needs=group))
    return tuple(groups)


def _skills(credential: Credential, wanted: Sequence[str]) -> frozenset[str]:
    if credential.kind in _NO_CREDENTIAL:
        return frozenset()
    return frozenset(skill for skill in wanted if has_skill(credential, skill))


def _retires(catalog: Catalog, credential: Credential) -> date | None:
    when = credential.retired_on.value if credential.retired_on else None
    if when is None or catalog.status(credential) == "active":
        return None
    # A month or year alone: it may be on the first day.
    parts = [int(part) for part in when.split("-")]
    return date(*(*parts, 1, 1)[:3])


def _validity(credential: Credential) -> int | None:
    readings = credential.validity.readings if credential.validity else ()
    months = [reading.value for reading in readings if isinstance(reading.value, int)]
    return min(months, default=None)
