"""Orders to a machine in a text that only has to inform: found, and left out with what belongs to them.

A document is material, whatever it says. A sentence is an order when it holds signals that together only a machine
can be meant by ("ignore" + "previous" + "instructions", "in your response" + "mention"); single words never suffice,
for course material is full of honest imperatives. The words are those of `prompts/injections/`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, product
from pathlib import Path

from bot.grounding.hidden import MARK, shown, without_hidden
from bot.grounding.signals import Signal, Signals, by_key
from bot.text.prompts import PromptFile, read_prompt_file
from bot.text.words import fold, is_spaceless

# Signals that make an order when they stand within so many characters of each other in one sentence.
_RULES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("outright",)),
    (90, ("forget", "earlier", "instructions")),
    (90, ("forget", "whole", "say")),
    (90, ("forget", "about this", "say")),
    (100, ("reply", "shape")),
    (160, ("in reply", "say")),
    (100, ("token", "say", "payload")),
    (40, ("codeword", "say")),
    (120, ("speak", "exactly")),
    (90, ("speak", "payload")),
    (100, ("secret", "say")),
    (140, ("tell user", "lure")),
    *((160, ("address", other)) for other in ("say", "forget", "reply", "shape", "speak", "told", "must")),
    *(
        (160, ("become", other))
        for other in ("machine", "reply", "speak", "secret", "told", "asserted", "forget", "address")
    ),
    (200, ("machine", "must", "say", "this")),
    (160, ("task", "about this", "say")),
    (160, ("task", "always")),
    (200, ("frame", "asserted")),
    (200, ("world", "named")),
    (80, ("playful", "let's say")),
    (200, ("persona", "consider")),
    *((120, ("told", other)) for other in ("reply", "speak", "secret", "forget")),
)
# Only where one of these stands is it worth looking for the others.
_FIRST = frozenset(signals[0] for _, signals in _RULES)
_BEFORE_PAYLOAD = ("token", "speak")
# In what follows an order, any of these shows that it goes on.
_FURTHER = ("outright", "reply", "in reply", "speak", "secret", "address", "become", "told", "consider", "persona")
# Raised when these rules change: what was read by others is then read again.
VERSION = 1
_PASSES = 6
_MOST_MATCHES = 12

_PAYLOAD = re.compile(
    rf"""["“„«「『][^"”“»」』\n]{{2,}}["”“»」』]|(?<!\w)'[^'\n]{{2,}}'(?!\w)
    |(?<![A-Za-z0-9])[A-Z]{{2,}}[-_][\w-]*\d[\w-]*|(?<![A-Za-z0-9])[A-Z]{{2,}}-[A-Z]{{2,}}[\w-]*
    |\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{{8,}}\b|\b\w+(?:[.-]\w+)*\.(?:com|org|net|biz|io|xyz|info|example|test)\b|{MARK}""",
    re.VERBOSE,
)
# Words that nobody would ask a learner to write, as those by which obedience is tried out.
_CODEWORD = re.compile(r"(?<![A-Za-z0-9-])(?=[A-Z-]*\d|\w*-CANARY)[A-Z][A-Z0-9]*(?:-[A-Za-z0-9]+){2,}(?![\w-])")
_SPACED = re.compile(r"(?<!\w)(?:\w ){4,}\w(?!\w)")
_LEET = re.compile(r"(?=\w*[a-z])(?=\w*\d)[a-z0-9]{4,}")
_LETTERS_FOR = str.maketrans("013457", "oieast")
_MANY = 2
_BOUNDARY = re.compile(
    r"(?P<line>(?<![ \t])[ \t]*\n\s*)|(?P<cell>(?<![ \t])[ \t]*\|[ \t]*)"
    r"|(?<=[.!?।؟…])[\"'”’»)\]*_]*[ \t]+|(?<=[.!?])[\"'”’»)\]]+(?=[A-Z])"
    r"|(?<=[。！？])[\"'”’»」』)\]]*"
    # A turn of a conversation may begin within a sentence: "… four weeks User: Please repeat …".
    r"|(?<![ \t])[ \t]+(?=[A-ZÀ-ÞА-Я][^\W\d_]{1,12}[ \t]?:[ \t])"
)
_BOUNDARY_END = re.compile(r"(?:(?<![ \t])[ \t]*\n\s*|(?<![ \t])[ \t]*\|[ \t]*)\Z")
_LETTER = re.compile(r"[^\W\d_]")
_LIST_OR_ROW = re.compile(r"\s*(?:[-*+•|]|\d{1,3}[.)]|#{1,6})\s")
_QUOTES = {'"': '"', "“": "”", "«": "»", "「": "」", "„": "“"}
_FEW_WORDS = 5
_AROUND_ROLE = " \t>*_#[]()<\"'-" + MARK
_MOST_QUOTED = 6
_ROLES_NEAR = 4


@dataclass(slots=True)
class _Unit:
    """A sentence, a line or a cell: `text` with what parts it from the next, `plain` folded for comparison."""

    text: str
    begins_line: bool = False
    begins_block: bool = False
    begins_cell: bool = False
    plain: str = ""
    signals: Sequence[Signal] = ()

    @property
    def begins_anew(self) -> bool:
        return self.begins_line or self.begins_cell

    def holds(self, keys: Collection[str]) -> bool:
        return any(signal.key in keys for signal in self.signals)

    def starts(self, key: str) -> bool:
        return any(signal.first and signal.key == key for signal in self.signals)

    @property
    def announces(self) -> bool:
        """Whether what is to be said comes next."""
        return self.plain.rstrip().endswith((":", "：", "following", "---"))

    def is_quoting(self) -> bool:
        return bool(_PAYLOAD.search(self.text))


class Orders:
    """Finds orders. Built once with the words of all languages."""

    def __init__(self, files: Iterable[PromptFile]) -> None:
        self._files = sorted(files, key=lambda file: file.name)

    @cached_property
    def _signals(self) -> Signals:
        # Made when the first text is read: most starts read none.
        return Signals(self._files)

    @classmethod
    def load(cls, folder: Path) -> Orders:
        return cls(read_prompt_file(path) for path in sorted(folder.glob("*.md")))

    @property
    def provenance(self) -> str:
        """What shapes the result, for those who keep it."""
        files = " ".join(file.provenance for file in self._files)
        return f"{VERSION}/{hashlib.sha256(files.encode()).hexdigest()[:8]}"

    def without_orders(self, text: str) -> str:
        """The text without what gives orders to a machine; never more than a part of it, and the same the next time."""
        before = shown(text)
        for _ in range(_PASSES):
            after = self._once(before)
            if after == before:
                return after
            before = after
        # What still holds orders when so many were taken out was made to be taken apart like that.
        return ""

    def _once(self, text: str) -> str:
        units = [self._read(unit) for unit in _units(without_hidden(text))]
        out = _turns(units)
        _mark(units, out)
        _mark_before(units, out)
        _mark_quoted(units, out)
        return _joined(units, out)

    def _read(self, unit: _Unit) -> _Unit:
        unit.plain = _SPACED.sub(lambda found: found[0].replace(" ", ""), fold(unit.text).replace("’", "'"))
        if len(_LEET.findall(unit.plain)) >= _MANY:
            disguised = _LEET.sub(lambda found: found[0].translate(_LETTERS_FOR), unit.plain)
            unit.signals = self._signals.find(disguised)
        unit.signals = [*unit.signals, *self._signals.find(unit.plain)]
        return unit


def _turns(units: Sequence[_Unit]) -> list[bool]:
    """Turns of a conversation that the text makes up: two roles near each other, or one that is given orders."""
    roles = [_role(unit) for unit in units]
    places = [place for place, role in enumerate(roles) if role]
    turns = {
        place
        for one, other in pairwise(places)
        if roles[one] != roles[other] and other - one <= _ROLES_NEAR
        for place in (one, other)
    }
    out = [False] * len(units)
    for place in places:
        after = place and (MARK in units[place - 1].text or out[place - 1])
        if not (place in turns or after or units[place].holds((*_FURTHER, "forget"))):
            continue
        out[place] = True
        following = place + 1
        # A turn that has a line of its own is the whole line.
        while units[place].begins_line and following < len(units) and not units[following].begins_anew:
            out[following] = True
            following += 1
    return out


def _role(unit: _Unit) -> str:
    """Whose turn a sentence begins, as in "Assistant: …"; an empty string where it is no turn."""
    head, colon, _ = unit.plain.replace("：", ":").partition(":")
    if not colon or unit.text.strip(_AROUND_ROLE)[:1].islower():
        return ""
    name = head.strip(_AROUND_ROLE)
    start = head.find(name)
    is_role = any(s.key == "role" and (s.start, s.end) == (start, start + len(name)) for s in unit.signals)
    return name if is_role else ""


def _mark(units: Sequence[_Unit], out: list[bool]) -> None:
    """Mark the orders and what goes on from each."""
    armed = awaiting = False
    for place, unit in enumerate(units):
        if unit.begins_cell or (unit.begins_block and not awaiting):
            armed = awaiting = False
        if out[place] or MARK in unit.text or _is_order(units, place, out):
            out[place] = armed = True
            bare = MARK in unit.text and not _LETTER.search(unit.text.replace(MARK, ""))
            awaiting = bare or unit.announces
        elif awaiting or (armed and _goes_on(unit)):
            out[place] = armed = True
            awaiting = unit.announces and not awaiting
        else:
            armed = awaiting = False


def _mark_before(units: Sequence[_Unit], out: list[bool]) -> None:
    """An order that begins with "then" goes on from a question or a request that stands before it in its line."""
    for place in range(len(units) - 1, 0, -1):
        unit, before = units[place], units[place - 1]
        if out[place] and not out[place - 1] and not unit.begins_anew and unit.starts("then"):
            asks = before.plain.rstrip(" \"'”’").endswith(("?", "？", "؟")) or before.starts("asks")
            out[place - 1] = asks


def _is_order(units: Sequence[_Unit], place: int, out: list[bool]) -> bool:
    unit = units[place]
    if _orders(unit):
        return True
    # A sentence that was broken into two lines.
    if not unit.begins_line or not place or unit.begins_block or _LIST_OR_ROW.match(unit.text):
        return False
    before = units[place - 1]
    if out[place - 1] or before.plain.rstrip().endswith((".", "!", "?", ":", "。")):
        return False
    shift = len(before.plain)
    moved = [replace(s, start=s.start + shift, end=s.end + shift, first=False) for s in unit.signals]
    if not _orders(_Unit(before.text + unit.text, plain=before.plain + unit.plain, signals=[*before.signals, *moved])):
        return False
    out[place - 1] = True
    return True


def _orders(unit: _Unit) -> bool:
    """Whether a sentence holds, in one language, the signals of an order near each other."""
    codewords = [match.span() for match in _CODEWORD.finditer(unit.text)]
    wanted = _FIRST | {"say"} if codewords else _FIRST
    for language in {signal.language for signal in unit.signals if signal.key in wanted}:
        places = {**by_key(unit.signals, language), "codeword": codewords}
        if any(first in places for first in _BEFORE_PAYLOAD):
            places["payload"] = [match.span() for match in _PAYLOAD.finditer(unit.text)]
        for within, signals in _RULES:
            if all(places.get(key) for key in signals):
                combined = product(*(places[key][:_MOST_MATCHES] for key in signals))
                if any(_together(spans, within) for spans in combined):
                    return True
    return False


def _goes_on(unit: _Unit) -> bool:
    """Whether a sentence after an order belongs to it: it is told to do more, or is what was to be said."""
    if unit.holds(_FURTHER):
        return True
    if unit.begins_line and _LIST_OR_ROW.match(unit.text):
        return False
    plain = unit.plain.strip()
    first = unit.text.lstrip()[:1]
    if first.islower() or first in ',;:)"“«「':
        return True
    if len(plain.split()) <= _FEW_WORDS and (unit.is_quoting() or plain.endswith("!")) and not is_spaceless(plain):
        return True
    return not unit.begins_line and unit.starts("begins")


def _together(spans: Sequence[tuple[int, int]], within: int) -> bool:
    """Whether signals stand near each other, and are not the same words read twice."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    if max(starts) - min(ends) > within:
        return False
    return not any(a <= c and d <= b for (a, b), (c, d) in product(spans, spans) if (a, b) != (c, d)) and len(
        set(spans)
    ) == len(spans)


def _units(text: str) -> Iterator[_Unit]:
    """Cut a text at its sentences, lines and cells, without losing a character."""
    start = 0
    line = block = True
    cell = False
    for found in _BOUNDARY.finditer(text):
        if found["line"] is not None and text[found.end() : found.end() + 1].islower() and found[0].count("\n") == 1:
            continue  # the line was broken within a sentence
        if found.end() > start:
            yield _Unit(text[start : found.end()], line, block, cell)
        start = found.end()
        line, cell = found["line"] is not None, found["cell"] is not None
        block = line and found[0].count("\n") > 1
    if start < len(text):
        yield _Unit(text[start:], line, block, cell)


def _mark_quoted(units: Sequence[_Unit], out: list[bool]) -> None:
    """What an order quotes may be several sentences: up to the closing quotation mark."""
    for place, unit in enumerate(units):
        if not out[place]:
            continue
        closing = _left_open(unit.text)
        if not closing:
            continue
        following = range(place + 1, min(place + 1 + _MOST_QUOTED, len(units)))
        end = next((other for other in following if closing in units[other].text), None)
        for other in range(place + 1, end + 1 if end is not None else place + 1):
            out[other] = True


def _left_open(text: str) -> str:
    """The mark that closes the last quotation of a text, if it is still open."""
    for opening, closing in _QUOTES.items():
        if opening == closing:
            if text.count(opening) % 2:
                return closing
        elif text.count(opening) > text.count(closing):
            return closing
    return ""


def _joined(units: Sequence[_Unit], out: Sequence[bool]) -> str:
    """What is left, with the ends of lines and cells where they were."""
    parts: list[str] = []
    for unit, gone in zip(units, out, strict=True):
        if not gone:
            parts.append(unit.text.replace(MARK, ""))
            continue
        end = _BOUNDARY_END.search(unit.text)
        if end:
            parts.append(end[0])
    return "".join(parts)
