"""Bytes into clean text, and addresses without the parts that only track who follows them."""

from __future__ import annotations

import codecs
import re

from bot.documents.foreign.draft import MAX_CHARACTERS, ContentError, bounded
from bot.text.words import clean

_NEWLINES = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_SHARE = 0.01
_URL = re.compile(r"https?://[^\s<>\"'`\[\]{}|\\^，。、）]+", re.IGNORECASE)
_TRACKING = re.compile(
    r"""
    (?: wt\.mc_id | utm_\w+ | gclid | gclsrc | dclid | gbraid | wbraid | fbclid | msclkid | yclid | twclid | ttclid
      | igshid | mc_[ce]id | mkt_tok | _hsenc | _hsmi | _ga | _gl | vero_id | ocid | wdorigin | cmpid | spm
      | trk | trkinfo | trackingid | irclickid | irgwc | ranmid | raneaid | ransiteid | lsnpubid
      | aff_?(?:id|code|iliate\w*)? | referralcode )
    (?:=|$)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])(?=[a-z])")


def decode(data: bytes, most: int = MAX_CHARACTERS) -> str:
    """The text of a text file, with one kind of line end.

    Line ends that only Python knows are made newlines too: Markdown counts lines without them. Repair comes first,
    because double-encoded letters contain them.
    """
    text = _decoded(data)
    if len(_CONTROL.findall(text)) > len(text) * _CONTROL_SHARE or "\0" in text:
        raise ContentError("is binary, not text")
    return _NEWLINES.sub("\n", repair(bounded(text, most)))


def _decoded(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ContentError("is not text in UTF-8, UTF-16 or Windows-1252")


def repair(text: str) -> str:
    """Undo double encoding, line by line and only where it is likely: correct text must stay as it is."""
    import ftfy  # noqa: PLC0415 - 0.1 s at every start otherwise
    from ftfy.badness import is_bad  # noqa: PLC0415

    if not is_bad(text):
        return text
    return "\n".join(ftfy.fix_encoding(line) if is_bad(line) else line for line in text.split("\n"))


def tidy(text: str) -> str:
    """Text ready for a section: repaired, no invisible characters, no tracking in its addresses."""
    return _URL.sub(_bare, clean(repair(text)))


def one_line(text: str) -> str:
    return " ".join(tidy(text).split())


def urls(text: str) -> list[str]:
    return [_trimmed(found) for found in _URL.findall(text)]


def bare_url(url: str) -> str:
    """The address without tracking parameters; the others stay exactly as they are."""
    address, mark, fragment = url.partition("#")
    page, _, query = address.partition("?")
    parts = re.split(r"&amp;|[&?]", query)
    kept = [part for part in parts if not _TRACKING.match(part)]
    if len(kept) == len(parts):
        return url
    return page + ("?" + "&".join(kept) if kept else "") + mark + fragment


def readable_name(name: str) -> str:
    """A column or key as words: `course_title` and `courseTitle` are `course title`."""
    return _CAMEL.sub(lambda found: " " + found[1].lower(), name.replace("_", " ")).strip()


def _bare(found: re.Match[str]) -> str:
    url = _trimmed(found[0])
    return bare_url(url) + found[0][len(url) :]


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it."""
    url = url.rstrip(".,;:!?*")
    return url.rstrip(").,") if "(" not in url else url
