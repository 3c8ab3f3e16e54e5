"""A learner's or operator's own files into documents of general knowledge.

Nothing in a file is run or fetched, and a file that cannot be used is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bot.documents.foreign.converted import read_docx, read_html, read_pdf
from bot.documents.foreign.draft import MAX_BYTES, MAX_CHARACTERS, MAX_ROWS, ContentError, Draft
from bot.documents.foreign.prose import read_markdown, read_mdx, read_text
from bot.documents.foreign.records import read_csv, read_json, read_jsonl
from bot.documents.foreign.text import bare_url, one_line, tidy, urls
from bot.documents.model import Document, Section
from bot.errors import DocumentError, Problem

__all__ = ["MAX_BYTES", "MAX_CHARACTERS", "MAX_ROWS", "SUPPORTED", "read_content", "read_file"]

_READERS: dict[str, Callable[[bytes], Draft]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".mdx": read_mdx,
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".csv": read_csv,
    ".json": read_json,
    ".jsonl": read_jsonl,
}
_EMPTY_ROW = re.compile(r"^[| ]+(?:\n|\Z)", re.MULTILINE)  # of a table without column names
_WEB = re.compile("https?://", re.IGNORECASE)
SUPPORTED: frozenset[str] = frozenset(_READERS)


def read_file(path: Path, name: str) -> Document:
    """Read one file. `name` is how people know it and becomes the document's id.

    Raises `DocumentError` when the file cannot be used, and nothing else.
    """
    try:
        read = _reader(path.suffix.lower())
        return _document(name, read(_content(path)))
    except ContentError as error:
        raise DocumentError([Problem(name, error.field, error.reason)]) from error


def read_content(name: str, ending: str, content: bytes) -> Document:
    """The same of a file's content, which is of the kind that has this ending."""
    try:
        return _document(name, _reader(ending)(_checked(content)))
    except ContentError as error:
        raise DocumentError([Problem(name, error.field, error.reason)]) from error


def _reader(ending: str) -> Callable[[bytes], Draft]:
    if ending not in _READERS:
        raise ContentError(f"{ending or 'no ending'} is not among {' '.join(sorted(SUPPORTED))}", "ending")
    return _READERS[ending]


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise ContentError("is not a regular file", "file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ContentError(f"cannot be opened: {reason}", "file") from error
    return _checked(data)


def _checked(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ContentError(f"is larger than {MAX_BYTES:,} bytes", "size")
    if not data.strip():
        raise ContentError("is empty")
    return data


def _document(name: str, draft: Draft) -> Document:
    sections = tuple(section for section in map(_tidy, draft.sections) if section.text)
    summary = one_line(draft.summary)
    if summary:
        # What a page says of itself is to be found too, and of some pages it is all there is to read.
        sections = (Section(heading="", text=summary), *sections)
    if not sections:
        raise ContentError("holds no text")
    title = one_line(draft.title) or PurePosixPath(name).stem
    return Document(id=name, kind="general", title=title, sections=sections, summary=summary)


def _tidy(section: Section) -> Section:
    """A section as it may be shown; footnote marks of foreign files are not our source marks."""
    text = _EMPTY_ROW.sub("", tidy(section.text)).strip()
    # An address within a site leads nowhere from an answer.
    links = (bare_url(link) for link in [*section.links, *urls(text)] if _WEB.match(link))
    return replace(section, heading=one_line(section.heading), text=text, sources=(), links=tuple(dict.fromkeys(links)))
