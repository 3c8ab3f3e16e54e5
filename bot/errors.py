"""Errors, and who sees them.

CredwayError
├── InputError        the person asked for something impossible: shown as is, says what to do
├── DocumentError     a file cannot be used: shown to the operator with file, field and reason
├── MissingService    a setting or service is missing: shown as one line, exit status 69
│   └── Unreachable   it is set, and cannot be reached now: in a moment it may be
└── InternalFault     a bug or broken state: logged with an id, the person sees an apology with that id
"""

from __future__ import annotations

from dataclasses import dataclass


class CredwayError(Exception):
    """Anything that Credway raises on purpose."""


class InputError(CredwayError):
    """The request cannot be carried out as it stands; the message says what to change."""


class MissingService(CredwayError):
    """Something the work needs is not there; the message says what to set or install."""


class Unreachable(MissingService):
    """Something the work needs does not answer now; the message says what to set where it never does."""


class InternalFault(CredwayError):
    """A fault of ours; `args[0]` is the id under which the log holds the details."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one file: which file, which field (or section), and why."""

    file: str
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.reason}"


class DocumentError(CredwayError):
    """A file that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
