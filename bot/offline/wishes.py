"""What a question wants a credential to be: topics, level, provider, money, time. Pure; no phrase stands here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.catalog.recommend import Constraints
from bot.grounding.facts import Fact, FactReader
from bot.text.lexicon import Cue
from bot.text.words import words

_LEAST_PRICE = 20
_LEAST_COIN = 0.01
_WEEK = 7 * 24 * 60  # minutes
# Nobody sits longer than that in an exam, and nobody studies less for one.
_LONGEST_SITTING = 6 * 60
_BESIDE = 3  # words between an amount and "a month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is wanted and who is not: ids of providers and of credentials."""

    providers: tuple[str, ...] = ()
    not_providers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def wish_of(
    in_figures: str, cues: Sequence[Cue], wanted: Wanted, reader: FactReader, provider_places: frozenset[int]
) -> Constraints:
    """`in_figures`: the text with number words as figures; `provider_places`: the words that name a provider, which
    tell no topic as well.
    """
    keys = {cue.key for cue in cues}
    facts = reader.read(in_figures)
    money = [_amount(fact) for fact in facts if fact.kind == "money"]
    if not money and "under" in keys:
        # "exam must be 200 or less": a bare number beside a limit is a price; spans of time have their unit.
        money = [float(fact.value) for fact in facts if fact.kind == "number" and float(fact.value) >= _LEAST_PRICE]
    free = "free" in keys and not money
    if "strictly_under" in keys:
        money = [amount - _LEAST_COIN for amount in money]
    most = 0.0 if free else min(money, default=None)
    monthly = most is not None and _is_monthly(most, in_figures, cues)
    topical = [cue for cue in cues if not provider_places.issuperset(range(cue.start, cue.end))]
    hours = _hours(facts, per_week="per_week" in keys)
    sitting = hours is not None and hours * 60 <= _LONGEST_SITTING and "per_week" not in keys
    return Constraints(
        topics=suffixes(topical, "topic."),
        bands=tuple(int(band) for band in suffixes(cues, "level.")),
        kinds=suffixes(cues, "kind."),
        providers=wanted.providers,
        not_providers=wanted.not_providers,
        excluded=wanted.excluded,
        max_cost=None if monthly else most,
        max_monthly=most if monthly else None,
        max_hours=None if sitting else hours,
        max_minutes=hours * 60 if hours is not None and sitting else None,
        no_renewal="no_renewal" in keys,
        no_prerequisites="no_prerequisites" in keys,
    )


def suffixes(cues: Iterable[Cue], prefix: str) -> tuple[str, ...]:
    found = (cue.key.removeprefix(prefix) for cue in cues if cue.key.startswith(prefix))
    return tuple(dict.fromkeys(found))


def _is_monthly(amount: float, in_figures: str, cues: Sequence[Cue]) -> bool:
    """Whether "a month" stands beside the amount: beside hours it tells of something else."""
    tokens = words(in_figures)
    places = [place for place, token in enumerate(tokens) if _figure(token) == round(amount + _LEAST_COIN / 2)]
    return any(-_BESIDE <= cue.start - place <= _BESIDE for cue in cues if cue.key == "per_month" for place in places)


def _figure(token: str) -> float | None:
    plain = token.replace(",", "")
    return round(float(plain)) if plain.replace(".", "", 1).isdigit() else None


def _amount(fact: Fact) -> float:
    return float(fact.value.split(" ")[1])


def _hours(facts: Iterable[Fact], *, per_week: bool) -> float | None:
    """Hours in all: as told, or hours a week times the months or weeks told with them."""
    minutes = [float(fact.value.split(" ")[0]) for fact in facts if fact.kind == "duration" and "minutes" in fact.value]
    months = [float(fact.value.split(" ")[0]) for fact in facts if fact.kind == "duration" and "months" in fact.value]
    hours = [span / 60 for span in minutes if span < _WEEK or span % _WEEK]
    weeks = [span / _WEEK for span in minutes if span % _WEEK == 0]
    if per_week:
        # "5 hours in one week": that week is the rate, not the time there is.
        weeks = [span for span in weeks if span > 1]
    weeks += [span * 52 / 12 for span in months]
    if not hours:
        return None
    if per_week:
        return min(hours) * min(weeks) if weeks else None
    return min(hours)
