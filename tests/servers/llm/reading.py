"""How personas read a request: the blocks of the last user message, passages, tool results, and sentences in them.

Knows the form of the product's prompts and nothing of the product.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.servers.llm.wire import Json

_BLOCK = re.compile(r'<(?P<tag>[\w-]+) key="(?P<key>[^"]*)">\n?(?P<body>.*?)\n?</(?P=tag) key="(?P=key)">', re.DOTALL)
_ENTRY = re.compile(
    r"^\[(?P<n>\d+)\][ \t]+(?P<head>[^\n]*)\n?(?P<text>.*?)(?=^\[\d+\][ \t]|\Z)", re.DOTALL | re.MULTILINE
)
_SENTENCE = re.compile(r"(?:(?<=[a-z0-9)\]\"”*][.!?])|(?<=[。！？।]))\s*(?=\s[^\sa-z]|(?<=[。！？।])\S)|\n+")
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_CODE = re.compile(r"\b(?=[A-Za-z-]*\d)[A-Za-z][A-Za-z0-9]*-[A-Za-z]?\d{2,4}\b")
_COMMON = frozenset(
    [
        *("a", "about", "an", "and", "any", "are", "as", "at", "be", "by", "can", "did", "do", "does", "for", "from"),
        *("get", "give", "has", "have", "how", "i", "if", "in", "is", "it", "its", "me", "much", "my", "need", "of"),
        *("on", "or", "please", "so", "take", "tell", "than", "that", "the", "there", "they", "this", "to", "was"),
        *("what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your"),
    ]
)
_ENDING = re.compile(r"(?<=\w{4})(?:ations?|als?|ity|ing|ed|es|e|s)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A passage, or an entry of a tool's result. Without a number where a tool's text has none."""

    n: int | None
    head: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.head}\n{self.text}"

    @property
    def name(self) -> str:
        """What it is about: the first part of its heading."""
        return self.head.split(" · ")[0].strip()


class Reading:
    """A request as a persona sees it."""

    def __init__(self, request: Json) -> None:
        self.request = request
        self.messages: list[Json] = request["messages"]

    @cached_property
    def system(self) -> str:
        return "\n".join(text_of(one) for one in self.messages if one["role"] in {"system", "developer"})

    @cached_property
    def user(self) -> str:
        """The last user message."""
        return next((text_of(one) for one in reversed(self.messages) if one["role"] == "user"), "")

    @cached_property
    def since(self) -> list[Json]:
        """What came after the last user message: the model's calls and their results."""
        place = max((place for place, one in enumerate(self.messages) if one["role"] == "user"), default=-1)
        return self.messages[place + 1 :]

    @cached_property
    def blocks(self) -> dict[str, str]:
        return {match["tag"]: match["body"] for match in _BLOCK.finditer(self.user)}

    @property
    def question(self) -> str:
        return self.blocks.get("question", self.user).strip()

    @cached_property
    def conversation(self) -> str:
        """What was said before: the block, or else the earlier messages."""
        if block := self.blocks.get("conversation"):
            return block
        before = [one for one in self.messages[: len(self.messages) - len(self.since) - 1] if text_of(one)]
        return "\n".join(f"{one['role']}: {text_of(one)}" for one in before if one["role"] in {"user", "assistant"})

    @cached_property
    def results(self) -> list[str]:
        return [text_of(one) for one in self.since if one["role"] == "tool"]

    @cached_property
    def entries(self) -> list[Entry]:
        """Passages, then entries of tools' results."""
        found = list(entries(self.blocks.get("passages", "")))
        for result in self.results:
            found.extend(entries(result) or [Entry(n=None, head="", text=result)])
        return found

    @cached_property
    def tools(self) -> dict[str, Json]:
        """The parameters' schemas of the tools that may be called, by name."""
        if self.request.get("tool_choice") == "none":
            return {}
        functions = [tool["function"] for tool in self.request.get("tools") or ()]
        return {function["name"]: function.get("parameters") or {} for function in functions}

    @cached_property
    def calls(self) -> int:
        """How many times the model has called tools since the last user message."""
        return sum(bool(one.get("tool_calls")) for one in self.since)

    @property
    def figures(self) -> list[str]:
        """Exam codes, of the question first."""
        return list(dict.fromkeys(_CODE.findall(f"{self.question}\n{self.user}")))

    def chance(self, seed: int) -> random.Random:
        """The same for the same request and seed."""
        return random.Random(f"{seed}\n{self.user}\n{len(self.since)}")  # noqa: S311


def text_of(message: Json) -> str:
    """The text of a message, whose content may come in parts."""
    content: Any = message.get("content")
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content)
    return content or ""


def entries(text: str) -> list[Entry]:
    """The `[n] heading` entries of a block."""
    return [
        Entry(n=int(match["n"]), head=match["head"].strip(), text=match["text"].strip())
        for match in _ENTRY.finditer(text)
    ]


def sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def words(text: str) -> set[str]:
    """What a text is about: folded words without common endings, and without those that every text has."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return {_ENDING.sub("", word) for word in set(_WORD.findall(folded)) - _COMMON}


def fitting(reading: Reading, most: int) -> Iterator[tuple[str, Entry]]:
    """The sentences that share most words with the question, best first; those of one heading as far as they fit."""
    asked = words(reading.question)
    codes = {code.casefold() for code in reading.figures} & asked
    scored: list[tuple[float, int, str, Entry]] = []
    for entry in reading.entries:
        about = words(entry.head)
        if codes and not codes & (about | words(entry.text)):
            continue
        scored.extend(
            (len(asked & words(sentence)) + len(asked & about) / 2, -place, sentence, entry)
            for place, sentence in enumerate(sentences(entry.text))
        )
    best = max((score for score, *_ in scored), default=0)
    ranked = sorted(scored, key=lambda one: one[:2], reverse=True)
    for score, _, sentence, entry in ranked[:most]:
        if score >= 1 and score >= best / 2:
            yield sentence, entry
