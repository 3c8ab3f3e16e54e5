"""Text as people send it, made safe and comparable. Knows nothing of meaning."""

from __future__ import annotations

import re
import unicodedata

# Invisible characters that change what a reader or a model sees: zero-width, bidirectional controls, fillers that
# count as letters, variation selectors and tag characters (both can carry hidden text).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_TRADE_MARK = re.compile("[\u00ae\u2120\u2122]")
_COMBINING = re.compile(r"[\u0300-\u036f]")
_HYPHEN = re.compile(r"(?<=[a-z0-9])[\u2010-\u2013](?=[a-z0-9])")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_CODE_GAP = re.compile(r"(?<![a-z0-9])([a-z]{2,3}|[a-z]{2}\d)[_\u2014\u2015]?(\d{3})(?![a-z0-9])")
# Python's `\w` leaves out the vowel signs of Indic and other scripts, which belong inside their words.
SIGNS = "".join(chr(code) for code in range(0x0483, 0x1B00) if unicodedata.category(chr(code)) in {"Mn", "Mc"})
SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(
    rf"""
    [a-z][a-z0-9]{{1,3}}-[a-z]?\d{{2,4}}(?![a-z0-9])  # an exam code: az-104, clf-c02, sy0-701
    | \d{{3}}-\d{{3,4}}(?!\d)                       # and one of figures: 200-301, 220-1201
    | \d+(?:[.,]\d+)*
    | [{SPACELESS}]                                # scripts without spaces: a character a word
    | (?:[^\W\d_{SPACELESS}][{SIGNS}]*|\d)+       # letters with their vowel signs
      (?:(?<=[^\W\d_]{{3}})['’][^\W\d_]+)?\+?      # what's is one word, l'examen and i'm are two
    """,
    re.VERBOSE,
)
_CJK = re.compile(f"[{SPACELESS}]")


def clean(text: str) -> str:
    """Drop what is never part of a question: control and invisible characters, lone surrogates."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return "".join(char if char in "\n\t" or unicodedata.category(char) != "Cc" else " " for char in text).strip()


def fold(text: str) -> str:
    """Lower case, Latin accents removed, figures in ASCII, codes in one spelling (`az104`, `AZ–104` are `az-104`)."""
    decomposed = unicodedata.normalize("NFKD", _TRADE_MARK.sub("", text).casefold()).casefold()
    plain = unicodedata.normalize("NFC", _COMBINING.sub("", decomposed))
    plain = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), plain)
    return _CODE_GAP.sub(r"\1-\2", _HYPHEN.sub("-", plain))


def words(text: str) -> list[str]:
    """The words of a text, folded, in order; a plus sign belongs to its word (`security+`), a code stays whole."""
    return _WORD.findall(fold(text))


def placed_words(folded: str) -> list[tuple[str, int, int]]:
    """The words of a text that is folded already, with where each begins and ends."""
    return [(match[0], *match.span()) for match in _WORD.finditer(folded)]


def is_spaceless(text: str) -> bool:
    """Whether the text is in a script that writes no spaces between words."""
    return bool(_CJK.search(text))
