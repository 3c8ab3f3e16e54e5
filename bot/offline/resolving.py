"""Who a question is about, given what came before it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.core.conversation import Context
from bot.offline.understanding import Question
from bot.text.ordinary import is_ordinary
from bot.text.words import words

# A question of few words that names nothing new leans on the turn before.
_SHORT = 6
# What is asked of a credential that is gone; everything else is asked of its successor.
OF_THE_OLD = frozenset({"status", "retired_on", "replaced_by"})
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

    @property
    def sure(self) -> bool:
        return bool(self.subjects) and not self.guessed


def resolve(question: Question, context: Context, catalog: Catalog) -> Resolved:
    if question.named:
        return _named(question, context, catalog)
    sibling = _sibling(question, context, catalog)
    if sibling:
        return Resolved(
            subjects=_credentials((sibling,), catalog), fields=question.fields or context.fields, leaning=True
        )
    if context.fields and question.leads_in and names_another(question):
        return Resolved(fields=context.fields)
    pointed = _told_apart(question, context, catalog) or _pointed_at(question, context)
    if pointed:
        fields = context.fields if question.has("why") and not question.fields else question.fields
        return Resolved(subjects=_credentials(pointed, catalog), fields=fields, leaning=True)
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
    """What "and the cybersecurity one?" means: of the credentials that fit the words the one that is most like the one
    spoken of, of the same provider unless another is named.
    """
    if not context.focus or not question.loose or not (question.leads_in or question.has("pronoun")):
        return None
    if question.has("recommend") or len(question.tokens) > 2 * _SHORT:
        return None
    spoken_of = catalog[context.focus[0]]
    others = [catalog[identity] for identity in question.loose if identity not in context.focus]
    fitting = [credential for credential in others if credential.provider == spoken_of.provider]
    if not fitting and question.providers:
        fitting = others
    offered = [credential for credential in fitting if catalog.status(credential) != "retired"] or fitting
    ranked = sorted(offered, key=lambda credential: _likeness(credential, spoken_of, catalog), reverse=True)
    if not ranked:
        return None
    likest = _likeness(ranked[0], spoken_of, catalog)
    alone = len(ranked) == 1 or likest > _likeness(ranked[1], spoken_of, catalog)
    return ranked[0].id if alone else None


def _likeness(credential: Credential, other: Credential, catalog: Catalog) -> tuple[bool, bool, int]:
    """By what they are about, then by level, then by the words of their names."""
    shared = set(words(" ".join(credential.aliases))) & set(words(" ".join(other.aliases)))
    return credential.topics[:1] == other.topics[:1], catalog.band(credential) == catalog.band(other), len(shared)


def _told_apart(question: Question, context: Context, catalog: Catalog) -> tuple[str, ...]:
    """The one of those listed that fits a wish: "the beginner one", "and the Microsoft one?"."""
    listed = [catalog[identity] for identity in dict.fromkeys((*context.options, *context.focus))]
    wish = question.constraints
    if not listed or question.has("recommend", "credential_word", "plural"):
        return ()
    if not (question.leads_in or question.has("pronoun", "choice")):
        return ()
    if not (wish.bands or wish.topics or wish.providers):
        return ()
    fitting = [
        credential.id
        for credential in listed
        if (not wish.bands or catalog.band(credential) in wish.bands)
        and (not wish.topics or credential.topics[0] in wish.topics)
        and (not wish.providers or credential.provider in wish.providers)
    ]
    return tuple(fitting) if len(fitting) == 1 else ()


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
        if context.comparing:
            return context.focus
        old = "replaced_by" in context.fields and question.fields and OF_THE_OLD.issuperset(question.fields)
        return context.focus[-1:] if old else context.focus[:1]
    return ()


def _points_back(question: Question) -> bool:
    return question.has("pronoun") and not question.providers


def _bare(question: Question) -> bool:
    """A field and nothing else: "how much?", "and the passing score?"."""
    if question.leads_in and names_another(question):
        return False
    asks = bool(question.fields or question.has("why")) and not question.rest and not question.constraints.topics
    return (asks or question.leads_in) and len(question.tokens) <= _SHORT + 2 and not question.providers


def names_another(question: Question) -> bool:
    """Whether all that is not understood of a follow-up is a name that nothing bears: "and CKS?"."""
    return bool(question.rest) and not question.fields and not any(is_ordinary(word) for word in question.rest)


def _partial(question: Question, context: Context, catalog: Catalog) -> Resolved:
    ids = [i for i in question.partial if i in (*context.options, *context.focus)] or list(question.partial)
    offered = _ended(ids, question, catalog) or [i for i in ids if catalog.status(catalog[i]) != "retired"] or ids
    found = _credentials(tuple(offered), catalog)
    if len(found) == 1:
        return Resolved(subjects=found, fields=question.fields, guessed=True)
    return Resolved(readings=found, fields=question.fields)


def _credentials(ids: Sequence[str], catalog: Catalog) -> tuple[Credential, ...]:
    return tuple(catalog[identity] for identity in ids if identity in catalog)
