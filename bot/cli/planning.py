"""`plan`: the provably best learning path, from the packaged credentials or a list of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.cli.offers_file import read_offers
from bot.cli.output import progress, say_json, tell
from bot.cli.session import index_texts, open_library
from bot.cli.views import console_phrases, output_view
from bot.core.answer import Statement
from bot.core.reply import Reply, shown
from bot.documents.model import Passage
from bot.errors import InputError
from bot.offline.planning import Planned, PlanWords
from bot.planning.model import Conflict, Held, LearningPath, Objective, Offer, PlanRequest, Step
from bot.planning.offers import Offering, offering_of, skill_names
from bot.planning.planner import plan as plan_path
from bot.planning.spelling import nearest
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import clean, fold, words

if TYPE_CHECKING:
    from bot.app import Library

# An hour on five days: what fits beside a job. Said to be assumed wherever it is used.
HOURS_PER_WEEK = 5.0
OBJECTIVES: tuple[Objective, ...] = ("cost", "hours", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the options ask for, as they were typed."""

    goals: Sequence[str] = ()
    skills: Sequence[str] = ()
    have: Sequence[str] = ()
    hours_per_week: float | None = None
    budget: float | None = None
    start: str | None = None
    deadline: str | None = None
    minimise: str = "cost"
    catalog: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What else is made of a plan, and where it is written."""

    image: Path | None = None
    calendar: Path | None = None


def plan(wish: Wish, files: Files, *, as_json: bool) -> None:
    with _library() as library:
        planned, plan_words = make(library, wish)
        _write(library, planned, files)
        if as_json:
            say_json(plan_object(planned, plan_words))
        else:
            _show(library, planned, plan_words)


def _write(library: Library, planned: Planned, files: Files) -> None:
    """The picture and the calendar. Raises `InputError` where there is no path, or no place for them."""
    path = planned.plan.path
    if files == Files():
        return
    if path is None or not path.steps:
        tell("there is no path to draw or to write down")
        return
    wording = library.wording(library.catalog())
    try:
        if files.image is not None:
            from bot.app import path_drawing

            names = ", ".join(wording.name_of(goal) for goal in planned.request.goals)
            title = names or ", ".join(planned.request.skills)
            files.image.write_bytes(path_drawing(library)(path, title, DEFAULT_LANGUAGE))
        if files.calendar is not None:
            from bot.learning.calendar import path_calendar

            files.calendar.write_bytes(path_calendar(path, wording, DEFAULT_LANGUAGE, datetime.now(UTC)))
    except OSError as error:
        raise InputError(f"{error.filename} cannot be written ({error.strerror}); give another place") from error


@contextmanager
def _library() -> Iterator[Library]:
    with open_library() as library:
        # Plans are made of fields: nothing has to be embedded for them.
        with progress() as steps:
            index_texts(library, steps)
        yield library


def make(library: Library, wish: Wish) -> tuple[Planned, PlanWords]:
    """The plan that the options ask for, and who words it. Raises `InputError` for what cannot be planned."""
    catalog = library.catalog()
    wording = library.wording(catalog)
    if wish.catalog is not None:
        offering, request = _of_file(wish.catalog, wish, library.today)
        words_ = PlanWords(wording, None)
    else:
        from bot.app import build_toolbox

        offering, request = _of_catalog(library, catalog, wish)
        words_ = PlanWords(wording, build_toolbox(library, catalog))
    found = plan_path(request, offering.offers, retired=offering.retired)
    given = wish.hours_per_week is not None
    return Planned(plan=found, request=request, offering=offering, pace_given=given), words_


def _request(wish: Wish, today: date, goals: Sequence[str], have: Sequence[str], skills: Sequence[str]) -> PlanRequest:
    if wish.minimise not in OBJECTIVES:
        raise InputError(f"--minimise takes {', '.join(OBJECTIVES)}, not {wish.minimise!r}")
    return PlanRequest(
        goals=tuple(dict.fromkeys(goals)),
        skills=tuple(dict.fromkeys(skills)),
        have=tuple(Held(id=identity) for identity in dict.fromkeys(have)),
        start=_day(wish.start, "start") or today,
        hours_per_week=HOURS_PER_WEEK if wish.hours_per_week is None else wish.hours_per_week,
        budget_usd=wish.budget,
        deadline=_day(wish.deadline, "deadline"),
        minimise=next(objective for objective in OBJECTIVES if objective == wish.minimise),
    )


def _day(typed: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed is not None else None
    except ValueError:
        raise InputError(f"--{option} takes a date such as 2027-06-30, not {typed!r}") from None


# A list of one's own


def _of_file(file: Path, wish: Wish, today: date) -> tuple[Offering, PlanRequest]:
    offers = read_offers(file)
    named = {identity: None for offer in offers for identity in (offer.id, *(i for g in offer.requires for i in g))}
    skills = {skill: None for offer in offers for skill in offer.skills}
    request = _request(
        wish,
        today,
        [_of_list(goal, list(named), "credential") for goal in wish.goals],
        [_of_list(held, list(named), "credential") for held in wish.have],
        [_spelt(skill, list(skills)) for skill in wish.skills],
    )
    return Offering(offers=tuple(offers)), request


def _of_list(typed: str, known: Sequence[str], what: str) -> str:
    found = _spelt(typed, known)
    if found not in known:
        raise InputError(f"there is no {what} {typed!r} in the list{nearest(typed, known).as_question}")
    return found


def _spelt(typed: str, known: Sequence[str]) -> str:
    """As it is written there, where only case and accents differ."""
    if typed in known:
        return typed
    return next((name for name in known if fold(name) == fold(typed)), typed)


# The packaged credentials


def _of_catalog(library: Library, catalog: Catalog, wish: Wish) -> tuple[Offering, PlanRequest]:
    from bot.app import build_names

    names = build_names(library, catalog)
    goals = [_named(typed, catalog, names) for typed in wish.goals]
    have = [_named(typed, catalog, names) for typed in wish.have]
    request = _request(wish, library.today, goals, have, [fold(skill) for skill in wish.skills])
    # Hours that no week has are refused by the planner, in its words.
    pace = request.hours_per_week if math.isfinite(request.hours_per_week) else HOURS_PER_WEEK
    offering = offering_of(catalog, hours_per_week=max(pace, 0.01), skills=request.skills)
    for skill in request.skills:
        if not any(skill in offer.skills for offer in offering.offers):
            raise InputError(f"nothing here teaches {skill!r}{nearest(skill, skill_names(catalog)).as_question}")
    return offering, request


def _named(typed: str, catalog: Catalog, names: Names) -> str:
    """The id of what was typed: an id, a code or a name. Raises `InputError` with what may have been meant."""
    if fold(typed) in catalog:
        return fold(typed)
    tokens = words(typed)
    named = names.find(tokens)
    ids = [identity for group in named.found for identity in group]
    if not ids and names.vocabulary.issuperset(tokens):
        # With a word that stands in no name it would be a guess.
        ids = list(named.partial)
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise InputError(f"{typed!r} may be {', '.join(sorted(ids))}; say which")
    known = {name: c.id for c in catalog for name in (c.id, c.short_name, *c.codes, *c.aliases)}
    ids = list(dict.fromkeys(known[name] for name in nearest(typed, known).words))
    question = f"; did you mean {' or '.join(ids)}?" if ids else ""
    raise InputError(f"there is no credential {typed!r}{question}")


# What is shown


def _show(library: Library, planned: Planned, plan_words: PlanWords) -> None:
    from bot.app import build_gate

    released = build_gate(library).release(plan_words.describe(planned), _own_words(planned, plan_words))
    view = output_view(console_phrases(library.settings))
    view.show(Reply(text=clean(released.text), citations=tuple(map(shown, released.citations))))


def _own_words(planned: Planned, plan_words: PlanWords) -> str:
    """What needs no source. A list of one's own is one's own: what it says is the learner's to say."""
    told = plan_words.own_words(planned)
    if not plan_words.cites:
        draft = plan_words.describe(planned)
        told = "\n".join([told, *(statement.text for statement in draft.statements)])
    return told


def plan_object(planned: Planned, plan_words: PlanWords) -> dict[str, Any]:
    """A plan as others may rely on it: these names, in this order."""
    found = planned.plan
    numbers: dict[Passage, int] = {}
    best = _path_object(found.path, plan_words, numbers)
    assumptions = plan_words.assumptions(planned) if found.path else []
    for statement in assumptions:
        _cite(statement.passages, numbers)
    conflicts = [
        _conflict_object(conflict, plan_words.conflict(planned, conflict), numbers) for conflict in found.conflicts
    ]
    return {
        "status": found.status,
        "objective": found.objective,
        **best,
        "alternatives": [_path_object(path, plan_words, numbers) for path in found.alternatives],
        "assumptions": [statement.text for statement in assumptions],
        "conflicts": conflicts,
        "suggestions": [{"label": s.label, "ask": s.ask} for s in plan_words.suggestions(planned)],
        "citations": [_citation_object(number, passage) for passage, number in numbers.items()],
    }


def _path_object(path: LearningPath | None, plan_words: PlanWords, numbers: dict[Passage, int]) -> dict[str, Any]:
    return {
        "steps": [_step_object(step, plan_words, numbers) for step in (path.steps if path else ())],
        "total_cost_usd": _plain(path.cost_usd) if path else None,
        "total_hours": _plain(path.hours) if path else None,
        "finish": path.finish.isoformat() if path and path.finish else None,
    }


def _step_object(step: Step, plan_words: PlanWords, numbers: dict[Passage, int]) -> dict[str, Any]:
    offer: Offer = step.offer
    return {
        "credential": offer.id,
        "title": offer.title,
        "start": step.start.isoformat(),
        "finish": step.finish.isoformat(),
        "hours": _plain(offer.hours),
        "hours_assumed": offer.hours_assumed,
        "cost_usd": _plain(offer.cost_usd),
        "cost_assumed": offer.cost_assumed,
        "why": plan_words.reason(step).text,
        "citations": _cite(plan_words.cited(step), numbers),
    }


def _cite(passages: Sequence[Passage], numbers: dict[Passage, int]) -> list[int]:
    return [numbers.setdefault(passage, len(numbers) + 1) for passage in passages]


def _conflict_object(conflict: Conflict, says: Sequence[Statement], numbers: dict[Passage, int]) -> dict[str, Any]:
    return {
        "constraint": conflict.constraint,
        "needed": _figure(conflict.needed),
        "given": _figure(conflict.given),
        "about": list(conflict.about),
        "nearest": list(conflict.nearest),
        "says": " ".join(statement.text for statement in says),
        "citations": sorted({n for statement in says for n in _cite(statement.passages, numbers)}),
    }


def _figure(value: float | date | None) -> float | str | None:
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else _plain(value)


def _plain(value: float) -> float:
    """Cents and hundredths of an hour, whole where they are whole."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _citation_object(number: int, passage: Passage) -> dict[str, Any]:
    return {
        "n": number,
        "document": passage.document,
        "title": passage.title,
        "passage": passage.text,
        "url": passage.url,
        "source": passage.source,
        "as_of": passage.as_of,
    }
