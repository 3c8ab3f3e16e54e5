"""Messages as people see them, in plain text with tags: for golden files and for looking at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_QUIET = {"mention", "hashtag", "bot_command", "url", "email", "phone_number"}


def tagged(text: str, entities: list[dict[str, Any]]) -> str:
    """The text with `<bold>…</bold>` around what is bold, and so on."""
    units = text.encode("utf-16-le")
    marks: list[tuple[int, int, int, str]] = []
    for number, entity in enumerate(entities):
        if entity["type"] in _QUIET:
            continue
        extra = "".join(f" {key}={entity[key]}" for key in ("url", "language") if key in entity)
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        marks.append((begin, 1, number, f"<{entity['type']}{extra}>"))
        marks.append((end, 0, -number, f"</{entity['type']}>"))
    out, at = "", 0
    for place, _, _, tag in sorted(marks):
        out += units[at * 2 : place * 2].decode("utf-16-le") + tag
        at = place
    return out + units[at * 2 :].decode("utf-16-le")


def shown(message: Mapping[str, Any]) -> str:
    """One message of the loopback server, or a call that would send it."""
    lines = []
    if "text" in message:
        lines.append(tagged(message["text"], message.get("entities", [])))
    lines += [f"({kind})" for kind in ("photo", "document") if kind in message]
    if "caption" in message:
        lines.append(message["caption"])
    poll = message.get("poll") or (message if "question" in message else None)
    if poll:
        right = poll.get("correct_option_ids", [])
        options = [each if isinstance(each, str) else each["text"] for each in poll["options"]]
        lines.append(f"(poll) {poll['question']}")
        lines += [f"  {'*' if number in right else '-'} {option}" for number, option in enumerate(options)]
    for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
        lines.append(" ".join(f"[{b['text']}{' -> ' + b['url'] if 'url' in b else ''}]" for b in row))
    return "\n".join(lines)
