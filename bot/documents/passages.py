"""Documents into passages: the pieces that are indexed, retrieved and cited."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.catalog.credential import Credential, Source
from bot.catalog.fields import GROUPS, Group, fields_of, sourced
from bot.catalog.sourced import Sourced
from bot.catalog.wording import Wording
from bot.documents.model import Document, Passage, Section

# The embedding model reads 512 tokens, and a phone shows about this much without scrolling.
MAX_WORDS = 160
_SENTENCE_END = re.compile(r"(?<=[.!?。！？।])\s+")


def passages_of(document: Document, wording: Wording) -> list[Passage]:
    """All passages of a document: for a credential its fields by group, then what is written about it."""
    facts = fact_passages(document.credential, wording) if document.credential else []
    return facts + _summary(document) + list(_written(document))


def written_passages(document: Document) -> list[Passage]:
    """What is written in a document that is no credential's."""
    return list(_written(document))


def fact_passages(credential: Credential, wording: Wording) -> list[Passage]:
    """The fields of a credential as passages, one for each group that has any."""
    found = (fact_passage(credential, group, wording) for group in GROUPS)
    return [passage for passage in found if passage is not None]


def fact_passage(credential: Credential, group: Group, wording: Wording) -> Passage | None:
    sentences = list(_sentences(credential, group, wording))
    if group == "overview":
        sentences.insert(0, credential.summary)
    if not sentences:
        return None
    first = next((value for field in fields_of(group) if (value := sourced(credential, field))), None)
    passage = Passage(
        id=f"{credential.document}#{group}",
        document=credential.document,
        kind="credential",
        title=credential.name,
        heading=wording.say(f"group.{group}"),
        text=" ".join(sentences),
        links=tuple(filter(None, [credential.url])),
    )
    return passage if first is None else sourced_passage(passage, first, credential.sources)


def sourced_passage(passage: Passage, value: Sourced[Any], sources: dict[str, Source]) -> Passage:
    """The passage as the source of one field: with the page and the date of that field's own reading."""
    keys = value.source or tuple(key for reading in value.conflict for key in reading.source)
    as_of = value.as_of or next((reading.as_of for reading in value.conflict if reading.as_of), None)
    return with_source(replace(passage, as_of=as_of, url=None, source=None), keys, sources)


def _sentences(credential: Credential, group: Group, wording: Wording) -> Iterable[str]:
    for field in fields_of(group):
        if sourced(credential, field) is not None:
            yield wording.record(credential, field)
            yield from wording.older(credential, field)


def with_source(passage: Passage, keys: Iterable[str], sources: dict[str, Source]) -> Passage:
    """The passage with the page it was taken from: the first of its sources, one with an address if there is one."""
    named = [sources[key] for key in keys if key in sources]
    if not named:
        return passage
    best = next((source for source in named if source.url), named[0])
    return replace(passage, url=best.url, source=best.title, as_of=passage.as_of or best.date)


def _summary(document: Document) -> list[Passage]:
    """A guide's or provider's summary is a passage of its own: often it is the whole answer."""
    if document.kind not in {"guide", "provider"}:
        return []
    first = next((section.sources for section in document.sections if section.sources), ())
    passage = Passage(
        id=f"{document.id}#summary",
        document=document.id,
        kind=document.kind,
        title=document.title,
        heading="",
        text=document.summary,
        as_of=document.as_of,
        aliases=document.aliases,
    )
    return [with_source(passage, first, document.sources)]


def _written(document: Document) -> Iterable[Passage]:
    # A heading "Cost" or "Summary" must not take the place of the passage that is made of the fields.
    wanted = dict.fromkeys((*GROUPS, "summary"), 1)
    for section in document.sections:
        for text in cut(section.text, MAX_WORDS):
            yield _written_passage(document, section, text, _unique(_slug(section.heading) or "text", wanted))


def _unique(slug: str, wanted: dict[str, int]) -> str:
    """The slug, numbered when it was given before; `wanted` counts how often each was asked for."""
    wanted[slug] = number = wanted.get(slug, 0) + 1
    return slug if number == 1 else _unique(f"{slug}-{number}", wanted)


def _written_passage(document: Document, section: Section, text: str, slug: str) -> Passage:
    passage = Passage(
        id=f"{document.id}#{slug}",
        document=document.id,
        kind=document.kind,
        title=document.title,
        heading=section.heading,
        text=text,
        url=document.url if document.kind == "general" else None,
        links=tuple(link for link in section.links if urlsplit(link).scheme in {"http", "https"}),
    )
    passage = with_source(passage, section.sources, document.sources)
    # The date of what was read, not of the day on which we wrote about it; only without it the page's own.
    return passage if passage.as_of else replace(passage, as_of=document.as_of)


def cut(text: str, max_words: int) -> list[str]:
    """Pieces of at most about `max_words`, cut between lines, else between sentences, else between words."""
    if len(text.split()) <= max_words:
        return [text] if text.strip() else []
    pieces: list[str] = []
    current: list[str] = []
    size = 0
    for unit in _units(text, max_words):
        length = len(unit.split())
        if current and size + length > max_words:
            pieces.append("".join(current).strip())
            current, size = [], 0
        current.append(unit)
        size += length
    return [*pieces, "".join(current).strip()]


def _units(text: str, max_words: int) -> Iterable[str]:
    for line in text.splitlines(keepends=True):
        if len(line.split()) <= max_words:
            yield line
            continue
        for sentence in _SENTENCE_END.split(line):
            split = sentence.split()
            for start in range(0, len(split), max_words):
                yield " ".join(split[start : start + max_words]) + " "


def _slug(heading: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", heading.lower()))[:60]
