"""Comparisons, recommendations, guides and providers."""

from __future__ import annotations

from bot.core.answer import Answer
from tests.offline.conftest import Talk


def documents(answer: Answer) -> list[str]:
    return [citation.document for citation in answer.citations]


def test_a_comparison_has_a_line_for_each_field_and_fits_a_phone(talk: Talk):
    answer = talk("compare AZ-900 and AWS Cloud Practitioner")

    assert 3 <= answer.text.count("\n- ") + 1 <= 6
    assert len(answer.text.split()) < 100
    assert {"credentials/az-900", "credentials/aws-cloud-practitioner"} == set(documents(answer))


def test_a_comparison_by_price_names_the_cheaper(talk: Talk):
    assert "CCNA" in talk("which is cheaper, ccna or security+?").text.splitlines()[0]


def test_equal_prices_are_said_to_be_the_same(talk: Talk):
    assert "same" in talk("which is cheaper, AZ-104 or SC-200?").text.splitlines()[0]


def test_a_recommendation_meets_every_constraint_it_was_given(talk: Talk):
    answer = talk("security certification for a beginner under 150 dollars that never expires")

    assert ["credentials/sc-900"] == sorted(set(documents(answer)))


def test_a_wish_that_nothing_meets_says_what_was_left_aside(talk: Talk):
    answer = talk("I want a marketing certification under 5 dollars")

    assert "leaving aside" in answer.text
    assert answer.citations


def test_retired_credentials_are_never_recommended(talk: Talk):
    answer = talk("recommend an azure data or ai certification")

    assert not {"credentials/ai-900", "credentials/dp-100", "credentials/dp-203"} & set(documents(answer))


def test_an_open_question_gets_advice_from_a_guide_before_the_list(talk: Talk):
    answer = talk("I want to get into data analysis, what should I do first?")

    assert "guides/first-steps-data" == documents(answer)[0]
    assert any(document.startswith("credentials/") for document in documents(answer))


def test_a_concept_is_answered_from_its_guide_in_few_words(talk: Talk):
    answer = talk("how many hours of work is 1 ECTS credit?")

    assert ["guides/eqf-and-ects"] == documents(answer)
    assert "25" in answer.text
    assert len(answer.text.split()) < 70


def test_a_question_about_a_provider_is_answered_from_a_page_that_names_it(talk: Talk):
    answer = talk("do google career certificates count as college credit?")

    assert "Google" in answer.text
    assert "answered" == answer.status


def test_less_than_a_price_leaves_out_what_costs_exactly_that(talk: Talk) -> None:
    below = talk("cloud certification for beginners for less than 100 dollars")
    at_most = talk("cloud certification for beginners for at most 100 dollars")

    assert "credentials/aws-cloud-practitioner" not in documents(below)
    assert "credentials/aws-cloud-practitioner" in documents(at_most)


def test_a_monthly_sum_is_held_against_monthly_prices(talk: Talk):
    answer = talk("data certificate for a beginner at 50 dollars a month")

    assert "credentials/google-data-analytics" in documents(answer)
    assert "credentials/dp-900" not in documents(answer)


def test_a_time_to_sit_is_held_against_the_exam(talk: Talk):
    answer = talk("which cloud exams take at most 45 minutes?")

    assert "credentials/az-900" in documents(answer)
    assert "credentials/aws-cloud-practitioner" not in documents(answer)


def test_a_rare_word_of_the_wish_outweighs_an_easier_credential(talk: Talk):
    answer = talk("an audit-minded security certification, please")

    assert "credentials/cisa" == next(name for name in documents(answer) if name.startswith("credentials/"))


def test_a_name_that_is_also_a_topic_can_be_wished_for(talk: Talk):
    assert "credentials/kcna" in documents(talk("which kubernetes certification should I take first"))


def test_what_a_platform_hosts_is_found_under_its_name(talk: Talk):
    answer = talk("data science for beginners on coursera, less than 170 hours")

    assert "credentials/ibm-data-science" in documents(answer)


def test_two_measures_make_a_wish_without_a_topic(talk: Talk):
    answer = talk("which certs have no prerequisites and cost under 100?")

    assert all(document.startswith("credentials/") for document in documents(answer))
    assert "prerequisites: none formal" in answer.text


def test_the_retired_are_listed_when_all_of_them_are_asked_for(talk: Talk):
    assert {"credentials/az-500", "credentials/dp-203"} <= set(documents(talk("which certs are retired?")))


def test_advice_of_another_field_does_not_precede_a_list(talk: Talk):
    assert all(not document.startswith("guides/") for document in documents(talk("best cert for python beginners")))


def test_a_side_of_a_comparison_that_is_not_known_is_said_to_be_so(talk: Talk):
    answer = talk("ccna vs ccnp vs cissp price")

    assert "no document on CCNP" in answer.text
    assert {"credentials/ccna", "credentials/cissp"} == set(documents(answer))


def test_a_fifth_side_is_named_as_left_out(talk: Talk):
    assert "left out here: Security+" in talk("compare AZ-900, CCNA, CISSP, PMP and Security+").text


def test_a_comparison_of_renewals_tells_when_as_well_as_how(talk: Talk):
    assert "two years" in talk("CKA or CCNA: which must I renew sooner?").text


def test_is_this_cheaper_than_that_begins_with_yes_or_no(talk: Talk):
    assert talk("Is CCNA cheaper than Security+?").text.startswith("Yes.")
    assert talk("Is Security+ cheaper than CCNA?").text.startswith("No.")


def test_lasting_longer_is_no_length_of_the_exam(talk: Talk):
    answer = talk("does CCNA last longer than CKA?")

    assert answer.text.startswith("Yes. CCNA stays valid the longest.")
    assert "minutes" not in answer.text


def test_a_term_alone_is_explained_by_the_passage_that_is_headed_by_it(talk: Talk) -> None:
    assert "workload" in talk("ok cool cool. so what's ects").text


def test_a_question_about_a_kind_of_credential_is_answered_by_a_page_that_is_about_the_very_question(
    talk: Talk,
) -> None:
    assert "verif" in talk("how do I verify a coursera certificate").text


def test_a_general_question_is_also_searched_by_the_name_of_its_field(talk: Talk) -> None:
    assert ["guides/how-exams-work"] == documents(talk("flunked. how soon can I go again, in general"))[:1]


def test_asking_whether_an_exam_lasts_so_long_looks_for_no_credential(talk: Talk) -> None:
    assert "120 minutes" in talk("Am I right that ISC2's entry exam lasts two hours?").text
