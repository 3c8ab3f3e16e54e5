"""A reply as a rich message: a comparison as a table, its sources folded away. Pure; says what the plain message says.

Rich messages came with Bot API 10.1. Their HTML knows blocks; here are those of which a reply of ours gains something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from bot.chat.styled import Span, Styled

# Telegram's limits of one message: of its text, of blocks in it, of a table's columns.
MAX_RICH_TEXT = 32_768
_BLOCKS, _COLUMNS = 500, 20
_TAGS = {"bold": "b", "italic": "i", "strikethrough": "s", "code": "code", "text_link": "a"}
_BULLET = "• "
# "• Price: CCNA: USD 300; Network+: USD 369 [1][2]": what is compared, of whom which value, and the sources.
_ROW = re.compile(r"• (?P<label>[^:]+): (?P<values>.+?)(?P<marks>(?:\s?\[\d{1,3}\])*)")
_NAMED = re.compile(r"(?:^|; )([^:;]+): ")
_FEWEST = 2


def rich_html(answer: Styled, heading: str, sources: Sequence[Styled]) -> str:
    """The message's HTML; empty where it is better sent as plain text, or holds what is not shown here."""
    if any(span.kind not in _TAGS for part in (answer, *sources) for span in part.spans):
        return ""
    blocks = list(_blocks(list(_lines(answer))))
    if not sources and not any(block.startswith("<table") for block in blocks):
        return ""
    inside = [f"<p>{_inline(line)}</p>" for source in sources for line in _lines(source)]
    if inside:
        blocks.append(f"<details><summary>{_escaped(heading)}</summary>{''.join(inside)}</details>")
    whole = "".join(blocks)
    parts = len(re.findall(r"<(?:p|li|tr|ul|table|details)[ >]", whole))
    characters = len(answer.text) + len(heading) + sum(len(source.text) for source in sources)
    return whole if parts <= _BLOCKS and characters <= MAX_RICH_TEXT else ""


def _lines(text: Styled) -> Iterator[Styled]:
    place = 0
    for line in text.text.split("\n"):
        if line.strip():
            yield text.part(place, place + len(line))
        place += len(line) + 1


def _blocks(lines: Sequence[Styled]) -> Iterator[str]:
    for listed, group in groupby(lines, key=lambda line: line.text.startswith(_BULLET)):
        found = list(group)
        if not listed:
            yield from (f"<p>{_inline(line)}</p>" for line in found)
        elif (table := _table(found)) is not None:
            yield table
        else:
            items = (_inline(line.part(len(_BULLET), len(line.text))) for line in found)
            yield f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _table(lines: Sequence[Styled]) -> str | None:
    """A list that tells the same of the same ones in every line, as a table. The marks stand with what is compared:
    of which value each is, the line does not say.
    """
    rows = [_ROW.fullmatch(line.text) for line in lines]
    if len(rows) < _FEWEST or not all(row is not None and _is_label(line, row) for line, row in _both(lines, rows)):
        return None
    told = [row for row in rows if row is not None]
    names = _names([row["values"] for row in told])
    if not _FEWEST <= len(names) < _COLUMNS:
        return None
    head = "".join(f"<th>{_escaped(name)}</th>" for name in ("", *names))
    body = "".join(_row(line, row, names) for line, row in zip(lines, told, strict=True))
    return f"<table bordered striped><tr>{head}</tr>{body}</table>"


def _both(
    lines: Sequence[Styled], rows: Sequence[re.Match[str] | None]
) -> Iterator[tuple[Styled, re.Match[str] | None]]:
    return zip(lines, rows, strict=True)


def _is_label(line: Styled, row: re.Match[str]) -> bool:
    return any(span.kind == "bold" and (span.start, span.end) == row.span("label") for span in line.spans)


def _names(values: Sequence[str]) -> list[str]:
    """Of whom every line tells something, in the same order: else it is no table."""
    first, *others = ([match[1] for match in _NAMED.finditer(each)] for each in values)
    common = [name for name in first if all(name in other for other in others)]
    same = all([name for name in other if name in common] == common for other in others)
    begins = common and all(each.startswith(f"{common[0]}: ") for each in values)
    return common if same and begins and len(set(common)) == len(common) else []


def _row(line: Styled, row: re.Match[str], names: Sequence[str]) -> str:
    begin = row.start("values")
    starts = [(match.start(), match.end()) for match in _NAMED.finditer(row["values"]) if match[1] in names]
    ends = [start for start, _ in starts[1:]] + [len(row["values"])]
    cells = [line.part(begin + start, begin + end) for (_, start), end in zip(starts, ends, strict=True)]
    label = line.part(*row.span("label"))
    if row["marks"]:
        label += Styled(" ") + line.part(*row.span("marks"))
    return f"<tr><th>{_inline(label)}</th>{''.join(f'<td>{_inline(cell)}</td>' for cell in cells)}</tr>"


def _inline(text: Styled) -> str:
    """A line with its styles as tags, which nest as the styles do."""
    found, place = "", 0
    open_: list[Span] = []
    for span in sorted(text.spans, key=lambda span: (span.start, -span.end)):
        while open_ and open_[-1].end <= span.start:
            found, place = _closed(found, text, place, open_.pop())
        found += _escaped(text.text[place : span.start]) + _opening(span)
        place = span.start
        open_.append(span)
    while open_:
        found, place = _closed(found, text, place, open_.pop())
    return found + _escaped(text.text[place:])


def _closed(found: str, text: Styled, place: int, span: Span) -> tuple[str, int]:
    return f"{found}{_escaped(text.text[place : span.end])}</{_TAGS[span.kind]}>", span.end


def _opening(span: Span) -> str:
    return f'<a href="{escape(span.url or "")}">' if span.kind == "text_link" else f"<{_TAGS[span.kind]}>"


def _escaped(text: str) -> str:
    return escape(text, quote=False)
