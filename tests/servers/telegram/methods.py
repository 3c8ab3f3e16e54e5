"""What calls do to the world: one function for each method that the product may use. Parameters are checked before."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.servers.telegram import limits
from tests.servers.telegram.description import Forbidden, Upload, bad
from tests.servers.telegram.parser import found_in
from tests.servers.telegram.rich import rich_message
from tests.servers.telegram.world import BOT, Chat, World

Call = dict[str, Any]
Method = Callable[[World, Call], Any]
_ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"),
    *("choose_sticker", "find_location", "record_video_note", "upload_video_note"),
}


def get_me(world: World, call: Call) -> Any:
    return {
        **BOT,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "supports_guest_queries": True,
    }


def send_message(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    text, entities = limits.formatted(call, "text", limits.TEXT, empty="message text is empty")
    return world.post(chat, BOT, {"text": text, **_entities(text, entities), **_around(world, chat, call)})


def send_message_draft(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    if chat.type != "private":
        raise bad("drafts can be sent only to private chats")
    if call["draft_id"] == 0:
        raise bad("draft_id must be non-zero")
    text, _ = limits.formatted(call, "text", limits.TEXT, empty="")
    world.drafts[chat.id].append({"draft_id": call["draft_id"], "text": text})
    world.changed()
    return True


def send_rich_message(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    return world.post(chat, BOT, {"rich_message": rich_message(call), **_around(world, chat, call)})


def send_rich_message_draft(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    if chat.type != "private":
        raise bad("drafts can be sent only to private chats")
    if call["draft_id"] == 0:
        raise bad("draft_id must be non-zero")
    world.drafts[chat.id].append({"draft_id": call["draft_id"], "rich_message": rich_message(call)})
    world.changed()
    return True


def send_photo(world: World, call: Call) -> Any:
    return _send_file(world, call, "photo", limits.PHOTO)


def send_document(world: World, call: Call) -> Any:
    return _send_file(world, call, "document", limits.UPLOAD)


def _send_file(world: World, call: Call, kind: str, most: int) -> Any:
    chat = world.chat(call["chat_id"])
    caption, entities = limits.formatted(call, "caption", limits.CAPTION, empty="")
    upload = call[kind]
    if not isinstance(upload, Upload):
        raise bad("wrong file identifier/HTTP URL specified")
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > most:
        raise Forbidden(f"a {kind} has at most {most:,} bytes")
    if kind == "photo" and not upload.content.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")):
        raise bad("IMAGE_PROCESS_FAILED")
    kept = world.keep(upload)
    content: dict[str, Any] = (
        {"photo": [{**kept, "width": 100, "height": 100}]}
        if kind == "photo"
        else {"document": {**kept, "file_name": upload.name, "mime_type": upload.media_type}}
    )
    said = {"caption": caption, **_entities(caption, entities, "caption_entities")} if caption else {}
    return world.post(chat, BOT, {**content, **said, **_around(world, chat, call)})


def send_poll(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    limits.poll(call)
    poll = {
        "id": str(5_000_000_000_000 + world.number()),
        "question": call["question"],
        "options": [
            {"persistent_id": str(number), "text": option["text"], "voter_count": 0}
            for number, option in enumerate(call["options"])
        ],
        "total_voter_count": 0,
        "is_closed": call.get("is_closed", False),
        "is_anonymous": call.get("is_anonymous", True),
        "type": call.get("type", "regular"),
        "allows_multiple_answers": call.get("allows_multiple_answers", False),
        "allows_revoting": call.get("allows_revoting", call.get("type") != "quiz"),
        "members_only": call.get("members_only", False),
    }
    if "correct_option_ids" in call:
        poll["correct_option_ids"] = call["correct_option_ids"]
    if call.get("explanation"):
        poll["explanation"] = call["explanation"]
    return world.post(chat, BOT, {"poll": poll, **_around(world, chat, call)})


def stop_poll(world: World, call: Call) -> Any:
    message = world.message(call["chat_id"], call["message_id"], "edit")
    if "poll" not in message:
        raise bad("message with poll to stop not found")
    if message["poll"]["is_closed"]:
        raise bad("poll has already been closed")
    message["poll"]["is_closed"] = True
    world.changed()
    return message["poll"]


def edit_message_text(world: World, call: Call) -> Any:
    message = _own(world, call)
    text, entities = limits.formatted(call, "text", limits.TEXT, empty="message text is empty")
    return _edited(world, call, message, {"text": text, "entities": _entities(text, entities).get("entities")})


def edit_message_reply_markup(world: World, call: Call) -> Any:
    return _edited(world, call, _own(world, call), {})


def delete_message(world: World, call: Call) -> Any:
    world.message(call["chat_id"], call["message_id"], "delete")
    del world.messages[call["chat_id"], call["message_id"]]
    world.changed()
    return True


def pin_chat_message(world: World, call: Call) -> Any:
    world.message(call["chat_id"], call["message_id"], "pin")
    world.pinned[call["chat_id"]].append(call["message_id"])
    return True


def set_message_reaction(world: World, call: Call) -> Any:
    world.message(call["chat_id"], call["message_id"], "react")
    world.reactions[call["chat_id"], call["message_id"]] = call.get("reaction", [])
    world.changed()
    return True


def send_chat_action(world: World, call: Call) -> Any:
    if call["action"] not in _ACTIONS:
        raise bad("wrong parameter action in request")
    world.actions[world.chat(call["chat_id"]).id].append(call["action"])
    world.changed()
    return True


def answer_callback_query(world: World, call: Call) -> Any:
    return _answer(world, call["callback_query_id"], call)


def answer_inline_query(world: World, call: Call) -> Any:
    limits.results(call["results"])
    return _answer(world, call["inline_query_id"], call)


def answer_guest_query(world: World, call: Call) -> Any:
    limits.results([call["result"]])
    world.guests.append(call)
    world.changed()
    return {"inline_message_id": f"inline-{world.number()}"}


def _answer(world: World, query_id: str, call: Call) -> bool:
    query = world.queries.get(query_id)
    if query is None or query.expired or query.answer is not None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    query.answer = call
    world.changed()
    return True


def get_chat_member(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    status = chat.statuses.get(call["user_id"])
    if status is None:
        raise bad("member not found")
    return {"status": status, "user": {"id": call["user_id"], "is_bot": False, "first_name": "?"}, **_RIGHTS[status]}


def get_chat(world: World, call: Call) -> Any:
    chat = world.chat(call["chat_id"])
    return {**chat.shown(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


def get_file(world: World, call: Call) -> Any:
    upload = world.files.get(call["file_id"])
    if upload is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(upload.content) > 20_000_000:
        raise bad("file is too big")
    size = len(upload.content)
    found = {"file_id": call["file_id"], "file_unique_id": f"u{call['file_id']}", "file_size": size}
    return {**found, "file_path": f"documents/{call['file_id']}"}


def set_my_commands(world: World, call: Call) -> Any:
    limits.commands(call["commands"])
    world.menus[_scope(call)] = call["commands"]
    return True


def set_my_description(world: World, call: Call) -> Any:
    return _told(world, "description", call, 512)


def set_my_short_description(world: World, call: Call) -> Any:
    return _told(world, "short_description", call, 120)


def _told(world: World, key: str, call: Call, most: int) -> bool:
    if len(call.get(key, "")) > most:
        raise Forbidden(f"{key} has at most {most} characters")
    world.told[key, call.get("language_code", "")] = call.get(key, "")
    return True


def leave_chat(world: World, call: Call) -> Any:
    world.chat(call["chat_id"]).blocked = True
    return True


def _scope(call: Call) -> tuple[str, str]:
    return call.get("scope", {"type": "default"})["type"], call.get("language_code", "")


def _own(world: World, call: Call) -> dict[str, Any]:
    if "chat_id" not in call or "message_id" not in call:
        raise bad("message identifier is not specified")
    message = world.message(call["chat_id"], call["message_id"], "edit")
    if message["from"]["id"] != BOT["id"]:
        raise bad("message can't be edited")
    return message


def _edited(world: World, call: Call, message: dict[str, Any], changes: dict[str, Any]) -> Any:
    markup = call.get("reply_markup")
    limits.keyboard(markup)
    wanted = {**message, **changes, "reply_markup": markup if (markup or {}).get("inline_keyboard") else None}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    if json.dumps(wanted, sort_keys=True) == json.dumps(message, sort_keys=True):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    message.clear()
    message.update(wanted)
    world.changed()
    return message


def _entities(text: str, entities: list[dict[str, Any]], key: str = "entities") -> dict[str, Any]:
    """Those that were sent, and what every client finds by itself outside of code."""
    code = [entity for entity in entities if entity["type"] in {"code", "pre", "text_link"}]
    found = [
        entity
        for entity in found_in(text)
        if not any(
            entity["offset"] < other["offset"] + other["length"]
            and other["offset"] < entity["offset"] + entity["length"]
            for other in code
        )
    ]
    every = sorted([*entities, *found], key=lambda entity: (entity["offset"], -entity["length"]))
    return {key: every} if every else {}


def _around(world: World, chat: Chat, call: Call) -> dict[str, Any]:
    """What goes with a message of any kind: its keyboard, its topic, what it replies to."""
    limits.keyboard(call.get("reply_markup"))
    found: dict[str, Any] = {}
    if (call.get("reply_markup") or {}).get("inline_keyboard"):
        found["reply_markup"] = call["reply_markup"]
    if "message_thread_id" in call:
        if not chat.is_forum and chat.type != "private":
            raise bad("message thread not found")
        found["message_thread_id"] = call["message_thread_id"]
    reply = call.get("reply_parameters")
    if reply is not None:
        replied = world.messages.get((chat.id, reply.get("message_id", 0)))
        if replied is None and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        if replied is not None:
            found["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
    return found


_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)
_ADMIN_RIGHTS = dict.fromkeys(
    (
        *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
        *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
        *("can_post_stories", "can_edit_stories", "can_delete_stories"),
    ),
    False,
)
_RIGHTS: dict[str, dict[str, Any]] = {
    "creator": {"is_anonymous": False},
    "administrator": _ADMIN_RIGHTS,
    "member": {},
    "left": {},
    "kicked": {"until_date": 0},
}

METHODS: dict[str, Method] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendRichMessage": send_rich_message,
    "sendRichMessageDraft": send_rich_message_draft,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendPoll": send_poll,
    "stopPoll": stop_poll,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "pinChatMessage": pin_chat_message,
    "setMessageReaction": set_message_reaction,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "answerGuestQuery": answer_guest_query,
    "getChatMember": get_chat_member,
    "getChat": get_chat,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "setMyDescription": set_my_description,
    "setMyShortDescription": set_my_short_description,
    "leaveChat": leave_chat,
}
