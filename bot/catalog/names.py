"""Which credentials and providers a question names: by code, by any of their names, by part of a name, misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from bot.catalog.credential import Credential
from bot.text.words import words

Span = tuple[int, int]
_SHORTEST_CORRECTED = 4
_SHARED = 4  # credentials whose names have a word that then names none of them
_LONG = 8  # letters from which two slips are forgiven
_CODE = re.compile(r"[a-z][a-z0-9]{1,3}-[a-z]?\d{2,4}|\d{3}-\d{3,4}")
# Brand prefixes that people leave out: "Microsoft Certified: Azure Fundamentals" is asked for as "Azure Fundamentals".
_PREFIX = re.compile(r"^[^:]{3,30}:\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """`found`: ids by the words that name them, in the order of the question; a name that several bear gives several.

    `partial`: ids whose names hold all the name words of the question, when no whole name stands in it.
    `unknown_codes`: what looks like an exam code and is none of the catalogue's.
    """

    found: tuple[tuple[str, ...], ...] = ()
    spans: tuple[Span, ...] = ()
    partial: tuple[str, ...] = ()
    partial_spans: tuple[Span, ...] = ()
    unknown_codes: tuple[str, ...] = ()


class Names:
    """The names of one catalogue and its providers. `generic` are words that name no credential by themselves."""

    def __init__(
        self,
        credentials: Iterable[Credential],
        providers: Mapping[str, Sequence[str]],
        generic: frozenset[str],
        topical: frozenset[str] = frozenset(),
    ) -> None:
        """`topical` words name a subject or a level; they name a credential only if one provider alone uses them."""
        self._generic = generic
        self._topical = topical
        self._users: dict[str, set[str]] = {}
        self._broad: set[str] = set()
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        self._words_of: dict[str, frozenset[str]] = {}
        self._called: dict[str, frozenset[str]] = {}
        self._described: dict[str, frozenset[str]] = {}
        self._providers: dict[tuple[str, ...], str] = {}
        for identity, aliases in providers.items():
            for alias in aliases:
                self._providers[tuple(words(alias))] = identity
        self._offering: set[str] = set()
        for credential in credentials:
            self._offering.add(credential.provider)
            self._add(credential, providers.get(credential.provider, ()))
        self._longest = max(map(len, self._phrases), default=1)
        # "powerbi" for "power bi": two words of a name that people write as one.
        self.joined = {
            "".join(pair): pair
            for phrase in self._phrases
            for pair in pairwise(phrase)
            if all(word.isalpha() for word in pair)
        }
        count = Counter(word for held in self._words_of.values() for word in held)
        # "Fundamentals" is all that is left of one name without its beginning, but a word of many.
        shared = [phrase for phrase in self._phrases if len(phrase) == 1 and count[phrase[0]] > _SHARED]
        for phrase in shared:
            del self._phrases[phrase]
        self.vocabulary = frozenset(count)
        self.provider_words = frozenset(alias[0] for alias in self._providers if len(alias) == 1)

    def _add(self, credential: Credential, provider_names: Sequence[str]) -> None:
        names = set(_names(credential))
        if credential.kind == "programme_type":
            self._broad.add(credential.id)
        for name in names:
            self._add_phrase(tuple(words(name)), credential.id)
        held = {word for name in names for word in words(name)}
        self._called[credential.id] = frozenset(held)
        self._described[credential.id] = frozenset(words(credential.summary))
        held |= {word for name in provider_names[:3] for word in words(name)}
        if credential.level and credential.level.value:
            held |= set(words(credential.level.value))
        self._words_of[credential.id] = frozenset(word for word in held if word not in self._generic)
        for word in self._words_of[credential.id]:
            self._users.setdefault(word, set()).add(credential.provider)

    def _add_phrase(self, phrase: tuple[str, ...], identity: str) -> None:
        reduced = tuple(word for word in phrase if word not in self._generic)
        for form in {phrase, reduced if len(reduced) > 1 else phrase}:
            if form and not all(word in self._generic for word in form):
                self._phrases.setdefault(form, set()).add(identity)

    def find(self, tokens: Sequence[str], blocked: frozenset[int] = frozenset()) -> Named:
        """Read a question's words. `blocked` positions belong to something else and name nothing."""
        found: list[tuple[str, ...]] = []
        spans: list[Span] = []
        position = 0
        while position < len(tokens):
            match = None if position in blocked else self._longest_at(tokens, position)
            if match is None:
                position += 1
                continue
            ids, end = match
            found.append(ids)
            spans.append((position, end))
            position = end
        codes = tuple(t for t in tokens if _CODE.fullmatch(t) and (t,) not in self._phrases)
        found, spans = self._specific(found, spans)
        if found and all(self._broad.issuperset(ids) for ids in found):
            # "the MIT statistics MicroMasters": the kind is named in full, the credential only in part.
            partial, partial_spans = self._partial(tokens, blocked)
            partial = tuple(identity for identity in partial if identity not in self._broad)
            if partial and self._more_than(tokens, found):
                return Named(partial=partial, partial_spans=partial_spans, unknown_codes=codes)
        if found:
            return Named(found=tuple(found), spans=tuple(spans), unknown_codes=codes)
        partial, partial_spans = self._partial(tokens, blocked)
        return Named(partial=partial, partial_spans=partial_spans, unknown_codes=codes)

    def _more_than(self, tokens: Sequence[str], found: Sequence[tuple[str, ...]]) -> bool:
        """Whether the question has a name word besides those of what it names in full."""
        held = frozenset[str]().union(*(self._words_of[identity] for ids in found for identity in ids))
        return any(t in self.vocabulary and t not in held and t not in self._topical | self._generic for t in tokens)

    def _specific(self, found: list[tuple[str, ...]], spans: list[Span]) -> tuple[list[tuple[str, ...]], list[Span]]:
        """Without the kinds of programme, where one of their programmes is named as well."""
        kept = [place for place, ids in enumerate(found) if not self._broad.issuperset(ids)]
        if not kept:
            return found, spans
        return [found[place] for place in kept], [spans[place] for place in kept]

    def _longest_at(self, tokens: Sequence[str], start: int) -> tuple[tuple[str, ...], int] | None:
        """The longest name that begins here; generic words inside it may be left out or added."""
        for end in range(min(len(tokens), start + self._longest + 2), start, -1):
            stretch = tuple(tokens[start:end])
            reduced = tuple(word for word in stretch if word not in self._generic)
            ids = self._phrases.get(stretch)
            if ids is None and len(reduced) > 1 and not {stretch[0], stretch[-1]} & self._generic:
                ids = self._phrases.get(reduced)
            if ids:
                return tuple(sorted(ids)), end
        return None

    def holding(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """All credentials whose names hold every name word of a question, however general the words."""
        told = {token for token in tokens if token in self.vocabulary and token not in self._generic}
        return tuple(identity for identity, held in self._words_of.items() if held.issuperset(told)) if told else ()

    def _partial(self, tokens: Sequence[str], blocked: frozenset[int]) -> tuple[tuple[str, ...], tuple[Span, ...]]:
        told = {
            token: place
            for place, token in enumerate(tokens)
            if place not in blocked and token in self.vocabulary and token not in self._generic
        }
        # A figure is part of many codes, and names nothing by itself.
        naming = (word for word in told if not word.isdigit())
        if not any(word not in self._topical or len(self._users[word]) == 1 for word in naming):
            return (), ()
        ids = [identity for identity, held in self._words_of.items() if held.issuperset(told)]
        return tuple(ids), tuple((place, place + 1) for place in told.values()) if ids else ()

    def providers(self, tokens: Sequence[str]) -> list[tuple[str, Span]]:
        """Providers named, in order, longest names first."""
        found: list[tuple[str, Span]] = []
        position = 0
        longest = max(map(len, self._providers), default=1)
        while position < len(tokens):
            for end in range(min(len(tokens), position + longest), position, -1):
                identity = self._providers.get(tuple(tokens[position:end]))
                if identity:
                    found.append((identity, (position, end)))
                    position = end - 1
                    break
            position += 1
        return found

    def with_kin(self, providers: Sequence[str]) -> tuple[str, ...]:
        """Those of the providers that offer something, with those whose names begin with theirs: "a Google certificate"
        may be one of Google Cloud.
        """
        aliases = [alias for alias, identity in self._providers.items() if identity in providers]
        kin = (
            identity
            for longer, identity in self._providers.items()
            if any(longer[: len(alias)] == alias for alias in aliases)
        )
        return tuple(dict.fromkeys(identity for identity in (*providers, *kin) if identity in self._offering))

    def is_offering(self, provider: str) -> bool:
        """Whether a provider has credentials here; employers have a page, but issue none of them."""
        return provider in self._offering

    def owner(self, word: str) -> str | None:
        """The provider that alone has a word in its names: Azure is Microsoft's."""
        users = self._users.get(word, set())
        return next(iter(users)) if len(users) == 1 else None

    def has_word(self, ids: Sequence[str], word: str) -> bool:
        """Whether a word stands in the names of any of these credentials."""
        return any(word in self._words_of[identity] for identity in ids)

    def is_called(self, identity: str, word: str) -> bool:
        """Whether a word stands in a name of the credential itself, not of its provider or its level."""
        return word in self._called[identity]

    def describes(self, identity: str, word: str) -> bool:
        """Whether a word stands in a name of the credential or in the sentence that says what it is."""
        return word in self._words_of[identity] or word in self._described[identity]

    def is_brand(self, word: str) -> bool:
        """Whether a word of names is used by one provider alone and names a subject or platform: azure, aws."""
        return word in self._topical and len(self._users.get(word, ())) == 1


def _names(credential: Credential) -> Iterable[str]:
    """Everything a credential is called, codes also in the spellings that people use."""
    for name in (credential.title, credential.short, *credential.aliases, credential.id.replace("-", " ")):
        if name:
            yield name
            yield _PREFIX.sub("", name)
            if name.lower().endswith(" i"):
                yield f"{name[:-1]}1"
                yield f"{name[:-2]}1"
    for code in credential.codes:
        yield code
        yield code.replace("-", "")
        yield code.replace("-", " ")


def is_code(token: str) -> bool:
    """Whether a word looks like an exam code."""
    return _CODE.fullmatch(token) is not None


def correct(token: str, vocabulary: Sequence[str]) -> str | None:
    """The word of the vocabulary that a misspelt one most likely is: one slip in a short word, two in a long one."""
    plain = token.removesuffix("+")
    if not plain.isalpha() or not plain.isascii() or len(plain) < _SHORTEST_CORRECTED:
        return None
    slips = 1 if len(token) < _LONG else 2
    near = process.extract(token, vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=20)
    likely = [
        (distance, -JaroWinkler.similarity(token, word), word) for word, distance, _ in near if word[0] == token[0]
    ]
    return min(likely)[2] if likely else None
