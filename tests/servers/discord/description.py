"""Discord's published description, and the limits that it does not tell: what a call has to look like to be taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.servers.discord import components
from tests.servers.discord.components import Forbidden

__all__ = ["CONTENT", "Forbidden", "calls", "check", "messages_in"]

CONTENT = 2000
_MESSAGE, _DEFERRED, _UPDATE = 4, 5, 7
EPHEMERAL = 1 << 6


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
        if body["type"] in {_MESSAGE, _UPDATE}:
            yield body["data"]
        elif body["type"] == _DEFERRED and (body.get("data") or {}).get("flags", 0) & ~EPHEMERAL:
            raise Forbidden("a deferred answer knows no flag but EPHEMERAL")
    elif ("messages" in call or "/webhooks/" in call) and not call.endswith("/threads"):
        yield body


def _message(told: dict[str, Any]) -> None:
    if len(told.get("content") or "") > CONTENT:
        raise Forbidden(f"content has {len(told['content'])} of at most {CONTENT} characters")
    if not components.is_v2(told) and not (told.get("content") or "").strip() and not told.get("attachments"):
        raise Forbidden("an empty message")
    if told.get("allowed_mentions", {}).get("parse", ["everyone"]):
        raise Forbidden("mentions are parsed unless it is said that they are not")
    components.check(told)
