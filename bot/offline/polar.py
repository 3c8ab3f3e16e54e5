"""Whether a yes-or-no question is answered yes or no, where a fact decides it. Pure; no phrase stands here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.credential import Credential, Status
from bot.offline.understanding import Question


def truth(question: Question, credential: Credential, fields: Sequence[str], status: Status) -> bool | None:
    """True for yes, False for no; None where the question is no such question or the facts do not decide it."""
    if not question.polar or question.rest or len(fields) != 1:
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


def _expires(question: Question, credential: Credential) -> bool | None:
    value = credential.validity.value if credential.validity else None
    if value is None or question.has("polar.expires") == question.has("polar.lasts"):
        return None
    return (value == "never") == question.has("polar.lasts")


def _is_gone(question: Question, status: Status) -> bool | None:
    if status == "retiring" or question.has("polar.gone") == question.has("polar.offered"):
        return None
    return (status == "retired") == question.has("polar.gone")
