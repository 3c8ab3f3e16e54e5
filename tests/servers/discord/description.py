"""Discord's published description, and the limits that it does not tell: what a call has to look like to be taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

CONTENT = 2000
_ROWS, _IN_ROW = 5, 5
_BUTTON, _LINK = 2, 5


class Forbidden(Exception):
    """What the description or a limit forbids: a fault of the bot's, whatever the server then answers."""


@cache
def _raw() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "description.json").read_text(encoding="utf-8"))
    return found


@cache
def _validator(call: str) -> Draft202012Validator | None:
    schema = _raw()["calls"][call]
    return None if schema is None else Draft202012Validator({**schema, "schemas": _raw()["schemas"]})


def calls() -> list[str]:
    return list(_raw()["calls"])


def check(call: str, body: Any) -> None:
    """Raises `Forbidden` where Discord does not describe such a call."""
    validator = _validator(call)
    if validator is None:
        if body is not None:
            raise Forbidden(f"{call} has no body")
        return
    errors = sorted(validator.iter_errors(body), key=lambda error: len(error.path))
    if errors:
        raise Forbidden(f"{call}: {errors[0].json_path}: {errors[0].message[:300]}")
    for told in messages_in(call, body):
        _message(told)


def messages_in(call: str, body: Any) -> Iterator[dict[str, Any]]:
    """What of a call is shown as a message."""
    if not isinstance(body, dict):
        return
    if call.endswith("/callback"):
        if body["type"] == 4:
            yield body["data"]
    elif ("messages" in call or "/webhooks/" in call) and not call.endswith("/threads"):
        yield body


def _message(told: dict[str, Any]) -> None:
    if len(told.get("content") or "") > CONTENT:
        raise Forbidden(f"content has {len(told['content'])} of at most {CONTENT} characters")
    if not (told.get("content") or "").strip() and not told.get("attachments"):
        raise Forbidden("an empty message")
    if told.get("allowed_mentions", {}).get("parse", ["everyone"]):
        raise Forbidden("mentions are parsed unless it is said that they are not")
    rows = told.get("components") or []
    if len(rows) > _ROWS or any(len(row["components"]) > _IN_ROW for row in rows):
        raise Forbidden("too many rows or buttons")
    inside = [each for row in rows for each in row["components"]]
    ids = [each["custom_id"] for each in inside if "custom_id" in each]
    if len(ids) != len(set(ids)):
        raise Forbidden("COMPONENT_CUSTOM_ID_DUPLICATED")
    for each in inside:
        if each["type"] == _BUTTON and (each["style"] == _LINK) != ("url" in each):
            raise Forbidden("a button leads somewhere or is a link, not both")
        values = [option["value"] for option in each.get("options", ())]
        if len(values) != len(set(values)):
            raise Forbidden("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED")
