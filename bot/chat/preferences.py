"""What people and groups have set for this bot, beside what the assistant knows of a learner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.core.ports import Keepsakes
from bot.learning.learner import Identity

_KEY = "preferences"
# Long enough to be for good, as long as they are used: setting them again begins anew.
_KEPT = timedelta(days=3650)


class Preferences:
    """A person's language on a platform, and where in a group the bot is silent. A group is kept by its own number."""

    def __init__(self, platform: str, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        self._platform = platform
        self._keepsakes = keepsakes
        self._now = now

    async def language(self, who: Identity) -> str | None:
        found = (await self._of(who)).get("language")
        return str(found) if found else None

    async def speak(self, who: Identity, language: str) -> None:
        await self._set(who, {"language": language})

    async def muted(self, chat: str, topic: int | str | None) -> bool:
        muted = (await self._of(self.group(chat))).get("muted", [])
        return _place(topic) in muted

    async def mute(self, chat: str, topic: int | str | None, *, silent: bool) -> None:
        """Only this topic of a group, or the group where it has none."""

        def muted(before: dict[str, Any]) -> dict[str, Any]:
            others = {*before.get("muted", [])} - {_place(topic)}
            return {"muted": sorted({*others, _place(topic)} if silent else others)}

        await self._change(self.group(chat), muted)

    async def move(self, old: str, new: str) -> None:
        """A group has another number now."""
        if before := await self._of(self.group(old)):
            await self._set(self.group(new), before)
            await self._keepsakes.drop(self.group(old), _KEY)

    def group(self, chat: str) -> Identity:
        return Identity(platform=self._platform, number=chat)

    async def forget(self, chat: str) -> None:
        """A group that has sent the bot away."""
        await self._keepsakes.drop(self.group(chat), _KEY)

    async def _of(self, who: Identity) -> dict[str, Any]:
        found = await self._keepsakes.recall(who, _KEY, self._now())
        return found if isinstance(found, dict) else {}

    async def _set(self, who: Identity, changes: dict[str, Any]) -> None:
        await self._change(who, lambda _before: changes)

    async def _change(self, who: Identity, changes: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """What two set at once is set both."""

        def changed(before: Any | None) -> dict[str, Any]:
            found = before if isinstance(before, dict) else {}
            return {**found, **changes(found)}

        now = self._now()
        await self._keepsakes.change(who, _KEY, changed, now, now + _KEPT)


def _place(topic: int | str | None) -> str:
    return "all" if topic is None else str(topic)
