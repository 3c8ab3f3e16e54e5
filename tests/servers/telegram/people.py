"""People and groups of the loopback server: what they send, tap and answer, and what they receive of the bot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tests.servers.telegram.description import Upload
from tests.servers.telegram.parser import found_in
from tests.servers.telegram.world import ANONYMOUS_ADMIN, BOT, BOT_ID, REACTIONS, Chat, World

Message = dict[str, Any]


class Person:
    """Somebody who talks with the bot, in private or in a group. `read` is how far they have read what it sent them."""

    def __init__(self, world: World, name: str, language: str) -> None:
        self.world = world
        self.id = 100_000 + world.number()
        self.name = name
        self.language = language
        self.chat = Chat(self.id, "private", name)
        world.chats[self.id] = self.chat
        self._read = 0

    @property
    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    async def sends(
        self,
        text: str,
        *,
        to: Group | None = None,
        topic: int | None = None,
        reply_to: Message | None = None,
        update_id: int | None = None,
    ) -> Message:
        """Send a message, in private unless it is `to` a group. Sending wakes a bot that was blocked."""
        content: dict[str, Any] = {"text": text, **_entities(text, "entities")}
        return self._post(content, to, topic, reply_to, update_id)

    async def sends_file(
        self,
        name: str,
        content: bytes,
        *,
        media_type: str = "application/pdf",
        size: int | None = None,
        text: str = "",
        to: Group | None = None,
        album: str | None = None,
    ) -> Message:
        """`size` is what Telegram says of it, where that is not its length; files of one `album` were sent together."""
        kept = self.world.keep(Upload(name, media_type, content))
        if size is not None:
            kept["file_size"] = size
        document = {**kept, "file_name": name, "mime_type": media_type}
        said = {"caption": text, **_entities(text, "caption_entities")} if text else {}
        together = {"media_group_id": album} if album else {}
        return self._post({"document": document, **said, **together}, to, None, None, None)

    async def sends_photo(self, *, text: str = "", to: Group | None = None, album: str | None = None) -> Message:
        kept = self.world.keep(Upload("photo.jpg", "image/jpeg", b"\xff\xd8 not looked at"))
        said = {"caption": text, **_entities(text, "caption_entities")} if text else {}
        together = {"media_group_id": album} if album else {}
        return self._post({"photo": [{**kept, "width": 90, "height": 90}], **said, **together}, to, None, None, None)

    async def edits(self, message: Message, text: str) -> None:
        edited = {**message, "text": text, "edit_date": int(time.time())}
        self.world.messages[message["chat"]["id"], message["message_id"]] = edited
        self.world.update("edited_message", edited)

    async def receives(self) -> Message:
        """The next message that the bot has sent in private, as it is then."""
        return await self.world.until(self._next, f"a message to {self.name}")

    async def taps(self, message: Message, label: str, *, expired: bool = False) -> dict[str, Any]:
        """Tap the button that has this in its label; what the bot answers to the tap, {} where that is nothing.

        `expired`: the tap is so old that its answer is refused.
        """
        button = button_of(message, label)
        assert "callback_data" in button, f"{button} is no button to tap"
        query = self.world.query()
        query.expired = expired
        tapped = {
            "id": query.id,
            "from": self.shown,
            "message": message,
            "chat_instance": str(message["chat"]["id"]),
            "data": button["callback_data"],
        }
        self.world.update("callback_query", tapped)
        if expired:
            return {}
        return await self.world.until(lambda: query.answer, f"an answer to the tap on {label}")

    async def reacts(
        self, message: Message, *emojis: str, anonymously: bool = False, update_id: int | None = None
    ) -> None:
        """Put these reactions below a message, in the place of those that were there; none takes them away.

        In a group the bot is told of it only where it is an administrator.
        """
        key = (message["chat"]["id"], message["message_id"], self.id)
        before, self.world.given[key] = self.world.given.get(key, []), [*emojis]
        chat = self.world.chats[message["chat"]["id"]]
        if chat.type != "private" and chat.statuses.get(BOT_ID) != "administrator":
            return
        who = {"actor_chat": chat.shown()} if anonymously else {"user": self.shown}
        changed = {
            "chat": message["chat"],
            "message_id": message["message_id"],
            **who,
            "date": int(time.time()),
            "old_reaction": [_reaction(emoji) for emoji in before],
            "new_reaction": [_reaction(emoji) for emoji in emojis],
        }
        self.world.update("message_reaction", changed, update_id)

    async def answers_poll(self, message: Message, *options: str) -> None:
        """Choose the options that have this in their text."""
        poll = message["poll"]
        assert not poll["is_closed"], "the poll is closed"
        chosen = [
            number
            for number, option in enumerate(poll["options"])
            if any(text.casefold() in option["text"].casefold() for text in options)
        ]
        assert chosen, f"none of {options} is in {poll['options']}"
        for number in chosen:
            poll["options"][number]["voter_count"] += 1
        answer = {
            "poll_id": poll["id"],
            "user": self.shown,
            "option_ids": chosen,
            "option_persistent_ids": [poll["options"][number]["persistent_id"] for number in chosen],
        }
        if not poll["is_anonymous"]:
            self.world.update("poll_answer", answer)

    async def inline(self, text: str) -> dict[str, Any]:
        """Type @bot and a text; the bot's cards, with what goes with them."""
        query = self.world.query()
        self.world.update("inline_query", {"id": query.id, "from": self.shown, "query": text, "offset": ""})
        return await self.world.until(lambda: query.answer, f"cards for {text!r}")

    async def chooses(self, result: dict[str, Any], text: str) -> None:
        self.world.update("chosen_inline_result", {"result_id": result["id"], "from": self.shown, "query": text})

    async def summons(self, text: str, *, about: str = "") -> dict[str, Any]:
        """Mention the bot in a chat that it is not in, perhaps below what somebody has said; what it answers there."""
        query = self.world.query()
        chat = {"id": -900_000 - self.world.number(), "type": "group", "title": "Elsewhere"}
        message = {"message_id": self.world.number(), "date": int(time.time()), "chat": chat, "from": self.shown}
        said: dict[str, Any] = {"text": text, **_entities(text, "entities"), "guest_query_id": query.id}
        if about:
            other = {"id": 99, "is_bot": False, "first_name": "Somebody"}
            said["reply_to_message"] = {**message, "message_id": self.world.number(), "from": other, "text": about}
        self.world.update("guest_message", {**message, **said})
        return await self.world.until(
            lambda: next((call for call in self.world.guests if call["guest_query_id"] == query.id), None),
            "an answer to a guest",
        )

    async def blocks_the_bot(self) -> None:
        self.chat.blocked = True
        self._membership("member", "kicked")

    async def unblocks_the_bot(self) -> None:
        self.chat.blocked = False
        self._membership("kicked", "member")

    def _membership(self, before: str, after: str) -> None:
        self.world.update("my_chat_member", _changed(self.chat, self.shown, before, after))

    def _post(
        self,
        content: dict[str, Any],
        to: Group | None,
        topic: int | None,
        reply_to: Message | None,
        update_id: int | None,
    ) -> Message:
        chat = self.chat if to is None else to.chat
        if topic is not None:
            content["message_thread_id"] = topic
        if reply_to is not None:
            content["reply_to_message"] = {k: v for k, v in reply_to.items() if k != "reply_to_message"}
        message = self.world.post(chat, self.shown, content)
        if to is None or to.lets_through(message):
            self.world.update("message", message, update_id)
        return message

    def _next(self) -> Message | None:
        posted = self.world.posted(self.id)
        # Counted by number, as what was read may be deleted meanwhile.
        new = [message for message in posted if message["message_id"] > self._read]
        if not new:
            return None
        self._read = new[0]["message_id"]
        return new[0]


class Group:
    """A group with its members; those in `admins` administer it. `topics` makes it a forum.

    With `privacy` the bot sees only what is meant for it, as is usual; without, everything.
    """

    def __init__(
        self,
        world: World,
        name: str,
        members: Sequence[Person],
        *,
        admins: Sequence[Person] = (),
        topics: bool = False,
        privacy: bool = False,
    ) -> None:
        self.world = world
        self.chat = Chat(-1_000_000_000_000 - world.number(), "supergroup", name, is_forum=topics, privacy=privacy)
        self.chat.statuses = {person.id: "member" for person in members} | {a.id: "administrator" for a in admins}
        world.chats[self.chat.id] = self.chat
        self._read = 0

    def makes_the_bot_administrator(self) -> None:
        self.chat.statuses[BOT_ID] = "administrator"

    async def receives(self) -> Message:
        """The next message that the bot has posted here."""

        def following() -> Message | None:
            new = [m for m in self.world.posted(self.chat.id) if m["message_id"] > self._read]
            if new:
                self._read = new[0]["message_id"]
            return new[0] if new else None

        return await self.world.until(following, f"a message in {self.chat.name}")

    async def hears_anonymously(self, text: str) -> Message:
        """An administrator who hides behind the group's name says something."""
        content = {"text": text, **_entities(text, "entities"), "sender_chat": self.chat.shown()}
        message = self.world.post(self.chat, ANONYMOUS_ADMIN, content)
        self.world.update("message", message)
        return message

    async def adds_the_bot(self, by: Person) -> None:
        self.chat.blocked = False
        self.world.update("my_chat_member", _changed(self.chat, by.shown, "left", "member"))

    async def migrates(self) -> None:
        """Become a supergroup of another number: said to the bot in both, as Telegram does."""
        old = self.chat
        new = Chat(-1_000_000_000_000 - self.world.number(), "supergroup", old.name)
        new.statuses = old.statuses
        self.world.chats[new.id] = new
        said = self.world.post(old, ANONYMOUS_ADMIN, {"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self.world.update("message", said)
        self.chat = new
        self.world.update("message", self.world.post(new, ANONYMOUS_ADMIN, {"migrate_from_chat_id": old.id}))

    def lets_through(self, message: Message) -> bool:
        """Whether the bot, with its privacy mode on, is told of a message."""
        if not self.chat.privacy:
            return True
        replied = message.get("reply_to_message", {}).get("from", {}).get("id") == BOT["id"]
        text = message.get("text", message.get("caption", ""))
        return replied or text.startswith("/") or f"@{BOT['username']}" in text


def button_of(message: Message, label: str) -> dict[str, Any]:
    """The button that has this in its label, whatever the case."""
    buttons: list[dict[str, Any]] = [
        button for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row
    ]
    found = [button for button in buttons if label.casefold() in button["text"].casefold()]
    assert found, f"no button {label!r} among {[button['text'] for button in buttons]}"
    return found[0]


def labels(message: Message) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def _reaction(emoji: str) -> dict[str, Any]:
    """A number is that of an emoji of somebody's own making."""
    if emoji.isdigit():
        return {"type": "custom_emoji", "custom_emoji_id": emoji}
    assert emoji in REACTIONS, f"{emoji} is none of the reactions that Telegram has"
    return {"type": "emoji", "emoji": emoji}


def _entities(text: str, key: str) -> dict[str, Any]:
    found = found_in(text)
    return {key: found} if found else {}


def _changed(chat: Chat, by: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    def member(status: str) -> dict[str, Any]:
        return {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    return {
        "chat": chat.shown(),
        "from": by,
        "date": int(time.time()),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }
