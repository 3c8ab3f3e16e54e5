"""Names written by their sound in another script ("सीसीएनए", "सिक्योरिटी प्लस") put into the letters they are known by.

Pure. It knows no name: what the sounds spell counts only where the catalogue has such a name, because most syllables
that sound like a letter are ordinary words as well (के is "of" and K, आई is "came" and I).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.catalog.names import Names
from bot.offline.cues import BY_SOUND
from bot.text.lexicon import Lexicon
from bot.text.words import SIGNS, SPACELESS, fold, is_spaceless, words

_LETTERS, _WORDS = BY_SOUND
_MOST = 8  # words that may spell one abbreviation: "सी आई एस एस पी"
_PAIR = 2
_PIECE = rf"(?:[^\W\d_{SPACELESS}][{SIGNS}]*)+\+?|\d+"
_GAP = re.compile(r"[\s\u2010-\u2013-]*")
_LATIN = re.compile("[a-zA-Z0-9]")
_NUKTA = "\u093c"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A stretch of the text and what it spells. `counts`: whether that may be a name by itself; a lone letter or an
    ordinary word may only be a part of one.
    """

    latin: str
    start: int
    end: int
    foreign: bool
    counts: bool


class Sounding:
    """Writes the names of one catalogue in their own letters, by the sounds that the lexicons list."""

    def __init__(self, names: Names, lexicon: Lexicon) -> None:
        self._names = names
        self._single = names.vocabulary | names.provider_words
        self._letters = {_plain(sound): letter for sound, letter in lexicon.renamings(_LETTERS).items()}
        self._words = {_plain(sound): word for sound, word in lexicon.renamings(_WORDS).items()}
        # A sound ends where its vowel signs end: एसी is A and C, not S.
        self._letter = re.compile(rf"(?:{_any_of(self._letters)})(?![{SIGNS}])")
        # Where no spaces are written, a word is only told by its being listed.
        self._piece = re.compile(f"{_any_of(filter(is_spaceless, self._words))}|{_PIECE}")

    def written(self, text: str) -> str:
        """The text with every name that is written by sound in the letters of the catalogue; else as it is."""
        if text.isascii():
            return text
        for start, end, latin in reversed(list(self._named(text))):
            joint = " " if _LATIN.match(text, end) else ""
            text = f"{text[:start]}{latin}{joint}{text[end:]}"
        return text

    def _named(self, text: str) -> Iterator[tuple[int, int, str]]:
        for stretch in self._stretches(text):
            owners = [place for place, heard in enumerate(stretch) for _ in words(heard.latin)]
            tokens = [word for heard in stretch for word in words(heard.latin)]
            called = self._called(tokens, [stretch[place] for place in owners])
            for heard in (stretch[place] for place in sorted({owners[place] for place in called})):
                if heard.foreign:
                    yield heard.start, heard.end, heard.latin

    def _called(self, tokens: Sequence[str], heard: Sequence[_Heard]) -> set[int]:
        """The places of the words that name a credential or a provider."""
        found = self._names.find(tokens)
        spans = [*found.spans, *(span for _, span in self._names.providers(tokens))]
        # A word that is only part of a name needs another beside it; alone it is a topic, or nothing.
        parts = {place for place, _ in found.partial_spans if heard[place].counts}
        parted = {heard[place] for place in parts}
        if len(parted) < _PAIR and not any(_is_abbreviation(part, self._words) for part in parted):
            parts = set()
        whole = (range(start, end) for start, end in spans if end - start > 1 or heard[start].counts)
        return parts | {place for span in whole for place in span}

    def _stretches(self, text: str) -> Iterator[list[_Heard]]:
        """What can be read by sound, in runs that nothing else interrupts."""
        pieces = list(self._piece.finditer(text))
        stretch: list[_Heard] = []
        place = 0
        while place < len(pieces):
            heard, place = self._heard(text, pieces, place)
            if stretch and (heard is None or not _GAP.fullmatch(text, stretch[-1].end, heard.start)):
                yield stretch
                stretch = []
            if heard is not None:
                stretch.append(heard)
        if stretch:
            yield stretch

    def _heard(self, text: str, pieces: Sequence[re.Match[str]], place: int) -> tuple[_Heard | None, int]:
        """What the text spells from one of its words on, and the place of the next word."""
        for end in range(min(len(pieces), place + _MOST), place, -1):
            run = pieces[place:end]
            if (code := self._abbreviation(text, run)) is not None:
                heard = _Heard(latin=code, start=run[0].start(), end=run[-1].end(), foreign=True, counts=True)
                return heard, end
        piece = pieces[place]
        start, end = piece.span()
        sound = _plain(piece[0])
        if sound in self._words:
            return _Heard(latin=self._words[sound], start=start, end=end, foreign=True, counts=True), place + 1
        if sound in self._letters:
            return _Heard(latin=self._letters[sound], start=start, end=end, foreign=True, counts=False), place + 1
        if sound.isascii():
            return _Heard(latin=sound, start=start, end=end, foreign=False, counts=len(sound) > 1), place + 1
        return None, place + 1

    def _abbreviation(self, text: str, run: Sequence[re.Match[str]]) -> str | None:
        """The name or code that letters and figures in a row spell, or None when the catalogue has none such."""
        spelt = [self._spelt(_plain(piece[0])) for piece in run]
        if spelt[0] is None or spelt[0].isdigit() or None in spelt:
            return None
        gaps = [text[before.end() : after.start()] for before, after in pairwise(run)]
        if not all(_GAP.fullmatch(gap) for gap in gaps):
            return None
        letters = [part for part in spelt if part is not None]
        joined = "".join(letters)
        if len(joined) < _PAIR:
            return None
        hyphens = ["-" if gap.strip() else "" for gap in gaps]
        hyphened = "".join(f"{hyphen}{part}" for hyphen, part in zip(["", *hyphens], letters, strict=True))
        forms = (fold(hyphened), fold(joined))
        return next((form for form in forms if self._is_known(form, alone=len(run) == 1)), None)

    def _is_known(self, form: str, *, alone: bool) -> bool:
        """Whether the catalogue knows it; what is written as one word may also be a part of a name."""
        if form not in self._single:
            return False
        return alone or bool(self._names.find([form]).found or self._names.providers([form]))

    def _spelt(self, sound: str) -> str | None:
        """The letters that a word is made of by their names; figures stand for themselves."""
        if sound.isdigit():
            return sound
        spelt = self._letter.findall(sound)
        return "".join(self._letters[name] for name in spelt) if "".join(spelt) == sound and sound else None


def _is_abbreviation(heard: _Heard, sounds: Mapping[str, str]) -> bool:
    return heard.foreign and heard.latin not in sounds.values()


def _any_of(sounds: Iterable[str]) -> str:
    """A pattern for any of them, the longest first."""
    return "|".join(map(re.escape, sorted(sounds, key=len, reverse=True))) or "(?!)"


@lru_cache(maxsize=1024)
def _plain(sound: str) -> str:
    """Folded, and without the dots below, which people leave out: ज़ेड is जेड. A nasal is one, however it is written."""
    folded = unicodedata.normalize("NFD", fold(sound))
    return folded.replace(_NUKTA, "").replace("\u0901", "\u0902")
