"""What Telegram shows of the bot before anybody has written: its commands by scope, and its descriptions."""

from __future__ import annotations

import asyncio
import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import RetryAfter, TelegramError

from bot.adapters.telegram.words import Words
from bot.text.prompts import DEFAULT_LANGUAGE

logger = logging.getLogger(__name__)


class Menus:
    """A `Gateway` that brings nothing in: it sets the menus when the process starts, one process for all."""

    ready = True

    def __init__(self, bot: Bot, words: Words) -> None:
        self._bot = bot
        self._words = words

    @property
    def name(self) -> str:
        return f"telegram:menus:{self._bot.token.partition(':')[0]}"

    async def run(self, stop: asyncio.Event) -> None:
        setting = asyncio.create_task(self._set_all())
        await stop.wait()
        setting.cancel()
        await asyncio.gather(setting, return_exceptions=True)

    async def _set_all(self) -> None:
        """For every language that is spoken, and for all others in English. What fails stays as it was."""
        for language in self._words.languages:
            for code in [None, language] if language == DEFAULT_LANGUAGE else [language]:
                try:
                    await _set(self._bot, self._words, language, code)
                except RetryAfter as error:
                    after = error.retry_after
                    await asyncio.sleep(float(after) if isinstance(after, int | float) else after.total_seconds())
                except TelegramError as error:
                    logger.warning("telegram.menus language=%s %s", language, error.message)


async def _set(bot: Bot, words: Words, language: str, code: str | None) -> None:
    of_groups = _commands(words, "commands.group", language)
    of_admins = [*of_groups, *_commands(words, "commands.admin", language)]
    private = _commands(words, "commands.private", language)
    await bot.set_my_commands(private, BotCommandScopeAllPrivateChats(), code)
    await bot.set_my_commands(of_groups, BotCommandScopeAllGroupChats(), code)
    await bot.set_my_commands(of_admins, BotCommandScopeAllChatAdministrators(), code)
    await bot.set_my_description(words.say("description", language), code)
    await bot.set_my_short_description(words.say("short_description", language), code)


def _commands(words: Words, key: str, language: str) -> list[BotCommand]:
    return [BotCommand(name, told) for name, told in words.items(key, language)]
