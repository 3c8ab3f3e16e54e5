"""Whatever happens to the model, a turn gets one answer, in time, and nothing technical in it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Library
from bot.app.advising import build_advising
from bot.app.language_model import build_agent_advisor
from bot.app.library import build_retriever
from bot.core.conversation import Turn
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.learning.learner import Room
from tests.llm.conftest import Desk, Person, desk_on
from tests.servers.llm import faults
from tests.servers.llm.faults import Fault
from tests.servers.llm.personas import Honest, Looping
from tests.servers.llm.server import LlmServer, Pace

COST = "What does AZ-104 cost?"
QUICK = {"llm_deadline": 4.0, "llm_first_word": 0.6, "llm_between_words": 0.6}
TECHNICAL = re.compile(r"error|exception|traceback|http|json|timeout|openai|\b[45]\d\d\b|logged", re.IGNORECASE)
FAULTS: dict[str, Fault] = {
    "401": faults.unauthorized(),
    "403": faults.forbidden(),
    "404 model": faults.no_such_model(),
    "400 context length": faults.context_too_long(),
    "429 soon": faults.rate_limited(1),
    "429 late": faults.rate_limited(120),
    "429 quota": faults.quota_exhausted(),
    "500": faults.server_error(),
    "502 page": faults.bad_gateway(),
    "503": faults.unavailable(),
    "reset": faults.reset(),
    "never answers": faults.never_answers(),
    "no first token": faults.no_first_token(),
    "stalls": faults.stalls(3),
    "cut": faults.cut(3),
    "ends early": faults.ends_early(3),
    "not JSON": faults.not_json(),
    "not UTF-8": faults.not_utf8(),
    "half a surrogate": faults.half_surrogate(),
    "error in the stream": faults.error_in_stream(),
    "wrong content type": faults.wrong_content_type(),
    "empty": faults.empty(),
    "whitespace": faults.whitespace(),
    "null": faults.null_content(),
    "a megabyte": faults.megabyte(),
    "broken arguments": faults.broken_arguments("search"),
    "unknown tool": faults.unknown_tool(),
    "wrong types": faults.wrong_types("search"),
    "arguments no object": faults.arguments_no_object("search"),
    "no usage": faults.no_usage(),
    "length": faults.finishes("length"),
    "content filter": faults.finishes("content_filter"),
}


class _Never:
    """A search that comes to no end."""

    async def retrieve(self, query: str, **_: object) -> list[Hit]:
        await asyncio.Event().wait()
        raise AssertionError(query)


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_ends_in_one_answer_with_nothing_technical(
    library: object, server: LlmServer, name: str
) -> None:
    server.always = FAULTS[name]
    async with desk_on(library, server, **QUICK) as desk:  # type: ignore[arg-type]
        async with asyncio.timeout(QUICK["llm_deadline"] + 2):
            answer = await desk.ask(COST)
        assert "answered" == answer.status
        assert "165" in answer.text
        assert not TECHNICAL.search(answer.text)
        for reply in desk.shown:
            assert "165" in reply.text


async def test_a_server_that_is_not_there_is_no_hindrance(library: object, server: LlmServer) -> None:
    async with desk_on(library, server, **QUICK) as desk:  # type: ignore[arg-type]
        with server.refusing():
            answer = await desk.ask(COST)
    assert ("offline", "answered") == (answer.mode, answer.status)


async def test_a_model_that_never_ends_is_cut_off_at_the_deadline(library: object, server: LlmServer) -> None:
    server.pace = Pace(between=0.4)
    async with desk_on(library, server, llm_deadline=2.0, llm_first_word=1.0) as desk:  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await desk.ask("What does AZ-104 cost, how long is it valid and how long is the exam?")
        taken = loop.time() - began
    assert "answered" == answer.status
    # Not a measure of speed: without the deadline the words would take many times as long.
    assert taken < 4


async def test_a_looping_model_is_asked_five_times_at_most(desk: Desk, server: LlmServer) -> None:
    for persona in (Looping(), Looping(seed=1)):
        server.requests.clear()
        server.persona = persona
        answer = await desk.ask(COST)
        assert len(server.requests) <= 5
        assert ("answered", True) == (answer.status, "USD 165" in answer.text)


async def test_after_several_failures_the_model_is_left_alone(library: object, server: LlmServer) -> None:
    server.always = faults.unauthorized()
    async with desk_on(library, server, **QUICK) as desk:  # type: ignore[arg-type]
        for _ in range(8):
            assert "165" in (await desk.ask(COST)).text
    assert 5 == len(server.requests)


async def test_what_the_front_end_cannot_show_costs_no_answer(desk: Desk) -> None:
    async def refuses(_: object) -> None:
        raise ConnectionError("the draft was refused")

    answer, _ = await desk.assistant.ask(COST, progress=refuses)
    assert ("answered", True) == (answer.status, "165" in answer.text)


async def test_a_question_that_a_model_cannot_end_closes_it_to_nobody(library: Library, server: LlmServer) -> None:
    """Answers that loop or are cut say nothing against the model: others are still answered with it."""
    async with desk_on(library, server) as desk:
        server.persona = Looping()
        for _ in range(6):
            await desk.ask(COST)
        server.persona = Honest()
        server.always = faults.finishes("content_filter")
        for _ in range(6):
            await desk.ask(COST)
        server.always = None
        assert "llm" == (await desk.ask(COST)).mode


async def test_a_search_that_takes_too_long_ends_with_the_turn(library: Library, server: LlmServer) -> None:
    async with desk_on(library, server, llm_deadline=0.5) as desk:
        advising = build_advising(library, build_retriever(library))
        unsearched = replace(advising, toolbox=Toolbox(advising.toolbox.catalog, advising.toolbox.wording, _Never()))
        advisor = build_agent_advisor(library, unsearched, desk.model)
        async with asyncio.timeout(60):
            answer, _ = await advisor.answer(Turn(question=COST))
    assert ("offline", True) == (answer.mode, "165" in answer.text)
    assert [] == server.requests


async def test_a_learner_who_changes_meanwhile_costs_one_call_and_no_message(
    library: object, server: LlmServer, tmp_path: Path
) -> None:
    """Something is told on another device while the model answers: then the rules answer what can be kept."""
    server.pace = Pace(total=2.5)
    async with desk_on(library, server, tmp_path) as desk:  # type: ignore[arg-type]
        phone = desk.person("1")
        await phone.says("/me")
        asking = asyncio.create_task(phone.says(COST))
        await asyncio.to_thread(server.wait_until_asked)
        await Person(desk.assistant, "1", Room(platform="test", number="tablet")).says("I have 7 hours a week")
        answer = await asking
    assert ("offline", True) == (answer.mode, "165" in answer.text)
    assert 1 == len(server.requests)
