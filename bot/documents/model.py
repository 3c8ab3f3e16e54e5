"""Documents and passages: what retrieval indexes and what answers cite. Knows nothing of files or indexes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from bot.catalog.credential import Credential, Source, Topic
from bot.catalog.sourced import STRICT

DocumentKind = Literal["credential", "provider", "guide", "general"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The front matter of a guide or a provider page."""

    __pydantic_config__: ClassVar = STRICT

    kind: Literal["guide", "provider"]
    title: str
    summary: str
    as_of: str
    sources: dict[str, Source]
    aliases: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and the text below it; `sources` are the keys that its `[^key]` marks name, in order."""

    heading: str
    text: str
    sources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of knowledge. `id` is its path without the ending, e.g. `credentials/comptia-security-plus`."""

    id: str
    kind: DocumentKind
    title: str
    sections: tuple[Section, ...]
    summary: str = ""
    aliases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    as_of: str | None = None
    url: str | None = None
    credential: Credential | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The unit that is indexed, retrieved and cited: one section or field group of one document.

    `url`, `source` and `as_of` say where the text was taken from; `links` are the addresses an answer may repeat
    when it cites this passage; `aliases` are other names of the document's subject, searched but not shown.
    """

    id: str
    document: str
    kind: DocumentKind
    title: str
    heading: str
    text: str
    url: str | None = None
    source: str | None = None
    as_of: str | None = None
    links: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def indexed_text(self) -> str:
        """What is embedded: the passage in its context, so that a short section still says what it is about."""
        return f"{self.title}. {self.heading}\n{self.text}" if self.heading else f"{self.title}\n{self.text}"
