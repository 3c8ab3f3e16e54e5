"""How the console shows things: the port, and its plain form for pipes, files and terminals without colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TextIO

from bot.core.answer import Citation
from bot.core.reply import Reply
from bot.text.prompts import Phrases

_BOLD = re.compile(r"\*\*(.+?)\*\*")


class View(Protocol):
    """Two forms: plain text, and a terminal with colour and links."""

    def asked(self, question: str) -> None:
        """The question that a number stood for."""
        ...

    async def grow(self, reply: Reply) -> None:
        """What of an answer is certain so far; `show` follows with the whole."""
        ...

    def show(self, reply: Reply) -> None:
        """An answer with its sources and what could be asked next."""
        ...

    def passages(self, citations: Sequence[Citation]) -> None:
        """Passages in full, each with where it is from."""
        ...

    def note(self, text: str) -> None:
        """A word from the console itself, in Markdown."""
        ...


class PlainView:
    """Text without colour or links. Blocks are parted by a blank line, and flushed so that a pipe sees them."""

    def __init__(self, out: TextIO, phrases: Phrases) -> None:
        self._out = out
        self._phrases = phrases
        self._begun = False

    def asked(self, question: str) -> None:
        """Nothing: whoever reads lines from a pipe wants answers."""

    async def grow(self, reply: Reply) -> None:
        """Nothing: what has been written to a pipe cannot be taken back."""

    def show(self, reply: Reply) -> None:
        self._block(_BOLD.sub(r"\1", reply.text))
        self._block("\n".join(self._source(citation) for citation in reply.citations))
        self._block("\n".join(f"{number}) {action.label}" for number, action in enumerate(reply.actions, 1)))

    def passages(self, citations: Sequence[Citation]) -> None:
        for citation in citations:
            self._block(f"[{citation.n}] {citation.full_title}\n{citation.passage}\n{self._origin(citation)}")

    def note(self, text: str) -> None:
        self._block(_BOLD.sub(r"\1", text))

    def _source(self, citation: Citation) -> str:
        return f"[{citation.n}] {citation.full_title} — {self._origin(citation)}"

    def _origin(self, citation: Citation) -> str:
        # One's own file has neither address nor source: its path says where to look.
        where = citation.url or citation.source or citation.document
        if citation.as_of is None:
            return where
        return f"{where} ({self._phrases.say('source.as_of', as_of=citation.as_of)})"

    def _block(self, text: str) -> None:
        if not text:
            return
        self._out.write(f"\n{text}\n" if self._begun else f"{text}\n")
        self._out.flush()
        self._begun = True
