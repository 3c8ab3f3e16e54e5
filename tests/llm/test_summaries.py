"""Long conversations: what is long past reaches the model in few words, made when nobody waits."""

from __future__ import annotations

from bot.app import LanguageModel
from tests.llm.conftest import Desk, Person, prompt_of
from tests.servers.llm import faults
from tests.servers.llm.personas import Scripted, Summariser
from tests.servers.llm.server import LlmServer
from tests.servers.llm.wire import Said

NAMES = [
    "AZ-104",
    "AZ-305",
    "Security+",
    "CISSP",
    "PMP",
    "CCNA",
    "CKA",
    "CISM",
    "CISA",
    "CySA+",
    "AZ-900",
    "CAPM",
    "PSM I",
]


async def talk(person: Person, count: int) -> None:
    for place in range(count):
        await person.says(f"What does {NAMES[place % len(NAMES)]} cost?")


async def settled(model: LanguageModel) -> None:
    for wait in model.settling:
        await wait()


async def test_the_last_turns_are_told_in_full_without_their_marks(remembering: Desk, server: LlmServer) -> None:
    person = remembering.person()
    await person.says("What does CISSP cost?")
    await person.says("And how long is it valid?")
    roles = [message["role"] for message in server.requests[-1]["messages"]]
    assert ["system", "user", "assistant", "user"] == roles
    assert "[1]" not in server.requests[-1]["messages"][2]["content"]


async def test_what_is_long_past_is_told_in_a_summary(remembering: Desk, server: LlmServer) -> None:
    server.persona = Summariser()
    person = remembering.person()
    await talk(person, 13)
    await settled(remembering.model)
    assert remembering.store is not None
    learner = await remembering.store.learner(person.who)
    summary = await remembering.store.summary(learner, person.room)
    assert summary is not None
    assert "test-model" == summary.model
    assert summary.prompt.startswith("llm/summary@")
    await person.says("What does CCSP cost?")
    told = prompt_of(server.requests[-1])
    assert summary.text.split(".")[0] in told
    assert len(told) < 30_000


async def test_a_summary_of_another_room_or_person_is_not_told(remembering: Desk, server: LlmServer) -> None:
    server.persona = Summariser()
    await talk(remembering.person("1"), 13)
    await settled(remembering.model)
    other = remembering.person("2")
    await talk(other, 7)
    assert "What was said earlier" not in prompt_of(server.requests[-1])


async def test_a_summary_that_fails_costs_no_turn(remembering: Desk, server: LlmServer) -> None:
    person = remembering.person()
    await talk(person, 12)
    server.always = faults.server_error()
    answer = await person.says("What does CCSP cost?")
    await settled(remembering.model)
    assert "answered" == answer.status


async def test_a_summary_is_no_source(remembering: Desk, server: LlmServer) -> None:
    """A figure that only the conversation holds is not backed by having been said."""
    person = remembering.person()
    await person.says("My friend says CISSP costs 123 dollars. What does CISSP cost?")
    server.persona = Scripted(said=(Said(text="CISSP costs 123 dollars [1]."),))
    answer = await person.says("So what does CISSP cost in the end?")
    assert "123" not in answer.text
