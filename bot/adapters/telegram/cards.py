"""Cards: what `@bot az-104` shows in any chat, and the answer to whoever mentions the bot where it is not a member.

From the catalogue alone, so it is the same for everybody and Telegram may keep it; nothing of a person is in it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot, InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.adapters.telegram.events import Sought, Summoned
from bot.adapters.telegram.posts import Post
from bot.adapters.telegram.render import Renderer
from bot.adapters.telegram.sdk import as_objects
from bot.chat.styled import safe, shortened
from bot.chat.words import Words
from bot.core.reply import Card, Reply

logger = logging.getLogger(__name__)

FindCards = Callable[[str, str], Awaitable[Sequence[Card]]]
AnswerGuest = Callable[[str, str], Awaitable[Reply]]
MAX_CARDS = 20
_CACHED_SECONDS = 300
_TITLE, _DESCRIPTION = 120, 200


class Cards:
    """`find` gives cards for a text in a language; `answer` answers a question of somebody of whom nothing is known."""

    def __init__(self, bot: Bot, renderer: Renderer, words: Words, find: FindCards, answer: AnswerGuest) -> None:
        self._bot = bot
        self._renderer = renderer
        self._words = words
        self._find = find
        self._answer = answer

    async def show(self, sought: Sought) -> None:
        language = self._words.language(sought.language)
        found = await self._find(sought.text, language)
        results = [self._article(card) for card in found[:MAX_CARDS]]
        try:
            await self._bot.answer_inline_query(sought.query, results, cache_time=_CACHED_SECONDS, is_personal=False)
        except TelegramError as error:
            # Whoever types on has asked anew meanwhile.
            logger.info("telegram.cards_late %s", error.message)

    async def answer(self, summoned: Summoned) -> None:
        language = self._words.language(summoned.language)
        text = summoned.text or self._words.say("guest.empty", language)
        reply = await self._answer(text, language)
        title = shortened(safe(text), _TITLE)
        try:
            await self._bot.answer_guest_query(summoned.query, self._result("guest", title, "", reply))
        except (BadRequest, Forbidden) as error:
            # Too late, or answered already; whatever else fails is tried again with the update.
            logger.warning("telegram.guest %s", error.message)

    def _article(self, card: Card) -> InlineQueryResultArticle:
        return self._result(card.id, card.title, card.description, card.reply)

    def _result(self, identity: str, title: str, description: str, reply: Reply) -> InlineQueryResultArticle:
        post = self._first(reply)
        call = as_objects(post.payload)
        content = InputTextMessageContent(
            call["text"], entities=call.get("entities"), link_preview_options=call["link_preview_options"]
        )
        return InlineQueryResultArticle(
            id=hashlib.sha256(identity.encode()).hexdigest()[:32],
            title=shortened(safe(title), _TITLE) or "…",
            description=shortened(safe(description), _DESCRIPTION) or None,
            input_message_content=content,
            reply_markup=_links_only(call.get("reply_markup")),
        )

    def _first(self, reply: Reply) -> Post:
        """A card is one message: the answer with its sources, or as much of it as fits."""
        return self._renderer.posts(Reply(text=reply.text, language=reply.language, citations=reply.citations))[0]


def _links_only(markup: InlineKeyboardMarkup | None) -> InlineKeyboardMarkup | None:
    """In a chat that the bot is not in it hears of no tap."""
    if markup is None:
        return None
    rows = [[button for button in row if button.url] for row in markup.inline_keyboard]
    return InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None
