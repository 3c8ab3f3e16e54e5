"""What a question asks beyond names and fields is told from the nearest section, and nothing is said that is none."""

from __future__ import annotations

import pytest

from bot.core.answer import Answer
from tests.offline.conftest import Talk


def documents(answer: Answer) -> list[str]:
    return [citation.document for citation in answer.citations]


def test_what_the_field_leaves_open_is_told_from_a_section(talk: Talk):
    answer = talk("someone applied to us claiming he's PMP, how do I check that")

    assert "registry" in answer.text
    assert "guides/verifying-a-credential" in documents(answer)


def test_an_overview_gives_way_to_the_passage_that_is_meant(talk: Talk):
    answer = talk("which cert requires CKA first")

    assert "CKS" in answer.text
    assert "USD" not in answer.text


def test_a_topic_beside_a_name_asks_for_more_than_the_name(talk: Talk):
    assert "retired February 2020" in talk("is there still a CCNA Security?").text


def test_a_field_without_a_value_is_told_by_the_section_that_it_heads(talk: Talk):
    assert "Probability" in talk("which courses are in the MIT statistics & data science micromasters").text


@pytest.mark.parametrize(
    "question",
    [
        "google professional cloud architect renewal - when does the window open",
        "exam codes for a+ right now and total price for both",
    ],
    ids=["another provider's window", "another provider's code"],
)
def test_a_guide_that_speaks_of_another_provider_completes_nothing(talk: Talk, question: str):
    assert not any(document.startswith("guides/") for document in documents(talk(question)))


def test_what_is_said_already_is_not_said_again_in_other_words(talk: Talk):
    assert 1 == talk("How many CPE credits keep CISSP going?").text.count("120")


def test_an_answer_that_is_complete_stays_short(talk: Talk):
    assert len(talk("how long is CCNA valid?").text.split()) < 20


def test_a_question_back_gives_way_to_the_guide_about_the_very_question(talk: Talk):
    answer = talk("certificate vs certification??")

    assert "answered" == answer.status
    assert "guides/certificate-certification-badge-licence" in documents(answer)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("whats FSRS, do i need it", "guides/practice-that-works"),
        ("student discount microsoft exams how much", "providers/microsoft"),
    ],
)
def test_what_a_passage_explains_is_no_unknown_name(talk: Talk, question: str, document: str):
    assert document in documents(talk(question))


@pytest.mark.parametrize("question", ["CKAD and CKS price", "google cloud professional security engineer cost?"])
def test_a_name_that_a_passage_only_mentions_stays_unknown(talk: Talk, question: str):
    assert "abstained" == talk(question).status


def test_two_are_told_apart_by_a_trait_that_is_no_field(talk: Talk):
    answer = talk("pentest+ vs cysa+, which is the attacking one and which the defending one")

    assert "break into systems" in answer.text
    assert "watch systems" in answer.text


def test_what_each_of_two_requires_is_told_of_both(talk: Talk):
    answer = talk("AZ-305 and SC-100: what does each of them require first")

    assert {"credentials/az-305", "credentials/sc-100"} == set(documents(answer))


def test_a_claim_without_a_field_brings_up_what_was_true_once(talk: Talk):
    answer = talk("i passed the CKA in may 2023. everyone says 2 years now but mine was 3 right?")

    assert "valid for two years" in answer.text
    assert "three years (if earned before 1 April 2024)" in answer.text


def test_options_before_the_end_are_how_to_renew(talk: Talk):
    answer = talk("my aws solutions architect associate expires in march. what are my options")

    assert "Professional" in answer.text


def test_a_level_alone_names_no_credential(talk: Talk):
    assert "MS-900" not in talk("which fundamentals exam is about AI basics?").text
