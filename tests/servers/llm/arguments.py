"""Fills the arguments of a tool from its JSON schema, with values that fit the names of its properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.llm.wire import Json

_CODES = ("credential", "credentials", "id", "ids", "name", "names", "goal", "goals", "exam", "code", "codes", "have")
_NUMBERS = ("minimum", "exclusiveMinimum")
_DAY = "2026-12-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What arguments are taken from: a text for what is asked, names for what is named, numbers, a link."""

    text: str
    names: Sequence[str] = ()
    numbers: Sequence[int] = ()
    optional: bool = False  # whether what is not required is filled as well


def filled(schema: Json, values: Values) -> Json:
    """Arguments that the schema allows, as far as types and enumerations go."""
    definitions: Mapping[str, Json] = schema.get("$defs") or schema.get("definitions") or {}
    required = schema.get("required", ())
    return {
        name: _value(name, part, values, definitions)
        for name, part in (schema.get("properties") or {}).items()
        if name in required or values.optional or _fits(name, values)
    }


def _fits(name: str, values: Values) -> bool:
    return name in _CODES and bool(values.names)


def _value(name: str, schema: Json, values: Values, definitions: Mapping[str, Json]) -> Any:
    schema = _resolved(schema, definitions)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        named = [one for one in schema["enum"] if str(one).casefold() in values.text.casefold()]
        return (named or schema["enum"])[0]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return _list(name, schema, values, definitions)
    if kind == "object":
        return filled({**schema, "$defs": definitions}, values)
    if kind in {"integer", "number"}:
        low = next((schema[key] for key in _NUMBERS if key in schema), 1)
        value = next(iter(values.numbers), max(1, low))
        return min(max(value, low), schema.get("maximum", value))
    return {"boolean": True, "null": None}.get(kind, _text(name, schema, values))


def _list(name: str, schema: Json, values: Values, definitions: Mapping[str, Json]) -> list[Any]:
    item = _resolved(schema.get("items") or {}, definitions)
    if item.get("type", "string") == "string" and "enum" not in item and values.names:
        return list(values.names[: schema.get("maxItems", len(values.names))])
    return [_value(name, item, values, definitions)] * max(1, schema.get("minItems", 1))


def _text(name: str, schema: Json, values: Values) -> str:
    if schema.get("format") == "date" or "date" in name or name in {"on", "deadline", "by", "earned"}:
        return _DAY
    if name in _CODES and values.names:
        return values.names[0]
    return values.text[: schema.get("maxLength", len(values.text))]


def _resolved(schema: Json, definitions: Mapping[str, Json]) -> Json:
    """The schema behind a reference, or the first alternative that is not null."""
    if "$ref" in schema:
        return _resolved(definitions.get(schema["$ref"].rpartition("/")[2], {}), definitions)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            parts = [_resolved(part, definitions) for part in schema[key]]
            return next((part for part in parts if part.get("type") != "null"), parts[0])
    return schema
