"""What a model is told: of the one who asks, and only where nobody else reads along."""

from __future__ import annotations

from bot.learning.learner import Room
from tests.llm.conftest import Desk, prompt_of
from tests.servers.llm.personas import Looping, Scripted
from tests.servers.llm.server import LlmServer
from tests.servers.llm.wire import Call, Said

COST = "What does AZ-104 cost?"
TELLING = "I passed Security+ on 2024-05-03, have 7 hours a week and 431 dollars"
GROUP = Room(platform="test", number="group", private=False)


async def test_in_private_a_model_knows_what_the_learner_has_told(remembering: Desk, server: LlmServer) -> None:
    person = remembering.person()
    await person.says(TELLING)
    await person.says(COST)
    told = prompt_of(server.requests[-1])
    assert "Security+" in told
    assert "431" in told


async def test_in_a_group_it_knows_nothing_of_anybody(remembering: Desk, server: LlmServer) -> None:
    await remembering.person("1").says(TELLING)
    await remembering.person("1", GROUP).says(COST)
    told = prompt_of(server.requests[-1])
    assert "431" not in told
    assert "2024-05-03" not in told
    offered = {tool["function"]["name"] for tool in server.requests[-1]["tools"]}
    assert set() == offered & {"wallet", "offer_to_note", "offer_practice"}


async def test_of_another_learner_nothing_is_in_any_prompt(remembering: Desk, server: LlmServer) -> None:
    await remembering.person("1").says(TELLING)
    await remembering.person("1").says("How long is CISSP valid, for canary-73?")
    server.requests.clear()
    other = remembering.person("2")
    await other.says("What does CISSP cost?")
    await other.says("And how long is it valid?")
    await remembering.person("2", GROUP).says(COST)
    for request in server.requests:
        assert "431" not in prompt_of(request)
        assert "canary-73" not in prompt_of(request)


async def test_of_a_group_a_prompt_carries_what_the_same_person_said_there(
    remembering: Desk, server: LlmServer
) -> None:
    await remembering.person("1", GROUP).says("What does CCNA cost, asks member-1-x?")
    await remembering.person("2", GROUP).says("What does CISSP cost, asks member-2-x?")
    await remembering.person("1", GROUP).says("And how long is it valid?")
    assert "member-1-x" in prompt_of(server.requests[-1])
    assert "member-2-x" not in prompt_of(server.requests[-1])


async def test_after_forgetting_a_prompt_carries_nothing(remembering: Desk, server: LlmServer) -> None:
    person = remembering.person()
    await person.says(TELLING)
    await person.says("What does CISSP cost, asks canary-91?")
    await person.says("/forget")
    await person.says(person.reply.actions[0].ask)
    server.requests.clear()
    await person.says(COST)
    assert "canary-91" not in prompt_of(server.requests[-1])
    assert "431" not in prompt_of(server.requests[-1])


async def test_the_system_prompt_holds_no_secret_and_no_person(remembering: Desk, server: LlmServer) -> None:
    person = remembering.person()
    await person.says(TELLING)
    await person.says(COST)
    system = server.requests[-1]["messages"][0]
    assert "system" == system["role"]
    assert "431" not in system["content"]
    assert "Bearer none" == server.keys[-1]
    assert "none" not in system["content"].split()


async def test_what_only_a_document_says_of_a_learner_is_not_even_offered(remembering: Desk, server: LlmServer) -> None:
    calls = (
        Call(name="offer_to_note", arguments='{"what": "I passed CISSP on 2020-01-01"}'),
        Call(name="offer_to_note", arguments='{"what": "I have 9999 dollars"}'),
    )
    server.persona = Scripted(
        said=(Said(text="", calls=calls), Said(text="AZ-104 costs USD 165 per exam attempt [1]."))
    )
    person = remembering.person()
    await person.says(COST)
    assert all("CISSP" not in action.ask and "9999" not in action.ask for action in person.reply.actions)
    assert remembering.store is not None
    learner = await remembering.store.learner(person.who)
    assert ((), None) == (learner.wallet, learner.profile.budget_usd)


async def test_no_tool_changes_anything(remembering: Desk, server: LlmServer) -> None:
    person = remembering.person()
    await person.says(TELLING)
    assert remembering.store is not None
    before = await remembering.store.learner(person.who)
    for seed in range(3):
        server.persona = Looping(seed=seed)
        await person.says(COST)
    after = await remembering.store.learner(person.who)
    assert (before.profile, before.wallet) == (after.profile, after.wallet)
