"""The console's view for a terminal: Markdown, dim citations, clickable sources, numbered suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.core.answer import Citation
from bot.core.reply import Reply
from bot.text.prompts import Phrases

WIDEST = 100  # longer lines are hard to read
_MARK = re.compile(r"(\[\d+\])")


class CitedMarkdown:
    """Markdown in which the marks `[n]` are dim and lead to what they cite."""

    def __init__(self, text: str, links: Mapping[int, str | None]) -> None:
        self._markdown = Markdown(text, hyperlinks=False)
        self._links = links

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._markdown, options, pad=False)
        # Rich puts an empty line above a list, also where nothing stands before it.
        begun = False
        for line in map(_unpadded, lines):
            begun = begun or bool(line)
            if begun:
                for segment in line:
                    yield from self._dimmed(segment)
                yield Segment.line()

    def _dimmed(self, segment: Segment) -> Iterable[Segment]:
        # An odd part is a mark, as split keeps what its group matched.
        for place, part in enumerate(_MARK.split(segment.text)):
            if place % 2:
                link = Style(dim=True, link=self._links.get(int(part[1:-1])))
                yield Segment(part, (segment.style or Style.null()) + link)
            elif part:
                yield Segment(part, segment.style)


def _unpadded(line: list[Segment]) -> list[Segment]:
    """Without the blanks at its end, which whoever copies an answer would copy too."""
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return [*kept[:-1], Segment(kept[-1].text.rstrip(), kept[-1].style)] if kept else []


class TerminalView:
    """Shows on a rich console, which knows the width and whether colour is wanted (NO_COLOR, TERM)."""

    def __init__(self, console: Console, phrases: Phrases) -> None:
        self._console = console
        self._phrases = phrases
        self._growing: Live | None = None

    @property
    def coloured(self) -> bool:
        return self._console.color_system is not None and not self._console.no_color

    def asked(self, question: str) -> None:
        self.dim(question)

    async def grow(self, reply: Reply) -> None:
        """Drawn over what was there, and wiped away when the whole is shown."""
        if self._growing is None:
            self._growing = Live(console=self._console, transient=True, auto_refresh=False)
            self._growing.start()
        width = min(self._console.width, WIDEST)
        self._growing.update(Constrain(CitedMarkdown(f"\n{reply.text}", _links(reply)), width), refresh=True)

    def show(self, reply: Reply) -> None:
        if self._growing is not None:
            self._growing.stop()
            self._growing = None
        self._print(CitedMarkdown(reply.text, _links(reply)))
        if reply.citations:
            self._print(self._sources(reply.citations))
        if reply.actions:
            numbered = [
                (Text(str(number), style="bold cyan"), Text(action.label))
                for number, action in enumerate(reply.actions, 1)
            ]
            self._print(_grid(numbered))

    def passages(self, citations: Sequence[Citation]) -> None:
        for citation in citations:
            self._print(Text.assemble((f"[{citation.n}] ", "dim"), (citation.full_title, "bold")))
            self._print(Text(citation.passage), above=False)
            self._print(Text(self._place(citation), style=_linked(citation, dim=True)), above=False)

    def note(self, text: str) -> None:
        self._print(CitedMarkdown(text, {}))

    def dim(self, text: str) -> None:
        self._print(Text(text, style="dim"), above=False)

    def _sources(self, citations: Sequence[Citation]) -> Table:
        rows = []
        for citation in citations:
            title = Text.assemble((citation.full_title, _linked(citation)), (f" · {self._place(citation)}", "dim"))
            rows.append((Text(f"[{citation.n}]", style="dim"), title))
        return _grid(rows)

    def _place(self, citation: Citation) -> str:
        # One's own file has neither source nor address: its path says where to look.
        source = citation.source or citation.url or citation.document
        return self._phrases.say("source.place", source=source, as_of=citation.as_of) if citation.as_of else source

    def _print(self, shown: RenderableType, *, above: bool = True) -> None:
        if above:
            self._console.print()
        self._console.print(shown, width=min(self._console.width, WIDEST))


def _links(reply: Reply) -> dict[int, str | None]:
    return {citation.n: citation.url for citation in reply.citations}


def _linked(citation: Citation, *, dim: bool = False) -> Style:
    return Style(link=citation.url, dim=dim, underline=bool(citation.url) and not dim)


def _grid(rows: Iterable[tuple[Text, Text]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return grid
