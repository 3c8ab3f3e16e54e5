"""`feedback`: thumbs of the last days, and the questions whose answers got thumbs down, for whoever runs the bot."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.cli.output import say, say_json
from bot.cli.session import load_settings
from bot.text.words import clean

if TYPE_CHECKING:
    from bot.core.feedback import Disliked, Tally
    from bot.settings import Settings

_MOST = 50
_LONGEST = 200


def show(days: int, *, as_json: bool) -> None:
    until = datetime.now(UTC)
    tally, disliked = asyncio.run(_asked(load_settings(), until - timedelta(days=days), until))
    if as_json:
        say_json({"days": days, "ups": tally.ups, "downs": tally.downs, "disliked": [*map(_as_object, disliked)]})
        return
    say(f"{tally.ups} up and {tally.downs} down in {days} days.")
    if disliked:
        say("Thumbs down in groups and servers (questions asked in private are only counted):")
    for one in disliked:
        say(f"{one.downs:>4}  {_short(one.question)}\n      {_short(one.answer)}")


async def _asked(settings: Settings, since: datetime, until: datetime) -> tuple[Tally, list[Disliked]]:
    from bot.app import open_stores

    async with open_stores(settings) as stores:
        return (
            await stores.feedback.tally(since, until),
            await stores.feedback.disliked(since, until, limit=_MOST),
        )


def _as_object(one: Disliked) -> dict[str, object]:
    return {
        "question": one.question,
        "answer": one.answer,
        "platform": one.room.platform,
        "room": one.room.number,
        "asked_at": one.asked_at.isoformat(),
        "ups": one.ups,
        "downs": one.downs,
    }


def _short(text: str) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
