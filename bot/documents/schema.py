"""Our own files into documents: the one place that says what a valid file of `knowledge/` is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.catalog.credential import Credential, Source
from bot.documents.markdown import sections, split_front_matter
from bot.documents.model import Document, Page
from bot.errors import DocumentError, Problem

AS_OF = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_CREDENTIAL = TypeAdapter(Credential)
_PAGE = TypeAdapter(Page)


def parse_document(name: str, text: str) -> Document:
    """Turn one Markdown file into a document.

    `name` is the path below the knowledge folder, e.g. `credentials/ccna.md`. A file without front matter, or one
    whose front matter names no `kind`, becomes general knowledge. Raises `DocumentError` with every problem found.
    """
    try:
        front, body = split_front_matter(text)
    except ValueError as error:
        raise DocumentError([Problem(name, "front matter", str(error))]) from error
    path = PurePosixPath(name)
    identity = str(path.with_suffix(""))
    if front is not None and not isinstance(front.get("kind", ""), str):
        raise DocumentError([Problem(name, "kind", "is not a word")])
    if front is None or "kind" not in front:
        return _general(identity, front or {}, body)
    if front["kind"] in {"guide", "provider"}:
        return _page(name, identity, front, body)
    return _credential(name, identity, front, body)


def _general(identity: str, front: dict[str, Any], body: str) -> Document:
    cut = sections(body)
    heading = next((section.heading for section in cut if section.heading), "")
    title = str(front.get("title") or heading or PurePosixPath(identity).name)
    return Document(id=identity, kind="general", title=title, sections=cut, summary=str(front.get("description") or ""))


def _page(name: str, identity: str, front: dict[str, Any], body: str) -> Document:
    page = _validated(_PAGE, name, front)
    document = Document(
        id=identity,
        kind=page.kind,
        title=page.title,
        summary=page.summary,
        aliases=page.aliases,
        topics=page.topics,
        sources=page.sources,
        as_of=page.as_of,
        url=page.url,
        sections=sections(body),
    )
    _refuse(_source_problems(name, document))
    return document


def _credential(name: str, identity: str, front: dict[str, Any], body: str) -> Document:
    credential = _validated(_CREDENTIAL, name, {**front, "id": PurePosixPath(identity).name, "document": identity})
    document = Document(
        id=identity,
        kind="credential",
        title=credential.title,
        summary=credential.summary,
        aliases=credential.aliases,
        topics=credential.topics,
        sources=credential.sources,
        url=credential.url,
        sections=sections(body),
        credential=credential,
    )
    _refuse([*_source_problems(name, document), *_field_problems(name, front, credential.sources)])
    return document


def credential_from(data: dict[str, Any]) -> Credential:
    """A credential that was valid when it was stored."""
    return _CREDENTIAL.validate_python(data)


def _validated(adapter: TypeAdapter[Any], name: str, front: dict[str, Any]) -> Any:
    try:
        return adapter.validate_python(front)
    except ValidationError as error:
        problems = [
            Problem(name, ".".join(str(part) for part in item["loc"]) or "front matter", item["msg"])
            for item in error.errors()
        ]
        raise DocumentError(problems) from error


def _source_problems(name: str, document: Document) -> list[Problem]:
    unknown = [
        Problem(name, section.heading or "body", f"names the source {key!r}, which is not among this file's sources")
        for section in document.sections
        for key in section.sources
        if key not in document.sources
    ]
    dates = [(f"sources.{key}.date", source.date) for key, source in document.sources.items()]
    return unknown + _date_problems(name, [*dates, ("as_of", document.as_of)])


def _field_problems(name: str, front: dict[str, Any], sources: dict[str, Source]) -> list[Problem]:
    """Every reading of every sourced field names sources of this file and a date that can be compared."""
    problems: list[Problem] = []
    for field, value in front.items():
        if not isinstance(value, dict) or field in {"sources", "renewal_rule"}:
            continue
        for reading in [value, *value.get("conflict", ()), *value.get("older", ())]:
            problems += [
                Problem(name, field, f"names the source {key!r}, which is not among this file's sources")
                for key in reading.get("source", ())
                if key not in sources
            ]
            problems += _date_problems(name, [(f"{field}.as_of", reading.get("as_of"))])
            problems += _day_problems(name, field, reading)
    return problems


def _day_problems(name: str, field: str, reading: dict[str, Any]) -> list[Problem]:
    """From when or until when a reading holds is compared with the day on which somebody earned it."""
    return [
        Problem(name, f"{field}.{key}", f"{reading[key]!r} is not a day such as 2026-08-19")
        for key in ("earned_since", "earned_before")
        if reading.get(key) is not None and not _is_day(str(reading[key]))
    ]


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _date_problems(name: str, dates: list[tuple[str, object]]) -> list[Problem]:
    return [
        Problem(name, field, f"{value!r} is not a date such as 2026, 2026-08 or 2026-08-19")
        for field, value in dates
        if value is not None and not AS_OF.fullmatch(str(value))
    ]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise DocumentError(problems)
