"""What the loopback server holds: chats, messages, polls, queries, files, and the updates that wait for the bot."""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.servers.telegram.description import Refused, Upload, bad, description
from tests.servers.waiting import Changing

BOT_ID = 7_000_001
BOT = {
    "id": BOT_ID,
    "is_bot": True,
    "first_name": "Credway",
    "username": "credway_bot",
}
ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
# What the description of `ReactionTypeEmoji` names.
_NAMED = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 "
    "🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_NAMED.split())
# What is delivered unless it is asked for by name.
_BY_NAME_ONLY = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(slots=True)
class Chat:
    """`statuses` are the members' by id; `blocked` is set where a person has blocked the bot, or it was removed."""

    id: int
    type: str
    name: str
    is_forum: bool = False
    statuses: dict[int, str] = field(default_factory=dict)
    blocked: bool = False
    migrated_to: int | None = None
    # What the bot is allowed to see without being spoken to.
    privacy: bool = True

    def shown(self) -> dict[str, Any]:
        title = {"first_name": self.name} if self.type == "private" else {"title": self.name}
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.type, **title, **forum}


@dataclass(slots=True)
class Query:
    """A tap on a button or an inline query: what was answered, None until then."""

    id: str
    answer: dict[str, Any] | None = None
    expired: bool = False


class World(Changing):
    """Everything there is. `until` waits for something to become true of it. `posts` are the bot's messages by chat,
    `arrived` how many it were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.posts: dict[int, list[int]] = defaultdict(list)
        self.arrived = 0
        self.drafts: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.actions: dict[int, list[str]] = defaultdict(list)
        self.pinned: dict[int, list[int]] = defaultdict(list)
        self.reactions: dict[tuple[int, int], list[Any]] = {}
        # What people have put below messages: by chat, message and person.
        self.given: dict[tuple[int, int, int], list[str]] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, Upload] = {}
        self.menus: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.told: dict[tuple[str, str], str] = {}
        self.updates: list[dict[str, Any]] = []
        self.allowed: list[str] | None = None
        self.guests: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)

    def number(self) -> int:
        return next(self._numbers)

    # Chats and messages.

    def chat(self, chat_id: int | str) -> Chat:
        """The chat that a call is to. Raises what Telegram says where there is none, or nobody who listens."""
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise bad("chat not found")
        if found.migrated_to is not None:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=found.migrated_to)
        if found.blocked:
            words = "bot was blocked by the user" if found.type == "private" else "bot was kicked from the group chat"
            raise Refused(403, f"Forbidden: {words}")
        return found

    def message(self, chat_id: int, message_id: int, doing: str) -> dict[str, Any]:
        self.chat(chat_id)
        if (chat_id, message_id) not in self.messages:
            raise bad(f"message to {doing} not found")
        return self.messages[chat_id, message_id]

    def post(self, chat: Chat, sender: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
        """A new message in a chat, also of the bot itself."""
        message = {
            "message_id": self.number(),
            "date": int(time.time()),
            "chat": chat.shown(),
            "from": sender,
            **content,
        }
        if "message_thread_id" in content and (chat.is_forum or chat.type == "private"):
            message["is_topic_message"] = True
        self.messages[chat.id, message["message_id"]] = message
        if sender["id"] == BOT_ID:
            self.posts[chat.id].append(message["message_id"])
            self.arrived += 1
        self.changed()
        return message

    def posted(self, chat_id: int) -> list[dict[str, Any]]:
        """What the bot has posted to a chat and not deleted, in order, as it reads now."""
        keys = [(chat_id, number) for number in self.posts[chat_id]]
        return [self.messages[key] for key in keys if key in self.messages]

    def keep(self, upload: Upload) -> dict[str, Any]:
        file_id = f"file-{self.number()}"
        self.files[file_id] = upload
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(upload.content)}

    # Updates.

    def update(self, kind: str, content: dict[str, Any], update_id: int | None = None) -> int | None:
        """Something for the bot to hear of. None where it has asked not to."""
        allowed = self.allowed
        if (allowed and kind not in allowed) or (not allowed and kind in _BY_NAME_ONLY):
            return None
        update = {"update_id": self.number() + 880_000_000 if update_id is None else update_id, kind: content}
        description().check("Update", update)
        self.updates.append(update)
        self.changed()
        return int(update["update_id"])

    def query(self) -> Query:
        query = Query(f"{4_000_000_000_000 + self.number()}")
        self.queries[query.id] = query
        return query
