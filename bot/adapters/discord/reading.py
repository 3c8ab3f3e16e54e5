"""What a gateway event says, as far as it is for the bot: Discord's JSON in, plain data out. Decides nothing else.

Read from the JSON and not from the library's objects: the same is read again from the inbox, perhaps after a restart,
when no library's cache knows of the server or channel any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.adapters.discord.commands import BY_NAME, MENUS, OF_ALL, SERVER
from bot.adapters.discord.events import (
    Attached,
    Called,
    Chosen,
    Event,
    Reacted,
    Role,
    Said,
    SentAway,
    Speaker,
    Tapped,
    Typing,
)
from bot.adapters.discord.noting import Raw, permissions_of, user_of
from bot.adapters.discord.paging import turn_of
from bot.adapters.discord.permissions import MANAGE_GUILD, MANAGE_MESSAGES, MANAGE_ROLES, OPEN_THREADS, allows
from bot.adapters.discord.posts import EPHEMERAL, Place, born, identity, room_of
from bot.chat.reactions import is_up
from bot.core.mail import Posted

_COMMAND, _COMPONENT, _COMPLETING, _MODAL = 2, 3, 4, 5
_MESSAGE_MENU = 3
_SUBCOMMAND = 1
_ROLE_SELECT = 6
_BOT_DM = 1
# An ordinary message, and one that replies to another.
_SPOKEN = {0, 19}
# Buttons whose answer concerns only who tapped.
_ALONE = ("sources", "up", "down", "quiz", "thread", "teach", "remove", "role", "unrole", "wear")
_ADDED = "MESSAGE_REACTION_ADD"
_REACTIONS = {_ADDED, "MESSAGE_REACTION_REMOVE"}


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
        if up is None or of_another or person == self._id or (user_of(raw) or {}).get("bot"):
            return None
        place = Place(channel=raw["channel_id"], who=person, guild=raw.get("guild_id"))
        key = ":".join([event["t"], raw["message_id"], person, emoji["name"], str(event.get("s"))])
        by = Speaker(who=identity(person), place=place, room=room_of(place), key=key)
        return Reacted(by=by, message=raw["message_id"], up=up, taken_back=event["t"] != _ADDED)


def _interaction(raw: Raw) -> Event | None:
    if raw.get("type") not in {_COMMAND, _COMPONENT, _COMPLETING, _MODAL} or user_of(raw) is None:
        return None
    data = raw["data"]
    if raw["type"] in {_COMMAND, _COMPLETING}:
        return _command(raw, data)
    if raw["type"] == _COMPONENT:
        return _tapped(raw, _pressed(data))
    text = next((field["value"] for field in _fields(data.get("components", ())) if "value" in field), "")
    # What the form was opened for says whether its answer is for the person alone, and whether it began with others'
    # words.
    _, where, *quoted = data["custom_id"].split(":")
    return Said(by=_speaker(raw, alone=where != "open"), text=" ".join(text.split()), quoted=bool(quoted))


def _pressed(data: Raw) -> str:
    """What a button says, or what was chosen from a list; where its options are the client's own, behind its name."""
    chosen = next(iter(data.get("values") or ()), None)
    if chosen is None:
        return str(data["custom_id"])
    return f"{data['custom_id']}:{chosen}" if data.get("component_type") == _ROLE_SELECT else str(chosen)


def _tapped(raw: Raw, data: str) -> Tapped:
    """Pages are turned where they are by who asked for them, and by anybody where nobody else sees them."""
    step = data.partition(":")[2].partition(":")[0]
    message = raw["message"]
    hidden = bool(message.get("flags", 0) & EPHEMERAL)
    turn = turn_of(data)
    by = _speaker(raw, alone=step in _ALONE or hidden or turn is not None)
    if turn is not None and (hidden or by.who.number == turn.owner):
        by = replace(by, place=replace(by.place, turns=True, ephemeral=by.place.ephemeral and hidden))
    below = Posted(room=room_of(replace(by.place, ephemeral=hidden)), number=message["id"])
    return Tapped(
        by=by,
        data=data,
        message=message["id"],
        below=below,
        title=raw.get("title", ""),
        in_thread=bool(raw.get("in_thread")),
        they_open_threads=allows(int(permissions_of(raw)), OPEN_THREADS),
        bot_opens_threads=allows(_own_permissions(raw), OPEN_THREADS),
    )


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
        they_give_roles=allows(int(permissions_of(raw)), MANAGE_ROLES),
        bot_gives_roles=allows(_own_permissions(raw), MANAGE_ROLES),
    )


def _speaker(raw: Raw, *, alone: bool) -> Speaker:
    """Who and where. Where the server has not asked the bot in, only the person sees what it says."""
    user = user_of(raw) or {}
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
    permissions = int(permissions_of(raw))
    return Speaker(
        who=identity(user["id"]),
        place=place,
        room=room_of(place),
        language=raw.get("locale"),
        moderates=allows(permissions, MANAGE_GUILD),
        tidies=allows(permissions, MANAGE_MESSAGES) or allows(permissions, MANAGE_GUILD),
        roles=tuple(raw.get("roles", ())),
        key=raw["id"],
    )


def _own_permissions(raw: Raw) -> int:
    """What the bot may do in the channel, as Discord tells with each interaction."""
    return int(raw.get("app_permissions") or "0")


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
