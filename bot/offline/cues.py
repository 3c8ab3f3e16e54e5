"""What the lexicon's phrases say of a question, by where they stand in it: fields, yes or no. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.catalog.fields import FIELDS
from bot.catalog.names import Span
from bot.text.lexicon import Cue

FIELD = "field."
_TIME = "time"
_DENIAL = "denial"
_TIMES = frozenset({"study_hours", "length", "exam_minutes", "retired_on"})
_LASTING = frozenset({"validity", "renewal"})
_BESIDE = 7  # words between "how long" and "valid"
# Sections of what names sound like in another script.
BY_SOUND = ("letters_by_sound", "words_by_sound")
# Sections that say how words are spelt or built into a sentence, not what is asked for.
_SPELLING = frozenset(
    {*BY_SOUND, "short_forms", "domain_words", "auxiliary", "question_words", "determiner", "stand_in"}
)


def fields_of(cues: Iterable[Cue], name_places: frozenset[int]) -> tuple[str, ...]:
    """The fields asked for, in order. A phrase inside a longer one does not count by itself, nor one inside a name."""
    spoken = [cue for cue in cues if cue.key.startswith(FIELD)]
    places = [cue for cue in cues if cue.key.startswith("ordinal.")]
    spoken = [cue for cue in spoken if not any(place.start <= cue.start and cue.end <= place.end for place in places)]
    spoken = [cue for cue in spoken if not _lies_in(cue, name_places)]
    kept = [cue for cue in spoken if not any(_is_part(cue, other) for other in spoken)]
    kept = sorted(_without_repeats(kept), key=lambda cue: cue.start)
    names = list(dict.fromkeys(cue.key.removeprefix(FIELD) for cue in kept))
    if _TIMES & set(names):
        names = [name for name in names if name != _TIME]
    return tuple(name for name in names if name in FIELDS or name == _TIME)


def _without_repeats(spoken: Sequence[Cue]) -> list[Cue]:
    """Without the "how long" of "how long is it valid": it asks for the validity, not for a length as well. A plain
    word ("cost, time, expiry") asks for itself.
    """
    times = [cue for cue in spoken if cue.key == FIELD + _TIME]
    lasting = [cue for cue in spoken if cue.key.removeprefix(FIELD) in _LASTING]
    repeated = []
    for cue in lasting:
        near = [time for time in times if _gap(time, cue) <= _BESIDE and time.end - time.start > 1]
        repeated += sorted(near, key=lambda time: _gap(time, cue))[:1]
    return [cue for cue in spoken if cue not in repeated]


def _gap(one: Cue, other: Cue) -> int:
    """How many words lie between two phrases."""
    return max(one.start, other.start) - min(one.end, other.end)


def aspects(keys: Iterable[str]) -> frozenset[str]:
    """What may be asked of a provider that is no field of a credential: what it offers, how to verify it."""
    return frozenset(key for key in keys if key.startswith("aspect."))


def is_polar(cues: Sequence[Cue], length: int) -> bool:
    """Whether it asks for a yes or a no: by the word it begins with, in some languages ends with."""
    begins = max((cue.end for cue in cues if cue.key == "lead_in" and cue.start == 0), default=0)
    return any(cue.key == "polar" and (cue.start in {0, begins} or cue.end == length) for cue in cues)


def languages(cues: Iterable[Cue], taken: frozenset[int]) -> tuple[str, ...]:
    """The language of each cue outside names; function words count too, they tell languages apart best. What denies
    is such a word already, and would count twice.
    """
    return tuple(cue.language for cue in cues if cue.start not in taken and cue.key != _DENIAL)


def qualifier(tokens: Sequence[str], cues: Iterable[Cue], explained: frozenset[int]) -> str:
    """The word that nothing explains before a word for a credential: "nursing certificate"."""
    before = (cue.start - 1 for cue in cues if cue.key == "credential_word")
    return next((tokens[place] for place in before if place >= 0 and place not in explained), "")


def topic_words(tokens: Sequence[str], cues: Iterable[Cue], of_providers: frozenset[int]) -> tuple[str, ...]:
    told = places((cue.start, cue.end) for cue in cues if cue.key.startswith("topic.")) - of_providers
    return tuple(tokens[place] for place in sorted(told))


def phrases_over_names(cues: Iterable[Cue]) -> frozenset[int]:
    """Places of words that stand in a longer phrase of another meaning: the "associate" of a level is no name."""
    return frozenset(
        place
        for cue in cues
        if cue.end - cue.start > 1 and cue.key.startswith(("not_covered", "help", "no_", "compare", "function_words"))
        for place in range(cue.start, cue.end)
    )


def outside_set_phrases(found: Iterable[Cue], spoken: frozenset[str]) -> list[Cue]:
    """Without the cues that are a part of a set phrase of function words: the "ai" of "j'ai" is no topic. Only in a
    language that is `spoken`: "a data" is a date in Portuguese alone.
    """
    cues = [cue for cue in found if cue.key not in _SPELLING]
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


def _lies_in(cue: Cue, taken: frozenset[int]) -> bool:
    return cue.start < cue.end and taken.issuperset(range(cue.start, cue.end))


def places(spans: Iterable[Span]) -> frozenset[int]:
    return frozenset(place for start, end in spans for place in range(start, end))
