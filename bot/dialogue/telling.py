"""What a learner tells about themselves in free text: credentials with dates, money, time, goals. Pure.

A message is read clause by clause; a verb ("I passed") reaches as far as the next one. Only what is said in the first
person counts, and nothing is concluded from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.catalog.catalog import Catalog
from bot.dialogue.figures import checked_hours, checked_money, day_of, hours_a_week, in_figures
from bot.errors import InputError
from bot.learning.learner import AnswerStyle, Holding, HoldingState, Profile
from bot.learning.wallet import Say
from bot.learning.zones import find_zone
from bot.offline.understanding import Question, Understanding, named_ids
from bot.text.lexicon import Cue, Lexicon
from bot.text.words import fold, words

_STATES: dict[str, HoldingState] = {
    "told.passed": "held",
    "told.have": "held",
    "told.studying": "in_progress",
    "told.planned": "planned",
}
_TELLS = ("told.i", *_STATES, "told.lost", "told.goal", "told.want", "told.quiet", "told.time_zone")
_NEAR_THE_START = 3  # words before a name to which the verb of the clause before still reaches
_TIME = re.compile(r"(?<![\d:])(\d{1,2})(?::([0-5]\d))?\s*(am|pm)?(?![\d:])", re.IGNORECASE)
_QUESTION_MARKS = "?？"
_DAY_HOURS = 24
_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told. `approximate` are holdings whose day was not told: the first of the month stands for it."""

    holdings: tuple[Holding, ...] = ()
    approximate: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    dropped_goals: tuple[str, ...] = ()
    background: str | None = None
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    goal_text: str | None = None
    hours_per_week: float | None = None
    budget_usd: float | None = None
    deadline: date | None = None
    time_zone: str | None = None
    quiet: tuple[time, time] | None = None
    style: AnswerStyle | None = None
    asks: bool = False

    @property
    def anything(self) -> bool:
        return replace(self, asks=False, approximate=frozenset()) != Told()

    def profile(self, before: Profile) -> Profile:
        """The profile with what was told; goals add up, anything else is replaced."""
        return replace(
            before,
            goals=tuple(goal for goal in dict.fromkeys([*before.goals, *self.goals]) if goal not in self.dropped_goals),
            background=self.background or before.background,
            skills=tuple(dict.fromkeys([*before.skills, *self.skills])),
            languages=tuple(dict.fromkeys([*before.languages, *self.languages])),
            hours_per_week=before.hours_per_week if self.hours_per_week is None else self.hours_per_week,
            budget_usd=before.budget_usd if self.budget_usd is None else self.budget_usd,
            deadline=self.deadline or before.deadline,
            time_zone=self.time_zone or before.time_zone,
            quiet_from=self.quiet[0] if self.quiet else before.quiet_from,
            quiet_until=self.quiet[1] if self.quiet else before.quiet_until,
            answer_style=self.style or before.answer_style,
            goal_text=self.goal_text or before.goal_text,
        )


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of the message: what it names, and the cues of the command lexicon in it."""

    question: Question
    cues: frozenset[str]

    def has(self, *cues: str) -> bool:
        return any(cue in self.cues for cue in cues)


@dataclass(slots=True)
class _Reading:
    """The message so far: the state that the last verb gives, and what it was said of."""

    state: HoldingState | None = None
    losing: bool = False
    goal: bool = False
    held: dict[str, Holding] = field(default_factory=dict)
    undated: list[str] = field(default_factory=list)
    # What the clause before named without a verb: "this is my AZ-900 certificate, passed on …".
    named: Sequence[str] = ()

    def settle(self) -> None:
        """The verb reaches no further."""
        self.state, self.losing, self.goal = None, False, False


class Telling:
    """Reads what learners tell, with one catalogue's names and the lexicons of all languages."""

    def __init__(self, catalog: Catalog, understanding: Understanding, lexicon: Lexicon) -> None:
        self._catalog = catalog
        self._understanding = understanding
        self._lexicon = lexicon
        joints = sorted((" ".join(phrase) for phrase in lexicon.phrases("told.and")), key=len, reverse=True)
        between = "|".join(re.escape(word) for word in joints) or "(?!)"
        # A comma between figures, or a full stop inside a name, joins no clauses.
        self._joint = re.compile(
            rf"(?<!\d),|,(?!\d)|[;!?¿。，；！？।\n]|\.(?:\s|$)|\s[–—]\s|\s(?:{between})\s", re.IGNORECASE
        )

    def read(self, text: str, today: date, say: Say) -> Told:
        """Raises `InputError`, in the words of `say`, for what cannot be: a day, a sum, a zone that is none."""
        whole = self._hear(text)
        if not whole.has(*_TELLS):
            return Told()
        reading = _Reading()
        # "Between nine and seven" is no two clauses.
        quiet = _hours_of_day(text) if whole.has("told.quiet") else None
        told = self._listed(Told(asks=_asks(text, whole), quiet=quiet), text)
        for clause in self._clauses(in_figures(text, say)):
            told = self._clause(told, reading, self._hear(clause), today, say)
            told = self._clock(told, clause, say)
        return replace(
            told,
            holdings=tuple(reading.held.values()),
            approximate=told.approximate & set(reading.held),
        )

    def _listed(self, told: Told, text: str) -> Told:
        """What is listed behind its words, up to the end of the sentence: "I know Python and SQL"."""
        for sentence in re.split(r"[.;!?\n。！？]", text):
            tokens = words(sentence)
            for cue in self._lexicon.cues(tokens):
                rest = _after(sentence, tokens[cue.start : cue.end]).strip()
                entries = tuple(part.strip() for part in self._joint.split(rest) if part.strip())
                if cue.key == "told.background" and rest:
                    told = replace(told, background=entries[0])
                elif cue.key == "told.skills":
                    told = replace(told, skills=entries)
                elif cue.key == "told.languages":
                    told = replace(told, languages=entries)
        return told

    def _clauses(self, text: str) -> Iterator[str]:
        """The clauses that tell. One that a question mark ends asks: not every language has a word or an order of
        words for it.
        """
        begin = 0
        for joint in self._joint.finditer(text):
            if (clause := text[begin : joint.start()].strip()) and joint[0] not in _QUESTION_MARKS:
                yield clause
            begin = joint.end()
        if clause := text[begin:].strip():
            yield clause

    def _hear(self, text: str) -> _Clause:
        question = self._understanding.read(text)
        cues = self._lexicon.cues(words(text))
        verbs = [cue for cue in cues if cue.key in _STATES]
        return _Clause(question, frozenset(cue.key for cue in cues if not any(_within(cue, verb) for verb in verbs)))

    def _clause(self, told: Told, reading: _Reading, clause: _Clause, today: date, say: Say) -> Told:
        ids: Sequence[str] = [identity for identity in named_ids(clause.question) if identity in self._catalog]
        if clause.has("told.goal") and clause.has("told.not"):
            return replace(told, dropped_goals=(*told.dropped_goals, *ids))
        before, reading.named = reading.named, ()
        if _is_not_told(clause):
            reading.settle()
            return told
        self._refuse_renewal(clause, ids, say)
        _take_verb(reading, clause)
        ids = _reached(reading, clause, ids, before, today)
        if not _reaches(clause):
            reading.settle()
        if reading.losing:
            return replace(told, lost=(*told.lost, *ids))
        if reading.goal:
            told = replace(told, goals=(*told.goals, *ids))
        if reading.state:
            for identity in ids:
                reading.held[identity] = Holding(credential=identity, state=reading.state)
                reading.undated.append(identity)
        told = self._date(told, reading, clause, today)
        if not told.asks:
            told = _measures(told, clause, say)
        if clause.has("told.goal") and not ids:
            told = replace(told, goal_text=clause.question.text.strip())
        return told

    def _refuse_renewal(self, clause: _Clause, ids: Sequence[str], say: Say) -> None:
        """How far a renewal reaches, issuers count differently: the new date is asked for instead of guessed."""
        if clause.has("told.renewed") and ids:
            raise InputError(say("told.error.renewed", name=self._catalog[ids[0]].short_name))

    def _clock(self, told: Told, clause: str, say: Say) -> Told:
        """Where the learner lives, as far as clocks go."""
        tokens = words(clause)
        for cue in self._lexicon.cues(tokens):
            if cue.key == "told.time_zone":
                return replace(told, time_zone=find_zone(_after(clause, tokens[cue.start : cue.end]), say))
            if cue.key == "told.zone":
                # "I'm in a hurry" names no place.
                with suppress(InputError):
                    return replace(told, time_zone=find_zone(_after(clause, tokens[cue.start : cue.end]), say))
        return told

    def _date(self, told: Told, reading: _Reading, clause: _Clause, today: date) -> Told:
        day, exact = day_of(clause.question.facts, clause.cues, today)
        if day is None:
            return told
        if clause.has("told.expires") and (ids := named_ids(clause.question)):
            for identity in ids:
                known = reading.held.get(identity) or Holding(credential=identity)
                reading.held[identity] = replace(known, state="held", expires_on=day)
            return told
        if clause.has("told.until") and day >= today:
            return replace(told, deadline=day if exact else day + relativedelta(months=1, days=-1))
        if not reading.undated:
            return told
        if reading.state == "held":
            earned: dict[str, Any] = {"earned_on": day}
            if not exact:
                told = replace(told, approximate=told.approximate | set(reading.undated))
        elif day >= today:
            earned = {"exam_on": day}
        else:
            return told
        for identity in reading.undated:
            reading.held[identity] = replace(reading.held[identity], **earned)
        reading.undated.clear()
        return told


def _within(cue: Cue, verb: Cue) -> bool:
    """Whether a cue is only a part of a longer verb: "I have" in "I have to take"."""
    shorter = cue.end - cue.start < verb.end - verb.start
    # Spanish "he aprobado" speaks of oneself, whoever the English "he" is.
    return cue.key in {*_STATES, "told.not"} and shorter and verb.start <= cue.start and cue.end <= verb.end


def _after(clause: str, cue: Sequence[str]) -> str:
    """What follows a cue, as it was written: names of places keep their accents and slashes."""
    plain = "".join(fold(char)[:1] or char for char in clause)
    found = re.search(r"\W*".join(map(re.escape, cue)), plain)
    return re.sub(r"^\W*(?:is\b|:|=)?\s*", "", clause[found.end() :]) if found else clause


def _hours_of_day(clause: str) -> tuple[time, time] | None:
    """Two times of day, "21:00 to 7" or "9pm to 7am"; None where there are not just two."""
    hours = []
    for hour, minute, half in _TIME.findall(clause):
        figure = int(hour) % 12 + (12 if half.lower() == "pm" else 0) if half else int(hour)
        if figure >= _DAY_HOURS:
            return None
        hours.append(time(figure, int(minute or 0)))
    return (hours[0], hours[1]) if len(hours) == _PAIR else None


def _asks(text: str, whole: _Clause) -> bool:
    return "?" in text or "？" in text or whole.has("told.question")


def _is_not_told(clause: _Clause) -> bool:
    """What is asked, denied, supposed, hoped for or told of others is not the learner's; nor what follows from it."""
    return clause.has("told.question") or (clause.has("told.not") and not clause.has("told.lost"))


def _take_verb(reading: _Reading, clause: _Clause) -> None:
    """A verb of this clause takes over from the one before; the credentials named before it keep theirs."""
    state = next((state for cue, state in _STATES.items() if clause.has(cue)), None)
    if state == "held" and clause.has("told.exam") and not clause.has("told.passed"):
        # "I have my AZ-104 exam in May": who has an exam has not passed it.
        state = "in_progress"
    if clause.has("told.lost"):
        reading.state, reading.losing, reading.goal = None, True, False
    elif clause.has("told.goal", "told.want"):
        reading.state, reading.losing, reading.goal = None, False, True
    elif state is not None:
        if state != reading.state:
            reading.undated.clear()
        reading.state, reading.losing, reading.goal = state, False, False


def _reached(
    reading: _Reading, clause: _Clause, ids: Sequence[str], before: Sequence[str], today: date
) -> Sequence[str]:
    """What a clause is about: what it names, or what the clause before named without a verb, where this one says only
    that it was passed and when.
    """
    if not clause.has(*_STATES):
        reading.named = ids
    elif not ids and reading.state == "held" and day_of(clause.question.facts, clause.cues, today)[0]:
        return [identity for identity in before if identity not in reading.held]
    return ids


def _reaches(clause: _Clause) -> bool:
    """Whether a clause has a verb that is understood, or none, so that the one before still reaches it."""
    if clause.has(*_STATES, "told.lost", "told.goal", "told.want", "told.expires"):
        return True
    before = clause.question.masked.partition("this certification")[0]
    return len(words(before)) < _NEAR_THE_START


def _measures(told: Told, clause: _Clause, say: Say) -> Told:
    """Hours a week, money and how to be answered."""
    facts, text = clause.question.facts, clause.question.text
    if clause.question.has("per_week") and (hours := hours_a_week(facts)) is not None:
        told = replace(told, hours_per_week=checked_hours(hours, text, say))
    if not named_ids(clause.question) and (money := checked_money(facts, text, say)) is not None:
        told = replace(told, budget_usd=money)
    if clause.has("told.short"):
        told = replace(told, style="short")
    if clause.has("told.long"):
        told = replace(told, style="full")
    return told
