"""What kind of file some bytes are: by what they hold; a name only tells texts apart that look alike."""

from __future__ import annotations

import csv
import json
import re
from io import BytesIO, StringIO
from itertools import islice
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"RIFF",
    b"\0\0\0\x1cftyp",
    b"\0\0\0\x18ftyp",
)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_HEAD = 4_096
_TEXTS = (".md", ".markdown", ".mdx", ".csv")
_ROWS = 20
_FEWEST = 2  # rows and columns of a table


def is_picture(data: bytes) -> bool:
    return data.startswith(_PICTURES)


def kind_of(name: str, data: bytes) -> str | None:
    """The ending under which the content is read, None where it is none of what can be."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\t\r\n ")
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if data.startswith(b"PK"):
        return ".docx" if _is_docx(data) else None
    if b"\0" in head and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    if _HTML.search(head):
        return ".html"
    if head[:1] in {b"{", b"["} and (kind := _json_kind(data)):
        return kind
    ending = PurePosixPath(name).suffix.lower()
    if ending in _TEXTS[:-1] or (ending == _TEXTS[-1] and _is_table(data)):
        return ending
    return ".txt"


def _is_docx(data: bytes) -> bool:
    try:
        with ZipFile(BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _json_kind(data: bytes) -> str | None:
    for kind, text in ((".json", data), (".jsonl", data.lstrip().partition(b"\n")[0])):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            continue
        return kind
    return None


def _is_table(data: bytes) -> bool:
    text = data[:_HEAD].decode("utf-8", "replace")
    try:
        dialect = csv.Sniffer().sniff(text, ",;\t|")
        rows = list(islice(csv.reader(StringIO(text), dialect), _ROWS))
    except csv.Error:
        return False
    return len(rows) >= _FEWEST and len(rows[0]) >= _FEWEST
