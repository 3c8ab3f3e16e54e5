"""Delivering messages to Discord: each call's outcome in words that the flow understands, and what to try instead."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.adapters.discord.live import Streams
from bot.adapters.discord.posts import EPHEMERAL, PLATFORM, identity
from bot.adapters.discord.sdk import Rest
from bot.core.mail import Parcel
from bot.core.ports import Keepsakes
from bot.flow.ports import Blocked, Later, Limits, Outcome, Refused, Sent, Unsure

logger = logging.getLogger(__name__)

# Fifty calls a second in all; the library keeps to what Discord says of each channel. What is repeated is recognised by
# its nonce, or puts the same text into the same answer again.
LIMITS = Limits(per_second=45, under_way=8)
# How long a button works whose question or sources are kept.
KEPT = timedelta(days=90)
_NONCE = 24
_WRONG_TOKEN_WAIT = 60.0
_DIRECT_CHANNELS = 10_000
# What Discord says of a call.
_TOKEN_OVER = {10015, 10062, 50027}
_NO_SUCH_ANSWER = {10008}
_UNREACHABLE = {50007, 10013, 50278}
_INVALID_FORM = 50035
_UNAUTHORIZED = 401


class DiscordTransport:
    """A `Transport`. An answer is put into what acknowledged its interaction; when that is over, it is a message."""

    platform = PLATFORM

    def __init__(
        self,
        rest: Rest,
        streams: Streams,
        keepsakes: Keepsakes,
        now: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._rest = rest
        self._streams = streams
        self._keepsakes = keepsakes
        self._now = now
        self.limits = limits
        self._direct: OrderedDict[str, str] = OrderedDict()

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.payload.get("kept"):
            await self._keepsakes.keep(identity(parcel.payload["who"]), parcel.payload["kept"], self._now() + KEPT)
        try:
            await self._formed(parcel, dict(parcel.payload["body"]))
        except discord.RateLimited as error:
            return Later(seconds=error.retry_after)
        except discord.HTTPException as error:
            return _outcome(error, private=parcel.room.private)
        except aiohttp.ClientConnectorError:
            return Later()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unsure(reason=type(error).__name__)
        return Sent()

    async def _formed(self, parcel: Parcel, body: dict[str, Any]) -> None:
        """As it is; where Discord does not take it so, without what can be done without."""
        try:
            await self._delivered(parcel, body)
        except discord.HTTPException as error:
            if error.code != _INVALID_FORM or not body.get("components"):
                raise
            logger.warning("discord.plain reason=%s", error.text)
            # The words matter more than what can be tapped.
            await self._delivered(parcel, {**body, "components": []})

    async def _delivered(self, parcel: Parcel, body: dict[str, Any]) -> None:
        answers = parcel.payload.get("answers")
        if answers is not None and self._now().timestamp() < answers["until"]:
            try:
                if await self._answered(parcel, body, answers):
                    return
            except discord.HTTPException as error:
                if error.code not in _TOKEN_OVER | _NO_SUCH_ANSWER:
                    raise
                logger.info("discord.answer_over effect=%s code=%s", parcel.effect, error.code)
        await self._post(parcel, body, answers)

    async def _answered(self, parcel: Parcel, body: dict[str, Any], answers: Mapping[str, Any]) -> bool:
        """Whether it is the interaction's answer. More than one message only follows it where the bot could not post:
        what is posted is recognised when it is sent again, which a follow-up is not.
        """
        token, file = answers["token"], _file(parcel)
        if answers["first"]:
            await self._streams.ended(token)
            await self._rest.edit_answer(token, body, file)
            return True
        if not answers["ephemeral"] and answers["present"]:
            return False
        if parcel.again:
            # It may be there already, and nothing recognises one that is sent twice.
            logger.warning("discord.perhaps_lost effect=%s", parcel.effect)
            return True
        flags = body.get("flags", 0) | (EPHEMERAL if answers["ephemeral"] else 0)
        await self._rest.follow_up(token, {**body, "flags": flags}, file)
        return True

    async def _post(self, parcel: Parcel, body: dict[str, Any], answers: Mapping[str, Any] | None) -> None:
        """A message of its own: to the channel, or to the person alone where only they were to see it."""
        channel = parcel.payload.get("channel")
        if channel is None or (answers is not None and (answers["ephemeral"] or not answers["present"])):
            channel = await self._direct_channel(parcel.payload["who"])
        body = {**body, "nonce": parcel.effect[:_NONCE], "enforce_nonce": True}
        if reply_to := parcel.payload.get("reply_to"):
            body["message_reference"] = {"message_id": reply_to, "fail_if_not_exists": False}
        await self._rest.post(channel, body, _file(parcel))

    async def _direct_channel(self, person: str) -> str:
        if person not in self._direct:
            self._direct[person] = await self._rest.direct_channel(person)
            if len(self._direct) > _DIRECT_CHANNELS:
                self._direct.popitem(last=False)
        return self._direct[person]


def _file(parcel: Parcel) -> tuple[str, bytes] | None:
    return (parcel.payload["filename"], parcel.content) if parcel.content is not None else None


def _outcome(error: discord.HTTPException, *, private: bool) -> Outcome:
    if error.status == _UNAUTHORIZED:
        return Later(seconds=_WRONG_TOKEN_WAIT, everywhere=True)
    if isinstance(error, discord.DiscordServerError) or error.status in {429, 500, 502, 503, 504, 524}:
        return Later()
    if private and error.code in _UNREACHABLE:
        return Blocked()
    return Refused(reason=f"{error.status} {error.code}")
