"""Files that want to do harm to whoever reads them, made here: none is kept anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha">""" + b"".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'.encode() for before, name in zip("abcdefghi", "bcdefghij", strict=True)
) + b"]>"  # fmt: skip
_DOCUMENT = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s'
    b"</w:t></w:r></w:p></w:body></w:document>"
)
_RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    b'Target="word/document.xml"/></Relationships>'
)
_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    b'ContentType="application/xml"/><Default Extension="rels" '
    b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def docx(text: bytes = b"Hello", before: bytes = b"", more: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A Word document of one paragraph; `before` stands in front of its XML, `more` files lie beside it."""
    inner = before + _DOCUMENT % text
    return zipped([("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS), ("word/document.xml", inner), *more])


def pdf(pages: Iterable[bytes], *, shared: bytes | None = None) -> bytes:
    """A PDF whose pages have these packed contents; with `shared` that is the content of each of them."""
    packed = [*pages]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    if shared is not None:
        objects.append(_stream(shared))
    kids = []
    for content in packed:
        if shared is None:
            objects.append(_stream(content))
        stream = 4 if shared is not None else len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {stream} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _set_out(objects)


def _set_out(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _stream(packed: bytes) -> bytes:
    return b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)


def page(text: str) -> bytes:
    return zlib.compress(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode())


def zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


def huge_picture() -> bytes:
    """A PNG of 30,000 by 30,000 points in a few bytes."""
    head = b"IHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x06\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4) + bytes(64)


# What it is called when it is sent, what it holds, and for which reasons it may be refused.
HOSTILE: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "archive of zeros": ("a.docx", lambda: docx(more=[("word/media/a.xml", bytes(90_000_000))]), {"text"}),
    "archive that says it is huge": ("a.docx", lambda: docx(more=[("x", bytes(150_000_000))]), {"text"}),
    "archive in an archive": ("a.zip", lambda: zipped([("b.zip", zipped([("c", bytes(10_000_000))]))]), {"kind"}),
    "archive of many files": ("a.docx", lambda: docx(more=((f"x/{n}", b"") for n in range(5_000))), {"text"}),
    "billion laughs": ("a.docx", lambda: docx(b"&j;", _BILLION_LAUGHS), {"broken", "time"}),
    "ten thousand pages": ("a.pdf", lambda: pdf([b""] * 10_000, shared=page("Hello")), {"pages"}),
    "a gigabyte of zeros": ("a.pdf", lambda: pdf([zeros(1_000)]), {"time", "no_text", "broken"}),
    "huge picture": ("a.png", huge_picture, {"picture"}),
    "huge picture called text": ("a.txt", huge_picture, {"picture"}),
    "program": ("a.pdf", lambda: b"\x7fELF" + bytes(5_000), {"kind"}),
    "pdf without an end": ("a.pdf", lambda: pdf([page("Hello")])[:400], {"broken"}),
    "nothing": ("a.txt", lambda: b"  \n ", {"no_text"}),
    "deep html": ("a.html", lambda: b"<html>" + b"<div>" * 200_000 + b"x", {"broken"}),
    "deep lists": ("a.html", lambda: b"<html>" + b"<ul><li>" * 100_000 + b"x", {"broken"}),
    "deep tables": ("a.html", lambda: b"<html>" + b"<table><tr><td>" * 100_000 + b"x", {"broken"}),
    # What is left out is taken out one by one.
    "deep buttons": ("a.html", lambda: b"<html>" + b"<button>" * 100_000 + b"x", {"broken"}),
    "too much text": ("a.txt", lambda: b"word " * 500_000, {"text"}),
    "open quotes": ("a.html", lambda: b"<html>" + b"<a b='" * 300_000, {"broken", "time", "no_text", "text"}),
}
