"""A chat on a phone as SVG: messages with their entities, buttons, polls and pictures. Knows nothing of who sent them.

Text is measured in DejaVu Sans, which is among the widest, so that a line fits in whatever font a reader has.
"""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image, ImageFont

WIDTH, PADDING, BUBBLE = 400, 12, 340
SIZE, LINE = 13.0, 19
_INSET = 11
_FOLDED = 3
_FAMILY = "'DejaVu Sans', Verdana, sans-serif"
_MONO = "'DejaVu Sans Mono', monospace"
_STYLES = {"bold": "font-weight:bold", "italic": "font-style:italic", "text_link": "fill:#1f6fb2"}
_QUOTES = {"blockquote", "expandable_blockquote"}

Message = Mapping[str, Any]
# A piece of a line: its text, and the kinds of entities that it stands in.
Run = tuple[str, frozenset[str]]
Line = list[Run]


@dataclass(slots=True)
class Phone:
    """One phone's screen, filled from the top. `lines` are finished SVG."""

    title: str
    below: str
    y: float = 70
    lines: list[str] = field(default_factory=list)

    def says(self, message: Message, *, name: str = "", own: bool = False, open_quotes: bool = False) -> None:
        """A message: `own` stands on the right, as what the phone's owner wrote. `name` is who else wrote it."""
        parts = Bubble(open_quotes=open_quotes)
        if name:
            parts.text([[(name, frozenset({"bold", "name"}))]])
        if "reply_to_message" in message:
            parts.replied(message["reply_to_message"].get("text", ""))
        if "photo" in message:
            parts.picture(message["photo"][0]["content"])
        if "poll" in message:
            parts.poll(message["poll"])
        for key, entities in (("text", "entities"), ("caption", "caption_entities")):
            if key in message:
                parts.formatted(message[key], message.get(entities, []))
        width = parts.width
        x = WIDTH - PADDING - width if own else PADDING
        self._box(x, parts.height, width, "#e1f5d0" if own else "#ffffff")
        self.lines.append(f'<g transform="translate({x + _INSET} {self.y})">{"".join(parts.lines)}</g>')
        self.y += parts.height + 4
        self._keyboard(message)
        self.y += 8

    def _box(self, x: float, height: float, width: float, colour: str) -> None:
        self.lines.append(f'<rect x="{x}" y="{self.y}" width="{width}" height="{height}" rx="12" fill="{colour}"/>')

    def _keyboard(self, message: Message) -> None:
        for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
            width = (BUBBLE - 4 * (len(row) - 1)) / len(row)
            for number, button in enumerate(row):
                x = PADDING + number * (width + 4)
                arrow = " ↗" if "url" in button else ""
                label = shortened(button["text"], width - 20 - measured(arrow, frozenset()))
                self.lines.append(
                    f'<rect x="{x:.1f}" y="{self.y}" width="{width:.1f}" height="30" rx="8" fill="#5b7f9c"/>'
                    f'<text x="{x + width / 2:.1f}" y="{self.y + 20}" text-anchor="middle" fill="#ffffff">'
                    f"{escape(label + arrow)}</text>"
                )
            self.y += 34


@dataclass(slots=True)
class Bubble:
    """What is in a message, drawn from its top left corner."""

    open_quotes: bool = False
    lines: list[str] = field(default_factory=list)
    y: float = 6
    widest: float = 0

    @property
    def width(self) -> float:
        return min(BUBBLE, self.widest + 2 * _INSET)

    @property
    def height(self) -> float:
        return self.y + 8

    def text(self, lines: Iterable[Line], *, inset: float = 0) -> None:
        for line in lines:
            self.y += LINE
            self.lines.append(f'<text x="{inset}" y="{self.y - 5}">{"".join(map(_span, line))}</text>')
            self.widest = max(self.widest, inset + sum(measured(text, kinds) for text, kinds in line))

    def formatted(self, text: str, entities: Sequence[Message]) -> None:
        """Text with quotes as blocks of their own."""
        for runs, quoted in blocks(text, entities):
            if quoted:
                self._quote(list(wrapped(runs, BUBBLE - 2 * _INSET - 16)))
            else:
                self.text(wrapped(runs, BUBBLE - 2 * _INSET))

    def replied(self, text: str) -> None:
        self.text([[(shortened(text, BUBBLE - 60), frozenset({"muted"}))]], inset=10)
        self.lines.append(f'<rect x="0" y="{self.y - LINE + 3}" width="3" height="{LINE - 4}" fill="#1f6fb2"/>')

    def picture(self, content: bytes) -> None:
        width = BUBBLE - 2 * _INSET
        image, height = inline_picture(content, width, self.y + 4)
        self.lines.append(image)
        self.y += height + 4
        self.widest = width

    def poll(self, poll: Message) -> None:
        self.text(wrapped([(poll["question"], frozenset({"bold"}))], BUBBLE - 2 * _INSET))
        self.text([[("Anonymous quiz" if poll["is_anonymous"] else "Quiz", frozenset({"muted"}))]])
        for number, option in enumerate(poll["options"]):
            chosen = option["voter_count"] > 0
            right = chosen and number in poll.get("correct_option_ids", [])
            self.y += 6
            colour = "#3fa14a" if right else "#c0392b" if chosen else "none"
            ring = colour if chosen else "#8a99a6"
            self.lines.append(
                f'<circle cx="9" cy="{self.y + 10}" r="7.5" fill="{colour}" stroke="{ring}" stroke-width="1.5"/>'
            )
            if chosen:
                shape = "M5.5 {0} l3 3 l5 -6" if right else "M6 {0} m0 -3 l6 6 m0 -6 l-6 6"
                path = shape.format(self.y + 10)
                self.lines.append(f'<path d="{path}" fill="none" stroke="#ffffff" stroke-width="2"/>')
            self.text(wrapped([(option["text"], frozenset())], BUBBLE - 2 * _INSET - 26), inset=26)
        self.widest = BUBBLE - 2 * _INSET

    def _quote(self, lines: list[Line]) -> None:
        """A quote that folds shows its first lines until it is tapped."""
        shown = lines if self.open_quotes else lines[:_FOLDED]
        top = self.y + 4
        height = len(shown) * LINE + 6
        width = BUBBLE - 2 * _INSET
        self.lines.append(
            f'<rect x="0" y="{top}" width="{width}" height="{height}" rx="5" fill="#e9f1f8"/>'
            f'<rect x="0" y="{top}" width="3" height="{height}" fill="#1f6fb2"/>'
        )
        self.y = top + 2
        self.text(shown, inset=10)
        self.y += 6
        self.widest = width
        down = "⌄" if len(shown) < len(lines) else "⌃"
        self.lines.append(f'<text x="{width - 14}" y="{self.y - 8}" fill="#1f6fb2">{down}</text>')


def drawing(phones: Sequence[Phone]) -> str:
    """The phones side by side."""
    height = max(phone.y for phone in phones) + 16
    width = len(phones) * (WIDTH + 20) - 20
    screens = "".join(
        f'<g transform="translate({number * (WIDTH + 20)} 0)">{_screen(phone, height)}</g>'
        for number, phone in enumerate(phones)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}"'
        f' height="{height:.0f}" font-family="{_FAMILY}" font-size="{SIZE}" fill="#1b2430">{screens}</svg>\n'
    )


def _screen(phone: Phone, height: float) -> str:
    initial = escape(phone.title[0])
    return (
        f'<rect width="{WIDTH}" height="{height:.0f}" rx="22" fill="#c9dbe8"/>'
        f'<path d="M0 58 V22 a22 22 0 0 1 22 -22 H{WIDTH - 22} a22 22 0 0 1 22 22 V58 z" fill="#517da2"/>'
        f'<circle cx="34" cy="29" r="18" fill="#dfe9f1"/>'
        f'<text x="34" y="35" text-anchor="middle" font-size="17" fill="#517da2">{initial}</text>'
        f'<text x="64" y="26" font-size="15" font-weight="bold" fill="#ffffff">{escape(phone.title)}</text>'
        f'<text x="64" y="44" font-size="12" fill="#dfe9f1">{escape(phone.below)}</text>'
        f"{''.join(phone.lines)}"
    )


def inline_picture(content: bytes, width: int, y: float = 0) -> tuple[str, int]:
    """A picture inside the SVG, in few colours, and its height."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    height = round(picture.height * width / picture.width)
    small = picture.resize((width * 2, height * 2)).quantize(32)
    kept = io.BytesIO()
    small.save(kept, "PNG", optimize=True)
    data = base64.b64encode(kept.getvalue()).decode()
    return f'<image x="0" y="{y}" width="{width}" height="{height}" href="data:image/png;base64,{data}"/>', height


def blocks(text: str, entities: Sequence[Message]) -> Iterator[tuple[list[Run], bool]]:
    """Runs of one style each, with quotes apart; whether each block is one."""
    units = text.encode("utf-16-le")
    spans = [(e["offset"], e["offset"] + e["length"], e["type"]) for e in entities]
    ends = sorted({0, len(units) // 2, *(place for begin, end, _ in spans for place in (begin, end))})
    found: list[tuple[list[Run], bool]] = []
    for begin, end in itertools.pairwise(ends):
        kinds = frozenset(kind for first, last, kind in spans if first <= begin and end <= last)
        quoted = bool(kinds & _QUOTES)
        if not found or found[-1][1] != quoted:
            found.append(([], quoted))
        found[-1][0].append((units[begin * 2 : end * 2].decode("utf-16-le"), kinds))
    for runs, quoted in found:
        stripped = _stripped(runs)
        if stripped:
            yield stripped, quoted


def _stripped(runs: list[Run]) -> list[Run]:
    """Without line feeds at the ends: a block begins a line anyway."""
    while runs and not runs[-1][0].rstrip("\n"):
        runs = runs[:-1]
    while runs and not runs[0][0].lstrip("\n"):
        runs = runs[1:]
    if not runs:
        return []
    last, kinds = runs[-1]
    runs = [*runs[:-1], (last.rstrip("\n"), kinds)]
    return [(runs[0][0].lstrip("\n"), runs[0][1]), *runs[1:]]


def wrapped(runs: Iterable[Run], width: float) -> Iterator[Line]:
    """Lines of at most this width; a word that is wider stands in a line of its own and is cut."""
    line: Line = []
    used = 0.0
    for text, kinds in runs:
        for number, paragraph in enumerate(text.split("\n")):
            if number:
                yield line
                line, used = [], 0.0
            for word in _words(paragraph):
                wide = measured(word.rstrip(), kinds)
                if line and used + wide > width:
                    yield line
                    line, used = [], 0.0
                    word = word.lstrip()  # noqa: PLW2901 - a line begins with a letter
                line.append((shortened(word, width, kinds), kinds))
                used += measured(word, kinds)
    if line:
        yield line


def _words(text: str) -> Iterator[str]:
    """Each with the spaces behind it."""
    word = ""
    for char in text:
        if word.endswith(" ") and char != " ":
            yield word
            word = ""
        word += char
    if word:
        yield word


def shortened(text: str, width: float, kinds: frozenset[str] = frozenset()) -> str:
    if measured(text.rstrip(), kinds) <= width:
        return text
    while text and measured(text + "…", kinds) > width:
        text = text[:-1]
    return text + "…"


def measured(text: str, kinds: frozenset[str]) -> float:
    font = "DejaVuSansMono" if kinds & {"code", "pre"} else "DejaVuSans-Bold" if "bold" in kinds else "DejaVuSans"
    # Ten times as large, because widths are rounded to pixels.
    return float(_font(font).getlength(text)) / 10


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf", SIZE * 10)


def _span(run: Run) -> str:
    text, kinds = run
    styles = [style for kind, style in _STYLES.items() if kind in kinds]
    if kinds & {"mention", "bot_command", "url"} and "text_link" not in kinds:
        styles.append(_STYLES["text_link"])
    styles += ["fill:#c0562b"] if "name" in kinds else ["fill:#5a6573"] if "muted" in kinds else []
    styles += [f"font-family:{_MONO}"] if kinds & {"code", "pre"} else []
    style = f' style="{";".join(styles)}"' if styles else ""
    return f'<tspan xml:space="preserve"{style}>{escape(text)}</tspan>'
