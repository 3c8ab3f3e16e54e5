"""Styled text as Discord's Markdown: everything that is no style is escaped, and it is cut where it is too long. Pure.

Lengths are in code points: Discord's API counts a text as Python does (discord-api-docs, issue 1315).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.chat.styled import Span, Styled, cut

MAX_CONTENT = 2000
_JOINER = "\u2060"
_MARKERS = {"bold": "**", "italic": "*", "strikethrough": "~~"}
_ALWAYS = set("\\*_~`|[]")
# What makes a heading, a list, a quotation or small print of a line that begins with it.
_LINE_START = re.compile(r"^[ \t]*(?:#{1,3}(?=\s)|-#?(?=\s)|\+(?=\s)|>)", re.MULTILINE)
# Mentions of people, roles, channels and commands, emoji and times all begin so.
_ANGLE = re.compile(r"<(?=\S)")
# Anything that a client would make a link of by itself.
_ADDRESS = re.compile(r":(?=//)|(?<=discord)\.(?=gg/)|(?<=discord)\.(?=com/invite)", re.IGNORECASE)


def written(styled: Styled) -> str:
    """As Markdown, however long."""
    return _Writer(styled).between(0, len(styled.text), _ordered(styled.spans)).strip()


def pieces(styled: Styled, most: int = MAX_CONTENT) -> Iterator[str]:
    """As Markdown in pieces that each fit into a message; nothing but blanks between them is lost."""
    start = 0
    while start < len(styled.text):
        units = most
        while True:
            end = cut(styled, start, units)
            text = written(styled.part(start, end))
            if len(text) <= most or units == 1:
                break
            # What escaping adds has to be cut off elsewhere.
            units = max(1, min(units - 1, units * most // len(text)))
        if text:
            yield text
        start = end


def only_links(styled: Styled, urls: frozenset[str]) -> Styled:
    """Without links to anywhere else than these."""
    return replace(styled, spans=tuple(s for s in styled.spans if s.kind != "text_link" or s.url in urls))


def _ordered(spans: Sequence[Span]) -> list[Span]:
    return sorted((span for span in spans if span.end > span.start), key=lambda s: (s.start, -s.end))


class _Writer:
    """One text. Each of its characters has its escaped form, which code does without."""

    def __init__(self, styled: Styled) -> None:
        self._text = styled.text
        self._escaped = [f"\\{char}" if char in _ALWAYS else char for char in styled.text]
        for match in _LINE_START.finditer(self._text):
            first = match.start() + len(match[0]) - len(match[0].lstrip())
            self._escaped[first] = f"\\{self._text[first]}"
        for pattern in (_ANGLE, _ADDRESS):
            for match in pattern.finditer(self._text):
                self._escaped[match.start()] += _JOINER

    def between(self, start: int, end: int, spans: Sequence[Span]) -> str:
        found, place = "", start
        waiting = list(spans)
        while waiting:
            span = waiting.pop(0)
            inner = []
            while waiting and waiting[0].start < span.end:
                inner.append(waiting.pop(0))
            found += "".join(self._escaped[place : span.start]) + self._wrapped(span, inner)
            place = span.end
        return found + "".join(self._escaped[place:end])

    def _wrapped(self, span: Span, inner: Sequence[Span]) -> str:
        raw = self._text[span.start : span.end]
        match span.kind:
            case "code":
                return _code(raw)
            case "pre":
                return f"```{_language(span.language)}\n{_unclosed(raw)}\n```"
        inside = self.between(span.start, span.end, inner)
        text = inside.strip()
        before, _, after = inside.partition(text) if text else (inside, "", "")
        match span.kind:
            case "blockquote" if self._begins_line(span.start):
                return "\n".join(f"> {line}" for line in inside.split("\n"))
            case "text_link" if span.url and text:
                return f"{before}[{text}](<{_address(span.url)}>){after}"
            case kind if kind in _MARKERS and text:
                return f"{before}{_MARKERS[kind]}{text}{_MARKERS[kind]}{after}"
        return inside

    def _begins_line(self, place: int) -> bool:
        return place == 0 or self._text[place - 1] == "\n"


def _code(text: str) -> str:
    text = " ".join(text.split())
    return f"`` {text} ``" if "`" in text and "``" not in text else f"`{text.replace('`', 'ˋ')}`"


def _unclosed(text: str) -> str:
    return text.replace("```", f"``{_JOINER}`")


def _language(name: str | None) -> str:
    return name if name and name.isascii() and name.isalnum() else ""


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("(", "%28").replace(")", "%29")
