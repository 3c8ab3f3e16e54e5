"""What the published documentation says of components and the description does not: discord-api-docs, "Component
Reference" and "Message". What is shown of a message, whatever it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

COMPONENTS_V2 = 1 << 15
MOST, CHARACTERS = 40, 4000
_ROWS, _IN_ROW, _LABEL = 5, 5, 80
_ROW, _BUTTON, _SECTION, _TEXT, _THUMBNAIL, _GALLERY, _FILE = 1, 2, 9, 10, 11, 12, 13
_SELECTS = {3, 5, 6, 7, 8}
_LINK, _PREMIUM = 5, 6
# What a message of components holds nothing of.
_NOT_BESIDE = ("content", "embeds", "poll", "sticker_ids", "shared_client_theme")
_ATTACHED = "attachment://"

Component = dict[str, Any]


class Forbidden(Exception):
    """What the description or a limit forbids: a fault of the bot's, whatever the server then answers."""


def is_v2(message: dict[str, Any]) -> bool:
    return bool((message.get("flags") or 0) & COMPONENTS_V2)


def every(components: list[Component] | None) -> Iterator[Component]:
    """Each component with all that is in it, in the order in which they are shown."""
    for each in components or []:
        yield each
        yield from every(each.get("components"))
        if "accessory" in each:
            yield from every([each["accessory"]])


def text_of(message: dict[str, Any]) -> str:
    """What a person reads of a message: its content, or the texts of its components."""
    if not is_v2(message):
        return message.get("content") or ""
    texts = [each["content"] for each in every(message.get("components")) if each["type"] == _TEXT]
    return "\n".join(texts)


def check(message: dict[str, Any]) -> None:
    """Raises `Forbidden` where Discord answers 400, or would show less than was meant."""
    if is_v2(message):
        _check_v2(message)
    else:
        _check_legacy(message.get("components") or [])
    components = list(every(message.get("components")))
    for each in components:
        if each["type"] == _ROW:
            _check_row(each)
        elif each["type"] == _BUTTON:
            _check_button(each)
        elif each["type"] in _SELECTS:
            _check_select(each)
    _check_unique("COMPONENT_CUSTOM_ID_DUPLICATED", [each["custom_id"] for each in components if "custom_id" in each])
    _check_unique("COMPONENT_ID_DUPLICATED", [each["id"] for each in components if each.get("id")])


def _check_v2(message: dict[str, Any]) -> None:
    beside = [name for name in _NOT_BESIDE if message.get(name)]
    if beside:
        raise Forbidden(f"MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2: {', '.join(beside)}")
    components = list(every(message.get("components")))
    if not components:
        raise Forbidden("an empty message")
    if len(components) > MOST:
        raise Forbidden(f"{len(components)} of at most {MOST} components")
    characters = sum(len(each["content"]) for each in components if each["type"] == _TEXT)
    if characters > CHARACTERS:
        raise Forbidden(f"{characters} of at most {CHARACTERS} characters")
    if any(not each["content"].strip() for each in components if each["type"] == _TEXT):
        raise Forbidden("an empty text display")
    _check_files(message, components)


def _check_files(message: dict[str, Any], components: list[Component]) -> None:
    given = [each["filename"] for each in message.get("attachments") or [] if "filename" in each]
    media = [item["media"]["url"] for each in components if each["type"] == _GALLERY for item in each["items"]]
    media += [each["media"]["url"] for each in components if each["type"] == _THUMBNAIL]
    files = [each["file"]["url"] for each in components if each["type"] == _FILE]
    if [url for url in files if not url.startswith(_ATTACHED)]:
        raise Forbidden("a file that is not attached")
    named = [url.removeprefix(_ATTACHED) for url in media + files if url.startswith(_ATTACHED)]
    if unknown := set(named) - set(given):
        raise Forbidden(f"UNKNOWN_ATTACHMENT: {', '.join(unknown)}")
    if unseen := set(given) - set(named):
        raise Forbidden(f"an attachment that no component shows: {', '.join(unseen)}")
    _check_unique("a file that is shown twice", files)


def _check_legacy(components: list[Component]) -> None:
    if any(each["type"] != _ROW for each in components):
        raise Forbidden("UNKNOWN_COMPONENT: all but rows need the flag IS_COMPONENTS_V2")
    if len(components) > _ROWS:
        raise Forbidden("too many rows")


def _check_row(row: Component) -> None:
    kinds = [each["type"] for each in row["components"]]
    if not kinds or len(kinds) > _IN_ROW:
        raise Forbidden(f"a row of {len(kinds)}")
    if _SELECTS & set(kinds) and len(kinds) > 1:
        raise Forbidden("a list stands in a row alone")


def _check_button(button: Component) -> None:
    if button["style"] == _PREMIUM:
        raise Forbidden("a button that sells something")
    if (button["style"] == _LINK) != ("url" in button) or ("url" in button) == ("custom_id" in button):
        raise Forbidden("a button leads somewhere or is a link, not both")
    if not (button.get("label") or "").strip() and "emoji" not in button:
        raise Forbidden("a button that says nothing")
    if len(button.get("label") or "") > _LABEL:
        raise Forbidden(f"a label of {len(button['label'])} characters")
    if "url" in button and not button["url"].startswith(("https://", "http://", "discord://")):
        raise Forbidden("a link that no client opens")


def _check_select(select: Component) -> None:
    _check_unique("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", [each["value"] for each in select.get("options", ())])
    if select["type"] == min(_SELECTS) and not select.get("options"):
        raise Forbidden("a list of nothing")


def _check_unique(what: str, found: list[Any]) -> None:
    if len(found) != len(set(found)):
        raise Forbidden(what)
