"""Who a question is about, given what came before it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.core.conversation import Context
from bot.offline.understanding import Question

# A question of few words that names nothing new leans on the turn before.
_SHORT = 6
_RELATING = frozenset({"prerequisites", "stacks_into"})
_ENDING = frozenset({"status", "replaced_by", "retired_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`subjects`: the credentials meant, in order. `readings`: those that could be meant, when it cannot be told.

    `leaning`: whether the turn before was needed. `guessed`: the subject is the only one that part of a name fits.
    `dangling`: it points back, but there is nothing to point at.
    """

    subjects: tuple[Credential, ...] = ()
    readings: tuple[Credential, ...] = ()
    fields: tuple[str, ...] = ()
    leaning: bool = False
    guessed: bool = False
    dangling: bool = False


def resolve(question: Question, context: Context, catalog: Catalog) -> Resolved:
    if question.named:
        return _named(question, context, catalog)
    sibling = _sibling(question, context, catalog)
    if sibling:
        return Resolved(
            subjects=_credentials((sibling,), catalog), fields=question.fields or context.fields, leaning=True
        )
    pointed = _pointed_at(question, context)
    if pointed:
        return Resolved(subjects=_credentials(pointed, catalog), fields=question.fields, leaning=True)
    if question.partial:
        return _partial(question, context, catalog)
    return Resolved(fields=question.fields, dangling=_points_back(question) and not context.focus)


def _named(question: Question, context: Context, catalog: Catalog) -> Resolved:
    fields = question.fields
    continues = question.leads_in or not question.rest
    if (
        not fields
        and continues
        and context.fields
        and not context.comparing
        and not question.has("compare")
        and len(question.tokens) <= _SHORT
    ):
        fields = context.fields
    subjects: list[str] = []
    readings: list[str] = []
    for ids in question.named:
        told = _narrowed(ids, question, context, catalog)
        (subjects if len(told) == 1 else readings).extend(told)
    relating = question.has("compare") or _RELATING & set(question.fields)
    if question.has("pronoun") and relating and len(set(subjects)) == 1 and context.focus:
        # "is it cheaper than X?", "does it need X?": the other side is what was spoken of.
        subjects = [*context.focus[:1], *subjects]
    return Resolved(
        subjects=_credentials(tuple(dict.fromkeys(subjects)), catalog),
        readings=_credentials(tuple(dict.fromkeys(readings)), catalog) if not subjects else (),
        fields=fields,
        leaning=fields != question.fields,
    )


def _narrowed(ids: Sequence[str], question: Question, context: Context, catalog: Catalog) -> tuple[str, ...]:
    """Of several that bear a name: those of the provider named, else the one spoken of, else those still offered."""
    for keep in (
        [i for i in ids if catalog[i].provider in question.providers],
        [i for i in ids if i in context.focus],
        _ended(ids, question, catalog),
        [i for i in ids if catalog.status(catalog[i]) == "active"],
    ):
        if keep and len(keep) < len(ids):
            ids = keep
        if len(ids) == 1:
            break
    return tuple(ids)


def _ended(ids: Sequence[str], question: Question, catalog: Catalog) -> list[str]:
    """Whether it is gone, and what came after it, is asked of the one that another of the same name continues."""
    if not _ENDING & set(question.fields):
        return []
    return [i for i in ids if (successor := catalog[i].replaced_by) is not None and successor.value in ids]


def _sibling(question: Question, context: Context, catalog: Catalog) -> str | None:
    """What "and the cybersecurity one?" means: the only credential of the provider spoken of that fits the words."""
    if not context.focus or not question.loose or not (question.leads_in or question.has("pronoun")):
        return None
    if question.has("recommend") or len(question.tokens) > 2 * _SHORT:
        return None
    spoken_of = catalog[context.focus[0]]
    fitting = [
        identity
        for identity in question.loose
        if catalog[identity].provider == spoken_of.provider and identity not in context.focus
    ]
    offered = [identity for identity in fitting if catalog.status(catalog[identity]) != "retired"] or fitting
    return offered[0] if len(offered) == 1 else None


def _pointed_at(question: Question, context: Context) -> tuple[str, ...]:
    place = question.ordinal
    listed = context.options or context.focus
    if place is not None and listed and not question.constraints.topics:
        index = place - 1 if place > 0 else place
        return (listed[index],) if -len(listed) <= index < len(listed) else ()
    if not context.focus or question.partial or (question.has("recommend") and question.constraints.any):
        return ()
    if question.has("both") or (question.has("compare") and len(context.focus) > 1):
        return context.focus
    if _points_back(question) or _bare(question):
        return context.focus if context.comparing else context.focus[:1]
    return ()


def _points_back(question: Question) -> bool:
    return question.has("pronoun") and not question.providers


def _bare(question: Question) -> bool:
    """A field and nothing else: "how much?", "and the passing score?"."""
    asks = bool(question.fields) and not question.rest and not question.constraints.topics
    return (asks or question.leads_in) and len(question.tokens) <= _SHORT + 2 and not question.providers


def _partial(question: Question, context: Context, catalog: Catalog) -> Resolved:
    ids = [i for i in question.partial if i in (*context.options, *context.focus)] or list(question.partial)
    offered = _ended(ids, question, catalog) or [i for i in ids if catalog.status(catalog[i]) != "retired"] or ids
    found = _credentials(tuple(offered), catalog)
    if len(found) == 1:
        return Resolved(subjects=found, fields=question.fields, guessed=True)
    return Resolved(readings=found, fields=question.fields)


def _credentials(ids: Sequence[str], catalog: Catalog) -> tuple[Credential, ...]:
    return tuple(catalog[identity] for identity in ids if identity in catalog)
