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
from bot.adapters.discord.commands import BY_NAME, MANAGE_GUILD, MANAGE_MESSAGES, MENUS, OF_ALL, SERVER
from bot.adapters.discord.paging import turn_of
from bot.adapters.discord.posts import EPHEMERAL, Place, born, identity, room_of
from bot.chat.reactions import is_up
from bot.core.mail import Posted
from bot.learning.learner import Identity, Room

Raw = Mapping[str, Any]

_COMMAND, _COMPONENT, _COMPLETING, _MODAL = 2, 3, 4, 5
_MESSAGE_MENU = 3
_SUBCOMMAND = 1
_BOT_DM = 1
_ADMINISTRATOR = 1 << 3
MANAGE_ROLES = 1 << 28
# An ordinary message, and one that replies to another.
_SPOKEN = {0, 19}
# Buttons whose answer concerns only who tapped.
_ALONE = ("sources", "up", "down", "quiz", "thread", "teach", "remove", "role", "unrole")
# The button below a new post of a forum, whose title is what its form begins with.
POST = "s:post"
_KEPT = (
    *("id", "application_id", "type", "token", "data", "guild_id", "channel_id", "locale", "guild_locale", "context"),
    *("app_permissions", "authorizing_integration_owners", "content", "mentions"),
    *("user_id", "message_id", "emoji", "message_author_id"),
)
_ADDED = "MESSAGE_REACTION_ADD"
_REACTIONS = {_ADDED, "MESSAGE_REACTION_REMOVE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody and where they are. `language` is that of their app; `moderates`: they may manage the server, `tidies`:
    they may delete others' messages there; `roles` are those that they have; `key` is Discord's number of what they
    did.
    """

    who: Identity
    place: Place
    room: Room
    language: str | None = None
    moderates: bool = False
    tidies: bool = False
    roles: tuple[str, ...] = ()
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
    # The bot's own message that it replies to.
    replies_to: Posted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of a server. `may` is what it allows; `managed`: nobody can give it."""

    id: str
    name: str
    may: int
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A command with its options. `inner` is the name of the subcommand, where it has one. Beside a `role` is told who
    may give any.
    """

    by: Speaker
    name: str
    options: Mapping[str, Any]
    inner: str | None = None
    file: Attached | None = None
    role: Role | None = None
    they_give_roles: bool = False
    bot_gives_roles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A message menu on somebody's message, whose text comes with it."""

    by: Speaker
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """A button or what was chosen from a list, under one of the bot's messages. `title` is that of the post."""

    by: Speaker
    data: str
    message: str
    # The same message, where it stands: the answer to a tap may be for one person, and below what all see.
    below: Posted
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A thumb below a message, or one taken away. Where Discord says whose message it is, it is the bot's."""

    by: Speaker
    message: str
    up: bool
    taken_back: bool


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


Event = Said | Called | Chosen | Tapped | Reacted | Typing


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
    user = _user(raw)
    if user is not None:
        found["user"] = {"id": user["id"], "bot": bool(user.get("bot"))}
        found["permissions"] = _permissions(raw)
        found["roles"] = list((raw.get("member") or {}).get("roles", ()))
    if isinstance(raw.get("message"), Mapping):
        found["message"] = {"id": raw["message"]["id"], "flags": raw["message"].get("flags", 0)}
    if kind == "INTERACTION_CREATE" and "data" in found:
        found["data"] = _without_people(found["data"])
        if found["data"].get("custom_id") == POST:
            found["title"] = str((raw.get("channel") or {}).get("name") or "")
    return {"t": kind, "s": number, "d": found}


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
        if event["t"] in _REACTIONS:
            return self._reaction(event, raw)
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
        replied = raw.get("referenced_message") or {}
        ours = replied.get("author", {}).get("id") == self._id
        return Said(
            by=by,
            text=text,
            file=_file(raw.get("attachments", ())),
            replies_to=Posted(room=by.room, number=replied["id"]) if ours else None,
        )

    def _reaction(self, event: Raw, raw: Raw) -> Event | None:
        """Discord says of a reaction neither who wrote the message when it is taken away, nor a number of its own."""
        person, emoji = raw["user_id"], raw["emoji"]
        up = is_up(emoji.get("name") or "") if emoji.get("id") is None else None
        of_another = raw.get("message_author_id", self._id) != self._id
        if up is None or of_another or person == self._id or (_user(raw) or {}).get("bot"):
            return None
        place = Place(channel=raw["channel_id"], who=person, guild=raw.get("guild_id"))
        key = ":".join([event["t"], raw["message_id"], person, emoji["name"], str(event.get("s"))])
        by = Speaker(who=identity(person), place=place, room=room_of(place), key=key)
        return Reacted(by=by, message=raw["message_id"], up=up, taken_back=event["t"] != _ADDED)


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
    message = raw["message"]
    hidden = bool(message.get("flags", 0) & EPHEMERAL)
    turn = turn_of(data)
    by = _speaker(raw, alone=step in _ALONE or hidden or turn is not None)
    if turn is not None and (hidden or by.who.number == turn.owner):
        by = replace(by, place=replace(by.place, turns=True, ephemeral=by.place.ephemeral and hidden))
    below = Posted(room=room_of(replace(by.place, ephemeral=hidden)), number=message["id"])
    return Tapped(by=by, data=data, message=message["id"], below=below, title=raw.get("title", ""))


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
    resolved = data.get("resolved", {})
    return Called(
        by=_speaker(raw, alone=alone),
        name=name,
        options=given,
        inner=inner,
        file=_file(resolved.get("attachments", {}).values()),
        role=next((_role(each) for each in resolved.get("roles", {}).values()), None),
        they_give_roles=bool(int(_permissions(raw)) & (MANAGE_ROLES | _ADMINISTRATOR)),
        bot_gives_roles=bool(int(raw.get("app_permissions") or "0") & (MANAGE_ROLES | _ADMINISTRATOR)),
    )


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
        tidies=bool(permissions & (MANAGE_MESSAGES | MANAGE_GUILD | _ADMINISTRATOR)),
        roles=tuple(raw.get("roles", ())),
        key=raw["id"],
    )


def _user(raw: Raw) -> Mapping[str, Any] | None:
    """Who did it: in a server it stands in their membership."""
    found = raw.get("user") or (raw.get("member") or {}).get("user")
    return found if found and "author" not in raw else None


def _permissions(raw: Raw) -> str:
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


def _role(raw: Raw) -> Role:
    return Role(
        id=raw["id"], name=str(raw["name"]), may=int(raw.get("permissions") or "0"), managed=bool(raw.get("managed"))
    )


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
