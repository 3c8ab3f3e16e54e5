"""Which roles people wear of the bot: remembered with what is theirs, and what is to be done because of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.discord.posts import PLATFORM, community_of, identity
from bot.adapters.discord.server_settings import settings_conversation
from bot.core.mail import Mailbox, Outgoing, Update
from bot.core.ports import Keepsakes
from bot.learning.learner import Identity

ROLE = "role"
# Updates of ours: somebody is to have a role no more; the bot could not, or did not, give one.
_OFF, _REFUSED = "ROLE_OFF", "ROLE_REFUSED"
_KEY = "roles"
_KEPT = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearing:
    """Somebody's role in a server."""

    guild: str
    who: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A role that cannot be given: Discord does not let the bot, or it is `powerful` now."""

    guild: str
    role: str
    powerful: bool = False


def off_of(payload: Mapping[str, Any]) -> Wearing | None:
    return Wearing(**payload["d"]) if payload["t"] == _OFF else None


def unfit_of(payload: Mapping[str, Any]) -> Unfit | None:
    if payload["t"] != _REFUSED:
        return None
    told = payload["d"]
    return Unfit(guild=told["guild"], role=told["role"], powerful=bool(told.get("powerful")))


def role_refused(unfit: Unfit, because_of: str) -> Update:
    """Whose it would have been is nobody's business but theirs."""
    return Update(
        platform=PLATFORM,
        key=f"role-refused:{because_of}",
        conversation=settings_conversation(unfit.guild),
        payload={"t": _REFUSED, "d": {"guild": unfit.guild, "role": unfit.role, "powerful": unfit.powerful}},
    )


def change(wearing: Wearing, *, on: bool) -> Outgoing:
    """To be done by the outbox, as a message is sent."""
    payload = {"guild": wearing.guild, "who": wearing.who, "role": wearing.role, "on": on}
    return Outgoing(room=community_of(wearing.guild), kind=ROLE, payload=payload)


def wearing_of(payload: Mapping[str, Any]) -> Wearing:
    """What an outgoing change is about."""
    return Wearing(guild=payload["guild"], who=payload["who"], role=payload["role"])


class Worn:
    """Which roles somebody has of the bot, kept with what is theirs. An `Erasable`: who is forgotten wears none."""

    def __init__(self, keepsakes: Keepsakes, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self._keepsakes = keepsakes
        self._mailbox = mailbox
        self._now = now

    async def by(self, who: Identity) -> list[Wearing]:
        found = await self._keepsakes.recall(who, _KEY, self._now()) or []
        return [Wearing(guild=guild, who=who.number, role=role) for guild, role in found]

    async def wear(self, wearing: Wearing) -> None:
        """Beside whatever else they put on or take off just then."""
        one = [wearing.guild, wearing.role]
        await self._change(wearing.who, lambda worn: [*(each for each in worn if each != one), one])

    async def shed(self, wearing: Wearing) -> None:
        one = [wearing.guild, wearing.role]
        await self._change(wearing.who, lambda worn: [each for each in worn if each != one])

    async def shed_all(self, who: Identity, guild: str) -> None:
        await self._change(who.number, lambda worn: [each for each in worn if each[0] != guild])

    async def erase(self, identities: Sequence[Identity]) -> dict[str, int]:
        """Brought in as updates that are nobody's: they outlive the person, for as long as it takes to do them."""
        worn = [each for who in identities if who.platform == PLATFORM for each in await self.by(who)]
        if not worn:
            return {}
        await self._mailbox.accept([_off(each, self._now()) for each in worn], self._now())
        return {"roles": len(worn)}

    async def _change(self, who: str, changed: Callable[[list[list[str]]], list[list[str]]]) -> None:
        """Of who wears none, nothing is kept."""
        now = self._now()
        await self._keepsakes.change(identity(who), _KEY, lambda worn: changed(worn or []) or None, now, now + _KEPT)


def _off(wearing: Wearing, now: datetime) -> Update:
    told = {"guild": wearing.guild, "who": wearing.who, "role": wearing.role}
    key = f"role-off:{wearing.guild}:{wearing.who}:{wearing.role}:{now.isoformat()}"
    return Update(
        platform=PLATFORM, key=key, conversation=settings_conversation(wearing.guild), payload={"t": _OFF, "d": told}
    )
