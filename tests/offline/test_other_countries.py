"""Whether a credential counts elsewhere, and what leads to one: the question is taken as it is meant."""

from __future__ import annotations

import pytest

from bot.core.answer import Answer
from tests.offline.conftest import Talk

GUIDE = "guides/recognition-across-countries"


def headings(answer: Answer) -> dict[str, str]:
    return {citation.document: citation.heading for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("are edx micromasters credits recognised in europe", "Is a micro-credential recognised in another country?"),
        ("will a german uni take my micromasters credits", "Is a micro-credential recognised in another country?"),
        ("is my ccna recognised in france", "Do vendor certifications work across borders?"),
        ("are aws certs recognised in nigeria", "Do vendor certifications work across borders?"),
        ("is my az-104 valid in germany", "Do vendor certifications work across borders?"),
        ("el ccna es reconocido en méxico?", "Do vendor certifications work across borders?"),
    ],
)
def test_recognition_elsewhere_is_told_by_the_rule_for_such_credentials(talk: Talk, question: str, rule: str) -> None:
    answer = talk(question)
    assert answer.status == "answered"
    assert headings(answer)[GUIDE] == rule


def test_what_the_sources_say_of_the_credential_goes_before_the_rule(talk: Talk) -> None:
    answer = talk("is cissp recognised in canada")
    assert [citation.document for citation in answer.citations] == ["credentials/cissp", GUIDE]


def test_where_they_say_nothing_of_it_that_is_said_first(talk: Talk) -> None:
    assert talk("does security+ count in the netherlands").text.startswith(
        "My sources do not say how Security+ is seen"
    )


@pytest.mark.parametrize("question", ["is the ccna valid for three years", "what does az-104 cost in germany"])
def test_what_asks_for_no_recognition_gets_no_rule(talk: Talk, question: str) -> None:
    assert GUIDE not in headings(talk(question))


def test_credit_is_how_a_programme_is_recognised(talk: Talk) -> None:
    assert "if admitted" in talk("is the mitx supply chain micromasters recognised").text


@pytest.mark.parametrize(
    ("question", "from_"),
    [
        ("what stacks into pmp", "capm"),
        ("what leads to az-305", "az-104"),
        ("which certs count toward the illinois imba", "coursera-specialization"),
        ("was führt zu AZ-305", "az-104"),
    ],
)
def test_what_leads_to_a_credential_is_told_by_what_does(talk: Talk, question: str, from_: str) -> None:
    assert f"credentials/{from_}" in headings(talk(question))


@pytest.mark.parametrize("question", ["what does capm lead to", "what can i do after capm", "does capm lead anywhere"])
def test_what_it_leads_to_itself_is_told_as_before(talk: Talk, question: str) -> None:
    answer = talk(question)
    assert "PMP" in answer.text
    assert list(headings(answer)) == ["credentials/capm"]


def test_of_a_name_that_no_document_holds_that_is_said_beside_what_holds_in_general(talk: Talk) -> None:
    answer = talk("what stacks into the ASU masters micromasters")
    assert answer.text.startswith("I have no document on ASU")
    assert "only if admitted" in answer.text
