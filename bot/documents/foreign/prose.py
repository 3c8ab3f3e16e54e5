"""Markdown, MDX and plain text."""

from __future__ import annotations

from markdown_it import MarkdownIt

from bot.documents.foreign.draft import ContentError, Draft
from bot.documents.foreign.markup import escape_tags, title_heading, to_markdown
from bot.documents.foreign.text import decode
from bot.documents.markdown import plain_text, sections, split_front_matter


def read_markdown(data: bytes) -> Draft:
    return _draft(data, mdx=False)


def read_mdx(data: bytes) -> Draft:
    return _draft(data, mdx=True)


def read_text(data: bytes) -> Draft:
    """Plain text, in which lists and headings of Markdown still count, but `<` never opens a tag."""
    markdown = escape_tags(decode(data))
    return Draft(title=_plain(title_heading(markdown)), sections=sections(markdown))


def _draft(data: bytes, *, mdx: bool) -> Draft:
    try:
        front, body = split_front_matter(decode(data))
    except (ValueError, RecursionError) as error:
        raise ContentError(str(error), "front matter") from error
    markdown = to_markdown(body, mdx=mdx)
    # Only text counts: a list or mapping in its place could be written out at any length.
    given = {key: value for key, value in (front or {}).items() if isinstance(value, str | int | float)}
    return Draft(
        title=str(given.get("title", "")) or _plain(title_heading(markdown)),
        summary=str(given.get("description", "")),
        sections=sections(markdown),
    )


def _plain(markdown: str) -> str:
    return plain_text(MarkdownIt("commonmark").parse(markdown))
