"""Questions whose subject is a provider, and what a question names only to set it aside."""

from __future__ import annotations

import pytest

from bot.core.answer import Answer
from tests.offline.conftest import Talk


def documents(answer: Answer) -> list[str]:
    return [citation.document for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "page", "said"),
    [
        ("how does Coursera charge?", "coursera", "subscription"),
        ("what does edX cost", "edx", "audit"),
        ("how much do Microsoft exams cost", "microsoft", "US$165"),
        ("do cisco certs last forever", "cisco", "three years"),
        ("what does the google certificate programme count for?", "google", "entry-level study"),
        ("what kind of certificates does IBM offer?", "ibm", "badges"),
        ("how do exams at HashiCorp work", "hashicorp", "live proctor"),
        ("minimum age for google cloud certs", "google-cloud", "18"),
        ("udemy refund window?", "udemy", "30 days"),
    ],
)
def test_a_provider_is_asked_about_and_its_page_answers_from_the_section_for_it(
    talk: Talk, question: str, page: str, said: str
):
    answer = talk(question)

    assert said in answer.text
    assert {f"providers/{page}"} == set(documents(answer))


def test_what_no_section_is_headed_with_is_gathered_from_several(talk: Talk):
    text = talk("what happens if I fail an AWS exam").text

    assert "14 days" in text
    assert "full fee" in text


def test_two_providers_are_told_side_by_side(talk: Talk):
    answer = talk("how does edX charge compared with Coursera?")

    assert ["providers/edx", "providers/coursera"] == documents(answer)
    assert "**Coursera**" in answer.text


def test_two_providers_compared_without_more_are_told_by_what_they_offer(talk: Talk):
    answer = talk("What is the difference between Coursera and Udemy certificates?")

    assert ["providers/coursera", "providers/udemy"] == documents(answer)
    assert "Specializations" in answer.text


def test_all_that_a_provider_offers_is_told_from_its_page(talk: Talk):
    assert "CISSP" in talk("show me all certifications from ISC2").text


def test_what_only_another_provider_knows_is_read_there(talk: Talk):
    assert "Scrum Alliance" in talk("does cspo come from scrum.org or from the other lot").text


def test_employers_have_a_page_but_are_no_provider_to_filter_by(talk: Talk):
    assert {"providers/employers"} == set(documents(talk("what happens to my cert from my company when i leave")))
    assert "credentials/sc-900" in documents(talk("my company pays for a beginner security certification, which one?"))


def test_the_same_is_asked_of_the_next_provider(talk: Talk):
    answer = talk("how does Coursera charge?", "and edX?")

    assert ["providers/edx"] == documents(answer)
    assert "per course" in answer.text


def test_a_single_exam_of_a_provider_is_still_asked_back(talk: Talk):
    assert "clarify" == talk("aws exam how many questions").status


def test_an_exam_that_a_provider_does_not_have_is_not_answered_from_its_page(talk: Talk):
    assert "abstained" == talk("comptia project+ pass mark").status


@pytest.mark.parametrize(
    ("question", "kept_out"),
    [
        ("beginner cloud certification, but not from Microsoft", "credentials/az-900"),
        ("cloud cert for beginners but not azure", "credentials/az-900"),
        ("cloud cert for beginners, not from aws or microsoft", "credentials/aws-cloud-practitioner"),
        ("project management certificate except from PMI", "credentials/capm"),
    ],
)
def test_who_is_ruled_out_is_not_recommended(talk: Talk, question: str, kept_out: str):
    answer = talk(question)

    assert any(document.startswith("credentials/") for document in documents(answer))
    assert kept_out not in documents(answer)


def test_what_the_learner_holds_already_is_neither_the_subject_nor_recommended_again(talk: Talk):
    answer = talk("CompTIA only: which one for a future SOC analyst after Security+?")

    assert "credentials/comptia-cysa-plus" in documents(answer)
    assert "credentials/comptia-security-plus" not in documents(answer)


def test_of_several_held_none_is_recommended_again_and_nothing_below_them(talk: Talk):
    answer = talk("I've got Security+ and Network+, what should I take for cloud security?")

    assert "credentials/ccsp" in documents(answer)
    assert not {"credentials/comptia-security-plus", "credentials/sc-900"} & set(documents(answer))


def test_a_provider_without_a_fitting_credential_answers_with_its_page(talk: Talk):
    assert {"providers/hashicorp"} == set(documents(talk("does hashicorp do anything besides terraform")))
