"""What of a gateway event is written down: what is read from it later, and nothing else of the people in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.discord.cards import texts_of
from bot.adapters.discord.events import POST

Raw = Mapping[str, Any]

# The kinds of channels that are threads.
_THREADS = {10, 11, 12}
_KEPT = (
    *("id", "application_id", "type", "token", "data", "guild_id", "channel_id", "locale", "guild_locale", "context"),
    *("app_permissions", "authorizing_integration_owners", "content", "mentions"),
    *("user_id", "message_id", "emoji", "message_author_id"),
)


def kept(kind: str, raw: Raw, number: int | None = None) -> dict[str, Any]:
    """What of an event is written down: what is read from it, and nothing else of the people in it. `number` is the
    one that the gateway has given it, and gives it again when it repeats it.
    """
    found = {key: raw[key] for key in _KEPT if key in raw}
    if "mentions" in found:
        found["mentions"] = [{"id": user["id"]} for user in found["mentions"]]
    author = raw.get("author")
    if author is not None:
        found["author"] = {"id": author["id"], "bot": bool(author.get("bot"))}
        found["webhook_id"] = raw.get("webhook_id")
        found["attachments"] = [_bare_file(each) for each in raw.get("attachments", ())]
        found |= _bare_reference(raw)
    user = user_of(raw)
    if user is not None:
        found["user"] = {"id": user["id"], "bot": bool(user.get("bot"))}
        found["permissions"] = permissions_of(raw)
        found["roles"] = list((raw.get("member") or {}).get("roles", ()))
    if isinstance(raw.get("message"), Mapping):
        found["in_thread"] = (raw.get("channel") or {}).get("type") in _THREADS
        found["message"] = {"id": raw["message"]["id"], "flags": raw["message"].get("flags", 0)}
    if kind == "INTERACTION_CREATE" and "data" in found:
        found["data"] = _without_people(found["data"])
        if found["data"].get("custom_id") == POST:
            found["title"] = str((raw.get("channel") or {}).get("name") or "")
    return {"t": kind, "s": number, "d": found}


def user_of(raw: Raw) -> Mapping[str, Any] | None:
    """Who did it: in a server it stands in their membership."""
    found = raw.get("user") or (raw.get("member") or {}).get("user")
    return found if found and "author" not in raw else None


def permissions_of(raw: Raw) -> str:
    return str(raw.get("permissions") or (raw.get("member") or {}).get("permissions") or "0")


def _without_people(data: Raw) -> dict[str, Any]:
    """Of a message that a menu was opened on, only its text; of what else is named, only files and roles."""
    resolved = data.get("resolved", {})
    messages = {number: {"content": _text_of(message)} for number, message in resolved.get("messages", {}).items()}
    files = {number: _bare_file(file) for number, file in resolved.get("attachments", {}).items()}
    roles = {
        number: {key: role.get(key) for key in ("id", "name", "permissions", "managed")}
        for number, role in resolved.get("roles", {}).items()
    }
    named = (("messages", messages), ("attachments", files), ("roles", roles))
    told = {name: found for name, found in named if found}
    rest = {key: value for key, value in data.items() if key != "resolved"}
    return {**rest, "resolved": told} if told else rest


def _bare_reference(raw: Raw) -> dict[str, Any]:
    """Of a message that is replied to only that it is, and whose: nothing where that is a person."""
    replied = raw.get("referenced_message") or {}
    author = replied.get("author", {})
    return {"referenced_message": {"id": replied["id"], "author": {"id": author["id"]}}} if author.get("bot") else {}


def _text_of(message: Raw) -> str:
    """What a message says: one that is made of components has no content of its own."""
    return message.get("content") or "\n".join(texts_of(message.get("components", ())))


def _bare_file(raw: Raw) -> dict[str, Any]:
    return {key: raw.get(key) for key in ("filename", "size", "content_type", "url")}
