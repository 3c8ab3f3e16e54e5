"""Delivering messages to Discord: each call's outcome in words that the flow understands, and what to try instead."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.adapters.discord.cards import attached, card, text
from bot.adapters.discord.live import Streams
from bot.adapters.discord.plainly import plain_posts
from bot.adapters.discord.posts import EPHEMERAL, PLATFORM, Post, identity
from bot.adapters.discord.role_changes import RoleChanges
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.wearing import ROLE
from bot.core.mail import Parcel
from bot.core.ports import Keepsakes
from bot.flow.ports import Blocked, Later, Limits, Outcome, Refused, Sent, Unsure

logger = logging.getLogger(__name__)

# Fifty calls a second in all; the library keeps to what Discord says of each channel. What is repeated is recognised by
# its nonce, or puts the same text into the same answer again.
LIMITS = Limits(per_second=45, under_way=8)
# How long a button works whose question or sources are kept.
KEPT = timedelta(days=90)
_NONCE = 23
_WRONG_TOKEN_WAIT = 60.0
_DIRECT_CHANNELS = 10_000
# What Discord says of a call.
_TOKEN_OVER = {10015, 10062, 50027}
_NO_SUCH_ANSWER = {10008}
_UNREACHABLE = {50007, 10013, 50278}
_INVALID_FORM = 50035
# A thread is told of before its first message is there.
_POST_WITHOUT_MESSAGE = 40058
_POST_WAIT = 2.0
_UNAUTHORIZED = 401


class _PerhapsThere(Exception):
    """It may have arrived already, and Discord would not recognise that it is sent twice."""


class DiscordTransport:
    """A `Transport`. An answer is put into what acknowledged its interaction; when that is over, it is a message."""

    platform = PLATFORM

    def __init__(
        self,
        rest: Rest,
        streams: Streams,
        keepsakes: Keepsakes,
        roles: RoleChanges,
        now: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._rest = rest
        self._streams = streams
        self._keepsakes = keepsakes
        self._roles = roles
        self._now = now
        self.limits = limits
        self._direct: OrderedDict[str, str] = OrderedDict()

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.payload.get("kept"):
            await self._keepsakes.keep(identity(parcel.payload["who"]), parcel.payload["kept"], self._now() + KEPT)
        try:
            if parcel.kind == ROLE:
                return await self._roles.make(parcel)
            messages = await self._formed(parcel, dict(parcel.payload["body"]))
        except _PerhapsThere:
            logger.warning("discord.perhaps_lost effect=%s", parcel.effect)
            return Sent()
        except discord.RateLimited as error:
            return Later(seconds=error.retry_after)
        except discord.HTTPException as error:
            return _outcome(error, private=parcel.room.private)
        except aiohttp.ClientConnectorError:
            return Later()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unsure(reason=type(error).__name__)
        return Sent(messages=messages)

    async def _formed(self, parcel: Parcel, body: dict[str, Any]) -> tuple[str, ...]:
        """The numbers of the messages that have arrived: as it is, or where Discord takes no such card, the same as
        plain text. The words matter more than their form.
        """
        try:
            return (await self._delivered(parcel, body),)
        except discord.HTTPException as error:
            if error.code != _INVALID_FORM:
                raise
            if not body.get("components"):
                # A line, in place of a card: what is one stays one.
                return (await self._delivered(parcel, _bare(body)),)
            logger.warning("discord.plain reason=%s", error.text)
            return await self._plainly(parcel, plain_posts(body, parcel.payload.get("kept", {})))

    async def _plainly(self, parcel: Parcel, posts: Sequence[Post]) -> tuple[str, ...]:
        """In as many messages as it takes. What is shown already may be a card with a button to stop it, which no edit
        makes plain again: then it becomes the barest card, and only where that is refused, too, another message.
        """
        head, *others = posts
        arrived = await self._first_of(
            lambda: self._delivered(parcel, head.body),
            lambda: self._delivered(parcel, _bare(head.body)),
            lambda: self._delivered(parcel, head.body, edits=False),
        )
        return (arrived, *[await self._delivered(parcel, post.body, n) for n, post in enumerate(others, start=1)])

    @staticmethod
    async def _first_of(*ways: Callable[[], Awaitable[str]]) -> str:
        """By the first of these ways that Discord does not find invalid."""
        *tries, last = ways
        for way in tries:
            try:
                return await way()
            except discord.HTTPException as error:
                if error.code != _INVALID_FORM:
                    raise
        return await last()

    async def _delivered(self, parcel: Parcel, body: dict[str, Any], number: int = 0, *, edits: bool = True) -> str:
        """`number` counts what one parcel had to become. It `edits` what is there already, if anything is."""
        answers = parcel.payload.get("answers")
        if answers is not None and (number or not edits):
            answers = {**answers, "first": False}
        if answers is not None and self._now().timestamp() < answers["until"]:
            try:
                if (answer := await self._answered(parcel, body, answers, number)) is not None:
                    return str(answer["id"])
            except discord.HTTPException as error:
                if error.code not in _TOKEN_OVER | _NO_SUCH_ANSWER:
                    raise
                logger.info("discord.answer_over effect=%s code=%s", parcel.effect, error.code)
        return str((await self._post(parcel, body, answers, number))["id"])

    async def _answered(
        self, parcel: Parcel, body: dict[str, Any], answers: Mapping[str, Any], number: int
    ) -> dict[str, Any] | None:
        """The message, where it is the interaction's answer. More than one only follows it where the bot could not
        post: what is posted is recognised when it is sent again, which a follow-up is not.
        """
        token, file = answers["token"], _file(parcel, number)
        if answers["first"]:
            await self._streams.ended(token)
            return await self._rest.edit_answer(token, body, file)
        if not answers["ephemeral"] and answers["present"]:
            return None
        if parcel.again:
            raise _PerhapsThere
        flags = body.get("flags", 0) | (EPHEMERAL if answers["ephemeral"] else 0)
        return await self._rest.follow_up(token, {**body, "flags": flags}, file)

    async def _post(
        self, parcel: Parcel, body: dict[str, Any], answers: Mapping[str, Any] | None, number: int
    ) -> dict[str, Any]:
        """A message of its own: to the channel, or to the person alone where only they were to see it."""
        channel = parcel.payload.get("channel")
        if channel is None or (answers is not None and (answers["ephemeral"] or not answers["present"])):
            channel = await self._direct_channel(parcel.payload["who"])
        body = {**body, "nonce": f"{parcel.effect[:_NONCE]}{number or ''}", "enforce_nonce": True}
        if reply_to := parcel.payload.get("reply_to"):
            body["message_reference"] = {"message_id": reply_to, "fail_if_not_exists": False}
        return await self._rest.post(channel, body, _file(parcel, number))

    async def _direct_channel(self, person: str) -> str:
        if person not in self._direct:
            self._direct[person] = await self._rest.direct_channel(person)
            if len(self._direct) > _DIRECT_CHANNELS:
                self._direct.popitem(last=False)
        return self._direct[person]


def _bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """Plain text as a card of nothing else, with its files."""
    files = body.get("attachments", ())
    bare = card([text(body["content"]), *(attached(file["filename"], "", "") for file in files)]).body
    return {**bare, "attachments": files} if files else bare


def _file(parcel: Parcel, number: int) -> tuple[str, bytes] | None:
    """It goes with the first message."""
    return (parcel.payload["filename"], parcel.content) if parcel.content is not None and number == 0 else None


def _outcome(error: discord.HTTPException, *, private: bool) -> Outcome:
    if error.status == _UNAUTHORIZED:
        return Later(seconds=_WRONG_TOKEN_WAIT, everywhere=True)
    if error.code == _POST_WITHOUT_MESSAGE:
        return Later(seconds=_POST_WAIT)
    if isinstance(error, discord.DiscordServerError) or error.status in {429, 500, 502, 503, 504, 524}:
        return Later()
    if private and error.code in _UNREACHABLE:
        return Blocked()
    return Refused(reason=f"{error.status} {error.code}")
