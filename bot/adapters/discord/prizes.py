"""Whether a role can be a prize: asked of Discord when it is set, and again when it is given, as roles change.

What an interaction tells of a role says neither where the bot's own roles stand nor what becomes of it later.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.adapters.discord.events import Role, Speaker
from bot.adapters.discord.permissions import moderates
from bot.adapters.discord.receiving import FAULTS
from bot.adapters.discord.sdk import Rest

logger = logging.getLogger(__name__)

# Below all that there are.
_NOWHERE = (-1, 0)


class Prizes:
    """`bot` is the number of the bot as a member of servers."""

    def __init__(self, rest: Rest, bot: str) -> None:
        self._rest = rest
        self._bot = bot

    async def is_powerful(self, guild: str, role: str) -> bool:
        """Whether who has it moderates, as it is now. Raises what the library raises."""
        found = await self._rest.role(guild, role)
        return moderates(int(found["permissions"]))

    async def obstacle(self, guild: str, role: Role, by: Speaker) -> str | None:
        """The key of what is to be told to whoever wants it given and cannot have that; None where they can.

        Nobody gives a role that does not stand below their highest one. Who could not give it by themselves would
        otherwise come by it here, and by the channels that are open to it.
        """
        if role.managed or role.id == guild or moderates(role.may):
            return "role.powerful"
        try:
            server = await self._rest.guild(guild)
            own = await self._rest.member(guild, self._bot)
        except FAULTS as error:
            logger.info("discord.roles_unknown %s", type(error).__name__)
            return "role.unknown"
        # Of two in the same place, the older stands higher.
        heights = {each["id"]: (each["position"], -int(each["id"])) for each in server["roles"]}

        def highest(roles: Sequence[str]) -> tuple[int, int]:
            return max((heights[each] for each in roles if each in heights), default=_NOWHERE)

        if role.id not in heights:
            return "role.unknown"
        if heights[role.id] >= highest(own["roles"]):
            return "role.above_me"
        if server["owner_id"] != by.who.number and heights[role.id] >= highest(by.roles):
            return "role.above_you"
        return None
