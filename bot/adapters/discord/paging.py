"""A reply that is longer than a card: its pages in one message, turned by who asked, and by others in a copy. Pure.

The pages are kept as they are shown, so that they can be turned after a restart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.discord.cards import Part, button, card, row
from bot.adapters.discord.posts import Post
from bot.chat import button_data

STEP = "page"
_BACK, _ON = "◀", "▶"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """`pages` are what each shows, `below` what stands below all of them for `owner`. `everybody`: others see them."""

    pages: Sequence[Sequence[Mapping[str, Any]]]
    below: Sequence[Mapping[str, Any]]
    owner: str
    accent: int | None = None
    everybody: bool = False

    @property
    def token(self) -> str:
        told = json.dumps([self.pages, self.below, self.everybody])
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    def post(self, number: int = 0, *, by: str | None = None) -> Post:
        """One page as a message, `by` whoever turned to it. What could be asked next stays with who asked."""
        number = min(max(number, 0), len(self.pages) - 1)
        below = self.below if by in {None, self.owner} else ()
        turning = [self._turning(number)] if len(self.pages) > 1 else []
        return card([*self.pages[number], *turning, *below], self.accent)

    def first(self) -> Post:
        """The first, with all that is to be kept for the others."""
        post = self.post()
        if len(self.pages) == 1:
            return post
        kept = {"pages": self.pages, "below": self.below, "accent": self.accent, "everybody": self.everybody}
        return replace(post, kept={key_of(self.token): kept})

    def _turning(self, number: int) -> Part:
        last = len(self.pages) - 1
        return row(
            [
                button(_BACK, self._step(number - 1), disabled=number == 0),
                button(f"{number + 1}/{last + 1}", self._step("at"), disabled=True),
                button(_ON, self._step(number + 1), disabled=number == last),
            ]
        )

    def _step(self, to: int | str) -> str:
        return button_data.written(button_data.Press("step", f"{STEP}:{self.owner}:{self.token}:{to}"))


@dataclass(frozen=True, slots=True)
class Turn:
    """What a button for turning says: whose pages, which, and to where."""

    owner: str
    token: str
    number: int


def turn_of(data: str) -> Turn | None:
    """None for any other button."""
    press = button_data.read(data)
    parts = press.value.split(":") if press is not None and press.kind == "step" else []
    if len(parts) != 4 or parts[0] != STEP or not parts[3].isdigit():  # noqa: PLR2004 - as written above
        return None
    return Turn(parts[1], parts[2], int(parts[3]))


def key_of(token: str) -> str:
    return f"pages:{token}"


def kept_pages(kept: Mapping[str, Any], owner: str) -> Pages:
    return Pages(owner=owner, **kept)
