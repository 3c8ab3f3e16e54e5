"""What is understood of what learners tell about themselves, and what is not taken for it."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.dialogue.telling import Telling, Told
from bot.errors import InputError
from bot.learning.learner import Holding, HoldingState, Profile
from tests.conftest import TODAY


def read(telling: Telling, text: str, today: date = TODAY) -> Told:
    return telling.read(text, today, lambda key, **_: key)


def held(told: Told) -> dict[str, tuple[HoldingState, date | None]]:
    return {holding.credential: (holding.state, holding.earned_on) for holding in told.holdings}


def test_one_sentence_tells_a_credential_with_its_date_hours_and_money(telling: Telling) -> None:
    told = read(telling, "I passed Security+ in May 2025, have 5 hours a week and 300 dollars", TODAY)
    assert held(told) == {"comptia-security-plus": ("held", date(2025, 5, 1))}
    assert (told.hours_per_week, told.budget_usd) == (5.0, 300.0)
    assert not told.asks


def test_a_month_without_a_day_is_taken_as_its_first_and_said_to_be(telling: Telling) -> None:
    assert read(telling, "I passed Security+ in May 2025", TODAY).approximate == {"comptia-security-plus"}
    assert read(telling, "I passed Security+ on 2025-05-17", TODAY).approximate == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I hold AZ-900 and AZ-104 since 2024-03-01, now studying for AZ-305",
         {"az-900": ("held", date(2024, 3, 1)), "az-104": ("held", date(2024, 3, 1)), "az-305": ("in_progress", None)}),
        ("passed CKA yesterday!", {"cka": ("held", date(2026, 11, 22))}),
        ("I earned my PMP 2 years ago and my CSM last month",
         {"pmp": ("held", date(2024, 11, 1)), "csm": ("held", date(2026, 10, 1))}),
        ("I have the AZ-104 exam on 2027-01-15", {"az-104": ("in_progress", None)}),
        ("I passed the CCNA on 29 February 2024", {"ccna": ("held", date(2024, 2, 29))}),
        ("i plan to take CISSP", {"cissp": ("planned", None)}),
    ],
)  # fmt: skip
def test_a_verb_reaches_to_the_next_and_a_date_to_what_it_follows(
    telling: Telling, text: str, expected: dict[str, tuple[HoldingState, date | None]]
) -> None:
    assert held(read(telling, text, TODAY)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "this is my AZ-900 certificate, passed 2025-03-01",
        "Este es mi certificado AZ-900, aprobado el 2025-03-01",
        "He aprobado AZ-900 el 2025-03-01",
        "Voici mon certificat AZ-900, obtenu le 2025-03-01",
        "Das ist mein AZ-900 Zertifikat, bestanden am 2025-03-01",
        "Este é meu certificado AZ-900, obtido em 2025-03-01",
        "यह मेरा AZ-900 प्रमाणपत्र है, 2025-03-01 को पास किया",
        "这是我的AZ-900证书，2025-03-01通过了",
    ],
)
def test_what_stands_below_the_picture_of_a_certificate_is_told(telling: Telling, text: str) -> None:
    assert held(read(telling, text)) == {"az-900": ("held", date(2025, 3, 1))}


@pytest.mark.parametrize(
    "text",
    [
        "my friend has AZ-900, passed 2025-03-01",
        "is this an AZ-900 certificate? passed 2025-03-01",
        "AZ-900 is easy, he passed 2025-03-01",
        "AZ-900 certificate, passed",
    ],
)
def test_what_a_day_follows_is_not_always_ones_own(telling: Telling, text: str) -> None:
    assert held(read(telling, text)) == {}


def test_an_exam_that_is_still_to_come_has_not_been_passed(telling: Telling) -> None:
    told = read(telling, "I have my AZ-104 exam in 30 days", TODAY)
    assert held(told) == {"az-104": ("in_progress", None)}
    assert told.holdings[0].exam_on == date(2026, 12, 23)


@pytest.mark.parametrize(
    "text",
    [
        "I have not passed AZ-104",
        "my friend passed PMP in 2022",
        "If I passed CCNA in 2023, when would it expire?",
        "Can you tell me whether I passed CKAD?",
        "I hope to have passed AZ-305 by 2027-06-01",
    ],
)
def test_what_is_denied_supposed_hoped_for_or_told_of_others_is_not_held(telling: Telling, text: str) -> None:
    assert held(read(telling, text)) == {}


def test_a_verb_reaches_no_further_than_its_own_clause(telling: Telling) -> None:
    assert held(read(telling, "I hold CISSP but not CCNA")) == {"cissp": ("held", None)}
    told = read(telling, "I hold AZ-900 and want a plan to AZ-305")
    assert (held(told), told.goals) == ({"az-900": ("held", None)}, ("az-305",))


def test_a_goal_that_is_none_any_more_is_dropped(telling: Telling) -> None:
    before = Profile(goals=("az-305", "cka"))
    assert read(telling, "my goal is no longer AZ-305").profile(before).goals == ("cka",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("I passed CCSP on 2025-13-45", "told.error.day"),
        ("I passed CISA on 03/04/2025", "told.error.either"),
        ("I have -5 hours a week", "told.error.hours"),
        ("I have 900 hours a week", "told.error.hours"),
        ("my budget is -20 dollars", "told.error.money"),
        ("my budget is 99999999999999999999999 dollars", "told.error.money"),
        ("my budget is 300 euros", "told.error.currency"),
        ("I renewed my AZ-104 on 2026-11-01", "told.error.renewed"),
    ],
)
def test_what_cannot_be_is_asked_for_again(telling: Telling, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(telling, text)


def test_a_day_in_figures_that_can_be_read_in_one_way_is_read(telling: Telling) -> None:
    assert held(read(telling, "I passed CISM on 31/12/2024")) == {"cism": ("held", date(2024, 12, 31))}


def test_the_date_on_a_certificate_is_taken(telling: Telling) -> None:
    (holding,) = read(telling, "My Security+ expires on 2027-05-31").holdings
    assert (holding.state, holding.expires_on) == ("held", date(2027, 5, 31))


def test_background_skills_and_languages(telling: Telling) -> None:
    told = read(telling, "My background is nursing. I know Python and SQL. I speak French and German.")
    assert (told.background, told.skills, told.languages) == ("nursing", ("Python", "SQL"), ("French", "German"))


def test_a_goal_with_its_date(telling: Telling) -> None:
    told = read(telling, "My goal is SC-100 by June 2027", TODAY)
    assert (told.goals, told.deadline) == (("sc-100",), date(2027, 6, 30))


def test_a_goal_in_words_is_kept_in_the_words(telling: Telling) -> None:
    assert read(telling, "I want to become a data analyst", TODAY).goal_text == "I want to become a data analyst"


@pytest.mark.parametrize(
    "question",
    [
        "How long is Security+ valid?",
        "do I need Security+ before CySA+?",
        "Which cert should I get with 100 dollars?",
        "is 5 hours a week enough for AZ-104?",
        "what does my boss pay if I take PMP for 500 dollars",
        "Compare CISSP and CISM",
    ],
)
def test_a_question_tells_nothing(telling: Telling, question: str) -> None:
    assert not read(telling, question, TODAY).anything


def test_a_message_may_tell_and_ask(telling: Telling) -> None:
    told = read(telling, "I have Security+, what should I do next?", TODAY)
    assert held(told) == {"comptia-security-plus": ("held", None)}
    assert told.asks


def test_what_is_no_longer_held_is_told_too(telling: Telling) -> None:
    assert read(telling, "I no longer have CCNA", TODAY).lost == ("ccna",)


def test_goals_add_up_and_anything_else_is_replaced(telling: Telling) -> None:
    before = Profile(goals=("az-104",), budget_usd=100.0, hours_per_week=3.0)
    after = read(telling, "My goal is AZ-305 and my budget is 400 dollars", TODAY).profile(before)
    assert after == Profile(goals=("az-104", "az-305"), budget_usd=400.0, hours_per_week=3.0)


def test_holding_is_told_with_no_date_where_none_was_said(telling: Telling) -> None:
    assert read(telling, "I already hold CISSP", TODAY).holdings == (Holding(credential="cissp"),)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("I live in Berlin", "Europe/Berlin"),
        ("my time zone is UTC+2", "Etc/GMT-2"),
        ("time zone: America/Sao_Paulo", "America/Sao_Paulo"),
        ("I'm in a hurry", None),
    ],
)
def test_where_somebody_lives_gives_the_time_zone(telling: Telling, text: str, zone: str | None) -> None:
    assert read(telling, text).time_zone == zone


def test_a_time_zone_that_is_none_is_said_to_be(telling: Telling) -> None:
    with pytest.raises(InputError, match=r"zone\."):
        read(telling, "my time zone is Atlantis")


def test_quiet_hours_in_either_clock(telling: Telling) -> None:
    assert read(telling, "quiet hours 21:30 to 7:00").quiet == (time(21, 30), time(7))
    assert read(telling, "don't write to me between 9pm and 7am").quiet == (time(21), time(7))
