"""Text as people send it, made safe and comparable. Knows nothing of meaning."""

from __future__ import annotations

import re
import unicodedata

# Invisible characters that change what a reader or a model sees: zero-width, bidirectional controls, tag characters.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_CODE_GAP = re.compile(r"(?<![a-z0-9])([a-z]{2,3})[_\u2010-\u2015]?(\d{3})(?![a-z0-9])")
_WORD = re.compile(
    r"""
    [a-z][a-z0-9]{1,3}-[a-z]?\d{2,4}(?![^\W_])       # an exam code: az-104, clf-c02, sy0-701
    | \d{3}-\d{3,4}(?!\d)                           # and one of figures: 200-301, 220-1201
    | \d+(?:[.,]\d+)*
    | [\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]      # scripts without spaces: a character a word
    | (?:[^\W\d_\u3040-\u9fff][\u0900-\u0dff]*|\d)+  # letters with their vowel signs
      (?:['’][^\W\d_]+)?\+?
    """,
    re.VERBOSE,
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_COMBINING = re.compile(r"[\u0300-\u036f]")


def clean(text: str) -> str:
    """Drop what is never part of a question: control and invisible characters, lone surrogates."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return "".join(char if char in "\n\t" or unicodedata.category(char) != "Cc" else " " for char in text).strip()


def fold(text: str) -> str:
    """Lower case, Latin accents removed, exam codes in one spelling (`az104` and `AZ–104` are `az-104`)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = unicodedata.normalize("NFC", _COMBINING.sub("", decomposed))
    return _CODE_GAP.sub(r"\1-\2", plain)


def words(text: str) -> list[str]:
    """The words of a text, folded, in order; a plus sign belongs to its word (`security+`), a code stays whole."""
    return _WORD.findall(fold(text))


def is_spaceless(text: str) -> bool:
    """Whether the text is in a script that writes no spaces between words."""
    return bool(_CJK.search(text))
