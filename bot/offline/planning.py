"""Learning paths in words: every price with its source, every sum with its terms, every assumption said to be one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.catalog.credential import Requirement
from bot.catalog.wording import Wording, money
from bot.core.answer import Derived, Draft, Statement, Suggestion
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.planning.model import Conflict, LearningPath, Offer, Plan, PlanRequest, Step
from bot.planning.offers import Assumption, Offering
from bot.text.prompts import DEFAULT_LANGUAGE

_FASTER = 2  # the what-if of more time: twice the hours a week
_MOST_SUGGESTIONS = 4
# Which phrase asks for more of something, and what the figure in it is called.
_RELAXED = {"budget": ("budget", "amount"), "deadline": ("deadline", "deadline"), "hours_per_week": ("hours", "pace")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with what it was made of. `pace_given`: whether somebody said how many hours a week."""

    plan: Plan
    request: PlanRequest
    offering: Offering
    pace_given: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a step is there, and the passages that say so."""

    text: str
    passages: tuple[Passage, ...]


class PlanWords:
    """Words plans. `toolbox` has the sources; without one, for offers of the learner's own, nothing is cited."""

    def __init__(self, wording: Wording, toolbox: Toolbox | None) -> None:
        self._wording = wording
        self._toolbox = toolbox

    @property
    def cites(self) -> bool:
        return self._toolbox is not None

    def describe(self, planned: Planned, language: str = DEFAULT_LANGUAGE) -> Draft:
        """The plan as a draft for the gate, which also needs `own_words`."""
        if planned.plan.path is None:
            statements = [*self._infeasible(planned, language)]
        elif not planned.plan.path.steps:
            statements = [Statement(text=self._say("plan.nothing", language))]
        else:
            statements = [*self._path(planned, planned.plan.path, language)]
        suggestions = self.suggestions(planned, language)
        return Draft(status="answered", statements=tuple(statements), suggestions=suggestions)

    def own_words(self, planned: Planned) -> str:
        """What needs no source: what was asked for, names, and figures that are assumed and said to be."""
        request = planned.request
        told = [request.start.isoformat(), self._hours(request.hours_per_week)]
        told += [money(request.budget_usd)] if request.budget_usd is not None else []
        told += [request.deadline.isoformat()] if request.deadline else []
        paths = [planned.plan.path, *planned.plan.alternatives, *(conflict.path for conflict in planned.plan.conflicts)]
        for step in [step for path in paths if path for step in path.steps]:
            told += [self._name(step.offer.id, step.offer.title), self._hours(step.offer.hours)]
            if step.offer.cost_assumed or self._toolbox is None:
                told.append(money(step.offer.cost_usd))
        told += [self._name(identity) for conflict in planned.plan.conflicts for identity in conflict.about]
        told += [self._hours(c.needed) for c in planned.plan.conflicts if isinstance(c.needed, float)]
        told += [self._hours(_FASTER * request.hours_per_week)]
        told += [str(a.times) for a in self._assumptions(planned)]
        told += [self._wording.say("months", n=a.times) for a in self._assumptions(planned)]
        return "\n".join(told)

    def assumptions(self, planned: Planned, language: str = DEFAULT_LANGUAGE) -> list[Statement]:
        """What the best path takes for granted, a statement each."""
        found = []
        if not planned.pace_given:
            pace = self._hours(planned.request.hours_per_week, language)
            found.append(Statement(text=self._say("plan.assume.pace", language, pace=pace), shape="item"))
        return [*found, *(self._assumption(assumption, language) for assumption in self._assumptions(planned))]

    def reason(self, step: Step, language: str = DEFAULT_LANGUAGE) -> Reason:
        """Why a step is on the path."""
        known = self._toolbox.catalog if self._toolbox else ()
        if not step.for_:
            return Reason(text=self._say("plan.why.goal", language), passages=())
        upper = [name for name in step.for_ if name not in step.offer.skills]
        skills = [name for name in step.for_ if name in step.offer.skills]
        parts = []
        if upper:
            names = self._wording.both([self._name(identity) for identity in upper], language)
            parts.append(self._say("plan.why.needed", language, names=names))
        if skills:
            parts.append(self._say("plan.why.skill", language, skills=self._wording.both(skills, language)))
        passages = [
            passage for identity in upper if identity in known for passage in self._cite(identity, "prerequisites")
        ]
        passages += self._cite(step.offer.id, "skills") if skills else ()
        return Reason(text=self._wording.both(parts, language), passages=tuple(passages))

    def cited(self, step: Step) -> tuple[Passage, ...]:
        """What a step's price, hours and reason were read from."""
        hours = () if step.offer.hours_assumed else self._cite(step.offer.id, "study_hours")
        found = [*self._cite(step.offer.id, "cost"), *hours, *self.reason(step).passages]
        return tuple(dict.fromkeys(found))

    # A path

    def _path(self, planned: Planned, path: LearningPath, language: str) -> Iterable[Statement]:
        yield Statement(text=self._say(f"plan.lead.{planned.plan.objective}", language))
        studied = [0.0]
        for step in path.steps:
            yield self._step(planned, step, tuple(studied), language)
            studied.append(step.offer.hours)
        yield self._total(path, language)
        yield self._time(planned, path, language)
        if found := self.assumptions(planned, language):
            yield Statement(text=self._say("plan.assumptions", language), shape="heading")
            yield from found
        if planned.plan.alternatives:
            yield Statement(text=self._say("plan.alternatives", language), shape="heading")
            yield from (self._alternative(planned, other, language) for other in planned.plan.alternatives)

    def _step(self, planned: Planned, step: Step, before: Sequence[float], language: str) -> Statement:
        reason = self.reason(step, language)
        hours = self._hours(step.offer.hours, language)
        text = self._say(
            "plan.step",
            language,
            name=step.offer.title or step.offer.id,
            start=step.start,
            finish=step.finish,
            price=self._price(step.offer, language),
            hours=self._say("plan.assumed", language, value=hours) if step.offer.hours_assumed else hours,
            why=reason.text,
        )
        return Statement(
            text=text,
            passages=self.cited(step),
            shape="item",
            derived=(
                *self._day(planned, "begins", step.start, before),
                *self._day(planned, "finishes", step.finish, (*before, step.offer.hours)),
            ),
        )

    def _alternative(self, planned: Planned, path: LearningPath, language: str) -> Statement:
        """The steps of another path, with what they cost in all and when they end."""
        names = [self._name(step.offer.id, step.offer.title) for step in path.steps]
        finish = path.finish or planned.request.start
        total = self._total(path, language)
        text = self._say(
            "plan.alternative",
            language,
            names=self._wording.both(names, language),
            amount=money(path.cost_usd),
            finish=finish,
        )
        days = self._day(planned, "finishes", finish, [step.offer.hours for step in path.steps])
        return replace(total, text=text, shape="item", derived=(*total.derived, *days))

    def _price(self, offer: Offer, language: str) -> str:
        price = money(offer.cost_usd)
        return self._say("plan.assumed", language, value=price) if offer.cost_assumed else price

    def _day(self, planned: Planned, rule: str, day: date, hours: Sequence[float]) -> tuple[Derived, ...]:
        """A day of the path and the sum of the hours that it follows from."""
        request = planned.request
        terms = tuple(self._hours(part) for part in hours if part) or (self._hours(0),)
        total = self._hours(sum(hours))
        summed = (Derived(value=total, rule="sum", terms=terms),) if len(terms) > 1 else ()
        start, pace = request.start.isoformat(), self._hours(request.hours_per_week)
        return (
            *summed,
            Derived(
                value=day.isoformat(),
                rule="begins" if rule == "begins" else "finishes",
                terms=(start, pace, total),
            ),
        )

    def _total(self, path: LearningPath, language: str) -> Statement:
        amount = money(path.cost_usd)
        offers = [step.offer for step in path.steps]
        passages = [passage for offer in offers for passage in self._cite(offer.id, "cost")]
        return Statement(
            text=self._say("plan.total", language, amount=amount),
            passages=tuple(dict.fromkeys(passages)),
            derived=(Derived(value=amount, rule="sum", terms=tuple(money(offer.cost_usd) for offer in offers)),),
        )

    def _time(self, planned: Planned, path: LearningPath, language: str) -> Statement:
        hours = [step.offer.hours for step in path.steps]
        finish = path.finish or planned.request.start
        text = self._say(
            "plan.time",
            language,
            hours=self._hours(path.hours, language),
            pace=self._hours(planned.request.hours_per_week, language),
            start=planned.request.start,
            finish=finish,
        )
        return Statement(text=text, derived=self._day(planned, "finishes", finish, hours))

    # What it takes for granted

    def _assumptions(self, planned: Planned) -> list[Assumption]:
        path = planned.plan.path
        ids = [step.offer.id for step in path.steps] if path else []
        return planned.offering.assumed(ids, [held.id for held in planned.request.have])

    def _assumption(self, assumption: Assumption, language: str) -> Statement:
        field = {"hours": "study_hours", "needs": "prerequisites"}.get(assumption.kind, "cost")
        months = self._wording.say("months", language, n=assumption.times)
        text = self._say(
            f"plan.assume.{assumption.kind}",
            language,
            name=self._name(assumption.credential),
            hours=self._hours(assumption.amount, language),
            amount=money(assumption.amount),
            times=months if assumption.kind == "cost_months" else assumption.times,
            needs=self._either(assumption.needs, language),
        )
        # What is our own figure is not shown as if a source said it.
        own = assumption.kind in {"hours", "cost_similar"}
        return Statement(text=text, passages=() if own else self._cite(assumption.credential, field), shape="item")

    def _either(self, needs: Sequence[Requirement], language: str) -> str:
        names = [self._name(item.credential) if item.credential else item.text or "" for item in needs]
        return self._wording.either(names, language)

    # What stands in the way

    def conflict(self, planned: Planned, conflict: Conflict, language: str = DEFAULT_LANGUAGE) -> list[Statement]:
        """What stands in the way, with its least relaxation; of something retired also what took its place."""
        more = self._replacements(conflict, language) if conflict.constraint == "retired" else ()
        return [replace(told, shape="item") for told in (*self._conflict(planned, conflict, language), *more)]

    def suggestions(self, planned: Planned, language: str = DEFAULT_LANGUAGE) -> tuple[Suggestion, ...]:
        """What could be asked next: a relaxation, what took the place of something retired, an alternative."""
        found = [*self._instead(planned, language), *self._relaxed(planned, language)]
        if planned.plan.path is not None and planned.plan.path.steps:
            found += [*self._without(planned, planned.plan.path, language)]
            pace = self._hours(_FASTER * planned.request.hours_per_week, language)
            found.append(self._suggestion(planned, "hours", language, pace=pace))
        return tuple(dict.fromkeys(found))[:_MOST_SUGGESTIONS]

    def _infeasible(self, planned: Planned, language: str) -> Iterable[Statement]:
        yield Statement(text=self._say("plan.infeasible", language))
        for conflict in planned.plan.conflicts:
            yield from self.conflict(planned, conflict, language)

    def _conflict(self, planned: Planned, conflict: Conflict, language: str) -> Iterable[Statement]:
        key = f"plan.conflict.{conflict.constraint}"
        about = [self._name(identity) for identity in conflict.about]
        values = {"names": self._wording.both(about, language)}
        if conflict.constraint in _RELAXED:
            yield from self._limit(planned, conflict, key, language)
            return
        if conflict.constraint == "retired":
            soon = isinstance(conflict.given, date) and conflict.given > planned.request.start
            key = f"{key}.soon" if soon else key
        elif conflict.constraint == "prerequisite":
            values = {"name": about[0] if about else "", "names": self._wording.both(about[1:], language)}
            key = f"{key}.of" if len(about) > 1 else key
        elif conflict.nearest:
            values["nearest"] = self._wording.either(conflict.nearest, language)
            key = f"{key}.nearest"
        yield Statement(text=self._say(key, language, **values))

    def _limit(self, planned: Planned, conflict: Conflict, key: str, language: str) -> Iterable[Statement]:
        """A limit with its least relaxation; a price and a day follow from the path that it makes possible."""
        figures = {name: self._figure(conflict, getattr(conflict, name)) for name in ("given", "needed")}
        together = ".together" if conflict.needed is None else ""
        said = Statement(text=self._say(f"{key}{together}", language, **figures))
        if conflict.path is None:
            yield said
            return
        steps = conflict.path.steps
        if conflict.constraint == "deadline":
            finish = conflict.path.finish or planned.request.start
            yield replace(said, derived=self._day(planned, "finishes", finish, [step.offer.hours for step in steps]))
            return
        names = self._wording.both([self._name(step.offer.id, step.offer.title) for step in steps], language)
        yield said
        text = self._say(f"{key}.needed", language, **figures, names=names)
        yield replace(self._total(conflict.path, language), text=text)

    def _figure(self, conflict: Conflict, figure: float | date | None) -> str:
        if figure is None or isinstance(figure, date):
            return figure.isoformat() if figure else ""
        return money(figure) if conflict.constraint == "budget" else self._hours(figure)

    def _replacements(self, conflict: Conflict, language: str) -> Iterable[Statement]:
        """When it retired, and what took its place."""
        for identity in conflict.about:
            credential = self._toolbox.catalog.get(identity) if self._toolbox else None
            if credential is None:
                continue
            for field in ("status", "replaced_by"):
                if getattr(credential, field) is not None:
                    text = self._wording.sentence(credential, field, language)
                    yield Statement(text=text, passages=self._cite(identity, field), shape="item")

    # What could be asked next

    def _without(self, planned: Planned, path: LearningPath, language: str) -> Iterable[Suggestion]:
        """Each alternative, by what it does without."""
        for other in planned.plan.alternatives:
            kept = {step.offer.id for step in other.steps}
            left = [self._name(step.offer.id, step.offer.title) for step in path.steps if step.offer.id not in kept]
            yield self._suggestion(planned, "without", language, names=self._wording.both(left, language))

    def _relaxed(self, planned: Planned, language: str) -> Iterable[Suggestion]:
        for conflict in planned.plan.conflicts:
            if conflict.needed is None:
                continue
            figure = self._figure(conflict, conflict.needed)
            kind, name = _RELAXED[conflict.constraint]
            yield self._suggestion(planned, kind, language, **{name: figure})

    def _instead(self, planned: Planned, language: str) -> Iterable[Suggestion]:
        """For what has retired what took its place, where that is in the catalogue and still to be had."""
        catalog = self._toolbox.catalog if self._toolbox else None
        for identity in [name for c in planned.plan.conflicts if c.constraint == "retired" for name in c.about]:
            credential = catalog.get(identity) if catalog else None
            successor = credential.replaced_by.value if credential and credential.replaced_by else None
            if catalog and successor and successor in catalog and catalog.status(catalog[successor]) != "retired":
                name = self._name(successor)
                yield Suggestion(
                    label=self._say("plan.label.instead", language, name=name),
                    ask=self._say("plan.ask", language, goals=name),
                )

    def _suggestion(self, planned: Planned, kind: str, language: str, **values: str) -> Suggestion:
        goals = [self._name(goal) for goal in planned.request.goals] + list(planned.request.skills)
        return Suggestion(
            label=self._say(f"plan.label.{kind}", language, **values),
            ask=self._say(f"plan.ask.{kind}", language, goals=self._wording.both(goals, language), **values),
        )

    # Words and sources

    def _say(self, key: str, language: str, /, **values: object) -> str:
        return self._wording.say(key, language, **values)

    def _name(self, identity: str, title: str = "") -> str:
        known = self._toolbox is not None and identity in self._toolbox.catalog
        return self._wording.name_of(identity) if known else title or identity

    def _hours(self, amount: float, language: str = DEFAULT_LANGUAGE) -> str:
        figure = f"{amount:,.2f}".rstrip("0").rstrip(".")
        return self._wording.say("hours", language, n=figure)

    def _cite(self, identity: str, field: str) -> tuple[Passage, ...]:
        """The passage of a field; one for each group of fields, so that a passage is not cited twice."""
        credential = self._toolbox.catalog.get(identity) if self._toolbox else None
        if self._toolbox is None or credential is None:
            return ()
        passage = self._toolbox.look_up(credential, field).passage
        return (passage,) if passage else ()
