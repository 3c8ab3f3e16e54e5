"""A sheet to draw on, in pixels from the top left corner, as wide as a phone shows sharply. Knows nothing of what is
drawn. matplotlib takes a second to load, so that it is imported when a picture is made; `pyplot` never is, because it
keeps every figure in a global.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH = 1080
MARGIN = 80
_DPI = 100
_POINTS_A_PIXEL = 72 / _DPI
_LINE = 1.3  # heights of a letter from one line to the next
_ASCENT = 0.95
# matplotlib brings the first; the others are used where the system has them, for scripts that the first lacks.
_FAMILIES = (
    *("DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC"),
    *("Microsoft YaHei", "WenQuanYi Micro Hei", "Noto Sans Devanagari", "Nirmala UI", "Kohinoor Devanagari"),
)

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours as `#rrggbb`. Text colours keep a contrast of 4.5 to the background (WCAG 2.2, 1.4.3)."""

    background: str
    ink: str
    muted: str
    faint: str
    accent: str
    soft: str
    warning: str


LIGHT = Theme(
    background="#fbfaf7",
    ink="#1b2430",
    muted="#5a6573",
    faint="#e3e1da",
    accent="#2f5bd0",
    soft="#b9c8f2",
    warning="#b3371f",
)
DARK = Theme(
    background="#14181f",
    ink="#f1f3f6",
    muted="#a3adba",
    faint="#2e3641",
    accent="#8fabff",
    soft="#3d4d80",
    warning="#ff8f75",
)


class Canvas:
    """Draws on a figure that grows downwards; `finished` cuts it to its height."""

    def __init__(self, theme: Theme) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        self.theme = theme
        self.figure = Figure(figsize=(WIDTH / _DPI, WIDTH / _DPI), dpi=_DPI, facecolor=theme.background)
        self._renderer: Any = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._families = [family for family, _ in _fonts()]

    # Text

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a line of text is, in pixels; `size` is the height of its letters' box in pixels."""
        font = self._font(size, bold=bold)
        return float(self._renderer.get_text_width_height_descent(text, font, ismath=False)[0])

    def wrapped(self, text: str, size: float, width: float, lines: int, *, bold: bool = False) -> list[str]:
        """The text in at most so many lines of at most that width; what does not fit ends in an ellipsis."""
        done: list[str] = []
        rest = text.split()
        while rest:
            taken = self._fitting(rest, size, width, bold=bold)
            line, rest = " ".join(rest[:taken]), rest[taken:]
            if not taken:
                # A word wider than the line is cut where the line ends.
                line = self._cut(rest[0], size, width, bold=bold)
                rest = [rest[0][len(line) :], *rest[1:]] if line != rest[0] else rest[1:]
            if len(done) + 1 == lines and rest:
                return [*done, self._cut(f"{line} {' '.join(rest)}", size, width, bold=bold, end="…")]
            done.append(line)
        return done

    def text(
        self, x: float, y: float, text: str, size: float, *, color: str = "", bold: bool = False, align: Align = "left"
    ) -> None:
        """One line of text; `y` is where its line begins."""
        self._axes.text(
            x,
            y + _ASCENT * size,
            text,
            color=color or self.theme.ink,
            fontproperties=self._font(size, bold=bold),
            horizontalalignment=align,
            verticalalignment="baseline",
            # A price in dollars is no formula.
            parse_math=False,
            zorder=5,
        )

    def lines(
        self, x: float, y: float, lines: Iterable[str], size: float, *, color: str = "", bold: bool = False
    ) -> float:
        """Lines of text one below the other; where the next would begin comes back."""
        for line in lines:
            self.text(x, y, line, size, color=color, bold=bold)
            y += size * _LINE
        return y

    def fitting(self, text: str, size: float, width: float, *, bold: bool = False) -> float:
        """The size, or the smaller one at which the text is no wider than that."""
        return min(size, size * width / max(self.width(text, size, bold=bold), 1.0))

    # Shapes

    def clear(self, x: float, y: float, width: float, height: float) -> None:
        """Let lines stop at what will be written here instead of running through it."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415

        color = self.theme.background
        self._axes.add_patch(Rectangle((x, y), width, height, facecolor=color, linewidth=0, zorder=1.5))

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        width: float,
        color: str,
        *,
        dotted: bool = False,
        above: int = 0,
    ) -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415

        line = Line2D(
            [start[0], end[0]],
            [start[1], end[1]],
            linewidth=width * _POINTS_A_PIXEL,
            color=color,
            linestyle=(0, (0.1, 2)) if dotted else "solid",
            solid_capstyle="butt",
            dash_capstyle="round",
            zorder=1 + above,
        )
        self._axes.add_line(line)

    def bar(self, left: float, right: float, y: float, height: float, color: str, *, above: int = 0) -> None:
        """A bar with round ends; `y` is its middle. `above` orders what lies over each other."""
        from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415

        radius = min(height, right - left) / 2
        style = f"round,pad=0,rounding_size={radius}"
        box = FancyBboxPatch(
            (left, y - height / 2), right - left, height, boxstyle=style, linewidth=0, facecolor=color, zorder=2 + above
        )
        self._axes.add_patch(box)

    def dot(self, x: float, y: float, radius: float, *, fill: str, edge: str) -> None:
        from matplotlib.patches import Circle  # noqa: PLC0415

        edge_width = 5 * _POINTS_A_PIXEL
        self._axes.add_patch(Circle((x, y), radius, facecolor=fill, edgecolor=edge, linewidth=edge_width, zorder=9))

    def cross(self, x: float, y: float, radius: float, color: str) -> None:
        for sign in (1, -1):
            self.line((x - radius, y - sign * radius), (x + radius, y + sign * radius), 6, color, above=3)

    # The end

    def finished(self, height: float) -> Figure:
        """The figure, cut to a height in pixels."""
        pixels = math.ceil(height)
        self.figure.set_size_inches(WIDTH / _DPI, pixels / _DPI)
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(pixels, 0)
        return self.figure

    def _font(self, size: float, *, bold: bool) -> FontProperties:
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415

        return FontProperties(family=self._families, size=size * _POINTS_A_PIXEL, weight="bold" if bold else "normal")

    def _fitting(self, words: Sequence[str], size: float, width: float, *, bold: bool) -> int:
        """How many of the words stand in a line of that width."""
        taken = 0
        while taken < len(words) and self.width(" ".join(words[: taken + 1]), size, bold=bold) <= width:
            taken += 1
        return taken

    def _cut(self, text: str, size: float, width: float, *, bold: bool, end: str = "") -> str:
        """As much of the text as fits, at least a letter, with `end` after it."""
        length = len(text)
        while length > 1 and self.width(text[:length].rstrip() + end, size, bold=bold) > width:
            length -= 1
        return text[:length].rstrip() + end


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": "Credway"})
    return out.getvalue()


def drawable(text: str, otherwise: str) -> str:
    """The text as the fonts here can draw it; `otherwise` where they lack more than half of its letters.

    A missing letter would be a box. One that is only decoration (an emoji) is left out.
    """
    drawn = frozenset[int]().union(*(letters for _, letters in _fonts()))
    left = "".join(char for char in text if ord(char) in drawn or char.isspace())
    wanted, kept = (sum(char.isalnum() for char in form) for form in (text, left))
    return " ".join(left.split()) if kept and kept * 2 > wanted else otherwise


@cache
def _fonts() -> tuple[tuple[str, frozenset[int]], ...]:
    """The families that there are, each with the code points that it draws."""
    from matplotlib.font_manager import FontProperties, fontManager, get_font  # noqa: PLC0415

    there = {font.name for font in fontManager.ttflist}
    found = [family for family in _FAMILIES if family in there]
    paths = {family: fontManager.findfont(FontProperties(family=[family])) for family in found}
    return tuple((family, frozenset(get_font(path).get_charmap())) for family, path in paths.items())
