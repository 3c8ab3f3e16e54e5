"""Markdown becomes front matter and sections, and nothing that the author wrote is lost or changed on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.markdown import sections, split_front_matter

WORD = st.text("abcdefgh", min_size=1, max_size=9)


def test_front_matter_and_body_come_apart() -> None:
    assert split_front_matter("---\ntitle: CCNA\n---\n\nText.\n") == ({"title": "CCNA"}, "\nText.\n")


def test_a_text_without_front_matter_is_all_body() -> None:
    assert split_front_matter("Just text.\n---\n") == (None, "Just text.\n---\n")


def test_windows_line_ends_and_a_byte_order_mark_do_not_hide_the_front_matter() -> None:
    front, body = split_front_matter("\ufeff---\r\ntitle: CCNA\r\n---\r\nText.")
    assert (front, body) == ({"title": "CCNA"}, "Text.")


def test_dates_in_front_matter_stay_the_text_that_the_author_wrote() -> None:
    """YAML would make a date of one and a year and month of the other; both must stay comparable as text."""
    front, _ = split_front_matter("---\nday: 2026-08-19\nmonth: 2026-08\n---\n")
    assert front == {"day": "2026-08-19", "month": "2026-08"}


def test_empty_front_matter_is_a_mapping_without_fields() -> None:
    assert split_front_matter("---\n# nothing yet\n---\n") == ({}, "")


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        pytest.param("title: [unclosed", "not valid YAML", id="broken"),
        pytest.param("- a\n- b", "not a mapping", id="a list"),
        pytest.param("a: !!python/object/apply:os.system [ls]", "not valid YAML", id="code"),
    ],
)
def test_front_matter_that_cannot_be_used_is_refused_with_the_reason(front: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        split_front_matter(f"---\n{front}\n---\n")


def test_a_body_is_cut_at_its_headings_and_text_before_them_has_an_empty_one() -> None:
    cut = sections("Before.\n\n## First\n\nOne.\n\n### Second\n\nTwo.\n")
    assert [(s.heading, s.text) for s in cut] == [("", "Before."), ("First", "One."), ("Second", "Two.")]


def test_a_heading_without_text_is_no_section() -> None:
    assert [section.heading for section in sections("## Empty\n\n## Full\n\nText.")] == ["Full"]


def test_a_hash_in_a_code_block_is_no_heading() -> None:
    (section,) = sections("## Shell\n\n```\n## not a heading\n```\n")
    assert section.text == "## not a heading"


def test_source_marks_leave_the_text_and_are_kept_in_order_each_once() -> None:
    (section,) = sections("## Price\n\nIt is USD 300.[^shop][^forum] It rose.[^shop]\n")
    assert (section.text, section.sources) == ("It is USD 300. It rose.", ("shop", "forum"))


def test_links_leave_their_words_in_the_text_and_their_address_beside_it() -> None:
    (section,) = sections("## Next\n\nTake [PMP](pmp.md) or [CSM](csm.md), not [PMP](pmp.md).")
    assert section.text == "Take PMP or CSM, not PMP."
    assert section.links == ("pmp.md", "csm.md")


def test_lists_and_tables_become_lines_that_read_as_text() -> None:
    (section,) = sections("## Plan\n\n- *Read* the guide\n- Book the `exam`\n\n| Exam | Fee |\n|--|--|\n| A | 5 |\n")
    assert section.text.split("\n") == ["- Read the guide", "- Book the exam", "Exam | Fee", "A | 5"]


def test_lines_of_one_paragraph_are_one_line() -> None:
    (section,) = sections("## Long\n\nOne sentence\nover two lines.")
    assert section.text == "One sentence over two lines."


@settings(deadline=None)
@given(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=6))
def test_every_section_that_was_written_comes_back(written: list[tuple[str, str]]) -> None:
    body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in written)
    assert written == [(section.heading, section.text) for section in sections(body)]


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_parser_and_no_section_is_empty(text: str) -> None:
    try:
        _, body = split_front_matter(text)
    except ValueError:
        return
    assert all(section.text for section in sections(body))
