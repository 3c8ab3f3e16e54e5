"""Answers that set two or more credentials side by side, a line a field, short enough for a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.catalog.credential import Credential
from bot.catalog.fields import Verdict, sourced
from bot.catalog.recommend import total_cost
from bot.core.answer import Draft, Statement, Suggestion
from bot.core.toolbox import Toolbox
from bot.offline.polar import decided

_DEFAULT = ("cost", "exam_minutes", "validity", "level", "prerequisites")
_PROGRAMME = ("cost", "study_hours", "length", "level", "prerequisites")
_MAX_COMPARED = 4
_FULL = 2  # side by side with all fields; of more only the first few, or a phone has to scroll
_FEW = 3
_WORST: tuple[Verdict, ...] = ("conflicting", "stale", "not_published", "supported")
_INFINITE = 10**6

Measure = Callable[[Credential], float | None]


def _validity(credential: Credential) -> float | None:
    value = credential.validity.value if credential.validity else None
    return None if value is None else -float(_INFINITE if value == "never" else value)


def _time(credential: Credential) -> float | None:
    """Minutes of the exam, or of study where there is no exam."""
    if credential.exam_minutes is not None:
        return credential.exam_minutes.value
    hours = credential.study_hours.value if credential.study_hours else None
    return None if hours is None else hours * 60


def _most(measure: Measure) -> Measure:
    def negative(credential: Credential) -> float | None:
        value = measure(credential)
        return None if value is None else -value

    return negative


# What a comparing word measures, and the field in which it is told; the smallest wins.
MEASURES: dict[str, tuple[str, Measure]] = {
    "compare.cheaper": ("cost", total_cost),
    "compare.dearer": ("cost", _most(total_cost)),
    "compare.shorter": ("time", _time),
    "compare.longer": ("time", _most(_time)),
    "compare.longer_valid": ("validity", _validity),
}


def _told(field: str, compared: Sequence[Credential]) -> str:
    """The field in which a measured thing is told: "how long" is the exam where any of them has one."""
    if field != "time":
        return field
    return "exam_minutes" if any(credential.exam_minutes for credential in compared) else "study_hours"


def _with_validity(fields: Sequence[str]) -> list[str]:
    """How to renew says little without when."""
    return [name for field in fields for name in (("validity", field) if field == "renewal" else (field,))]


class Comparisons:
    """Composes comparisons."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._wording = toolbox.wording

    def compare(
        self,
        credentials: Sequence[Credential],
        fields: Sequence[str],
        cues: frozenset[str],
        language: str,
        *,
        closed: bool = False,
    ) -> Draft:
        """`closed`: asked as "is the first cheaper than the second?", so that yes or no comes first."""
        compared = tuple(credentials)[:_MAX_COMPARED]
        measured = [MEASURES[cue][0] for cue in MEASURES if cue in cues]
        asked = [_told(field, compared) for field in (*measured, *_with_validity(fields))]
        wanted = list(dict.fromkeys(asked)) or self._worth_telling(compared)
        if not wanted or all(credential.kind == "programme_type" for credential in compared):
            return self._in_words(compared, language)
        statements = [*self._winners(compared, cues, language), *self._retired(compared, language)]
        if closed and len(compared) == _FULL and statements and len(set(measured)) == 1:
            best = self._least(compared, next(MEASURES[cue][1] for cue in MEASURES if cue in cues))
            if best is not None:
                yes = best == [compared[0]]
                statements[0] = decided(statements[0], yes=yes, wording=self._wording, language=language)
        if not measured:
            statements += [
                self._same(_told(field, compared), language) for field in fields if self._are_equal(compared, field)
            ]
        statements += [self._line(compared, field, language) for field in wanted]
        if left_out := [credential.short_name for credential in credentials[_MAX_COMPARED:]]:
            names = self._wording.both(left_out, language)
            statements.append(Statement(text=self._wording.say("compare.left_out", language, names=names)))
        return Draft(status="answered", statements=tuple(statements), suggestions=self._next(compared, language))

    @staticmethod
    def _worth_telling(compared: Sequence[Credential]) -> list[str]:
        """The fields that any of them has; those of programmes when none has an exam."""
        fields = _DEFAULT if any(credential.exam_minutes for credential in compared) else _PROGRAMME
        shown = fields if len(compared) <= _FULL else fields[:_FEW]
        return [field for field in shown if any(sourced(credential, field) for credential in compared)]

    def _line(self, compared: Sequence[Credential], field: str, language: str) -> Statement:
        facts = [self._toolbox.look_up(credential, field) for credential in compared]
        values = [
            f"{credential.short_name}: {self._wording.short_value(credential, field, language)}"
            for credential in compared
        ]
        label = self._wording.field_name(field, language)
        return Statement(
            text=f"**{label[:1].upper()}{label[1:]}**: {'; '.join(values)}",
            passages=tuple(fact.passage for fact in facts if fact.passage),
            verdict=next(verdict for verdict in _WORST if any(fact.verdict == verdict for fact in facts)),
            shape="item",
        )

    def _winners(self, compared: Sequence[Credential], cues: frozenset[str], language: str) -> list[Statement]:
        found = []
        for cue, (field, measure) in MEASURES.items():
            if cue not in cues or (best := self._least(compared, measure)) is None:
                continue
            told = _told(field, compared)
            text = (
                self._wording.say(f"winner.{cue}", language, name=best[0].short_name)
                if len(best) == 1
                else self._wording.say("winner.same", language, field=self._wording.field_name(told, language))
            )
            # Framing, not a claim: it holds no fact of its own, the line below it does.
            found.append(Statement(text=text))
        return found

    def _in_words(self, compared: Sequence[Credential], language: str) -> Draft:
        """Kinds of programme have few fields: what each is says more than a table."""
        statements = []
        for credential in compared:
            passage = self._toolbox.look_up(credential, "awarding_body").passage
            text = f"**{credential.short_name}**: {credential.summary}"
            statements.append(Statement(text=text, passages=(passage,) if passage else (), shape="item"))
        return Draft(status="answered", statements=tuple(statements), suggestions=self._next(compared, language))

    def _are_equal(self, compared: Sequence[Credential], field: str) -> bool:
        told = _told(field, compared)
        known = [value for credential in compared if (value := sourced(credential, told)) and value.value is not None]
        values = {self._wording.short_value(credential, told) for credential in compared}
        return len(values) == 1 and len(known) == len(compared)

    def _same(self, field: str, language: str) -> Statement:
        return Statement(
            text=self._wording.say("winner.same", language, field=self._wording.field_name(field, language))
        )

    @staticmethod
    def _least(compared: Sequence[Credential], measure: Measure) -> list[Credential] | None:
        """The one with the smallest value, or all of them when all are equal; None when that cannot be told."""
        values = [measure(credential) for credential in compared]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        best = [credential for credential, value in zip(compared, values, strict=True) if value == min(known)]
        return best if len(best) in {1, len(compared)} else None

    def _retired(self, compared: Sequence[Credential], language: str) -> list[Statement]:
        statements = []
        for credential in compared:
            if self._toolbox.catalog.status(credential) != "active":
                fact = self._toolbox.look_up(credential, "status")
                text = self._wording.sentence(credential, "status", language, name=credential.short_name)
                statements.append(Statement(text=text, passages=(fact.passage,) if fact.passage else ()))
        return statements

    def _next(self, compared: Sequence[Credential], language: str) -> tuple[Suggestion, ...]:
        return tuple(
            Suggestion(
                label=self._wording.say("ask.label.overview", language, name=credential.short_name),
                ask=self._wording.say("ask.overview", language, name=credential.short_name),
            )
            for credential in compared[:3]
        )
