"""Questions with what a right answer holds, judged by code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.answer import Answer, Citation
from bot.core.conversation import Context
from bot.errors import InputError
from bot.evaluation.answers import (
    Case,
    Outcome,
    group_of,
    holds,
    judge,
    read_cases,
    run,
    summary,
    table,
    unbacked_numbers,
    wilson,
)
from bot.text.words import fold


def a_case(**fields: object) -> Case:
    known: dict[str, object] = {"id": "1", "kind": "cost", "question": "How much?", "status": ("answered",)}
    return Case(**{**known, **fields})


def a_citation(passage: str = "", document: str = "credentials/az-104", **fields: str) -> Citation:
    known = {"title": "AZ-104", "heading": "Cost", "url": None, "source": None, "as_of": None}
    return Citation(n=1, document=document, passage=passage, **{**known, **fields})


def an_answer(text: str = "", status: str = "answered", citations: tuple[Citation, ...] = (), **fields: str) -> Answer:
    known = {"question": "How much?", "language": "en", "mode": "offline"}
    return Answer(text=text, status=status, citations=citations, **{**known, **fields})


class TestHolds:
    """`holds(text, wanted)`: whole words, whatever their case and accents."""

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            pytest.param("It costs USD 165.", "usd 165", id="case"),
            pytest.param("La renovación", "renovacion", id="accents"),
            pytest.param("Pass AZ104 first", "AZ-104", id="a code in another spelling"),
            pytest.param("valid (three years)", "three years", id="brackets"),
            pytest.param("valid for three years.", "three years", id="a full stop"),
            pytest.param("٤٠٤ دولار", "404", id="other figures"),
            pytest.param("It costs $404, not more", "404", id="a currency sign and a comma"),
            pytest.param("It takes 404. Then", "404", id="a full stop after a figure"),
        ],
    )
    def test_whole_words_are_held(self, text: str, wanted: str) -> None:
        assert holds(fold(text), wanted)

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [("scrum", "rum"), ("rum", "scrum"), ("certified", "certif"), ("az-1040", "az-104"), ("xaz-104", "az-104")],
    )
    def test_parts_of_words_are_not(self, text: str, wanted: str) -> None:
        assert not holds(fold(text), wanted)

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("USD 1,404", "404"),
            ("USD 404,000", "404"),
            ("USD 404.50", "404"),
            ("1.5 years", "5"),
            ("1.5 years", "1"),
            ("2.404", "404"),
            ("4040", "404"),
            ("1404", "404"),
            ("404k", "404"),
        ],
    )
    def test_a_number_is_not_held_by_a_longer_one(self, text: str, wanted: str) -> None:
        assert not holds(fold(text), wanted)

    @pytest.mark.parametrize("number", ["1,404", "404.50", "1.5", "22,500"])
    def test_thousands_and_decimals_are_held_as_they_are_written(self, number: str) -> None:
        assert holds(fold(f"costs USD {number}."), number)
        assert not holds(fold(f"costs USD {number.replace(',', '').replace('.', '')}."), number)

    @pytest.mark.parametrize(
        ("text", "wanted", "held"),
        [
            ("CompTIA Security+ is", "Security+", True),
            ("CompTIA Security+.", "Security+", True),
            ("(Security+)", "security+", True),
            ("Insecurity+", "Security+", False),
            ("Security is", "Security+", False),
            ("CompTIA Security+ is", "Security", False),
            ("the A+ exam", "A", False),
            ("about 100+ courses", "100", True),
            ("PenTest+ and CySA+", "pentest+", True),
        ],
    )
    def test_a_plus_belongs_to_its_name_and_not_to_its_number(self, text: str, wanted: str, *, held: bool) -> None:
        assert held == holds(fold(text), wanted)

    @pytest.mark.parametrize(
        ("text", "wanted", "held"),
        [
            ("价格是404美元", "404", True),
            ("价格是404美元", "404美元", True),
            ("价格是1404美元", "404美元", False),
            ("有效期为三年。", "三年", True),
            ("有效期为三年。", "两年", False),
            ("通过AZ-104考试", "az-104", True),
            ("三年間有効です", "有効", True),
            ("प्रमाणपत्र तीन वर्ष तक मान्य है", "तीन वर्ष", True),
        ],
    )
    def test_scripts_without_spaces_are_searched_within(self, text: str, wanted: str, *, held: bool) -> None:
        assert held == holds(fold(text), wanted)

    def test_what_means_something_in_a_pattern_is_taken_literally(self) -> None:
        assert holds("c++ (2nd) [a.b]?", "(2nd) [a.b]?")
        assert not holds("axb", "a.b")


class TestJudge:
    def test_an_answer_that_holds_and_cites_what_it_must_is_right(self) -> None:
        case = a_case(must=(("USD 165",),), must_not=("free",), cites=("credentials/az-104",))
        outcome = judge(case, an_answer("It costs USD 165 [1].", citations=(a_citation("USD 165"),)))
        assert (True, (), ()) == (outcome.right, outcome.problems, outcome.unbacked)

    def test_of_each_group_one_alternative_is_enough(self) -> None:
        case = a_case(must=(("3 years", "three years"), ("renew", "renewal")))
        assert judge(case, an_answer("Valid for three years, then renew.")).right
        assert ("lacks renew or renewal",) == judge(case, an_answer("Valid for 3 years.")).problems

    def test_another_status_than_wanted_is_wrong(self) -> None:
        assert ("abstained, not answered",) == judge(a_case(), an_answer(status="abstained")).problems
        assert judge(a_case(status=("answered", "clarify")), an_answer(status="clarify")).right

    def test_an_abstention_need_not_hold_anything(self) -> None:
        case = a_case(status=("abstained",), must=(("USD 165",),), cites=("credentials/az-104",))
        assert judge(case, an_answer("The documents do not say.", status="abstained")).right

    def test_what_must_not_be_said_is_wrong_whatever_the_status(self) -> None:
        case = a_case(status=("abstained",), must_not=("costs nothing",))
        assert ("says costs nothing",) == judge(case, an_answer("It costs nothing.", status="abstained")).problems

    def test_one_of_the_documents_must_be_cited(self) -> None:
        case = a_case(cites=("credentials/az-104", "providers/microsoft"))
        assert judge(case, an_answer("So.", citations=(a_citation(document="providers/microsoft"),))).right
        (problem,) = judge(case, an_answer("So.", citations=(a_citation(document="guides/other"),))).problems
        assert "cites none of credentials/az-104" in problem

    def test_all_that_is_wrong_is_told(self) -> None:
        case = a_case(must=(("a",), ("b",)), must_not=("c",), cites=("d",))
        assert 4 == len(judge(case, an_answer("c")).problems)


class TestUnbacked:
    """Numbers that no citation and not the question hold."""

    def test_a_number_of_a_cited_passage_is_backed(self) -> None:
        assert () == unbacked_numbers(an_answer("USD 165 [1]", citations=(a_citation("The price is 165 dollars"),)))

    def test_a_number_of_no_citation_is_not(self) -> None:
        answer = an_answer("USD 165 or 170 [1]", citations=(a_citation("The price is 165 dollars"),))
        assert ("170",) == unbacked_numbers(answer)

    def test_a_number_of_the_question_is_backed(self) -> None:
        answer = an_answer("With USD 300 you can [1]", question="I have 300 dollars", citations=(a_citation("No"),))
        assert () == unbacked_numbers(answer)

    def test_the_mark_of_a_citation_is_no_number(self) -> None:
        assert () == unbacked_numbers(an_answer("It does [1] [12].", citations=(a_citation("It does"),)))

    @pytest.mark.parametrize("field", ["title", "as_of", "source", "url"])
    def test_what_is_shown_of_a_source_backs_too(self, field: str) -> None:
        assert () == unbacked_numbers(an_answer("As of 2026-08 [1]", citations=(a_citation(**{field: "2026-08"}),)))

    def test_a_longer_number_does_not_back_a_part_that_stands_alone(self) -> None:
        assert ("65",) == unbacked_numbers(an_answer("65 [1]", citations=(a_citation("165"),)))

    def test_an_answer_without_any_citation_backs_no_number(self) -> None:
        assert ("165",) == unbacked_numbers(an_answer("It costs USD 165."))

    @pytest.mark.parametrize("status", ["abstained", "clarify"])
    def test_an_abstention_or_a_question_back_claims_nothing(self, status: str) -> None:
        assert () == unbacked_numbers(an_answer("I know of 84 credentials.", status=status))


class TestWilson:
    @pytest.mark.parametrize(
        ("right", "count", "low", "high"),
        [
            # Newcombe 1998, table I: method 3.
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ],
    )
    def test_it_agrees_with_published_values(self, right: int, count: int, low: float, high: float) -> None:
        assert pytest.approx((low, high), abs=5e-5) == wilson(right, count)

    def test_of_nothing_everything_is_possible(self) -> None:
        assert (0.0, 1.0) == wilson(0, 0)

    @pytest.mark.parametrize("count", [1, 5, 20, 333])
    def test_it_stays_within_nought_and_one(self, count: int) -> None:
        for right in range(count + 1):
            low, high = wilson(right, count)
            assert 0 <= low <= right / count + 1e-12
            assert right / count - 1e-12 <= high <= 1


class TestTable:
    def outcomes(self) -> list[Outcome]:
        right, wrong = an_answer("One two three."), an_answer("One.", status="abstained")
        return [
            judge(a_case(kind="cost"), right),
            judge(a_case(kind="cost"), wrong),
            judge(a_case(kind="multilingual", language="es"), right),
            judge(a_case(kind="multilingual", language="fr"), right),
            judge(a_case(kind="unknown", status=("abstained",)), wrong),
            judge(a_case(kind="unknown", status=("abstained",)), right),
        ]

    def test_each_kind_has_a_row_each_language_too_and_all_together_the_last(self) -> None:
        rows = table(self.outcomes())
        assert ["cost", "multilingual es", "multilingual fr", "unknown", "all"] == [row.kind for row in rows]
        assert [(2, 1), (1, 1), (1, 1), (2, 1), (6, 4)] == [(row.count, row.right) for row in rows]
        assert [1, 0, 0, 1, 2] == [row.abstained for row in rows]
        assert [2, 3, 3, 2, 3] == [row.median_words for row in rows]
        assert wilson(4, 6) == (rows[-1].low, rows[-1].high)

    def test_of_no_outcomes_there_is_still_a_row(self) -> None:
        assert [("all", 0, 0, 0.0)] == [(row.kind, row.count, row.right, row.median_words) for row in table([])]

    def test_only_multilingual_questions_are_told_apart_by_language(self) -> None:
        assert ("cost", "multilingual hi") == (
            group_of(a_case(kind="cost", language="hi")),
            group_of(a_case(kind="multilingual", language="hi")),
        )

    def test_the_summary_counts_those_with_and_those_without_an_answer_apart(self) -> None:
        assert {
            "worded": 0.0,
            "answerable": 3 / 4,
            "wrongly_abstained": 1 / 4,
            "rightly_abstained": 1 / 2,
            "unbacked": 0.0,
        } == summary(self.outcomes())

    def test_the_summary_counts_answers_with_unbacked_numbers(self) -> None:
        assert 1.0 == summary([judge(a_case(), an_answer("165 and 170"))])["unbacked"]

    def test_the_summary_of_nothing_is_nought(self) -> None:
        assert {0.0} == set(summary([]).values())


class TestReading:
    def write(self, path: Path, *rows: object) -> Path:
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
        return path

    def test_a_row_becomes_a_case(self, tmp_path: Path) -> None:
        row = {
            "id": "c-1",
            "kind": "cost",
            "question": "¿Cuánto?",
            "status": ["answered", "clarify"],
            "language": "es",
            "before": ["Hola"],
            "must": ["165", ["three", "3"]],
            "must_not": ["free"],
            "cites": ["credentials/az-104"],
            "split": "test",
        }
        expected = Case(
            id="c-1",
            kind="cost",
            question="¿Cuánto?",
            status=("answered", "clarify"),
            language="es",
            before=("Hola",),
            must=(("165",), ("three", "3")),
            must_not=("free",),
            cites=("credentials/az-104",),
            split="test",
        )
        assert [expected] == read_cases(self.write(tmp_path / "a.jsonl", row))

    def test_what_is_left_out_has_its_default(self, tmp_path: Path) -> None:
        row = {"id": "1", "kind": "cost", "question": "How much?", "status": "answered"}
        assert [a_case()] == read_cases(self.write(tmp_path / "a.jsonl", row))

    def test_a_single_text_counts_as_a_list_of_one(self, tmp_path: Path) -> None:
        """Not as a list of its letters."""
        row = {"id": "1", "kind": "cost", "question": "How much?", "status": "answered"}
        single = {**row, "must": "165", "must_not": "free", "cites": "credentials/a", "before": "Hello"}
        (case,) = read_cases(self.write(tmp_path / "a.jsonl", single))
        assert ((("165",),), ("free",), ("credentials/a",), ("Hello",)) == (
            case.must,
            case.must_not,
            case.cites,
            case.before,
        )

    def test_a_folder_is_read_file_by_file(self, tmp_path: Path) -> None:
        row = {"kind": "cost", "question": "How much?", "status": "answered"}
        self.write(tmp_path / "b.jsonl", {"id": "2", **row})
        self.write(tmp_path / "a.jsonl", {"id": "1", **row})
        assert ["1", "2"] == [case.id for case in read_cases(tmp_path)]

    def test_empty_lines_and_line_separators_within_a_text_do_no_harm(self, tmp_path: Path) -> None:
        row = {"id": "1", "kind": "cost", "question": "How\u2028much\u0085?", "status": "answered"}
        (tmp_path / "a.jsonl").write_text(f"\n{json.dumps(row, ensure_ascii=False)}\r\n\n", encoding="utf-8")
        assert ["How\u2028much\u0085?"] == [case.question for case in read_cases(tmp_path / "a.jsonl")]

    @pytest.mark.parametrize("line", ["{", "[]", "3", '{"id": "1"}', '{"id": "1", "kind": "a", "question": "b"}'])
    def test_a_line_that_is_no_question_is_named(self, tmp_path: Path, line: str) -> None:
        good = json.dumps({"id": "1", "kind": "cost", "question": "How much?", "status": "answered"})
        (tmp_path / "a.jsonl").write_text(f"{good}\n{line}\n")
        with pytest.raises(InputError, match=r"a\.jsonl:2"):
            read_cases(tmp_path / "a.jsonl")

    @pytest.mark.parametrize("name", ["nowhere.jsonl", "nowhere", "."])
    def test_a_place_without_questions_is_an_error_that_names_it(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InputError, match=str(tmp_path)):
            read_cases(tmp_path / name)

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe"])
    def test_a_file_without_questions_is_an_error_that_names_it(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.jsonl").write_bytes(content)
        with pytest.raises(InputError, match=r"a\.jsonl"):
            read_cases(tmp_path / "a.jsonl")


async def test_earlier_questions_are_asked_first_and_their_context_goes_along() -> None:
    asked: list[tuple[str, Context | None]] = []

    async def ask(question: str, context: Context | None) -> tuple[Answer, Context]:
        asked.append((question, context))
        return an_answer(question), contexts[len(asked) - 1]

    contexts = [Context() for _ in range(4)]
    cases = [a_case(before=("First", "Second"), question="Third"), a_case(question="Alone")]
    outcomes = await run(cases, ask)
    assert [("First", None), ("Second", contexts[0]), ("Third", contexts[1]), ("Alone", None)] == asked
    assert [contexts[0] is asked[1][1], contexts[1] is asked[2][1]] == [True, True]
    assert ["Third", "Alone"] == [outcome.answer.text for outcome in outcomes]
