"""What pictures of chats as SVG have in common: text that is measured, wrapped and cut, pictures, phones in a row.

Text is measured in DejaVu Sans, which is among the widest, so that a line fits in whatever font a reader has.
"""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image, ImageFont

SIZE = 13.0
_BETWEEN = 20
_QUOTES = {"blockquote", "expandable_blockquote"}

Message = Mapping[str, Any]
# A piece of a line: its text, and the kinds of entities that it stands in.
Run = tuple[str, frozenset[str]]
Line = list[Run]


def side_by_side(screens: Sequence[str], width: int, height: float, *, family: str, colour: str) -> str:
    """The whole picture: screens of one size, with the font and the colour of their text."""
    whole = len(screens) * (width + _BETWEEN) - _BETWEEN
    drawn = "".join(
        f'<g transform="translate({number * (width + _BETWEEN)} 0)">{screen}</g>'
        for number, screen in enumerate(screens)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height:.0f}" width="{whole}"'
        f' height="{height:.0f}" font-family="{family}" font-size="{SIZE:g}" fill="{colour}">{drawn}</svg>\n'
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
