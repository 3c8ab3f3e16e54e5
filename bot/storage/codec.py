"""Plain data to JSON and back, forgiving towards what an older or newer version has written.

A field that is missing gets its default; one that is unknown is passed over, and kept when the whole is written again
(`dumped_over`); one whose value this version does not understand is passed over too. None of them costs a learner.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import InternalFault

logger = logging.getLogger(__name__)

T = TypeVar("T")

# PostgreSQL refuses NUL, and UTF-8 has no place for half a surrogate pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, and otherwise as it was: emoji, joiners and spaces stay."""
    return _UNSTORABLE.sub("", text)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def plain(value: object) -> Any:
    """A dataclass as what JSON knows, storable in every string; infinity and not-a-number become null."""
    kind: Any = type(value)
    return _storable(_adapter(kind).dump_python(value, mode="json"))


def dumped(value: object) -> str:
    """A dataclass, or a tuple or dict of what JSON knows, as JSON."""
    return as_json(plain(value))


def dumped_over(value: object, stored: Mapping[str, Any]) -> Any:
    """A dataclass as what JSON knows, with the fields of `stored` that it does not know.

    A replica of an older version that changes a learner must not strip what a newer one has written.
    """
    return {**stored, **plain(value)}


def as_json(value: Any) -> str:
    return json.dumps(_storable(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loaded(kind: type[T], text: str) -> T:
    """What `dumped` made JSON of. Raises `InternalFault` where nothing can be made of it."""
    return revived(kind, json.loads(text))


def revived(kind: type[T], data: Any) -> T:
    """The same from parsed JSON. Fields with values that this version does not understand are logged by name only."""
    wanted: Any = kind
    while True:
        try:
            made: T = _adapter(wanted).validate_python(data)
        except ValidationError as error:
            # The last first: leaving out an item of a list moves the ones after it.
            wrong = sorted({item["loc"] for item in error.errors(include_input=False)}, key=_order, reverse=True)
            logger.warning("storage.field_passed_over kind=%s fields=%s", kind.__name__, [_name(at) for at in wrong])
            if not all(_left_out(data, at) for at in wrong):
                raise InternalFault(f"a stored {kind.__name__} cannot be read") from None
        else:
            return made


def _order(place: tuple[int | str, ...]) -> list[tuple[bool, int, str]]:
    return [(isinstance(at, int), at if isinstance(at, int) else 0, str(at)) for at in place]


def _name(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place))


def _left_out(data: Any, place: tuple[int | str, ...]) -> bool:
    """Take out what stands at a place, or, where it is missing, the nearest thing that needs it."""
    around = [data]
    for at in place:
        inside = around[-1]
        found = isinstance(inside, dict) and at in inside
        found = found or (isinstance(inside, list) and isinstance(at, int) and at < len(inside))
        if not found:
            break
        around.append(inside[at])
    if len(around) == 1:
        return False
    del around[-2][place[len(around) - 2]]
    return True


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value
