"""Documents of others without what they say to a machine, so that nothing that comes later ever sees it.

It knows which texts a document and a passage hold; what an order is, a `Clearing` knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, Protocol

from bot.catalog.credential import Source
from bot.documents.model import Document, Passage, Section
from bot.documents.schema import credential_from
from bot.errors import DocumentError, Problem

LEFT_OUT = "text that gives orders to a machine was left out"


class Clearing(Protocol):
    """Takes orders out of a text. `provenance` changes when the result may."""

    @property
    def provenance(self) -> str: ...

    def without_orders(self, text: str) -> str: ...


def cleared(document: Document, clearing: Clearing) -> tuple[Document, list[Problem]]:
    """The document without orders, and where there were any. Raises `DocumentError` when nothing else is left of it."""
    found: list[Problem] = []
    sections = tuple(filter(None, (_section(section, document.id, clearing, found) for section in document.sections)))
    front = _front(document, clearing, found)
    if not sections and front.credential is None:
        raise DocumentError([Problem(document.id, "content", "holds nothing but orders to a machine")])
    return replace(front, sections=sections), found


def _section(section: Section, document: str, clearing: Clearing, found: list[Problem]) -> Section | None:
    heading, text = (clearing.without_orders(part).strip() for part in (section.heading, section.text))
    links = _links(section.links, text, clearing, changed=_differ(section.text, text))
    if _differ(section.heading, heading) or _differ(section.text, text) or links != section.links:
        found.append(Problem(document, heading or "text", LEFT_OUT))
    return replace(section, heading=heading, text=text, links=links) if text else None


def _links(links: Iterable[str], text: str, clearing: Clearing, *, changed: bool) -> tuple[str, ...]:
    """The addresses that an answer may repeat; beside an order only those that are told in what is left."""
    return tuple(link for link in links if clearing.without_orders(link) == link and (not changed or link in text))


def _front(document: Document, clearing: Clearing, found: list[Problem]) -> Document:
    """The document with its front matter cleared: a schema is no proof of good will."""
    front = replace(
        document,
        title=_one_line(document.title, clearing) or document.id.rsplit("/", 1)[-1],
        summary=_one_line(document.summary, clearing),
        aliases=tuple(filter(None, (_one_line(alias, clearing) for alias in document.aliases))),
        sources={key: _source(source, clearing) for key, source in document.sources.items()},
    )
    if document.credential is not None:
        try:
            front = replace(front, credential=credential_from(_everywhere(asdict(document.credential), clearing)))
        except ValueError as error:
            raise DocumentError([Problem(document.id, "front matter", "holds orders to a machine")]) from error
    if front != document:
        found.append(Problem(document.id, "front matter", LEFT_OUT))
    return front


def _source(source: Source, clearing: Clearing) -> Source:
    return replace(source, title=_one_line(source.title, clearing) or "source")


def _one_line(text: str, clearing: Clearing) -> str:
    left = clearing.without_orders(text)
    return left if left == text else " ".join(left.split())


def _differ(before: str, after: str) -> bool:
    return before.strip() != after


def cleared_passages(passages: Iterable[Passage], clearing: Clearing) -> list[Passage]:
    """Passages that were stored before the words were known by which orders are found."""
    return [passage for passage in (_passage(passage, clearing) for passage in passages) if passage.text]


def _passage(passage: Passage, clearing: Clearing) -> Passage:
    text = clearing.without_orders(passage.text).strip()
    return replace(
        passage,
        title=_one_line(passage.title, clearing) or passage.document,
        heading=_one_line(passage.heading, clearing),
        text=text,
        links=_links(passage.links, text, clearing, changed=_differ(passage.text, text)),
        aliases=tuple(filter(None, (_one_line(alias, clearing) for alias in passage.aliases))),
    )


def cleared_data(data: Mapping[str, Any], clearing: Clearing) -> dict[str, Any]:
    """What an index holds of a document besides its passages, without orders."""
    return {key: _everywhere(value, clearing) for key, value in data.items()}


def _everywhere(value: Any, clearing: Clearing) -> Any:
    if isinstance(value, str):
        return clearing.without_orders(value)
    if isinstance(value, Mapping):
        return {key: _everywhere(item, clearing) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(item, clearing) for item in value]
    return value
