"""Tables and data files: a record becomes a section, its fields become lines."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any, TypeAlias

from bot.documents.foreign.draft import MAX_ROWS, ContentError, Draft
from bot.documents.foreign.text import decode, readable_name, urls
from bot.documents.model import Section

MAX_DEPTH = 12

Record: TypeAlias = list[tuple[str, Any]]

_DELIMITERS = ",;\t|"
_SAMPLE = 20
_TITLES = (
    "title", "name", "course title", "course name", "course", "certification", "certificate", "credential", "exam",
    "program", "programme", "page title", "heading", "label", "question",
)  # fmt: skip
_DATA = re.compile(r"[-+]?[\d.,:/ %$€£-]+|\S+@\S+\.\S+|https?://.*|true|false", re.IGNORECASE)
_HTML = re.compile(r"</?(?:a|b|br|div|em|h[1-6]|i|li|ol|p|span|strong|u|ul)\b[^<>]*>", re.IGNORECASE)
_LIST = re.compile(r"""\[(['"]).*\1\]""", re.DOTALL)  # as pandas and Python print a list of words
_LIST_MARK = re.compile(r"""['"],\s*['"]""")
_SPACES = re.compile(r"[ \t]+")
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", re.IGNORECASE)


def read_csv(data: bytes) -> Draft:
    header, *rows = _rows(decode(data))
    _check_header(header)
    if not rows:
        raise ContentError("has column names but no rows", "rows")
    names = [readable_name(name) or f"column {number}" for number, name in enumerate(header, start=1)]
    records = [list(zip(names, row, strict=False)) for row in rows]
    return Draft(sections=_sections(records))


def read_json(data: bytes) -> Draft:
    value = _unwrapped(_parsed(decode(data)))
    if isinstance(value, list):
        return Draft(sections=tuple(_of_list("", value)))
    if not isinstance(value, dict):
        raise ContentError("is a single value, not an object or a list of objects")
    title = next((key for key in ("title", "name") if isinstance(value.get(key), str)), None)
    rest = {key: item for key, item in value.items() if key != title}
    return Draft(title=_plain(value.get(title)), sections=tuple(_of_object(rest or value)))


def read_jsonl(data: bytes) -> Draft:
    records = []
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        record = _parsed(line, number)
        if not isinstance(record, dict):
            raise ContentError("is not an object", f"line {number}")
        records.append(record)
    return Draft(sections=tuple(_of_list("", records)))


def _rows(text: str) -> list[list[str]]:
    reader = csv.reader(StringIO(text), delimiter=_delimiter(text), strict=True)
    rows: list[list[str]] = []
    try:
        for cells in reader:
            row = _without_empty_end(cells)
            if row and rows and not len(row) <= len(rows[0]) <= len(cells):
                reason = f"has {len(cells)} cells where the first row has {len(rows[0])} column names"
                raise ContentError(reason, f"line {reader.line_num}")
            if row:
                rows.append(row)
            if len(rows) > MAX_ROWS + 1:
                raise ContentError(f"has more than {MAX_ROWS:,} rows", "size")
    except csv.Error as error:
        raise ContentError(f"is not valid CSV: {error}", f"line {reader.line_num}") from error
    if not rows:
        raise ContentError("is empty")
    return rows


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    """Spreadsheets pad rows with empty cells; those carry nothing."""
    row = [cell.strip() for cell in cells]
    while row and not row[-1]:
        row.pop()
    return row


def _delimiter(text: str) -> str:
    """The delimiter that makes the most column names.

    `csv.Sniffer` also guesses from the rows, where it takes apostrophes for quotes and decimal commas for columns.
    """

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader(StringIO(text.lstrip("\n")), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=columns)


def _check_header(header: list[str]) -> None:
    named = [name for name in header if name and not _DATA.fullmatch(name)]
    addresses = [name for name in header if name.lower().startswith(("http://", "https://"))]
    if addresses or len(named) * 2 <= len(header):
        raise ContentError("the first row holds data, not column names", "header")


def _parsed(text: str, line: int | None = None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ContentError(f"is not valid JSON: {error.msg}", f"line {line or error.lineno}") from error
    except (ValueError, RecursionError) as error:
        raise ContentError("is not usable JSON: nested too deeply or with a number too long") from error


def _unwrapped(value: Any) -> Any:
    """An object that holds nothing but another collection is an envelope."""
    while isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        if not isinstance(inner, dict | list):
            break
        value = inner
    return value


def _of_object(value: dict[str, Any]) -> Iterator[Section]:
    single = [(key, item) for key, item in value.items() if not isinstance(item, dict | list)]
    lines = list(_lines(single))
    if lines:
        yield _section("", lines)
    for key, item in value.items():
        if isinstance(item, list):
            yield from _of_list(readable_name(key), item)
        elif isinstance(item, dict):
            yield _section(readable_name(key), _lines(item.items()))


def _of_list(name: str, items: list[Any]) -> Iterable[Section]:
    if len(items) > MAX_ROWS:
        raise ContentError(f"has more than {MAX_ROWS:,} entries", "size")
    if items and all(isinstance(item, dict) for item in items):
        return _sections([list(item.items()) for item in items])
    return [_section(name, _block("", items, 0))] if items else []


def _sections(records: list[Record]) -> tuple[Section, ...]:
    title = _title_field(records)
    return tuple(section for record in records if (section := _of_record(record, title)).text)


def _of_record(record: Record, title: str) -> Section:
    heading = next((_plain(value) for name, value in record if name == title and _is_scalar(value)), "")
    lines = list(_lines((name, value) for name, value in record if name != title or not _is_scalar(value)))
    # A record of nothing but its title still has something to say.
    return _section(heading, lines or [heading])


def _title_field(records: list[Record]) -> str:
    """The field that names a record: by its name, else the first that holds words."""
    sample = list(islice(records, _SAMPLE))
    fields = list(dict.fromkeys(name for record in sample for name, value in record if _is_scalar(value)))
    known = {readable_name(field).lower(): field for field in reversed(fields)}
    named = [known[title] for title in _TITLES if title in known]
    ending = [field for end in (" title", " name") for name, field in known.items() if name.endswith(end)]
    wordy = [field for field in fields if _holds_words(field, sample)]
    return next(iter([*named, *ending, *wordy]), "")


def _holds_words(field: str, records: list[Record]) -> bool:
    values = [_plain(value) for record in records for name, value in record if name == field and _is_scalar(value)]
    return any(values) and not any(_DATA.fullmatch(value) for value in values)


def _section(heading: str, lines: Iterable[str]) -> Section:
    text = "\n".join(lines)
    return Section(heading=heading, text=text, links=tuple(dict.fromkeys(urls(text))))


def _lines(fields: Iterable[tuple[str, Any]], depth: int = 0) -> Iterator[str]:
    for name, value in fields:
        if _is_scalar(value):
            if text := _plain(value):
                yield f"{'  ' * depth}{readable_name(name)}: {text}"
        elif value:
            yield from _block(readable_name(name), value, depth)


def _block(name: str, value: Any, depth: int) -> Iterator[str]:
    """A nested value below its name."""
    if depth > MAX_DEPTH:
        raise ContentError(f"is nested more than {MAX_DEPTH} levels deep")
    label = [f"{'  ' * depth}{name}:"] if name else []
    inner = depth + 1 if name else depth
    if isinstance(value, dict):
        yield from [*label, *_lines(value.items(), inner)]
    elif all(_is_scalar(item) for item in value):
        yield "".join([*label, " " if name else "", ", ".join(filter(None, map(_plain, value)))])
    else:
        yield from label
        for item in value:
            first, *rest = list(_item(item, inner)) or [""]
            yield from [f"{'  ' * inner}- {first.strip()}", *rest]


def _item(item: Any, depth: int) -> Iterator[str]:
    if _is_scalar(item):
        yield _plain(item)
    else:
        yield from _block("", item, depth + 1)


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _plain(value: Any) -> str:
    """A single value as text; a value of the web often holds tags and entities."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = _SPACES.sub(" ", _HTML.sub(" ", str(value))).strip()
    if _LIST.fullmatch(text):
        text = ", ".join(item.strip() for item in _LIST_MARK.split(text[2:-2]))
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text).strip()
