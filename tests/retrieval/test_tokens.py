"""Texts become the terms by which they are found."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from bot.retrieval.tokens import STOP_WORDS, stem, terms


@pytest.mark.parametrize("spelling", ["AZ-104", "az-104", "az104", "AZ104", "az_104", "AZ–104", "ＡＺ１０４"])
def test_a_code_is_one_term_however_it_is_written(spelling: str) -> None:
    assert ["az-104"] == terms(spelling)


@pytest.mark.parametrize(
    ("spelling", "code"), [("az 104", "az-104"), ("AZ 104", "az-104"), ("sy0 701", "sy0-701"), ("SY0-701", "sy0-701")]
)
def test_a_code_with_a_space_is_the_code_besides_its_parts(spelling: str, code: str) -> None:
    assert code in terms(spelling)


def test_a_code_of_figures_and_one_with_a_letter_among_them_are_whole() -> None:
    assert ["200-301", "clf-c02"] == terms("200-301 CLF-C02")


@pytest.mark.parametrize("phrase", ["for 100", "in 200", "the 104", "is 365"])
def test_a_function_word_before_a_figure_makes_no_code(phrase: str) -> None:
    assert phrase.split()[1:] == terms(phrase)


def test_words_of_one_stem_are_one_term() -> None:
    assert 1 == len(set(terms("certify certified certifies certifying")))


def test_function_words_are_left_out() -> None:
    assert [] == terms(" ".join(sorted(STOP_WORDS)))


def test_what_an_apostrophe_leaves_behind_is_left_out() -> None:
    assert terms("new in cloud") == terms("I'm new in cloud, it's what's there")


def test_repeats_are_kept_because_ranking_counts_them() -> None:
    assert ["exam", "exam", "cost"] == terms("exam Exam costs")


def test_case_and_accents_make_no_difference() -> None:
    assert terms("Renovación") == terms("renovacion")


def test_a_plus_sign_belongs_to_the_name() -> None:
    assert ["security+"] == terms("Security+")
    assert terms("Security") != terms("Security+")


def test_possessives_are_found_by_the_plain_word() -> None:
    assert terms("Google certificate") == terms("Google's certificate")
    assert terms("Google certificate") == terms("Google’s certificate")


def test_figures_stay_whole() -> None:
    assert ["1,000", "2.5"] == terms("1,000 2.5")


def test_chinese_is_found_by_characters_and_by_pairs() -> None:
    assert ["云", "计", "算", "云计", "计算"] == terms("云计算")


def test_pairs_do_not_reach_across_other_scripts() -> None:
    assert ["云", "mba", "云"] == terms("云 MBA 云")


@pytest.mark.parametrize("nothing", ["", " \n\t", "?!…", "\u200b"])
def test_a_text_without_words_has_no_terms(nothing: str) -> None:
    assert [] == terms(nothing)


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Let threads take turns as often as they can, and stems be computed anew."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    stem.cache_clear()
    yield
    sys.setswitchinterval(before)
    stem.cache_clear()


@pytest.mark.usefixtures("busy_threads")
def test_stems_computed_in_several_threads_are_those_computed_in_one() -> None:
    """The stemmer keeps the word at hand in itself, and searches run in threads."""
    roots, endings = ("run", "test", "certif", "nation", "organ", "learn"), ("ing", "ation", "ness", "ize", "ful", "al")
    words = [f"{root}{end}{last}" for root in roots for end in endings for last in ("s", "ly", "ed", "ment", "er")]
    expected = {word: stem.__wrapped__(word) for word in words}
    wrong: list[str] = []

    def work() -> None:
        for _ in range(8):
            wrong.extend(word for word in words if stem.__wrapped__(word) != expected[word])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == wrong
