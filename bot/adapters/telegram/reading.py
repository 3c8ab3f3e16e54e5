"""What an update says, as far as it is meant for the bot: SDK objects in, plain data out. Decides nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

from telegram import Chat, Message, PollAnswer, ReactionTypeEmoji, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.adapters.telegram.events import (
    Added,
    Event,
    Faceless,
    Migrated,
    Polled,
    Reacted,
    Said,
    SentDocument,
    SentElse,
    SentPicture,
    Silenced,
    Sought,
    Speaker,
    Summoned,
    Tapped,
)
from bot.adapters.telegram.posts import PLATFORM, Place, room_of
from bot.chat.reactions import latest
from bot.learning.learner import Identity, Room

# What is asked of Telegram, and nothing else: the list is remembered there, so it is said at every start.
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "poll_answer",
    "my_chat_member",
    "guest_message",
    "message_reaction",
)
_CHECK = re.compile(r"/check(@\w+)?\s*")
# A longer text has more in it than what is asked about.
_QUOTED = 300
_GONE = {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}


class Reader:
    """Reads updates for one bot. None is what is not meant for it: such an update is not even written down."""

    def __init__(self, bot_id: int, username: str) -> None:
        self._id = bot_id
        self._mention = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
        self._command = re.compile(r"/\w+(?:@(\w+))?(?=\s|$)")
        self._username = username.lower()
        self._kinds: tuple[Callable[[Update], Event | None], ...] = (
            self._message,
            self._edited,
            self._tap,
            self._reaction,
            self._poll,
            self._inline,
            self._guest,
            self._membership,
        )

    def read(self, update: Update) -> Event | None:
        return next((event for kind in self._kinds if (event := kind(update)) is not None), None)

    def _message(self, update: Update) -> Event | None:
        message = update.message
        if message is None:
            return None
        if message.migrate_to_chat_id is not None:
            new = _group_room(str(message.migrate_to_chat_id))
            return Migrated(old=_group_room(str(message.chat.id)), new=new)
        if _of_a_bot(message, self._id):
            return None
        private = message.chat.type == ChatType.PRIVATE
        text = message.text or ""
        if not private and not self._addressed(message):
            return None
        if message.sender_chat is not None or message.from_user is None:
            return Faceless(place=_place(message))
        by = _speaker(message.from_user, message)
        if text:
            bare = _with_replied(text if private else self._bare(text), message)
            return Said(by=by, text=bare, message=message.message_id, replies_to=self._replied(message))
        return self._without_text(message, by)

    def _edited(self, update: Update) -> Event | None:
        """Corrections of a question in private. In groups an edit calls nobody: it would come out of nowhere."""
        message = update.edited_message
        if message is None or message.chat.type != ChatType.PRIVATE or _of_a_bot(message, self._id):
            return None
        text = message.text or (None if message.document else message.caption)
        if message.from_user is None or not text:
            return None
        by = _speaker(message.from_user, message)
        return Said(by=by, text=text, message=message.message_id, edited=True, replies_to=self._replied(message))

    def _tap(self, update: Update) -> Event | None:
        query = update.callback_query
        if query is None or query.data is None or query.message is None:
            return None
        message = query.message
        topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        by = _speaker_in(query.from_user, message.chat, topic, reply_to=None)
        return Tapped(by=by, query=query.id, data=query.data, message=message.message_id)

    @staticmethod
    def _reaction(update: Update) -> Event | None:
        change = update.message_reaction
        if change is None or change.user is None or change.user.is_bot:
            return None
        before, after = (
            latest(each.emoji for each in reactions if isinstance(each, ReactionTypeEmoji))
            for reactions in (change.old_reaction, change.new_reaction)
        )
        up = before if after is None else after
        if up is None or before == after:
            return None
        by = _speaker_in(change.user, change.chat, None, reply_to=None)
        return Reacted(by=by, message=change.message_id, up=up, taken_back=after is None, at=change.date)

    @staticmethod
    def _poll(update: Update) -> Event | None:
        answer: PollAnswer | None = update.poll_answer
        if answer is None or answer.user is None or not answer.option_ids:
            return None
        return Polled(
            who=_identity(answer.user.id),
            poll=answer.poll_id,
            options=tuple(answer.option_ids),
            language=answer.user.language_code,
        )

    @staticmethod
    def _inline(update: Update) -> Event | None:
        query = update.inline_query
        if query is None:
            return None
        user = query.from_user
        return Sought(who=_identity(user.id), query=query.id, text=query.query, language=user.language_code)

    def _guest(self, update: Update) -> Event | None:
        message = update.guest_message
        if message is None or message.from_user is None or message.guest_query_id is None:
            return None
        user = message.from_user
        asked = self._bare(message.text or message.caption or "")
        # "Is this worth it?" asks about what it replies to; all else that is said there the bot does not see.
        about = message.reply_to_message
        quoted = (about.text or about.caption or "") if about is not None else ""
        return Summoned(
            who=_identity(user.id),
            query=message.guest_query_id,
            text=f"{asked}\n{quoted}".strip() if len(quoted) <= _QUOTED else asked,
            language=user.language_code,
        )

    @staticmethod
    def _membership(update: Update) -> Event | None:
        change = update.my_chat_member
        if change is None:
            return None
        gone = change.new_chat_member.status in _GONE
        if gone:
            return Silenced(who=_identity(change.chat.id))
        came = change.old_chat_member.status in _GONE and change.chat.type in {ChatType.GROUP, ChatType.SUPERGROUP}
        return Added(place=Place(chat=str(change.chat.id), private=False)) if came else None

    def _addressed(self, message: Message) -> bool:
        """Whether a message in a group is for the bot: a command, a mention, a reply to it."""
        text = message.text or message.caption or ""
        command = self._command.match(text)
        if command:
            return command[1] is None or command[1].lower() == self._username
        return self._replied(message) is not None or self._mention.search(text) is not None

    def _replied(self, message: Message) -> int | None:
        """The bot's message that this one replies to. What opens a topic is replied to by all that is said in it."""
        replied = message.reply_to_message
        if replied is None or replied.from_user is None or replied.from_user.id != self._id:
            return None
        return None if replied.forum_topic_created is not None else replied.message_id

    def _without_text(self, message: Message, by: Speaker) -> Event | None:
        caption = message.caption or ""
        caption = caption if by.private else self._bare(caption)
        document = message.document
        picture = bool(message.photo) or (document is not None and (document.mime_type or "").startswith("image/"))
        if document is not None and not picture:
            return SentDocument(
                by=by,
                file_id=document.file_id,
                name=document.file_name or "file",
                size=document.file_size,
                media_type=document.mime_type or "",
                caption=caption,
            )
        if not picture and not _is_told(message):
            return None
        if caption.strip():
            return Said(
                by=by,
                text=caption,
                message=message.message_id,
                replies_to=self._replied(message),
                album=message.media_group_id,
            )
        # In a group what replies to the bot is no more than that, unless it is called below it.
        if not by.private and not message.caption:
            return None
        return SentPicture(by=by, album=message.media_group_id) if picture else SentElse(by=by)

    def _bare(self, text: str) -> str:
        """Without the mention that called the bot."""
        return " ".join(self._mention.sub(" ", text).split())


def _is_told(message: Message) -> bool:
    """Whether it holds something that people tell others by."""
    kinds = (message.voice, message.audio, message.video, message.animation, message.sticker, message.video_note)
    return any(kinds)


def _identity(number: int) -> Identity:
    return Identity(platform=PLATFORM, number=str(number))


def _of_a_bot(message: Message, bot_id: int) -> bool:
    """Another bot, or a card of ours that somebody has posted: to answer these would be talking with oneself."""
    if message.via_bot is not None and message.via_bot.id == bot_id:
        return True
    return message.from_user is not None and message.from_user.is_bot and message.sender_chat is None


def _group_room(chat: str) -> Room:
    return Room(platform=PLATFORM, number=chat, private=False)


def _place(message: Message) -> Place:
    topic = message.message_thread_id if message.is_topic_message else None
    private = message.chat.type == ChatType.PRIVATE
    return Place(
        chat=str(message.chat.id),
        private=private,
        topic=topic,
        reply_to=None if private else message.message_id,
        who=str(message.from_user.id) if message.from_user else None,
    )


def _speaker(user: User, message: Message) -> Speaker:
    place = _place(message)
    room = room_of(place.chat, place.topic, private=place.private)
    return Speaker(who=_identity(user.id), place=place, room=room, language=user.language_code)


def _with_replied(text: str, message: Message) -> str:
    """`/check` alone, in reply to a message, is about what that one says."""
    replied = message.reply_to_message
    if replied is None or not _CHECK.fullmatch(text):
        return text
    return f"{text} {replied.text or replied.caption or ''}".strip()


def _speaker_in(user: User, chat: Chat, topic: int | None, reply_to: int | None) -> Speaker:
    private = chat.type == ChatType.PRIVATE
    place = Place(chat=str(chat.id), private=private, topic=topic, reply_to=reply_to, who=str(user.id))
    room = room_of(place.chat, topic, private=private)
    return Speaker(who=_identity(user.id), place=place, room=room, language=user.language_code)
