"""Yes or no before a fact: where a field decides it, and how it is said. Pure; no phrase stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.credential import Credential, Status
from bot.catalog.wording import Wording
from bot.core.answer import Statement
from bot.grounding.facts import FactKind, FactReader, supports
from bot.offline.understanding import Question

# With what kind of fact a value of a field is put into the question: "does it cost 500 dollars?".
_STATED: dict[str, FactKind] = {
    "cost": "money",
    "validity": "duration",
    "exam_minutes": "duration",
    "exam_questions": "number",
    "exam_passing": "number",
}


def decided(statement: Statement, *, yes: bool, wording: Wording, language: str) -> Statement:
    """A statement after the yes or no that it decides; in one, so that the gate drops neither without the other."""
    said = wording.say("answer.yes" if yes else "answer.no", language)
    return replace(statement, text=f"{said} {statement.text}")


def truth(question: Question, credential: Credential, fields: Sequence[str], status: Status) -> bool | None:
    """True for yes, False for no; None where the question is no such question or the facts do not decide it."""
    if not question.closed or question.rest or len(fields) != 1:
        return None
    match fields[0]:
        case "validity":
            return _expires(question, credential)
        case "status":
            return _is_gone(question, status)
        case "cost" if question.has("free"):
            amount = credential.cost.value if credential.cost else None
            return None if amount is None else amount == 0
        case "prerequisites" if not question.has("no_prerequisites"):
            needed = credential.prerequisites.value if credential.prerequisites else None
            # What is required may still not be what was asked for; nothing required is an answer to all.
            return False if needed is not None and not needed.required else None
    return None


def agrees(question: Question, fields: Sequence[str], told: Sequence[Statement], reader: FactReader) -> bool | None:
    """Whether the value that a question puts forward is the sourced one; None where it puts none forward, or where
    none is confirmed.
    """
    kind = _STATED.get(fields[0]) if len(fields) == 1 else None
    if kind is None or not (question.closed or question.has("claim")) or question.has("under") or len(told) != 1:
        return None
    if told[0].verdict not in {"supported", "stale"}:
        return None
    own = [fact for fact in question.facts if fact.kind == kind]
    held = reader.backing(told[0].text)
    if fields[0] == "cost" and question.has("free") and not own:
        return not any(fact.kind == "money" for fact in held)
    return supports(held, own[0]) if len(own) == 1 else None


def _expires(question: Question, credential: Credential) -> bool | None:
    value = credential.validity.value if credential.validity else None
    if value is None or question.has("polar.expires") == question.has("polar.lasts"):
        return None
    return (value == "never") == question.has("polar.lasts")


def _is_gone(question: Question, status: Status) -> bool | None:
    if status == "retiring" or question.has("polar.gone") == question.has("polar.offered"):
        return None
    return (status == "retired") == question.has("polar.gone")
