"""A learning path as a picture to share: its steps down a line, with days, hours and price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.catalog.wording import money
from bot.errors import InputError
from bot.pictures.canvas import DARK, LIGHT, MARGIN, WIDTH, Canvas, drawable, png
from bot.pictures.frame import Labels, foot, heading
from bot.planning.model import LearningPath, Step
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_STEPS = 14
_LINE_X = MARGIN + 18
_TEXT_X = MARGIN + 76
_TITLE, _SMALL = 40.0, 31.0
_GAP = 46


def path_picture(
    path: LearningPath, title: str, phrases: Phrases, language: str, *, checked: str | None = None, dark: bool = False
) -> bytes:
    """PNG, 1080 pixels wide and as high as it needs. `title` is the goal; `checked` says when its prices were read.
    Raises `InputError` for a path without steps.
    """
    return png(path_figure(path, title, phrases, language, checked=checked, dark=dark))


def path_figure(
    path: LearningPath, title: str, phrases: Phrases, language: str, *, checked: str | None = None, dark: bool = False
) -> Figure:
    """The picture before it is rendered."""
    if not path.steps:
        raise InputError(phrases.say("picture.no_steps", language))
    canvas, labels = Canvas(DARK if dark else LIGHT), Labels(phrases, language)
    y = heading(canvas, labels.say("picture.path"), drawable(title, path.steps[-1].offer.id))
    y = _sums(canvas, path, labels, y)
    shown = path.steps[:MAX_STEPS]
    tops: list[float] = []
    for step in shown:
        tops.append(y)
        y = _step(canvas, step, labels, y) + _GAP
    _thread(canvas, shown, tops)
    if more := len(path.steps) - len(shown):
        canvas.text(_TEXT_X, y, labels.say("picture.more", n=more), _SMALL, color=canvas.theme.muted)
        y += _SMALL + _GAP
    return canvas.finished(foot(canvas, y, labels.say("picture.checked", as_of=checked) if checked else ""))


def _sums(canvas: Canvas, path: LearningPath, labels: Labels, y: float) -> float:
    """What people ask first: when it is done, what it costs, how much work it is."""
    hours, cost = ("~" if any(assumed) else "" for assumed in _assumed(path))
    sums = (
        (labels.say("picture.finish"), str(path.finish)),
        (labels.say("picture.total"), f"{cost}{money(path.cost_usd)}"),
        (labels.say("picture.study"), f"{hours}{labels.say('picture.hours', n=f'{path.hours:,.0f}')}"),
    )
    column = (WIDTH - 2 * MARGIN) / len(sums)
    for number, (label, value) in enumerate(sums):
        x = MARGIN + number * column
        [shown] = canvas.wrapped(label, 28, column - 20, 1)
        canvas.text(x, y, shown, 28, color=canvas.theme.muted)
        canvas.text(x, y + 42, value, canvas.fitting(value, 40, column - 30, bold=True), bold=True)
    return y + 42 + 40 + 72


def _assumed(path: LearningPath) -> tuple[list[bool], list[bool]]:
    """Of which steps the hours are assumed, and of which the price."""
    return [step.offer.hours_assumed for step in path.steps], [step.offer.cost_assumed for step in path.steps]


def _step(canvas: Canvas, step: Step, labels: Labels, y: float) -> float:
    """A step's texts; where they end comes back."""
    offer, width = step.offer, WIDTH - MARGIN - _TEXT_X
    lines = canvas.wrapped(drawable(offer.title, offer.id), _TITLE, width, 3, bold=True)
    y = canvas.lines(_TEXT_X, y, lines, _TITLE, bold=True) + 6
    days = f"{step.start} – {step.finish}" if step.start != step.finish else f"{step.finish}"
    hours = labels.say("picture.hours.assumed" if offer.hours_assumed else "picture.hours", n=f"{offer.hours:,g}")
    price = money(offer.cost_usd) if offer.cost_usd or offer.cost_assumed else labels.say("picture.free")
    effort = f"{hours}  ·  {'~' if offer.cost_assumed else ''}{price}"
    return canvas.lines(_TEXT_X, y, [days, *canvas.wrapped(effort, _SMALL, width, 2)], _SMALL, color=canvas.theme.muted)


def _thread(canvas: Canvas, steps: tuple[Step, ...], tops: list[float]) -> None:
    """The line from step to step; a goal is a full dot, what only leads there an open one."""
    theme = canvas.theme
    middles = [top + _TITLE * 0.62 for top in tops]
    if len(middles) > 1:
        canvas.line((_LINE_X, middles[0]), (_LINE_X, middles[-1]), 5, theme.soft)
    for step, middle in zip(steps, middles, strict=True):
        canvas.dot(_LINE_X, middle, 15, fill=theme.background if step.for_ else theme.accent, edge=theme.accent)
