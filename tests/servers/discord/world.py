"""What the loopback server holds: servers with their members, channels, messages, interactions."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.servers.discord.components import COMPONENTS_V2, is_v2, text_of
from tests.servers.waiting import Changing

DEADLINE = 3.0
_EPOCH = 1_420_070_400_000
EPHEMERAL = 1 << 6
# Where the bot's own role stands among the others.
_OWN_HEIGHT = 10
TOKEN = "loopback.token.of-no-bot"  # noqa: S105 - it opens nothing
Message = dict[str, Any]


class Problem(Exception):
    """What Discord answers instead: a status, its own code, words."""

    def __init__(self, status: int, code: int, words: str, **more: Any) -> None:
        super().__init__(words)
        self.status = status
        self.body = {"message": words, "code": code, **more}


@dataclass(slots=True)
class Interaction:
    """What somebody did, and what came of it: `acknowledged` after so many seconds, None until then. `tapped` is the
    message whose button it was, which is the original answer where it is to be changed; `told`: there is an answer.
    """

    id: str
    token: str
    channel: str
    person: str
    at: float
    installed: bool
    acknowledged: float | None = None
    kind: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    ephemeral: bool = False
    original: Message | None = None
    follow_ups: list[Message] = field(default_factory=list)
    over: bool = False
    tapped: Message | None = None
    told: bool = False

    @property
    def answer(self) -> Message | None:
        """What it was answered with, once there is something to read."""
        return self.original if self.told else None


class World(Changing):
    """Everything there is. `until` waits for something to become true of it."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self.application = self.number()
        self.bot = {"id": self.number(), "username": "credway", "discriminator": "0", "bot": True, "avatar": None}
        self.guilds: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.direct: dict[str, str] = {}
        self.messages: dict[str, list[Message]] = {}
        self.files: dict[str, bytes] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[dict[str, Any]] = []
        self.registered = 0
        self.typed: list[str] = []
        self.closed: set[str] = set()
        # Who wears which roles of a server, and who has left.
        self.wearing: dict[tuple[str, str], set[str]] = {}
        self.away: set[str] = set()
        # What the bot may do, beside reading and writing.
        self.may_give_roles = self.may_open_threads = True
        self.nonces: dict[tuple[str, str], Message] = {}

    def number(self, ago: float = 0.0) -> str:
        """A number as Discord makes them: the time is in it."""
        milliseconds = int((time.time() - ago) * 1000) - _EPOCH
        return str((milliseconds << 22) | (next(self._numbers) & 0x3FFFFF))

    # Places.

    def guild(self, name: str, shard: tuple[int, int] = (0, 1)) -> dict[str, Any]:
        """A server, with a number that belongs to this shard of so many."""
        number, of = shard
        one = next(one for ago in itertools.count() if (int(one := self.number(ago / 1000)) >> 22) % of == number)
        found = {"id": one, "name": name, "channels": [], "members": [], "roles": [], "emojis": []}
        found |= {"owner_id": "1", "member_count": 1, "threads": [], "unavailable": False}
        self.guilds[found["id"]] = found
        self.worn(one, self.bot["id"]).add(self.role(found, "credway", position=_OWN_HEIGHT, managed=True)["id"])
        self.channel(found, "general")
        return found

    def channel(self, guild: dict[str, Any], name: str, kind: int = 0) -> str:
        number = self.number()
        told = {"id": number, "type": kind, "name": name, "position": 0, "permission_overwrites": []}
        guild["channels"].append(told)
        self.channels[number] = {**told, "guild_id": guild["id"]}
        return number

    def role(
        self, guild: dict[str, Any], name: str, permissions: str = "0", *, position: int = 1, managed: bool = False
    ) -> dict[str, Any]:
        told = {"id": self.number(), "name": name, "permissions": permissions, "managed": managed, "position": position}
        told |= {"color": 0, "hoist": False, "mentionable": False, "flags": 0}
        guild["roles"].append(told)
        return told

    def role_of(self, guild: dict[str, Any], number: str) -> dict[str, Any]:
        found = next((role for role in guild["roles"] if role["id"] == number), None)
        if found is None:
            raise Problem(404, 10011, "Unknown Role")
        return found

    def own_role(self, guild: dict[str, Any]) -> dict[str, Any]:
        """The one that came with the bot."""
        return next(role for role in guild["roles"] if role["managed"])

    def lead(self, guild: dict[str, Any], person: str) -> None:
        """Somebody wears a role above ordinary ones, and below the bot's."""
        self.worn(guild["id"], person).add(self.role(guild, "moderators", position=_OWN_HEIGHT - 1)["id"])

    def worn(self, guild: str, person: str) -> set[str]:
        return self.wearing.setdefault((guild, person), set())

    def thread(self, parent: str, name: str) -> dict[str, Any]:
        """A thread of a channel, or a post of a forum."""
        told = {"id": self.number(), "type": 11, "parent_id": parent, "name": name, "owner_id": "1"}
        lasting = {"archived": False, "locked": False, "auto_archive_duration": 1440}
        told["thread_metadata"] = {**lasting, "archive_timestamp": "2026-11-30T00:00:00+00:00"}
        told |= {"message_count": 0, "member_count": 1, "total_message_sent": 0, "rate_limit_per_user": 0, "flags": 0}
        told["guild_id"] = self.channels[parent]["guild_id"]
        self.channels[told["id"]] = told
        return told

    def direct_channel(self, person: str) -> str:
        if person not in self.direct:
            number = self.number()
            self.channels[number] = {"id": number, "type": 1, "recipients": [_user(person)]}
            self.direct[person] = number
        return self.direct[person]

    def open_channel(self, number: str) -> dict[str, Any]:
        if number not in self.channels:
            raise Problem(404, 10003, "Unknown Channel")
        if number in self.closed:
            code = 50007 if self.channels[number]["type"] == 1 else 50001
            raise Problem(403, code, "Cannot send messages here")
        return self.channels[number]

    # Messages. Each has as `content` what a person reads of it, whatever it is made of.

    def find(self, number: str) -> Message | None:
        """A message as it is now."""
        answers = [each for found in self.interactions.values() for each in (found.original, *found.follow_ups)]
        posted = [each for messages in self.messages.values() for each in messages]
        return next((each for each in (*posted, *answers) if each is not None and each["id"] == number), None)

    def edit(self, message: Message, body: Message) -> None:
        """The flag for components stays, and what it does not go with has to be emptied."""
        was = is_v2(message)
        if was and body.get("content"):
            raise Problem(400, 50035, "Invalid Form Body", errors={"content": "MESSAGE_CANNOT_USE_LEGACY_FIELDS"})
        if is_v2(body) and not was and message.get("content") and body.get("content", "") is not None:
            raise Problem(400, 50035, "Invalid Form Body", errors={"content": "to be emptied"})
        lasting = message.get("flags", 0) & (EPHEMERAL | COMPONENTS_V2)
        message.update({**body, "flags": (body.get("flags") or 0) | lasting})
        message["content"] = text_of(message)

    def post(self, channel: str, body: dict[str, Any], author: dict[str, Any] | None = None) -> Message:
        message = {
            "id": self.number(),
            "channel_id": channel,
            "type": 0,
            "flags": 0,
            "attachments": [],
            **{key: value for key, value in body.items() if key not in {"nonce", "enforce_nonce"}},
            "author": author or self.bot,
        }
        message["content"] = text_of(message)
        if guild := self.channels[channel].get("guild_id"):
            message["guild_id"] = guild
        self.messages.setdefault(channel, []).append(message)
        self.changed()
        return message

    def posted(self, channel: str) -> list[Message]:
        """What the bot has posted there by itself."""
        return [each for each in self.messages.get(channel, []) if each["author"]["id"] == self.bot["id"]]

    # Interactions.

    def interaction(
        self,
        *,
        channel: str,
        person: str,
        installed: bool = True,
        ago: float = 0.0,
        tapped: Message | None = None,
    ) -> Interaction:
        number = self.number(ago)
        found = Interaction(number, f"token-{number}", channel, person, time.monotonic(), installed, tapped=tapped)
        self.interactions[found.token] = found
        return found

    def of_token(self, token: str) -> Interaction:
        found = self.interactions.get(token)
        if found is None or found.over:
            raise Problem(401, 50027, "Invalid Webhook Token")
        return found


def _user(number: str) -> dict[str, Any]:
    return {"id": number, "username": f"person-{number}", "discriminator": "0", "avatar": None}
