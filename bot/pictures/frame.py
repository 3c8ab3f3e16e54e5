"""What all pictures share: their words, the heading and the foot."""

from __future__ import annotations

from bot.pictures.canvas import MARGIN, WIDTH, Canvas, drawable
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases

_TITLE, _LONG_TITLE = 62.0, 50.0
_FEW = 2  # lines
_BRAND = "Credway"


class Labels:
    """Phrases of one language, of English where the fonts here cannot draw that one."""

    def __init__(self, phrases: Phrases, language: str) -> None:
        self._phrases = phrases
        self._language = language

    def say(self, key: str, **values: object) -> str:
        english = self._phrases.say(key, DEFAULT_LANGUAGE, **values)
        return drawable(self._phrases.say(key, self._language, **values), english)


def heading(canvas: Canvas, kind: str, title: str) -> float:
    """What it is in small letters, if it is told, then the title; where the rest begins comes back."""
    y: float = MARGIN
    if kind:
        canvas.text(MARGIN, y, kind, 30, color=canvas.theme.accent, bold=True)
        y += 52
    width = WIDTH - 2 * MARGIN
    size = _TITLE if len(canvas.wrapped(title, _TITLE, width, _FEW + 1, bold=True)) <= _FEW else _LONG_TITLE
    return canvas.lines(MARGIN, y, canvas.wrapped(title, size, width, 3, bold=True), size, bold=True) + 40


def foot(canvas: Canvas, y: float, note: str) -> float:
    """Who made it and a note, below a line; where the picture ends comes back."""
    canvas.line((MARGIN, y), (WIDTH - MARGIN, y), 2, canvas.theme.faint)
    canvas.text(MARGIN, y + 28, _BRAND, 28, color=canvas.theme.accent, bold=True)
    [shown, *_] = canvas.wrapped(note, 26, WIDTH - 2 * MARGIN - 180, 1) or [""]
    if shown:
        canvas.text(WIDTH - MARGIN, y + 29, shown, 26, color=canvas.theme.muted, align="right")
    return y + 28 + 28 + 44
