"""Text that streams in, as sentences with their marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.sentences import LONGEST, Sentence, Sentences


def read(text: str, size: int = 1) -> list[Sentence]:
    """The sentences of a text that comes in pieces of `size` characters."""
    sentences = Sentences()
    found = [s for start in range(0, len(text), size) for s in sentences.feed(text[start : start + size])]
    return [*found, *sentences.close()]


def plain(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.marks) for sentence in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "It costs USD 165 [1]. It is valid for a year [2].",
            [("It costs USD 165.", (1,)), ("It is valid for a year.", (2,))],
        ),
        ("It costs USD 165. [1] It is valid.", [("It costs USD 165.", (1,)), ("It is valid.", ())]),
        ("It costs USD 165.[1][3] Next [2].", [("It costs USD 165.", (1, 3)), ("Next.", (2,))]),
        ("Both [1, 2] or three [3-5].", [("Both or three.", (1, 2, 3, 5, 4))]),
        ("It costs USD 70.50 a try [1].", [("It costs USD 70.50 a try.", (1,))]),
        ("See e.g. AZ-104 vs. AZ-305 [1].", [("See e.g. AZ-104 vs. AZ-305.", (1,))]),
        ("有效期三年[1]。费用165美元[2]。", [("有效期三年。", (1,)), ("费用165美元。", (2,))]),
        ("Read [the page](https://example.com/a) [1].", [("Read [the page](https://example.com/a).", (1,))]),
        ("Wie 【2†source】 gesagt.", [("Wie gesagt.", (2,))]),
    ],
)
def test_a_sentence_has_the_marks_that_stand_in_and_behind_it(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    found = [(said, tuple(sorted(marks))) for said, marks in plain(text)]
    assert [(said, tuple(sorted(marks))) for said, marks in expected] == found


def test_list_items_and_what_follows_in_them_are_told_apart_from_sentences() -> None:
    found = read("Here they are:\n- AZ-104 costs USD 165 [1]. It takes an hour [2].\n2. AZ-305 [3]\nDone [4].")
    assert ["heading", "item", "continued", "item", "sentence"] == [sentence.shape for sentence in found]
    assert "AZ-305" == found[3].text


def test_layout_that_a_chat_shows_differently_everywhere_is_left_out() -> None:
    text = "## Costs\n\n| Exam | Price |\n|---|---|\n| AZ-104 | USD 165 [1] |\n```\ncode [2]\n```\n> quoted [3]\n---\n"
    assert [("Costs", ()), ("Exam Price", ()), ("AZ-104 USD 165", (1,)), ("code", (2,)), ("quoted", (3,))] == plain(
        text
    )


def test_a_sentence_is_given_as_soon_as_its_end_is_certain() -> None:
    sentences = Sentences()
    assert [] == list(sentences.feed("It costs USD 165 [1]."))
    assert ["It costs USD 165."] == [sentence.text for sentence in sentences.feed(" I")]


def test_what_never_ends_is_cut() -> None:
    found = read("word " * 50_000, size=4096)
    assert max(len(sentence.text) for sentence in found) <= LONGEST


@given(st.text(alphabet="ab1.!?。 \n-*#|`[]()12,:", max_size=200), st.integers(1, 50))
def test_the_size_of_the_pieces_changes_nothing(text: str, size: int) -> None:
    assert read(text, 1) == read(text, size)
