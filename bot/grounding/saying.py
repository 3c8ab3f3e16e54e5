"""What a claim and a passage say besides figures: of whom, with which reserve, that something is so or is not.

Everything here compares words; what words say the same is in `prompts/grounding/`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.documents.model import Passage
from bot.grounding.facts import Fact
from bot.grounding.places import Context, Figure, Layout, Mention, TextReader, stem
from bot.text.lexicon import Cue, Lexicon
from bot.text.words import words

# Of a claim's content words so many stand in what it cites, or it says so in pairs of words. Calibrated on MTRAG's
# human-judged answers and on paraphrases of the packaged knowledge: see tests/tools/measure_claims.py.
MIN_WORDS = 0.5
MIN_WORDS_WITH_FIGURES = 0.25
_NEGATED_WITHIN = 3  # words between "not" and what it denies
_OWN_WITHIN = 4  # words between "your" and the learner's figure
HEDGED = "about.reserve"  # the feature of a figure that is told with reserve
_RAW_WORD = re.compile(r"[^\W_][\w+&'’.-]*[\w+]|[^\W_]\+?")
_STARTS = re.compile(r"(?:^|[.!?:;•\n\"“(—–-])\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A cited passage, read: its figures in their places, whom each sentence is about, and its words."""

    passage: Passage
    layout: Layout
    own: frozenset[str]
    subjects: Sequence[frozenset[str]]
    title_words: int
    stamp_from: int
    asides: frozenset[tuple[int, int]]
    disputes: frozenset[int]
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    raw: frozenset[str]
    providers: frozenset[str]

    def is_of(self, slot: Figure, about: frozenset[str], *, strictly: bool) -> bool:
        """Whether a figure is told of one of these credentials; of nobody it may be, unless the claim names whom."""
        subjects = self.subjects[self.layout.sentence(slot.at)]
        return not about or (not subjects and not strictly) or bool(subjects & about)

    def is_title(self, slot: Figure) -> bool:
        return slot.at < self.title_words

    def is_stamp(self, slot: Figure) -> bool:
        """Whether a date is the passage's own, which says only when it was read."""
        return slot.at >= self.stamp_from

    def speaks_of(self, ids: frozenset[str]) -> bool:
        return bool(self.own & ids) or any(subjects & ids for subjects in self.subjects)

    def context(self, slot: Figure) -> Context:
        return slot.context | {HEDGED: 1.0} if self.is_aside(slot) else slot.context

    def names(self) -> list[Mention]:
        """The credentials that are named, but for the title, which stands in no sentence."""
        return [mention for mention in self.layout.mentions if mention.start >= self.title_words]

    def most_in_a_sentence(self, fact: Fact) -> int:
        found = Counter(self.layout.sentence(slot.at) for slot in self.layout.figures if slot.fact == fact)
        return max(found.values(), default=0)

    def is_disputed(self, slot: Figure) -> bool:
        """Whether a figure is one of several readings; what stands in brackets only explains them."""
        token = self.layout.tokens[slot.at]
        return token.sentence in self.disputes and token.bracket == 0

    def is_aside(self, slot: Figure) -> bool:
        """Whether a figure is told with reserve: an older one, another source's, one that nobody confirms."""
        token = self.layout.tokens[slot.at]
        return (token.sentence, 0) in self.asides or (token.sentence, token.bracket) in self.asides


class Saying:
    """Compares what claims say with what passages say."""

    def __init__(self, names: Names, catalog: Catalog, texts: TextReader, lexicon: Lexicon) -> None:
        self._names = names
        self._texts = texts
        self._plain = lexicon.single_words("plain")
        self._known = frozenset(lexicon.vocabulary)
        self._documents = {credential.document: credential.id for credential in catalog}
        self._providers = {credential.id: credential.provider for credential in catalog}
        self._versions = [frozenset(code.lower() for code in credential.codes) for credential in catalog]
        self._codes = frozenset(code.lower() for credential in catalog for code in credential.codes)

    # Passages.

    def source(self, passage: Passage) -> Source:
        title = f"{passage.title}.\n"
        stamp = f"\nas of {passage.as_of}" if passage.as_of else ""
        body = f"{title}{passage.heading}\n{passage.text}"
        layout = self._texts.read(body + stamp)
        own = self._documents.get(passage.document) or self._titled(passage)
        held = frozenset({own}) if own else frozenset[str]()
        title_words = len(words(title))
        stem_words, pairs = _shared_words(layout, self._plain)
        aliases = {stem(word) for alias in passage.aliases for word in words(alias)}
        return Source(
            passage=passage,
            layout=layout,
            own=held,
            subjects=self._about_sentences(layout, held, title_words),
            title_words=title_words,
            stamp_from=len(words(body)) if stamp else len(layout.tokens),
            asides=self._asides(layout),
            disputes=frozenset(layout.sentence(cue.start) for cue in layout.cued("dispute")),
            words=stem_words | aliases,
            pairs=pairs,
            raw=frozenset(word for text in (body, *passage.aliases) for word in words(text)),
            providers=self._providers_of(passage, layout, held),
        )

    def _titled(self, passage: Passage) -> str | None:
        """The credential that a page is about by its title, where the page is none of the catalogue's own."""
        found = self._names.find(words(passage.title)).found if passage.kind == "general" else ()
        return found[0][0] if len(found) == 1 and len(found[0]) == 1 else None

    def _about_sentences(self, layout: Layout, own: frozenset[str], title_words: int) -> list[frozenset[str]]:
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

    # Whom a claim is about.

    def mentions(self, claim: Layout, text: str) -> list[Mention]:
        """The credentials that a claim names as names: by a code, or with a capital letter."""
        proper = {
            word for raw in _RAW_WORD.findall(text) if raw != raw.lower() or _has_digit(raw) for word in words(raw)
        }
        return [
            mention
            for mention in claim.mentions
            if any(claim.tokens[at].word in proper for at in range(mention.start, mention.end))
        ]

    def about(self, claim: Layout, figure: Figure, mentions: Sequence[Mention]) -> frozenset[str]:
        """The credentials that a figure of a claim is told of: those named in its clause, else before it, else any."""
        own = claim.tokens[figure.at]
        inside = [mention for mention in mentions if claim.tokens[mention.start].clause == own.clause]
        before = [mention for mention in mentions if mention.start < figure.at]
        chosen = inside or before or mentions
        return frozenset[str]().union(*(mention.ids for mention in chosen))

    def foreign_provider(self, claim: Layout, sources: Iterable[Source]) -> str | None:
        """A provider that a claim names, without naming a credential, and that none of its citations is of."""
        if claim.mentions:
            return None
        held = frozenset[str]().union(*(source.providers for source in sources))
        told = self._names.providers([token.word for token in claim.tokens])
        kin = {other for identity in held for other in self._names.with_kin([identity])}
        return next((identity for identity, _ in told if identity not in held | kin), None)

    def is_name(self, claim: Layout, figure: Figure) -> bool:
        """Whether a figure is (part of) the name of a credential, which is compared as a name."""
        return figure.at in claim.names or (figure.fact.kind == "code" and figure.fact.value in self._codes)

    def is_named(self, claim: Layout, figure: Figure, sources: Iterable[Source]) -> bool:
        """Whether a figure is part of a name by which the citations' own credential is called."""
        mention = next((entry for entry in claim.mentions if entry.start <= figure.at < entry.end), None)
        return mention is not None and any(source.own & mention.ids for source in sources)

    def is_told_as_own(self, claim: Layout, figure: Figure) -> bool:
        """Whether a figure is told as the learner's: "with your 300 dollars"."""
        clause = claim.tokens[figure.at].clause
        near = (
            cue
            for cue in claim.cued("own")
            if claim.tokens[cue.start].clause == clause and figure.at - _OWN_WITHIN <= cue.start < figure.at
        )
        return any(near)

    def has_versions(self, figure: Figure, sources: Iterable[Source]) -> bool:
        """Whether a code is one of several of the same credential, of which the citations tell others."""
        held = {slot.fact.value for source in sources for slot in source.layout.figures if slot.fact.kind == "code"}
        return figure.fact.kind == "code" and any(
            figure.fact.value in codes and held & codes - {figure.fact.value} for codes in self._versions
        )

    def clash(self, claim: Layout) -> str | None:
        """A name with the code of another credential in brackets behind it, or with one code twice."""
        owner: Mention | None = None
        for name, code in pairwise(claim.mentions):
            between = claim.folded[claim.tokens[name.end - 1].end : claim.tokens[code.start].start]
            if "(" in between:
                owner = name if all(char in " (*" for char in between) else None
            elif between != ", ":
                owner = None
            elif owner and claim.phrase(name) == claim.phrase(code):
                return f"{claim.phrase(code).strip()!r} is told twice"
            if owner and not owner.ids & code.ids:
                return f"{min(owner.ids)!r} is told as {min(code.ids)!r}"
        return None

    # With which reserve.

    def is_hedged(self, claim: Layout) -> bool:
        return bool(claim.cued("hedge") or claim.cued("aside"))

    def reserve(
        self,
        claim: Layout,
        figure: Figure,
        held: Sequence[tuple[Source, Figure]],
        rivals: Sequence[tuple[Source, Figure]],
    ) -> str | None:
        """Why a figure may not be told like this: only the date of reading, an older one, one of several readings."""
        plain = [(source, slot) for source, slot in held if not source.is_stamp(slot)]
        if not plain:
            told = bool(figure.context.keys() & {"about.checked"})
            return None if told else "is only when the source was read"
        firm = [(source, slot) for source, slot in plain if not source.is_aside(slot)]
        hedged = self.is_hedged(claim)
        if not firm and not hedged:
            return "is older, of another source or not confirmed, and told as a fact"
        told = plain if hedged else firm
        disputed = [(source, slot) for source, slot in told if source.is_disputed(slot)]
        if disputed and len(disputed) == len(told):
            return self._one_reading(claim, disputed)
        return self._one_of_two(figure, told, rivals)

    def _one_reading(self, claim: Layout, disputed: Sequence[tuple[Source, Figure]]) -> str | None:
        told = {figure.fact for figure in claim.figures} | {
            ("number", value) for figure in claim.figures for value in figure.fact.value.split()
        }
        for source, slot in disputed:
            token = source.layout.tokens[slot.at]
            others = [
                other.fact
                for other in source.layout.figures
                if other.fact.kind == slot.fact.kind
                and source.layout.tokens[other.at].sentence == token.sentence
                and source.layout.tokens[other.at].bracket == 0
            ]
            if token.bracket == 0 and all(
                fact in told or ("number", fact.value.split()[-1]) in told for fact in others
            ):
                return None
        return "is one of several readings and told as the only one"

    def _one_of_two(
        self, figure: Figure, held: Sequence[tuple[Source, Figure]], rivals: Sequence[tuple[Source, Figure]]
    ) -> str | None:
        """A figure of a bracket or of a condition ("120 minutes if the exam has labs") is told with what sets it apart."""
        for source, slot in held:
            token = source.layout.tokens[slot.at]
            beside = [
                other
                for its, other in rivals
                if its is source and source.layout.sentence(other.at) == token.sentence
                if source.layout.tokens[other.at].bracket == 0
            ]
            if not token.bracket or not beside:
                return None
            apart = slot.near - frozenset[str]().union(*(other.near for other in beside))
            if not apart or apart & figure.context.keys():
                return None
        return "holds only under a condition that is left out" if held else None

    # That something is so, or is not.

    def denied(self, claim: Layout, sources: Sequence[Source]) -> str | None:
        """What a claim says holds where its citations say it does not, or the other way round."""
        told = _holdings(claim)
        for key, is_so in told:
            known = {holds for source in sources for its, holds in _holdings(source.layout) if its == key}
            if known and is_so not in known:
                return f"{key} {'is denied by' if is_so else 'stands in'} its citations"
        return None

    # In which words.

    def shared(self, text: str, passages: Collection[Passage]) -> float:
        """A rough share of a text's words that stand in passages, to try the likeliest first."""
        said = set(words(text))
        held = {word for passage in passages for word in words(passage.indexed_text)}
        return len(said & held) / max(1, len(said))

    def shares_enough(self, claim: Layout, sources: Sequence[Source], learner: str) -> bool:
        share, pairs = self.overlap(claim, sources, learner)
        if any(figure.stated for figure in claim.figures):
            return share >= MIN_WORDS_WITH_FIGURES or pairs > 0
        return share >= MIN_WORDS

    def overlap(self, claim: Layout, sources: Sequence[Source], learner: str = "") -> tuple[float, float]:
        """The share of a claim's words, and of its pairs of words, that its citations or the learner have."""
        own = {stem(word) for word in words(learner)}
        held = own.union(*(source.words for source in sources))
        called = frozenset[str]().union(*(source.own for source in sources))
        said, pairs = _shared_words(claim, self._plain)
        named = {f"@{identity}" for identity in called}
        shared = sum(1 for word in said if word in held or word in named or self._is_called(word, called))
        paired = sum(1 for pair in pairs if any(pair in source.pairs for source in sources))
        return (shared / len(said) if said else 1.0), (paired / len(pairs) if pairs else 0.0)

    def _is_called(self, word: str, called: Iterable[str]) -> bool:
        return any(self._names.is_called(identity, word) for identity in called)

    def shares_anchor(self, claim: Layout, sources: Sequence[Source]) -> bool:
        """Whether a claim in another language names something of its citations, or has one of their words."""
        held = frozenset[str]().union(*(source.raw for source in sources))
        if any(source.speaks_of(mention.ids) for mention in claim.mentions for source in sources):
            return True
        return any(
            token.word in held and token.word not in self._plain and token.word.isascii() for token in claim.tokens
        )

    def unknown_name(
        self, claim: Layout, text: str, sources: Sequence[Source], learner: str, *, foreign: bool = False
    ) -> str | None:
        """A word written like a name that neither the citations nor the learner have; abroad, only an unmistakable one."""
        held = frozenset[str]().union(*(source.raw for source in sources)) | set(words(learner))
        called = frozenset[str]().union(*(source.own for source in sources)) | {
            identity for mention in claim.mentions for identity in mention.ids
        }
        stems = {stem(word) for word in held}
        told = {claim.tokens[at].word for at in claim.told}
        for match in _RAW_WORD.finditer(text):
            raw = match[0]
            inner = any(char.isupper() for char in raw[1:])
            capital = raw[0].isupper() and not foreign and not _STARTS.search(text[: match.start()])
            if not (inner or capital):
                continue
            for word in words(raw.removesuffix("'s").removesuffix("’s")):
                if (
                    word in told
                    or word[0].isdigit()
                    or len(word) == 1
                    or word in held
                    or word in self._plain
                    or word in self._known
                ):
                    continue
                if stem(word) in stems or self._is_called(word, called) or _is_code_of(word, self._codes):
                    continue
                return raw
        return None


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _is_code_of(word: str, codes: Collection[str]) -> bool:
    return word in codes


def _shared_words(layout: Layout, plain: Collection[str]) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
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


def _holdings(layout: Layout) -> set[tuple[str, bool]]:
    """What a text says holds, or does not: ("expires", False) for "does not expire"."""
    denials = [cue.start for cue in layout.cued("negation")]
    found: set[tuple[str, bool]] = set()
    for cue in (*layout.cued("holds"), *layout.cued("lacks")):
        denied = any(_denies(layout, at, cue) for at in denials)
        kind, key = cue.key.split(".", 1)
        found.add((key, (kind == "holds") != denied))
    return found


def _denies(layout: Layout, at: int, cue: Cue) -> bool:
    """Whether a "not" stands shortly before a word, or a "none" behind it ("prerequisites for Example: none")."""
    one, other = layout.tokens[at], layout.tokens[cue.start]
    if (one.sentence, one.clause) != (other.sentence, other.clause):
        return False
    between = range(at + 1, cue.start) if at < cue.start else range(cue.end, at)
    apart = sum(place not in layout.names for place in between)
    return apart < _NEGATED_WITHIN if at < cue.start else apart < _NEGATED_WITHIN and one.word == "none"
