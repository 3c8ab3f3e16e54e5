"""What the strict check says of single claims: of whom, of what, with which reserve, in which words."""

from __future__ import annotations

import pytest

from bot.core.answer import Derived, Statement
from bot.documents.model import Passage
from bot.grounding.claims import ClaimCheck
from tests.grounding.shelf import Shelf, shelf


@pytest.fixture(scope="module")
def held() -> Shelf:
    return shelf()


@pytest.fixture(scope="module")
def check(held: Shelf) -> ClaimCheck:
    return held.check


def of(held: Shelf, *ids: str) -> tuple[Passage, ...]:
    return tuple(held.passages[f"credentials/{identity}"] for identity in ids)


def verdict(held: Shelf, text: str, *ids: str, learner: str = "", **more: object) -> str | None:
    statement = Statement(text=text, passages=of(held, *ids))
    return held.check.problem(statement, learner_words=learner, **more)  # type: ignore[arg-type]


class TestSubject:
    def test_a_price_is_backed_by_the_passage_of_its_own_credential(self, held: Shelf) -> None:
        assert verdict(held, "AZ-104 costs USD 165.", "az-104#cost") is None

    def test_a_passage_of_another_credential_with_the_same_price_does_not_back_it(self, held: Shelf) -> None:
        assert verdict(held, "AZ-305 costs USD 165.", "az-104#cost") is not None
        unnamed = verdict(held, "Azure Solutions Architect Expert costs USD 165.", "az-104#cost") or ""
        assert "not what its citations are about" in unnamed

    def test_nor_does_a_passage_that_names_the_credential_in_another_sentence(self, held: Shelf) -> None:
        problem = verdict(
            held, "AZ-305 gives 20-25% to compute.", "az-104#what-does-the-az-104-exam-cover", "az-104#stacking"
        )
        assert problem is not None

    def test_a_code_in_the_question_is_no_licence(self, held: Shelf) -> None:
        assert verdict(held, "AZ-305 costs USD 165.", "az-104#cost", learner="how much is AZ-305?") is not None

    def test_a_claim_without_a_name_is_about_what_went_before(self, held: Shelf) -> None:
        text = "It costs USD 165."
        assert verdict(held, text, "az-104#cost", subjects=frozenset({"az-104"})) is None
        assert verdict(held, text, "az-104#cost", subjects=frozenset({"az-305"})) is not None

    def test_the_subjects_of_a_text_are_those_that_it_names(self, check: ClaimCheck) -> None:
        assert check.subjects("AZ-104 comes before AZ305.") == {"az-104", "az-305"}
        assert check.subjects("It is valid for a year.") == frozenset()

    def test_a_name_with_the_code_of_another_is_dropped(self, held: Shelf) -> None:
        assert verdict(held, "Azure Administrator Associate (AZ-305) costs USD 165.", "az-104#cost") is not None

    def test_nor_may_a_name_bear_the_code_of_another_before_which_an_exam_stands(self, held: Shelf) -> None:
        both = ("az-104#cost", "az-305#cost")
        assert verdict(held, "The Azure Administrator Associate exam AZ-305 costs USD 165.", *both) is not None
        assert verdict(held, "The Azure Administrator Associate exam AZ-104 costs USD 165.", *both) is None

    def test_a_name_in_the_possessive_is_a_name(self, held: Shelf) -> None:
        assert verdict(held, "CAPM's list price is USD 300.", "capm#cost") is None
        assert verdict(held, "PMP's list price is USD 300.", "capm#cost") is not None

    def test_two_credentials_keep_their_own_figures(self, held: Shelf) -> None:
        both = ("az-104#cost", "az-900#cost")
        assert verdict(held, "AZ-104 costs 165 dollars and AZ-900 costs 99 dollars.", *both) is None
        assert verdict(held, "AZ-104 costs 99 dollars and AZ-900 costs 165 dollars.", *both) is not None


class TestPlace:
    @pytest.mark.parametrize(
        "text",
        [
            "After a first failed attempt at AZ-104 you wait 24 hours, and 14 days after later ones.",
            "You have five attempts at AZ-104 in 12 months.",
        ],
    )
    def test_a_figure_in_its_place_passes(self, held: Shelf, text: str) -> None:
        assert verdict(held, text, "az-104#cost") is None

    def test_figures_that_have_changed_places_are_dropped(self, held: Shelf) -> None:
        text = "Wait 14 days after the first failed attempt at AZ-104 and 24 hours after later ones."
        assert "is said of something else" in (verdict(held, text, "az-104#cost") or "")

    def test_what_holds_under_a_condition_is_told_with_it(self, held: Shelf) -> None:
        assert verdict(held, "AZ-104 takes 120 minutes if the exam has labs.", "az-104#exam") is None
        assert verdict(held, "The AZ-104 exam takes 120 minutes.", "az-104#exam") is not None

    def test_the_price_for_members_is_not_the_price_for_all(self, held: Shelf) -> None:
        assert verdict(held, "Members pay $575 for CISA.", "cisa#cost") is None
        assert verdict(held, "CISA costs $575.", "cisa#cost") is not None
        assert verdict(held, "If you're a member, CISA costs $760.", "cisa#cost") is not None

    def test_the_day_on_which_a_source_was_read_is_no_other_day(self, held: Shelf) -> None:
        assert verdict(held, "AZ-104 costs USD 165, as of 2026.", "az-104#cost") is None
        assert verdict(held, "AZ-104 is valid until 2026-08-19.", "az-104#validity") is not None

    def test_a_figure_told_once_too_often_is_dropped(self, held: Shelf) -> None:
        assert verdict(held, "AZ-104 takes 120 minutes (120 minutes with labs).", "az-104#exam") is not None


class TestReserve:
    def test_an_older_price_is_told_as_one(self, held: Shelf) -> None:
        assert verdict(held, "An older source gave $392 for Security+.", "comptia-security-plus#cost") is None
        assert verdict(held, "Security+ costs $392.", "comptia-security-plus#cost") is not None

    def test_the_price_of_today_is_not_told_as_older(self, held: Shelf) -> None:
        assert verdict(held, "Security+ used to cost $425.", "comptia-security-plus#cost") is not None

    def test_of_sources_that_disagree_all_are_told(self, held: Shelf) -> None:
        assert verdict(held, "Sources disagree on CISSP: USD 749 or USD 699.", "cissp#cost") is None
        assert verdict(held, "CISSP costs USD 749.", "cissp#cost") is not None

    def test_what_nobody_confirms_is_told_as_such(self, held: Shelf) -> None:
        assert verdict(held, "CCSP's price is not confirmed; two pages say USD 599.", "ccsp#cost") is None
        assert verdict(held, "CCSP costs USD 599.", "ccsp#cost") is not None


class TestDenial:
    @pytest.mark.parametrize(
        ("text", "passage"),
        [
            ("AZ-104 never expires.", "az-104#validity"),
            ("AZ-900 expires.", "az-900#validity"),
            ("PMP has no prerequisites.", "pmp#prerequisites"),
            ("AZ-104 has been retired.", "az-104#status"),
            ("AZ-500 is still active.", "az-500#status"),
            ("AZ-104 is free.", "az-104#cost"),
            ("AZ-104 is not required for AZ-305.", "az-104#stacking"),
            ("AZ-900 is required for AZ-104.", "az-104#prerequisites"),
        ],
    )
    def test_the_opposite_of_what_a_passage_says_is_dropped(self, held: Shelf, text: str, passage: str) -> None:
        assert verdict(held, text, passage) is not None

    @pytest.mark.parametrize(
        ("text", "passage"),
        [
            ("AZ-900 never expires.", "az-900#validity"),
            ("There are no formal prerequisites for AZ-104.", "az-104#prerequisites"),
            ("AZ-500 has been retired.", "az-500#status"),
            ("AZ-104 is required for AZ-305.", "az-104#stacking"),
            ("AZ-900 is recommended before AZ-104, but not required.", "az-104#prerequisites"),
            ("AZ-104 is still active.", "az-104#status"),
        ],
    )
    def test_what_a_passage_says_passes(self, held: Shelf, text: str, passage: str) -> None:
        assert verdict(held, text, passage) is None


class TestWords:
    def test_a_claim_about_something_else_is_dropped(self, held: Shelf) -> None:
        assert verdict(held, "AZ-104 opens doors to well-paid careers across Europe.", "az-104#cost") is not None

    def test_a_name_that_no_citation_has_is_dropped(self, held: Shelf) -> None:
        assert "'Deloitte'" in (verdict(held, "AZ-104 costs USD 165 at Deloitte.", "az-104#cost") or "")

    def test_a_name_of_the_learner_may_be_repeated(self, held: Shelf) -> None:
        learner = "I work at Deloitte, what is AZ-104?"
        assert verdict(held, "At Deloitte as elsewhere, AZ-104 costs USD 165.", "az-104#cost", learner=learner) is None

    def test_the_learners_own_figures_are_theirs_and_no_facts(self, held: Shelf) -> None:
        learner = "I have 300 dollars. Does AZ-104 cost 300 dollars?"
        assert verdict(held, "With your 300 dollars, AZ-104 at USD 165 fits.", "az-104#cost", learner=learner) is None
        assert verdict(held, "AZ-104 costs 300 dollars.", "az-104#cost", learner=learner) is not None

    def test_what_was_worked_out_needs_no_place(self, held: Shelf) -> None:
        worked_out = Derived(value="2027-12-01", rule="after", terms=("2026-12-01", "12 months"))
        claim = Statement(
            text="Passed on 2026-12-01, AZ-104 is valid until 2027-12-01.", passages=of(held, "az-104#validity")
        )
        told = "I passed on 2026-12-01"
        assert held.check.problem(claim, learner_words=told) is not None
        own = Statement(text="Your AZ-104 is valid until 2027-12-01.", passages=claim.passages, derived=(worked_out,))
        assert held.check.problem(own, learner_words=told) is None


class TestOtherLanguages:
    @pytest.mark.parametrize(
        "text", ["AZ-104 cuesta 165 dólares.", "AZ-104 kostet 165 US-Dollar.", "AZ-104 的费用是 165 美元。"]
    )
    def test_figures_and_names_have_to_stand(self, held: Shelf, text: str) -> None:
        assert verdict(held, text, "az-104#cost", same_language=False) is None
        assert verdict(held, text.replace("165", "404"), "az-104#cost", same_language=False) is not None
        assert verdict(held, text.replace("104", "305"), "az-104#cost", same_language=False) is not None

    def test_an_older_price_is_told_as_one_in_any_language(self, held: Shelf) -> None:
        cited = "comptia-security-plus#cost"
        assert verdict(held, "Otra fuente dice 392 dólares para Security+.", cited, same_language=False) is None
        assert verdict(held, "Security+ cuesta 392 dólares.", cited, same_language=False) is not None

    def test_the_price_for_members_is_theirs_in_any_language(self, held: Shelf) -> None:
        assert verdict(held, "Los miembros pagan 575 dólares por CISA.", "cisa#cost", same_language=False) is None
        assert verdict(held, "CISA cuesta 575 dólares.", "cisa#cost", same_language=False) is not None

    def test_a_claim_that_holds_nothing_of_its_citation_is_dropped(self, held: Shelf) -> None:
        assert verdict(held, "Es muy recomendable para todos.", "az-104#cost", same_language=False) is not None


class TestAttribution:
    def evidence(self, held: Shelf, *ids: str) -> list[Statement]:
        return [Statement(text=passage.text, passages=(passage,)) for passage in of(held, *ids)]

    def test_a_claim_without_marks_gets_the_passage_that_backs_it(self, held: Shelf) -> None:
        evidence = self.evidence(held, "az-305#cost", "az-104#exam", "az-104#cost")
        found = held.check.attributed("AZ-104 costs 165 dollars.", evidence, learner_words="")
        assert found is not None
        assert [passage.id for passage in found.passages] == ["credentials/az-104#cost"]

    def test_a_claim_that_merges_two_passages_gets_both(self, held: Shelf) -> None:
        evidence = self.evidence(held, "az-104#cost", "az-900#cost", "az-104#validity")
        found = held.check.attributed("AZ-104 costs $165 and is valid for one year.", evidence, learner_words="")
        assert found is not None
        assert {passage.id for passage in found.passages} == {"credentials/az-104#cost", "credentials/az-104#validity"}

    def test_passages_of_two_credentials_do_not_back_one_claim_together(self, held: Shelf) -> None:
        evidence = self.evidence(held, "az-104#cost", "az-900#cost")
        assert held.check.attributed("AZ-104 costs USD 165, AZ-900 USD 99.", evidence, learner_words="") is None

    def test_what_nothing_backs_gets_nothing(self, held: Shelf) -> None:
        evidence = self.evidence(held, "az-104#cost", "az-900#cost")
        assert held.check.attributed("AZ-305 costs 165 dollars.", evidence, learner_words="") is None

    def test_a_claim_that_has_marks_is_not_given_others(self, held: Shelf) -> None:
        evidence = self.evidence(held, "az-104#cost")
        assert held.check.attributed("AZ-104 costs 165 dollars [2].", evidence, learner_words="") is None


def test_a_claim_may_be_written_in_markdown(held: Shelf) -> None:
    assert verdict(held, "- **AZ-104** costs **$165** per attempt [1].", "az-104#cost") is None


def test_the_reason_names_what_is_wrong(held: Shelf) -> None:
    assert verdict(held, "AZ-104 costs USD 166.", "az-104#cost") == "money 'usd 166' is in none of its citations"


class TestBending:
    @pytest.mark.parametrize(
        "text",
        [
            "AZ-104 costs USD 165 million per exam attempt.",
            "AZ-104 costs 165k USD per exam attempt.",
            "AZ-104 costs USD -165 per exam attempt.",
            "AZ-104 costs USD 165 5 per exam attempt.",
            "AZ-104 costs twice USD 165 per exam attempt.",
            "AZ-104 costs half of USD 165 per exam attempt.",
            "AZ-104 costs more than USD 165 per exam attempt.",
            "AZ-104 costs less than USD 165 per exam attempt.",
            "AZ-104 does not cost USD 165 per exam attempt.",
            "AZ-104 never costs USD 165.",
            "AZ-104 costs USD 165 per month.",
            "AZ-104 costs USD 165 a year.",
            "The retake of AZ-104 costs USD 165.",
            "AZ-104 costs USD 165 including the course.",
            "AZ-104 costs 165 pesos.",
            "AZ-104 costs R$ 165.",
            "AZ-104 costs ¥165.",
            "AZ-104 costs USD 165, refunded when you fail.",
            "AZ-104 is in high demand with employers.",
        ],
    )
    def test_the_same_digits_may_be_another_figure(self, held: Shelf, text: str) -> None:
        assert verdict(held, text, "az-104#cost") is not None

    @pytest.mark.parametrize(
        ("text", "passage"),
        [
            ("You pay USD 165 for each attempt at AZ-104.", "az-104#cost"),
            ("CISSP asks for 120 CPE credits every three years, and a yearly fee.", "cissp#how-do-you-keep-cissp"),
            ("The AZ-104 renewal is free, once a year.", "az-104#how-do-you-keep-az-104-valid"),
        ],
    )
    def test_words_beside_a_figure_that_its_passage_has_pass(self, held: Shelf, text: str, passage: str) -> None:
        assert verdict(held, text, passage) is None


@pytest.mark.parametrize(
    "text",
    [
        "El AZ-104 es gratis; el curso cuesta USD 165.",
        "El AZ-104 no cuesta USD 165.",
        "El AZ-104 cuesta 165 mil dólares.",
        "El AZ-104 no caduca nunca.",
        "El AZ-104 es el examen más fácil de Microsoft.",
        "El AZ-104 está retirado.",
        "Ya tienes el AZ-104.",
        "L'AZ-104 n'expire jamais et coûte 165 USD.",
        "L'AZ-104 coûte 165 USD, remboursés en cas d'échec.",
        "AZ-104 läuft nie ab und kostet 165 USD.",
        "AZ-104 kostet mehr als 165 USD.",
        "AZ-104 kostet 165 Franken.",
        "O exame AZ-104 é gratuito; o curso custa 165 USD.",
        "AZ-104 考试免费, 培训费用为 165 美元。",
        "AZ-104 考试费用为 165 元。",
        "AZ-104 考试费用为 165 万美元。",
        "AZ-104 证书永久有效, 费用 165 美元。",
        "AZ-104 परीक्षा मुफ़्त है और कोर्स 165 डॉलर का है।",
        "AZ-104 परीक्षा की कीमत 165 रुपये है।",
    ],
)
def test_what_a_claim_in_another_language_says_is_compared_by_what_it_means(held: Shelf, text: str) -> None:
    assert verdict(held, text, "az-104#cost", same_language=False) is not None


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("El examen AZ-104 cuesta USD 165 por intento.", "az-104#cost"),
        ("AZ-104 考试每次费用为 165 美元。", "az-104#cost"),
        ("La renovación del AZ-104 es gratis, una vez al año.", "az-104#how-do-you-keep-az-104-valid"),
    ],
)
def test_what_its_passage_says_passes_in_another_language(held: Shelf, text: str, passage: str) -> None:
    assert verdict(held, text, passage, same_language=False) is None
