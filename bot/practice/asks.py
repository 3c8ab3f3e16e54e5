"""What may be asked of a credential: each with the value that is right and the values that could be taken for it.

Nothing here is wording; values are those of the catalogue. Whether a candidate is really wrong is judged where items
are made, against the passage.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.catalog.catalog import BAND_OF_LEVEL, Catalog
from bot.catalog.credential import Credential, Prerequisites
from bot.catalog.fields import sourced, verdict
from bot.practice.items import OPTIONS, digest

# Reads as "70.50" and "2,000"; the first figure of a score or a count is what is asked.
_FIRST_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_WEIGHT = re.compile(r"(?P<name>.+?) (?P<low>\d+(?:\.\d+)?)(?:-(?P<high>\d+))?%")
_NEAREST = 10
_FEWEST_AREAS = 3
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A value that could be taken for the right one, and the credential that has it (None: nobody, it is only near)."""

    value: Any
    owner: Credential | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing to ask: `aspect` names the phrases, `field` what is told as the answer.

    `among`: the candidates stand in the same passage as the right answer, as something else (smaller areas).
    """

    aspect: str
    field: str
    credential: Credential
    key: Any
    candidates: tuple[Candidate, ...] = ()
    among: bool = False


def known(credential: Credential, name: str, catalog: Catalog) -> Any:
    """The value of a field as far as it may be learnt by heart: agreed, fresh, and not a mere rumour; else None."""
    value = sourced(credential, name)
    if value is None or value.confidence == "low" or verdict(name, value, catalog.today) != "supported":
        return None
    return value.value


def asks_of(credential: Credential, catalog: Catalog) -> list[Ask]:
    """Everything that may be asked of a credential, what matters most first.

    Of one that can no longer be earned only what became of it.
    """
    status = catalog.status(credential)
    makers = _OF_THE_GONE if status == "retired" else _OF_THE_ACTIVE
    return [ask for maker in makers for ask in maker(credential, catalog)]


def siblings(credential: Credential, catalog: Catalog) -> list[Credential]:
    """The other credentials that can be earned, those of the same issuer and topic first."""

    def distance(other: Credential) -> tuple[bool, bool, bool, str]:
        shared = bool(set(other.topics) & set(credential.topics))
        return (other.provider != credential.provider, not shared, other.kind != credential.kind, other.id)

    others = [c for c in catalog if c.id != credential.id and catalog.status(c) == "active"]
    return sorted(others, key=distance)


def _owned(credential: Credential, catalog: Catalog, name: str) -> list[Candidate]:
    """What other credentials have in a field, each value once, its nearest owner beside it."""
    found: dict[str, Candidate] = {}
    for other in siblings(credential, catalog):
        value = known(other, name, catalog)
        if value is not None:
            found.setdefault(str(value), Candidate(value=value, owner=other))
    return list(found.values())


def _number(name: str, near: Callable[[float], Iterable[float]]) -> Callable[[Credential, Catalog], Iterator[Ask]]:
    """A field that is a number: others' numbers nearest to it, then numbers that nobody has."""

    def make(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
        key = known(credential, name, catalog)
        if not isinstance(key, int | float):
            return
        owned = [
            candidate
            for candidate in _owned(credential, catalog, name)
            if isinstance(candidate.value, int | float)
            and candidate.owner
            and candidate.owner.kind == credential.kind
            and (name != "cost" or candidate.owner.cost_unit == credential.cost_unit)
        ]
        invented = [Candidate(value=type(key)(value)) for value in near(key) if value > 0]
        candidates = _around(key, owned, invented, digest(name, credential.id))
        yield Ask(aspect=name, field=name, credential=credential, key=key, candidates=candidates)

    return make


def _around(key: float, owned: list[Candidate], invented: list[Candidate], seed: str) -> tuple[Candidate, ...]:
    """Candidates below and above the key, so many of each that its rank among the options tells nothing."""
    owned = sorted(owned, key=lambda candidate: abs(math.log(candidate.value / key)) if key else candidate.value)
    ordered = [*owned[:_NEAREST], *invented]
    below = [candidate for candidate in ordered if candidate.value < key]
    above = [candidate for candidate in ordered if candidate.value > key]
    lower = int(seed[:8], 16) % OPTIONS
    higher = OPTIONS - 1 - lower
    # Some will turn out to be right or too alike; the next of the same side then take their place.
    spare = [*below[lower:], *above[higher:]] if lower > higher else [*above[higher:], *below[lower:]]
    return (*below[:lower], *above[:higher], *spare)


def _validity(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    key = known(credential, "validity", catalog)
    if key is None:
        return
    owned = _owned(credential, catalog, "validity")
    invented = [Candidate(value=value) for value in (12, 24, 36, 60, "never")]
    yield Ask(aspect="validity", field="validity", credential=credential, key=key, candidates=(*owned, *invented))


def _figure_in_words(name: str, steps: tuple[int, ...]) -> Callable[[Credential, Catalog], Iterator[Ask]]:
    """A field of words with one figure ("700/1000", "85%"): the same words with other figures."""

    def make(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
        key = known(credential, name, catalog)
        # Of a bound ("at most 90") a higher bound is true as well.
        if key is None or (shape := _shape(key)) is None or shape[0]:
            return
        owned = [c for c in _owned(credential, catalog, name) if _shape(c.value) == shape]
        figure = float(_FIRST_FIGURE.findall(key)[0])
        scale = 10 if "/1000" in key or "scale" in key else 1
        near = [figure + step * scale for step in steps]
        invented = [Candidate(value=_FIRST_FIGURE.sub(f"{value:g}", key, count=1)) for value in near if value > 0]
        yield Ask(aspect=name, field=name, credential=credential, key=key, candidates=(*owned, *invented))

    return make


def _shape(value: str) -> tuple[str, str] | None:
    """What stands before and after the figure that is asked; None where there are two that could be meant."""
    figures = _FIRST_FIGURE.findall(value)
    before, _, after = value.partition(figures[0]) if figures else ("", "", "")
    # A scale belongs to the words; any other second figure makes two answers of one.
    fixed = re.fullmatch(r"/1000|%| on a scale of \d+-\d+|[^\d]*", after)
    return (before, after) if figures and fixed else None


def _level(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    """Levels of another band: words of one band ("expert", "professional") mean nearly the same."""
    key, band = known(credential, "level", catalog), catalog.band(credential)
    if key is None or band is None or BAND_OF_LEVEL.get(key) != band:
        return
    other = [
        candidate
        for candidate in _owned(credential, catalog, "level")
        if candidate.owner and catalog.band(candidate.owner) != band and candidate.value.isalpha()
    ]
    yield Ask(aspect="level", field="level", credential=credential, key=key, candidates=tuple(other))


def _plain(name: str) -> Callable[[Credential, Catalog], Iterator[Ask]]:
    """A field that is a name or a code: what others have."""

    def make(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
        key = known(credential, name, catalog)
        if key is not None and not (name == "codes" and len(credential.codes) != 1):
            candidates = [
                candidate
                for candidate in _owned(credential, catalog, name)
                if candidate.owner and candidate.owner.kind == credential.kind and "," not in candidate.value
            ]
            yield Ask(aspect=name, field=name, credential=credential, key=key, candidates=tuple(candidates))

    return make


def _other(name: str) -> Callable[[Credential, Catalog], Iterator[Ask]]:
    """A field that names one other credential: those of the same issuer.

    A name that the catalogue does not have looks unlike those it has, but for codes among codes.
    """

    def make(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
        key = known(credential, name, catalog)
        if key is not None and (key in catalog or (" " not in key and credential.short in credential.codes)):
            others = [Candidate(value=other.id) for other in siblings(credential, catalog) if other.id != key]
            yield Ask(aspect=name, field=name, credential=credential, key=key, candidates=tuple(others))

    return make


def _next(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    """Where it leads. Only what is certainly no step up may stand beside it: no higher level than its own."""
    links = known(credential, "stacks_into", catalog)
    band = catalog.band(credential)
    if links is None or band is None:
        return
    named = {link.credential for link in links}
    others = [
        Candidate(value=other.id)
        for other in siblings(credential, catalog)
        if other.id not in named and (catalog.band(other) or band + 1) <= band
    ]
    for relation in ("requires", "one_of", "recommended", "leads_to"):
        # One of several of the same kind is enough: the others are never offered beside it.
        link = next((link for link in links if link.relation == relation), None)
        if link is not None and (key := link.credential or link.name):
            yield Ask(
                aspect=f"next.{relation}",
                field="stacks_into",
                credential=credential,
                key=key,
                candidates=tuple(others),
            )


def _renewed_by(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    """What else renews it. A higher exam often does so without being named, so only others' lower ones are offered."""
    keys = known(credential, "renewed_by", catalog)
    band = catalog.band(credential)
    if not keys or band is None:
        return
    others = [
        Candidate(value=other.id)
        for other in siblings(credential, catalog)
        if other.id not in keys and (catalog.band(other) or band + 1) <= band
    ]
    yield Ask(aspect="renewed_by", field="renewed_by", credential=credential, key=keys[0], candidates=tuple(others))


def _renewal_rule(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    rule = credential.renewal_rule
    if rule is None or known(credential, "renewal", catalog) is None:
        return
    if rule.credits and rule.credit_unit:
        unit = rule.credit_unit
        others = {
            other.renewal_rule.credits: other
            for other in reversed(siblings(credential, catalog))
            if other.renewal_rule and other.renewal_rule.credits and other.renewal_rule.credit_unit == unit
        }
        owned = [Candidate(value=f"{count} {unit}", owner=owner) for count, owner in others.items()]
        owned.sort(key=lambda candidate: candidate.value)
        near = [Candidate(value=f"{count} {unit}") for count in (40, 60, 20, 80, 25, 100)]
        yield Ask(
            aspect="renewal_credits",
            field="renewal",
            credential=credential,
            key=f"{rule.credits} {unit}",
            candidates=(*owned, *near),
        )
    if rule.window_days:
        yield Ask(
            aspect="renewal_window",
            field="renewal",
            credential=credential,
            key=rule.window_days,
            candidates=tuple(Candidate(value=days) for days in (30, 60, 90, 120, 180) if days != rule.window_days),
        )


def _prerequisites(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    """What is formally required. First what is only recommended stands beside it, which is easily taken for required;
    where nothing is recommended and nothing required there is nothing to confuse.
    """
    key = known(credential, "prerequisites", catalog)
    if key is None or key == Prerequisites():
        return
    candidates = [Candidate(value=Prerequisites(required=((item,),))) for item in key.recommended]
    if key.required:
        candidates.append(Candidate(value=Prerequisites()))
    near, far = [], []
    for other in siblings(credential, catalog):
        theirs = known(other, "prerequisites", catalog)
        if theirs is None:
            continue
        # What asks for this one cannot stand before it.
        if theirs.required and not any(item.credential == credential.id for group in theirs.required for item in group):
            far.append(Candidate(value=Prerequisites(required=theirs.required), owner=other))
        if other.provider == credential.provider:
            advised = [item for item in theirs.recommended if item.credential != credential.id]
            near += [Candidate(value=Prerequisites(required=((item,),)), owner=other) for item in advised]
    candidates += [
        *(c for c in far if _same_issuer(c, credential)),
        *near,
        *(c for c in far if _same_topic(c, credential)),
    ]
    yield Ask(
        aspect="prerequisites",
        field="prerequisites",
        credential=credential,
        key=Prerequisites(required=key.required),
        candidates=tuple(candidates),
        among=True,
    )


def _same_issuer(candidate: Candidate, credential: Credential) -> bool:
    return candidate.owner is not None and candidate.owner.provider == credential.provider


def _same_topic(candidate: Candidate, credential: Credential) -> bool:
    return candidate.owner is not None and bool(set(candidate.owner.topics) & set(credential.topics))


def _areas(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    """The area that weighs most, where it does so beyond doubt: even its least is more than the others' most."""
    listed = known(credential, "skills", catalog)
    weights = [_WEIGHT.fullmatch(area) for area in listed or ()]
    if len(weights) < _FEWEST_AREAS or not all(weights):
        return
    areas = [(float(m["high"] or m["low"]), float(m["low"]), m["name"]) for m in weights if m]
    top = max(areas)
    others = [area for area in areas if area != top]
    if all(top[1] >= high and top[0] > high for high, _, _ in others):
        yield Ask(
            aspect="largest_area",
            field="skills",
            credential=credential,
            key=top[2],
            candidates=tuple(Candidate(value=name) for _, _, name in sorted(others, reverse=True)),
            among=True,
        )


def _retired(credential: Credential, catalog: Catalog) -> Iterator[Ask]:
    """Which of several can no longer be earned, and since when."""
    others = siblings(credential, catalog)
    active = [Candidate(value=other.id, owner=other) for other in others if other.retired_on is None]
    if credential.status.value is not None:
        yield Ask(
            aspect="retired",
            field="status",
            credential=credential,
            key=credential.id,
            candidates=tuple(active),
        )
    day = known(credential, "retired_on", catalog)
    if day is not None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        near = [Candidate(value=_months_later(day, months)) for months in (-3, 3, -6, 2, 6, -12)]
        yield Ask(aspect="retired_on", field="retired_on", credential=credential, key=day, candidates=tuple(near))


def _months_later(day: str, months: int) -> str:
    """The last day of the month so many months later: exams retire at the end of a month."""
    start = date.fromisoformat(day)
    count = start.year * _MONTHS + start.month - 1 + months + 1
    return date.fromordinal(date(count // _MONTHS, count % _MONTHS + 1, 1).toordinal() - 1).isoformat()


def _prices_near(price: float) -> list[float]:
    """As sellers round: to tens above 100, else to fives."""
    step = 10 if price > 100 else 5  # noqa: PLR2004 - US dollars
    factors = (0.8, 1.2, 0.6, 1.5, 0.7, 1.35)
    return [round(price * factor / step) * step for factor in factors if round(price * factor / step)]


_OF_THE_ACTIVE: tuple[Callable[[Credential, Catalog], Iterator[Ask]], ...] = (
    _number("cost", _prices_near),
    _validity,
    _prerequisites,
    _next,
    _number(
        "exam_minutes",
        lambda minutes: (minutes - 30, minutes + 30, minutes - 15, minutes + 15, minutes + 60, minutes + 45),
    ),
    _figure_in_words("exam_passing", (5, -5, 10, 2, -10)),
    _renewal_rule,
    _renewed_by,
    _level,
    _areas,
    _plain("awarding_body"),
    _plain("codes"),
    _figure_in_words("exam_questions", (10, -15, 20, 30)),
    _number("study_hours", lambda hours: (hours * 0.5, hours * 1.5, hours * 2)),
    _number("courses", lambda courses: (courses + 2, courses - 2, courses + 4, courses + 6)),
    _other("replaces"),
)
_OF_THE_GONE: tuple[Callable[[Credential, Catalog], Iterator[Ask]], ...] = (_retired, _other("replaced_by"))
