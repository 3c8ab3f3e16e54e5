"""Forms: where text is wanted and none can be typed, because the bot hears only what mentions it. Pure."""

from __future__ import annotations

from typing import Any

from bot.adapters.discord.commands import ASK_ABOUT
from bot.adapters.discord.events import POST, Called, Chosen, Event, Tapped
from bot.chat import button_data
from bot.chat.words import Words

_LABEL, _INPUT, _PARAGRAPH = 18, 4, 2
_TITLE, _CAPTION, _PLACEHOLDER, _MOST = 45, 45, 100, 1500


def form_of(event: Event, words: Words) -> dict[str, Any] | None:
    """The form that opens at once because of an event; None for whatever is answered otherwise."""
    match event:
        case Called(name="ask") if not str(event.options.get("question") or "").strip():
            return _form(words, event, "", alone=event.by.place.ephemeral)
        case Chosen(name=name) if name == ASK_ABOUT:
            return _form(words, event, event.text, alone=True)
        case Tapped(data=data) if data == POST:
            return _form(words, event, event.title, alone=event.by.place.ephemeral)
        case Tapped() if button_data.read(event.data) == button_data.Press("step", "more"):
            return _form(words, event, "", alone=event.by.place.ephemeral)
    return None


def _form(words: Words, event: Event, text: str, *, alone: bool) -> dict[str, Any]:
    language = event.by.language
    field: dict[str, Any] = {
        "type": _INPUT,
        "custom_id": "text",
        "style": _PARAGRAPH,
        "required": True,
        "max_length": _MOST,
        "placeholder": words.say("form.placeholder", language)[:_PLACEHOLDER],
    }
    if text.strip():
        field["value"] = text[:_MOST]
    label = {"type": _LABEL, "label": words.say("form.label", language)[:_CAPTION], "component": field}
    return {
        # What others wrote stands in it to be asked about: whoever sends it off need not have seen what it begins with.
        "custom_id": f"form:{'alone' if alone else 'open'}{':quoted' if text.strip() else ''}",
        "title": words.say("form.title", language)[:_TITLE],
        "components": [label],
    }
