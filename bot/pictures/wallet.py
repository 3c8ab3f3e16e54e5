"""The wallet as a picture: until when each credential is valid, on one line of time with today in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.errors import InputError
from bot.learning.wallet import Entry
from bot.pictures.canvas import DARK, LIGHT, MARGIN, WIDTH, Canvas, drawable, png
from bot.pictures.frame import Labels, foot, heading
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_ROWS = 14
_NAME, _SMALL = 36.0, 29.0
_ROW = 172
_BAR = 18
_YEAR = timedelta(days=365)
_BACK, _AHEAD = 2 * _YEAR, 5 * _YEAR  # of what lies further, only the day is told
_MIN_BAR, _AIR = 10, 16  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Days to pixels across the picture; what lies outside is drawn at the edge."""

    first: date
    last: date

    def x(self, day: date) -> float:
        share = (day - self.first) / (self.last - self.first)
        return MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN)


def wallet_picture(
    entries: Sequence[Entry], today: date, phrases: Phrases, language: str, *, dark: bool = False
) -> bytes:
    """PNG, 1080 pixels wide and as high as it needs: what is held, in the order of `entries`. Plans have no expiry and
    are left out. Raises `InputError` where nothing is held.
    """
    return png(wallet_figure(entries, today, phrases, language, dark=dark))


def wallet_figure(
    entries: Sequence[Entry], today: date, phrases: Phrases, language: str, *, dark: bool = False
) -> Figure:
    """The picture before it is rendered."""
    canvas, labels = Canvas(DARK if dark else LIGHT), Labels(phrases, language)
    held = [entry for entry in entries if entry.held]
    if not held:
        raise InputError(phrases.say("wallet.empty", language))
    shown = held[:MAX_ROWS]
    axis = _axis(shown, today)
    top = heading(canvas, "", labels.say("picture.wallet"))
    rows = top + 118
    y = rows
    for entry in shown:
        _row(canvas, entry, axis, labels, y)
        y += _ROW
    _grid(canvas, axis, today, labels, (top, y - 40))
    y += 10
    if more := len(held) - len(shown):
        canvas.text(MARGIN, y, labels.say("picture.more", n=more), _SMALL, color=canvas.theme.muted)
        y += _SMALL + 46
    if any(entry.window is not None and entry.validity != "expired" for entry in shown):
        canvas.bar(MARGIN, MARGIN + 56, y + 16, _BAR, canvas.theme.accent)
        canvas.text(MARGIN + 76, y, labels.say("picture.window"), _SMALL, color=canvas.theme.muted)
        y += _SMALL + 46
    return canvas.finished(foot(canvas, y, ""))


def _axis(entries: Sequence[Entry], today: date) -> _Axis:
    ends = [entry.expiry.on for entry in entries if entry.expiry and entry.expiry.on]
    last = min(max([*ends, today + _YEAR]), today + _AHEAD)
    first = max(min([*ends, today - _YEAR / 2]), today - _BACK)
    return _Axis(first=first - _YEAR / 8, last=last + _YEAR / 8)


def _row(canvas: Canvas, entry: Entry, axis: _Axis, labels: Labels, y: float) -> None:
    theme, over = canvas.theme, entry.validity == "expired"
    color = theme.warning if over else theme.accent if entry.validity == "renewable" else theme.muted
    width = WIDTH - 2 * MARGIN
    [name] = canvas.wrapped(drawable(entry.name, entry.holding.credential), _NAME, width, 1, bold=True)
    [state] = canvas.wrapped(_state(entry, labels), _SMALL, width, 1)
    canvas.clear(MARGIN, y, canvas.width(name, _NAME, bold=True) + _AIR, 50)
    canvas.clear(MARGIN, y + 49, canvas.width(state, _SMALL) + _AIR, 40)
    canvas.text(MARGIN, y, name, _NAME, bold=True)
    canvas.text(MARGIN, y + 50, state, _SMALL, color=color)
    _bars(canvas, entry, axis, y + 114)


def _state(entry: Entry, labels: Labels) -> str:
    expiry = entry.expiry
    if expiry is None or expiry.on is None:
        return labels.say("picture.never" if expiry is not None and expiry.basis == "never" else "picture.unknown")
    return labels.say("picture.expired" if entry.validity == "expired" else "picture.expires", date=expiry.on)


def _bars(canvas: Canvas, entry: Entry, axis: _Axis, y: float) -> None:
    """From the day it was earned, as far as it is told, to its end, with the renewal window in it."""
    theme, expiry = canvas.theme, entry.expiry
    left, right = axis.x(entry.holding.earned_on or axis.first), axis.x(axis.last)
    if expiry is None or (expiry.on is None and expiry.basis != "never"):
        canvas.line((MARGIN, y), (right, y), 6, theme.faint, dotted=True)
        return
    end = right if expiry.on is None else axis.x(expiry.on)
    over = entry.validity == "expired"
    if expiry.on is None or expiry.on >= axis.first:
        canvas.bar(min(left, end - _MIN_BAR), end, y, _BAR, theme.faint if over else theme.soft)
    if entry.window is not None and not over:
        opens = axis.x(entry.window.opens)
        canvas.bar(min(opens, end - _MIN_BAR), end, y, _BAR, theme.accent, above=1)
    if over:
        canvas.cross(max(end, MARGIN + 12), y, 11, theme.warning)
    elif expiry.on is not None and expiry.on <= axis.last:
        canvas.dot(end, y, 12, fill=theme.background, edge=theme.accent)


def _grid(canvas: Canvas, axis: _Axis, today: date, labels: Labels, span: tuple[float, float]) -> None:
    """Today and the years, as lines from `span[0]` to `span[1]` with their names above."""
    theme, (top, bottom) = canvas.theme, span
    for year in range(axis.first.year + 1, axis.last.year + 1):
        x = axis.x(date(year, 1, 1))
        canvas.text(_beside(canvas, x, str(year)), top, str(year), _SMALL, color=theme.muted, align="center")
        canvas.line((x, top + 46), (x, bottom), 2, theme.faint)
    here, name = axis.x(today), f"{labels.say('picture.today')} {today}"
    place, half = _beside(canvas, here, name), canvas.width(name, _SMALL, bold=True) / 2 + _AIR
    canvas.clear(place - half, top + 50, 2 * half, 44)
    canvas.text(place, top + 52, name, _SMALL, color=theme.ink, bold=True, align="center")
    canvas.line((here, top + 96), (here, bottom), 4, theme.ink)


def _beside(canvas: Canvas, x: float, text: str) -> float:
    """The middle for a text at `x`, moved so that it stays on the sheet."""
    half = canvas.width(text, _SMALL, bold=True) / 2
    return min(max(x, MARGIN + half), WIDTH - MARGIN - half)
