"""`chat`: the conversation in a terminal, or over a pipe."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from bot.adapters.console.view import PlainView
from bot.cli.learners import served
from bot.cli.output import is_terminal, progress
from bot.cli.session import index_texts, load_settings, open_library, ready_library
from bot.cli.views import console_phrases, terminal_view

if TYPE_CHECKING:
    from bot.app import Library
    from bot.retrieval.retriever import HybridRetriever

logger = logging.getLogger(__name__)


def chat(learner: str) -> None:
    """Talk with one learner, who is remembered under this id."""
    if is_terminal(sys.stdin) and is_terminal(sys.stdout):
        _at_terminal(learner)
    else:
        _over_pipe(learner)


def _over_pipe(learner: str) -> None:
    from bot.app import build_retriever

    with ready_library(patient=False) as library, asyncio.Runner() as runner:
        phrases = console_phrases(library.settings)
        lines = (line.decode("utf-8", "surrogateescape") for line in sys.stdin.buffer)
        with served(library, build_retriever(library), learner, runner) as desk:
            desk.chat(PlainView(sys.stdout, phrases), phrases).run(lines, runner)


def _at_terminal(learner: str) -> None:
    settings = load_settings()
    phrases = console_phrases(settings)
    shown = terminal_view(phrases)
    # The welcome stands there while the rest is loaded.
    shown.note(phrases.say("welcome"))
    shown.dim(phrases.say("hint"))
    from bot.app import build_retriever

    with open_library() as library, asyncio.Runner() as runner:
        with progress() as steps:
            missing = index_texts(library, steps)
        retriever = build_retriever(library)
        if missing:
            shown.dim(phrases.say("vectors.behind", count=f"{missing:,}"))
        with CatchingUp(library, retriever, missing) as vectors, served(library, retriever, learner, runner) as desk:
            chat = desk.chat(shown, phrases, vectors.take_in)
            runner.run(desk.remind(chat))
            chat.run(_typed(phrases.say("prompt"), coloured=shown.coloured), runner)


def _typed(symbol: str, *, coloured: bool) -> Iterator[str]:
    """What is typed, line by line, until Ctrl-D or Ctrl-C."""
    prompt = f"\n{symbol} "
    try:
        import readline  # noqa: F401 - its import alone gives `input` a history and editing
    except ImportError:
        pass
    else:
        # Between these two marks readline does not count what it writes as width.
        prompt = f"\n\001\033[1;36m\002{symbol}\001\033[0m\002 " if coloured else prompt
    while True:
        try:
            yield input(prompt)
        except (EOFError, KeyboardInterrupt):
            print()  # noqa: T201 - the shell's prompt belongs on a line of its own
            return


class CatchingUp:
    """Embeds what has no vector in the background, and lets the retriever have it between two questions."""

    def __init__(self, library: Library, retriever: HybridRetriever, missing: int) -> None:
        self._library = library
        self._retriever = retriever
        self._new = threading.Event()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._embed, daemon=True) if missing else None

    def __enter__(self) -> Self:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        if self._thread:
            self._thread.join()

    def take_in(self) -> None:
        """Search what has been embedded since. Called by whoever asks, as a search must not see half a change."""
        if self._new.is_set():
            self._new.clear()
            self._retriever.refresh()

    def _embed(self) -> None:
        try:
            self._library.embed(self._step)
        except _Left:
            return
        except Exception:
            # Search goes on by words; the next start tries again.
            logger.exception("vectors.failed")

    def _step(self, _stage: str, _done: int, _total: int) -> None:
        self._new.set()
        if self._leaving.is_set():
            raise _Left


class _Left(Exception):
    """Ends embedding after the batch at hand."""
