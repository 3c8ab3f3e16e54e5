"""What the moderators of a server have set, and what they are told of a week: sums only, nothing of anybody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.adapters.discord.posts import PLATFORM, community_of, guild_of
from bot.chat.preferences import Preferences
from bot.core.answer import Answer
from bot.core.ports import Budget, Keepsakes, Reservation, Spent
from bot.learning.learner import Identity, Room

_KEPT = timedelta(days=60)
_STALE = "stale"
_MOST_SOURCES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What happened in a server in one week. `sources` and `stale` count documents by their titles."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    stale: dict[str, int] = field(default_factory=dict)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From its first moment to that of the next."""
        monday = datetime.strptime(f"{self.name}-1", "%G-W%V-%u").replace(tzinfo=UTC)
        return monday, monday + timedelta(weeks=1)


class Servers(Preferences):
    """Language, silent channels and the model of each server, kept by the server's own number."""

    def __init__(self, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        super().__init__(PLATFORM, keepsakes, now)
        self._counting = asyncio.Lock()

    async def model_is_on(self, guild: str) -> bool:
        return bool((await self._of(self.group(guild))).get("model", True))

    async def switch_model(self, guild: str, *, on: bool) -> None:
        await self._set(self.group(guild), {"model": on})

    async def settings(self, guild: str) -> tuple[str | None, bool, list[str]]:
        """The language, whether the model is on, and the channels in which the bot is silent."""
        found = await self._of(self.group(guild))
        return found.get("language"), bool(found.get("model", True)), list(found.get("muted", []))

    async def count_answer(self, guild: str, answer: Answer) -> None:
        """An answer that everybody saw."""
        titles = {citation.n: citation.title for citation in answer.citations}
        stale = {n for claim in answer.claims if claim.verdict == _STALE for n in claim.citations}
        await self._count(
            guild,
            {"asked": 1, "unanswered": int(answer.status == "abstained")},
            Counter(titles.values()),
            Counter(titles[n] for n in stale if n in titles),
        )

    async def week(self, guild: str, *, days_ago: int = 0) -> Week:
        """The week in which the day is or was."""
        name = week_of(self._now() - timedelta(days=days_ago))
        found = await self._keepsakes.recall(self.group(guild), f"week:{name}", self._now()) or {}
        return Week(
            name=name,
            counts=found.get("counts", {}),
            sources=found.get("sources", {}),
            stale=found.get("stale", {}),
        )

    async def _count(
        self,
        guild: str,
        counts: dict[str, int],
        sources: Counter[str] | None = None,
        stale: Counter[str] | None = None,
    ) -> None:
        async with self._counting:
            week = await self.week(guild)
            kept: dict[str, Any] = {
                "counts": dict(Counter(week.counts) + Counter(counts)),
                "sources": _most(Counter(week.sources) + (sources or Counter())),
                "stale": _most(Counter(week.stale) + (stale or Counter())),
            }
            await self._keepsakes.keep(self.group(guild), {f"week:{week.name}": kept}, self._now() + _KEPT)


def week_of(day: datetime) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _most(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common(_MOST_SOURCES))


class ServerBudget:
    """A `Budget` in which a server's channels share what their community may use, and in which moderators may have
    switched the model off.
    """

    def __init__(self, inner: Budget, servers: Servers) -> None:
        self._inner = inner
        self._servers = servers

    async def reserve(self, who: Identity | None, room: Room | None, tokens: int, now: datetime) -> Reservation | None:
        if room is None or room.platform != PLATFORM or (guild := guild_of(room)) is None:
            return await self._inner.reserve(who, room, tokens, now)
        if not await self._servers.model_is_on(guild):
            return None
        return await self._inner.reserve(who, community_of(guild), tokens, now)

    async def settle(self, reservation: Reservation, tokens: int) -> None:
        await self._inner.settle(reservation, tokens)

    async def spent(self, day: date, *, top: int = 10) -> Spent:
        return await self._inner.spent(day, top=top)
