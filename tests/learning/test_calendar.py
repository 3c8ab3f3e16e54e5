"""Renewals and study plans in one's own calendar: read back from the file that people import."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from bot.catalog.catalog import Catalog
from bot.catalog.wording import Wording
from bot.learning.calendar import path_calendar, wallet_calendar
from bot.learning.learner import Holding
from bot.learning.wallet import wallet
from bot.planning.model import LearningPath, Offer, Step
from bot.text.prompts import Phrases
from tests.learning.conftest import TODAY

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECURITY = Holding(credential="comptia-security-plus", earned_on=date(2023, 12, 1))
AZURE = Holding(credential="az-104", earned_on=date(2026, 2, 10))


def events(ics: bytes) -> dict[str, Event]:
    """The events of a file by UID without its mark."""
    calendar = Calendar.from_ical(ics)
    assert isinstance(calendar, Calendar)
    return {str(event["UID"]).rsplit(".", 1)[0]: event for event in calendar.walk("VEVENT") if isinstance(event, Event)}


def of_wallet(catalog: Catalog, wording: Wording, *holdings: Holding, now: datetime = NOW, owner: str = "") -> bytes:
    return wallet_calendar(wallet(holdings, catalog, TODAY), wording, "en", now, owner=owner)


def path(*titles: str) -> LearningPath:
    steps = []
    for number, title in enumerate(titles):
        start = date(2027, 1, 4) + timedelta(days=30 * number)
        offer = Offer(id=f"step-{number}", title=title, hours=40.0, cost_usd=165.0, hours_assumed=number == 1)
        steps.append(Step(offer=offer, start=start, finish=start + timedelta(days=27)))
    return LearningPath(steps=tuple(steps))


def test_an_expiry_is_an_event_of_its_day_with_alarms_a_month_and_a_week_before(
    catalog: Catalog, wording: Wording
) -> None:
    event = events(of_wallet(catalog, wording, SECURITY))["expiry.comptia-security-plus"]

    assert "Security+ expires" == event["SUMMARY"]
    assert (date(2026, 12, 1), date(2026, 12, 2)) == (event["DTSTART"].dt, event["DTEND"].dt)
    rings = [datetime(2026, 12, 1) + alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]  # noqa: DTZ001 - local
    assert ["2026-11-01 09:00", "2026-11-24 09:00"] == [f"{ring:%Y-%m-%d %H:%M}" for ring in rings]


def test_it_says_how_to_renew_what_the_date_rests_on_and_the_source(catalog: Catalog, wording: Wording) -> None:
    text = str(events(of_wallet(catalog, wording, SECURITY))["expiry.comptia-security-plus"]["DESCRIPTION"])

    assert "earn 50 continuing education units and pay the yearly fee, or pass a higher" in text
    assert "its validity of three years" in text
    assert "Source: CompTIA, continuing education units by certification" in text


def test_a_renewal_window_is_an_event_of_the_day_on_which_it_opens(catalog: Catalog, wording: Wording) -> None:
    found = events(of_wallet(catalog, wording, AZURE))

    assert {"expiry.az-104", "window.az-104"} == found.keys()
    assert date(2026, 8, 14) == found["window.az-104"]["DTSTART"].dt


def test_a_retirement_to_come_is_an_event(catalog: Catalog, wording: Wording) -> None:
    found = events(of_wallet(catalog, wording, Holding(credential="ms-102", state="planned")))

    assert ["MS-102 retires"] == [event["SUMMARY"] for event in found.values()]


def test_what_has_no_day_is_left_out(catalog: Catalog, wording: Wording) -> None:
    assert {} == events(of_wallet(catalog, wording, Holding(credential="az-900"), Holding(credential="ccna")))


def test_importing_again_moves_the_event_instead_of_adding_one(catalog: Catalog, wording: Wording) -> None:
    before = of_wallet(catalog, wording, SECURITY)
    moved = replace(SECURITY, expires_on=date(2029, 12, 1))
    after = of_wallet(catalog, wording, moved, now=NOW + timedelta(days=1))

    [old], [new] = events(before).values(), events(after).values()
    assert old["UID"] == new["UID"]
    assert date(2029, 12, 1) == new["DTSTART"].dt
    assert new["SEQUENCE"] > old["SEQUENCE"]


def test_two_learners_have_events_of_their_own_and_stay_unnamed(catalog: Catalog, wording: Wording) -> None:
    mine, yours = (of_wallet(catalog, wording, SECURITY, owner=owner) for owner in ("telegram-815", "discord-4711"))

    [my_event], [your_event] = events(mine).values(), events(yours).values()
    assert my_event["UID"] != your_event["UID"]
    assert b"815" not in mine


def test_the_steps_of_a_path_span_the_days_of_study(wording: Wording) -> None:
    found = events(path_calendar(path("CCNA", "AZ-104"), wording, "en", NOW))

    assert ["Study: CCNA", "Study: AZ-104"] == [event["SUMMARY"] for event in found.values()]
    assert (date(2027, 1, 4), date(2027, 2, 1)) == (
        found["step.step-0"]["DTSTART"].dt,
        found["step.step-0"]["DTEND"].dt,
    )
    assert "About 40 hours of study.\nUSD 165" == found["step.step-0"]["DESCRIPTION"]
    assert "an assumption" in found["step.step-1"]["DESCRIPTION"]
    assert {"TRANSPARENT"} == {event["TRANSP"] for event in found.values()}


@pytest.mark.parametrize("title", ['A, B; C\\D "E"', "网络工程师 नेटवर्क", "x" * 300, "two\nlines"])
def test_any_title_comes_back_as_it_was(wording: Wording, title: str) -> None:
    ics = path_calendar(path(title), wording, "en", NOW)

    assert f"Study: {title}" == events(ics)["step.step-0"]["SUMMARY"]
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))


def test_no_title_smuggles_in_a_line_of_its_own(wording: Wording) -> None:
    ics = path_calendar(path("x\r\nEND:VEVENT\r\nBEGIN:VEVENT\x07"), wording, "en", NOW)

    assert 1 == len(events(ics))
    assert b"\x07" not in ics


def test_titles_are_in_the_language_that_is_spoken(catalog: Catalog, wording: Wording, phrases: Phrases) -> None:
    entries = wallet([SECURITY], catalog, TODAY)
    [event] = events(wallet_calendar(entries, wording, "de", NOW)).values()

    assert phrases.say("calendar.expiry", "de", name="Security+") == event["SUMMARY"]
