"""The console: what a reply looks like in plain text and in a terminal, and what a conversation does with a line."""

from __future__ import annotations

import asyncio
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.adapters.console.chat import Chat
from bot.adapters.console.terminal import TerminalView
from bot.adapters.console.view import PlainView
from bot.cli.chatting import CatchingUp
from bot.core.answer import Answer, Citation, Suggestion
from bot.core.conversation import Progress
from bot.core.reply import Attachment, Reply, reply_of
from bot.text.prompts import Phrases

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return Phrases.load(PROMPTS / "console")


def citation(n: int = 1, **changes: Any) -> Citation:
    fields: dict[str, Any] = {
        "n": n,
        "document": "credentials/x",
        "title": "Certificate X",
        "heading": "Cost",
        "passage": "Certificate X costs USD 10.",
        "url": "https://example.org/x",
        "source": "Example",
        "as_of": "2026-08",
    }
    return Citation(**{**fields, **changes})


def answer(text: str = "It costs **USD 10** [1].", **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "question": "?",
        "status": "answered",
        "language": "en",
        "mode": "offline",
        "text": text,
        "citations": (citation(),),
        "suggestions": (Suggestion(label="Validity", ask="How long is X valid?"),),
    }
    return Answer(**{**fields, **changes})


class Echo:
    """Answers everything and remembers what it was asked."""

    def __init__(self, *attachments: Attachment) -> None:
        self.asked: list[str] = []
        self.attachments = attachments

    async def talk(self, line: str, _progress: Progress) -> Reply:
        self.asked.append(line)
        return reply_of(answer(question=line), self.attachments)


def converse(phrases: Phrases, echo: Echo, *lines: str) -> str:
    """What a conversation of these lines shows, in plain text."""
    out = io.StringIO()
    chat = Chat(echo.talk, PlainView(out, phrases), phrases, save=lambda attachment: f"/saved/{attachment.name}")
    with asyncio.Runner() as runner:
        chat.run(lines, runner)
    return out.getvalue()


def plain(phrases: Phrases, reply: Reply) -> str:
    out = io.StringIO()
    PlainView(out, phrases).show(reply)
    return out.getvalue()


def in_terminal(phrases: Phrases, reply: Reply, *, width: int = 80, color: bool = True) -> str:
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="standard",
        width=width,
        no_color=not color,
        highlight=False,
    )
    TerminalView(console, phrases).show(reply)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_plain_text_has_the_answer_then_the_sources_then_the_suggestions(phrases: Phrases) -> None:
    assert plain(phrases, reply_of(answer())) == (
        "It costs USD 10 [1].\n\n[1] Certificate X · Cost — https://example.org/x (as of 2026-08)\n\n1) Validity\n"
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"url": None}, "[1] Certificate X · Cost — Example (as of 2026-08)"),
        ({"as_of": None}, "[1] Certificate X · Cost — https://example.org/x"),
        ({"url": None, "source": None, "as_of": None}, "[1] Certificate X · Cost — credentials/x"),
        ({"heading": "Certificate X"}, "[1] Certificate X — https://example.org/x (as of 2026-08)"),
    ],
)
def test_a_source_says_as_much_as_is_known_of_it(phrases: Phrases, changes: dict[str, Any], line: str) -> None:
    assert plain(phrases, reply_of(answer(citations=(citation(**changes),), suggestions=()))).splitlines()[-1] == line


def test_control_characters_of_a_document_never_reach_the_screen(phrases: Phrases) -> None:
    evil = citation(title="X\x1b]0;pwned\x07", passage="\x1b[2J", url="javascript:alert(1)", source="\x9b31m")
    reply = reply_of(answer("gone\x1b[2J [1]", citations=(evil,)))
    assert "\x1b" not in plain(phrases, reply)
    assert "\x07" not in in_terminal(phrases, reply)
    assert reply.citations[0].url is None


def test_in_a_terminal_marks_are_dim_and_sources_are_links(phrases: Phrases) -> None:
    screen = in_terminal(phrases, reply_of(answer()))
    assert "\x1b[2m\x1b]8;" in screen or "\x1b[2m[1]" in screen
    assert ";https://example.org/x\x1b\\" in screen
    assert "USD 10" in screen


def test_without_colour_the_words_are_the_same(phrases: Phrases) -> None:
    assert "\x1b[36m" not in in_terminal(phrases, reply_of(answer()), color=False)


@pytest.mark.parametrize("width", [1, 8, 20, 40, 200])
def test_any_width_shows_every_word_and_none_beyond_it(phrases: Phrases, width: int) -> None:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    TerminalView(console, phrases).show(reply_of(answer("- **A**: one two three [1]\n- **B**: four [1]")))
    assert isinstance(console.file, io.StringIO)
    screen = console.file.getvalue()
    assert all(len(line.rstrip()) <= min(width, 100) for line in screen.splitlines())
    assert width < 8 or "four" in screen


def test_an_answer_that_is_a_list_begins_without_an_empty_line_of_its_own(phrases: Phrases) -> None:
    console = Console(file=io.StringIO(), width=60)
    TerminalView(console, phrases).show(reply_of(answer("- one\n- two", citations=(), suggestions=())))
    assert isinstance(console.file, io.StringIO)
    assert [line.strip() for line in console.file.getvalue().splitlines()] == ["", "• one", "• two"]


def test_a_number_asks_the_suggestion_that_bears_it_and_any_other_is_a_question(phrases: Phrases) -> None:
    echo = Echo()
    converse(phrases, echo, "1", "what does X cost?", "1", "2", "0", "१")
    assert echo.asked == ["1", "what does X cost?", "How long is X valid?", "2", "0", "१"]


def test_sources_shows_the_passages_of_the_last_answer_in_full(phrases: Phrases) -> None:
    shown = converse(phrases, Echo(), "cost?", "/sources", "/quit", "more")
    assert "Certificate X costs USD 10.\nhttps://example.org/x (as of 2026-08)" in shown


def test_what_is_attached_is_saved_and_its_place_is_told(phrases: Phrases) -> None:
    picture = Attachment(name="path.png", media_type="image/png", content=b"png")
    assert "/saved/path.png" in converse(phrases, Echo(picture), "plan")


class SlowLibrary:
    """Embeds in three batches, the second and third only when it may."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.first_done = threading.Event()
        self.batches = 0

    def embed(self, progress: Any) -> int:
        for done in (1, 2, 3):
            self.batches = done
            progress("embedding", done, 3)
            self.first_done.set()
            self.go_on.wait(5)
        return 3


class CountingRetriever:
    def __init__(self) -> None:
        self.refreshed = 0

    def refresh(self) -> None:
        self.refreshed += 1


def test_vectors_come_in_between_questions_and_leaving_stops_the_rest() -> None:
    library, retriever = SlowLibrary(), CountingRetriever()
    vectors = CatchingUp(library, retriever, missing=48)  # type: ignore[arg-type]
    with vectors:
        assert library.first_done.wait(5)
        vectors.take_in()
        vectors.take_in()
        assert retriever.refreshed == 1
        vectors._leaving.set()
        library.go_on.set()
    assert library.batches == 2


def test_with_nothing_missing_no_thread_is_started() -> None:
    with CatchingUp(SlowLibrary(), CountingRetriever(), missing=0) as vectors:  # type: ignore[arg-type]
        assert vectors._thread is None
