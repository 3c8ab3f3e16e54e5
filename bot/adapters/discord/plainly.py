"""The same as a card in plain text, for where Discord takes no card: nothing that it says is lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.adapters.discord.cards import MAX_TEXT, every, line, texts_of
from bot.adapters.discord.paging import key_of
from bot.adapters.discord.posts import Post
from bot.chat import button_data

_SMALL = "-# "
# Steps whose labels say something of what was asked.
_TOLD = {"quiz", "teach"}


def plain_posts(body: Mapping[str, Any], kept: Mapping[str, Any]) -> list[Post]:
    """A card as messages of plain text, with all the pages that are `kept` for it; its file goes with the first."""
    pages = [page for key, told in kept.items() if key.startswith(key_of("")) for page in told["pages"][1:]]
    texts = [*texts_of(body["components"]), *(text for page in pages for text in texts_of(page))]
    labels = [f"{_SMALL}{label}" for each in every(body["components"]) for label in _labels(each)]
    head, *others = [line(text) for text in _packed([*texts, *labels])] or [line("")]
    files = {"attachments": body["attachments"]} if body.get("attachments") else {}
    return [replace(head, body={**head.body, **files}), *others]


def _packed(texts: Sequence[str]) -> Iterator[str]:
    """As few messages as will do. No text of a card is longer than a message."""
    found = ""
    for text in texts:
        if found and len(found) + 1 + len(text) > MAX_TEXT:
            yield found
            found = text
        else:
            found = f"{found}\n{text}" if found else text
    if found:
        yield found


def _labels(component: Mapping[str, Any]) -> list[str]:
    """What could have been tapped to ask or to answer: it can be typed as well. Links stand in the text."""
    if "options" in component:
        return [option["label"] for option in component["options"]]
    press = button_data.read(component.get("custom_id", ""))
    if press is None or (press.kind == "step" and press.value.partition(":")[0] not in _TOLD):
        return []
    return [component["label"]] if "label" in component else []
