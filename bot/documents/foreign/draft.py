"""What the reader of a foreign file hands over, how it says no, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.documents.model import Section

MAX_BYTES = 20_000_000
MAX_CHARACTERS = 2_000_000
MAX_ROWS = 20_000


class ContentError(Exception):
    """A file's content cannot be used; `read_file` adds which file it was."""

    def __init__(self, reason: str, field: str = "content") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a file holds, before it has a name."""

    sections: tuple[Section, ...]
    title: str = ""
    summary: str = ""


def bounded(text: str, most: int = MAX_CHARACTERS) -> str:
    if len(text) > most:
        raise ContentError(f"holds {len(text):,} characters of text; at most {most:,} are read", "size")
    return text
