"""Discord on a phone, in its dark theme, as SVG: messages drawn from the components that they are made of.

Text is measured in a font that is among the widest (see `chat_svg`), so that a line fits in whatever font a reader has.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from bot.chat.markdown import styled
from tests.servers.discord.components import is_v2
from tests.tools.chat_svg import (
    SIZE,
    Line,
    Message,
    Run,
    blocks,
    inline_picture,
    measured,
    shortened,
    side_by_side,
    wrapped,
)

WIDTH, LEFT, RIGHT = 420, 66, 12
_ROOM = WIDTH - LEFT - RIGHT
_INSET, _GAP = 14, 8
_LINE = 19
_SMALL_SIZE, _SMALL_LINE = 11.0, 16
_FAMILY = "'gg sans', 'Noto Sans', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_MONO = "Consolas, 'DejaVu Sans Mono', monospace"
_BACK, _RAISED, _EDGE, _BUTTON_COLOUR = "#313338", "#2b2d31", "#43464d", "#4a4d55"
_TEXT, _BRIGHT, _MUTED, _LINK, _BLURPLE = "#dbdee1", "#f2f3f5", "#a3a7b0", "#4fb0ff", "#5865f2"
_BUTTON_HEIGHT = 32
_SMALL = "-# "
_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class Screen:
    """One phone's screen, filled from the top. `files` are what is attached, by number; `lines` are finished SVG."""

    title: str
    files: Mapping[str, bytes]
    y: float = 66
    lines: list[str] = field(default_factory=list)

    def says(self, name: str, text: str) -> None:
        """What a person wrote."""
        self._head(name, _colour_of(name), app=False)
        self._body([{"type": 10, "content": text}], {})

    def used(self, name: str, command: str) -> None:
        """Above an answer: who used which command. What was asked stands nowhere but in the answer."""
        y = self.y
        self.lines.append(
            f'<path d="M36 {y + 14} V{y + 10} a6 6 0 0 1 6 -6 H60" fill="none" stroke="#4e5058" stroke-width="2"/>'
            f'<circle cx="{LEFT + 8}" cy="{y + 4}" r="8" fill="{_colour_of(name)}"/>'
            f'<text x="{LEFT + 8}" y="{y + 8}" text-anchor="middle" font-size="10" fill="#ffffff">{escape(name[0])}'
            f"</text>"
            f'<text x="{LEFT + 21}" y="{y + 8}" font-size="12" fill="{_MUTED}"><tspan fill="{_BRIGHT}">{escape(name)}'
            f'</tspan> used <tspan fill="{_LINK}">{escape(command)}</tspan></text>'
        )
        self.y += 20

    def answers(self, message: Message, *, alone: bool = False) -> None:
        """What the bot sent; `alone`: one person sees it."""
        self._head("Credway", _BLURPLE, app=True)
        parts = message["components"] if is_v2(message) else [{"type": 10, "content": message["content"]}]
        self._body(parts, message)
        if alone:
            self._only_you()

    def _head(self, name: str, colour: str, *, app: bool) -> None:
        y = self.y
        self.lines.append(
            f'<circle cx="36" cy="{y + 20}" r="20" fill="{colour}"/>'
            f'<text x="36" y="{y + 26}" text-anchor="middle" font-size="17" fill="#ffffff">{escape(name[0])}</text>'
            f'<text x="{LEFT}" y="{y + 13}" font-size="14" font-weight="600" fill="{_BRIGHT}">{escape(name)}</text>'
        )
        after = LEFT + measured(name, frozenset({"bold"})) * 14 / SIZE + 6
        if app:
            self.lines.append(
                f'<rect x="{after}" y="{y + 1}" width="33" height="15" rx="4" fill="{_BLURPLE}"/>'
                f'<text x="{after + 16.5}" y="{y + 12.5}" text-anchor="middle" font-size="10" font-weight="600"'
                f' fill="#ffffff">APP</text>'
            )
            after += 39
        self.lines.append(f'<text x="{after}" y="{y + 13}" font-size="11" fill="{_MUTED}">09:14</text>')
        self.y += 22

    def _body(self, parts: Sequence[Message], message: Message) -> None:
        for part in parts:
            if part["type"] == 17:
                inside = Parts(width=_ROOM - 2 * _INSET, files=self._files(message))
                inside.all(part["components"])
                self._card(inside, part.get("accent_color"))
            else:
                bare = Parts(width=_ROOM, files=self._files(message))
                bare.all([part])
                self.lines.append(f'<g transform="translate({LEFT} {self.y})">{"".join(bare.lines)}</g>')
                self.y += bare.y
        self.y += 14

    def _card(self, inside: Parts, accent: int | None) -> None:
        height = inside.y + 2 * _INSET - 4
        self.lines.append(
            f'<rect x="{LEFT}" y="{self.y}" width="{_ROOM}" height="{height:.1f}" rx="8" fill="{_RAISED}"'
            f' stroke="{_EDGE}"/>'
        )
        if accent is not None:
            self.lines.append(
                f'<path d="M{LEFT + 4} {self.y} h-0 a8 8 0 0 0 -4 7 v{height - 14:.1f} a8 8 0 0 0 4 7 z"'
                f' fill="#{accent:06x}"/>'
            )
        place = f"translate({LEFT + _INSET} {self.y + _INSET - 2})"
        self.lines.append(f'<g transform="{place}">{"".join(inside.lines)}</g>')
        self.y += height

    def _only_you(self) -> None:
        y = self.y - 8
        self.lines.append(
            f'<path d="M{LEFT} {y + 6} q7 -8 14 0 q-7 8 -14 0 z" fill="none" stroke="{_MUTED}" stroke-width="1.4"/>'
            f'<circle cx="{LEFT + 7}" cy="{y + 6}" r="2" fill="{_MUTED}"/>'
            f'<text x="{LEFT + 20}" y="{y + 10}" font-size="11" fill="{_MUTED}">Only you can see this · '
            f'<tspan fill="{_LINK}">Dismiss message</tspan></text>'
        )
        self.y += 18

    def _files(self, message: Message) -> dict[str, bytes]:
        return {each["filename"]: self.files[each["id"]] for each in message.get("attachments") or []}


@dataclass(slots=True)
class Parts:
    """What is in a card, drawn from its top left corner."""

    width: float
    files: Mapping[str, bytes]
    lines: list[str] = field(default_factory=list)
    y: float = 0

    def all(self, parts: Sequence[Message]) -> None:
        for part in parts:
            match part["type"]:
                case 1:
                    self._row(part["components"])
                case 9:
                    self._section(part)
                case 10:
                    self._said(part["content"])
                case 12:
                    self._picture(part["items"][0]["media"]["url"].removeprefix("attachment://"))
                case 13:
                    self._file(part["file"]["url"].removeprefix("attachment://"))
                case 14:
                    self.y += _GAP
                    self.lines.append(f'<path d="M0 {self.y} h{self.width}" stroke="{_EDGE}"/>')
                    self.y += 3

    def _said(self, content: str) -> None:
        """Small print and quotations begin their lines; all between them runs on."""
        for small, lines in itertools.groupby(content.split("\n"), lambda line: line.startswith(_SMALL)):
            if small:
                for line in lines:
                    self._text(styled(line.removeprefix(_SMALL), {}), _SMALL_SIZE, _SMALL_LINE, _MUTED)
            else:
                self._text(styled("\n".join(lines), {}), SIZE, _LINE, _TEXT)
        self.y += 4

    def _text(self, text: Any, size: float, height: float, colour: str) -> None:
        for runs, quoted in blocks(text.text, text.entities()):
            inset = 12 if quoted else 0
            top = self.y + 3
            for line in wrapped(runs, (self.width - inset) * SIZE / size):
                self.y += height
                self._line(line, inset, size, colour)
            if quoted:
                self.lines.append(
                    f'<rect x="0" y="{top}" width="4" height="{self.y - top + 2}" rx="2" fill="#4e5058"/>'
                )

    def _line(self, line: Line, x: float, size: float, colour: str) -> None:
        spans = "".join(_span(run) for run in line)
        self.lines.append(f'<text x="{x}" y="{self.y - 5}" font-size="{size:g}" fill="{colour}">{spans}</text>')

    def _row(self, components: Sequence[Message]) -> None:
        """Buttons side by side, in as many lines as they need."""
        self.y += _GAP - 2
        if "options" in components[0]:
            self._select(components[0])
            return
        x = 0.0
        for each in components:
            width = min(self.width, _button_width(each))
            if x and x + width > self.width:
                x, self.y = 0.0, self.y + _BUTTON_HEIGHT + _GAP
            self._button(each, x, width)
            x += width + _GAP
        self.y += _BUTTON_HEIGHT + 2

    def _button(self, button: Message, x: float, width: float) -> None:
        colour = _BLURPLE if button["style"] == 1 else _BUTTON_COLOUR
        faint = ' opacity="0.5"' if button.get("disabled") else ""
        label = shortened(button["label"], width - 20)
        leads = "url" in button
        middle = x + width / 2 - (7 if leads else 0)
        self.lines.append(
            f'<g{faint}><rect x="{x:.1f}" y="{self.y}" width="{width:.1f}" height="{_BUTTON_HEIGHT}" rx="8"'
            f' fill="{colour}"/><text x="{middle:.1f}" y="{self.y + 21}" text-anchor="middle" font-size="13"'
            f' font-weight="500" fill="#ffffff">{escape(label)}</text>'
            f"{_arrow(x + width - 22, self.y) if leads else ''}</g>"
        )

    def _select(self, select: Message) -> None:
        self.lines.append(
            f'<rect x="0" y="{self.y}" width="{self.width}" height="38" rx="8" fill="#1e1f22" stroke="{_EDGE}"/>'
            f'<text x="12" y="{self.y + 24}" font-size="13" fill="{_MUTED}">{escape(select["placeholder"])}</text>'
            f'<path d="M{self.width - 24} {self.y + 16} l5 5 l5 -5" fill="none" stroke="{_TEXT}" stroke-width="1.6"/>'
        )
        self.y += 42

    def _section(self, section: Message) -> None:
        button = section["accessory"]
        width = _button_width(button)
        beside = Parts(width=self.width - width - 12, files=self.files)
        beside.all(section["components"])
        self.lines.append(f'<g transform="translate(0 {self.y})">{"".join(beside.lines)}</g>')
        top, self.y = self.y, self.y + 2
        self._button(button, self.width - width, width)
        self.y = top + max(beside.y, _BUTTON_HEIGHT + 4) + 6

    def _picture(self, name: str) -> None:
        image, height = inline_picture(self.files[name], round(self.width))
        self.y += _GAP
        self.lines.append(
            f'<clipPath id="{name}-{self.y:g}"><rect y="{self.y}" width="{self.width}" height="{height}" rx="8"/>'
            f'</clipPath><g clip-path="url(#{name}-{self.y:g})"><g transform="translate(0 {self.y})">{image}</g></g>'
        )
        self.y += height + 2

    def _file(self, name: str) -> None:
        self.y += _GAP
        told = f"{len(self.files[name]) / 1000:.1f} KB"
        self.lines.append(
            f'<rect x="0" y="{self.y}" width="{self.width}" height="48" rx="8" fill="{_BACK}" stroke="{_EDGE}"/>'
            f'<path d="M14 {self.y + 9} h14 l8 8 v22 h-22 z" fill="#d3d6fd"/>'
            f'<text x="48" y="{self.y + 21}" font-size="13" fill="{_LINK}">{escape(name)}</text>'
            f'<text x="48" y="{self.y + 37}" font-size="11" fill="{_MUTED}">{told}</text>'
        )
        self.y += 50


def drawing(screens: Sequence[Screen]) -> str:
    """The phones side by side."""
    height = max(screen.y for screen in screens) + 10
    drawn = [_screen(screen, height) for screen in screens]
    return side_by_side(drawn, WIDTH, height, family=_FAMILY, colour=_TEXT)


def _screen(screen: Screen, height: float) -> str:
    return (
        f'<rect width="{WIDTH}" height="{height:.0f}" rx="22" fill="{_BACK}"/>'
        f'<path d="M22 17 l-8 8 l8 8" fill="none" stroke="{_MUTED}" stroke-width="2"/>'
        f'<text x="38" y="31" font-size="16" font-weight="600" fill="{_BRIGHT}">{escape(screen.title)}</text>'
        f'<path d="M0 49.5 h{WIDTH}" stroke="#1e1f22" stroke-width="1.5"/>'
        f"{''.join(screen.lines)}"
    )


def _span(run: Run) -> str:
    text, kinds = run
    styles = ["font-weight:600" if "bold" in kinds else "", "font-style:italic" if "italic" in kinds else ""]
    styles += [f"fill:{_LINK}" if "text_link" in kinds else "", f"font-family:{_MONO}" if "code" in kinds else ""]
    told = ";".join(filter(None, styles))
    style = f' style="{told}"' if told else ""
    return f'<tspan xml:space="preserve"{style}>{escape(text)}</tspan>'


def _button_width(button: Message) -> float:
    return measured(button["label"], _NONE) + 28 + (16 if "url" in button else 0)


def _arrow(x: float, y: float) -> str:
    """What Discord puts on a button that leads out of it."""
    path = f"M{x + 2:.1f} {y + 12} h-3 v9 h9 v-3 M{x + 5:.1f} {y + 11} h5 v5 M{x + 10:.1f} {y + 11} l-6 6"
    return f'<path d="{path}" fill="none" stroke="#ffffff" stroke-width="1.4"/>'


def _colour_of(name: str) -> str:
    return ("#3ba55d", "#eb459e", "#faa61a", "#747f8d")[sum(map(ord, name)) % 4]
