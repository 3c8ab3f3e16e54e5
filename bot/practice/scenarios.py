"""Scenarios: which credential fits some wishes. Exactly one of the options meets them all, and each other one fails
one of them by a known value; what is unknown is never offered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS
from bot.catalog.recommend import Constraints
from bot.core.answer import Statement
from bot.practice.asks import known, siblings
from bot.practice.items import OPTIONS, Item, Option, digest
from bot.practice.workshop import Workshop

_STEP = 50  # US dollars: budgets are round


def from_wishes(shop: Workshop, credential: Credential, language: str) -> Iterator[Item]:
    """The scenario that this credential is the answer to, where enough is known of it and of others."""
    wish = _wish(credential, shop.catalog)
    if wish is None:
        return
    fields = _fields(wish)
    explanation = _facts(shop, credential, fields, language)
    rivals: list[Option] = []
    for other, failing in _wrong(credential, wish, shop.catalog):
        told = shop.explanation(other, failing, language)
        if told is not None and shop.stands(told, language) and len(rivals) < OPTIONS - 1:
            rivals.append(Option(text=shop.name(other), rationale=told))
    if explanation is None or len(rivals) < OPTIONS - 1:
        return
    key = shop.name(credential)
    item = shop.item(
        shop.subject(credential, language),
        "fit",
        f"fit.{wish.topics[0]}",
        question=_question(shop, credential, wish, language),
        key=key,
        key_en=credential.id,
        explanation=explanation,
        quote=shop.wording.record(credential, "level"),
        rivals=rivals,
        bloom="apply",
        wish=wish,
    )
    if item is not None:
        yield item


def _wish(credential: Credential, catalog: Catalog) -> Constraints | None:
    """Wishes that this credential meets: its topic and level, a budget a little above its price, and no renewal or
    nothing required where that is so.
    """
    band, price = catalog.band(credential), known(credential, "cost", catalog)
    needed = known(credential, "prerequisites", catalog)
    if catalog.status(credential) != "active" or credential.cost_unit != "exam" or band is None or price is None:
        return None
    return Constraints(
        topics=credential.topics[:1],
        bands=(band,),
        max_cost=float(math.ceil((price + 1) / _STEP) * _STEP),
        no_renewal=known(credential, "validity", catalog) == "never",
        no_prerequisites=needed is not None and not needed.required and band > 1,
    )


def _wrong(credential: Credential, wish: Constraints, catalog: Catalog) -> list[tuple[Credential, str]]:
    """Others of the topic that fail a wish for sure, each with the wish: those first that fail only one, and each
    wish in turn, so that no single one decides.
    """
    tests = _fields(wish)
    by_reason: dict[str, list[tuple[int, str, Credential]]] = {name: [] for name in tests}
    for other in siblings(credential, catalog):
        if other.kind != credential.kind or wish.topics[0] not in other.topics:
            continue
        failing = [name for name in tests if _meets(other, wish, name, catalog) is False]
        for name in failing:
            by_reason[name].append((len(failing), digest(credential.id, other.id), other))
    piles = [sorted(pile, key=lambda entry: entry[:2]) for pile in by_reason.values()]
    turns = [
        (rank, number, entry[2], name)
        for number, (name, pile) in enumerate(zip(by_reason, piles, strict=True))
        for rank, entry in enumerate(pile)
    ]
    named: dict[str, tuple[Credential, str]] = {}
    for _, _, other, name in sorted(turns, key=lambda turn: turn[:2]):
        named.setdefault(other.id, (other, name))
    return list(named.values())


def _meets(credential: Credential, wish: Constraints, name: str, catalog: Catalog) -> bool | None:
    """Whether it meets one wish; None where the documents do not settle that."""
    if name == "level":
        band = catalog.band(credential) if known(credential, "level", catalog) is not None else None
        return None if band is None else band in wish.bands
    value = known(credential, name, catalog)
    if value is None:
        return None
    if name == "cost":
        return None if credential.cost_unit not in {"exam", "exams"} else value <= (wish.max_cost or math.inf)
    if name == "validity":
        return bool(value == "never")
    return not value.required


def _fields(wish: Constraints) -> tuple[str, ...]:
    return ("level", *wish.fields())


def _facts(shop: Workshop, credential: Credential, fields: tuple[str, ...], language: str) -> Statement | None:
    """Why it fits: the values that were wished for, from their passages."""
    told = [shop.explanation(credential, field, language) for field in fields]
    if not all(told):
        return None
    values = [
        shop.wording.say(f"brief.{field}", language, value=shop.wording.short_value(credential, field, language))
        for field in fields
    ]
    passages = {
        FIELDS[field].group: statement.passages[0] for field, statement in zip(fields, told, strict=True) if statement
    }
    text = shop.say("fit.because", language, name=credential.name, values="; ".join(values))
    return Statement(text=text, passages=tuple(passages.values()))


def _question(shop: Workshop, credential: Credential, wish: Constraints, language: str) -> str:
    """One of several ways to put it, chosen by the credential."""
    wishes = [shop.say(f"fit.level.{wish.bands[0]}", language)]
    wishes.append(shop.say("fit.budget", language, amount=f"USD {wish.max_cost:,.0f}"))
    if wish.no_renewal:
        wishes.append(shop.say("fit.no_renewal", language))
    if wish.no_prerequisites:
        wishes.append(shop.say("fit.no_prerequisites", language))
    frame = int(digest("frame", credential.id)[:4], 16) % 3 + 1
    topic = shop.say(f"topic.{wish.topics[0]}", language)
    return shop.say(f"fit.ask.{frame}", language, topic=topic, wishes=shop.wording.both(wishes, language))
