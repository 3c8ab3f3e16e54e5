"""What the moderators of a server have set, and what they are told of a week: sums only, nothing of anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
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


def settings_conversation(guild: str) -> str:
    """What changes a server's settings is done one after the other: two at once would lose one."""
    return f"settings:{guild}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRole:
    """A role for an achievement that is at least so great. `channel` is where it was set, `refused`: Discord has not
    let the bot give it, and the moderators know.
    """

    role: str
    name: str
    achievement: str
    at: int
    channel: str
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What moderators have set. `only`: the channels in which the bot answers, all where there is none; `budget` is
    how many tokens a day may be used, None for as many as every server; `teachers` is the role of those who teach.
    """

    language: str | None = None
    model: bool = True
    muted: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    budget: int | None = None
    teachers: str | None = None
    forums: tuple[str, ...] = ()
    roles: tuple[GivenRole, ...] = ()

    def is_silent(self, *channels: str | None) -> bool:
        """In a channel, told with the one that it is a thread of."""
        if {*channels} & {*self.muted}:
            return True
        return bool(self.only) and not {*channels} & {*self.only}

    def allows_teaching(self, roles: Sequence[str], *, default: bool) -> bool:
        """Whether somebody with these roles may; where no role was chosen, `default` says so."""
        return self.teachers in roles if self.teachers is not None else default


class Servers(Preferences):
    """What the moderators of each server have set, kept by the server's own number."""

    def __init__(self, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        super().__init__(PLATFORM, keepsakes, now)

    async def switch_model(self, guild: str, *, on: bool) -> None:
        await self._set(self.group(guild), {"model": on})

    async def settings(self, guild: str) -> Settings:
        found = await self._of(self.group(guild))
        return Settings(
            language=found.get("language"),
            model=bool(found.get("model", True)),
            muted=tuple(found.get("muted", ())),
            only=tuple(found.get("only", ())),
            budget=found.get("budget"),
            teachers=found.get("teachers"),
            forums=tuple(found.get("forums", ())),
            roles=tuple(GivenRole(**told) for told in found.get("roles", ())),
        )

    async def answer_only(self, guild: str, channel: str, *, here: bool) -> None:
        """Here and in channels that were chosen so before; or here no more, and everywhere when none is left."""
        await self._list(guild, "only", channel, on=here)

    async def limit(self, guild: str, tokens: int | None) -> None:
        """So many tokens a day at most; None is as many as all servers may use."""
        await self._set(self.group(guild), {"budget": tokens})

    async def let_teach(self, guild: str, role: str | None) -> None:
        await self._set(self.group(guild), {"teachers": role})

    async def watch(self, guild: str, forum: str, *, on: bool) -> None:
        await self._list(guild, "forums", forum, on=on)

    async def give_role(self, guild: str, given: GivenRole) -> None:
        """From now on, instead of what the role was given for before."""
        await self._change(self.group(guild), lambda before: {"roles": [*_others(before, given.role), asdict(given)]})

    async def keep_role(self, guild: str, role: str) -> None:
        """Give it no more."""
        await self._change(self.group(guild), lambda before: {"roles": _others(before, role)})

    async def refuse_role(self, guild: str, role: str) -> None:
        """Until it is set again: whatever else of it is set just then."""

        def refused(before: dict[str, Any]) -> dict[str, Any]:
            given = before.get("roles", ())
            return {"roles": [{**each, "refused": True} if each["role"] == role else each for each in given]}

        await self._change(self.group(guild), refused)

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

    async def week(self, guild: str, day: datetime) -> Week:
        """The week in which a day is."""
        name = week_of(day)
        return Week(name=name, **await self._keepsakes.recall(self.group(guild), f"week:{name}", self._now()) or {})

    async def _count(
        self,
        guild: str,
        counts: dict[str, int],
        sources: Counter[str] | None = None,
        stale: Counter[str] | None = None,
    ) -> None:
        def counted(before: dict[str, dict[str, int]] | None) -> dict[str, dict[str, int]]:
            found = before or {}
            return {
                "counts": dict(Counter(found.get("counts")) + Counter(counts)),
                "sources": _most(Counter(found.get("sources")) + (sources or Counter())),
                "stale": _most(Counter(found.get("stale")) + (stale or Counter())),
            }

        now = self._now()
        await self._keepsakes.change(self.group(guild), f"week:{week_of(now)}", counted, now, now + _KEPT)

    async def _list(self, guild: str, name: str, channel: str, *, on: bool) -> None:
        """A channel among those that are chosen for something, or not among them."""

        def chosen(before: dict[str, Any]) -> dict[str, Any]:
            others = {*before.get(name, ())} - {channel}
            return {name: sorted({*others, channel} if on else others)}

        await self._change(self.group(guild), chosen)


def _others(before: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """The roles that are given, but one."""
    return [each for each in before.get("roles", ()) if each["role"] != role]


def week_of(day: datetime) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _most(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common(_MOST_SOURCES))


class ServerBudget:
    """A `Budget` in which a server's channels share what their community may use, and of which moderators may have
    set less, or switched the model off.
    """

    def __init__(self, inner: Budget, servers: Servers) -> None:
        self._inner = inner
        self._servers = servers

    async def reserve(
        self,
        who: Identity | None,
        room: Room | None,
        tokens: int,
        now: datetime,
        *,
        community_limit: int | None = None,
    ) -> Reservation | None:
        if room is None or room.platform != PLATFORM or (guild := guild_of(room)) is None:
            return await self._inner.reserve(who, room, tokens, now, community_limit=community_limit)
        set_ = await self._servers.settings(guild)
        if not set_.model:
            return None
        return await self._inner.reserve(who, community_of(guild), tokens, now, community_limit=set_.budget)

    async def settle(self, reservation: Reservation, tokens: int) -> None:
        await self._inner.settle(reservation, tokens)

    async def spent(self, day: date, *, top: int = 10) -> Spent:
        return await self._inner.spent(day, top=top)
