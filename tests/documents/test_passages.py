"""Documents become passages: short enough to embed and to read on a phone, each with its own source and date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.catalog import Catalog, on
from bot.catalog.wording import Wording
from bot.documents.model import Document, Passage
from bot.documents.passages import MAX_WORDS, cut, fact_passages, passages_of
from bot.documents.schema import parse_document
from bot.settings import content_folder
from bot.text.prompts import Phrases

CREDENTIAL = """\
---
kind: certification
title: Example Network Associate
codes: [EX-100]
provider: example
awarding_body: Example
topics: [networking]
summary: An entry certification for people who run small networks.
url: https://example.org/ena
status: {value: active, source: [shop], as_of: 2026-06}
cost: {value: 1300, source: [forum, shop], as_of: 2026-05, older: [{value: 250, source: [forum], note: old price}]}
cost_unit: exam
exam_minutes: {conflict: [{value: 90, source: [forum], as_of: 2025}, {value: 120, source: [shop]}]}
validity: {value: 36, source: [forum]}
sources:
  shop: {title: Example shop, kind: official, url: "https://example.org/shop", date: 2026-06}
  forum: {title: A forum, kind: community, date: 2025-02}
---

## Who is ENA for?

ENA is for people who run small networks.[^shop] See [the guide](../guides/networks.md).
"""
GUIDE = """\
---
kind: guide
title: How do exams work?
summary: Most exams are taken online or at a test centre.
as_of: 2026-11
sources:
  rules: {title: Exam rules, kind: official, url: "https://example.org/rules"}
---

## Where are exams taken?

At a test centre or at home.[^rules]

## Where are exams taken?

Not at school. The [centre](https://example.org/centre) sets the date.
"""


def credential() -> Document:
    return parse_document("credentials/ena.md", CREDENTIAL)


def wording(document: Document) -> Wording:
    assert document.credential is not None
    phrases = Phrases.load(content_folder("prompts") / "offline")
    return Wording(phrases, Catalog([document.credential], on(date(2026, 11, 23))))


def passages(document: Document) -> dict[str, Passage]:
    found = passages_of(document, wording(credential()))
    assert len(found) == len({passage.id for passage in found})
    return {passage.id: passage for passage in found}


def test_a_credential_gives_a_passage_for_each_group_of_fields_that_it_has_and_one_for_each_section() -> None:
    groups = ["overview", "cost", "exam", "validity", "status", "who-is-ena-for"]
    assert [f"credentials/ena#{group}" for group in groups] == list(passages(credential()))


def test_facts_are_told_with_their_units_and_superseded_ones_are_told_as_such() -> None:
    cost = passages(credential())["credentials/ena#cost"].text
    assert "Example Network Associate (EX-100) costs USD 1,300 per exam attempt" in cost
    assert "USD 250 per exam attempt (old price)" in cost
    assert "three years" in passages(credential())["credentials/ena#validity"].text


def test_a_conflict_is_told_with_both_readings() -> None:
    exam = passages(credential())["credentials/ena#exam"].text
    assert "disagree" in exam
    assert "90 minutes or 120 minutes" in exam


def test_a_passage_names_the_source_that_one_can_open_and_the_date_of_the_fact() -> None:
    cost = passages(credential())["credentials/ena#cost"]
    assert (cost.url, cost.source, cost.as_of) == ("https://example.org/shop", "Example shop", "2026-05")


def test_a_fact_without_a_date_has_that_of_its_source() -> None:
    validity = passages(credential())["credentials/ena#validity"]
    assert (validity.url, validity.source, validity.as_of) == (None, "A forum", "2025-02")


def test_a_conflict_has_the_sources_of_its_readings() -> None:
    exam = passages(credential())["credentials/ena#exam"]
    assert (exam.url, exam.as_of) == ("https://example.org/shop", "2025")


def test_what_a_credential_says_of_itself_may_be_answered_with_its_own_page() -> None:
    assert passages(credential())["credentials/ena#cost"].links == ("https://example.org/ena",)


def test_links_inside_the_knowledge_are_no_links_of_an_answer() -> None:
    assert passages(credential())["credentials/ena#who-is-ena-for"].links == ()


def test_a_guide_gives_its_summary_and_its_sections_and_sections_of_one_heading_stay_apart() -> None:
    found = passages(parse_document("guides/exams.md", GUIDE))
    ids = ["summary", "where-are-exams-taken", "where-are-exams-taken-2"]
    assert [f"guides/exams#{name}" for name in ids] == list(found)
    assert found["guides/exams#summary"].text == "Most exams are taken online or at a test centre."
    assert found["guides/exams#where-are-exams-taken-2"].links == ("https://example.org/centre",)


def test_a_section_without_marks_has_the_date_of_its_page_and_no_source() -> None:
    section = passages(parse_document("guides/exams.md", GUIDE))["guides/exams#where-are-exams-taken-2"]
    assert (section.url, section.source, section.as_of) == (None, None, "2026-11")


def test_a_short_section_is_indexed_with_what_it_is_about() -> None:
    section = passages(parse_document("guides/exams.md", GUIDE))["guides/exams#where-are-exams-taken"]
    assert section.indexed_text == "How do exams work?. Where are exams taken?\nAt a test centre or at home."


def test_general_files_give_only_what_is_written() -> None:
    found = passages(parse_document("notes/plan.md", "# Plan\n\nStudy every day.\n"))
    assert [(passage.id, passage.text) for passage in found.values()] == [("notes/plan#plan", "Study every day.")]


def test_a_credential_without_sourced_facts_in_a_group_has_no_passage_for_it() -> None:
    document = credential()
    assert document.credential is not None
    assert not any(p.id.endswith("#stacking") for p in fact_passages(document.credential, wording(document)))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("one two three", ["one two three"], id="short enough"),
        pytest.param("one two\nthree four\nfive six", ["one two\nthree four", "five six"], id="between lines"),
        pytest.param("One two three. Four five.", ["One two three.", "Four five."], id="between sentences"),
        pytest.param("एक दो तीन। चार पाँच।", ["एक दो तीन।", "चार पाँच।"], id="between Hindi sentences"),
        pytest.param("a b c d e f", ["a b c d", "e f"], id="between words where nothing else is left"),
    ],
)
def test_long_text_is_cut_at_the_best_place_there_is(text: str, pieces: list[str]) -> None:
    assert pieces == cut(text, 4)


@settings(deadline=None)
@given(st.lists(st.text("ab. \n", min_size=1, max_size=60)).map("\n".join), st.integers(1, 12))
def test_cutting_loses_no_word_and_keeps_to_the_limit(text: str, limit: int) -> None:
    pieces = cut(text, limit)
    assert text.split() == [word for piece in pieces for word in piece.split()]
    assert all(1 <= len(piece.split()) <= limit for piece in pieces)


def test_a_long_section_becomes_several_passages_that_fit_the_embedding() -> None:
    sentence = "A sentence of exactly seven words stands here. "
    document = parse_document("notes/long.md", f"# Long\n\n{sentence * 60}")
    found = passages_of(document, wording(credential()))
    assert [passage.id for passage in found] == ["notes/long#long", "notes/long#long-2", "notes/long#long-3"]
    assert all(len(passage.text.split()) <= MAX_WORDS for passage in found)
