"""HTML, PDF and DOCX, by way of markitdown's converters.

The converters are called directly: without the MarkItDown object there are no plugins, no network and no models.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from bot.documents.foreign.draft import MAX_BYTES, ContentError, Draft, bounded
from bot.documents.foreign.markup import escape_tags, title_heading
from bot.documents.foreign.text import decode, one_line
from bot.documents.markdown import sections
from bot.documents.model import Section

if TYPE_CHECKING:
    from bs4 import Tag

MAX_UNPACKED_BYTES = 100_000_000
MAX_ENTRIES = 1_000
# XML packs well, to a tenth or a fiftieth; whoever packs far better wants to fill a memory.
MAX_PACKED = 150
_SMALL = 1_000_000  # unpacked; nobody minds that
PASSAGE_CHARACTERS = 1_500
_SCANNED = "holds no text; a scanned PDF needs text recognition first"
_NO_LETTERS = "its fonts do not say which letters they draw, so its text cannot be read"
# Reasons that mean: there may be something to see, but nothing to read.
NO_TEXT = frozenset({_SCANNED, _NO_LETTERS, "holds no text", "is empty"})

_NOT_CONTENT = {"script", "style", "noscript", "template", "nav", "footer", "svg", "iframe", "button", "select"}
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNDERLINE = re.compile(r"</?u>")
_GLYPH_NUMBER = re.compile(r"\(cid:\d+\)")
_GLYPH_SHARE = 0.2
_ITEM = re.compile(r"(?:[•◦▪●○■‣·*–-]|\d{1,3}[.)]|[a-z][.)])\s|\|")
_SHORT_LINE = 0.7
_PORTION = 2**16
_DEEPEST = 512  # as browsers have it; more than the converter takes


def read_html(data: bytes) -> Draft:
    with _converting("HTML"):
        from bs4 import BeautifulSoup  # noqa: PLC0415 - see _converting
        from markitdown import StreamInfo  # noqa: PLC0415
        from markitdown.converters import HtmlConverter  # noqa: PLC0415

        text = _html_text(data)
        _check_depth(text)
        # lxml, because Python's own parser takes quadratic time where a quote or a comment stays open.
        soup = BeautifulSoup(text, "lxml")
        title = soup.title.get_text() if soup.title else ""
        for element in soup.find_all(_is_not_content):
            element.extract()
        info = StreamInfo(extension=".html", charset="utf-8")
        page = BytesIO(str(soup).encode())
        # strict: without it a page nested too deeply becomes a warning and unformatted text.
        markdown = HtmlConverter().convert(page, info, strict=True, autolinks=False).markdown
    return _from_markdown(markdown, title)


def read_docx(data: bytes) -> Draft:
    _check_docx(data)
    with _converting("DOCX"):
        from markitdown import StreamInfo  # noqa: PLC0415 - see _converting
        from markitdown.converters import DocxConverter  # noqa: PLC0415

        # Word's own title style is no heading to the converter unless it is told so.
        styles = "p[style-name='Title'] => h1:fresh"
        info = StreamInfo(extension=".docx")
        converter = DocxConverter()  # type: ignore[no-untyped-call]
        converted = converter.convert(BytesIO(data), info, style_map=styles, strict=True, autolinks=False)
    return _from_markdown(converted.markdown)


def read_pdf(data: bytes) -> Draft:
    if b"%PDF-" not in data[:1024]:
        raise ContentError("is not a PDF file")
    if b"%%EOF" not in data:
        raise ContentError("is a PDF file without an end: it was cut off")
    with _converting("PDF"):
        from markitdown import StreamInfo  # noqa: PLC0415 - see _converting
        from markitdown.converters import PdfConverter  # noqa: PLC0415

        text = bounded(PdfConverter().convert(BytesIO(data), StreamInfo(extension=".pdf")).markdown)
    if not text.strip():
        raise ContentError(_SCANNED)
    if sum(map(len, _GLYPH_NUMBER.findall(text))) > len(text) * _GLYPH_SHARE:
        raise ContentError(_NO_LETTERS)
    return Draft(sections=tuple(_pages(text) if "\f" in text.strip("\f") else _portions(text)))


@contextmanager
def _converting(kind: str) -> Iterator[None]:
    """The border to the converters: their warnings end here, and whatever they raise means an unusable file.

    They are imported inside, because they load for more than a second and warn while they do.
    """
    for talkative in ("pdfminer", "bs4"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except ContentError:
            raise
        except Exception as error:
            detail = one_line(f"{type(error).__name__}: {error}".removesuffix(": "))
            raise ContentError(f"cannot be read as {kind} ({detail[:200]})") from error


def _is_not_content(tag: Tag) -> bool:
    """What is not text of the page; what a browser does not show must not speak to a model either."""
    return (
        tag.name in _NOT_CONTENT
        or "hidden" in tag.attrs
        or tag.get("aria-hidden") == "true"
        or tag.get("role") == "navigation"
        or bool(_NOT_SHOWN.search(str(tag.get("style", ""))))
    )


class _Depth:
    """A target of lxml's parser that counts how deep elements stand in each other."""

    def __init__(self) -> None:
        self._depth = 0

    def start(self, _tag: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ContentError(f"is nested more than {_DEEPEST} levels deep")

    def end(self, _tag: str) -> None:
        self._depth -= 1

    def close(self) -> None:
        pass


def _check_depth(text: str) -> None:
    """Before the page is built: what is done with its elements takes time by their number times their depth."""
    from lxml import etree  # noqa: PLC0415 - see _converting

    parser = etree.HTMLParser(target=_Depth(), huge_tree=True)
    for start in range(0, len(text), _PORTION):
        parser.feed(text[start : start + _PORTION])
    parser.close()


def _html_text(data: bytes) -> str:
    """A page in UTF-8, or in the encoding that it declares."""
    from bs4.dammit import EncodingDetector  # noqa: PLC0415 - see _converting

    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    try:
        data.decode()
    except UnicodeDecodeError:
        with suppress(LookupError, UnicodeDecodeError):
            data = data.decode(declared or "utf-8").encode()
    # Most of a saved page may be scripts, so its length is limited by what is left without them.
    return decode(data, most=MAX_BYTES)


def _check_docx(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ContentError("is not a DOCX file (perhaps an old .doc, a protected file, or one cut off)") from error
    if "word/document.xml" not in {entry.filename for entry in entries}:
        raise ContentError("is a ZIP archive, but not a DOCX file")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise ContentError(f"unpacks to more than {MAX_UNPACKED_BYTES:,} bytes", "size")
    if len(entries) > MAX_ENTRIES or unpacked > max(_SMALL, MAX_PACKED * len(data)):
        raise ContentError("is packed as no document is", "size")


def _from_markdown(markdown: str, title: str = "") -> Draft:
    markdown = escape_tags(_UNDERLINE.sub("", bounded(markdown)))
    return Draft(title=title_heading(markdown) or title, sections=sections(markdown))


def _pages(text: str) -> Iterator[Section]:
    for number, page in enumerate(text.split("\f"), start=1):
        if content := "\n".join(_paragraphs(page)):
            yield Section(heading=f"Page {number}", text=content)


def _portions(text: str) -> Iterator[Section]:
    """Paragraphs in groups of a size that can be read at once, where the page breaks are not known."""
    group: list[str] = []
    for paragraph in _paragraphs(text.replace("\f", "\n\n")):
        if group and sum(map(len, group)) + len(paragraph) > PASSAGE_CHARACTERS:
            yield Section(heading="", text="\n".join(group))
            group = []
        group.append(paragraph)
    if group:
        yield Section(heading="", text="\n".join(group))


def _paragraphs(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text):
        lines = [" ".join(line.split()) for line in block.split("\n") if line.strip()]
        if lines:
            yield "\n".join(_unwrapped(lines))


def _unwrapped(lines: list[str]) -> list[str]:
    """Join the lines of a paragraph; list items, table rows and what follows a short line stay apart."""
    enough = _SHORT_LINE * max(map(len, lines))
    joined = [lines[0]]
    for before, line in pairwise(lines):
        if len(before) < enough or _ITEM.match(line) or before.endswith("|"):
            joined.append(line)
        else:
            joined[-1] += line if joined[-1].endswith("-") else f" {line}"
    return joined
