"""The models of character, and the plain ones that tests of talk and tools need."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass

from tests.servers.llm.arguments import Values, filled
from tests.servers.llm.honest import Honest, Sentence, marks, set_text
from tests.servers.llm.languages import LANGUAGES, first_figures, language_of, templated
from tests.servers.llm.lying import Lying
from tests.servers.llm.obedient import Obedient
from tests.servers.llm.reading import Reading, fitting, sentences, text_of
from tests.servers.llm.wire import Call, Json, Said

__all__ = [
    "LANGUAGES",
    "Echo",
    "Honest",
    "Looping",
    "Lying",
    "Multilingual",
    "Obedient",
    "Scripted",
    "Summariser",
    "ToolUser",
]

_MARK = re.compile(r"\s*\[\d+\]")
_MARKER = re.compile(r"\bmark-\w+\b")
_SUMMARY = re.compile(r"summar|résum|resum|zusammenfass|摘要|总结|सारांश", re.IGNORECASE)
_SPOKEN = re.compile(
    r"\A\W*(?P<who>learner|user|human|assistant|advisor|bot|ai|you|credway)\W*:\s*(?P<what>.+)", re.IGNORECASE
)
_LEARNER = {"learner", "user", "human"}
_MOST_WORDS = 90
# Which words of a question ask for a tool whose name has which part; the first that fits and is offered.
_FITTING = (
    (r"compar|cheaper|versus|\bvs\b|difference|better", r"compar"),
    (r"\bplan|path|roadmap|reach|become|fastest|steps", r"plan|path"),
    (r"stack|count towards|build on|combine", r"stack"),
    (r"wallet|expire|renew|my (?:certificat|credential)|hold|passed", r"wallet|renew"),
    (r"remember|profile|i have|my (?:budget|goal)|hours a week", r"profile|remember|note"),
    (r"cost|price|valid|long|score|questions|language|retire|exam", r"look|field|fact|detail|get"),
    (r"recommend|which|suits?|beginner|best|cheap", r"recommend|find|filter|suggest"),
    (r"", r"search|read|passage|document"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUser:
    """Calls a fitting tool once, then answers from what it gave, and from the passages."""

    seed: int = 0

    def __call__(self, request: Json) -> Said:
        reading = Reading(request)
        name = _fitting_tool(reading)
        if name is None or reading.calls:
            return Honest(seed=self.seed)(request)
        values = Values(text=reading.question, names=reading.figures, numbers=_numbers(reading.question))
        return Said(calls=(_call(name, filled(reading.tools[name], values)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looping:
    """Calls tools for ever, each time with other arguments; with `talks`, it writes text beside each call."""

    seed: int = 0
    talks: bool = False

    def __call__(self, request: Json) -> Said:
        reading = Reading(request)
        if not reading.tools:
            return Said(text="I would have to look that up, and have nothing to do it with.")
        names = sorted(reading.tools)
        turn = self.seed + reading.calls
        credentials = [f"EX-{turn + 100}", *reading.figures]
        values = Values(text=f"{reading.question} ({turn})", names=credentials, numbers=[turn + 1])
        name = names[turn % len(names)]
        text = f"Let me look that up, for the {turn + 1}. time. It costs USD {turn + 100}." if self.talks else None
        return Said(text=text, calls=(_call(name, filled(reading.tools[name], values)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Multilingual:
    """Answers in the language that the system or user message asks for, by templates; honestly where it is English."""

    seed: int = 0

    def __call__(self, request: Json) -> Said:
        reading = Reading(request)
        tag = language_of(reading)
        if tag is None:
            return Honest(seed=self.seed)(request)
        chance = reading.chance(self.seed)
        said = [
            Sentence(text=text, marks=marks(entry))
            for sentence, entry in list(fitting(reading, chance.randint(1, 3))) or first_figures(reading)
            if (text := templated(tag, entry.name or entry.head, sentence, chance))
        ]
        return Said(text=set_text(said or [Sentence(text=LANGUAGES[tag].nothing)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Repeats the question and the marks (`mark-17`) of its conversation, all that are in sight.

    Two marks in one answer are two conversations in one prompt. Where there is none, the mark is made of how the
    conversation began.
    """

    def __call__(self, request: Json) -> Said:
        reading = Reading(request)
        seen = [text_of(message) for message in reading.messages if message["role"] != "tool"]
        found = list(dict.fromkeys(_MARKER.findall("\n".join(seen))))
        first = next((text_of(one) for one in reading.messages if one["role"] == "user"), "")
        began = reading.blocks.get("conversation") or first
        return Said(text=f"{reading.question} {' '.join(found) or f'mark-{zlib.crc32(began.encode()):08x}'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summariser:
    """Gives one short paragraph of the conversation when a summary is asked for; answers honestly otherwise."""

    seed: int = 0

    def __call__(self, request: Json) -> Said:
        reading = Reading(request)
        if not _SUMMARY.search(f"{reading.system}\n{reading.question}"):
            return Honest(seed=self.seed)(request)
        return Said(text=" ".join(_summary(reading).split()[:_MOST_WORDS]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """Says one thing after the other within a turn: first `said[0]`, after its tools' results `said[1]`, and so on."""

    said: tuple[Said, ...]

    def __call__(self, request: Json) -> Said:
        return self.said[min(Reading(request).calls, len(self.said) - 1)]


def _summary(reading: Reading) -> str:
    told: list[str] = []
    for line in (reading.conversation or reading.user).splitlines():
        spoken = _SPOKEN.search(line)
        if spoken is None:
            continue
        first = next(iter(sentences(spoken["what"])), "")
        verb = "The learner said" if spoken["who"].casefold() in _LEARNER else "They were told"
        told.append(f"{verb}: {_MARK.sub('', first).rstrip('.')}.")
    return " ".join(told) or "Nothing was said yet."


def _fitting_tool(reading: Reading) -> str | None:
    for asked, named in _FITTING:
        offered = next((name for name in reading.tools if re.search(named, name, re.IGNORECASE)), None)
        if offered and re.search(asked, reading.question, re.IGNORECASE):
            return offered
    return next(iter(reading.tools), None)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?<![\w-])\d{1,6}\b", text)]


def _call(name: str, arguments: Json) -> Call:
    return Call(name=name, arguments=json.dumps(arguments, ensure_ascii=False))
