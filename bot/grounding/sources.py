"""A cited passage, read: whom its sentences are about, where its figures stand, what it says with reserve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.documents.model import Passage
from bot.grounding.facts import Fact
from bot.grounding.places import Context, Figure, Layout, Mention, TextReader, stem
from bot.text.lexicon import Cue
from bot.text.words import words

HEDGED = "about.reserve"  # the feature of a figure that is told with reserve
_NEGATED_WITHIN = 3  # words between "not" and what it denies


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A cited passage, read: its figures in their places, whom each sentence is about, and its words."""

    passage: Passage
    facts: frozenset[Fact]
    layout: Layout
    spaced: str
    own: frozenset[str]
    subjects: Sequence[frozenset[str]]
    title_words: int
    stamp_from: int
    asides: frozenset[tuple[int, int]]
    disputes: frozenset[int]
    holdings: frozenset[tuple[str, bool]]
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    raw: frozenset[str]
    providers: frozenset[str]

    @property
    def figures(self) -> list[Figure]:
        """Its figures, without the numbers that are a part of a name: "Microsoft 365"."""
        names = self.layout.names
        return [slot for slot in self.layout.figures if slot.fact.kind != "number" or slot.at not in names]

    def is_of(self, slot: Figure, about: frozenset[str], *, strictly: bool) -> bool:
        """Whether a figure is told of one of these credentials; of nobody it may be, unless the claim names whom."""
        subjects = self.subjects[self.layout.sentence(slot.at)]
        return not about or (not subjects and not strictly) or bool(subjects & about) or self.is_stamp(slot)

    def is_title(self, slot: Figure) -> bool:
        return slot.at < self.title_words

    def is_stamp(self, slot: Figure) -> bool:
        """Whether a date is the passage's own, which says only when it was read."""
        return slot.at >= self.stamp_from

    def speaks_of(self, ids: frozenset[str]) -> bool:
        return bool(self.own & ids) or any(subjects & ids for subjects in self.subjects)

    def context(self, slot: Figure) -> Context:
        with_reserve = self.is_aside(slot) or self.is_disputed(slot)
        return slot.context | {HEDGED: 1.0} if with_reserve else slot.context

    def names(self) -> list[Mention]:
        """The credentials that are named, but for the title, which stands in no sentence."""
        return [mention for mention in self.layout.mentions if mention.start >= self.title_words]

    def has_cue(self, key: str, stems: set[str]) -> bool:
        return any(stem(self.layout.tokens[cue.start].word) in stems for cue in self.layout.cued(key))

    def is_disputed(self, slot: Figure) -> bool:
        """Whether a figure is one of several readings; what stands in brackets only explains them."""
        token = self.layout.tokens[slot.at]
        return token.sentence in self.disputes and token.bracket == 0

    def is_aside(self, slot: Figure) -> bool:
        """Whether a figure is told with reserve: an older one, another source's, one that nobody confirms."""
        token = self.layout.tokens[slot.at]
        return (token.sentence, 0) in self.asides or (token.sentence, token.bracket) in self.asides


class SourceReader:
    """Reads passages. `plain` are words that say nothing."""

    def __init__(self, names: Names, catalog: Catalog, texts: TextReader, plain: Collection[str]) -> None:
        self._names = names
        self._texts = texts
        self._plain = plain
        self._documents = {credential.document: credential.id for credential in catalog}
        self._providers = {credential.id: credential.provider for credential in catalog}

    def read(self, passage: Passage, facts: frozenset[Fact]) -> Source:
        """A passage read. `facts` are those that it backs."""
        title = f"{passage.title}.\n"
        stamp = f"\nas of {passage.as_of}" if passage.as_of else ""
        body = f"{title}{passage.heading}\n{passage.text}"
        layout = self._texts.read(body + stamp)
        own = self._documents.get(passage.document) or self._titled(passage)
        held = frozenset({own}) if own else frozenset[str]()
        title_words = len(words(title))
        stem_words, pairs = shared_words(layout, self._plain)
        aliases = {stem(word) for alias in passage.aliases for word in words(alias)}
        return Source(
            passage=passage,
            facts=facts,
            layout=layout,
            spaced=layout.spaced,
            own=held,
            subjects=self._about_sentences(layout, held),
            title_words=title_words,
            stamp_from=len(words(body)) if stamp else len(layout.tokens),
            asides=self._asides(layout),
            disputes=frozenset(layout.sentence(cue.start) for cue in layout.cued("dispute")),
            holdings=frozenset(holdings(layout)),
            words=stem_words | aliases,
            pairs=pairs,
            raw=frozenset(word for text in (body, *passage.aliases) for word in words(text)),
            providers=self._providers_of(passage, layout, held),
        )

    def _titled(self, passage: Passage) -> str | None:
        """The credential that a page is about by its title, where the page is none of the catalogue's own."""
        found = self._names.find(words(passage.title)).found if passage.kind == "general" else ()
        return found[0][0] if len(found) == 1 and len(found[0]) == 1 else None

    def _about_sentences(self, layout: Layout, own: frozenset[str]) -> list[frozenset[str]]:
        """Whom each sentence is about: those it names; else the page's own credential, or those named last."""
        count = layout.tokens[-1].sentence + 1 if layout.tokens else 0
        named: list[set[str]] = [set() for _ in range(count)]
        for mention in layout.mentions:
            named[layout.sentence(mention.start)] |= mention.ids
        found: list[frozenset[str]] = []
        last = own
        for entry in named:
            last = own | entry if own else frozenset(entry) or last
            found.append(last)
        return found

    def _providers_of(self, passage: Passage, layout: Layout, own: frozenset[str]) -> frozenset[str]:
        tokens = [token.word for token in layout.tokens]
        page = {passage.document.rsplit("/", 1)[-1]} if passage.kind == "provider" else set()
        told = {identity for identity, _ in self._names.providers(tokens)}
        return frozenset(page | told | {self._providers[identity] for identity in own})

    def _asides(self, layout: Layout) -> frozenset[tuple[int, int]]:
        """The sentences, or the brackets in them, that tell with reserve."""
        cues = [*layout.cued("aside")]
        return frozenset((layout.tokens[cue.start].sentence, layout.tokens[cue.start].bracket) for cue in cues)


def shared_words(layout: Layout, plain: Collection[str]) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """What a text's content words say, and the pairs of them in the order in which they stand.

    A word of a concept counts as the concept, so that "fee" and "price" are the same.
    """
    said: set[str] = set()
    row: list[str] = []
    for token, features in zip(layout.tokens, layout.features, strict=True):
        if token.word not in plain:
            concepts = [feature for feature in features if feature.startswith("about.")]
            said.update(concepts[:1] or features)
            row.append(stem(token.word))
    return frozenset(said), frozenset(pairwise(row))


def holdings(layout: Layout) -> set[tuple[str, bool]]:
    """What a text says holds, or does not: ("expires", False) for "does not expire"."""
    denials = [cue.start for cue in layout.cued("negation")]
    found: set[tuple[str, bool]] = set()
    for cue in (*layout.cued("holds"), *layout.cued("lacks")):
        denied = any(denies(layout, at, cue) for at in denials)
        kind, key = cue.key.split(".", 1)
        found.add((key, (kind == "holds") != denied))
    return found


def denies(layout: Layout, at: int, cue: Cue) -> bool:
    """Whether a "not" stands shortly before a word, or a "none" behind it ("prerequisites for Example: none")."""
    one, other = layout.tokens[at], layout.tokens[cue.start]
    if (one.sentence, one.clause) != (other.sentence, other.clause):
        return False
    between = range(at + 1, cue.start) if at < cue.start else range(cue.end, at)
    apart = sum(place not in layout.names for place in between)
    return apart < _NEGATED_WITHIN if at < cue.start else apart < _NEGATED_WITHIN and one.word == "none"


def most_in_a_sentence(layout: Layout, fact: Fact) -> int:
    found = Counter(layout.sentence(figure.at) for figure in layout.figures if figure.fact == fact)
    return max(found.values(), default=0)
