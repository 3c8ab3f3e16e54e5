"""Roles for achievements, where moderators give any: shown to a person alone, and put on by nobody but themselves.

A role is seen by all, and what it is for may be personal: it is given when the person taps, and taken off when they
leave the ranking or are forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.adapters.discord.cards import Part, button, role_select, row
from bot.adapters.discord.events import Called, Speaker, Tapped
from bot.adapters.discord.posts import Place, outgoing
from bot.adapters.discord.prizes import Prizes
from bot.adapters.discord.receiving import FAULTS
from bot.adapters.discord.render import said
from bot.adapters.discord.server_settings import GivenRole, Servers
from bot.adapters.discord.wearing import Unfit, Wearing, Worn, change, role_refused
from bot.chat import button_data
from bot.chat.words import Words
from bot.core.mail import Mailbox, Outgoing
from bot.core.ports import LearnerStore
from bot.flow.work import Work
from bot.learning.achievements import achieved

logger = logging.getLogger(__name__)

_IN_ROW, _ROWS = 5, 5
_LISTED = 3000


class Roles:
    """What there is to be had, and what somebody has."""

    def __init__(
        self,
        *,
        words: Words,
        servers: Servers,
        prizes: Prizes,
        worn: Worn,
        learners: LearnerStore,
        mailbox: Mailbox,
        now: Callable[[], datetime],
    ) -> None:
        self._words = words
        self._servers = servers
        self._prizes = prizes
        self._worn = worn
        self._learners = learners
        self._mailbox = mailbox
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
            mark = "✅" if each.role in worn else "⏸️" if each.refused else "🔓" if reached else "🔒"
            lines.append(f"{mark} **{each.name}** · {choices[each.achievement]}: {each.at}")
            if each.role in worn:
                made.append(self._button("label.role_off", f"unrole:{each.role}", by, each))
            elif reached and not each.refused:
                made.append(self._button("label.role_on", f"role:{each.role}", by, each))
        text = self._words.say("roles.shown", language, list=_listed(lines))
        await work.settle(*outgoing([said(text, self._choices(made, by))], by.place))

    async def tapped(self, work: Work, tapped: Tapped, step: str, role: str) -> None:
        """Put on (`role`), take off (`unrole`), or what was chosen from the list of all roles of the server (`wear`):
        what is worn is taken off, and any other asked for.
        """
        if step == "wear":
            worn = {(each.guild, each.role) for each in await self._worn.by(tapped.by.who)}
            step = "unrole" if (tapped.by.place.guild, role) in worn else "role"
        await (self._take_off if step == "unrole" else self._put_on)(work, tapped, role)

    async def leaving(self, by: Speaker, guild: str) -> list[Outgoing]:
        """What takes off all that somebody wears here, to go out with what they are told."""
        return [change(each, on=False) for each in await self._worn.by(by.who) if each.guild == guild]

    async def left(self, by: Speaker, guild: str) -> None:
        """It is on its way."""
        await self._worn.shed_all(by.who, guild)

    async def end(self, work: Work, wearing: Wearing) -> None:
        await work.settle(change(wearing, on=False))

    async def refused(self, work: Work, unfit: Unfit) -> None:
        """Told where the role was set, once: until it is set again."""
        given = next((each for each in await self._given(unfit.guild) if each.role == unfit.role), None)
        if given is None or given.refused:
            return
        language = await self._servers.language(self._servers.group(unfit.guild))
        told = said(self._words.say("role.grown" if unfit.powerful else "role.refused", language, role=given.name))
        await work.settle(*outgoing([told], Place(channel=given.channel, who="", guild=unfit.guild)))
        await self._servers.refuse_role(unfit.guild, given.role)

    async def _put_on(self, work: Work, tapped: Tapped, role: str) -> None:
        """By whoever has tapped, once it is sure that they have achieved it."""
        by, guild = tapped.by, tapped.by.place.guild
        given = next((each for each in await self._given(guild) if each.role == role), None)
        if guild is None or given is None:
            await self._tell(work, by, "button.old")
        elif (await self._achieved(by))[given.achievement] < given.at:
            await self._tell(work, by, "roles.not_yet", role=given.name)
        elif given.refused or await self._is_powerful(work, guild, role):
            await self._tell(work, by, "roles.paused", role=given.name)
        else:
            wearing = Wearing(guild=guild, who=by.who.number, role=role)
            # Kept first: what is given and not known could never be taken off again.
            await self._worn.wear(wearing)
            told = said(self._words.say("roles.on", by.language, role=given.name))
            await work.settle(*outgoing([told], by.place), change(wearing, on=True))

    async def _take_off(self, work: Work, tapped: Tapped, role: str) -> None:
        by, guild = tapped.by, tapped.by.place.guild
        wearing = Wearing(guild=guild or "", who=by.who.number, role=role)
        if wearing not in await self._worn.by(by.who):
            await self._tell(work, by, "button.old")
            return
        told = said(self._words.say("roles.off", by.language))
        await work.settle(*outgoing([told], by.place), change(wearing, on=False))
        await self._worn.shed(wearing)

    async def _is_powerful(self, work: Work, guild: str, role: str) -> bool:
        """Whoever asks for a role is not told that it will come when it will not. Where that cannot be said now, it is
        found out before it is given.
        """
        try:
            powerful = await self._prizes.is_powerful(guild, role)
        except FAULTS as error:
            logger.info("discord.role_unknown %s", type(error).__name__)
            return False
        if powerful:
            logger.warning("discord.role_powerful guild=%s role=%s", guild, role)
            unfit = Unfit(guild=guild, role=role, powerful=True)
            await self._mailbox.accept([role_refused(unfit, work.update.key)], self._now())
        return powerful

    async def _given(self, guild: str | None) -> tuple[GivenRole, ...]:
        return (await self._servers.settings(guild)).roles if guild is not None else ()

    async def _achieved(self, by: Speaker) -> dict[str, int]:
        learner = await self._learners.learner(by.who)
        return achieved(learner, await self._learners.reviews(learner), self._now())

    def _choices(self, made: list[Part], by: Speaker) -> list[Part]:
        """Buttons, or where they would be too many for a message one list, in which all roles of the server stand."""
        if len(made) <= _IN_ROW * _ROWS:
            return [row(made[place : place + _IN_ROW]) for place in range(0, len(made), _IN_ROW)]
        data = button_data.written(button_data.Press("step", "wear", by.who.number))
        return [row([role_select(data, self._words.say("roles.choose", by.language))])]

    def _button(self, key: str, step: str, by: Speaker, given: GivenRole) -> dict[str, Any]:
        label = self._words.say(key, by.language, role=given.name)[:80]
        return button(label, button_data.written(button_data.Press("step", step, by.who.number)))

    async def _tell(self, work: Work, by: Speaker, key: str, **values: object) -> None:
        await work.settle(*outgoing([said(self._words.say(key, by.language, **values))], by.place))


def _listed(lines: list[str]) -> str:
    """As many as a card has room for, and how many more there are."""
    room = [line for number, line in enumerate(lines) if sum(map(len, lines[: number + 1])) + number <= _LISTED]
    more = len(lines) - len(room)
    return "\n".join([*room, *([f"… (+{more})"] if more else [])])
