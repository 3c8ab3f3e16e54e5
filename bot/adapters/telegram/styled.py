"""Text with styles as Telegram takes it: entities counted in UTF-16 units, cut where it is too long. Pure.

Entities instead of a parse mode: nothing is to be escaped, and no text can break the formatting of another.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100

# Above this a character is two units.
_ONE_UNIT = 0xFFFF
_JOINER = "\u200d"
# Where a text is best cut: between paragraphs, lines, sentences, words. Not in the first half: a tail of a few
# words in one message and all else in the next reads badly.
_BREAKS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?\u3002])\s"), re.compile(r"\s"))
# What clients would turn into a mention, which notifies whoever bears that name.
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Span:
    """A style over characters `start` to `end` of a text. `url` is where a link leads, `language` that of code."""

    kind: str
    start: int
    end: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Styled:
    """A text and its styles, which may nest but do not cross."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: Styled) -> Styled:
        return Styled(self.text + other.text, (*self.spans, *other.moved(len(self.text)).spans))

    def moved(self, by: int) -> Styled:
        return Styled(self.text, tuple(replace(s, start=s.start + by, end=s.end + by) for s in self.spans))

    def wrapped(self, kind: str, *, url: str | None = None, language: str | None = None) -> Styled:
        """All of it in a style."""
        return Styled(self.text, (Span(kind, 0, len(self.text), url, language), *self.spans))

    def guarded(self) -> Styled:
        """Made safe (see `safe`) with the styles where they were."""
        text = _without_controls(self.text)
        joints = [match.end() for match in _MENTION.finditer(text)]
        if not joints:
            return Styled(text, self.spans)
        moved = (
            replace(s, start=s.start + bisect_left(joints, s.start), end=s.end + bisect_left(joints, s.end))
            for s in self.spans
        )
        return Styled(safe(text), tuple(moved))

    def part(self, start: int, end: int) -> Styled:
        """The characters from `start` to `end` without blanks around them, each style cut to what is left of it."""
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        end = start + len(text.strip())
        inside = (
            replace(s, start=max(s.start, start) - start, end=min(s.end, end) - start)
            for s in self.spans
            if s.start < end and s.end > start
        )
        return Styled(self.text[start:end], tuple(s for s in inside if s.end > s.start))

    @property
    def units(self) -> int:
        return utf16(self.text)

    def entities(self) -> list[dict[str, object]]:
        """As the Bot API takes them, the outer before the inner."""
        offsets = _offsets(self.text)
        ordered = sorted(self.spans, key=lambda s: (s.start, -s.end))
        return [
            {
                "type": s.kind,
                "offset": offsets[s.start],
                "length": offsets[s.end] - offsets[s.start],
                **({"url": s.url} if s.url else {}),
                **({"language": s.language} if s.language else {}),
            }
            for s in ordered
        ]


def utf16(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text) + sum(1 for char in text if ord(char) > _ONE_UNIT)


def safe(text: str) -> str:
    """Without what Telegram refuses or alters, and without mentions."""
    text = _without_controls(text.encode("utf-8", "ignore").decode("utf-8"))
    return _MENTION.sub(f"@{_WORD_JOINER}", text)


def _without_controls(text: str) -> str:
    return "".join(char if char in "\n\t" or unicodedata.category(char) != "Cc" else " " for char in text)


def shortened(text: str, most: int) -> str:
    """The text in at most so many units, with an ellipsis where something is left out."""
    if utf16(text) <= most:
        return text
    return text[: _whole(text, _reach(text, 0, most - 1))].rstrip() + "…"


def pieces(styled: Styled, most: int = MAX_TEXT) -> Iterator[Styled]:
    """The text in pieces that each fit into a message, in order; nothing but blanks between them is lost."""
    start = 0
    while start < len(styled.text):
        end = _cut(styled, start, most)
        piece = styled.part(start, end)
        if piece.text:
            yield piece
        start = end


def _cut(styled: Styled, start: int, most: int) -> int:
    text = styled.text
    end = _reach(text, start, most)
    # Telegram drops what is over a hundred entities: then the piece is to be shorter.
    inside = sorted(s.start for s in styled.spans if s.end > start)
    if len(inside) > MAX_ENTITIES and inside[MAX_ENTITIES] < end:
        end = max(start + 1, inside[MAX_ENTITIES])
    if end >= len(text):
        return len(text)
    for pattern in _BREAKS:
        found = [match.end() for match in pattern.finditer(text, start + (end - start) // 2, end)]
        if found and not _inside_link(styled.spans, found[-1]):
            return found[-1]
    return max(_whole(text, end), start + 1)


def _inside_link(spans: Sequence[Span], place: int) -> bool:
    return any(s.kind == "text_link" and s.start < place < s.end for s in spans)


def _reach(text: str, start: int, most: int) -> int:
    """How far one gets from `start` with so many units."""
    end, units = start, 0
    while end < len(text) and (units := units + 1 + (ord(text[end]) > _ONE_UNIT)) <= most:
        end += 1
    return end


def _whole(text: str, end: int) -> int:
    """`end`, or a little before it where that would part a letter from its accents or an emoji from its parts."""
    for place in range(end, max(0, end - 32), -1):
        if place >= len(text) or not (_belongs_to_previous(text[place]) or text[place - 1] == _JOINER):
            return place
    return end


def _belongs_to_previous(char: str) -> bool:
    return char == _JOINER or unicodedata.category(char) in {"Mn", "Me", "Mc", "Sk"}


def _offsets(text: str) -> list[int]:
    """The offset in units of each character, and of the end."""
    found, units = [0], 0
    for char in text:
        units += 1 + (ord(char) > _ONE_UNIT)
        found.append(units)
    return found
