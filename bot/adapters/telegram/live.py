"""What is shown while an answer is being made: "typing" at once, then drafts of what has passed the gate.

All of it may fail or be lost without harm: the answer itself comes by the outbox.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, EndPointNotFound, RetryAfter, TelegramError

from bot.adapters.telegram.capability import Capability
from bot.adapters.telegram.pacing import Pacing
from bot.adapters.telegram.posts import Place
from bot.adapters.telegram.render import Renderer, text_post
from bot.adapters.telegram.sdk import Call, as_objects, rich_call
from bot.chat.stopping import STOP
from bot.core.reply import Reply

logger = logging.getLogger(__name__)

_LONGEST_WAIT = 10.0


class Live:
    """One answer under way. `show` is given its parts; leaving it stops whatever is still to be shown.

    Drafts where Telegram has them: in private chats. Else a message that is edited; it then is `message`, and the
    answer is to be put into it.
    """

    def __init__(
        self,
        bot: Bot,
        renderer: Renderer,
        place: Place,
        draft: int,
        stop_label: str,
        seen: Callable[[], None] | None,
        *,
        pacing: Pacing,
        rich: Capability,
    ) -> None:
        """`draft`: a number of this answer that is not zero. `stop_label` is on the button below a message; `seen` is
        told when the person sees a first sign; None where they have seen one.
        """
        self._bot = bot
        self._renderer = renderer
        self._place = place
        self._draft = draft
        self._stop_label = stop_label
        self._seen = seen
        self._pacing = pacing
        self._rich = rich
        self._drafting = place.private
        self._pending: Reply | None = None
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._shown = ""
        self.latest: Reply | None = None
        self.message: int | None = None
        self._posting: asyncio.Task[Message] | None = None
        self._used = False

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._type()), asyncio.create_task(self._pump())]
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._remove_unused()

    def take_message(self) -> int | None:
        """The message that the answer is to be put into, if there is one."""
        self._used = self.message is not None
        return self.message

    async def show(self, reply: Reply) -> None:
        """The answer as far as it is there. Returns at once; what is newer takes the place of what waits."""
        self._pending = self.latest = reply
        self._changed.set()

    async def _type(self) -> None:
        if self._seen is None:
            await asyncio.sleep(self._pacing.typing)
        while not self._shown:
            try:
                await self._bot.send_chat_action(
                    int(self._place.chat), ChatAction.TYPING, message_thread_id=self._place.topic
                )
                if self._seen is not None:
                    self._seen()
            except TelegramError as error:
                logger.debug("telegram.typing %s", error.message)
            await asyncio.sleep(self._pacing.typing)

    async def _pump(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._pending is None:
                continue
            reply, self._pending = self._pending, None
            try:
                await self._put(reply)
            except RetryAfter as error:
                after = error.retry_after
                seconds = float(after) if isinstance(after, int | float) else after.total_seconds()
                await asyncio.sleep(min(seconds, _LONGEST_WAIT))
                # Unless something newer has come meanwhile.
                self._pending = self._pending or reply
                self._changed.set()
            except TelegramError as error:
                logger.info("telegram.draft %s", error.message)
                # Not known here, or not in this chat: edit a message instead, and if that fails, show nothing.
                self._drafting = False
            await asyncio.sleep(self._pacing.draft if self._drafting else self._pacing.edit)

    async def _put(self, reply: Reply) -> None:
        text = self._renderer.text(reply)
        if not text.text or text.text == self._shown:
            return
        call = text_post(text).payload
        if self._drafting and await self._drafted_rich(reply):
            pass
        elif self._drafting:
            await self._bot.send_message_draft(
                int(self._place.chat),
                self._draft,
                text.text,
                message_thread_id=self._place.topic,
                entities=as_objects(call).get("entities"),
            )
        elif self.message is None:
            await self._post(call)
        else:
            await self._bot.edit_message_text(
                chat_id=int(self._place.chat), message_id=self.message, reply_markup=self._stop(), **as_objects(call)
            )
        self._shown = text.text

    async def _drafted_rich(self, reply: Reply) -> bool:
        """Whether it is shown as the rich message that it will be."""
        html = self._renderer.rich(reply) if self._rich.on else ""
        if not html:
            return False
        topic = {} if self._place.topic is None else {"message_thread_id": self._place.topic}
        call = {"chat_id": int(self._place.chat), "draft_id": self._draft, **topic, **rich_call(html)}
        try:
            await self._bot.do_api_request("sendRichMessageDraft", call)
        except (BadRequest, EndPointNotFound) as error:
            self._rich.refused(error.message)
            return False
        return True

    async def _post(self, call: Call) -> None:
        # Not to be cancelled half way: a message that nobody knows of could be neither edited nor deleted.
        self._posting = asyncio.create_task(
            self._bot.send_message(
                int(self._place.chat),
                message_thread_id=self._place.topic,
                reply_markup=self._stop(),
                **as_objects(call),
            )
        )
        self.message = (await asyncio.shield(self._posting)).message_id

    async def _remove_unused(self) -> None:
        """A message into which the answer was not put would stay there half done."""
        if self._posting is None:
            return
        try:
            posted = await self._posting
            if not self._used:
                await self._bot.delete_message(int(self._place.chat), posted.message_id)
        except TelegramError as error:
            logger.info("telegram.draft_not_removed %s", error.message)

    def _stop(self) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton(self._stop_label, callback_data=STOP)]])
