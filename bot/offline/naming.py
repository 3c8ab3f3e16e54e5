"""Whether what a question names is the credential that its words fit, or another one beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from bot.catalog.names import Named, Names, Span, is_code
from bot.text.ordinary import is_ordinary
from bot.text.words import fold, words

# In names of certifications the same in every language.
_RUNGS = frozenset({"ii", "iii", "iv", "2", "3", "advanced", "professional", "expert", "associate", "specialty"})
_CAPITALISED = re.compile(r"(?<=[\w+] )[A-Z][a-z]\w*")
_COMPOUND = re.compile(r"(?<![\w-])\w+(?:-\w+)+(?![\w-])")


class Siblings:
    """Finds the names of credentials that are near one of ours without being it: "PSM II", "A-CSM", "AWS Database
    Specialty".
    """

    def __init__(self, names: Names, platforms: Collection[str], known: Collection[str]) -> None:
        """`platforms` are words for what a credential is about, `known` the words of all names and lexicons."""
        self._names = names
        self._platforms = platforms
        self._known = known

    def rung(self, text: str, tokens: Sequence[str], named: Named, fields: Sequence[str]) -> str:
        """A name made into another one by a word that tells rungs or platforms apart; else an empty text."""
        for ids, (start, end) in zip(named.found, named.spans, strict=True):
            after = tokens[end] if end < len(tokens) else ""
            before = tokens[start - 1] if start else ""
            level_asked = "level" in fields and len(fields) == 1
            if self._another_rung(after, ids) and not level_asked:
                return " ".join(tokens[start : end + 1])
            brand = before in self._platforms and self._names.is_brand(before)
            if (brand and not self._names.has_word(ids, before)) or self._higher(before, ids):
                return " ".join(tokens[start - 1 : end])
        return self._compound(text) or self._only_a_level(tokens, named)

    def _another_rung(self, word: str, ids: Sequence[str]) -> bool:
        return word in _RUNGS and not self._names.has_word(ids, word)

    def _higher(self, before: str, ids: Sequence[str]) -> bool:
        """Whether the word before a name makes it a higher one: "Advanced CSM"."""
        return before.isalpha() and len(before) > len("iii") and self._another_rung(before, ids)

    def _compound(self, text: str) -> str:
        """A name joined by a hyphen to what no lexicon knows, or to a letter: "CISSP-ISSAP", "A-CSM"."""
        compounds: list[str] = _COMPOUND.findall(fold(text))
        for compound in compounds:
            parts = words(compound)
            found = self._names.find(parts)
            if len(parts) == 1 or not found.found or any(is_code(part) for part in parts):
                continue
            held = {place for start, end in found.spans for place in range(start, end)}
            others = [part for place, part in enumerate(parts) if place not in held]
            if any(len(part) == 1 or (part not in self._known and not is_ordinary(part)) for part in others):
                return compound.upper()
        return ""

    def _only_a_level(self, tokens: Sequence[str], named: Named) -> str:
        """A rung beside a provider that no credential of that provider is called by: "Salesforce Associate".

        Before a word for a credential it is a description, not a name: "a CompTIA expert certification".
        """
        places = [start for start, _ in named.partial_spans]
        for place in places:
            if tokens[place] in _RUNGS and place - 1 in places and not self._called(named.partial, tokens[place]):
                return " ".join(tokens[place - 1 : place + 1])
        return ""

    def _called(self, ids: Sequence[str], word: str) -> bool:
        return any(self._names.is_called(identity, word) for identity in ids)

    def beside(
        self, text: str, tokens: Sequence[str], named: Named, explained: frozenset[int], providers: Sequence[Span]
    ) -> str:
        """The words of a name of which we know only a part: "Azure Database Administrator"; else an empty text.

        Telling is a word within or beside the known part that nothing explains, and that neither a name nor the
        summary of a credential that the part fits holds.
        """
        if not named.partial_spans:
            return self._behind(text, tokens, named, explained)
        known = {start for start, _ in named.partial_spans} | _places(providers)
        first, last = min(known), max(known)
        while first and first - 1 not in explained and first - 1 not in known:
            first -= 1
        while last + 1 < len(tokens) and last + 1 not in explained:
            last += 1
        strange = [tokens[place] for place in range(first, last + 1) if place not in known and place not in explained]
        if any(not self._fits(named.partial, word) for word in strange):
            return " ".join(tokens[first : last + 1])
        return ""

    def _behind(self, text: str, tokens: Sequence[str], named: Named, explained: frozenset[int]) -> str:
        """A name with a capitalised word behind it that is no word of it: "Cloud Essentials", "Terraform Authoring".

        In lower case a verb or an adjective cannot be told from a part of a name.
        """
        capitalised = {word.lower() for word in _CAPITALISED.findall(text)}
        for ids, (start, end) in zip(named.found, named.spans, strict=True):
            if end >= len(tokens) or end in explained or tokens[end] not in capitalised:
                continue
            if not self._names.has_word(ids, tokens[end]):
                return " ".join(tokens[start : end + 1])
        return ""

    def _fits(self, ids: Iterable[str], word: str) -> bool:
        return any(self._names.describes(identity, word) for identity in ids)


def _places(spans: Iterable[Span]) -> frozenset[int]:
    return frozenset(place for start, end in spans for place in range(start, end))
