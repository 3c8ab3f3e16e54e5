"""Telegram's own parser of formatted text, from TDLib: what it makes of a text, and what it refuses."""

from __future__ import annotations

import json
import re
from typing import Any

from tdjson import td_execute

from tests.servers.telegram.description import bad

MODES = {
    "HTML": {"@type": "textParseModeHTML"},
    "Markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "MarkdownV2": {"@type": "textParseModeMarkdown", "version": 2},
}
# By the Bot API's names; those that TDLib tells with more are below.
_KINDS = {
    "mention": "Mention",
    "hashtag": "Hashtag",
    "cashtag": "Cashtag",
    "bot_command": "BotCommand",
    "url": "Url",
    "email": "EmailAddress",
    "phone_number": "PhoneNumber",
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
    "code": "Code",
    "pre": "Pre",
    "bank_card_number": "BankCardNumber",
}
_NAMES = {f"textEntityType{kind}": name for name, kind in _KINDS.items()}


def utf16(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def execute(request: dict[str, Any]) -> dict[str, Any]:
    """Raises `Refused` with the parser's words."""
    done = td_execute(json.dumps(request).encode())
    answer: dict[str, Any] = json.loads(done or b"{}")
    if answer.get("@type") == "error":
        raise bad(answer["message"])
    return answer


execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parsed(text: str, mode: str) -> tuple[str, list[dict[str, Any]]]:
    """A text in a parse mode, as text and entities."""
    if mode not in MODES:
        raise bad("unsupported parse_mode")
    found = execute({"@type": "parseTextEntities", "text": text, "parse_mode": MODES[mode]})
    return found["text"], [_ours(entity) for entity in found["entities"]]


def accepted(text: str, entities: list[dict[str, Any]]) -> None:
    """Refuse, as Telegram does, entities that do not fit their text."""
    theirs = [_theirs(entity) for entity in entities]
    execute({"@type": "getMarkdownText", "text": {"@type": "formattedText", "text": text, "entities": theirs}})


def found_in(text: str) -> list[dict[str, Any]]:
    """What every client makes of a plain text by itself: mentions, commands, addresses."""
    return [_ours(entity) for entity in execute({"@type": "getTextEntities", "text": text})["entities"]]


def is_address(url: str) -> bool:
    """Whether a button may lead there."""
    if not re.match(r"(?:https?|tg)://", url, re.IGNORECASE):
        return False
    try:
        accepted("a", [{"type": "text_link", "offset": 0, "length": 1, "url": url}])
    except Exception:  # noqa: BLE001 - whatever it says, it refuses
        return False
    return True


def _ours(entity: dict[str, Any]) -> dict[str, Any]:
    kind = entity["type"]["@type"]
    place = {"offset": entity["offset"], "length": entity["length"]}
    if kind == "textEntityTypeTextUrl":
        return {"type": "text_link", **place, "url": entity["type"]["url"]}
    if kind == "textEntityTypeMentionName":
        return {"type": "text_mention", **place, "user_id": entity["type"]["user_id"]}
    if kind == "textEntityTypePreCode":
        return {"type": "pre", **place, "language": entity["type"]["language"]}
    return {"type": _NAMES.get(kind, kind), **place}


def _theirs(entity: dict[str, Any]) -> dict[str, Any]:
    kind = entity["type"]
    if kind == "text_link":
        inner = {"@type": "textEntityTypeTextUrl", "url": entity.get("url", "")}
    elif kind == "text_mention":
        inner = {"@type": "textEntityTypeMentionName", "user_id": entity["user"]["id"]}
    elif kind == "pre" and entity.get("language"):
        inner = {"@type": "textEntityTypePreCode", "language": entity["language"]}
    elif kind in _KINDS:
        inner = {"@type": f"textEntityType{_KINDS[kind]}"}
    else:
        raise bad(f"entity of type {kind} is not known to the test server")
    return {"@type": "textEntity", "offset": entity["offset"], "length": entity["length"], "type": inner}
