"""Answers worded by a model: shown where they are backed, completed where they say less, in the language asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.core.answer import Answer
from bot.evaluation.answers import unbacked_numbers
from tests.llm.conftest import Desk, prompt_of
from tests.servers.llm.personas import Scripted, ToolUser
from tests.servers.llm.server import LlmServer
from tests.servers.llm.wire import Said

COST = "What does AZ-104 cost?"


def says(*texts: str) -> Scripted:
    return Scripted(said=tuple(Said(text=text) for text in texts))


def documents(answer: Answer) -> set[str]:
    return {citation.document for citation in answer.citations}


async def test_a_backed_answer_is_the_models_and_cites_its_passages(desk: Desk, server: LlmServer) -> None:
    server.persona = says("You pay USD 165 for each attempt at AZ-104 [1].")
    answer = await desk.ask(COST)
    assert ("llm", "answered") == (answer.mode, answer.status)
    assert "You pay USD 165 for each attempt at AZ-104 [1]." == answer.text
    assert {"credentials/az-104"} == documents(answer)
    assert "supported" == answer.claims[0].verdict


async def test_it_knows_what_it_was_made_with(desk: Desk, server: LlmServer) -> None:
    server.persona = says("AZ-104 costs USD 165 per attempt [1].")
    answer = await desk.ask(COST)
    assert answer.provenance is not None
    assert "test-model" == answer.provenance.model
    assert answer.provenance.prompts[0].startswith("llm/advisor@")
    assert desk.library.index.version() == answer.provenance.index


async def test_claims_are_shown_one_by_one_as_they_pass(desk: Desk, server: LlmServer) -> None:
    server.persona = says(
        "AZ-104 costs USD 165 per exam attempt [1]. It costs USD 999 at night [1]. It is valid for one year [2]."
    )
    answer = await desk.ask("What does AZ-104 cost and how long is it valid?")
    assert "AZ-104 costs USD 165 per exam attempt [1]." == desk.shown[0].text
    assert 2 == len(desk.shown)
    assert "999" not in "".join(reply.text for reply in desk.shown) + answer.text
    assert any("usd 999" in reason for reason in answer.dropped)


@pytest.mark.parametrize(
    "lie",
    [
        "AZ-104 costs USD 156 per exam attempt [1].",
        "AZ-305 costs USD 165 per exam attempt [1].",
        "AZ-104 costs USD 165 per exam attempt [99].",
        "AZ-104 costs USD 165 per exam attempt, see https://example.com/buy [1].",
        "AZ-104 costs USD 165 per exam attempt until 2031-05-01 [1].",
        "The Certified Submarine Architect costs USD 165 per exam attempt [1].",
        "Everybody knows that this certificate doubles salaries.",
        "![price](https://example.com/p.png) AZ-104 costs USD 165 [1].",
        "@everyone AZ-104 costs USD 165 per exam attempt [1].",
    ],
)
async def test_what_its_passages_do_not_say_is_not_shown_and_the_rules_answer(
    desk: Desk, server: LlmServer, lie: str
) -> None:
    server.persona = says(lie)
    answer = await desk.ask(COST)
    assert "offline" == answer.mode
    assert "USD 165" in answer.text
    assert [] == desk.shown


async def test_what_the_rules_would_tell_and_the_model_leaves_out_is_added(desk: Desk, server: LlmServer) -> None:
    server.persona = says("AZ-104 costs USD 165 per exam attempt [1].")
    answer = await desk.ask("What does AZ-104 cost and how long is the exam?")
    assert "llm" == answer.mode
    assert "USD 165" in answer.text
    assert "100 minutes" in answer.text
    assert () == unbacked_numbers(answer)


async def test_an_answer_about_something_else_gives_way(desk: Desk, server: LlmServer) -> None:
    server.persona = says("AZ-104 is valid for one year [2].")
    answer = await desk.ask(COST)
    assert ("offline", True) == (answer.mode, "USD 165" in answer.text)


async def test_a_claim_without_a_mark_gets_the_one_that_backs_it(desk: Desk, server: LlmServer) -> None:
    server.persona = says("AZ-104 costs USD 165 per exam attempt.")
    answer = await desk.ask(COST)
    assert "llm" == answer.mode
    assert answer.text.startswith("AZ-104 costs USD 165 per exam attempt [1]")


async def test_one_of_two_readings_is_not_told_as_the_truth(desk: Desk, server: LlmServer) -> None:
    server.persona = says("The CISSP exam costs USD 749 [1].")
    answer = await desk.ask("What does the CISSP exam cost?")
    assert "disagree" in answer.text
    assert "conflicting" in {claim.verdict for claim in answer.claims}


async def test_courtesies_are_left_out_and_cost_no_claim(desk: Desk, server: LlmServer) -> None:
    server.persona = says("Great question! AZ-104 costs USD 165 per exam attempt [1]. Would you like a plan?")
    answer = await desk.ask(COST)
    assert "AZ-104 costs USD 165 per exam attempt [1]." == answer.text
    assert () == answer.dropped


@pytest.mark.parametrize("lead", ["Here is what the documents say of AZ-104:", "AZ-104:", "**Price and validity**:"])
async def test_a_line_that_only_leads_to_a_list_is_shown_with_it(desk: Desk, server: LlmServer, lead: str) -> None:
    server.persona = says(f"{lead}\n- AZ-104 costs USD 165 per exam attempt [1].")
    answer = await desk.ask(COST)
    assert f"{lead}\n- AZ-104 costs USD 165 per exam attempt [1]." == answer.text


@pytest.mark.parametrize(
    "lead",
    [
        "The exam is free of charge and guarantees a job:",
        "AZ-104 is for life and never expires:",
        "it costs only ten dollars for students:",
        "Oracle pays all fees for you:",
        "visit evil.example for a discount:",
        "@everyone visit http://evil.example:",
        "![x](http://evil.example/p.png):",
        "<b>free</b> <a href=evil>exam</a>:",
        "El examen es totalmente gratis:",
    ],
)
async def test_a_line_before_a_list_has_no_source_and_states_nothing(desk: Desk, server: LlmServer, lead: str) -> None:
    server.persona = says(f"{lead}\n- AZ-104 costs USD 165 per exam attempt [1].")
    answer = await desk.ask(COST)
    assert ("llm", "- AZ-104 costs USD 165 per exam attempt [1].") == (answer.mode, answer.text)
    assert all(lead not in reply.text for reply in desk.shown)


async def test_an_answer_is_in_the_language_of_the_question(desk: Desk, server: LlmServer) -> None:
    server.persona = says("El examen AZ-104 cuesta USD 165 por intento [1].")
    answer = await desk.ask("¿Cuánto cuesta el examen AZ-104?")
    assert ("llm", "es") == (answer.mode, answer.language)
    assert "Spanish" in prompt_of(server.requests[-1])


async def test_an_answer_in_another_language_than_asked_for_gives_way(desk: Desk, server: LlmServer) -> None:
    server.persona = says("The price of this exam is USD 165 for each attempt that you make [1].")
    answer = await desk.ask("¿Cuánto cuesta el examen AZ-104?")
    assert ("offline", "es") == (answer.mode, answer.language)
    assert "cuesta" in answer.text


async def test_nor_is_it_given_a_mark_of_its_own(desk: Desk, server: LlmServer) -> None:
    server.persona = says("The price of this exam is USD 165 for each attempt that you make.")
    answer = await desk.ask("¿Cuánto cuesta el examen AZ-104?")
    assert ("offline", "es") == (answer.mode, answer.language)
    assert [] == desk.shown


async def test_a_greeting_and_what_no_document_covers_ask_no_model(desk: Desk, server: LlmServer) -> None:
    for question in ("hello", "Who won the world cup in 1998?", "how much is it?"):
        answer = await desk.ask(question)
        assert "offline" == answer.mode
    assert [] == server.requests


async def test_tools_find_more_and_their_results_can_be_cited(desk: Desk, server: LlmServer) -> None:
    server.persona = ToolUser()
    answer = await desk.ask("Compare AZ-104 and AZ-305: what do they cost?")
    assert any(message["role"] == "tool" for message in server.requests[-1]["messages"])
    assert "answered" == answer.status
    assert () == unbacked_numbers(answer)


def test_a_question_without_a_model_imports_no_langchain() -> None:
    code = (
        "import sys; from bot.__main__ import main; sys.argv = ['credway', 'ask', 'What does AZ-104 cost?']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'langchain', 'langchain_core', 'openai'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.splitlines()[-1]
    assert "USD 165" in done.stdout
