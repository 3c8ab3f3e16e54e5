"""Delivering posts to Telegram: each call's outcome in words that the flow understands, and what to try instead."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from telegram import Bot, InputFile, Message, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.adapters.telegram.capability import Capability
from bot.adapters.telegram.posts import PLATFORM
from bot.adapters.telegram.sdk import Call, as_objects, rich_call
from bot.core.mail import Parcel
from bot.core.ports import Keepsakes
from bot.flow.ports import Blocked, Later, Limits, Moved, Outcome, Refused, Sent, Unsure
from bot.learning.learner import Identity, Room

logger = logging.getLogger(__name__)

# As Telegram says it itself; it allows short bursts, which are not counted on.
LIMITS = Limits(per_second=30, per_room_second=1, per_group_minute=20)
QUIZ_KEY = "quiz"
# How long a button whose question is kept works, and a poll.
KEPT = timedelta(days=90)
_WRONG_TOKEN_WAIT = 60.0
# The names of httpx's errors after which nothing can have arrived. Any other leaves that open.
_NOT_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout"}
# What Telegram says of a call, in lower case, and what may be left out so that it is taken.
_DONE = ("message is not modified",)
_UNEDITABLE = ("message to edit not found", "message can't be edited", "message identifier is not specified")
_FORMATTING = (
    "parse entities",
    "entity",
    "entities",
    "button",
    "keyboard",
    "reply markup",
    "bot_domain_invalid",
    "url",
)
_TOPIC = ("message thread not found", "topic_closed", "topic_deleted", "topic closed")
_PICTURE = ("image_process_failed", "photo_invalid_dimensions", "photo_ext_invalid", "photo_content_type_invalid")
_GONE = ("chat not found", "user not found", "peer_id_invalid", "group chat was deactivated")

# What a call gives: the message, or of an edit perhaps only that it is done.
Arrived = Message | bool


class TelegramTransport:
    """A `Transport`. What a button asks is kept before its message is sent, which poll is whose after."""

    platform = PLATFORM

    def __init__(
        self,
        bot: Bot,
        keepsakes: Keepsakes,
        now: Callable[[], datetime],
        limits: Limits = LIMITS,
        rich: Capability | None = None,
    ) -> None:
        """`rich`: whether what can be a rich message is sent as one."""
        self._bot = bot
        self._keepsakes = keepsakes
        self._now = now
        self._rich = rich or Capability("rich messages", on=False)
        self.limits = limits

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.payload.get("kept"):
            things = {f"ask:{token}": ask for token, ask in parcel.payload["kept"].items()}
            await self._keepsakes.keep(_owner(parcel), things, self._now() + KEPT)
        if parcel.room.private and parcel.payload.get("closes_quiz"):
            await self._close_quiz(Identity(platform=PLATFORM, number=parcel.room.number))
        edit = parcel.payload.get("edit")
        try:
            arrived = await self._delivered_rich(parcel)
            if arrived is None:
                arrived = await self._delivered(parcel, parcel.kind, dict(parcel.payload["call"]), edit)
        except TelegramError as error:
            outcome = _outcome(error)
            # What is not modified is there already.
            return Sent(messages=(str(edit),)) if isinstance(outcome, Sent) and edit else outcome
        return Sent(messages=(str(arrived.message_id),) if isinstance(arrived, Message) else ())

    async def _delivered_rich(self, parcel: Parcel) -> Arrived | None:
        """What has arrived as a rich message. One that is not taken as such goes out in plain text; and unless that
        was for its place, nothing is sent as one any more.
        """
        html, call = parcel.payload.get("rich"), parcel.payload["call"]
        # A growing message is plain already.
        if not html or not self._rich.on or parcel.payload.get("edit"):
            return None
        around = {name: value for name, value in call.items() if name == "reply_markup"} | _around(parcel.payload)
        try:
            sent: Message = await self._bot.do_api_request(
                "sendRichMessage",
                {"chat_id": int(parcel.room.number), **as_objects(around), **rich_call(html)},
                return_type=Message,
            )
        except (BadRequest, EndPointNotFound) as error:
            words = error.message.lower()
            if _any(words, _GONE):
                raise
            if not _any(words, _TOPIC):
                self._rich.refused(error.message)
            return None
        return sent

    async def _delivered(self, parcel: Parcel, kind: str, call: Call, edit: int | None) -> Arrived:
        """Send it; where Telegram does not take it so, send what is left without what it does not take."""
        around = _around(parcel.payload)
        for _ in range(4):
            try:
                return await self._call(parcel, kind, {**call, **({} if edit else around)}, edit)
            except BadRequest as error:
                words = error.message.lower()
                if _any(words, _UNEDITABLE) and edit:
                    edit = None
                elif _any(words, _TOPIC) and "message_thread_id" in around:
                    around.pop("message_thread_id")
                elif _any(words, _PICTURE) and kind == "photo":
                    kind = "document"
                elif _any(words, _FORMATTING) and call.keys() & {"entities", "reply_markup"}:
                    logger.warning("telegram.plain reason=%s", error.message)
                    # The words matter more than how they look.
                    call = {k: v for k, v in call.items() if k not in {"entities", "reply_markup"}}
                else:
                    raise
        raise BadRequest("refused in every form")

    async def _call(self, parcel: Parcel, kind: str, call: Call, edit: int | None) -> Arrived:
        chat = int(parcel.room.number)
        call = as_objects(call)
        if kind == "text" and edit:
            return await self._bot.edit_message_text(chat_id=chat, message_id=edit, **call)
        if kind == "text":
            return await self._bot.send_message(chat_id=chat, **call)
        if kind == "poll":
            asked = await self._bot.send_poll(chat_id=chat, **call)
            await self._asked(parcel, asked)
            return asked
        if kind == "photo":
            return await self._bot.send_photo(chat_id=chat, photo=_file(parcel, call), **call)
        return await self._bot.send_document(chat_id=chat, document=_file(parcel, call), **call)

    async def _asked(self, parcel: Parcel, message: Message) -> None:
        """Remember whose the poll is: its answer names neither the chat nor the question."""
        asks = parcel.payload.get("asks")
        if not asks or message.poll is None or not parcel.room.private:
            return
        quiz = {
            "poll": message.poll.id,
            "message": message.message_id,
            "asks": asks,
            "topic": parcel.payload.get("topic"),
        }
        await self._keepsakes.keep(_owner(parcel), {QUIZ_KEY: quiz}, self._now() + KEPT)

    async def _close_quiz(self, who: Identity) -> None:
        """Close the poll that the talk has gone past, so that nobody answers it later for another question."""
        quiz = await self._keepsakes.recall(who, QUIZ_KEY, self._now())
        if quiz is None:
            return
        await self._keepsakes.drop(who, QUIZ_KEY)
        if "answered" in quiz:
            return
        try:
            await self._bot.stop_poll(chat_id=int(who.number), message_id=quiz["message"])
        except TelegramError as error:
            logger.info("telegram.poll_not_closed %s", error.message)


def _around(payload: Mapping[str, Any]) -> Call:
    found: Call = {}
    if payload.get("topic") is not None:
        found["message_thread_id"] = payload["topic"]
    if payload.get("reply_to") is not None:
        found["reply_parameters"] = ReplyParameters(payload["reply_to"], allow_sending_without_reply=True)
    return found


def _owner(parcel: Parcel) -> Identity:
    return Identity(platform=PLATFORM, number=parcel.payload.get("who") or parcel.room.number)


def _file(parcel: Parcel, call: Call) -> InputFile:
    return InputFile(parcel.content or b"", filename=call.pop("filename", "file"))


def _any(words: str, signs: tuple[str, ...]) -> bool:
    return any(sign in words for sign in signs)


def _outcome(error: TelegramError) -> Outcome:
    match error:
        case RetryAfter():
            after = error.retry_after
            return Later(seconds=float(after) if isinstance(after, int | float) else after.total_seconds())
        case ChatMigrated():
            return Moved(room=Room(platform=PLATFORM, number=str(error.new_chat_id), private=False))
        case Forbidden():
            return Blocked()
        case InvalidToken():
            return Later(seconds=_WRONG_TOKEN_WAIT, everywhere=True)
        case BadRequest():
            words = error.message.lower()
            if _any(words, _DONE):
                return Sent()
            return Blocked() if _any(words, _GONE) else Refused(reason=error.message)
        case NetworkError():
            return _broken(error)
    return Refused(reason=f"{type(error).__name__}: {error.message}")


def _broken(error: NetworkError) -> Outcome:
    """The call may have been taken although no answer came, unless it never left. A 5xx is an answer."""
    cause = error.__cause__
    if cause is None or type(cause).__name__ in _NOT_SENT:
        return Later()
    return Unsure(reason=type(cause).__name__)
