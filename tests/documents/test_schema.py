"""What a valid file of `knowledge/` is: the right front matter becomes a document, anything else a list of problems."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from bot.documents.model import Document
from bot.documents.schema import credential_from, parse_document
from bot.errors import DocumentError, Problem

FRONT = """\
kind: certification
title: Example Network Associate
short: ENA
codes: [EX-100]
aliases: [ena]
provider: example
awarding_body: Example
topics: [networking]
summary: An entry certification for people who run small networks.
status: {value: active, source: [shop], as_of: 2026-06}
cost: {value: 300, source: [shop], as_of: 2026-06-01, note: list price, older: [{value: 250, source: [forum]}]}
cost_unit: exam
exam_questions: {value: 90, source: [shop]}
exam_minutes: {conflict: [{value: 90, source: [shop]}, {value: 120, source: [forum]}]}
validity: {value: never, source: [shop]}
exam_passing: {unknown: the issuer does not publish it}
sources:
  shop: {title: Example shop, kind: official, url: "https://example.org/ena", date: 2026-06}
  forum: {title: A forum, kind: community}
"""
BODY = "\n## Who is ENA for?\n\nENA is for people who run small networks.[^shop]\n"
GUIDE = """\
kind: guide
title: How do exams work?
summary: Most exams are taken online or at a test centre.
aliases: [exams]
as_of: 2026-11
sources:
  rules: {title: Exam rules, kind: official, url: "https://example.org/rules"}
"""


def parse(front: str = FRONT, body: str = BODY, name: str = "credentials/ena.md") -> Document:
    return parse_document(name, f"---\n{front}---\n{body}")


def problems(front: str = FRONT, body: str = BODY) -> list[Problem]:
    with pytest.raises(DocumentError) as raised:
        parse(front, body)
    return raised.value.problems


def test_a_credential_is_known_by_its_file_and_keeps_its_facts_with_their_sources() -> None:
    document = parse()
    credential = document.credential
    assert credential is not None
    assert (document.id, credential.id, document.kind) == ("credentials/ena", "ena", "credential")
    assert credential.cost is not None
    assert (
        credential.cost.value,
        credential.cost.source,
        credential.cost.as_of,
        credential.cost.note,
    ) == (300, ("shop",), "2026-06-01", "list price")
    assert [reading.value for reading in credential.cost.older] == [250]
    assert document.sources["shop"].url == "https://example.org/ena"


def test_unknown_and_disputed_facts_are_values_of_their_own() -> None:
    credential = parse().credential
    assert credential is not None
    assert credential.exam_passing is not None
    assert credential.exam_minutes is not None
    assert (credential.exam_passing.unknown, credential.exam_passing.readings) == ("the issuer does not publish it", ())
    assert [reading.value for reading in credential.exam_minutes.readings] == [90, 120]


def test_figures_may_stand_unquoted_where_text_is_meant() -> None:
    credential = parse().credential
    assert credential is not None
    assert credential.exam_questions is not None
    assert credential.exam_questions.value == "90"


def test_a_field_that_is_left_out_is_a_question_that_does_not_arise() -> None:
    credential = parse().credential
    assert credential is not None
    assert credential.study_hours is None


def test_a_guide_becomes_a_document_without_a_credential() -> None:
    document = parse(GUIDE, "\n## Where are exams taken?\n\nAt a test centre.[^rules]\n", "guides/how-exams-work.md")
    assert (document.id, document.kind, document.credential) == ("guides/how-exams-work", "guide", None)
    assert (document.title, document.as_of, document.aliases) == ("How do exams work?", "2026-11", ("exams",))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("# My notes\n\nSome text.", "My notes", id="from its heading"),
        pytest.param("---\ntitle: Notes of mine\n---\nSome text.", "Notes of mine", id="from its front matter"),
        pytest.param("Some text.", "study", id="from its file"),
    ],
)
def test_a_file_that_names_no_kind_is_general_knowledge_with_the_best_title_there_is(text: str, title: str) -> None:
    document = parse_document("notes/study.md", text)
    assert ("general", title) == (document.kind, document.title)


@pytest.mark.parametrize(
    ("before", "after", "field", "reason"),
    [
        pytest.param(
            "cost_unit: exam", "cost_unit: week", "cost_unit", "Input should be", id="a value outside its set"
        ),
        pytest.param("title: Example Network Associate\n", "", "title", "required", id="a missing field"),
        pytest.param("cost_unit:", "cost_units:", "cost_units", "Unexpected", id="a misspelt field"),
        pytest.param(
            "value: 300, source: [shop],", "value: 300,", "cost", "needs a source", id="a value without source"
        ),
        pytest.param(
            "value: 300, source", "value: cheap, source", "cost.value", "valid number", id="a word for a price"
        ),
        pytest.param(
            "unknown: the", "value: 700, source: [shop], unknown: the", "exam_passing", "exactly one", id="both"
        ),
        pytest.param(", {value: 120, source: [forum]}]", "]", "exam_minutes", "two readings", id="a conflict of one"),
        pytest.param("source: [forum]}]}", "source: [blog]}]}", "cost", "'blog'", id="a source that is not listed"),
        pytest.param("as_of: 2026-06-01", "as_of: June 2026", "cost.as_of", "not a date", id="a date in words"),
        pytest.param(
            "value: never,", "value: 12, earned_since: 2024-04,", "validity.earned_since", "not a day", id="a month"
        ),
        pytest.param(
            "[{value: 250,", "[{value: 250, earned_before: 2023-02-29,", "earned_before", "not a day", id="no such day"
        ),
        pytest.param("date: 2026-06}", "date: soon}", "sources.shop.date", "not a date", id="a source's date in words"),
    ],
)
def test_what_is_wrong_is_told_with_file_field_and_reason(before: str, after: str, field: str, reason: str) -> None:
    assert before in FRONT
    (problem,) = problems(FRONT.replace(before, after, 1))
    assert (problem.file, field in problem.field, reason in problem.reason) == ("credentials/ena.md", True, True)


def test_all_problems_of_a_file_are_told_at_once() -> None:
    broken = FRONT.replace("cost_unit: exam", "cost_unit: week").replace("topics: [networking]", "topics: [knitting]")
    assert {"cost_unit", "topics.0"} == {problem.field for problem in problems(broken)}


def test_a_mark_that_names_no_source_of_the_file_is_refused_under_its_heading() -> None:
    (problem,) = problems(body="\n## Price\n\nIt costs a lot.[^blog]\n")
    assert (problem.field, "'blog'" in problem.reason) == ("Price", True)


def test_front_matter_that_is_not_yaml_is_refused_by_name() -> None:
    (problem,) = problems("title: [open\n")
    assert (problem.file, problem.field) == ("credentials/ena.md", "front matter")


def test_problems_read_as_one_line_each() -> None:
    with pytest.raises(DocumentError, match=r"^credentials/ena\.md: cost_unit: Input should be"):
        parse(FRONT.replace("cost_unit: exam", "cost_unit: week"))


def test_a_stored_credential_comes_back_equal() -> None:
    """The index keeps credentials as plain data."""
    credential = parse().credential
    assert credential is not None
    assert credential == credential_from(asdict(credential))
