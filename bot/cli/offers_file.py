"""The file of `plan --catalog`: a JSON list of offers, each checked field by field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import DocumentError, InputError, Problem
from bot.planning.model import Offer

_MOST_PROBLEMS = 10
_MOST_MONTHS = 1200
_GREATEST = 1e9


def read_offers(file: Path) -> list[Offer]:
    """The offers of a file. Raises `InputError` naming the file, the entry with its field, and the reason."""
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{file}: file: it cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: file: it is no JSON ({error})") from error
    if not isinstance(data, list):
        raise InputError(f"{file}: file: it must hold a list of credentials")
    problems: list[Problem] = []
    offers = [offer for place, entry in enumerate(data) if (offer := _offer(file, place, entry, problems))]
    seen: set[str] = set()
    for offer in offers:
        if offer.id in seen:
            problems.append(Problem(str(file), f"{offer.id}.id", "it stands twice"))
        seen.add(offer.id)
    if problems:
        raise InputError(str(DocumentError(problems[:_MOST_PROBLEMS])))
    return offers


def _offer(file: Path, place: int, entry: Any, problems: list[Problem]) -> Offer | None:
    if not isinstance(entry, dict):
        problems.append(Problem(str(file), f"[{place}]", "it is no JSON object"))
        return None
    name = entry["id"] if isinstance(entry.get("id"), str) and entry["id"] else f"[{place}]"
    found = [Problem(str(file), f"{name}.{field}", reason) for field, reason in _reasons(entry)]
    problems += found
    if found:
        return None
    retired = entry.get("retired_on")
    return Offer(
        id=entry["id"],
        title=entry.get("title") or entry["id"],
        hours=float(entry["hours"]),
        cost_usd=float(entry["cost_usd"]),
        requires=tuple(tuple(group) for group in entry.get("requires") or ()),
        skills=frozenset(entry.get("skills") or ()),
        retired_on=date.fromisoformat(retired) if retired else None,
        validity_months=entry.get("validity_months"),
    )


def _reasons(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field, (needed, check, reason) in _FIELDS.items():
        value = entry.get(field)
        if value is None and needed:
            yield field, "it is missing"
        elif value is not None and not check(value):
            yield field, reason
    for field in entry:
        if field not in _FIELDS:
            yield field, f"there is no such field; there are {', '.join(_FIELDS)}"


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_in_range(value)


def _is_in_range(value: float) -> bool:
    return 0 <= value <= _GREATEST if isinstance(value, int) else math.isfinite(value) and 0 <= value <= _GREATEST


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_groups(value: Any) -> bool:
    return isinstance(value, list) and all(_is_list_of_texts(group) and group for group in value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_months(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_MONTHS


_FIELDS: dict[str, tuple[bool, Callable[[Any], bool], str]] = {
    "id": (True, _is_text, "it must be a text"),
    "title": (False, _is_text, "it must be a text"),
    "hours": (True, _is_amount, "it must be a number, zero or more"),
    "cost_usd": (True, _is_amount, "it must be a number, zero or more"),
    "requires": (False, _is_groups, 'it must be a list of groups of ids, such as [["a", "b"], ["c"]]'),
    "skills": (False, _is_list_of_texts, "it must be a list of texts"),
    "retired_on": (False, _is_date, "it must be a date such as 2026-11-30"),
    "validity_months": (False, _is_months, "it must be a whole number of months, one or more"),
}
