"""Answers from fields: one credential, one or more fields; its overview; how two credentials hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS, sourced
from bot.core.answer import Draft, Statement, Suggestion
from bot.core.toolbox import Toolbox
from bot.grounding.facts import FactReader, supports
from bot.offline.polar import agrees, decided, truth
from bot.offline.understanding import Question

# Fields that belong to the answer even when only the first was asked for.
_WITH = {
    "renewal": ("validity", "renewed_by"),
    "replaced_by": ("status",),
    "retired_on": ("status",),
    "status": ("replaced_by",),
}
# Words for these stand in many questions that do not ask for them.
_ALONGSIDE = frozenset({"status", "replaced_by", "recognition", "stacks_into", "level", "courses", "skills"})
_OVERVIEW = ("cost", "validity", "prerequisites")
_NEXT = ("cost", "prerequisites", "validity", "exam_minutes", "stacks_into", "renewal", "skills")
_MAX_SUGGESTIONS = 3


class LookUps:
    """Composes answers about single credentials."""

    def __init__(self, toolbox: Toolbox, facts: FactReader) -> None:
        self._toolbox = toolbox
        self._facts = facts
        self._wording = toolbox.wording
        self._catalog = toolbox.catalog

    def fields(self, credential: Credential, fields: Sequence[str], language: str, question: Question) -> Draft:
        """The fields asked for, after a warning where the credential is retired; what an older source said is told to
        those who bring it up.
        """
        wanted = self.meant(credential, fields)
        statements = [*self._warning(credential, wanted, language)]
        for field in wanted:
            # The full name once, then its short form.
            name = credential.short_name if statements else ""
            statements.append(self._toolbox.statement(credential, field, language, name=name))
            statements += self._mentioned(credential, field, question, language)
        statements += self._unsaid(credential, fields, wanted, language)
        return Draft(
            status="answered",
            statements=tuple(statements),
            suggestions=self.suggestions(credential, wanted, language),
        )

    def decided(
        self, draft: Draft, question: Question, credential: Credential, fields: Sequence[str], language: str
    ) -> Draft | None:
        """The draft with yes or no before the field, where the fact decides that; else None."""
        place = len(self._warning(credential, self.meant(credential, fields), language))
        told = [statement for statement in draft.statements if statement.passages]
        yes = truth(question, credential, fields, self._catalog.status(credential))
        if yes is None:
            yes = agrees(question, fields, told, self._facts)
        if yes is None or place >= len(draft.statements):
            return None
        said = decided(draft.statements[place], yes=yes, wording=self._wording, language=language)
        return replace(
            draft, statements=(*draft.statements[:place], said, *draft.statements[place + 1 :]), fit="settled"
        )

    def _unsaid(
        self, credential: Credential, fields: Sequence[str], told: Sequence[str], language: str
    ) -> list[Statement]:
        """Of several fields asked for, those that its documents do not have: silence would look like an oversight."""
        missing = [
            field
            for field in fields
            if field in FIELDS and not {*self._asked(credential, field)} & set(told) and field not in _ALONGSIDE
        ]
        return [
            Statement(
                text=self._wording.say(
                    "unknown.plain",
                    language,
                    field=self._wording.field_name(field, language),
                    name=credential.short_name,
                )
            )
            for field in missing
        ]

    def overview(self, credential: Credential, language: str) -> Draft:
        """What it is and the three facts that people decide by."""
        passage = self._toolbox.look_up(credential, "awarding_body").passage
        summary = Statement(text=credential.summary, passages=(passage,) if passage else ())
        rest = [
            self._brief(credential, field, language) for field in _OVERVIEW if sourced(credential, field) is not None
        ]
        warning = self._warning(credential, (), language)
        return Draft(
            status="answered",
            statements=(*warning, summary, *rest[: 3 - len(warning)]),
            suggestions=self.suggestions(credential, _OVERVIEW, language),
            fit="tentative",
        )

    def warned(self, credential: Credential, statement: Statement, language: str) -> Draft:
        """A statement after the warning that a credential is retired or about to be."""
        return Draft(
            status="answered",
            statements=(*self._warning(credential, (), language), statement),
            suggestions=self.suggestions(credential, (), language),
        )

    def relation(self, first: Credential, second: Credential, question: Question, language: str) -> Draft | None:
        """How two credentials hang together: which requires, renews or leads to which; None when nothing says."""
        needs_asked = "prerequisites" in question.fields or question.has("waived")
        statements: list[Statement] = []
        for lower, upper in ((first, second), (second, first)):
            leads = self._leads(lower, upper)
            if leads and "stacks_into" in question.fields and not needs_asked:
                statements.append(self._leading(lower, upper, question, language))
            elif self._needs(upper, lower) or (needs_asked and leads):
                statements.append(self._needing(lower, upper, question, language))
            elif leads:
                statements.append(self._toolbox.statement(lower, "stacks_into", language))
            renews = lower.renewed_by is not None and upper.id in (lower.renewed_by.value or ())
            if renews and (not statements or "renewal" in question.fields):
                statements.append(self._toolbox.statement(lower, "renewed_by", language))
        if not statements and needs_asked and question.closed:
            statements = [self._needing(first, second, question, language)]
        if not statements:
            return None
        return Draft(
            status="answered",
            statements=(*self._warning(first, (), language), *self._warning(second, (), language), *statements[:2]),
            suggestions=self.suggestions(second, ("prerequisites",), language),
        )

    def _leading(self, lower: Credential, upper: Credential, question: Question, language: str) -> Statement:
        """What the lower one leads to, after a yes where it counts for the upper one beyond being advised before it."""
        statement = self._toolbox.statement(lower, "stacks_into", language)
        links = (lower.stacks_into.value if lower.stacks_into else None) or ()
        counts = any(link.credential == upper.id and link.relation != "recommended" for link in links)
        asked_upwards = question.named[:1] == ((lower.id,),)
        if not (counts and asked_upwards and question.closed):
            return statement
        return decided(statement, yes=True, wording=self._wording, language=language)

    def _needing(self, lower: Credential, upper: Credential, question: Question, language: str) -> Statement:
        """The prerequisites of the upper one, after a yes or no where they decide."""
        statement = self._toolbox.statement(upper, "prerequisites", language)
        value = upper.prerequisites
        if value is None or value.value is None or not question.closed:
            return statement
        groups = [group for group in value.value.required if any(item.credential == lower.id for item in group)]
        if groups and (value.note or any(len(group) > 1 for group in groups)):
            # One of several that will do, or needed for the title and not for the exam: neither yes nor no.
            return statement
        yes = bool(groups) != question.has("waived")
        return decided(statement, yes=yes, wording=self._wording, language=language)

    def _mentioned(self, credential: Credential, field: str, question: Question, language: str) -> list[Statement]:
        def said(value: str) -> bool:
            if question.has("claim"):
                # Those who were told otherwise may have been told what was true once.
                return True
            if value.isalpha():
                # A level is a word: "is it beginner or advanced?".
                return value.lower() in question.tokens
            held = self._facts.read(value)
            return any(supports(held, fact) for fact in question.facts if fact.kind != "code")

        passage = self._toolbox.look_up(credential, field).passage
        cited = (passage,) if passage else ()
        return [
            Statement(text=text, passages=cited) for text in self._wording.mentioned(credential, field, said, language)
        ]

    def _brief(self, credential: Credential, field: str, language: str) -> Statement:
        """A field in an overview: prerequisites without what is only recommended."""
        value = sourced(credential, field)
        if field != "prerequisites" or value is None or value.value is None:
            return self._toolbox.statement(credential, field, language, name=credential.short_name)
        text = self._wording.say(
            "field.prerequisites",
            language,
            name=credential.short_name,
            value=self._wording.short_value(credential, field, language),
        )
        return replace(self._toolbox.statement(credential, field, language), text=text)

    def suggestions(self, credential: Credential, told: Sequence[str], language: str) -> tuple[Suggestion, ...]:
        """Fields that were not told yet, each as a question of its own."""
        open_fields = [field for field in _NEXT if field not in told and sourced(credential, field) is not None]
        return tuple(
            Suggestion(
                label=self._wording.say(f"ask.label.{field}", language),
                ask=self._wording.say(f"ask.{field}", language, name=credential.short_name),
            )
            for field in open_fields[:_MAX_SUGGESTIONS]
        )

    def meant(self, credential: Credential, fields: Sequence[str]) -> list[str]:
        """The fields of this credential that were asked for: what does not arise for it is left out, if the rest
        answers.
        """
        wanted = list(dict.fromkeys(name for field in fields for name in self._asked(credential, field)))
        arising = [field for field in wanted if sourced(credential, field) is not None]
        return arising or wanted

    def _asked(self, credential: Credential, field: str) -> tuple[str, ...]:
        if field == "replaced_by" and credential.replaced_by is None and credential.replaces is not None:
            return ("replaces",)
        if field == "time":
            # "How long is it?" means the exam where there is one, else the work.
            return ("exam_minutes",) if credential.exam_minutes else ("study_hours", "length")
        if field == "recognition" and sourced(credential, field) is None and _earns_credit(credential):
            return ("stacks_into",)
        extra = tuple(name for name in _WITH.get(field, ()) if sourced(credential, name) is not None)
        if field in {"renewal", "replaced_by", "retired_on"} and sourced(credential, field) is None:
            return extra or (field,)
        if field == "renewal":
            return (*extra, field)
        return (field, *extra)

    def _warning(self, credential: Credential, told: Sequence[str], language: str) -> list[Statement]:
        """A retired or retiring credential says so first, whatever was asked."""
        if self._catalog.status(credential) == "active" or "status" in told:
            return []
        statements = [self._toolbox.statement(credential, "status", language)]
        if credential.replaced_by is not None and "replaced_by" not in told:
            statements.append(self._toolbox.statement(credential, "replaced_by", language, name=credential.short_name))
        return statements

    @staticmethod
    def _needs(upper: Credential, lower: Credential) -> bool:
        needed = upper.prerequisites.value if upper.prerequisites else None
        if needed is None:
            return False
        items = [item for group in needed.required for item in group] + list(needed.recommended)
        return any(item.credential == lower.id for item in items)

    @staticmethod
    def _leads(lower: Credential, upper: Credential) -> bool:
        links = (lower.stacks_into.value if lower.stacks_into else None) or ()
        return any(link.credential == upper.id for link in links)


def _earns_credit(credential: Credential) -> bool:
    """Whether what a credential leads to is credit: then that is how it is recognised."""
    links = (credential.stacks_into.value if credential.stacks_into else None) or ()
    return any(link.relation == "credit" for link in links)
