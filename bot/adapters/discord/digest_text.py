"""What the moderators of a server are told of a week: what was asked in vain, what did not help, what was used.

Only of what all could see. Of people nothing is told but how many asked the same; a question leaves the digest when
whoever asked it is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.adapters.discord.posts import community_of
from bot.adapters.discord.server_settings import Servers
from bot.chat.grouping import grouped
from bot.chat.styled import safe, shortened
from bot.chat.words import Words
from bot.core.asked import Asked
from bot.core.feedback import Feedback
from bot.core.ports import Budget

_TOP = 5
_MANY = 1000
_DAYS = 7
_LONGEST = 100
_MENTION = re.compile(r"<[@#:a][^>\s]*>|@(?=\w)")
_SIGNS = re.compile(r"[*_~`|<>\[\]\\]+")


class Weeks:
    def __init__(self, *, words: Words, servers: Servers, budget: Budget, asked: Asked, feedback: Feedback) -> None:
        self._words = words
        self._servers = servers
        self._budget = budget
        self._asked = asked
        self._feedback = feedback

    async def told(self, guild: str, day: datetime, language: str | None, channel: str | None = None) -> str:
        """The week in which a day is. Where it is posted to a `channel`, questions are told only of that one: who reads
        it need not be one who may read the others.
        """
        week = await self._servers.week(guild, day)
        since, until = week.span
        community = community_of(guild)
        unanswered = await self._asked.unanswered(community, since, until)
        thumbs = await self._feedback.tally(since, until, community)
        disliked = await self._feedback.disliked(since, until, community, limit=_MANY)
        if channel is not None:
            unanswered = [each for each in unanswered if each.room.number == f"{guild}/{channel}"]
            disliked = [each for each in disliked if each.room.number == f"{guild}/{channel}"]
        return self._words.say(
            "digest",
            language,
            week=week.name,
            **{key: week.counts.get(key, 0) for key in ("asked", "unanswered")},
            up=thumbs.ups,
            down=thumbs.downs,
            questions=_items((group.text, group.count) for group in grouped(unanswered)[:_TOP]),
            disliked=_items((each.question, each.downs) for each in disliked[:_TOP]),
            sources=_list(week.sources),
            stale=_list(week.stale),
            spent=f"{await self._spent(guild, since):,}",
        )

    async def _spent(self, guild: str, since: datetime) -> int:
        spent = 0
        for days in range(_DAYS):
            used = await self._budget.spent((since + timedelta(days=days)).date(), top=1000)
            spent += dict(used.top).get(community_of(guild), 0)
        return spent


def _items(told: Iterable[tuple[str, int]]) -> str:
    lines = [f"- {_in_short(text)}{f' ({count})' if count > 1 else ''}" for text, count in told]
    return "\n".join(lines) or "–"


def _in_short(question: str) -> str:
    """As it was asked, without whom it mentions and without signs that would style it."""
    return shortened(" ".join(_SIGNS.sub(" ", _MENTION.sub(" ", safe(question))).split()), _LONGEST)


def _list(counted: dict[str, int]) -> str:
    most = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP]
    return ", ".join(f"{title} ({count})" for title, count in most) or "–"
