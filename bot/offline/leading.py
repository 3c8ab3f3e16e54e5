"""What leads to a credential, each step by the field that says so: the other side of what it leads to itself."""

from __future__ import annotations

from bot.catalog.credential import Credential
from bot.core.answer import Draft
from bot.core.toolbox import Toolbox
from bot.planning.stacks import Edge, Stacks

_MOST_SHOWN = 4


class Leading:
    """Composes what leads to single credentials."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._stacks = Stacks(toolbox.catalog)

    def to(self, credential: Credential, language: str) -> Draft | None:
        """What leads to a credential by one step; None where no source says that anything does."""
        toolbox = self._toolbox
        steps = [path[-1] for path in self._stacks.leading_to(credential.id) if len(path) == 1]
        # One field tells several steps.
        fields = dict.fromkeys((edge.told_by.id, edge.said_in) for edge in steps if self._can_be_had(edge))
        told = [toolbox.statement(toolbox.catalog[identity], field, language) for identity, field in fields]
        told = [statement for statement in told if statement.passages][:_MOST_SHOWN]
        return Draft(status="answered", statements=tuple(told), fit="settled") if told else None

    def _can_be_had(self, edge: Edge) -> bool:
        lower = self._toolbox.catalog.get(edge.lower)
        return lower is None or self._toolbox.catalog.status(lower) != "retired"
