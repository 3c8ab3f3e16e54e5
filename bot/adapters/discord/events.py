"""What a gateway event says, as far as it is for the bot: Discord's JSON in, plain data out. Decides nothing else.

Read from the JSON and not from the library's objects: the same is read again from the inbox, perhaps after a restart,
when no library's cache knows of the server or channel any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.discord.cards import texts_of
from bot.adapters.discord.commands import BY_NAME, MANAGE_GUILD, MENUS, OF_ALL, SERVER
from bot.adapters.discord.paging import turn_of
from bot.adapters.discord.posts import EPHEMERAL, Place, born, identity, room_of
from bot.learning.learner import Identity, Room

Raw = Mapping[str, Any]

_COMMAND, _COMPONENT, _COMPLETING, _MODAL = 2, 3, 4, 5
_MESSAGE_MENU = 3
_SUBCOMMAND = 1
_BOT_DM = 1
_ADMINISTRATOR = 1 << 3
# An ordinary message, and one that replies to another.
_SPOKEN = {0, 19}
# Buttons whose answer concerns only who tapped.
_ALONE = ("sources", "up", "down", "quiz", "thread", "teach", "remove")
_KEPT = (
    *("id", "application_id", "type", "token", "data", "guild_id", "channel_id", "locale", "guild_locale", "context"),
    *("authorizing_integration_owners", "content", "mentions"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody and where they are. `language` is that of their app; `moderates`: they may manage the server; `key` is
    Discord's number of what they did.
    """

    who: Identity
    place: Place
    room: Room
    language: str | None = None
    moderates: bool = False
    key: str = ""

    @property
    def private(self) -> bool:
        return self.place.private


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that came with a message or a command."""

    name: str
    size: int
    media_type: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text for the bot: all in private, in a server what mentions it or replies to it. A file may come without."""

    by: Speaker
    text: str
    file: Attached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A command with its options. `inner` is the name of the subcommand, where it has one."""

    by: Speaker
    name: str
    options: Mapping[str, Any]
    inner: str | None = None
    file: Attached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A message menu on somebody's message, whose text comes with it."""

    by: Speaker
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """A button or what was chosen from a list, under one of the bot's messages."""

    by: Speaker
    data: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """Somebody is typing an option that is completed."""

    by: Speaker
    name: str
    option: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAway:
    """The bot is not in a server any more."""

    guild: str


Event = Said | Called | Chosen | Tapped | Typing


def kept(kind: str, raw: Raw) -> dict[str, Any]:
    """What of an event is written down: what is read from it, and nothing else of the people in it."""
    found = {key: raw[key] for key in _KEPT if key in raw}
    if "mentions" in found:
        found["mentions"] = [{"id": user["id"]} for user in found["mentions"]]
    author = raw.get("author")
    if author is not None:
        found["author"] = {"id": author["id"], "bot": bool(author.get("bot"))}
        found["webhook_id"] = raw.get("webhook_id")
        found["attachments"] = [_bare_file(each) for each in raw.get("attachments", ())]
    user = _user(raw)
    if user is not None:
        found["user"] = {"id": user["id"], "bot": bool(user.get("bot"))}
        found["permissions"] = _permissions(raw)
    if isinstance(raw.get("message"), Mapping):
        found["message"] = {"id": raw["message"]["id"], "flags": raw["message"].get("flags", 0)}
    if kind == "INTERACTION_CREATE" and "data" in found:
        found["data"] = _without_people(found["data"])
    return {"t": kind, "d": found}


def sent_away(event: Raw) -> SentAway | None:
    """A server that is only away for a while says that it is unavailable."""
    gone = event["t"] == "GUILD_DELETE" and not event["d"].get("unavailable")
    return SentAway(guild=event["d"]["id"]) if gone else None


class Reader:
    """Reads events for one bot. None is what is not meant for it: such an event is not even written down."""

    def __init__(self, bot_id: int) -> None:
        self._id = str(bot_id)
        self._mention = re.compile(rf"<@!?{bot_id}>")

    def read(self, event: Raw) -> Event | None:
        raw = event["d"]
        if event["t"] == "MESSAGE_CREATE":
            return self._message(raw)
        return _interaction(raw) if event["t"] == "INTERACTION_CREATE" else None

    def _message(self, raw: Raw) -> Event | None:
        author, guild = raw.get("author", {}), raw.get("guild_id")
        if author.get("bot") or raw.get("webhook_id") or raw.get("type") not in _SPOKEN:
            # To answer a bot would be talking with oneself.
            return None
        called = any(user["id"] == self._id for user in raw.get("mentions", ()))
        if guild is not None and not called:
            return None
        text = " ".join(self._mention.sub(" ", raw.get("content") or "").split())
        place = Place(
            channel=raw["channel_id"], who=author["id"], guild=guild, reply_to=raw["id"] if guild is not None else None
        )
        by = Speaker(who=identity(author["id"]), place=place, room=room_of(place), key=raw["id"])
        return Said(by=by, text=text, file=_file(raw.get("attachments", ())))


def _interaction(raw: Raw) -> Event | None:
    if raw.get("type") not in {_COMMAND, _COMPONENT, _COMPLETING, _MODAL} or _user(raw) is None:
        return None
    data = raw["data"]
    if raw["type"] in {_COMMAND, _COMPLETING}:
        return _command(raw, data)
    if raw["type"] == _COMPONENT:
        return _tapped(raw, data.get("values") or [data["custom_id"]])
    text = next((field["value"] for field in _fields(data.get("components", ())) if "value" in field), "")
    # What the form was opened for says whether its answer is for the person alone.
    return Said(by=_speaker(raw, alone=data["custom_id"] != "form:open"), text=" ".join(text.split()))


def _tapped(raw: Raw, values: Sequence[str]) -> Tapped:
    """Pages are turned where they are by who asked for them, and by anybody where nobody else sees them."""
    data = values[0]
    step = data.partition(":")[2].partition(":")[0]
    hidden = bool(raw.get("message", {}).get("flags", 0) & EPHEMERAL)
    turn = turn_of(data)
    by = _speaker(raw, alone=step in _ALONE or hidden or turn is not None)
    if turn is not None and (hidden or by.who.number == turn.owner):
        by = replace(by, place=replace(by.place, turns=True, ephemeral=by.place.ephemeral and hidden))
    return Tapped(by=by, data=data, message=raw["message"]["id"])


def _command(raw: Raw, data: Raw) -> Event | None:
    name, inner = data["name"], None
    if data.get("type") == _MESSAGE_MENU:
        messages = data.get("resolved", {}).get("messages", {})
        text = str(messages.get(data.get("target_id"), {}).get("content") or "")
        return Chosen(by=_speaker(raw, alone=name not in OF_ALL), name=name, text=text) if name in MENUS else None
    options = data.get("options", ())
    if options and options[0].get("type") == _SUBCOMMAND:
        inner, options = options[0]["name"], options[0].get("options", ())
    given = {option["name"]: option.get("value") for option in options}
    if raw["type"] == _COMPLETING:
        typed = next((option for option in options if option.get("focused")), None)
        if typed is None:
            return None
        return Typing(by=_speaker(raw, alone=True), name=name, option=typed["name"], text=str(typed.get("value", "")))
    known = BY_NAME.get(name)
    if known is None and name != SERVER:
        return None
    alone = name == SERVER or (known is not None and known.personal) or bool(given.get("private"))
    file = _file(data.get("resolved", {}).get("attachments", {}).values())
    return Called(by=_speaker(raw, alone=alone), name=name, options=given, inner=inner, file=file)


def _speaker(raw: Raw, *, alone: bool) -> Speaker:
    """Who and where. Where the server has not asked the bot in, only the person sees what it says."""
    user = _user(raw) or {}
    guild = raw.get("guild_id")
    here = raw.get("context") == _BOT_DM
    present = here or "0" in raw.get("authorizing_integration_owners", {"0": ""})
    place = Place(
        channel=raw["channel_id"],
        who=user["id"],
        guild=guild,
        application=raw["application_id"],
        answers=raw["token"],
        since=born(raw["id"]),
        ephemeral=not here and (alone or not present or guild is None),
        present=present,
    )
    permissions = int(_permissions(raw))
    return Speaker(
        who=identity(user["id"]),
        place=place,
        room=room_of(place),
        language=raw.get("locale"),
        moderates=bool(permissions & (MANAGE_GUILD | _ADMINISTRATOR)),
        key=raw["id"],
    )


def _user(raw: Raw) -> Mapping[str, Any] | None:
    """Who did it: in a server it stands in their membership."""
    found = raw.get("user") or (raw.get("member") or {}).get("user")
    return found if found and "author" not in raw else None


def _permissions(raw: Raw) -> str:
    return str(raw.get("permissions") or (raw.get("member") or {}).get("permissions") or "0")


def _without_people(data: Raw) -> dict[str, Any]:
    """Of a message that a menu was opened on, only its text; of what else is named, only files."""
    resolved = data.get("resolved", {})
    messages = {number: {"content": _text_of(message)} for number, message in resolved.get("messages", {}).items()}
    files = {number: _bare_file(file) for number, file in resolved.get("attachments", {}).items()}
    told = {name: found for name, found in (("messages", messages), ("attachments", files)) if found}
    rest = {key: value for key, value in data.items() if key != "resolved"}
    return {**rest, "resolved": told} if told else rest


def _text_of(message: Raw) -> str:
    """What a message says: one that is made of components has no content of its own."""
    return message.get("content") or "\n".join(texts_of(message.get("components", ())))


def _bare_file(raw: Raw) -> dict[str, Any]:
    return {key: raw.get(key) for key in ("filename", "size", "content_type", "url")}


def _file(files: Iterable[Raw]) -> Attached | None:
    """The first: one message brings one document."""
    for each in files:
        return Attached(
            name=each["filename"], size=each["size"], media_type=each.get("content_type") or "", url=each["url"]
        )
    return None


def _fields(components: Any) -> list[Mapping[str, Any]]:
    """The inputs of a form, whatever they stand in."""
    found = []
    for component in components:
        found += [component, *_fields(component.get("components", ()))]
        if "component" in component:
            found.append(component["component"])
    return found
