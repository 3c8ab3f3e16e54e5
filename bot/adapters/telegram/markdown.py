"""The Markdown of a reply as styled text. Pure; knows of a reply only where its citation marks lead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.telegram.styled import Styled, safe

_MARK = re.compile(r"\[(\d{1,3})\]")
_STYLES = {"strong": "bold", "em": "italic", "s": "strikethrough"}
_BULLET = "•"
_INDENT = "   "
_RULE = "⸻"


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    # Neither HTML nor references to links: those would swallow the marks.
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.disable(["html_block", "html_inline", "reference", "image", "lheading"])


def styled(text: str, links: Mapping[int, str | None]) -> Styled:
    """Markdown as styled text; a mark `[n]` leads to `links[n]`, where that is an address."""
    written = _Writer(links)
    written.blocks(_parser().parse(safe(text)))
    # Markdown may put together what was apart: `@**name**`, `&#64;name`.
    return written.found.guarded()


class _Writer:
    """Goes over tokens and adds up what they show."""

    def __init__(self, links: Mapping[int, str | None]) -> None:
        self.found = Styled()
        self._links = links
        # One entry for each list that is open: the next number, None where it has bullets.
        self._lists: list[int | None] = []
        self._label = ""
        self._style: str | None = None
        # What stood before each quotation that is open.
        self._before: list[Styled] = []
        self._cells: list[Styled] = []
        self._in_cell = False

    def blocks(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            write = getattr(self, f"_{token.type}", None)
            if write is not None:
                write(token)

    def _heading_open(self, _token: Token) -> None:
        self._style = "bold"

    def _heading_close(self, _token: Token) -> None:
        self._style = None

    _thead_open, _thead_close = _heading_open, _heading_close

    def _bullet_list_open(self, _token: Token) -> None:
        self._lists.append(None)

    def _ordered_list_open(self, token: Token) -> None:
        start = token.attrGet("start")
        self._lists.append(1 if start is None else int(start))

    def _bullet_list_close(self, _token: Token) -> None:
        self._lists.pop()

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, _token: Token) -> None:
        number = self._lists[-1]
        if number is not None:
            self._lists[-1] = number + 1
        self._label = _INDENT * (len(self._lists) - 1) + (f"{_BULLET} " if number is None else f"{number}. ")

    def _list_item_close(self, _token: Token) -> None:
        self._label = ""

    def _blockquote_open(self, _token: Token) -> None:
        self._before.append(self.found)
        self.found = Styled()

    def _blockquote_close(self, _token: Token) -> None:
        inner, self.found = self.found, self._before.pop()
        if not inner.text:
            return
        # Quotations do not nest: the outermost is shown as one.
        self._block(inner if self._before else inner.wrapped("blockquote"))

    def _td_open(self, _token: Token) -> None:
        self._in_cell = True

    def _td_close(self, _token: Token) -> None:
        self._in_cell = False

    _th_open, _th_close = _td_open, _td_close

    def _tr_close(self, _token: Token) -> None:
        row = Styled()
        for number, cell in enumerate(self._cells):
            row += (Styled(" | ") if number else Styled()) + cell
        self._cells = []
        self._line(row)

    def _table_open(self, _token: Token) -> None:
        self._gap()

    def _hr(self, _token: Token) -> None:
        self._block(Styled(_RULE))

    def _fence(self, token: Token) -> None:
        text = token.content.rstrip("\n")
        language = token.info.split()[0] if token.info.split() else None
        if text.strip():
            # Telegram allows no code block inside a quotation.
            self._block(Styled(text) if self._before else Styled(text).wrapped("pre", language=language))

    _code_block = _fence

    def _inline(self, token: Token) -> None:
        inner = self._styled(token.children or [])
        if self._style and inner.text.strip():
            inner = inner.wrapped(self._style)
        if self._in_cell:
            self._cells.append(inner)
        else:
            self._block(inner)

    def _block(self, inner: Styled) -> None:
        if not inner.text.strip():
            return
        if self._label:
            self._line(Styled(self._label) + inner)
            self._label = ""
        elif self._lists:
            self._line(Styled(_INDENT * len(self._lists)) + inner)
        else:
            self._gap()
            self.found += inner

    def _line(self, line: Styled) -> None:
        self.found += Styled("\n" if self.found.text and not self.found.text.endswith("\n\n") else "") + line

    def _gap(self) -> None:
        if self.found.text and not self.found.text.endswith("\n\n"):
            self.found += Styled("\n\n")

    def _styled(self, tokens: Sequence[Token]) -> Styled:
        """Text with what is open around it."""
        stack: list[tuple[str, str | None, Styled]] = []
        here = Styled()
        for token in tokens:
            if token.nesting == 1:
                kind = _STYLES.get(token.tag, token.tag)
                stack.append((kind, str(token.attrGet("href") or "") or None, here))
                here = Styled()
            elif token.nesting == -1:
                kind, url, before = stack.pop()
                here = before + _closed(here, kind, url)
            elif token.type == "code_inline":
                here += Styled(token.content).wrapped("code")
            elif token.type in {"softbreak", "hardbreak"}:
                here += Styled("\n")
            else:
                linked = any(kind == "a" for kind, _, _ in stack)
                here += Styled(token.content) if linked else self._marked(token.content)
        return here

    def _marked(self, text: str) -> Styled:
        """Text whose marks lead to their sources."""
        found = Styled()
        # An odd part is the number of a mark, as split keeps what its group matched.
        for place, part in enumerate(_MARK.split(text)):
            url = self._links.get(int(part)) if place % 2 else None
            shown = Styled(f"[{part}]" if place % 2 else part)
            found += shown.wrapped("text_link", url=url) if url else shown
        return found


def _closed(inner: Styled, kind: str, url: str | None) -> Styled:
    if not inner.text.strip():
        return inner
    if kind == "a":
        return inner.wrapped("text_link", url=url) if url and url.startswith(("https://", "http://")) else inner
    return inner.wrapped(kind)
