"""What a claim and a passage say besides figures: of whom, with which reserve, that something is so or is not.

Everything here compares words; what words say the same is in `prompts/grounding/`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.documents.model import Passage
from bot.grounding.places import POSSESSIVE, Figure, Layout, Mention, stem
from bot.grounding.sources import Source, denies, holdings, shared_words
from bot.text.lexicon import Lexicon
from bot.text.words import words

# Of a claim's content words so many stand in what it cites, or it says so in pairs of words. Calibrated on MTRAG's
# human-judged answers and on paraphrases of the packaged knowledge: see tests/tools/measure_claims.py.
MIN_WORDS = 0.5
MIN_WORDS_WITH_FIGURES = 0.25
_OWN_WITHIN = 4  # words between "your" and the learner's figure
_QUALIFIERS = frozenset({"about.member", "about.non_member", "about.labs", "about.no_degree"})
_LONG_SERIES = 3  # letters from which a code's beginning is that of one exam: SY0, but not AZ
_RAW_WORD = re.compile(r"[^\W_][\w+&'’.-]*[\w+]|[^\W_]\+?")
_STARTS = re.compile(r"(?:^|[.!?:;•\n\"“(—–-])\s*$")


class Saying:
    """Compares what claims say with what passages say."""

    def __init__(self, names: Names, catalog: Catalog, lexicon: Lexicon) -> None:
        self._names = names
        self._plain = lexicon.single_words("plain")
        self._known = frozenset(lexicon.vocabulary)
        self._leading = lexicon.single_words("lead")
        # What may stand between a name and its code: "the Cloud+ exam CV0-004".
        self._naming = lexicon.single_words("naming")
        self._translated = lexicon.shared_keys
        self._codes = frozenset(code.lower() for credential in catalog for code in credential.codes)

    # Whom a claim is about.

    def mentions(self, claim: Layout, text: str) -> list[Mention]:
        """The credentials that a claim names as names: by a code, or with a capital letter."""
        raw = _RAW_WORD.findall(POSSESSIVE.sub("", text.replace("’", "'")))
        proper = {word for name in raw if name != name.lower() or _has_digit(name) for word in words(name)}
        return [
            mention
            for mention in claim.mentions
            if any(claim.tokens[at].word in proper for at in range(mention.start, mention.end))
        ]

    def about(self, claim: Layout, figure: Figure, mentions: Sequence[Mention]) -> frozenset[str]:
        """The credentials that a figure is told of: those named in its clause, else before it, else in its sentence."""
        own = claim.tokens[figure.at]
        inside = [mention for mention in mentions if claim.tokens[mention.start].clause == own.clause]
        before = [mention for mention in mentions if mention.start < figure.at]
        after = [mention for mention in mentions if claim.tokens[mention.start].sentence == own.sentence]
        chosen = inside or before or after
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
        return figure.fact.value in self._codes if figure.fact.kind == "code" else figure.at in claim.names

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
        """Whether the citations tell another version of an exam's code: SY0-601 beside SY0-701."""
        series = figure.fact.value.split("-")[0]
        held = {slot.fact.value for source in sources for slot in source.layout.figures if slot.fact.kind == "code"}
        return len(series) >= _LONG_SERIES and any(other.split("-")[0] == series for other in held - self._codes)

    def clash(self, claim: Layout) -> str | None:
        """A name with the code of another credential in brackets behind it, or with one code twice."""
        owner: Mention | None = None
        for name, code in pairwise(claim.mentions):
            between = claim.folded[claim.tokens[name.end - 1].end : claim.tokens[code.start].start]
            if self._naming.issuperset(between.split()) and not name.ids & code.ids:
                return f"{min(name.ids)!r} is told as {min(code.ids)!r}"
            if "(" in between:
                owner = name if all(char in " (*" for char in between) else None
            elif between != ", ":
                owner = None
            elif owner and claim.phrase(name) == claim.phrase(code):
                return f"{claim.phrase(code).strip()!r} is told twice"
            if owner and not owner.ids & code.ids:
                return f"{min(owner.ids)!r} is told as {min(code.ids)!r}"
        return None

    def only_leads(self, line: Layout, learner: str) -> bool:
        """Whether a line holds nothing but words that lead to others, and names that the learner has used."""
        asked = frozenset(words(learner))
        return all(
            token.word in self._leading or (at in line.names and token.word in asked)
            for at, token in enumerate(line.tokens)
        )

    # With which reserve.

    def is_hedged(self, claim: Layout) -> bool:
        return bool(claim.cued("hedge") or claim.cued("aside"))

    def reserve(
        self,
        claim: Layout,
        figure: Figure,
        held: Sequence[tuple[Source, Figure]],
        rivals: Sequence[tuple[Source, Figure]],
        *,
        same_language: bool = True,
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
        chosen = plain if hedged else firm
        disputed = [(source, slot) for source, slot in chosen if source.is_disputed(slot)]
        if disputed and len(disputed) == len(chosen):
            return self._one_reading(claim, disputed)
        if apart := self._set_apart(claim, figure, chosen, rivals):
            return apart
        return self._one_of_two(figure, chosen, rivals, same_language=same_language)

    def _set_apart(
        self,
        claim: Layout,
        figure: Figure,
        held: Sequence[tuple[Source, Figure]],
        rivals: Sequence[tuple[Source, Figure]],
    ) -> str | None:
        """A figure told as another kind of it: the price for members, the older one, another source's."""
        alone = sum(other.fact.kind == figure.fact.kind for other in claim.figures) == 1
        told = _QUALIFIERS & figure.near
        if alone and not told:
            told = _QUALIFIERS & figure.context.keys()
        for qualifier in told:
            others = any(qualifier in slot.near for _, slot in rivals)
            if others and not any(qualifier in slot.near for _, slot in held):
                return f"is not the one for {qualifier.removeprefix('about.')!r}"
        clause = claim.tokens[figure.at].clause
        reserved = any(claim.tokens[cue.start].clause == clause for cue in claim.cued("aside"))
        if reserved and not any(source.is_aside(slot) for source, slot in held):
            asides = any(source.is_aside(slot) for source, slot in rivals)
            return "is told as older or another source's, which it is not" if asides else None
        return None

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
        self,
        figure: Figure,
        held: Sequence[tuple[Source, Figure]],
        rivals: Sequence[tuple[Source, Figure]],
        *,
        same_language: bool,
    ) -> str | None:
        """A figure of a bracket or a condition ("120 minutes if the exam has labs") is told with what sets it apart."""
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
            if not same_language:
                # Only what the lexicon has in every language can be looked for.
                apart = frozenset(feature for feature in apart if feature in self._translated)
            if not apart or apart & figure.context.keys():
                return None
        return "holds only under a condition that is left out" if held else None

    # That something is so, or is not.

    def denied(self, claim: Layout, sources: Sequence[Source]) -> str | None:
        """What a claim says holds where its citations say it does not, or the other way round."""
        told = holdings(claim)
        for key, is_so in told:
            known = {holds for source in sources for its, holds in source.holdings if its == key}
            if known and is_so not in known:
                return f"{key} {'is denied by' if is_so else 'stands in'} its citations"
        return None

    def wrongly_required(self, claim: Layout, mentions: Sequence[Mention], sources: Sequence[Source]) -> str | None:
        """A credential said to be required where its citations recommend it, or the other way round."""
        for mention in mentions:
            told = _required(claim, mention, only_recommended=False)
            known = {
                is_so
                for source in sources
                for name in source.names()
                if name.ids & mention.ids
                if (is_so := _required(source.layout, name, only_recommended=True)) is not None
            }
            if told is not None and known and told not in known:
                return f"{min(mention.ids)!r} is {'not ' * told}required by its citations"
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
        said, pairs = shared_words(claim, self._plain)
        named = {f"@{identity}" for identity in called}
        shared = sum(1 for word in said if word in held or word in named or self._is_called(word, called))
        paired = sum(1 for pair in pairs if any(pair in source.pairs for source in sources))
        return (shared / len(said) if said else 1.0), (paired / len(pairs) if pairs else 0.0)

    def _is_called(self, word: str, called: Iterable[str]) -> bool:
        return any(self._names.is_called(identity, word) for identity in called)

    def unshared(self, claim: Layout, sources: Sequence[Source]) -> str | None:
        """A word that says much, which no citation has: "free", "guaranteed"."""
        held = frozenset[str]().union(*(source.words for source in sources))
        for cue in claim.cued("must"):
            stems = {stem(token.word) for token in claim.tokens[cue.start : cue.end]}
            denied = any(denies(claim, other.start, cue) for other in claim.cued("negation"))
            if not denied and not stems & held and not any(source.has_cue("must", stems) for source in sources):
                return " ".join(token.word for token in claim.tokens[cue.start : cue.end])
        return None

    def unsaid(self, claim: Layout, sources: Sequence[Source]) -> str | None:
        """What a claim in another language says that no citation does, as far as the lexicon has it in both: that
        something is free, guaranteed or the best; that it expires, is required, is still there, or is not.
        """
        for cue in claim.cued("must"):
            denied = any(denies(claim, other.start, cue) for other in claim.cued("negation"))
            if "." in cue.key and not denied and not any(source.layout.cued(cue.key) for source in sources):
                return f"{cue.key.removeprefix('must.')!r} is not what its citations say"
        known = frozenset[tuple[str, bool]]().union(*(source.holdings for source in sources))
        for key, is_so in holdings(claim):
            if (key, is_so) not in known:
                return f"that it is {'' if is_so else 'not '}{key!r} is not what its citations say"
        return None

    def shares_anchor(self, claim: Layout, sources: Sequence[Source]) -> bool:
        """Whether a claim in another language says something of its citations: that something holds (which `unsaid`
        has compared), another name, or a word. That it names whom they are about says nothing yet.
        """
        telling = [cue.key for cue in claim.cued("must") if "." in cue.key]
        if holdings(claim) or any(source.layout.cued(key) for source in sources for key in telling):
            return True
        held = frozenset[str]().union(*(source.raw for source in sources))
        own = frozenset[str]().union(*(source.own for source in sources))
        if any(source.speaks_of(mention.ids - own) for mention in claim.mentions for source in sources):
            return True
        return any(
            token.word in held and token.word not in self._plain and token.word.isascii() and at not in claim.names
            for at, token in enumerate(claim.tokens)
        )

    def unknown_name(
        self, claim: Layout, text: str, sources: Sequence[Source], learner: str, *, foreign: bool = False
    ) -> str | None:
        """A word written like a name that neither citations nor learner have; `foreign`: only an unmistakable one."""
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


def _required(layout: Layout, mention: Mention, *, only_recommended: bool) -> bool | None:
    """Whether the clause of a name says required, not required (or, if asked for, recommended), or nothing of it."""
    clause = layout.tokens[mention.start].clause
    required = [cue for cue in layout.cued("holds.required") if layout.tokens[cue.start].clause == clause]
    if required:
        return not any(denies(layout, other.start, cue) for cue in required for other in layout.cued("negation"))
    recommended = any(layout.tokens[cue.start].clause == clause for cue in layout.cued("about.recommended"))
    return False if only_recommended and recommended else None
