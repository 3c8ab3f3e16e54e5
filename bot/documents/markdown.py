"""Markdown into front matter and sections. Knows the grammar of our files, not what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.documents.model import Section

FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n?", re.DOTALL)
SOURCE_MARK = re.compile(r"\[\^([\w.-]+)\]")
_MAX_DEPTH = 50
_PARSER = MarkdownIt("commonmark").enable("table")


class _Loader(yaml.CSafeLoader):
    """YAML without dates: `2026-08` and `2026-08-19` stay the text that the author wrote."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def split_front_matter(text: str) -> tuple[dict[str, Any] | None, str]:
    """Return the front matter (None where there is none) and the body.

    Raises `ValueError` when the front matter is not a YAML mapping.
    """
    text = text.removeprefix("\ufeff")
    found = FRONT_MATTER.match(text)
    if not found:
        return None, text
    return read_yaml(found[1]), text[found.end() :]


def read_yaml(text: str) -> dict[str, Any]:
    """A YAML mapping, with dates left as text. Raises `ValueError` for anything else."""
    try:
        _check_depth(text)
        # A subclass of the safe loader that only leaves dates as text.
        data = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"not valid YAML: {' '.join(str(error).split())}") from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ValueError("not a mapping of field names to values")  # noqa: TRY004 - the file is wrong, not the call
    return data


def _check_depth(front_matter: str) -> None:
    """Refuse nesting without end before it is loaded: the C loader would then end the whole process."""
    depth = 0
    for event in yaml.parse(front_matter, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError(f"is nested more than {_MAX_DEPTH} levels deep")


def sections(body: str) -> tuple[Section, ...]:
    """Cut a body at its headings; text before the first heading gets an empty heading."""
    # Not `splitlines`: the parser counts only these line ends.
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    lines = body.split("\n")
    headings = list(_headings(_PARSER.parse(body)))
    starts = [(0, 0, ""), *headings]
    ends = [start for start, _, _ in headings] + [len(lines)]
    cut = (
        _section(heading, "\n".join(lines[after:end]).strip())
        for (_, after, heading), end in zip(starts, ends, strict=True)
    )
    return tuple(section for section in cut if section.text)


def _headings(tokens: list[Token]) -> Iterable[tuple[int, int, str]]:
    """First line, line after, and plain text of each top-level heading."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            yield opening.map[0], opening.map[1], _plain(inline)


def _section(heading: str, markdown: str) -> Section:
    marks = tuple(dict.fromkeys(SOURCE_MARK.findall(markdown)))
    tokens = _PARSER.parse(SOURCE_MARK.sub("", markdown))
    links = tuple(dict.fromkeys(_links(tokens)))
    return Section(heading=heading, text=plain_text(tokens), sources=marks, links=links)


def plain_text(tokens: list[Token]) -> str:
    """The words of a parsed text, a line a block, list items marked with `- `."""
    lines: list[str] = []
    bullet = ""
    cells: list[str] = []
    for token in tokens:
        if token.type == "list_item_open":
            bullet = "- "
        elif token.type == "tr_close":
            lines.append(" | ".join(cells))
            cells = []
        elif token.type in {"th_open", "td_open"}:
            cells.append("")
        elif token.type == "inline" and cells:
            cells[-1] = _plain(token)
        elif token.type == "inline":
            lines.append(bullet + _plain(token))
            bullet = ""
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content.rstrip())
    return "\n".join(line for line in lines if line.strip())


def _plain(token: Token) -> str:
    parts = (
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )
    return " ".join("".join(parts).split())


def _links(tokens: list[Token]) -> Iterable[str]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"])
