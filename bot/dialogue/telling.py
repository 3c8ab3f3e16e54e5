"""What a learner tells about themselves in free text: credentials with dates, money, time, goals. Pure.

A message is read clause by clause; a verb ("I passed") reaches as far as the next one. Only what is said in the first
person counts, and nothing is concluded from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from dateutil.relativedelta import relativedelta

from bot.catalog.catalog import Catalog
from bot.errors import InputError
from bot.grounding.facts import Fact
from bot.learning.learner import AnswerStyle, Holding, HoldingState, Profile
from bot.learning.wallet import Say
from bot.learning.zones import find_zone
from bot.offline.understanding import Question, Understanding, named_ids
from bot.text.lexicon import Cue, Lexicon
from bot.text.words import fold, words

_STATES: dict[str, HoldingState] = {
    "told.passed": "held",
    "told.studying": "in_progress",
    "told.planned": "planned",
}
_TELLS = ("told.i", *_STATES, "told.lost", "told.goal", "told.quiet", "told.time_zone")
_TIME = re.compile(r"(?<![\d:])(\d{1,2})(?::([0-5]\d))?\s*(am|pm)?(?![\d:])", re.IGNORECASE)
_QUESTION_MARKS = "?？"
_DAY_HOURS = 24
_PAIR = 2
_FIRST_OF_MONTH = 7  # characters of `2025-05`
_MINUTES_A_WEEK = 7 * 24 * 60
_HOURS_A_WEEK = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told. `approximate` are holdings whose day was not told: the first of the month stands for it."""

    holdings: tuple[Holding, ...] = ()
    approximate: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
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
            goals=tuple(dict.fromkeys([*before.goals, *self.goals])),
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
        """Raises `InputError`, in the words of `say`, for a time zone that is told as one and is none."""
        whole = self._hear(text)
        if not whole.has(*_TELLS):
            return Told()
        reading = _Reading()
        # "Between nine and seven" is no two clauses.
        quiet = _hours_of_day(text) if whole.has("told.quiet") else None
        told = Told(asks=_asks(text, whole), quiet=quiet)
        for clause in self._clauses(text):
            told = self._clause(told, reading, self._hear(clause), today)
            told = self._clock(told, clause, say)
        return replace(
            told,
            holdings=tuple(reading.held.values()),
            approximate=told.approximate & set(reading.held),
        )

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

    def _clause(self, told: Told, reading: _Reading, clause: _Clause, today: date) -> Told:
        if clause.has("told.question"):
            return told
        _take_verb(reading, clause)
        ids = [identity for identity in named_ids(clause.question) if identity in self._catalog]
        if reading.losing:
            return replace(told, lost=(*told.lost, *ids))
        if reading.goal:
            told = replace(told, goals=(*told.goals, *ids))
        if reading.state:
            for identity in ids:
                reading.held[identity] = Holding(credential=identity, state=reading.state)
                reading.undated.append(identity)
        told = self._date(told, reading, clause, today)
        told = _measures(told, clause)
        if clause.has("told.goal") and not ids:
            told = replace(told, goal_text=clause.question.text.strip())
        return told

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
        if clause.has("told.until") and day >= today:
            return replace(told, deadline=day if exact else day + relativedelta(months=1, days=-1))
        if reading.state == "held" and reading.undated and day <= today:
            for identity in reading.undated:
                reading.held[identity] = replace(reading.held[identity], earned_on=day)
            if not exact:
                told = replace(told, approximate=told.approximate | set(reading.undated))
            reading.undated.clear()
        elif reading.state == "held" and reading.undated:
            # Nobody has passed an exam that is still to come.
            for identity in reading.undated:
                reading.held[identity] = replace(reading.held[identity], state="in_progress", exam_on=day)
            reading.undated.clear()
        elif reading.state in {"in_progress", "planned"} and reading.undated and day >= today:
            for identity in reading.undated:
                reading.held[identity] = replace(reading.held[identity], exam_on=day)
            reading.undated.clear()
        return told


def _within(cue: Cue, verb: Cue) -> bool:
    """Whether a verb is only a part of a longer one: "I have" in "I have to take"."""
    shorter = cue.end - cue.start < verb.end - verb.start
    return cue.key in _STATES and shorter and verb.start <= cue.start and cue.end <= verb.end


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


def _take_verb(reading: _Reading, clause: _Clause) -> None:
    """A verb of this clause takes over from the one before; the credentials named before it keep theirs."""
    state = next((state for cue, state in _STATES.items() if clause.has(cue)), None)
    if clause.has("told.lost"):
        reading.state, reading.losing, reading.goal = None, True, False
    elif clause.has("told.goal"):
        reading.state, reading.losing, reading.goal = None, False, True
    elif state is not None:
        if state != reading.state:
            reading.undated.clear()
        reading.state, reading.losing, reading.goal = state, False, False


def _measures(told: Told, clause: _Clause) -> Told:
    """Hours a week, money and how to be answered."""
    facts = clause.question.facts
    if clause.question.has("per_week") and (hours := hours_a_week(facts)) is not None:
        told = replace(told, hours_per_week=hours)
    money = money_of(facts)
    if money is not None and not named_ids(clause.question):
        told = replace(told, budget_usd=money)
    if clause.has("told.short"):
        told = replace(told, style="short")
    if clause.has("told.long"):
        told = replace(told, style="full")
    return told


def hours_a_week(facts: frozenset[Fact]) -> float | None:
    """Hours a week, from the span that is told beside "a week"; None for what no week has."""
    told = (fact.value for fact in facts if fact.kind == "duration" and "minutes" in fact.value)
    spans = [float(span.split(" ")[0]) / 60 for span in told]
    fitting = [hours for hours in spans if 0 < hours <= _HOURS_A_WEEK and hours * 60 != _MINUTES_A_WEEK]
    return min(fitting, default=None)


def money_of(facts: frozenset[Fact]) -> float | None:
    """The largest sum of money that is told; None where there is none."""
    return max((float(fact.value.split(" ")[1]) for fact in facts if fact.kind == "money"), default=None)


def day_of(facts: frozenset[Fact], cues: frozenset[str], today: date) -> tuple[date | None, bool]:
    """The day that is told, by figures or by words such as "yesterday", and whether it is told to the day."""
    for fact in sorted(facts, key=lambda fact: fact.value):
        if fact.kind == "date" and fact.value.startswith("-"):
            return _last(fact.value, today)
        if fact.kind == "date":
            exact = len(fact.value) > _FIRST_OF_MONTH
            try:
                return date.fromisoformat(fact.value if exact else f"{fact.value}-01"), exact
            except ValueError:
                continue
    if "told.today" in cues:
        return today, True
    if "told.yesterday" in cues:
        return today - timedelta(days=1), True
    if "told.last_month" in cues:
        return (today - relativedelta(months=1)).replace(day=1), False
    if "told.ago" in cues:
        return _ago(facts, today)
    return None, False


def _last(month_and_day: str, today: date) -> tuple[date | None, bool]:
    """The last such day that has come: `-05` is the last May, `-05-12` the last 12 May."""
    exact = len(month_and_day) > len("-05")
    for year in (today.year, today.year - 1):
        try:
            day = date.fromisoformat(f"{year}{month_and_day}" if exact else f"{year}{month_and_day}-01")
        except ValueError:
            continue
        if day <= today:
            return day, exact
    return None, False


def _ago(facts: frozenset[Fact], today: date) -> tuple[date | None, bool]:
    for fact in facts:
        if fact.kind == "duration":
            amount, unit = fact.value.split(" ")
            if unit == "months":
                return today - relativedelta(months=int(float(amount))), False
            return today - timedelta(minutes=float(amount)), False
    return None, False
