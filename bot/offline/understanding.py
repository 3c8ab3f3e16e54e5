"""A question into what it asks for: credentials, fields, constraints, kind of question. Pure; no phrase stands here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.catalog.fields import FIELDS
from bot.catalog.names import Named, Names, Span, correct, is_code
from bot.catalog.recommend import Constraints
from bot.grounding.facts import Fact, FactReader
from bot.offline.apart import Apart, Called, set_apart
from bot.offline.wishes import Wanted, wish_of
from bot.text.lexicon import Cue, Lexicon
from bot.text.ordinary import is_ordinary
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import fold, words

_FIELD = "field."
_TIME = "time"
_TIMES = frozenset({"study_hours", "length", "exam_minutes", "retired_on"})
_LASTING = frozenset({"validity", "renewal"})
_BESIDE = 7  # words between "how long" and "valid"
_LEAST_PRICE = 20  # numbers in words below it are no prices
_SHORTEST_SPELLING = 4
_NAME = "this certification"
_BEYOND_LATIN = 0x370
# In names of certifications the same in every language.
_RUNGS = frozenset({"ii", "iii", "iv", "2", "3", "advanced", "professional", "expert", "associate", "specialty"})
_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{3,6}(?![\w+])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as understood.

    `named` are credentials called by name, each with the ids that bear it; `partial` those that fit name words too
    few to tell them apart; `loose` all that its name words fit, however general the words. `rest` are the words that
    nothing here explains: what the documents must cover; `stranger` is one of them that no document holds and that
    stands where it makes another name of a known one ("Databricks Data Engineer", "CompTIA Server+"). `masked` is the
    text with "it" in the place of the names; `acronyms` are words in capitals that no name and no lexicon has;
    `sibling` is a name made into another one by the word beside it ("PSM II", "Azure Developer Associate").

    `held` are credentials that the learner has already (`held_alone`: and no other is named); `topical_name` tells
    that the only name is a topic's as well ("Kubernetes certification"). `narrowing` are the name words besides those
    of a provider; `of_provider` tells that every name is a provider's as well ("Sophia"); `unnamed` is the text without
    the providers' names; `bodies` are those that issue nothing themselves but have a page (employers). `topic_words`
    are the words by which topics were told; `polar` asks for a yes or a no.
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
    sibling: str = ""
    masked: str = ""
    loose: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    held_alone: bool = False
    topical_name: bool = False
    polar: bool = False
    unnamed: str = ""
    narrowing: tuple[str, ...] = ()
    of_provider: bool = False
    topic_words: tuple[str, ...] = ()
    in_other_script: bool = False
    leads_in: bool = False
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
        self._short_names = sorted(word for word in names.vocabulary if len(word) == _SHORTEST_SPELLING)
        self._numbers = {word: number for word, number in lexicon.figures("numbers").items() if number >= _LEAST_PRICE}
        spoken = sorted(self._numbers, key=len, reverse=True)
        self._spoken = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spoken)) or '(?!)'})(?!\w)")
        self._by_language: dict[frozenset[str], tuple[frozenset[str], list[str]]] = {}
        self._platforms = {phrase[0] for phrase in lexicon.phrases_below("topic.") if len(phrase) == 1}
        self._quiet = lexicon.single_words("function_words", "generic")

    def read(self, text: str) -> Question:
        original = words(text)
        votes = Counter(_languages(self._lexicon.cues(original), frozenset()))
        spoken = frozenset(language for language, count in votes.items() if count == max(votes.values()))
        # An acronym in capitals was meant as it stands: CCSK is no slip for CCSP.
        meant = {word.lower() for word in _ACRONYM.findall(text) if len(word) <= _SHORTEST_SPELLING}
        tokens = [token if token in meant else self._spelt(token, spoken) for token in original]
        tokens = self._in_full(tokens)
        cues = [*_outside_set_phrases(self._lexicon.cues(tokens), spoken), *self._lexicon.signs(text, len(tokens) + 1)]
        named = self._names.find(tokens, _phrases_over_names(cues))
        apart = set_apart(tokens, cues, named, self._names)
        named, providers = apart.named, apart.called
        taken = _places([*named.spans, *(span for _, span in providers)]) | apart.places
        fields = _fields(cues, _places(named.spans))
        kinds = {cue.key for cue in cues}
        return Question(
            text=_respelt(text, original, tokens),
            tokens=tuple(tokens),
            named=named.found,
            partial=named.partial,
            unknown_codes=named.unknown_codes,
            codes=tuple(token for token in tokens if is_code(token)),
            facts=self.facts.read(text),
            providers=tuple(dict.fromkeys(identity for identity, _ in providers)),
            bodies=apart.bodies,
            fields=fields,
            cues=frozenset(kinds),
            cue_languages=_languages(cues, taken),
            constraints=self._wish(text, cues, named, providers, apart),
            rest=self._rest(tokens, cues, taken, named),
            stranger=self._stranger(
                original, tokens, cues, [*named.spans, *named.partial_spans, *(s for _, s in providers)]
            ),
            masked=_masked(tokens, named.spans),
            acronyms=tuple(word for word in _ACRONYM.findall(text) if word.lower() not in self._known),
            sibling=self._sibling(tokens, named),
            in_other_script=any(char.isalpha() and ord(char) >= _BEYOND_LATIN for char in text),
            loose=self._names.holding(apart.kept(tokens)),
            held=apart.held,
            held_alone=apart.all_held,
            polar=_is_polar(cues, len(tokens)),
            unnamed=_without_names(tokens, providers),
            topical_name=self._is_topical(named, cues),
            narrowing=_narrowing(tokens, named, providers),
            of_provider=self._are_of_providers(tokens, named, providers),
            topic_words=_topic_words(tokens, cues, _places(span for _, span in providers)),
            leads_in=any(cue.key == "lead_in" and cue.start == 0 for cue in cues),
            corrected={was: now for was, now in zip(original, tokens, strict=True) if was != now},
        )

    def fields_in(self, text: str) -> frozenset[str]:
        """The fields and aspects that a text of the documents speaks of, by the same words as a question."""
        cues = self._lexicon.cues(words(text))
        return frozenset(_fields(cues, frozenset())) | aspects(cue.key for cue in cues)

    def _in_full(self, tokens: list[str]) -> list[str]:
        """With "pro" behind a name written out, as the names have it: "AWS Solutions Architect Pro"."""
        names = self._names.vocabulary
        return [
            "professional" if word == "pro" and before in names else word
            for before, word in zip(["", *tokens], tokens, strict=False)
        ]

    def _spelt(self, token: str, spoken: frozenset[str]) -> str:
        """A misspelt word put right, by the names and the words of the question's language and of English."""
        known, spellings = self._spellings_of(spoken)
        if token in known or self._is_word(token) or is_ordinary(token):
            return token
        if len(token) <= _SHORTEST_SPELLING:
            # Too short to tell a slip from another word, but for names such as CCNA.
            return correct(token, self._short_names) or token
        return correct(token, spellings) or token

    def _spellings_of(self, spoken: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        if spoken not in self._by_language:
            known = self._names.vocabulary | self._lexicon.vocabulary_of(*spoken, DEFAULT_LANGUAGE)
            self._by_language[spoken] = known, sorted(word for word in known if len(word) >= _SHORTEST_SPELLING)
        return self._by_language[spoken]

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
        places = _places(span for _, span in providers) if wanted.providers else frozenset()
        return wish_of(self._in_figures(text), cues, wanted, self.facts, places)

    def _are_of_providers(self, tokens: Sequence[str], named: Named, providers: Sequence[Called]) -> bool:
        names = {place for place in _places(named.spans) if tokens[place] not in self._quiet}
        return _places(span for _, span in providers).issuperset(names)

    def _is_topical(self, named: Named, cues: Sequence[Cue]) -> bool:
        topical = _places((cue.start, cue.end) for cue in cues if cue.key.startswith(("topic.", "generic")))
        asks = any(cue.key == "recommend" for cue in cues)
        return asks and bool(named.found) and topical.issuperset(_places(named.spans))

    def _stranger(
        self, original: Sequence[str], tokens: Sequence[str], cues: Sequence[Cue], spans: Sequence[Span]
    ) -> str:
        explained = _places((cue.start, cue.end) for cue in cues) | _places(spans)
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

    def _sibling(self, tokens: Sequence[str], named: Named) -> str:
        for ids, (start, end) in zip(named.found, named.spans, strict=True):
            after = tokens[end] if end < len(tokens) else ""
            before = tokens[start - 1] if start else ""
            level_asked = end + 1 < len(tokens) and tokens[end + 1] == "level"
            if self._tells_apart(after, ids) and not level_asked:
                return " ".join(tokens[start : end + 1])
            if before in self._platforms and self._names.is_brand(before) and not self._names.has_word(ids, before):
                return " ".join(tokens[start - 1 : end])
        return ""

    def _tells_apart(self, word: str, ids: Sequence[str]) -> bool:
        """Whether a word behind a name makes it the name of another rung of the same ladder."""
        return word in _RUNGS and not self._names.has_word(ids, word)

    def _rest(self, tokens: Sequence[str], cues: Sequence[Cue], taken: frozenset[int], named: Named) -> tuple[str, ...]:
        telling = (
            cue
            for cue in cues
            # An aspect is only what a provider's page is searched for; elsewhere its words have to be found.
            if not cue.key.startswith("aspect.") and (cue.key != "function_words" or cue.end - cue.start > 1)
        )
        explained = taken | _places((cue.start, cue.end) for cue in telling)
        explained |= _places(named.partial_spans)
        return tuple(
            token
            for place, token in enumerate(tokens)
            if place not in explained and token not in self._quiet and not token.replace(".", "").isdigit()
        )


def aspects(keys: Iterable[str]) -> frozenset[str]:
    """What may be asked of a provider that is no field of a credential: what it offers, how to verify it."""
    return frozenset(key for key in keys if key.startswith("aspect."))


def _respelt(text: str, original: Sequence[str], tokens: Sequence[str]) -> str:
    """The text as it was meant: searching for what was misspelt finds less."""
    for was, now in zip(original, tokens, strict=True):
        if was != now:
            text = re.sub(rf"(?<!\w){re.escape(was)}(?!\w)", now, text, flags=re.IGNORECASE)
    return text


def _masked(tokens: Sequence[str], spans: Sequence[Span]) -> str:
    kept = list(tokens)
    for start, end in sorted(spans, reverse=True):
        kept[start:end] = [_NAME]
    return " ".join(kept)


def _without_names(tokens: Sequence[str], providers: Sequence[Called]) -> str:
    names = _places(span for _, span in providers)
    return " ".join(token for place, token in enumerate(tokens) if place not in names)


def _narrowing(tokens: Sequence[str], named: Named, providers: Sequence[Called]) -> tuple[str, ...]:
    of_providers = _places(span for _, span in providers)
    return tuple(tokens[place] for place in sorted(_places(named.partial_spans) - of_providers))


def _topic_words(tokens: Sequence[str], cues: Iterable[Cue], of_providers: frozenset[int]) -> tuple[str, ...]:
    places = _places((cue.start, cue.end) for cue in cues if cue.key.startswith("topic.")) - of_providers
    return tuple(tokens[place] for place in sorted(places))


def _phrases_over_names(cues: Iterable[Cue]) -> frozenset[int]:
    """Places of words that stand in a longer phrase of another meaning: the "associate" of a level is no name."""
    return frozenset(
        place
        for cue in cues
        if cue.end - cue.start > 1 and cue.key.startswith(("not_covered", "help", "no_", "compare", "function_words"))
        for place in range(cue.start, cue.end)
    )


def _fields(cues: Iterable[Cue], name_places: frozenset[int]) -> tuple[str, ...]:
    """The fields asked for, in order. A phrase inside a longer one does not count by itself, nor one inside a name."""
    spoken = [cue for cue in cues if cue.key.startswith(_FIELD)]
    places = [cue for cue in cues if cue.key.startswith("ordinal.")]
    spoken = [cue for cue in spoken if not any(place.start <= cue.start and cue.end <= place.end for place in places)]
    spoken = [cue for cue in spoken if not _lies_in(cue, name_places)]
    kept = [
        cue
        for cue in spoken
        if not any(
            other.start <= cue.start and cue.end <= other.end and other.end - other.start > cue.end - cue.start
            for other in spoken
        )
    ]
    kept = sorted(_without_repeats(kept), key=lambda cue: cue.start)
    names = list(dict.fromkeys(cue.key.removeprefix(_FIELD) for cue in kept))
    if _TIMES & set(names):
        names = [name for name in names if name != _TIME]
    return tuple(name for name in names if name in FIELDS or name == _TIME)


def _without_repeats(spoken: Sequence[Cue]) -> list[Cue]:
    """Without the "how long" of "how long is it valid": it asks for the validity, not for a length as well. A plain
    word ("cost, time, expiry") asks for itself.
    """
    times = [cue for cue in spoken if cue.key == _FIELD + _TIME]
    lasting = [cue for cue in spoken if cue.key.removeprefix(_FIELD) in _LASTING]
    repeated = []
    for cue in lasting:
        near = [time for time in times if _gap(time, cue) <= _BESIDE and time.end - time.start > 1]
        repeated += sorted(near, key=lambda time: _gap(time, cue))[:1]
    return [cue for cue in spoken if cue not in repeated]


def _gap(one: Cue, other: Cue) -> int:
    """How many words lie between two phrases."""
    return max(one.start, other.start) - min(one.end, other.end)


def _is_polar(cues: Sequence[Cue], length: int) -> bool:
    """Whether it asks for a yes or a no: by the word it begins with, in some languages ends with."""
    begins = max((cue.end for cue in cues if cue.key == "lead_in" and cue.start == 0), default=0)
    return any(cue.key == "polar" and (cue.start in {0, begins} or cue.end == length) for cue in cues)


def _languages(cues: Iterable[Cue], taken: frozenset[int]) -> tuple[str, ...]:
    """The language of each cue outside names; function words count too, they tell languages apart best."""
    return tuple(cue.language for cue in cues if cue.start not in taken)


def _lies_in(cue: Cue, places: frozenset[int]) -> bool:
    return cue.start < cue.end and places.issuperset(range(cue.start, cue.end))


def _places(spans: Iterable[Span]) -> frozenset[int]:
    return frozenset(place for start, end in spans for place in range(start, end))


def named_ids(question: Question) -> list[str]:
    """The credentials that are named beyond doubt, in order, each once."""
    return list(dict.fromkeys(ids[0] for ids in question.named if len(ids) == 1))


def _outside_set_phrases(cues: Sequence[Cue], spoken: frozenset[str]) -> list[Cue]:
    """Without the cues that are a part of a set phrase of function words: the "ai" of "j'ai" is no topic. Only in a
    language that is `spoken`: "a data" is a date in Portuguese alone.
    """
    phrases = [
        cue for cue in cues if cue.key == "function_words" and cue.end - cue.start > 1 and cue.language in spoken
    ]
    # "Last longer" is no length, and "without a degree" asks for none.
    longer = [cue for cue in cues if cue.key.startswith(("compare.", "no_prerequisites"))]
    return [
        cue
        for cue in cues
        if not any(_is_part(cue, phrase) for phrase in phrases)
        and not (cue.key.startswith(("compare.", "kind.")) and any(_is_part(cue, phrase) for phrase in longer))
    ]


def _is_part(cue: Cue, phrase: Cue) -> bool:
    inside = phrase.start <= cue.start and cue.end <= phrase.end
    return inside and cue.end - cue.start < phrase.end - phrase.start
