"""Markdown, MDX and plain text."""

from __future__ import annotations

from typing import Any

from bot.documents.foreign.draft import ContentError, Draft
from bot.documents.foreign.markup import escape_tags, title_heading, to_markdown
from bot.documents.foreign.text import decode
from bot.documents.markdown import sections, split_front_matter


def read_markdown(data: bytes) -> Draft:
    return _draft(data, mdx=False)


def read_mdx(data: bytes) -> Draft:
    return _draft(data, mdx=True)


def read_text(data: bytes) -> Draft:
    """Plain text, in which lists and headings of Markdown still count, but `<` never opens a tag."""
    markdown = escape_tags(decode(data))
    return Draft(title=title_heading(markdown), sections=sections(markdown))


def _draft(data: bytes, *, mdx: bool) -> Draft:
    text = decode(data)
    try:
        front, body = split_front_matter(text)
        title, summary = (_said(front or {}, key) for key in ("title", "description"))
    except ValueError as error:
        raise ContentError(str(error), "front matter") from error
    markdown = to_markdown(body, mdx=mdx)
    return Draft(title=title or title_heading(markdown), summary=summary, sections=sections(markdown))


def _said(front: dict[str, Any], key: str) -> str:
    """A text of the front matter; anything nested could be written out at any length."""
    value = front.get(key)
    return str(value) if isinstance(value, str | int | float) else ""
