"""What a button asks that is kept beside it, because it is longer than a button can carry."""

from __future__ import annotations

from datetime import datetime

from bot.chat.button_data import Press
from bot.core.ports import Keepsakes
from bot.learning.learner import Identity


async def question_of(press: Press, who: Identity, keepsakes: Keepsakes, now: datetime) -> str | None:
    """What whoever tapped asks; None where that is not known any more."""
    if press.kind == "ask":
        return press.value
    kept = await keepsakes.recall(who, f"ask:{press.value}", now)
    return str(kept) if kept is not None else None
