"""People on the loopback server: what they do arrives at the bot over its gateway, as Discord would send it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.servers.discord.components import every, is_v2
from tests.servers.discord.world import Interaction, Message

if TYPE_CHECKING:
    from tests.servers.discord.server import DiscordServer

_COMMAND, _COMPONENT, _COMPLETING, _FORM = 2, 3, 4, 5
_ROLE_SELECT = 6
_STRING, _INTEGER, _BOOLEAN, _CHANNEL, _ROLE, _FILE, _SUBCOMMAND = 3, 4, 5, 7, 8, 11, 1
_MANAGE_ROLES = 1 << 28
MODERATOR = str(1 << 5 | _MANAGE_ROLES)
TIDYING = str(1 << 13)
# What everybody may in a new server, of what matters here: open threads and write in them.
_OPEN_THREADS = 1 << 35 | 1 << 38
EVERYBODY = str(_OPEN_THREADS)
# The button below an answer that is still growing.
STOP = "s:stop"


class Person:
    """Somebody. `channel` is where they do it: of a server, else their direct messages with the bot."""

    def __init__(self, server: DiscordServer, name: str, locale: str) -> None:
        self._server = server
        self.world = server.world
        self.id = self.world.number()
        self.locale = locale
        self.permissions = EVERYBODY
        self._user = {"id": self.id, "username": name, "discriminator": "0", "avatar": None, "global_name": name}

    @property
    def dm(self) -> str:
        return self.world.direct_channel(self.id)

    async def calls(
        self,
        command: str,
        channel: str | None = None,
        *,
        installed: bool = True,
        inner: str | None = None,
        **given: Any,
    ) -> Interaction:
        """Use a command with options."""
        options: list[dict[str, Any]] = [
            {"name": key, "type": _kind(value), "value": value["id"] if isinstance(value, dict) else value}
            for key, value in given.items()
        ]
        named = {value["id"]: value for value in given.values() if isinstance(value, dict)}
        if inner is not None:
            options = [{"name": inner, "type": _SUBCOMMAND, "options": options}]
        data = {"id": "1", "name": command, "type": 1, "options": options}
        if named:
            data["resolved"] = {_KEYS[_kind(value)]: {number: value} for number, value in named.items()}
        return await self._interact(_COMMAND, data, channel, installed=installed)

    async def posts(self, forum: str, title: str) -> str:
        """Open a post in a forum; what it says comes without its text, as the bot is not mentioned."""
        thread = self.world.thread(forum, title)
        told = {**thread, "owner_id": self.id, "newly_created": True}
        await self._server.gateway.dispatch("THREAD_CREATE", told)
        return str(thread["id"])

    async def types(self, name: str, option: str, text: str, channel: str | None = None) -> list[dict[str, Any]]:
        """What is proposed while an option is typed."""
        options = [{"name": option, "type": _STRING, "value": text, "focused": True}]
        found = await self._interact(_COMPLETING, {"id": "1", "name": name, "type": 1, "options": options}, channel)
        await self.acknowledged(found)
        choices: list[dict[str, Any]] = found.data["choices"]
        return choices

    async def opens_menu(self, name: str, message: Message, channel: str | None = None) -> Interaction:
        # As Discord has it: a message of components has no content.
        shown = {**message, "content": ""} if is_v2(message) else message
        resolved = {"messages": {message["id"]: shown}}
        data = {"id": "1", "name": name, "type": 3, "target_id": message["id"], "resolved": resolved}
        return await self._interact(_COMMAND, data, channel)

    async def taps(self, message: Message, label: str) -> Interaction:
        """The button with this text in its label, in whatever case."""
        button = next(each for each in inside(message) if label.casefold() in each.get("label", "").casefold())
        return await self.presses(message, button["custom_id"])

    async def presses(
        self, message: Message, custom_id: str, values: list[str] | None = None, *, kind: int | None = None
    ) -> Interaction:
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": kind or (3 if values else 2)}
        if values:
            data["values"] = values
        return await self._interact(_COMPONENT, data, message["channel_id"], message=message)

    async def chooses(self, message: Message, label: str) -> Interaction:
        """The option with this text in its label, of the list below a message."""
        select = next(each for each in inside(message) if "options" in each)
        value = next(option["value"] for option in select["options"] if label in option["label"])
        return await self.presses(message, select["custom_id"], [value])

    async def picks(self, message: Message, role: dict[str, Any]) -> Interaction:
        """A role from the list of all roles of the server below a message."""
        select = next(each for each in inside(message) if each["type"] == _ROLE_SELECT)
        return await self.presses(message, select["custom_id"], [role["id"]], kind=_ROLE_SELECT)

    async def fills(self, form: Interaction, text: str) -> Interaction:
        await self.acknowledged(form)
        field = form.data["components"][0]["component"]
        filled = {"type": 18, "component": {"type": 4, "custom_id": field["custom_id"], "value": text}}
        data = {"custom_id": form.data["custom_id"], "components": [filled]}
        return await self._interact(_FORM, data, form.channel, message={"id": "1", "flags": 0})

    async def says(self, text: str, channel: str | None = None, **more: Any) -> Message:
        """Write a message. Its text comes only where the bot is mentioned, or in direct messages."""
        place = channel or self.dm
        message = self.world.post(place, {"content": text}, self._user) | more
        called = f"<@{self.world.bot['id']}>" in text
        message["mentions"] = [{**self.world.bot}] if called else []
        seen = message if called or channel is None else {**message, "content": ""}
        await self._server.gateway.dispatch("MESSAGE_CREATE", copy.deepcopy(seen))
        return message

    async def reacts(self, message: Message, emoji: str, *, taken_away: bool = False) -> None:
        """Put a reaction below a message, or take one's own away. Said as Discord's documentation describes it."""
        place = message["channel_id"]
        told: dict[str, Any] = {
            "user_id": self.id,
            "channel_id": place,
            "message_id": message["id"],
            "emoji": {"id": None, "name": emoji} if not emoji.isascii() else {"id": "7", "name": emoji},
            "burst": False,
            "type": 0,
        }
        guild = self.world.channels[place].get("guild_id")
        if guild is not None:
            told["guild_id"] = guild
        if not taken_away:
            told |= {"message_author_id": message.get("author", self.world.bot)["id"], "burst_colors": []}
            if guild is not None:
                told["member"] = {"user": self._user, "roles": [], "joined_at": None, "flags": 0}
        kind = "MESSAGE_REACTION_REMOVE" if taken_away else "MESSAGE_REACTION_ADD"
        await self._server.gateway.dispatch(kind, told)

    # What comes of it.

    async def acknowledged(self, found: Interaction) -> Interaction:
        await self.world.until(lambda: found.acknowledged is not None or None, "an acknowledgement")
        return found

    async def reads(self, found: Interaction, holding: str = "") -> Message:
        """The finished answer: what was there to read before may not have been all."""

        def done() -> Message | None:
            answer = found.answer
            stopped = answer is not None and any(each.get("custom_id") == STOP for each in inside(answer))
            return answer if answer is not None and not stopped and holding in answer["content"] else None

        return await self.world.until(done, f"an answer with {holding!r}")

    async def receives(self, channel: str | None = None, number: int = 1) -> Message:
        """The message of the bot's with this number in a channel, else in the direct messages."""
        place = channel or self.dm

        def there() -> Message | None:
            posted = self.world.posted(place)
            return posted[number - 1] if len(posted) >= number else None

        return await self.world.until(there, f"message {number}")

    def offers(self, name: str, text: str) -> dict[str, Any]:
        """A file to attach."""
        return self._server.offered(name, text.encode())

    async def asks(self, question: str, channel: str | None = None) -> Message:
        return await self.reads(await self.calls("ask", channel, question=question))

    async def _interact(
        self,
        kind: int,
        data: dict[str, Any],
        channel: str | None,
        *,
        installed: bool = True,
        message: Message | None = None,
    ) -> Interaction:
        if not self._server.gateway.sessions:
            # Nobody has three seconds while the bot is still starting.
            await self._server.gateway.ready()
        place = channel or self.dm
        guild = self.world.channels[place].get("guild_id")
        tapped = self.world.find(message["id"]) if message is not None else None
        found = self.world.interaction(channel=place, person=self.id, installed=installed, tapped=tapped)
        raw: dict[str, Any] = {
            "id": found.id,
            "application_id": self.world.application,
            "type": kind,
            "token": found.token,
            "version": 1,
            "data": data,
            "channel_id": place,
            "channel": self.world.channels[place],
            "locale": self.locale,
            "context": 0 if guild else 1,
            "authorizing_integration_owners": {"0": guild or "0"} if installed else {"1": self.id},
            "entitlements": [],
            "app_permissions": str(
                _MANAGE_ROLES * self.world.may_give_roles | _OPEN_THREADS * self.world.may_open_threads
            ),
            "attachment_size_limit": 10_000_000,
        }
        if guild is not None:
            worn = sorted(self.world.worn(guild, self.id))
            member = {"user": self._user, "roles": worn, "permissions": self.permissions, "joined_at": None, "flags": 0}
            raw |= {"guild_id": guild, "guild": {"id": guild, "locale": "en-US", "features": []}, "member": member}
        else:
            raw["user"] = self._user
        if message is not None:
            bare = {"id": message["id"], "flags": message.get("flags", 0)}
            empty = {"channel_id": place, "author": self.world.bot, "content": "", "embeds": [], "attachments": []}
            around = {"mentions": [], "mention_roles": [], "mention_everyone": False, "pinned": False, "tts": False}
            times = {"timestamp": "2026-11-30T00:00:00+00:00", "edited_timestamp": None, "type": 0, "components": []}
            raw["message"] = {**empty, **around, **times, **bare}
        await self._server.gateway.dispatch("INTERACTION_CREATE", raw)
        return found


def inside(message: Message) -> list[dict[str, Any]]:
    """Everything that can be tapped below a message, and the lists to choose from."""
    return [each for each in every(message.get("components")) if "custom_id" in each or "url" in each]


def labels(message: Message) -> list[str]:
    return [each.get("label", "") for each in inside(message)]


_KEYS = {_FILE: "attachments", _ROLE: "roles", _CHANNEL: "channels"}


def _kind(value: Any) -> int:
    if isinstance(value, dict):
        return _FILE if "filename" in value else _ROLE if "permissions" in value else _CHANNEL
    return _BOOLEAN if isinstance(value, bool) else _INTEGER if isinstance(value, int) else _STRING
