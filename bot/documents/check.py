"""What must hold of the packaged knowledge beyond each file's own grammar: names, links, sources, and prose that says
what the data says.

Reads files; changes none. Knows the rules of writing, not the subject.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from bot.catalog.credential import Credential, Requirement
from bot.catalog.sourced import Sourced
from bot.documents.markdown import SOURCE_MARK, split_front_matter
from bot.documents.model import Document, Section
from bot.documents.schema import AS_OF, parse_document
from bot.errors import DocumentError, Problem
from bot.grounding.facts import Fact, FactReader, supports
from bot.text.words import words

MAX_SHORT_NAME = 40  # characters: a line of a list on a phone
MAX_SUMMARY = 32  # words
MAX_SECTION = 125  # words: such a section is one passage
MIN_SECTION = 12
_MIN_OPENING = 5  # words of a section's first line
_KIND_OF_FOLDER = {"credentials": "credential", "guides": "guide", "providers": "provider"}
_OUR_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A sentence ends before a capital, a quotation or a bracket; its marks stand after its full stop.
_SENTENCE_END = re.compile(r"(?:(?<=[.!?\]])|(?<=[.!?][\"')]))\s+(?=[A-Z\"'(])|\n\s*\n|\n(?=- )")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# Letters and figures in one word are a name ("AZ-104", "SC0x"), except beside a year ("mid-2026").
_NAME_WITH_FIGURES = re.compile(r"\b(?:(?!\w+-(?:19|20)\d\d\b)[A-Za-z]+[-\w]*\d\w*|\d+-in-\d|\d{3}-\d{3,4})\b")
_FIGURE = re.compile(r"[\d%$€£]")
_COURSE = re.compile(r"\b(?:[A-Z]{2,4}\d|\d+\.\d+)x\b")  # SC0x, 14.310x
# What a value of a field is told in, so that "two years" in the prose stands on `validity: {value: 24}`.
_TOLD = {
    "cost": "USD {}",
    "fee_usd": "USD {}",
    "study_hours": "{} hours",
    "exam_minutes": "{} minutes",
    "validity": "{} months",
    "window_days": "{} days",
    "fee_every_months": "{} months",
}
_READINGS = {"value", "conflict", "older"}
_NOT_TOLD = {"source", "url", "kind", "confidence"}

Finding = tuple[str, str]  # the field or section, and the reason


def check_knowledge(folder: Path, reader: FactReader) -> list[Problem]:
    """Everything wrong with the Markdown files below a knowledge folder, by file."""
    problems: list[Problem] = []
    files: list[_File] = []
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
            files.append(_File(name, path, parse_document(name, text), text))
        except DocumentError as error:
            problems += error.problems
        except UnicodeDecodeError:
            problems.append(Problem(name, "file", "is not UTF-8 text"))
    shelf = _Shelf(folder, files)
    for file in files:
        problems += [Problem(file.name, field, reason) for field, reason in _findings(file, shelf, reader)]
    problems += _shared_names(files)
    return sorted(problems, key=lambda problem: (problem.file, problem.field, problem.reason))


@dataclass(frozen=True)
class _File:
    """A file that parses."""

    name: str
    path: Path
    document: Document
    text: str

    @cached_property
    def front(self) -> dict[str, Any]:
        return split_front_matter(self.text)[0] or {}

    @cached_property
    def body(self) -> str:
        return split_front_matter(self.text)[1]


class _Shelf:
    """All files together: what exists, and what each file's front matter says."""

    def __init__(self, folder: Path, files: Sequence[_File]) -> None:
        self._folder = folder
        self._by_path = {file.path.resolve(): file for file in files}
        self._facts: dict[str, frozenset[Fact]] = {}

    def has(self, document: str) -> bool:
        """Whether a file of this id exists, even one that does not parse: that is a problem of its own."""
        return (self._folder / f"{document}.md").is_file()

    def credential(self, identity: str | None) -> Credential | None:
        path = (self._folder / f"credentials/{identity}.md").resolve()
        return self._by_path[path].document.credential if path in self._by_path else None

    def linked(self, file: _File, link: str) -> Path:
        return (file.path.parent / unquote(urlsplit(link).path)).resolve()

    def facts(self, file: _File, reader: FactReader) -> frozenset[Fact]:
        """The facts of a file's front matter."""
        if file.name not in self._facts:
            told = [*_told("", file.front), *_counts(file.front)]
            self._facts[file.name] = reader.backing("\n".join(told))
        return self._facts[file.name]

    def linked_facts(self, file: _File, section: Section, reader: FactReader) -> frozenset[Fact]:
        """The facts of the pages that a section links to: what it says of them stands there."""
        linked = (self._by_path.get(self.linked(file, link)) for link in section.links)
        return frozenset(chain.from_iterable(self.facts(page, reader) for page in linked if page is not None))


def _findings(file: _File, shelf: _Shelf, reader: FactReader) -> Iterator[Finding]:
    document = file.document
    folder = file.name.split("/")[0]
    expected = _KIND_OF_FOLDER.get(folder)
    if expected not in {None, document.kind}:
        yield "kind", f"a file in {folder}/ is a {expected}, and this is a {document.kind}"
    yield from _link_findings(file, shelf)
    if document.kind == "general":
        return
    yield from _writing_findings(file)
    yield from _unused_sources(file)
    if document.credential is None:
        yield from _unmarked_figures(file)
        return
    yield from _name_findings(document.credential)
    yield from _reference_findings(document.credential, shelf)
    yield from _status_findings(document.credential)
    yield from _drifted_facts(file, shelf, reader)


def _writing_findings(file: _File) -> Iterator[Finding]:
    length = len(file.document.summary.split())
    if length > MAX_SUMMARY:
        yield "summary", f"has {length} words, at most {MAX_SUMMARY} fit"
    for token in MarkdownIt("commonmark").parse(file.body):
        if token.type == "heading_open" and token.tag != "h2":
            yield "body", f"has a heading of level {token.tag[1:]}; sections have ## headings only"
    for section in file.document.sections:
        length = len(section.text.split())
        opening = section.text.split("\n")[0]
        where = section.heading or "body"
        if not section.heading:
            yield where, "has text before its first heading"
        if length > MAX_SECTION:
            yield where, f"has {length} words, at most {MAX_SECTION} fit into one passage"
        if length < MIN_SECTION:
            yield where, f"has {length} words, too few to answer its heading"
        if opening.startswith("- ") or " | " in opening or len(opening.split()) < _MIN_OPENING:
            yield where, "does not open with a sentence that answers its heading"


def _link_findings(file: _File, shelf: _Shelf) -> Iterator[Finding]:
    for section in file.document.sections:
        where = section.heading or "body"
        for link in section.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if file.document.kind != "general":
                    yield where, f"links to {link}; an outside page belongs in sources"
            elif parts.fragment:
                yield where, f"links to a heading ({link}); headings change, link to the page"
            elif not shelf.linked(file, link).is_file():
                yield where, f"links to {link}, which does not exist"


def _unused_sources(file: _File) -> Iterator[Finding]:
    used = set(chain.from_iterable(section.sources for section in file.document.sections))
    used |= set(_named_sources(file.front))
    for key in file.document.sources:
        if key not in used:
            yield f"sources.{key}", "is used by no field and no mark"


def _named_sources(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from value if key == "source" and isinstance(value, list) else _named_sources(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named_sources(value)


def _unmarked_figures(file: _File) -> Iterator[Finding]:
    """Sentences of guides and provider pages that hold a figure and no source."""
    for part in re.split(r"^## +", file.body, flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        for sentence in sentences(_LINK.sub(r"\1", text)):
            if not SOURCE_MARK.search(sentence) and _FIGURE.search(_NAME_WITH_FIGURES.sub("", sentence)):
                yield heading.strip(), f"has a figure without a source: {' '.join(sentence.split())[:100]}"


def sentences(markdown: str) -> list[str]:
    """The sentences of a written text, each with the source marks behind its full stop."""
    return [sentence for sentence in _SENTENCE_END.split(markdown) if sentence.strip()]


def _name_findings(credential: Credential) -> Iterator[Finding]:
    if not credential.short:
        yield "short", "is missing: the name that people use in a list"
    if len(credential.short) > MAX_SHORT_NAME:
        yield "short", f"has {len(credential.short)} characters, at most {MAX_SHORT_NAME} fit"


def _reference_findings(credential: Credential, shelf: _Shelf) -> Iterator[Finding]:
    if not shelf.has(f"providers/{credential.provider}"):
        yield "provider", f"{credential.provider} has no file in providers/"
    for field, identity in _references(credential):
        if not shelf.has(f"credentials/{identity}"):
            yield field, f"names {identity}, which has no file in credentials/"
        if identity == credential.id:
            yield field, "names the credential itself"
    for link in chain.from_iterable(_values(credential.stacks_into)):
        target = shelf.credential(link.credential) if link.relation == "renews" else None
        if target and credential.id not in chain.from_iterable(_values(target.renewed_by)):
            yield "stacks_into", f"says that it renews {target.id}, whose renewed_by does not say so"


def _references(credential: Credential) -> Iterator[tuple[str, str]]:
    """Every field that names another credential by its id, and that id."""
    for needed in _values(credential.prerequisites):
        items: Iterable[Requirement] = (*chain.from_iterable(needed.required), *needed.recommended)
        yield from (("prerequisites", item.credential) for item in items if item.credential)
    for links in _values(credential.stacks_into):
        yield from (("stacks_into", link.credential) for link in links if link.credential)
    for identities in _values(credential.renewed_by):
        yield from (("renewed_by", identity) for identity in identities)
    for field, value in (("replaced_by", credential.replaced_by), ("replaces", credential.replaces)):
        yield from ((field, target) for target in _values(value) if _OUR_ID.fullmatch(target))


def _values(value: Sourced[Any] | None) -> list[Any]:
    """What a field's readings say, superseded ones too."""
    return [reading.value for reading in (*value.readings, *value.older)] if value else []


def _status_findings(credential: Credential) -> Iterator[Finding]:
    status, retired_on = credential.status.value, credential.retired_on
    if status in {"retired", "retiring"} and retired_on is None:
        yield "retired_on", f"is missing, and the status is {status}: give the date, or unknown with the reason"
    if retired_on is None or retired_on.value is None:
        return
    if not AS_OF.fullmatch(retired_on.value):
        yield "retired_on", f"{retired_on.value!r} is not a date such as 2026-08-31"
    if status == "active":
        yield "status", f"is active, and retired_on is {retired_on.value}"


def _drifted_facts(file: _File, shelf: _Shelf, reader: FactReader) -> Iterator[Finding]:
    """Facts of a credential's prose that its data does not hold."""
    own = shelf.facts(file, reader)
    for section in file.document.sections:
        held = own | shelf.linked_facts(file, section, reader)
        for fact in sorted(reader.read(_COURSE.sub("", section.text)), key=lambda fact: (fact.kind, fact.value)):
            if not supports(held, fact):
                yield section.heading or "body", f"says {fact.kind} {fact.value!r}, which the front matter does not"


def _told(field: str, node: object) -> Iterator[str]:
    """The front matter in words, each value with its unit."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _NOT_TOLD:
                yield from _told(field if key in _READINGS else str(key), value)
    elif isinstance(node, list):
        for value in node:
            yield from _told(field, value)
    elif node is not None:
        yield _TOLD.get(field, "{}").format(node)


def _counts(front: dict[str, Any]) -> Iterator[str]:
    """How many values the fields with lists have: prose says "five areas"."""
    for value in front.values():
        if isinstance(value, dict) and isinstance(value.get("value"), list):
            yield str(len(value["value"]))


def _shared_names(files: Iterable[_File]) -> Iterator[Problem]:
    """Names that two credentials bear. An active and a retired one may share an alias: the active one is meant.

    Kinds of programme may share one too, where several makers use it ("professional certificate"): the bot asks back.
    """
    credentials = [(file.name, file.document.credential) for file in files if file.document.credential]
    programmes = {name for name, credential in credentials if credential.kind == "programme_type"}
    yield from _doubles((name, "short", credential.short) for name, credential in credentials if credential.short)
    yield from _doubles(
        (
            (name, field, spoken)
            for name, credential in credentials
            if credential.status.value != "retired"
            for field, names in (("codes", credential.codes), ("aliases", (credential.title, *credential.aliases)))
            for spoken in names
        ),
        programmes,
    )


def _doubles(named: Iterable[tuple[str, str, str]], may_share: Collection[str] = ()) -> Iterator[Problem]:
    bearers: dict[tuple[str, ...], dict[str, tuple[str, str]]] = {}
    for file, field, name in named:
        bearers.setdefault(tuple(words(name)), {}).setdefault(file, (field, name))
    for files in bearers.values():
        for file, (field, name) in files.items():
            others = [other for other in files if other != file and not (file in may_share and other in may_share)]
            if others:
                yield Problem(file, field, f"{name!r} also names {', '.join(others)}")
