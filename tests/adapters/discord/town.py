"""Two servers and their twenty members, each with secrets, and everything that the bot shows to any of them.

A secret is a text that stands nowhere else. Whoever may see it is named with it; `Town.crossings` are those that
somebody else was shown.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from bot.app import Library
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.people import MODERATOR, Person
from tests.servers.discord.server import DiscordServer, Made
from tests.servers.discord.world import EPHEMERAL, Interaction, Message
from tests.servers.waiting import PATIENCE

MEMBERS = 20
_EXPORT = "credway-export.json"
_MOMENT = 0.01
# What of the first answers to an interaction is a message; the others are for who is typing or fills a form.
_MESSAGES = {4, 5}


@dataclass(frozen=True, slots=True)
class Secret:
    """`owner` is the number of whom it belongs to: a person, or a server, whose members may all see it there."""

    text: str
    owner: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A text, and who sees it: one `person`, everybody in a `guild`, or one person in a guild."""

    text: str
    person: str | None
    guild: str | None
    also: frozenset[str] = frozenset()

    def may_hold(self, secret: Secret) -> bool:
        return secret.owner in {self.person, self.guild, *self.also}


@dataclass(slots=True)
class Member:
    """`guilds` are the numbers of the servers that they are in, `channels` where they talk there."""

    person: Person
    guilds: tuple[str, ...]
    channels: tuple[str, ...]
    secrets: list[Secret] = field(default_factory=list)


class Town:
    """The servers, the people and the bot, which can be started anew."""

    def __init__(self, server: DiscordServer, library: Library) -> None:
        self.server = server
        self.world = server.world
        self._library = library
        guilds = [self.world.guild(name) for name in ("One", "Two")]
        self.guilds = tuple(str(guild["id"]) for guild in guilds)
        self.channels = tuple(str(guild["channels"][0]["id"]) for guild in guilds)
        self.members = [self._member(number) for number in range(MEMBERS)]
        self.moderators = [self._moderator(place) for place in range(len(guilds))]
        self.common = [Secret(f"zqdoor{place}qz", guild) for place, guild in enumerate(self.guilds)]
        self.common += [
            Secret(nickname(place, guild), guild) for place, one in enumerate(self.members) for guild in one.guilds
        ]
        self.crossings: list[str] = []
        # What was shown to whom it belongs.
        self.seen: set[Secret] = set()
        self.steps = self.rightly_shown = self.texts = 0
        self._looked_at = 0
        self._asked: list[Interaction] = []
        self._bot: Running[DiscordServer] | None = None

    @property
    def secrets(self) -> list[Secret]:
        return [*self.common, *(secret for one in self.members for secret in one.secrets)]

    def _member(self, number: int) -> Member:
        """Of the first server, of the second, and every fifth of both."""
        person = self.server.person(f"Member {number}")
        places = (0, 1) if number % 5 == 0 else (number % 2,)
        one = Member(person, tuple(self.guilds[p] for p in places), tuple(self.channels[p] for p in places))
        kinds = ("work", "goal", "file", "question", "privately")
        one.secrets = [Secret(f"zq{kind}{number}qz", person.id) for kind in kinds]
        one.secrets.append(Secret(earned(number).isoformat(), person.id))
        return one

    def _moderator(self, place: int) -> Member:
        person = self.server.person(f"Moderator {place}")
        person.permissions = MODERATOR
        return Member(person, (self.guilds[place],), (self.channels[place],))

    # The bot.

    @asynccontextmanager
    async def at_work(self, home: Path) -> AsyncIterator[Running[DiscordServer]]:
        async with running(self.server, self._library, home) as bot:
            self._bot = bot
            yield bot
            await self.settled()
        self._bot = None

    def forget_what_was_shown(self) -> None:
        """The next bot knows nothing of it."""
        self._looked_at = len(self.server.calls)
        self._asked.clear()
        self.crossings.clear()
        for messages in self.world.messages.values():
            messages.clear()

    async def settled(self) -> None:
        """When all that was acknowledged is answered and delivered. Then everything new is looked at."""
        assert self._bot is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                left = await self._bot.stores.mailbox.backlog()
                if not left.waiting and not left.outgoing:
                    break
                await asyncio.sleep(_MOMENT)
        self.look()

    # What people do.

    async def tells_everything(self, member: Member) -> None:
        """Somebody tells all their secrets where nobody else hears it."""
        person, (work, goal, file, question, privately, _) = member.person, member.secrets
        number = self.members.index(member)
        await person.says(f"my background is {work.text} engineering")
        await person.says(f"my goal is to become a {goal.text} keeper")
        await person.says(f"I passed Security+ on {earned(number)}")
        text = f"# Mine\n\nMy locker code in the Zanzibar lab is {file.text}.\n"
        await person.says("", attachments=[person.offers("mine.md", text)])
        await person.says(f"what does the {question.text} manual say?")
        text = f"what is in the {privately.text} notes?"
        await self.keeps(await person.calls("ask", member.channels[0], question=text, private=True))
        await person.receives(number=5)

    async def teaches(self, place: int) -> None:
        moderator = self.moderators[place].person
        text = f"# Door\n\nThe door code of the Zanzibar lab is {self.common[place].text}.\n"
        file = moderator.offers("door.md", text)
        await self.keeps(await moderator.calls("server", self.channels[place], inner="teach", file=file))

    async def joins(self, member: Member) -> None:
        for guild, channel in zip(member.guilds, member.channels, strict=True):
            name = nickname(self.members.index(member), guild)
            await self.keeps(await member.person.calls("join", channel, name=name))

    async def keeps(self, interaction: Interaction) -> Interaction:
        """An interaction whose answer somebody may tap on."""
        self._asked.append(interaction)
        return await self.members[0].person.acknowledged(interaction)

    def seen_by(self, member: Member) -> list[Message]:
        """The messages before somebody's eyes: those of their channels, and what they alone are told."""
        found = [
            message
            for interaction in self._asked
            for message in (interaction.original, *interaction.follow_ups)
            if message is not None and self._sees(member, interaction)
        ]
        for place in (*member.channels, member.person.dm):
            found += self.world.posted(place)
        return found

    def _sees(self, member: Member, interaction: Interaction) -> bool:
        if interaction.ephemeral or interaction.channel not in member.channels:
            return interaction.person == member.person.id
        return True

    # What is shown.

    def look(self) -> None:
        """At every call that was made since the last look, whatever it shows and to whom."""
        calls = self.server.calls[self._looked_at :]
        self._looked_at += len(calls)
        for made in calls:
            for shown in self._shown(made):
                self._judge(shown)

    def _judge(self, shown: Shown) -> None:
        self.texts += 1
        for secret in self.secrets:
            if secret.text not in shown.text:
                continue
            if shown.may_hold(secret):
                self.seen.add(secret)
                self.rightly_shown += 1
            else:
                where = f"guild {shown.guild}, person {shown.person}"
                self.crossings.append(f"{secret.text} of {secret.owner} was shown in {where}: {shown.text[:500]}")

    def _shown(self, made: Made) -> Iterator[Shown]:
        if made.body is None or made.call.startswith("PUT"):
            return
        person, guild = self._audience(made)
        yield Shown(json.dumps(made.body, ensure_ascii=False, default=str), person, guild)
        for told, content in zip(made.body.get("attachments", ()), made.files, strict=True):
            # What somebody takes home holds what they were told in their servers.
            also = self._guilds_of(person) if told["filename"] == _EXPORT else frozenset()
            yield Shown(content.decode("utf-8", "replace"), person, guild, also)

    def _audience(self, made: Made) -> tuple[str | None, str | None]:
        token = made.parts.get("interaction_token") or made.parts.get("webhook_token")
        if token is not None:
            found = self.world.interactions[token]
            guild = self.world.channels[found.channel].get("guild_id")
            flags = made.body.get("flags") or 0
            shown = not made.call.endswith("/callback") or made.body["type"] in _MESSAGES
            alone = guild is None or found.ephemeral or flags & EPHEMERAL or not shown
            return (found.person if alone else None), guild
        if made.call.endswith("/@me/channels"):
            return str(made.body["recipient_id"]), None
        channel = self.world.channels[made.parts["channel_id"]]
        if channel["type"] == 1:
            return str(channel["recipients"][0]["id"]), None
        return None, str(channel["guild_id"])

    def _guilds_of(self, person: str | None) -> frozenset[str]:
        everybody = (*self.members, *self.moderators)
        return frozenset(guild for one in everybody if one.person.id == person for guild in one.guilds)


def earned(number: int) -> date:
    """A day of nobody else's, of which no document speaks."""
    return date(2024, 1, 2) + timedelta(days=17 * number)


def nickname(number: int, guild: str) -> str:
    return f"zqname{number}of{guild[-4:]}qz"


async def prepared(town: Town, home: Path) -> None:
    """Everybody has told and every server was taught: what all examples begin with."""
    async with town.at_work(home):
        for place in range(len(town.guilds)):
            await town.teaches(place)
        for batch in _batches(town.members):
            await asyncio.gather(*(town.tells_everything(one) for one in batch))
            await asyncio.gather(*(town.joins(one) for one in batch))


def _batches(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    for place in range(0, len(members), 4):
        yield members[place : place + 4]
