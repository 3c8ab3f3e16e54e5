"""What a model may use: a turn, a day, a learner, a community, and many at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import Library
from bot.learning.learner import Room
from tests.llm.conftest import Desk, desk_on, prompt_of
from tests.servers.llm import faults
from tests.servers.llm.personas import Echo, Scripted
from tests.servers.llm.server import LlmServer, Pace
from tests.servers.llm.wire import Said

COST = "What does AZ-104 cost?"


async def test_who_has_used_up_their_day_is_answered_without_the_model(
    library: Library, server: LlmServer, tmp_path: Path
) -> None:
    async with desk_on(library, server, tmp_path, llm_daily_tokens_learner=6_000) as desk:
        one, other = desk.person("1"), desk.person("2")
        for _ in range(4):
            assert "165" in (await one.says(COST)).text
        asked = len(server.requests)
        assert 1 <= asked < 4
        assert "165" in (await other.says(COST)).text
        assert asked + 1 == len(server.requests)


async def test_a_community_has_a_budget_that_all_its_members_use(
    library: Library, server: LlmServer, tmp_path: Path
) -> None:
    room = Room(platform="test", number="community", private=False)
    async with desk_on(library, server, tmp_path, llm_daily_tokens_community=6_000) as desk:
        for number in range(5):
            assert "165" in (await desk.person(str(number), room).says(COST)).text
    assert 1 <= len(server.requests) < 5


async def test_no_model_for_all_is_a_budget_of_nothing(library: Library, server: LlmServer, tmp_path: Path) -> None:
    async with desk_on(library, server, tmp_path, llm_daily_tokens_total=0) as desk:
        answer = await desk.person().says(COST)
    assert ("offline", True) == (answer.mode, "165" in answer.text)
    assert [] == server.requests


async def test_what_was_used_is_counted_as_the_model_tells_it(remembering: Desk, server: LlmServer) -> None:
    server.persona = Scripted(said=(Said(text="AZ-104 costs USD 165 per exam attempt [1]."),))
    await remembering.person().says(COST)
    assert remembering.budget is not None
    spent = await remembering.budget.spent(remembering.library.today)
    told = sum(len(prompt_of(request)) for request in server.requests)
    # The server counts about a token for four characters; an estimate before the call counts more and the answer's.
    assert 0 < spent.total < told / 3 + 800


async def test_calls_that_the_server_refuses_cost_nobody_their_day(remembering: Desk, server: LlmServer) -> None:
    assert remembering.budget is not None
    for fault in (faults.unauthorized(), faults.forbidden(), faults.no_such_model()):
        server.always = fault
        assert "165" in (await remembering.person().says(COST)).text
    assert 3 == len(server.requests)
    assert 0 == (await remembering.budget.spent(remembering.library.today)).total


async def test_many_at_once_get_each_their_own_answer(library: Library, server: LlmServer, tmp_path: Path) -> None:
    """Forty people, a model that takes its time, and room for eight of them."""
    names = ["AZ-104", "AZ-305", "Security+", "CISSP", "PMP", "CCNA", "CKA", "CISM"]
    server.pace = Pace(total=0.2)
    async with desk_on(library, server, tmp_path, llm_parallel=8) as desk:
        people = [(desk.person(str(number)), names[number % len(names)]) for number in range(40)]
        answers = await asyncio.gather(*(person.says(f"What does {name} cost?") for person, name in people))
    assert ["answered"] * 40 == [answer.status for answer in answers]
    assert server.most_streams <= 8
    for (_, name), answer in zip(people, answers, strict=True):
        assert f"What does {name} cost?" == answer.question
        title = "azure" if name.startswith("AZ") else name.lower().rstrip("+")
        cited = " ".join(f"{citation.title} {citation.document}".lower() for citation in answer.citations)
        assert title in cited
    assert 40 == len(server.requests)


async def test_an_echoing_model_mixes_up_no_conversations(remembering: Desk, server: LlmServer) -> None:
    server.persona = Echo()
    people = [remembering.person(str(number)) for number in range(12)]
    await asyncio.gather(*(one.says(f"What does CCNA cost? marker-{one.who.number}-x") for one in people))
    await asyncio.gather(*(one.says("And how long is it valid?") for one in people))
    for request in server.requests:
        found = {word for word in prompt_of(request).split() if word.startswith("marker-")}
        assert len(found) == 1
