"""Updates on their way into the inbox: what is meant for the bot, and in which conversation it stands."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from telegram import Update as TelegramUpdate

from bot.adapters.telegram.albums import Albums
from bot.adapters.telegram.events import (
    Event,
    Migrated,
    Polled,
    Reacted,
    Said,
    SentDocument,
    SentPicture,
    Silenced,
    Sought,
    Summoned,
    Tapped,
)
from bot.adapters.telegram.posts import PLATFORM
from bot.adapters.telegram.reading import Reader
from bot.adapters.telegram.typing_signs import TypingSigns
from bot.chat.stopping import Stops, is_stop_button, is_stop_word
from bot.core.mail import Update
from bot.errors import MissingService
from bot.flow.reception import Busy, Reception, Taken

logger = logging.getLogger(__name__)

Raw = Mapping[str, Any]


class Receiving:
    """One for all gateways of a bot. What is not meant for the bot is dropped here: nothing of it is kept."""

    def __init__(self, reader: Reader, reception: Reception, stops: Stops, signs: TypingSigns, albums: Albums) -> None:
        self._reader = reader
        self._reception = reception
        self._stops = stops
        self._albums = albums
        self._signs = signs

    async def accept(self, raw: Iterable[Raw], *, more: bool = False) -> Taken | Busy:
        """Write down what is for the bot. `more`: it is known that more waits at Telegram. Raises `MissingService`
        where that cannot be done now.
        """
        updates, heard = [], []
        for each in raw:
            event = self._event(each)
            if event is not None:
                conversation, sender = _place_of(event)
                updates.append(
                    Update(
                        platform=PLATFORM,
                        key=str(each["update_id"]),
                        conversation=conversation,
                        payload=each,
                        sender=sender,
                    )
                )
                heard.append((str(each["update_id"]), conversation, event))
        self._signs.expect(more=more)
        taken = await self._reception.accept(updates)
        if isinstance(taken, Taken):
            for key, conversation, event in heard:
                await self._at_once(key, conversation, event)
        return taken

    async def _at_once(self, key: str, conversation: str, event: Event) -> None:
        """What cannot wait until the update is answered. Nothing of it matters if it is lost."""
        if not isinstance(event, Said | Tapped | SentDocument | SentPicture):
            return
        if isinstance(event, Said) and event.album is not None:
            # The words may have to wait for their turn; the pictures beside them are answered with them all the same.
            await self._begin_album(event, event.album, key)
        if _is_stop(event):
            # The update itself waits behind what is to be stopped.
            await self._stops.stop_anywhere(conversation, event.by.who, key)
        elif event.by.private:
            self._signs.show(key, event.by.place)

    async def _begin_album(self, said: Said, album: str, key: str) -> None:
        try:
            await self._albums.begins(said.by.who, album, key)
        except MissingService as error:
            logger.warning("telegram.album_not_begun %s", error)

    def _event(self, raw: Raw) -> Event | None:
        try:
            return self._reader.read(TelegramUpdate.de_json(dict(raw), None))
        except Exception:
            # One that nobody can read must not hold up those behind it. Its content stays out of the log.
            logger.exception("telegram.unreadable id=%s", raw.get("update_id"))
            return None


def _place_of(event: Event) -> tuple[str, str | None]:
    """In which conversation it is answered, and who it is about."""
    match event:
        case Migrated():
            # What is said there next waits until what was set here has moved.
            return event.new.number, None
        case Silenced() | Polled():
            return event.who.number, event.who.number
        case Sought():
            # Apart from the talk: whoever types looks for something while an answer is on its way.
            return f"inline:{event.who.number}", event.who.number
        case Summoned():
            return f"guest:{event.query}", event.who.number
        case Said() | Tapped():
            return event.by.room.number, event.by.who.number
        case SentPicture(album=str()):
            # Apart from the talk: it waits until it is known whether words came with another picture.
            return f"album:{event.by.room.number}:{event.by.who.number}", event.by.who.number
        case Reacted():
            # Apart from the talk: it may have to wait until the message is known to be an answer.
            return f"thumbs:{event.by.room.number}:{event.by.who.number}", event.by.who.number
    by = getattr(event, "by", None)
    if by is not None:
        return by.room.number, by.who.number
    return event.place.chat, None  # type: ignore[union-attr]


def _is_stop(event: Event) -> bool:
    match event:
        case Said():
            return is_stop_word(event.text)
        case Tapped():
            return is_stop_button(event.data)
    return False
