"""A question into what it asks for: credentials, fields, constraints, kind of question. Pure; no phrase stands here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.catalog.names import Named, Names, Span, is_code
from bot.catalog.recommend import Constraints
from bot.grounding.facts import Fact, FactReader
from bot.offline import cues as cued
from bot.offline.apart import Apart, Called, set_apart
from bot.offline.cues import places
from bot.offline.naming import Siblings
from bot.offline.sounding import Sounding
from bot.offline.spelling import SHORTEST, Spelling, respelt
from bot.offline.wishes import Wanted, wish_of
from bot.text.lexicon import Cue, Lexicon
from bot.text.ordinary import is_ordinary, is_strange_hindi
from bot.text.words import fold, words

_LEAST_PRICE = 20  # numbers in words below it are no prices
_NAME = "this certification"
_BEYOND_LATIN = 0x370
_EXPLAINING_NOTHING = ("aspect.", *cued.BY_SOUND)
_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{3,6}(?![\w+])")
_MIXED = re.compile(r"(?<![\w-])[a-z][A-Z]{2,5}(?![\w+])")  # iMSA


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as understood.

    `named` are credentials called by name, each with the ids that bear it; `partial` those that fit name words too
    few to tell them apart; `loose` all that its name words fit, however general the words. `rest` are the words that
    nothing here explains: what the documents must cover; `stranger` is one of them that no document holds and that
    stands where it makes another name of a known one ("Databricks Data Engineer", "CompTIA Server+"). `masked` is the
    text with "it" in the place of the names; `acronyms` are words in capitals that no name and no lexicon has;
    `foreign` are those that most likely name something by its sound;
    `sibling` is a name made into another one by the word beside it ("PSM II", "Azure Developer Associate"), `beside`
    one of which only a part is known ("Azure Database Administrator"); `qualifier` is a word that nothing explains
    before a word for a credential ("nursing certificate").

    `held` are credentials that the learner has already (`held_alone`: and no other is named); `topical_name` tells
    that the only name is a topic's as well ("Kubernetes certification"). `narrowing` are the name words besides those
    of a provider; `of_provider` tells that every name is a provider's as well ("Sophia"); `unnamed` is the text without
    the providers' names; `bodies` are those that issue nothing themselves but have a page (employers). `topic_words`
    are the words by which topics were told; `closed` questions are answered with yes or no. `leading_to`: it asks what
    leads to the one that is named, and not what that leads to ("what stacks into PMP?").
    """

    text: str
    tokens: tuple[str, ...]
    named: tuple[tuple[str, ...], ...] = ()
    partial: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    facts: frozenset[Fact] = frozenset()
    providers: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    cues: frozenset[str] = frozenset()
    cue_languages: tuple[str, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    rest: tuple[str, ...] = ()
    stranger: str = ""
    acronyms: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    sibling: str = ""
    beside: str = ""
    qualifier: str = ""
    masked: str = ""
    loose: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    held_alone: bool = False
    topical_name: bool = False
    closed: bool = False
    unnamed: str = ""
    narrowing: tuple[str, ...] = ()
    of_provider: bool = False
    topic_words: tuple[str, ...] = ()
    in_other_script: bool = False
    leads_in: bool = False
    leading_to: bool = False
    corrected: dict[str, str] = field(default_factory=dict)

    def has(self, *cues: str) -> bool:
        return any(cue in self.cues for cue in cues)

    @property
    def ordinal(self) -> int | None:
        """1 for the first, -1 for the last; None where no place in a list is named."""
        places = {"ordinal.1": 1, "ordinal.2": 2, "ordinal.3": 3, "ordinal.last": -1}
        return next((place for cue, place in places.items() if cue in self.cues), None)


class Understanding:
    """Reads questions with one catalogue's names and the lexicons of all languages."""

    def __init__(
        self, names: Names, lexicon: Lexicon, facts: FactReader, is_word: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`is_word` says whether a word stands anywhere in the documents: such a word is never "corrected"."""
        self._names = names
        self._lexicon = lexicon
        self.facts = facts
        self._is_word = is_word
        self._known = names.vocabulary | lexicon.vocabulary
        self._auxiliary = lexicon.single_words("auxiliary")
        self._question_words = lexicon.single_words("question_words")
        self._determiners = lexicon.single_words("determiner")
        self._stand_in = sorted(lexicon.single_words("stand_in"))[:1]
        self._numbers = {word: number for word, number in lexicon.figures("numbers").items() if number >= _LEAST_PRICE}
        spoken = sorted(self._numbers, key=len, reverse=True)
        self._spoken = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spoken)) or '(?!)'})(?!\w)")
        platforms = {phrase[0] for phrase in lexicon.phrases_below("topic.") if len(phrase) == 1}
        self._siblings = Siblings(names, platforms, self._known)
        self._spelling = Spelling(names, lexicon, is_word)
        self._sounding = Sounding(names, lexicon)
        self._sounds = lexicon.single_words(*cued.BY_SOUND[1:])
        # The same message is read by who answers it and by each ability that it may be for.
        self.read = lru_cache(maxsize=64)(self._read)
        self._quiet = lexicon.single_words("function_words", "generic")

    def _read(self, said: str) -> Question:
        text = self._sounding.written(said)
        original = self._spelling.parted(words(text))
        votes = Counter(cued.languages(self._lexicon.cues(original), frozenset()))
        spoken = frozenset(language for language, count in votes.items() if count == max(votes.values()))
        # An acronym in capitals was meant as it stands: CCSK is no slip for CCSP.
        meant = {word.lower() for word in _ACRONYM.findall(text) if len(word) <= SHORTEST}
        meant |= {word.lower() for word in _MIXED.findall(text)}
        tokens = self._spelling.put_right(original, meant, spoken)
        cues = cued.outside_set_phrases(self._lexicon.cues(tokens), spoken)
        cues += self._lexicon.signs(text, len(tokens) + 1)
        cues += self._around_names(tokens, self._names.find(tokens, cued.phrases_over_names(cues)).spans)
        found = self._names.find(tokens, cued.phrases_over_names(cues))
        apart = set_apart(tokens, cues, found, self._names)
        named, providers = apart.named, apart.called
        of_providers = [span for _, span in providers]
        taken = places([*named.spans, *of_providers]) | apart.places
        fields = cued.fields_of(cues, places(named.spans))
        explained = self._explained(tokens, cues, frozenset())
        rest = self._rest(tokens, explained | taken | places(named.partial_spans))
        return Question(
            text=respelt(text, original, tokens),
            tokens=tuple(tokens),
            named=named.found,
            partial=named.partial,
            unknown_codes=named.unknown_codes,
            codes=tuple(token for token in tokens if is_code(token)),
            facts=self.facts.read(text),
            providers=tuple(dict.fromkeys(identity for identity, _ in providers)),
            bodies=apart.bodies,
            fields=fields,
            cues=frozenset(cue.key for cue in cues),
            cue_languages=cued.languages(cues, taken),
            constraints=self._wish(text, cues, named, providers, apart),
            rest=rest,
            stranger=self._stranger(original, tokens, cues, [*named.spans, *named.partial_spans, *of_providers]),
            acronyms=tuple(
                word for word in _ACRONYM.findall(text) if word.lower() in tokens and word.lower() not in self._known
            ),
            foreign=self._foreign(rest),
            sibling=self._siblings.rung(text, tokens, named, fields),
            beside=self._siblings.beside(text, tokens, named, explained, of_providers),
            qualifier=cued.qualifier(tokens, cues, explained | taken),
            masked=_masked(tokens, named.spans),
            loose=self._names.holding(apart.kept(tokens)),
            held=apart.held,
            held_alone=apart.all_held,
            topical_name=self._is_topical(named, cues),
            closed=cued.is_polar(cues, len(tokens)) or self.is_closed(text),
            unnamed=_without_names(tokens, providers),
            narrowing=_narrowing(tokens, named, providers),
            of_provider=self._are_of_providers(tokens, named, providers),
            topic_words=cued.topic_words(tokens, cues, places(of_providers)),
            in_other_script=any(char.isalpha() and ord(char) >= _BEYOND_LATIN for char in said),
            leads_in=any(cue.key == "lead_in" and cue.start == 0 for cue in cues),
            leading_to=self._leads_to_a_name(tokens, cues, named.spans),
            corrected={was: now for was, now in zip(original, tokens, strict=True) if was != now},
        )

    def names_in(self, text: str) -> frozenset[str]:
        """The credentials and providers that a text of the documents names."""
        tokens = words(text)
        credentials = (identity for ids in self._names.find(tokens).found for identity in ids)
        return frozenset([*credentials, *(identity for identity, _ in self._names.providers(tokens))])

    def is_name_word(self, word: str) -> bool:
        """Whether a word stands in the name of a credential."""
        return word in self._names.vocabulary

    def fields_in(self, text: str) -> frozenset[str]:
        """The fields and aspects that a text of the documents speaks of, by the same words as a question."""
        cues = self._lexicon.cues(words(text))
        return frozenset(cued.fields_of(cues, frozenset())) | cued.aspects(cue.key for cue in cues)

    def _around_names(self, tokens: Sequence[str], spans: Sequence[Span]) -> list[Cue]:
        """The phrases that a name stands in the midst of: "keep my AZ-104 alive" is "keep it alive"."""
        kept, stood = list(tokens), list(range(len(tokens)))
        for start, end in sorted(spans, reverse=True):
            first = start - 1 if start and tokens[start - 1] in self._determiners else start
            kept[first:end], stood[first:end] = self._stand_in, [start]
        names = {
            place for place, token in enumerate(kept) if [token] == self._stand_in and stood[place] in places(spans)
        }
        return [
            replace(cue, start=stood[cue.start], end=stood[cue.end - 1] + 1)
            for cue in self._lexicon.cues(kept)
            if cue.end - cue.start > 1
            and cue.key.startswith(cued.FIELD)
            and any(cue.start < place < cue.end - 1 for place in names)
        ]

    def denies(self, text: str) -> bool:
        """Whether a text has a word that denies: no, never, without."""
        return any(cue.key == "denial" for cue in self._lexicon.cues(words(text)))

    def is_closed(self, text: str) -> bool:
        """Whether yes or no would answer a question: an auxiliary comes before any question word."""
        tokens = words(text)
        first_places = {token: place for place, token in reversed(list(enumerate(tokens)))}
        first = min((first_places[word] for word in self._auxiliary if word in first_places), default=None)
        asks = min((first_places[word] for word in self._question_words if word in first_places), default=len(tokens))
        return first is not None and first < asks

    def _in_figures(self, text: str) -> str:
        """Number words as figures: "three hundred dollars" is "300 dollars"."""
        return self._spoken.sub(lambda found: str(self._numbers[found[0]]), fold(text))

    def _wish(
        self, text: str, cues: Sequence[Cue], named: Named, providers: Sequence[Called], apart: Apart
    ) -> Constraints:
        wanted = Wanted(
            providers=self._names.with_kin([i for i, _ in providers]) if not named.found or apart.all_held else (),
            not_providers=apart.providers,
            excluded=apart.credentials,
        )
        of_providers = places(span for _, span in providers) if wanted.providers else frozenset()
        return wish_of(self._in_figures(text), cues, wanted, self.facts, of_providers)

    def _are_of_providers(self, tokens: Sequence[str], named: Named, providers: Sequence[Called]) -> bool:
        names = {place for place in places(named.spans) if tokens[place] not in self._quiet}
        return places(span for _, span in providers).issuperset(names)

    def _is_topical(self, named: Named, cues: Sequence[Cue]) -> bool:
        topical = places((cue.start, cue.end) for cue in cues if cue.key.startswith(("topic.", "generic")))
        asks = any(cue.key == "recommend" for cue in cues)
        return asks and bool(named.found) and topical.issuperset(places(named.spans))

    def _leads_to_a_name(self, tokens: Sequence[str], cues: Sequence[Cue], spans: Sequence[Span]) -> bool:
        """Whether a name is what a "stacks into" leads to: it alone is named, right behind it."""
        ends = [cue.end for cue in cues if cue.key == "leads_to"]
        if len(spans) != 1 or not ends:
            return False
        start = spans[0][0]
        return any(end <= start and self._determiners.issuperset(tokens[end:start]) for end in ends)

    def _stranger(
        self, original: Sequence[str], tokens: Sequence[str], cues: Sequence[Cue], spans: Sequence[Span]
    ) -> str:
        explained = places((cue.start, cue.end) for cue in cues) | places(spans)
        beside = {start - 1 for start, _ in spans} | {end for _, end in spans}
        strange = [
            place
            for place, token in enumerate(tokens)
            if place not in explained
            and token.isascii()
            and not token.replace(".", "").isdigit()
            and token not in self._known
            and not self._is_word(token)
            and not is_ordinary(token)
        ]
        return next((original[place] for place in strange if place in beside), "")

    def _foreign(self, rest: Sequence[str]) -> tuple[str, ...]:
        """Words in Devanagari that Hindi does not have, and words of names in a row that is no name of ours: "सर्वर
        प्लस" is Server+.
        """
        sounds = [word for word in rest if word in self._sounds]
        strange = [word for word in rest if word not in self._known and is_strange_hindi(word)]
        return tuple(word for word in rest if word in strange or (word in sounds and len(sounds) > 1))

    @staticmethod
    def _rest(tokens: Sequence[str], explained: frozenset[int]) -> tuple[str, ...]:
        return tuple(token for place, token in enumerate(tokens) if place not in explained)

    def _explained(self, tokens: Sequence[str], cues: Sequence[Cue], taken: frozenset[int]) -> frozenset[int]:
        """The places of names, of what the lexicon knows, of figures and of words that say nothing by themselves."""
        telling = (
            cue
            for cue in cues
            # An aspect is only what a provider's page is searched for; elsewhere its words have to be found. What a
            # word sounds like counts only in a name.
            if not cue.key.startswith(_EXPLAINING_NOTHING) and (cue.key != "function_words" or cue.end - cue.start > 1)
        )
        quiet = (
            place for place, token in enumerate(tokens) if token in self._quiet or token.replace(".", "").isdigit()
        )
        return taken | places((cue.start, cue.end) for cue in telling) | frozenset(quiet)


def _masked(tokens: Sequence[str], spans: Sequence[Span]) -> str:
    kept = list(tokens)
    for start, end in sorted(spans, reverse=True):
        kept[start:end] = [_NAME]
    return " ".join(kept)


def _without_names(tokens: Sequence[str], providers: Sequence[Called]) -> str:
    names = places(span for _, span in providers)
    return " ".join(token for place, token in enumerate(tokens) if place not in names)


def _narrowing(tokens: Sequence[str], named: Named, providers: Sequence[Called]) -> tuple[str, ...]:
    of_providers = places(span for _, span in providers)
    return tuple(tokens[place] for place in sorted(places(named.partial_spans) - of_providers))


def named_ids(question: Question) -> list[str]:
    """The credentials that are named beyond doubt, in order, each once."""
    return list(dict.fromkeys(ids[0] for ids in question.named if len(ids) == 1))
