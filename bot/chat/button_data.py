"""What a button carries where nobody sees it: a few bytes that still mean the same after a restart. Pure.

A button asks something, as if it had been typed. Where that fits, the question itself stands in the button, so nothing
is to be stored and it works for ever. Where it does not, a token stands there, and the question is kept beside
(`Keepsakes`). Neither carries authority: whoever could forge a button could as well type what it asks.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ask", "kept", "step"]
_LETTERS: dict[Kind, str] = {"ask": "q", "kept": "k", "step": "s"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Press:
    """What a tapped button says: a question, the token of one that is kept, or a step of the bot's own.

    `owner` is who may tap it, None for everybody.
    """

    kind: Kind
    value: str
    owner: str | None = None


def written(press: Press) -> str:
    return f"{_LETTERS[press.kind]}{press.owner or ''}:{press.value}"


def read(data: str) -> Press | None:
    """What stands in a button; None where it is none of ours."""
    head, colon, value = data.partition(":")
    owner = head[1:]
    if not colon or head[:1] not in _KINDS or not value or not (owner.isdigit() or not owner):
        return None
    return Press(_KINDS[head[0]], value, owner or None)


def asking(ask: str, owner: str | None = None, *, most: int) -> tuple[str, dict[str, str]]:
    """A button's data of at most so many bytes, and what is to be kept by its token for it to work: nothing where the
    question fits.
    """
    data = written(Press("ask", ask, owner))
    if len(data.encode()) <= most:
        return data, {}
    token = urlsafe_b64encode(hashlib.sha256(ask.encode()).digest()[:15]).decode()
    return written(Press("kept", token, owner)), {token: ask}
