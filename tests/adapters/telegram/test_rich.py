"""Rich messages where they are switched on: the same claims with the same sources, and the plain message otherwise."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bot.adapters.telegram.render import Renderer
from bot.adapters.telegram.rich import rich_html
from bot.app import Library
from bot.chat.markdown import styled
from bot.core.answer import Answer, Citation
from bot.core.conversation import Response, Turn
from bot.core.reply import Reply
from bot.text.prompts import Phrases
from tests.adapters.telegram.conftest import Running, running
from tests.adapters.telegram.replies import NAUGHTY, REPLIES, citation
from tests.adapters.telegram.test_render import PROMPTS
from tests.servers.telegram.people import Message, Person, button_of
from tests.servers.telegram.rich import rich_message, words
from tests.servers.telegram.server import Fault, TelegramServer, refused

RENDERER = Renderer(Phrases.load(PROMPTS / "telegram"), rich=True)
UNKNOWN = Fault(404, "Not Found")


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


@pytest.fixture
def at_home(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path
) -> partial[AbstractAsyncContextManager[Running]]:
    shutil.copy(migrated_file, tmp_path)
    return partial(running, server, library, tmp_path, telegram_rich_messages=True)


@pytest.fixture
async def bot(at_home: partial[AbstractAsyncContextManager[Running]]) -> AsyncIterator[Running]:
    async with at_home() as at_work:
        yield at_work


def blocks(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message["rich_message"]["blocks"]
    return found


class TestShown:
    async def test_a_comparison_is_a_table_with_its_sources_folded_below(self, bot: Running, anna: Person) -> None:
        await anna.sends("compare CCNA and Network+")
        answer = await anna.receives()
        table, details = blocks(answer)

        rows = [[words(cell["text"]) for cell in row] for row in table["cells"]]
        assert rows[0] == ["", "CCNA", "Network+"]
        assert ["Price [1][2]", "USD 300 per exam attempt", "USD 369 per exam attempt"] in rows
        assert ["Validity [5][6]", "three years", "three years"] in rows
        assert words(details["summary"]) == "Sources"
        assert "CCNA) (200-301) costs USD 300" in words(details["blocks"])
        await anna.taps(answer, "More on CCNA")
        assert "Cisco" in words(blocks(await anna.receives()))

    async def test_an_answer_says_what_it_says_without(self, bot: Running, anna: Person) -> None:
        await anna.sends("sec+ cost?")
        answer = await anna.receives()
        said, details = blocks(answer)
        assert "costs USD 425" in words(said)
        assert "[1]" in words(said)
        assert "open-exam-prep.com" in str(details)
        assert button_of(answer, "open-exam-prep.com")["url"].startswith("https://open-exam-prep.com/")

    async def test_what_gains_nothing_is_sent_in_plain_text(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("/start")
        assert "AI learning advisor" in (await anna.receives())["text"]
        assert server.made("sendRichMessage") == []

    async def test_it_is_off_unless_it_is_set(
        self, server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, anna: Person
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        async with running(server, library, tmp_path):
            await anna.sends("sec+ cost?")
            assert "425" in (await anna.receives())["text"]
        assert [call for call in server.calls if "Rich" in call.method] == []


class TestRefused:
    @pytest.mark.parametrize("fault", [UNKNOWN, refused("can't parse entities: unsupported tag")], ids=["404", "400"])
    async def test_the_same_reply_goes_out_in_plain_text_and_it_is_not_tried_again(
        self, server: TelegramServer, bot: Running, anna: Person, caplog: pytest.LogCaptureFixture, fault: Fault
    ) -> None:
        server.fail("sendRichMessage", fault, fault)
        await anna.sends("compare CCNA and Network+")
        answer = await anna.receives()
        assert "USD 300" in answer["text"]
        assert "expandable_blockquote" in {entity["type"] for entity in answer["entities"]}
        await anna.taps(answer, "More on CCNA")
        assert "Cisco" in (await anna.receives())["text"]

        assert len([call for call in server.calls if call.method == "sendRichMessage"]) == 1
        assert len([record for record in caplog.records if "telegram.without rich messages" in record.message]) == 1

    async def test_who_has_gone_is_no_reason_to_do_without(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        ben = server.person("Ben")
        server.fail("sendRichMessage", refused("chat not found"))
        await ben.sends("sec+ cost?")
        await server.world.until(lambda: [c for c in server.calls if c.method == "sendRichMessage"], "the refusal")
        await anna.sends("sec+ cost?")
        assert "425" in words(blocks(await anna.receives()))

    async def test_a_server_in_trouble_is_asked_again(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        server.fail("sendRichMessage", Fault(502, "Bad Gateway"))
        await anna.sends("sec+ cost?")
        assert "425" in words(blocks(await anna.receives()))

    @pytest.mark.parametrize("fault", [None, UNKNOWN], ids=["taken", "404"])
    async def test_drafts_are_what_the_answer_will_be(
        self,
        server: TelegramServer,
        at_home: partial[AbstractAsyncContextManager[Running]],
        anna: Person,
        fault: Fault | None,
    ) -> None:
        if fault is not None:
            server.fail("sendRichMessageDraft", fault)
        async with at_home(responder=_Shows(lambda: bool(server.world.drafts[anna.id]), server)):
            await anna.sends("tell me")
            answer = await anna.receives()
        (draft,) = server.world.drafts[anna.id]
        assert ("rich_message" in draft, "rich_message" in answer) == (fault is None, fault is None)


class _Shows:
    """A `Responder` that shows one part, and answers when that has been seen."""

    def __init__(self, seen: Any, server: TelegramServer) -> None:
        self._seen = seen
        self._server = server

    async def respond(self, turn: Turn) -> Response:
        assert turn.progress is not None
        cited: tuple[Citation, ...] = (citation(),)
        await turn.progress(Reply(text="It costs USD 425 [1].", citations=cited))
        await self._server.world.until(self._seen, "a draft")
        text = "It costs USD 425 [1]. That is all."
        answer = Answer(
            question=turn.question, status="answered", language="en", mode="llm", text=text, citations=cited
        )
        return Response(answer=answer, context=turn.context)


class TestTables:
    @pytest.mark.parametrize(
        "text",
        [
            "- **Price**: A: 1; B: 2 [1]",
            "- **Price**: A: 1; B: 2\n- **Level**: A: 1; C: 2",
            "- **Price**: A: 1; B: 2\n- **Level**: B: 1; A: 2",
            "- **Price**: A: 1; B: 2\n- Level: A: 1; B: 2",
            "- **Price**: one; two\n- **Level**: three",
        ],
        ids=["one line", "of others", "in another order", "not a comparison's line", "without names"],
    )
    def test_what_is_no_comparison_stays_a_list(self, text: str) -> None:
        assert "<table" not in rich_html(styled(text, {}), "Sources", [styled("[1] x", {})])

    def test_a_value_may_hold_what_looks_like_another(self) -> None:
        text = "- **Languages**: A: English; note: few; B: French\n- **Price**: A: USD 1; B: USD 2 [1]"
        html = rich_html(styled(text, {}), "Sources", [])
        assert "<td>English; note: few</td><td>French</td>" in html
        assert "<th><b>Price</b> [1]</th><td>USD 1</td><td>USD 2</td>" in html


@given(REPLIES)
@settings(max_examples=150, deadline=None)
def test_whatever_a_reply_holds_is_well_formed_and_loses_no_word(reply: Reply) -> None:
    _check(reply)


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: ascii(text)[:24])
def test_naughty_strings_come_out_as_text(text: str) -> None:
    _check(Reply(text=text, citations=(citation(title=text, passage=text),)))


def _check(reply: Reply) -> None:
    html = RENDERER.rich(reply)
    if html:
        told = words(rich_message({"rich_message": {"html": html}})["blocks"])
        plain = RENDERER.text(reply).text if reply.text.strip() else ""
        # The plain one is cut at 4,096; what it has of bullets and colons is a table's or a list's look.
        if "<table" not in html:
            said = "".join(plain.replace("•", "").split())[:3000]
            assert "".join(told.replace("•", "").split()).startswith(said)
