"""The Markdown files of `prompts/`: phrases, lexicons and examples, read once and checked when read.

A file is front matter (kind, language, version) and `## key` sections. Knows nothing of what the keys mean.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from bot.errors import DocumentError, Problem

_SECTION = re.compile(r"^## +(\S.*?)[ \t]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_HEADER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
DEFAULT_LANGUAGE = "en"
# The variables that count something: where one of them is 1, the phrase of a key with this ending goes first.
_COUNTING = ("count", "n", "value")
_ONE = ".one"


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One file: its header, its sections, and where it came from (for provenance in logs and answers)."""

    name: str
    header: Mapping[str, str]
    sections: Mapping[str, str]
    digest: str

    @property
    def provenance(self) -> str:
        return f"{self.name}@{self.header.get('version', '0')}/{self.digest}"


def read_prompt_file(path: Path) -> PromptFile:
    """Read one file. Raises `DocumentError` when it has no header or the same key twice."""
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    header = _HEADER.match(text)
    if not header:
        raise DocumentError([Problem(str(path), "front matter", "the file must open with a --- block")])
    pairs = (line.split(":", 1) for line in header[1].splitlines() if ":" in line)
    sections: dict[str, str] = {}
    for key, body in _SECTION.findall(text[header.end() :]):
        if key in sections:
            raise DocumentError([Problem(str(path), key, "the key stands twice")])
        sections[key] = body.strip()
    return PromptFile(
        name=f"{path.parent.name}/{path.stem}",
        header={key.strip(): value.strip() for key, value in pairs},
        sections=sections,
        digest=hashlib.sha256(text.encode()).hexdigest()[:8],
    )


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the bot says, by key and language; a language without a key falls back to English.

    A language that says one thing otherwise than several has a key with `.one` beside it: "1 passage", "3 passages".
    """

    by_language: Mapping[str, Mapping[str, str]]
    provenance: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Phrases:
        files = [read_prompt_file(path) for path in sorted(folder.glob("*.md"))]
        return cls(
            {file.header["language"]: file.sections for file in files},
            {file.header["language"]: file.provenance for file in files},
        )

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.by_language)

    def has(self, key: str) -> bool:
        return key in self.by_language[DEFAULT_LANGUAGE]

    def say(self, key: str, language: str = DEFAULT_LANGUAGE, /, **values: object) -> str:
        """The phrase with its variables filled in. Raises `KeyError` for a missing key or variable."""
        texts = {name: str(value) for name, value in values.items()}
        keys = [f"{key}{_ONE}", key] if any(texts.get(name) == "1" for name in _COUNTING) else [key]
        own = self.by_language.get(language, {})
        english = self.by_language[DEFAULT_LANGUAGE]
        phrase = next((said for phrases in (own, english) for name in keys if (said := phrases.get(name))), None)
        return Template(english[key] if phrase is None else phrase).substitute(texts)

    def items(self, key: str, language: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
        """A phrase that is a list (comma- or line-separated)."""
        return tuple(split_list(self.say(key, language)))


def split_list(text: str) -> list[str]:
    """Entries of a section that lists things: one a line (with or without a dash), or separated by commas."""
    return [
        entry.strip() for line in text.splitlines() for entry in line.removeprefix("- ").split(",") if entry.strip()
    ]


def bullet_list(text: str) -> list[str]:
    """Entries of a section that gives whole sentences, one a line, each after a dash."""
    return [line.removeprefix("- ").strip() for line in text.splitlines() if line.startswith("- ")]
