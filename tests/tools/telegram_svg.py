"""Telegram on a phone as SVG: messages with their entities, buttons, polls and pictures, whoever sent them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from tests.tools.chat_svg import (
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

WIDTH, PADDING, BUBBLE = 400, 12, 340
LINE = 19
_INSET = 11
_FOLDED = 3
_FAMILY = "'DejaVu Sans', Verdana, sans-serif"
_MONO = "'DejaVu Sans Mono', monospace"
_STYLES = {"bold": "font-weight:bold", "italic": "font-style:italic", "text_link": "fill:#1f6fb2"}


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
    screens = [_screen(phone, height) for phone in phones]
    return side_by_side(screens, WIDTH, height, family=_FAMILY, colour="#1b2430")


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


def _span(run: Run) -> str:
    text, kinds = run
    styles = [style for kind, style in _STYLES.items() if kind in kinds]
    if kinds & {"mention", "bot_command", "url"} and "text_link" not in kinds:
        styles.append(_STYLES["text_link"])
    styles += ["fill:#c0562b"] if "name" in kinds else ["fill:#5a6573"] if "muted" in kinds else []
    styles += [f"font-family:{_MONO}"] if kinds & {"code", "pre"} else []
    style = f' style="{";".join(styles)}"' if styles else ""
    return f'<tspan xml:space="preserve"{style}>{escape(text)}</tspan>'
