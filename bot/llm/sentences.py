"""A model's text as it streams in, cut into sentences with their citation marks. Pure; knows nothing of what is true.

Markdown that a chat does not show the same everywhere (headings, tables, code) is reduced to sentences and list items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.answer import Shape

# A sentence that does not end is cut here, so that an answer of a megabyte holds up nobody.
LONGEST = 1200
_MARKS = r"(?:\s?[\[【]\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*(?:†[^\]】]*)?[\]】](?!\())"
_MARK = re.compile(_MARKS)
_ONE_MARK = re.compile(r"\d{1,3}(?=[\s,;–\]】†-])")
_RANGE = re.compile(r"(\d{1,3})\s?[–-]\s?(\d{1,3})")
_CLOSERS = r"[\"'”’»)\]*_]*+"
# The end of a sentence is certain only with what comes after it: a mark may still follow, "3." may go on as "3.5".
_END = re.compile(rf"(?:[.!?]{_CLOSERS}{_MARKS}*+(?=\s+[^\s\[【])|[。！？।]{_CLOSERS}{_MARKS}*+(?=[^\s\[【{{]|\s))|\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|ca|no|nr|dr|st|inc|ltd|u\.s|z\.b|p\. ?ej|par ex)|\b[A-Za-z])\.$", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_BARE_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)]?)?\s*$")
_LAYOUT = re.compile(r"^\s*(?:#{1,6}\s+|>\s?)+|`+|^\s*(?:\|?\s*:?-{3,}:?\s*\|?)+\s*$|^\s*[-*_]{3,}\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`text` without its marks; `marks` are the numbers it cites; `shape` is how it stands in the text."""

    text: str
    marks: tuple[int, ...] = ()
    shape: Shape = "sentence"


class Sentences:
    """Takes text in pieces of any size; gives each sentence once, as soon as its end is certain."""

    def __init__(self) -> None:
        self._rest = ""
        self._in_item = False
        self._at_line_start = True

    def feed(self, piece: str) -> Iterator[Sentence]:
        self._rest += piece
        while (cut := self._next_end()) is not None:
            yield from self._made(cut)

    def close(self) -> Iterator[Sentence]:
        """What is left when no more text comes."""
        yield from self.feed("\n")

    def _next_end(self) -> int | None:
        """Where the first whole sentence of the rest ends, None while none does."""
        for match in _END.finditer(self._rest):
            before = self._rest[: match.end()]
            if match[0] == "\n":
                return match.end()
            if _ABBREVIATION.search(before) or (self._at_line_start and _BARE_BULLET.match(before)):
                continue
            return match.end()
        if len(self._rest) > LONGEST:
            return self._rest.rfind(" ", 0, LONGEST) + 1 or LONGEST
        return None

    def _made(self, end: int) -> Iterator[Sentence]:
        raw, self._rest = self._rest[:end], self._rest[end:]
        ends_line = raw.endswith("\n")
        if self._at_line_start:
            self._in_item = bool(_BULLET.match(raw))
        begins = self._at_line_start
        self._at_line_start = ends_line
        sentence = _sentence(raw, self._shape(begins=begins))
        if sentence is not None:
            yield sentence

    def _shape(self, *, begins: bool) -> Shape:
        if not self._in_item:
            return "sentence"
        return "item" if begins else "continued"


def _sentence(raw: str, shape: Shape) -> Sentence | None:
    """None where nothing but layout is left."""
    text = _LAYOUT.sub("", _BULLET.sub("", raw, count=1) if shape == "item" else raw)
    marks = tuple(dict.fromkeys(number for mark in _MARK.findall(text) for number in _numbers(mark)))
    text = re.sub(r"\s+([.,;:!?])", r"\1", _MARK.sub("", text).replace("|", " ").strip())
    text = " ".join(text.split())
    if text.count("**") % 2:
        text = text.replace("**", "")
    if not any(char.isalnum() for char in text):
        return None
    lead = shape == "sentence" and text.endswith((":", "："))
    return Sentence(text=text, marks=marks, shape="heading" if lead else shape)


def _numbers(mark: str) -> Iterator[int]:
    """The numbers of `[1]`, `[1, 2]`, `[1-3]`; a range of more than a handful is none."""
    for first, last in _RANGE.findall(mark):
        if 0 < int(last) - int(first) <= 5:  # noqa: PLR2004 - nobody cites more than that at once
            yield from range(int(first), int(last) + 1)
    yield from map(int, _ONE_MARK.findall(mark))
