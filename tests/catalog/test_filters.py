"""Filters on credentials: strict, and silent about what no source says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.catalog.catalog import Catalog, on
from bot.catalog.credential import Credential
from bot.catalog.filters import Filter, select
from bot.catalog.sourced import Sourced


def known(value: Any) -> Sourced[Any]:
    return Sourced(value=value, source=("s",))


def credential(identity: str, **fields: Any) -> Credential:
    base: dict[str, Any] = {
        "id": identity,
        "document": f"credentials/{identity}",
        "kind": "certification",
        "title": identity,
        "provider": "acme",
        "awarding_body": "Acme",
        "topics": ("cloud",),
        "summary": "",
        "status": known("active"),
        "sources": {},
    }
    return Credential(**{**base, **fields})


CATALOG = Catalog(
    [
        credential("bare"),
        credential(
            "rich",
            kind="professional_certificate",
            provider="beta",
            topics=("data",),
            level=known("entry level"),
            cost=known(49.0),
            cost_unit="month",
            study_hours=known(100.0),
            skills=known(("Threats, vulnerabilities and mitigations 22%", "Python")),
            languages=known(("English", "Chinese (Simplified)", "Portuguese (Brazil)")),
        ),
        credential("gone", retired_on=known("2026-01-01"), cost=known(10.0)),
    ],
    on(date(2026, 11, 23)),
)


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        (Filter(), ["bare", "rich"]),
        (Filter(include_retired=True), ["bare", "rich", "gone"]),
        (Filter(kinds=("professional_certificate", "degree")), ["rich"]),
        (Filter(providers=("acme",)), ["bare"]),
        (Filter(levels=("entry",)), ["rich"]),
        (Filter(levels=("ent",)), []),
        (Filter(max_price=300.0), ["rich"]),
        (Filter(max_price=100.0), []),  # half a year of 49 a month
        (Filter(max_price=100.0, include_retired=True), ["gone"]),
        (Filter(max_hours=100.0), ["rich"]),
        (Filter(max_hours=99.0), []),
        (Filter(skills=("vulnerabilities threats",)), ["rich"]),
        (Filter(skills=("PYTHON",)), ["rich"]),
        (Filter(skills=("data",)), ["rich"]),
        (Filter(skills=("python threats",)), []),
        (Filter(skills=("...",)), []),
        (Filter(languages=("zh-Hans",)), ["rich"]),
        (Filter(languages=("pt_BR",)), ["rich"]),
        (Filter(languages=("Chinese",)), ["rich"]),
        (Filter(languages=("ja",)), []),
        (Filter(languages=("ja", "en")), ["rich"]),
        (Filter(languages=("en",), levels=("expert",)), []),
    ],
)
def test_a_filter_selects_exactly_what_meets_all_of_it(wish: Filter, ids: list[str]) -> None:
    assert [found.id for found in select(CATALOG, wish)] == ids


def test_what_retires_is_retired_from_its_day_on_while_a_bot_runs() -> None:
    days = iter([date(2025, 12, 31), date(2026, 1, 1)])
    catalog = Catalog([credential("going", retired_on=known("2026-01-01"))], lambda: next(days))
    assert ["retiring", "retired"] == [catalog.status(catalog["going"]) for _ in range(2)]
