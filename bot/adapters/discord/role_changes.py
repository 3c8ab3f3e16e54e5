"""A role put on or taken off, at last: whatever has been promised, it is looked once more whether it is right.

Between a tap and this there may be hours in which Discord does not answer, and in which somebody gives a role powers.
"""

from __future__ import annotations

import logging

import discord

from bot.adapters.discord.prizes import Prizes
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.wearing import Unfit, Wearing, Worn, role_refused, wearing_of
from bot.core.mail import Parcel
from bot.flow.ports import Outcome, Refused, Sent
from bot.flow.reception import Reception

logger = logging.getLogger(__name__)

_UNKNOWN_MEMBER = 10007


class RoleChanges:
    def __init__(self, rest: Rest, prizes: Prizes, worn: Worn, reception: Reception) -> None:
        self._rest = rest
        self._prizes = prizes
        self._worn = worn
        self._reception = reception

    async def make(self, parcel: Parcel) -> Outcome:
        """Raises what the library raises. What cannot be is not tried again, and those who manage the server hear why,
        unless the person has merely left it.
        """
        wearing, on = wearing_of(parcel.payload), bool(parcel.payload["on"])
        try:
            if on and await self._prizes.is_powerful(wearing.guild, wearing.role):
                await self._give_up(parcel, wearing, on=on, powerful=True)
                return Refused(reason="the role moderates")
            await self._rest.set_role(wearing.guild, wearing.who, wearing.role, on=on)
        except (discord.Forbidden, discord.NotFound) as error:
            await self._give_up(parcel, wearing, on=on, told=error.code != _UNKNOWN_MEMBER)
            raise
        return Sent()

    async def _give_up(
        self, parcel: Parcel, wearing: Wearing, *, on: bool, powerful: bool = False, told: bool = True
    ) -> None:
        logger.warning(
            "discord.role_refused guild=%s role=%s on=%s powerful=%s", wearing.guild, wearing.role, on, powerful
        )
        if on:
            # They do not have it, and can have it when it is set right.
            await self._worn.shed(wearing)
        if told:
            unfit = Unfit(guild=wearing.guild, role=wearing.role, powerful=powerful)
            await self._reception.accept([role_refused(unfit, parcel.effect)])
