"""The limits that Telegram holds calls to, beyond types: lengths after parsing, buttons, polls, cards, menus."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.telegram.description import Forbidden, bad
from tests.servers.telegram.parser import accepted, is_address, parsed, utf16

TEXT, CAPTION, ENTITIES = 4096, 1024, 100
QUESTION, OPTION, OPTIONS, EXPLANATION = 300, 100, 12, 200
BUTTONS, ROW = 100, 8
RESULTS, COMMANDS = 50, 100
UPLOAD, PHOTO = 50_000_000, 10_000_000
_DOING = {
    *("url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"),
}


def formatted(call: dict[str, Any], key: str, most: int, *, empty: str) -> tuple[str, list[dict[str, Any]]]:
    """A text with its entities, as it is shown. Raises `Refused` where Telegram would, in its words."""
    text = call.get(key, "")
    entities = call.get("entities" if key == "text" else f"{key}_entities", [])
    mode = call.get("parse_mode" if key in {"text", "caption"} else f"{key}_parse_mode")
    if mode:
        text, entities = parsed(text, mode)
    else:
        accepted(text, entities)
    if not text.strip() and empty:
        raise bad(empty)
    if utf16(text) > most:
        raise Forbidden(f"{key} has {utf16(text)} of at most {most} characters")
    if len(entities) > ENTITIES:
        raise Forbidden(f"{key} has {len(entities)} of at most {ENTITIES} entities")
    return text, entities


def keyboard(markup: dict[str, Any] | None) -> None:
    rows = (markup or {}).get("inline_keyboard", [])
    if sum(map(len, rows)) > BUTTONS:
        raise Forbidden("too many buttons")
    for row in rows:
        if not 0 < len(row) <= ROW:
            raise Forbidden(f"a row has 1 to {ROW} buttons, not {len(row)}")
        for button in row:
            _button(button)


def _button(button: dict[str, Any]) -> None:
    if not button["text"].strip():
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(button.keys() & _DOING) != 1:
        raise Forbidden(f"a button does one thing, not {sorted(button.keys() & _DOING)}")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not is_address(button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid")


def poll(call: dict[str, Any]) -> None:
    formatted(call, "question", QUESTION, empty="poll question must be non-empty")
    formatted(call, "explanation", EXPLANATION, empty="")
    if call.get("explanation", "").count("\n") > 2:
        raise Forbidden("an explanation has at most two line feeds")
    options = call["options"]
    if not 1 <= len(options) <= OPTIONS:
        raise bad(f"poll must have at most {OPTIONS} answer options")
    for option in options:
        formatted({"text": option["text"]}, "text", OPTION, empty="poll options must be non-empty")
    right = call.get("correct_option_ids", [])
    if call.get("type", "regular") == "quiz":
        if not right or not all(0 <= number < len(options) for number in right):
            raise bad("wrong correct option ID specified")
    elif right or call.get("explanation"):
        raise Forbidden("only a quiz has right answers and an explanation")
    if not 5 <= call.get("open_period", 5) <= 2_628_000:
        raise Forbidden("open_period is 5 to 2,628,000 seconds")


def results(found: list[dict[str, Any]]) -> None:
    if len(found) > RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    ids = [result["id"] for result in found]
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    if any(not 1 <= len(each.encode()) <= 64 for each in ids):
        raise bad("RESULT_ID_INVALID")
    for result in found:
        content = result.get("input_message_content")
        if content is not None:
            inner = {("text" if key == "message_text" else key): value for key, value in content.items()}
            formatted(inner, "text", TEXT, empty="message text is empty")
        keyboard(result.get("reply_markup"))


def commands(found: list[dict[str, Any]]) -> None:
    if len(found) > COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for each in found:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= utf16(each["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
