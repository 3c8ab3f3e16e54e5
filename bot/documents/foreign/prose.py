"""Markdown, MDX and plain text."""

from __future__ import annotations

from typing import Any

import yaml
from markdown_it import MarkdownIt

from bot.documents.foreign.draft import ContentError, Draft
from bot.documents.foreign.markup import escape_tags, title_heading, to_markdown
from bot.documents.foreign.text import decode
from bot.documents.markdown import FRONT_MATTER, plain_text, sections, split_front_matter

MAX_FRONT_DEPTH = 50


def read_markdown(data: bytes) -> Draft:
    return _draft(data, mdx=False)


def read_mdx(data: bytes) -> Draft:
    return _draft(data, mdx=True)


def read_text(data: bytes) -> Draft:
    """Plain text, in which lists and headings of Markdown still count, but `<` never opens a tag."""
    markdown = escape_tags(decode(data))
    return Draft(title=_plain(title_heading(markdown)), sections=sections(markdown))


def _draft(data: bytes, *, mdx: bool) -> Draft:
    text = decode(data)
    _check_front_matter(text)
    try:
        front, body = split_front_matter(text)
        title, summary = (_said(front or {}, key) for key in ("title", "description"))
    except ValueError as error:
        raise ContentError(str(error), "front matter") from error
    markdown = to_markdown(body, mdx=mdx)
    return Draft(title=title or _plain(title_heading(markdown)), summary=summary, sections=sections(markdown))


def _check_front_matter(text: str) -> None:
    """Refuse nesting without end before it is loaded: the C loader then ends the whole process."""
    found = FRONT_MATTER.match(text)
    depth = 0
    try:
        for event in yaml.parse(found[1], Loader=yaml.CSafeLoader) if found else ():
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_FRONT_DEPTH:
                raise ContentError(f"is nested more than {MAX_FRONT_DEPTH} levels deep", "front matter")
    except yaml.YAMLError:
        # Loading reports it.
        return


def _said(front: dict[str, Any], key: str) -> str:
    """A text of the front matter; anything nested could be written out at any length."""
    value = front.get(key)
    return str(value) if isinstance(value, str | int | float) else ""


def _plain(markdown: str) -> str:
    return plain_text(MarkdownIt("commonmark").parse(markdown))
