"""Words are compared as people mean them, whatever script, case or invisible character they come with."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.words import clean, fold, is_spaceless, words

ANY_TEXT = st.text(st.characters())  # lone surrogates and control characters too


@pytest.mark.parametrize(
    "spelling",
    ["AZ-104", "az-104", "AZ104", "az_104", "AZ–104", "AZ\u2011104", "ＡＺ－１０４", "(AZ-104)", "AZ-104's"],
)
def test_an_exam_code_is_one_word_however_it_is_written(spelling: str) -> None:
    assert "az-104" in [word.removesuffix("'s") for word in words(spelling)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SY0-701, N10-009 and FC0-U71", ["sy0-701", "n10-009", "and", "fc0-u71"], id="CompTIA"),
        pytest.param("SY0701", ["sy0-701"], id="CompTIA without a hyphen"),
        pytest.param("SAA–C03", ["saa-c03"], id="AWS with a dash"),
        pytest.param("200-301 or 220–1201", ["200-301", "or", "220-1201"], id="figures only"),
        pytest.param("az 104", ["az", "104"], id="two words stay two"),
        pytest.param("covid-19 in 2024-2026", ["covid", "19", "in", "2024", "2026"], id="no codes"),
        pytest.param("AZ-104x", ["az", "104", "x"], id="a longer word is no code"),
        pytest.param("USD 1,350.50", ["usd", "1,350.50"], id="an amount"),
    ],
)
def test_codes_stay_whole_and_nothing_else_becomes_one(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Security+ and A+", ["security+", "and", "a+"]),
        ("CySA+/PenTest+", ["cysa+", "pentest+"]),
        ("Security+™ or PMP®", ["security+", "or", "pmp"]),
        ("a + b", ["a", "b"]),
        ("C++", ["c+"]),
    ],
)
def test_a_plus_sign_belongs_to_the_word_before_it(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("AZ-104 证书", ["az-104", "证", "书"], id="Chinese, a character a word"),
        pytest.param("クラウドが", ["ク", "ラ", "ウ", "ド", "が"], id="Japanese keeps its voicing marks"),
        pytest.param("한국어 자격증", ["한국어", "자격증"], id="Korean writes spaces"),
        pytest.param("प्रमाणपत्र कितने वर्ष मान्य है।", ["प्रमाणपत्र", "कितने", "वर्ष", "मान्य", "है"], id="Hindi"),
        pytest.param("१२ महीने", ["12", "महीने"], id="Devanagari figures"),
        pytest.param("தேர்வு", ["தேர்வு"], id="Tamil vowel signs"),
        pytest.param("ใบรับรอง", ["ใบรับรอง"], id="Thai vowel signs"),
        pytest.param("شهادة ١٢", ["شهادة", "12"], id="Arabic figures"),
        pytest.param("Prüfung, été, AÑO", ["prufung", "ete", "ano"], id="Latin accents go"),
        pytest.param("l’examen d'État", ["l", "examen", "d", "etat"], id="a French article is a word of its own"),
        pytest.param("what's", ["what's"], id="an English contraction is one word"),
    ],
)
def test_words_of_every_script_come_out_whole(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_scripts_without_spaces_are_known() -> None:
    assert is_spaceless("证")
    assert is_spaceless("カ")
    assert not is_spaceless("한국어")
    assert not is_spaceless("प्रमाणपत्र AZ-104")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x00b\x1bc", "a b c", id="control characters part words"),
        pytest.param("one\ntwo\tthree", "one\ntwo\tthree", id="lines and tabs stay"),
        pytest.param("ok\ud800", "ok", id="a lone surrogate"),
        pytest.param("Sec\u200burity\u00ad+", "Security+", id="zero width"),
        pytest.param("\u202eevil\u202c", "evil", id="reversed reading order"),
        pytest.param("hi\U000e0041\U000e0042", "hi", id="tag characters"),
        pytest.param("hi\U000e0100\ufe0f", "hi", id="variation selectors"),
        pytest.param("\u3164\u115f", "", id="fillers that count as letters"),
        pytest.param("e\u0301te\u0301", "été", id="composed"),
        pytest.param("  \n ", "", id="nothing"),
    ],
)
def test_what_is_never_part_of_a_question_is_dropped(text: str, expected: str) -> None:
    assert clean(text) == expected


@settings(deadline=None)
@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert once.encode() is not None
    assert clean(once) == once
    assert all(char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"} for char in once)


@settings(deadline=None)
@given(ANY_TEXT)
def test_folding_is_lower_case_and_settled(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert words(text) == words(once)


@settings(deadline=None)
@given(ANY_TEXT)
def test_no_text_breaks_words_and_no_word_holds_a_space(text: str) -> None:
    assert all(word and not any(char.isspace() for char in word) for word in words(text))


@settings(deadline=None)
@given(st.from_regex(r"[a-z]{2,3}-[0-9]{3}", fullmatch=True))
def test_every_code_of_this_form_survives_between_other_words(code: str) -> None:
    assert words(f"Is {code.upper()} hard?") == ["is", code, "hard"]
