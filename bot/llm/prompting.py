"""The messages that a model is given for a turn. Everything in them but the system prompt is data behind fences."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from bot.errors import MissingService
from bot.text.prompts import PromptFile, read_prompt_file, split_list
from bot.text.words import clean

# Whatever looks like one of our fences, or like the turn markers of chat formats, inside of what is fenced.
_FENCE = re.compile(
    r"</?\s*(?:passages|conversation|learner|draft|question)\b[^>]*>|<\|[^|>]{1,40}\|>|\[/?INST\]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a talk with a model."""

    role: str
    text: str


class Prompt:
    """A prompt file with its variables. Raises `MissingService` when the file does not name or lacks one of them."""

    def __init__(self, path: Path, sections: Mapping[str, frozenset[str]]) -> None:
        """`sections`: each section that is used, with the variables that are given for it."""
        self._file = _read(path)
        declared = frozenset(split_list(self._file.header.get("variables", "")))
        for name, given in sections.items():
            text = self._file.sections.get(name)
            if text is None:
                raise MissingService(f"{path} has no section {name!r}; copy it from the packaged prompts/")
            used = frozenset(Template(text).get_identifiers())
            if not used <= given & declared:
                raise MissingService(
                    f"{path}: {name}: nothing is given for {', '.join(sorted(used - given & declared))}"
                )

    @property
    def provenance(self) -> str:
        return self._file.provenance

    def fill(self, section: str, **values: str) -> str:
        return Template(self._file.sections[section]).substitute(values)


def _read(path: Path) -> PromptFile:
    try:
        return read_prompt_file(path)
    except OSError as error:
        raise MissingService(f"{path} cannot be read ({error}); copy it from the packaged prompts/") from error


def fence_key() -> str:
    """The mark of one turn's fences, which no document can know before."""
    return secrets.token_hex(4)


def fenced(text: str) -> str:
    """Text of others, as it may stand between fences: nothing invisible, nothing that looks like a fence."""
    return _FENCE.sub(" ", clean(text))
