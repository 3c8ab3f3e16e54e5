"""Rich messages as a server reads them: HTML of few tags, well nested, into the blocks that the description knows.

Stricter than Telegram: a tag that is left open, crosses another or stands where no block may is forbidden.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.servers.telegram.description import Forbidden, bad, description
from tests.servers.telegram.parser import is_address

TEXT, BLOCKS, COLUMNS, DEPTH = 32_768, 500, 20, 16
_INLINE = {"b": "bold", "i": "italic", "s": "strikethrough", "code": "code", "a": "url"}
_INSIDE = {
    "": {"p", "ul", "table", "details"},
    "details": {"summary", "p", "ul", "table"},
    "ul": {"li"},
    "table": {"tr"},
    "tr": {"th", "td"},
}
_TEXTS = {"p", "li", "th", "td", "summary", *_INLINE}
_ATTRIBUTES = {"a": {"href"}, "table": {"bordered", "striped"}}

Block = dict[str, Any]


def rich_message(call: dict[str, Any]) -> dict[str, Any]:
    """What is shown of a `rich_message`. Raises `Refused` where it is none."""
    given = call["rich_message"]
    if len(given.keys() & {"html", "markdown"}) != 1:
        raise bad("exactly one of html and markdown must be used")
    if "markdown" in given:
        raise Forbidden("the test server reads no markdown")
    reader = _Reader()
    reader.feed(given["html"])
    reader.close()
    shown = {"blocks": reader.blocks()}
    description().check("RichMessage", shown)
    return shown


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        # What is open: its tag, its attributes, what it holds so far.
        self._open: list[tuple[str, dict[str, str | None], list[Any]]] = [("", {}, [])]
        self._characters = self._blocks = 0

    def blocks(self) -> list[Block]:
        if len(self._open) > 1:
            raise bad(f"can't parse entities: <{self._open[-1][0]}> is not closed")
        found = self._open[0][2]
        if not found:
            raise bad("message text is empty")
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        outer = self._open[-1][0]
        allowed = set(_INLINE) if outer in _TEXTS else _INSIDE.get(outer, set())
        if tag not in allowed:
            raise bad(f"can't parse entities: <{tag}> inside <{outer}>")
        if unknown := {name for name, _ in attrs} - _ATTRIBUTES.get(tag, set()):
            raise bad(f"can't parse entities: <{tag}> has no {unknown}")
        if len(self._open) > DEPTH:
            raise bad("too deep")
        if tag not in _INLINE and tag not in {"th", "td", "summary"}:
            self._blocks += 1
            if self._blocks > BLOCKS:
                raise Forbidden("too many blocks")
        self._open.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        open_tag, attributes, inside = self._open.pop()
        if tag != open_tag:
            raise bad(f"can't parse entities: </{tag}> closes <{open_tag}>")
        self._open[-1][2].append(_made(tag, attributes, inside))

    def handle_data(self, data: str) -> None:
        if self._open[-1][0] not in _TEXTS:
            if data.strip():
                raise bad(f"can't parse entities: text outside of a block: {data!r}")
            return
        self._characters += len(data)
        if self._characters > TEXT:
            raise Forbidden("too long")
        self._open[-1][2].append(data)


def _made(tag: str, attributes: dict[str, str | None], inside: list[Any]) -> Any:
    if tag == "a":
        url = attributes.get("href") or ""
        if not is_address(url):
            raise bad(f"can't parse entities: {url!r} is no address")
        return {"type": "url", "text": inside, "url": url}
    if tag in _INLINE:
        return {"type": _INLINE[tag], "text": inside}
    return _BLOCK[tag](attributes, inside)


def _paragraph(_: dict[str, str | None], inside: list[Any]) -> Block:
    return {"type": "paragraph", "text": inside}


def _cell(*, head: bool) -> Any:
    def made(_: dict[str, str | None], inside: list[Any]) -> Block:
        heading = {"is_header": True} if head else {}
        return {"text": inside, "align": "left", "valign": "top", **heading}

    return made


def _table(attributes: dict[str, str | None], inside: list[Any]) -> Block:
    if len({len(row) for row in inside}) != 1 or len(inside[0]) > COLUMNS:
        raise Forbidden(f"a table has as many cells in each row, at most {COLUMNS}")
    looks = {f"is_{name}": True for name in ("bordered", "striped") if name in attributes}
    return {"type": "table", "cells": inside, **looks}


def _details(_: dict[str, str | None], inside: list[Any]) -> Block:
    if not inside or "summary" not in inside[0]:
        raise bad("can't parse entities: details begin with a summary")
    return {"type": "details", "summary": inside[0]["summary"], "blocks": inside[1:]}


_BLOCK = {
    "p": _paragraph,
    "li": lambda _, inside: {"label": "•", "blocks": [{"type": "paragraph", "text": inside}]},
    "ul": lambda _, inside: {"type": "list", "items": inside},
    "th": _cell(head=True),
    "td": _cell(head=False),
    "tr": lambda _, inside: inside,
    "table": _table,
    "summary": lambda _, inside: {"summary": inside},
    "details": _details,
}


def words(text: Any) -> str:
    """Rich text or blocks without what they look like."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(words(each) for each in text)
    return words([text[name] for name in ("summary", "text", "cells", "items", "blocks") if name in text])
