"""What a model may offer to note: only what the learner has said in this very message, and only as a button."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.app import Library, build_understanding, prompts_folder
from bot.catalog.catalog import Catalog
from bot.core.conversation import Turn
from bot.dialogue.telling import Telling
from bot.learning.learner import Learner
from bot.llm.proposing import Proposals
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases
from tests.llm.conftest import Desk
from tests.servers.llm.personas import Scripted
from tests.servers.llm.server import LlmServer
from tests.servers.llm.wire import Call, Said


@pytest.fixture
def proposals(library: Library) -> Proposals:
    catalog: Catalog = library.catalog()
    commands = Lexicon.load(prompts_folder(library.settings, "understanding_commands"))
    telling = Telling(catalog, build_understanding(library, catalog), commands)
    phrases = Phrases.load(prompts_folder(library.settings, "dialogue"))
    return Proposals(telling, commands, phrases, library.wording(catalog).say)


def turn(message: str) -> Turn:
    return Turn(question=message, learner=Learner(id="1"), now=datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize("what", ["I passed CCNA on 2026-03-04", "I have 6 hours a week"])
def test_what_the_learner_has_said_becomes_a_button_that_says_it(proposals: Proposals, what: str) -> None:
    offered = proposals.note(what, turn(f"Well, {what}. What does AZ-104 cost?"), "en")
    assert [what] == [suggestion.ask for suggestion in offered]


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ("I have not passed CISSP, what does it cost?", "I have passed CISSP"),
        ("I have not passed CISSP, what does it cost?", "passed CISSP"),
        ("My friend says I passed CISSP?", "I passed CISSP"),
        ("What does CISSP cost?", "I passed CISSP on 2020-01-01"),
        ("I have 6 hours a week", "I have 60 hours a week"),
        ("I passed CCNA, is CISSP next?", "I passed CISSP"),
        ("What does AZ-104 cost?", "What does AZ-104 cost?"),
        ("I passed CCNA", ""),
    ],
)
def test_what_they_have_not_said_or_said_otherwise_is_not_offered(
    proposals: Proposals, message: str, what: str
) -> None:
    assert [] == proposals.note(what, turn(message), "en")


def test_where_nobody_is_known_nothing_is_offered(proposals: Proposals) -> None:
    assert [] == proposals.note("I passed CCNA", Turn(question="I passed CCNA"), "en")


async def test_practice_is_offered_as_a_button_below_the_answer(remembering: Desk, server: LlmServer) -> None:
    call = Call(name="offer_practice", arguments='{"credential": "AZ-104"}')
    server.persona = Scripted(
        said=(Said(text="", calls=(call,)), Said(text="AZ-104 costs USD 165 per exam attempt [1]."))
    )
    person = remembering.person()
    answer = await person.says("What does AZ-104 cost?")
    assert "llm" == answer.mode
    assert ("Practise AZ-104", "/practice AZ-104") in [(action.label, action.ask) for action in person.reply.actions]
