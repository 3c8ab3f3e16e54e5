"""Roles for achievements, where moderators give any: shown to a person alone, and put on by nobody but themselves.

A role is seen by all, and what it is for may be personal: it is given when the person taps, and taken off when they
leave the ranking or are forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.discord.cards import button, row
from bot.adapters.discord.events import Called, Speaker, Tapped
from bot.adapters.discord.posts import PLATFORM, Place, community_of, outgoing
from bot.adapters.discord.render import said
from bot.adapters.discord.server_settings import GivenRole, Servers, settings_conversation
from bot.chat import buttons
from bot.chat.words import Words
from bot.core.mail import Mailbox, Outgoing, Update
from bot.core.ports import Keepsakes, LearnerStore
from bot.flow.work import Work
from bot.learning.achievements import achieved
from bot.learning.learner import Identity

ROLE = "role"
# Updates of ours: somebody is to have a role no more; Discord has not let the bot give one.
_OFF, _REFUSED = "ROLE_OFF", "ROLE_REFUSED"
_KEY = "roles"
_KEPT = timedelta(days=3650)
_IN_ROW, _ROWS = 5, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearing:
    """Somebody's role in a server."""

    guild: str
    who: str
    role: str


def off_of(payload: Mapping[str, Any]) -> Wearing | None:
    return Wearing(**payload["d"]) if payload["t"] == _OFF else None


def refused_of(payload: Mapping[str, Any]) -> Wearing | None:
    return Wearing(**payload["d"]) if payload["t"] == _REFUSED else None


def role_refused(wearing: Wearing, effect: str) -> Update:
    """Whose it would have been is nobody's business but theirs."""
    told = {"guild": wearing.guild, "who": "", "role": wearing.role}
    key = f"role-refused:{effect}"
    return Update(
        platform=PLATFORM,
        key=key,
        conversation=settings_conversation(wearing.guild),
        payload={"t": _REFUSED, "d": told},
    )


def change(wearing: Wearing, *, on: bool) -> Outgoing:
    """To be done by the outbox, as a message is sent."""
    payload = {"guild": wearing.guild, "who": wearing.who, "role": wearing.role, "on": on}
    return Outgoing(room=community_of(wearing.guild), kind=ROLE, payload=payload)


class Worn:
    """Which roles somebody has of the bot, kept with what is theirs. An `Erasable`: who is forgotten wears none."""

    def __init__(self, keepsakes: Keepsakes, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self._keepsakes = keepsakes
        self._mailbox = mailbox
        self._now = now

    async def by(self, who: Identity) -> list[Wearing]:
        found = await self._keepsakes.recall(who, _KEY, self._now()) or []
        return [Wearing(guild=guild, who=who.number, role=role) for guild, role in found]

    async def keep(self, who: Identity, worn: Sequence[Wearing]) -> None:
        told = [[each.guild, each.role] for each in worn]
        await self._keepsakes.keep(who, {_KEY: told}, self._now() + _KEPT)

    async def erase(self, identities: Sequence[Identity]) -> dict[str, int]:
        """Brought in as updates that are nobody's: they outlive the person, for as long as it takes to do them."""
        worn = [each for who in identities if who.platform == PLATFORM for each in await self.by(who)]
        if not worn:
            return {}
        await self._mailbox.accept([_off(each, self._now()) for each in worn], self._now())
        return {"roles": len(worn)}


class Roles:
    """What there is to be had, and what somebody has."""

    def __init__(
        self, words: Words, servers: Servers, worn: Worn, learners: LearnerStore, now: Callable[[], datetime]
    ) -> None:
        self._words = words
        self._servers = servers
        self._worn = worn
        self._learners = learners
        self._now = now

    async def show(self, work: Work, event: Called, guild: str) -> None:
        """Each role with what it is for; those that were achieved can be put on, those worn taken off."""
        by, language = event.by, event.by.language
        given = (await self._servers.settings(guild)).roles
        if not given:
            await self._tell(work, by, "roles.none")
            return
        own, worn = await self._achieved(by), {each.role for each in await self._worn.by(by.who)}
        choices = dict(self._words.items("choices", language))
        lines, made = [], []
        for each in given:
            reached = own[each.achievement] >= each.at
            mark = "✅" if each.role in worn else "🔓" if reached else "🔒"
            lines.append(f"{mark} **{each.name}** · {choices[each.achievement]}: {each.at}")
            if each.role in worn:
                made.append(self._button("label.role_off", f"unrole:{each.role}", by, each))
            elif reached:
                made.append(self._button("label.role_on", f"role:{each.role}", by, each))
        rows = [row(made[place : place + _IN_ROW]) for place in range(0, len(made), _IN_ROW)][:_ROWS]
        text = self._words.say("roles.shown", language, list="\n".join(lines))
        await work.settle(*outgoing([said(text, rows)], by.place))

    async def put_on(self, work: Work, tapped: Tapped, role: str) -> None:
        """By whoever has tapped, once it is sure that they have achieved it."""
        by, guild = tapped.by, tapped.by.place.guild
        given = next((each for each in await self._given(guild) if each.role == role), None)
        if guild is None or given is None:
            await self._tell(work, by, "button.old")
        elif (await self._achieved(by))[given.achievement] < given.at:
            await self._tell(work, by, "roles.not_yet", role=given.name)
        else:
            wearing = Wearing(guild=guild, who=by.who.number, role=role)
            # Kept first: what is given and not known could never be taken off again.
            await self._worn.keep(by.who, [*await self._others(by.who, wearing), wearing])
            told = said(self._words.say("roles.on", by.language, role=given.name))
            await work.settle(*outgoing([told], by.place), change(wearing, on=True))

    async def take_off(self, work: Work, tapped: Tapped, role: str) -> None:
        by, guild = tapped.by, tapped.by.place.guild
        wearing = Wearing(guild=guild or "", who=by.who.number, role=role)
        if wearing not in await self._worn.by(by.who):
            await self._tell(work, by, "button.old")
            return
        told = said(self._words.say("roles.off", by.language))
        await work.settle(*outgoing([told], by.place), change(wearing, on=False))
        await self._worn.keep(by.who, await self._others(by.who, wearing))

    async def leaving(self, by: Speaker, guild: str) -> list[Outgoing]:
        """What takes off all that somebody wears here, to go out with what they are told."""
        return [change(each, on=False) for each in await self._worn.by(by.who) if each.guild == guild]

    async def left(self, by: Speaker, guild: str) -> None:
        """It is on its way."""
        await self._worn.keep(by.who, [each for each in await self._worn.by(by.who) if each.guild != guild])

    async def end(self, work: Work, wearing: Wearing) -> None:
        await work.settle(change(wearing, on=False))

    async def refused(self, work: Work, wearing: Wearing) -> None:
        """Told where the role was set, once: until it is set again."""
        given = next((each for each in await self._given(wearing.guild) if each.role == wearing.role), None)
        if given is None or given.refused:
            return
        language = await self._servers.language(self._servers.group(wearing.guild))
        told = said(self._words.say("role.refused", language, role=given.name))
        await work.settle(*outgoing([told], Place(channel=given.channel, who="", guild=wearing.guild)))
        await self._servers.give_role(wearing.guild, replace(given, refused=True))

    async def _given(self, guild: str | None) -> tuple[GivenRole, ...]:
        return (await self._servers.settings(guild)).roles if guild is not None else ()

    async def _others(self, who: Identity, wearing: Wearing) -> list[Wearing]:
        return [each for each in await self._worn.by(who) if each != wearing]

    async def _achieved(self, by: Speaker) -> dict[str, int]:
        learner = await self._learners.learner(by.who)
        return achieved(learner, await self._learners.reviews(learner), self._now())

    def _button(self, key: str, step: str, by: Speaker, given: GivenRole) -> dict[str, Any]:
        label = self._words.say(key, by.language, role=given.name)[:80]
        return button(label, buttons.written(buttons.Press("step", step, by.who.number)))

    async def _tell(self, work: Work, by: Speaker, key: str, **values: object) -> None:
        await work.settle(*outgoing([said(self._words.say(key, by.language, **values))], by.place))


def _off(wearing: Wearing, now: datetime) -> Update:
    told = {"guild": wearing.guild, "who": wearing.who, "role": wearing.role}
    key = f"role-off:{wearing.guild}:{wearing.who}:{wearing.role}:{now.isoformat()}"
    return Update(
        platform=PLATFORM, key=key, conversation=settings_conversation(wearing.guild), payload={"t": _OFF, "d": told}
    )


def wearing_of(payload: Mapping[str, Any]) -> Wearing:
    """What an outgoing change is about."""
    return Wearing(guild=payload["guild"], who=payload["who"], role=payload["role"])
