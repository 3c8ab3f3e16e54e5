"""A question into what it asks for: credentials, fields, constraints, kind of question. Pure; no phrase stands here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.catalog.fields import FIELDS
from bot.catalog.names import Named, Names, Span, correct, is_code
from bot.catalog.recommend import Constraints
from bot.grounding.facts import Fact, FactReader
from bot.offline.naming import Siblings
from bot.retrieval.tokens import terms
from bot.text.lexicon import Cue, Lexicon
from bot.text.ordinary import is_ordinary
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import fold, words

_FIELD = "field."
_TIME = "time"
_TIMES = frozenset({"validity", "renewal", "study_hours", "length", "exam_minutes", "retired_on"})
_LEAST_PRICE = 20
_LEAST_COIN = 0.01
_SHORTEST_SPELLING = 4
_NAME = "this certification"
_BEYOND_LATIN = 0x370
# Sections that say how words are spelt or built into a sentence, not what is asked for.
_SPELLING = frozenset({"short_forms", "domain_words", "auxiliary", "question_words", "determiner", "stand_in"})
_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{3,6}(?![\w+])")
_MIXED = re.compile(r"(?<![\w-])[a-z][A-Z]{2,5}(?![\w+])")  # iMSA


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as understood.

    `named` are credentials called by name, each with the ids that bear it; `partial` those that fit name words too
    few to tell them apart. `rest` are the words that nothing here explains: what the documents must cover;
    `stranger` is one of them that no document holds and that stands where it makes another name of a known one
    ("Databricks Data Engineer", "CompTIA Server+"). `masked` is the text with "it" in the place of the names;
    `acronyms` are words in capitals that no name and no lexicon has; `sibling` is a name made into another one by the
    word beside it ("PSM II", "Azure Developer Associate"), `beside` one of which only a part is known ("Azure Database
    Administrator"). `loose` are all credentials that its name words fit, however
    general the words. `closed` questions are answered with yes or no;
    `qualifier` is a word that nothing explains before a word for a credential ("nursing certificate").
    """

    text: str
    tokens: tuple[str, ...]
    named: tuple[tuple[str, ...], ...] = ()
    partial: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    facts: frozenset[Fact] = frozenset()
    providers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    cues: frozenset[str] = frozenset()
    cue_languages: tuple[str, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    rest: tuple[str, ...] = ()
    stranger: str = ""
    acronyms: tuple[str, ...] = ()
    sibling: str = ""
    beside: str = ""
    masked: str = ""
    loose: tuple[str, ...] = ()
    in_other_script: bool = False
    leads_in: bool = False
    closed: bool = False
    qualifier: str = ""
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
        self._short_forms = lexicon.renamings("short_forms")
        self._generic = sorted(lexicon.single_words("generic"))
        self._short_names = sorted(word for word in names.vocabulary if len(word) == _SHORTEST_SPELLING)
        self._numbers = {word: number for word, number in lexicon.figures("numbers").items() if number >= _LEAST_PRICE}
        spoken = sorted(self._numbers, key=len, reverse=True)
        self._spoken = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spoken)) or '(?!)'})(?!\w)")
        self._by_language: dict[frozenset[str], tuple[frozenset[str], list[str]]] = {}
        platforms = {phrase[0] for phrase in lexicon.phrases_below("topic.") if len(phrase) == 1}
        self._siblings = Siblings(names, platforms, self._known)
        self._quiet = lexicon.single_words("function_words", "generic")

    def read(self, text: str) -> Question:
        original = self._parted(words(text))
        votes = Counter(_languages(self._lexicon.cues(original), frozenset()))
        spoken = frozenset(language for language, count in votes.items() if count == max(votes.values()))
        # An acronym in capitals was meant as it stands: CCSK is no slip for CCSP.
        meant = {word.lower() for word in _ACRONYM.findall(text) if len(word) <= _SHORTEST_SPELLING}
        meant |= {word.lower() for word in _MIXED.findall(text)}
        tokens = [token if token in meant else self._spelt(token, spoken) for token in original]
        tokens = self._in_full(tokens)
        cues = _outside_set_phrases(cue for cue in self._lexicon.cues(tokens) if cue.key not in _SPELLING)
        cues += self._around_names(tokens, self._names.find(tokens, _phrases_over_names(cues)).spans)
        denied = frozenset(cue.end for cue in cues if cue.key == "negation")
        named = self._names.find(tokens, _phrases_over_names(cues)).without(denied)
        providers = [found for found in self._names.providers(tokens) if found[1][0] not in denied]
        taken = _places([*named.spans, *(span for _, span in providers)])
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
            fields=fields,
            cues=frozenset(kinds),
            cue_languages=_languages(cues, taken),
            constraints=self._constraints(text, cues, named, providers),
            rest=self._rest(tokens, cues, taken, named),
            stranger=self._stranger(
                original, tokens, cues, [*named.spans, *named.partial_spans, *(s for _, s in providers)]
            ),
            masked=_masked(tokens, named.spans),
            acronyms=tuple(
                word for word in _ACRONYM.findall(text) if word.lower() in tokens and word.lower() not in self._known
            ),
            sibling=self._siblings.rung(text, tokens, named, fields),
            beside=self._siblings.beside(
                text, tokens, named, self._explained(tokens, cues, frozenset()), [span for _, span in providers]
            ),
            in_other_script=any(char.isalpha() and ord(char) >= _BEYOND_LATIN for char in text),
            loose=self._names.holding(tokens),
            leads_in=any(cue.key == "lead_in" and cue.start == 0 for cue in cues),
            qualifier=_qualifier(tokens, cues, self._explained(tokens, cues, taken)),
            closed=self.is_closed(text),
            corrected={was: now for was, now in zip(original, tokens, strict=True) if was != now},
        )

    def _around_names(self, tokens: Sequence[str], spans: Sequence[Span]) -> list[Cue]:
        """The phrases that a name stands in the midst of: "keep my AZ-104 alive" is "keep it alive"."""
        kept, places = list(tokens), list(range(len(tokens)))
        for start, end in sorted(spans, reverse=True):
            first = start - 1 if start and tokens[start - 1] in self._determiners else start
            kept[first:end], places[first:end] = self._stand_in, [start]
        names = {
            place for place, token in enumerate(kept) if [token] == self._stand_in and places[place] in _places(spans)
        }
        return [
            replace(cue, start=places[cue.start], end=places[cue.end - 1] + 1)
            for cue in self._lexicon.cues(kept)
            if cue.end - cue.start > 1
            and cue.key.startswith(_FIELD)
            and any(cue.start < place < cue.end - 1 for place in names)
        ]

    def is_closed(self, text: str) -> bool:
        """Whether yes or no would answer a question: an auxiliary comes before any question word."""
        tokens = words(text)
        places = {token: place for place, token in reversed(list(enumerate(tokens)))}
        first = min((places[word] for word in self._auxiliary if word in places), default=None)
        asks = min((places[word] for word in self._question_words if word in places), default=len(tokens))
        return first is not None and first < asks

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
        if token in self._short_forms and token not in self._names.vocabulary:
            return self._short_forms[token]
        if token in known or is_ordinary(token):
            return token
        if self._is_word(token):
            # Documents are known by the stems of their words, and a slip may leave the stem as it is.
            likely = correct(token, spellings)
            same = likely is not None and (terms(likely) == terms(token) or likely in self._generic)
            return likely if likely and same else token
        if len(token) <= _SHORTEST_SPELLING:
            # Too short to tell a slip from another word, but for names such as CCNA and words such as exams.
            return correct(token, self._short_names) or correct(token, self._generic) or token
        return correct(token, spellings) or token

    def _parted(self, tokens: Sequence[str]) -> list[str]:
        """With words of a name that were written as one put apart: "powerbi"."""
        return [
            part
            for token in tokens
            for part in (self._names.joined.get(token, (token,)) if token not in self._known else (token,))
        ]

    def _spellings_of(self, spoken: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        if spoken not in self._by_language:
            known = self._names.vocabulary | self._lexicon.vocabulary_of(*spoken, DEFAULT_LANGUAGE)
            self._by_language[spoken] = known, sorted(word for word in known if len(word) >= _SHORTEST_SPELLING)
        return self._by_language[spoken]

    def _in_figures(self, text: str) -> str:
        """Number words as figures: "three hundred dollars" is "300 dollars"."""
        return self._spoken.sub(lambda found: str(self._numbers[found[0]]), fold(text))

    def _constraints(
        self, text: str, cues: Sequence[Cue], named: Named, providers: Sequence[tuple[str, Span]]
    ) -> Constraints:
        keys = {cue.key for cue in cues}
        facts = self.facts.read(self._in_figures(text))
        money = [_amount(fact) for fact in facts if fact.kind == "money"]
        if not money and "under" in keys:
            # "exam must be 200 or less": a bare number beside a limit is a price; spans of time have their unit.
            money = [float(fact.value) for fact in facts if fact.kind == "number" and float(fact.value) >= _LEAST_PRICE]
        free = "free" in keys and not money
        if "strictly_under" in keys:
            money = [amount - _LEAST_COIN for amount in money]
        return Constraints(
            topics=_suffixes(cues, "topic."),
            bands=tuple(int(band) for band in _suffixes(cues, "level.")),
            kinds=_suffixes(cues, "kind."),
            providers=tuple(identity for identity, _ in providers) if not named.found else (),
            max_cost=0.0 if free else min(money, default=None),
            max_hours=_hours(facts, per_week="per_week" in keys),
            no_renewal="no_renewal" in keys,
            no_prerequisites="no_prerequisites" in keys,
        )

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

    def _rest(self, tokens: Sequence[str], cues: Sequence[Cue], taken: frozenset[int], named: Named) -> tuple[str, ...]:
        explained = self._explained(tokens, cues, taken | _places(named.partial_spans))
        return tuple(token for place, token in enumerate(tokens) if place not in explained)

    def _explained(self, tokens: Sequence[str], cues: Sequence[Cue], taken: frozenset[int]) -> frozenset[int]:
        """The places of names, of what the lexicon knows, of figures and of words that say nothing by themselves."""
        telling = (cue for cue in cues if cue.key != "function_words" or cue.end - cue.start > 1)
        quiet = (
            place for place, token in enumerate(tokens) if token in self._quiet or token.replace(".", "").isdigit()
        )
        return taken | _places((cue.start, cue.end) for cue in telling) | frozenset(quiet)


def _respelt(text: str, original: Sequence[str], tokens: Sequence[str]) -> str:
    """The text as it was meant: searching for what was misspelt finds less."""
    for was, now in zip(original, tokens, strict=True):
        if was != now:
            text = re.sub(rf"(?<!\w){re.escape(was)}(?!\w)", now, text, flags=re.IGNORECASE)
    return text


def _qualifier(tokens: Sequence[str], cues: Iterable[Cue], explained: frozenset[int]) -> str:
    places = (cue.start - 1 for cue in cues if cue.key == "credential_word")
    return next((tokens[place] for place in places if place >= 0 and place not in explained), "")


def _masked(tokens: Sequence[str], spans: Sequence[Span]) -> str:
    kept = list(tokens)
    for start, end in sorted(spans, reverse=True):
        kept[start:end] = [_NAME]
    return " ".join(kept)


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
    spoken = [cue for cue in spoken if not name_places.issuperset(range(cue.start, cue.end))]
    kept = [
        cue
        for cue in spoken
        if not any(
            other.start <= cue.start and cue.end <= other.end and other.end - other.start > cue.end - cue.start
            for other in spoken
        )
    ]
    names = list(dict.fromkeys(cue.key.removeprefix(_FIELD) for cue in sorted(kept, key=lambda cue: cue.start)))
    if _TIMES & set(names):
        # "how long is it valid" asks for the validity, not for a length as well.
        names = [name for name in names if name != _TIME]
    return tuple(name for name in names if name in FIELDS or name == _TIME)


def _languages(cues: Iterable[Cue], taken: frozenset[int]) -> tuple[str, ...]:
    """The language of each cue outside names; function words count too, they tell languages apart best."""
    return tuple(cue.language for cue in cues if cue.start not in taken)


def _suffixes(cues: Iterable[Cue], prefix: str) -> tuple[str, ...]:
    found = (cue.key.removeprefix(prefix) for cue in cues if cue.key.startswith(prefix))
    return tuple(dict.fromkeys(found))


def _places(spans: Iterable[Span]) -> frozenset[int]:
    return frozenset(place for start, end in spans for place in range(start, end))


def _amount(fact: Fact) -> float:
    return float(fact.value.split(" ")[1])


def _hours(facts: Iterable[Fact], *, per_week: bool) -> float | None:
    """Hours in all: as told, or hours a week times the months or weeks told with them."""
    minutes = [float(fact.value.split(" ")[0]) for fact in facts if fact.kind == "duration" and "minutes" in fact.value]
    months = [float(fact.value.split(" ")[0]) for fact in facts if fact.kind == "duration" and "months" in fact.value]
    hours = [span / 60 for span in minutes if span < 7 * 24 * 60 or span % (7 * 24 * 60)]
    weeks = [span / (7 * 24 * 60) for span in minutes if span % (7 * 24 * 60) == 0]
    if per_week:
        # "5 hours in one week": that week is the rate, not the time there is.
        weeks = [span for span in weeks if span > 1]
    weeks += [span * 52 / 12 for span in months]
    if not hours:
        return None
    if per_week:
        return min(hours) * min(weeks) if weeks else None
    return min(hours)


def named_ids(question: Question) -> list[str]:
    """The credentials that are named beyond doubt, in order, each once."""
    return list(dict.fromkeys(ids[0] for ids in question.named if len(ids) == 1))


def _outside_set_phrases(found: Iterable[Cue]) -> list[Cue]:
    """Without the cues that are a part of a set phrase of function words: the "ai" of "j'ai" is no topic."""
    cues = list(found)
    phrases = [cue for cue in cues if cue.key == "function_words" and cue.end - cue.start > 1]
    return [
        cue
        for cue in cues
        if not any(
            phrase.start <= cue.start and cue.end <= phrase.end and cue.end - cue.start < phrase.end - phrase.start
            for phrase in phrases
        )
    ]
