"""Orders to a machine in a text that only has to inform: found, and left out with what belongs to them.

A document is material, whatever it says. A sentence is an order when it holds signals that together only a machine
can be meant by ("ignore" + "previous" + "instructions", "in your response" + "mention"); single words never suffice,
for course material is full of honest imperatives. The words are those of `prompts/orders/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from pathlib import Path

from bot.grounding.hidden import MARK, shown, without_hidden
from bot.text.prompts import PromptFile, read_prompt_file, split_list
from bot.text.words import SIGNS, fold, is_spaceless

# Signals that make an order when they stand within so many characters of each other in one sentence.
_RULES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("outright",)),
    (90, ("forget", "earlier", "instructions")),
    (100, ("reply", "shape")),
    (160, ("in reply", "say")),
    (100, ("token", "say", "payload")),
    (120, ("speak", "exactly")),
    (90, ("speak", "payload")),
    (100, ("secret", "say")),
    (140, ("tell user", "lure")),
    *((160, ("address", other)) for other in ("say", "forget", "reply", "shape", "speak", "told", "must")),
    *((160, ("become", other)) for other in ("reply", "speak", "secret", "told", "asserted", "forget", "address")),
    (200, ("machine", "must", "say", "this")),
    (160, ("task", "about this", "say")),
    (200, ("frame", "asserted")),
    (80, ("playful", "let's say")),
    (200, ("persona", "consider")),
    *((120, ("told", other)) for other in ("reply", "speak", "secret", "forget")),
)
# In what follows an order, any of these shows that it goes on.
_FURTHER = ("outright", "reply", "in reply", "speak", "secret", "address", "become", "told", "consider", "persona")
_PASSES = 6
_MOST_MATCHES = 12

_PAYLOAD = re.compile(
    rf"""["“„«「『][^"”“»」』\n]{{2,}}["”“»」』]|(?<!\w)'[^'\n]{{2,}}'(?!\w)|\b[A-Z]{{2,}}[-_][\w-]*\d[\w-]*|\b[A-Z]{{2,}}-[A-Z]{{2,}}[\w-]*
    |\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{{8,}}\b|\b\w+(?:[.-]\w+)*\.(?:com|org|net|biz|io|xyz|info|example|test)\b|{MARK}""",
    re.VERBOSE,
)
_BOUNDARY = re.compile(
    r"(?P<line>[ \t]*\n\s*)|(?P<cell>[ \t]*\|[ \t]*)|(?<=[.!?।؟…])[\"'”’»)\]*_]*[ \t]+|(?<=[.!?])[\"'”’»)\]]+(?=[A-Z])"
    r"|(?<=[。！？])[\"'”’»」』)\]]*"
)
_LETTER = re.compile(r"[^\W\d_]")
_LIST_OR_ROW = re.compile(r"\s*(?:[-*+•|]|\d{1,3}[.)]|#{1,6})\s")
_OPENING = re.compile(r"[\s>*_\"'“”‘’«»「」()\[\]{}<:;,.!#-]*")
_QUOTES = {'"': '"', "“": "”", "«": "»", "「": "」", "„": "“"}
_FEW_WORDS = 5
_AROUND_ROLE = " \t>*_#[]()<\"'-" + MARK
_MOST_QUOTED = 6
_ROLES_NEAR = 4


@dataclass(slots=True)
class _Unit:
    """A sentence, a line or a cell: `text` with what parts it from the next, `plain` folded for comparison."""

    text: str
    plain: str
    begins_line: bool
    begins_block: bool
    begins_cell: bool


class Orders:
    """Finds orders. Built once with the words of all languages; patterns are made when the first text is read."""

    def __init__(self, files: Iterable[PromptFile]) -> None:
        self._files = sorted(files, key=lambda file: file.name)
        self._languages = [_Language(file.sections) for file in self._files]

    @classmethod
    def load(cls, folder: Path) -> Orders:
        return cls(read_prompt_file(path) for path in sorted(folder.glob("*.md")))

    @property
    def provenance(self) -> str:
        """What shapes the result, for those who keep it."""
        return " ".join(file.provenance for file in self._files)

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
        units = list(_units(without_hidden(text)))
        for unit in units:
            unit.plain = fold(unit.text).replace("’", "'")
        out = self._turns(units)
        self._mark(units, out)
        self._mark_before(units, out)
        _mark_quoted(units, out)
        if not any(out):
            return "".join(unit.text for unit in units)
        return _joined(units, out)

    def _turns(self, units: Sequence[_Unit]) -> list[bool]:
        """Turns of a conversation that the text makes up: two roles near each other, or one that is given orders."""
        roles = [self._role(unit) for unit in units]
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
            if not (place in turns or after or self._holds(units[place].plain, (*_FURTHER, "forget"))):
                continue
            out[place] = True
            whole_line = units[place].begins_line
            following = place + 1
            while whole_line and following < len(units) and not _begins_anew(units[following]):
                out[following] = True
                following += 1
        return out

    def _mark(self, units: Sequence[_Unit], out: list[bool]) -> None:
        """Mark the orders and what goes on from each."""
        armed = awaiting = False
        for place, unit in enumerate(units):
            if unit.begins_cell or (unit.begins_block and not awaiting):
                armed = awaiting = False
            if out[place] or MARK in unit.text or self._is_order(units, place, out):
                out[place] = armed = True
                bare = MARK in unit.text and not _LETTER.search(unit.text.replace(MARK, ""))
                awaiting = bare or unit.plain.rstrip().endswith((":", "：", "following", "---"))
            elif awaiting or (armed and self._goes_on(unit)):
                out[place] = armed = True
                awaiting = False
            else:
                armed = awaiting = False

    def _mark_before(self, units: Sequence[_Unit], out: list[bool]) -> None:
        """An order that begins with "then" goes on from a question or a request that stands before it in its line."""
        for place in range(len(units) - 1, 0, -1):
            unit, before = units[place], units[place - 1]
            if not out[place] or out[place - 1] or _begins_anew(unit):
                continue
            if self._starts(unit.plain, "then") and self._asks(before):
                out[place - 1] = True

    def _asks(self, unit: _Unit) -> bool:
        return unit.plain.rstrip(" \"'”’").endswith(("?", "？", "؟")) or self._starts(unit.plain, "asks")

    def _is_order(self, units: Sequence[_Unit], place: int, out: list[bool]) -> bool:
        unit = units[place]
        if self._orders(unit):
            return True
        # A sentence that was broken into two lines.
        if not unit.begins_line or unit.begins_cell or not place or _LIST_OR_ROW.match(unit.text):
            return False
        before = units[place - 1]
        if unit.begins_block or out[place - 1] or before.plain.rstrip().endswith((".", "!", "?", ":", "。")):
            return False
        if not self._orders(
            _Unit(f"{before.text.rstrip()} {unit.text}", f"{before.plain.rstrip()} {unit.plain}", *[False] * 3)
        ):
            return False
        out[place - 1] = True
        return True

    def _orders(self, unit: _Unit) -> bool:
        payload = bool(_PAYLOAD.search(unit.text))
        return any(language.orders(unit.plain, unit.text if payload else "") for language in self._spoken(unit.plain))

    def _spoken(self, plain: str) -> Iterator[_Language]:
        if self._anchors.search(plain):
            yield from (language for language in self._languages if language.anchors.search(plain))

    @cached_property
    def _anchors(self) -> re.Pattern[str]:
        return _pattern(entry for language in self._languages for entry in language.anchor_entries)

    def _holds(self, plain: str, keys: Sequence[str]) -> bool:
        return any(language.holds(plain, key) for language in self._spoken(plain) for key in keys)

    def _starts(self, plain: str, key: str) -> bool:
        opening = _OPENING.match(plain)
        start = opening.end() if opening else 0
        return any(language.pattern(key).match(plain, start) for language in self._languages)

    def _role(self, unit: _Unit) -> str:
        """Whose turn a sentence begins, as in "Assistant: …"; an empty string where it is no turn."""
        head, colon, _ = unit.plain.replace("：", ":").partition(":")
        name = head.strip(_AROUND_ROLE)
        lower = unit.text.strip(_AROUND_ROLE)[:1].islower()
        if not colon or not name or lower:
            return ""
        return name if any(language.pattern("role").fullmatch(name) for language in self._languages) else ""

    def _goes_on(self, unit: _Unit) -> bool:
        """Whether a sentence after an order belongs to it: it is told to do more, or is what was to be said."""
        plain = unit.plain.strip()
        first = unit.text.lstrip()[:1]
        if unit.begins_line and _LIST_OR_ROW.match(unit.text):
            return self._holds(plain, _FURTHER)
        if first.islower() or first in ',;:)"“«「' or self._holds(plain, _FURTHER):
            return True
        count = len(plain.split())
        if count <= _FEW_WORDS and (_PAYLOAD.search(unit.text) or plain.endswith("!")) and not is_spaceless(plain):
            return True
        return not unit.begins_line and self._starts(unit.plain, "begins")


class _Language:
    """The signals of one language."""

    def __init__(self, sections: Mapping[str, str]) -> None:
        self._entries = {key: split_list(body) for key, body in sections.items()}
        self._patterns: dict[str, re.Pattern[str]] = {}

    @property
    def anchor_entries(self) -> Iterator[str]:
        """Of each rule the signal that is rarest in honest texts."""
        for key in dict.fromkeys((*(signals[0] for _, signals in _RULES), *_FURTHER)):
            yield from self._entries.get(key, ())

    @cached_property
    def anchors(self) -> re.Pattern[str]:
        return _pattern(self.anchor_entries)

    def pattern(self, key: str) -> re.Pattern[str]:
        if key not in self._patterns:
            self._patterns[key] = _pattern(self._entries.get(key, ()))
        return self._patterns[key]

    def holds(self, plain: str, key: str) -> bool:
        return bool(self.pattern(key).search(plain))

    def orders(self, plain: str, with_payload: str) -> bool:
        """Whether a sentence gives an order; `with_payload` is it as written if it holds something to be repeated."""
        spans: dict[str, list[tuple[int, int]]] = {
            "payload": [match.span() for match in _PAYLOAD.finditer(with_payload)][:_MOST_MATCHES]
        }
        for within, signals in _RULES:
            for key in signals:
                if key not in spans:
                    spans[key] = [match.span() for match in self.pattern(key).finditer(plain)][:_MOST_MATCHES]
                if not spans[key]:
                    break
            else:
                if len(signals) == 1 or any(
                    _together(combined, within) for combined in product(*map(spans.get, signals))
                ):
                    return True
        return False


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
            yield _Unit(text[start : found.end()], "", line, block, cell)
        start = found.end()
        line, cell = found["line"] is not None, found["cell"] is not None
        block = line and found[0].count("\n") > 1
    if start < len(text):
        yield _Unit(text[start:], "", line, block, cell)


def _begins_anew(unit: _Unit) -> bool:
    return unit.begins_line or unit.begins_cell


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


_BOUNDARY_END = re.compile(r"(?:[ \t]*\n\s*|[ \t]*\|[ \t]*)\Z")


class _Tree(dict[str, "_Tree"]):
    """Phrases by what they begin with."""


def _pattern(entries: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of some phrases; an asterisk stands for any ending or beginning of a word.

    Made as a tree of what phrases have in common, so that a text is read once and not once for each of them.
    """
    tree = _Tree()
    for entry in entries:
        node = tree
        for atom in _atoms(fold(entry)):
            node = node.setdefault(atom, _Tree())
        node[""] = _Tree()
    return re.compile(_branches(tree) or r"(?!)")


_LETTERS = rf"[\w{SIGNS}]"


def _atoms(entry: str) -> Iterator[str]:
    free = is_spaceless(entry)
    inner = entry.strip("*")
    if not free and not entry.startswith("*"):
        yield rf"(?<!{_LETTERS})"
    if "\u0600" <= inner[:1] <= "\u06ff":
        yield "[وف]?"  # "and" is written as one word with what follows
    for char in inner:
        yield r"[\s,*_\"'-]{1,3}" if char == " " else re.escape(char)
    if entry.endswith("*"):
        yield rf"{_LETTERS}*"
    elif not free:
        yield rf"(?!{_LETTERS})"


def _branches(tree: Mapping[str, dict]) -> str:
    if set(tree) == {""}:
        return ""
    ends = "" in tree
    inner = "|".join(atom + _branches(node) for atom, node in tree.items() if atom)
    return f"(?:{inner}){'?' if ends else ''}" if ends or len(tree) > 1 else inner
