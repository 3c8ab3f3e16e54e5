"""A private chat, from the first tap to the last: everything through a Bot API server."""

from __future__ import annotations

from tests.servers.telegram.people import button_of, labels
from tests.servers.telegram.server import TelegramServer
from tests.adapters.telegram.conftest import Running


async def test_a_question_gets_an_answer_with_its_sources_and_what_could_be_asked_next(
    server: TelegramServer, bot: Running
) -> None:
    anna = server.person("Anna")
    await anna.sends("sec+ cost?")
    answer = await anna.receives()
    print(answer)
    assert "425" in answer["text"]
    assert [entity["type"] for entity in answer["entities"]].count("expandable_blockquote") == 1
    assert button_of(answer, "open-exam-prep.com")["url"].startswith("https://open-exam-prep.com/")
    assert server.world.actions[anna.id] == ["typing"]

    await anna.taps(answer, "Validity")
    assert "three years" in (await anna.receives())["text"]
    assert labels(answer)
