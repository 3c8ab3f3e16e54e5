"""What one credential costs, lasts and requires."""

from __future__ import annotations

import pytest

from bot.core.answer import Answer
from tests.offline.conftest import Talk


def documents(answer: Answer) -> set[str]:
    return {citation.document for citation in answer.citations}


def test_two_fields_in_one_question_are_both_answered_with_their_source(talk: Talk):
    answer = talk("How long is CompTIA Security+ valid, and what does it cost?")

    assert answer.status == "answered"
    assert "three years" in answer.text
    assert "USD 425" in answer.text
    assert {"credentials/comptia-security-plus"} == documents(answer)
    assert all(claim.citations for claim in answer.claims)


@pytest.mark.parametrize(
    "question", ["sec+ cost?", "how much is SY0-701", "secuirty plus prise", "security plus price pls"]
)
def test_the_same_credential_is_found_by_nickname_code_and_misspelt(talk: Talk, question: str):
    assert "USD 425" in talk(question).text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("CISPP how long valid", "three years"),
        ("powerbi pl300 prise", "USD 165"),
        ("kubernets administrator exam cost", "USD 445"),
        ("google projekt managment certifcate hours", "240 hours"),
        ("how many courses are in google project mgmt", "courses"),
    ],
    ids=["in capitals", "two words as one", "with the stem of the word", "in every word", "a short form"],
)
def test_a_slip_does_not_hide_a_name(talk: Talk, question: str, said: str):
    assert said in talk(question).text


@pytest.mark.parametrize("code", ["AZ-104", "az104", "AZ 104", "Az-104"])
def test_a_code_is_understood_in_every_spelling(talk: Talk, code: str):
    assert "USD 165" in talk(f"{code} cost").text


def test_a_credential_named_alone_gets_an_overview_of_few_sentences(talk: Talk):
    answer = talk("tell me about CCNA")

    assert "USD 300" in answer.text
    assert len(answer.text.split()) < 80


def test_how_long_means_the_exam_for_a_certification_and_the_work_for_a_programme(talk: Talk):
    assert "90 minutes" in talk("how long is the network+ exam").text
    assert "240 hours" in talk("how long does the google ux design certificate take").text


def test_a_field_that_is_unknown_is_said_to_be_not_confirmed_with_the_reason(talk: Talk):
    answer = talk("What does CompTIA PenTest+ cost?")

    assert "not confirmed" in answer.text
    assert ["not_published"] == [claim.verdict for claim in answer.claims]


def test_a_field_in_conflict_is_told_with_both_readings(talk: Talk):
    answer = talk("how many questions does the PMP exam have?")

    assert "Sources disagree" in answer.text
    assert "180" in answer.text
    assert "185" in answer.text
    assert ["conflicting"] == [claim.verdict for claim in answer.claims]


def test_what_an_older_source_said_is_told_only_to_those_who_bring_it_up(talk: Talk):
    assert "392" not in talk("what does security+ cost").text
    assert "392" in talk("what does security+ cost, I read 392 somewhere").text


def test_a_retired_credential_says_so_first_whatever_was_asked(talk: Talk):
    answer = talk("how much is AZ-500?")

    assert answer.text.index("retired on 2026-08-31") < answer.text.index("165")
    assert "SC-500" in answer.text


def test_a_credential_about_to_retire_says_when(talk: Talk):
    assert "2026-11-30" in talk("Should I register for MS-102?").text


def test_the_code_of_an_earlier_exam_is_recognised_as_replaced(talk: Talk):
    answer = talk("sy0-601 can i still take it")

    assert "replaced SY0-601" in answer.text


def test_prerequisites_name_alternatives_and_what_they_are_needed_for(talk: Talk):
    text = talk("what do i need for sc-100").text

    assert "one of" in text
    assert "SC-200" in text
    assert "SC-300" in text


def test_whether_one_credential_needs_another_is_answered_from_the_one_that_may_need_it(talk: Talk):
    answer = talk("do I need AZ-104 before AZ-305?")

    assert "AZ-104" in answer.text
    assert {"credentials/az-305"} == documents(answer)


def test_renewal_is_told_with_the_validity_that_it_extends(talk: Talk):
    text = talk("how do I renew AZ-104").text

    assert "one year" in text
    assert "180 days" in text


def test_tapping_a_suggestion_gets_an_answer(talk: Talk):
    for suggestion in talk("tell me about PMP").suggestions:
        assert talk(suggestion.ask).status == "answered"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Does CKA expire?", "Yes."),
        ("Does PSM I expire?", "No."),
        ("Is PSM I valid forever?", "Yes."),
        ("Is AZ-500 retired?", "Yes."),
        ("Is AZ-104 still available?", "Yes."),
        ("Is CCNA free?", "No."),
        ("Does CCNA have prerequisites?", "No."),
        ("¿Caduca la CKA?", "Sí."),
        ("Est-ce que PSM I expire ?", "Non."),
        ("CKA 会过期吗", "是的。"),
    ],
)
def test_a_question_for_yes_or_no_gets_one_where_the_fact_decides(talk: Talk, question: str, said: str):
    answer = talk(question)

    assert answer.text.startswith(said)
    assert answer.citations


def test_how_long_belongs_to_the_validity_but_a_duration_is_asked_for_itself(talk: Talk):
    assert "minutes" not in talk("how long is the CCNA valid?").text
    assert "120 minutes" in talk("ccna - cost, duration, validity").text


def test_a_currency_sign_alone_asks_for_the_price(talk: Talk):
    assert "USD 300" in talk("aws security specialty $ and min").text


def test_of_several_fields_one_without_a_source_is_not_passed_over(talk: Talk):
    assert "do not say the languages" in talk("az-104 cost, retake rule and languages").text


def test_what_is_asked_besides_the_successor_is_asked_of_the_successor(talk: Talk):
    answer = talk("what replaced AZ-500 and what does it cost?")

    assert {"credentials/az-500", "credentials/sc-500"} == {citation.document for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("does CKA need KCNA?", "No."),
        ("can i do ckad straight away w/o kcna", "Yes."),
        ("do I need Security+ before CySA+?", "No."),
        ("does CAPM count towards PMP?", "Yes."),
        ("¿Necesito Network+ antes de Security+?", "No. Requisitos"),
        ("can I take AZ-305 without AZ-104?", "Prerequisites"),
        ("does AZ-900 count towards AZ-104?", "Microsoft Certified: Azure Fundamentals (AZ-900) is a recommended"),
    ],
    ids=[
        "not needed",
        "waived",
        "only advised",
        "counts",
        "asked in Spanish",
        "needed for the title",
        "advised",
    ],
)
def test_yes_or_no_is_said_of_two_credentials_only_where_the_fact_decides(talk: Talk, question: str, start: str):
    assert talk(question).text.startswith(start)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("i dont have 5 yrs for cissp yet. can i still take it", "Yes, you can sit the CISSP exam"),
        ("can I jump straight to AZ-305?", "but not to sit the AZ-305 exam"),
        ("What happens to my AZ-500 certification now? I passed it in June.", "until its own expiry date"),
    ],
)
def test_a_case_is_answered_from_the_section_that_tells_of_it(talk: Talk, question: str, said: str):
    assert said in talk(question).text


def test_a_plain_field_is_not_lengthened_by_a_section(talk: Talk):
    assert len(talk("does security+ expire?").text.split()) < 15


def test_a_phrase_around_a_name_is_understood(talk: Talk):
    assert "online assessment" in talk("how do I keep my AZ-104 alive?").text


def test_what_is_gone_is_the_earlier_one_of_two_that_bear_the_name(talk: Talk):
    assert {"credentials/aws-sysops-administrator-associate"} == documents(talk("aws sysops gone?"))


def test_of_two_current_codes_the_newer_is_told_with_its_date(talk: Talk):
    assert "CS0-004" in talk("is CS0-003 still current?").text.split("available since")[1]


def test_an_earlier_version_is_told_with_the_current_one(talk: Talk):
    assert "004" in talk("has Terraform Associate 003 been superseded?").text


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("is it true that AZ-104 costs 500 dollars?", "No."),
        ("I heard AZ-104 costs 165 dollars, right?", "Yes."),
        ("I heard CISSP costs 749 dollars, right?", "Sources disagree"),
        ("is PMP valid for 5 years?", "No."),
        ("the CCNA is free, right?", "No."),
        ("how much is AZ-104?", "Microsoft"),
        ("is the CKA below 500 dollars?", "Certified"),
    ],
)
def test_a_figure_that_a_question_takes_for_granted_is_confirmed_or_put_right(talk: Talk, question: str, start: str):
    assert talk(question).text.startswith(start)


def test_the_year_in_which_a_price_was_checked_is_no_other_year(talk: Talk):
    assert "USD 99" in talk("what does AZ-900 cost in 2025?").text


def test_a_level_that_an_older_source_gave_is_told_to_those_who_bring_it_up(talk: Talk):
    assert "advanced" in talk("google it automation with python: beginner or advanced").text
    assert "advanced" not in talk("what level is google it automation with python?").text


def test_a_figure_alone_names_no_credential(talk: Talk):
    assert "DP-700" not in talk("what does a score of 700 actually mean, is it 70 percent").text


def test_a_section_that_decides_something_else_is_left_out(talk: Talk):
    assert "PMP" not in talk("does capm have to be renewed, and how often?").text
