"""Which credentials meet what a learner asked for, best first, and what stands in the way when none does. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.text.words import words

# A subscription's total is its months times its price; half a year is what most such programmes are listed with.
_SUBSCRIPTION_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What a recommendation has to meet. Money in US dollars, time in hours; None where nothing was asked.

    `bands` are levels from 1 (first step) to 3 (advanced); `max_monthly` is what may be paid each month, `max_minutes`
    how long the exam may last. `not_providers` and `excluded` (ids) are never given up.
    """

    topics: tuple[str, ...] = ()
    bands: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    max_cost: float | None = None
    max_monthly: float | None = None
    max_hours: float | None = None
    max_minutes: float | None = None
    no_renewal: bool = False
    no_prerequisites: bool = False
    not_providers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return self != Constraints()

    @property
    def measured(self) -> bool:
        """Whether something is asked that can be held against a field: a price, hours, renewal, prerequisites."""
        return bool(self.fields())

    def refined(self, more: Constraints) -> Constraints:
        """These constraints with what is asked now in the place of what was asked before."""
        asked = {name: value for name in self.__slots__ if (value := getattr(more, name)) not in {None, False, ()}}
        return replace(self, **asked)

    def fields(self) -> list[str]:
        """The fields that show whether these constraints are met."""
        asked = {
            "cost": self.max_cost is not None or self.max_monthly is not None,
            "study_hours": self.max_hours is not None,
            "exam_minutes": self.max_minutes is not None,
            "validity": self.no_renewal,
            "prerequisites": self.no_prerequisites,
        }
        return [field for field, wanted in asked.items() if wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """`picks` meet all of `met`; `given_up` names the constraints that had to go because nothing met them all."""

    picks: tuple[Credential, ...]
    met: Constraints
    given_up: tuple[str, ...] = ()


Test = Callable[[Catalog, Credential, Constraints], bool]


def _topic(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    return not wish.topics or bool(set(credential.topics) & set(wish.topics))


def _band(catalog: Catalog, credential: Credential, wish: Constraints) -> bool:
    return not wish.bands or catalog.band(credential) in wish.bands


def _kind(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    return not wish.kinds or credential.kind in wish.kinds


def _provider(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    if not wish.providers or credential.provider in wish.providers:
        return True
    # Platforms host what others issue; a credential says so in its summary. Exams are nobody's platform's.
    return credential.kind != "certification" and not set(wish.providers).isdisjoint(words(credential.summary))


def _cost(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    if wish.max_monthly is not None:
        # A monthly sum pays a subscription, or at once what costs no more than that.
        amount = credential.cost.value if credential.cost else None
        return amount is not None and amount <= wish.max_monthly
    total = total_cost(credential)
    return wish.max_cost is None or (total is not None and total <= wish.max_cost)


def _hours(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    hours = credential.study_hours.value if credential.study_hours else None
    return wish.max_hours is None or (hours is not None and hours <= wish.max_hours)


def _minutes(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    minutes = credential.exam_minutes.value if credential.exam_minutes else None
    return wish.max_minutes is None or (minutes is not None and minutes <= wish.max_minutes)


def _renewal(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    return not wish.no_renewal or (credential.validity is not None and credential.validity.value == "never")


def _prerequisites(_: Catalog, credential: Credential, wish: Constraints) -> bool:
    if not wish.no_prerequisites:
        return True
    return credential.prerequisites is not None and (
        credential.prerequisites.value is not None and not credential.prerequisites.value.required
    )


# In the order in which they are given up when nothing meets them all: the last is held on to longest.
_TESTS: dict[str, tuple[Test, dict[str, object]]] = {
    "level": (_band, {"bands": ()}),
    "study_hours": (_hours, {"max_hours": None}),
    "exam_minutes": (_minutes, {"max_minutes": None}),
    "prerequisites": (_prerequisites, {"no_prerequisites": False}),
    "validity": (_renewal, {"no_renewal": False}),
    "cost": (_cost, {"max_cost": None, "max_monthly": None}),
    "kind": (_kind, {"kinds": ()}),
    "provider": (_provider, {"providers": ()}),
    "topic": (_topic, {"topics": ()}),
}


def total_cost(credential: Credential) -> float | None:
    """What it costs in all, as far as one figure says: a subscription for half a year, an exam for one attempt."""
    amount = credential.cost.value if credential.cost else None
    if amount is None:
        return None
    return amount * _SUBSCRIPTION_MONTHS if credential.cost_unit == "month" else amount


def recommend(
    catalog: Catalog, wish: Constraints, limit: int = 3, among: frozenset[str] = frozenset()
) -> Recommendation:
    """The best credentials for a wish, only of the ids `among` unless that is empty.

    When none meets it, constraints are given up one at a time, least first.
    """
    given_up: list[str] = []
    remaining = wish
    while True:
        picks = [
            credential
            for credential in catalog
            if (not among or credential.id in among) and _meets(catalog, credential, remaining)
        ]
        given = _least(remaining)
        if picks or given is None:
            ordered = sorted(picks, key=lambda credential: _rank(catalog, credential, wish))
            return Recommendation(picks=tuple(ordered[:limit]), met=remaining, given_up=tuple(given_up))
        name, remaining = given
        given_up.append(name)


def _least(wish: Constraints) -> tuple[str, Constraints] | None:
    for name, (_, dropped) in _TESTS.items():
        without = replace(wish, **dropped)  # type: ignore[arg-type]
        if without != wish:
            return name, without
    return None


def _meets(catalog: Catalog, credential: Credential, wish: Constraints) -> bool:
    if catalog.status(credential) != "active" or (credential.kind == "programme_type" and not wish.kinds):
        return False
    if credential.provider in wish.not_providers or credential.id in wish.excluded:
        return False
    return all(test(catalog, credential, wish) for test, _ in _TESTS.values())


def _rank(catalog: Catalog, credential: Credential, wish: Constraints) -> tuple[object, ...]:
    """First what is about the topic most of all, then the easiest, then what costs least; unknown costs last."""
    places = [credential.topics.index(topic) for topic in wish.topics if topic in credential.topics]
    matched = -len(places)
    cost = total_cost(credential)
    return (
        matched,
        min(places, default=0),
        catalog.band(credential) or 2,
        cost is None,
        cost or 0.0,
        credential.title,
    )
