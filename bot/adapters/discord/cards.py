"""Messages as Discord's components, "V2": a card with texts, small print, pictures, files and rows to tap. Pure.

Knows how each is written and what fits into a message, and nothing of what is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.adapters.discord.posts import COMPONENTS_V2, NO_MENTIONS, SUPPRESS_EMBEDS, Post

# A text display holds as much as a plain message does, so that it can be said as one where cards are refused.
MAX_TEXT = 2000
MAX_TEXTS = 4000
MAX_LABEL = 80
MAX_DESCRIPTION = 1024
# What the edge of a card says before it is read: that sources back it, that it asks something.
SOURCED, ASKS = 0x3B82F6, 0xF59E0B
_ROW, _BUTTON, _SELECT, _ROLES, _SECTION, _TEXT = 1, 2, 3, 6, 9, 10
_GALLERY, _FILE, _SEPARATOR, _CONTAINER = 12, 13, 14, 17
PRIMARY, SECONDARY, _LINK = 1, 2, 5
_ATTACHED = "attachment://"

Part = dict[str, Any]


def card(parts: Sequence[Mapping[str, Any]], accent: int | None = None) -> Post:
    """A message that is one card, with no mentions."""
    around: Part = {"type": _CONTAINER, "components": list(parts)}
    if accent is not None:
        around["accent_color"] = accent
    return Post(body={"components": [around], "allowed_mentions": NO_MENTIONS, "flags": COMPONENTS_V2})


def line(content: str) -> Post:
    """A message that is plain text, with no mentions and no previews: what is only told, and what is no card."""
    return Post(body={"content": content, "allowed_mentions": NO_MENTIONS, "flags": SUPPRESS_EMBEDS})


def text(content: str) -> Part:
    return {"type": _TEXT, "content": content}


def separator() -> Part:
    return {"type": _SEPARATOR}


def section(content: str, accessory: Part) -> Part:
    """A text with a button beside it."""
    return {"type": _SECTION, "components": [text(content)], "accessory": accessory}


def attached(name: str, media_type: str, description: str) -> Part:
    """A file of the same message: a picture is shown, anything else can be fetched."""
    media = {"url": f"{_ATTACHED}{name}"}
    if not media_type.startswith("image/"):
        return {"type": _FILE, "file": media}
    item = {"media": media, "description": description} if description else {"media": media}
    return {"type": _GALLERY, "items": [item]}


def row(components: Sequence[Mapping[str, Any]]) -> Part:
    return {"type": _ROW, "components": list(components)}


def button(label: str, data: str, style: int = SECONDARY, *, disabled: bool = False) -> Part:
    found: Part = {"type": _BUTTON, "style": style, "label": label, "custom_id": data}
    return {**found, "disabled": True} if disabled else found


def link(label: str, url: str) -> Part:
    return {"type": _BUTTON, "style": _LINK, "label": label, "url": url}


def select(data: str, placeholder: str, options: Sequence[tuple[str, str]]) -> Part:
    """A list to choose one from: values and labels."""
    listed = [{"label": label, "value": value} for value, label in options]
    return {"type": _SELECT, "custom_id": data, "placeholder": placeholder, "options": listed}


def role_select(data: str, placeholder: str) -> Part:
    """A list of all roles of the server to choose one from; the client knows them."""
    return {"type": _ROLES, "custom_id": data, "placeholder": placeholder}


def every(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Each component with all that is in it, in the order in which they are shown."""
    for each in components:
        yield each
        yield from every(each.get("components", ()))
        if "accessory" in each:
            yield from every([each["accessory"]])


def texts_of(components: Sequence[Mapping[str, Any]]) -> list[str]:
    """What components say."""
    return [each["content"] for each in every(components) if each.get("type") == _TEXT]
