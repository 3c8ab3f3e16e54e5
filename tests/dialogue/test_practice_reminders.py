"""Who practises is reminded of it: once a day, when something is due, and not any more once they say so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.app import Library
from bot.core.ports import LearnerStore
from bot.errors import MissingService
from tests.dialogue.conftest import Person, Place

DAY = timedelta(days=1)


@pytest.fixture
async def ada(place: Place) -> Person:
    """Has practised at noon on 2026-11-23, and got something wrong, which is due again the day after."""
    ada = place.person()
    await ada.says("/practice az-104", "I don't know", "I don't know", "/stop")
    return ada


async def told(place: Place, days: int, *, at: int = 9) -> list[str]:
    """What somebody is told within so many days, looked for every day at an hour in UTC."""
    found = []
    for number in range(1, days + 1):
        now = datetime(2026, 11, 23, at, 1, tzinfo=UTC) + number * DAY
        for notice in await place.reminding.due(now):
            found.append(f"{now:%m-%d} {notice.reply.text}")
            await place.reminding.delivered([notice], now)
    return found


class Shaky:
    """A store that does not tell what somebody has practised."""

    def __init__(self, store: LearnerStore, fails: BaseException) -> None:
        self._store = store
        self._fails = fails

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def cards(self, _: object) -> None:
        raise self._fails


PRACTICE = "Practice is due. A few minutes are enough today."


async def test_once_a_day_for_a_week_and_then_no_more(place: Place, ada: Person) -> None:
    told_once = await told(place, 12)
    assert told_once == [f"11-{day} {PRACTICE}" for day in range(24, 31)]


async def test_never_before_somebody_has_practised(place: Place) -> None:
    await place.person().says("I am studying for AZ-104", "my time zone is Europe/Berlin", "what does CCNA cost?")
    assert PRACTICE not in str(await told(place, 5))


async def test_at_most_one_a_day_however_often_it_is_looked_for(place: Place, ada: Person) -> None:
    morning = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert len(await place.reminding.due(morning)) == 1
    for minutes in range(0, 600, 20):
        assert await place.reminding.due(morning + timedelta(minutes=minutes)) == []


@pytest.mark.parametrize("fails", [MissingService("away"), asyncio.CancelledError()], ids=["away", "cancelled"])
async def test_what_was_claimed_and_could_not_be_worded_is_told_later(
    place: Place, library: Library, ada: Person, fails: BaseException
) -> None:
    morning = datetime(2026, 11, 24, 9, tzinfo=UTC)
    shaky: Any = Shaky(place.store, fails)
    with pytest.raises(type(fails)):
        await Place(library, shaky).reminding.due(morning)
    assert len(await place.reminding.due(morning)) == 1


async def test_after_some_days_of_silence_there_is_one_and_not_all(place: Place, ada: Person) -> None:
    """The process was away: what it missed is no news, and today's is told at its own hour."""
    assert await place.reminding.due(datetime(2026, 11, 26, 8, 30, tzinfo=UTC)) == []
    assert len(await place.reminding.due(datetime(2026, 11, 26, 9, tzinfo=UTC))) == 1


async def test_who_has_practised_today_is_not_called_back_today(place: Place, ada: Person) -> None:
    place.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    await ada.says("/practice az-104", "I don't know", "/stop")
    assert await place.reminding.due(datetime(2026, 11, 24, 10, tzinfo=UTC)) == []
    assert len(await place.reminding.due(datetime(2026, 11, 25, 9, tzinfo=UTC))) == 1


async def test_what_they_say_of_themselves_meanwhile_takes_no_reminder_away(place: Place, ada: Person) -> None:
    await ada.says("my time zone is America/New_York")
    assert await place.reminding.due(datetime(2026, 11, 24, 9, tzinfo=UTC)) == []
    (notice,) = await place.reminding.due(datetime(2026, 11, 24, 14, tzinfo=UTC))
    assert notice.reply.text == PRACTICE


async def test_quiet_hours_are_quiet(place: Place, ada: Person) -> None:
    await ada.says("don't message me between 20:00 and 11:00")
    assert await place.reminding.due(datetime(2026, 11, 24, 10, 59, tzinfo=UTC)) == []
    assert len(await place.reminding.due(datetime(2026, 11, 24, 11, tzinfo=UTC))) == 1


async def test_its_buttons_practise_put_off_and_end_it(place: Place, ada: Person) -> None:
    place.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    (notice,) = await place.reminding.due(place.now)
    now, later, never = notice.reply.actions
    assert "Tomorrow" in await ada.says(later.ask)
    assert "Questions in this round" in await ada.says(now.ask)
    await ada.says("/stop")
    assert "don't remind you to practise any more" in await ada.says(never.ask)
    assert await told(place, 10) == []


@pytest.mark.parametrize(
    ("off", "on"),
    [
        ("/reminders off", "/reminders on"),
        ("please don't remind me to practise", "remind me to practise"),
        ("no me recuerdes practicar", "recuérdame practicar"),
        ("ne me rappelle plus de réviser", "rappelle-moi de réviser"),
        ("Erinnere mich nicht mehr ans Üben", "Erinnere mich ans Üben"),
        ("não me lembre de praticar", "me lembre de praticar"),
        ("मुझे अभ्यास याद मत दिलाओ", "मुझे अभ्यास याद दिलाओ"),
        ("不要提醒我练习", "请提醒我练习"),
    ],
)
async def test_they_are_switched_off_and_on_in_every_language(place: Place, ada: Person, off: str, on: str) -> None:
    await ada.says(off)
    assert not (await place.store.learner(ada.who)).profile.practice_reminders
    assert "no practice reminders" in await ada.says("what do you know about me?")
    assert await place.reminding.due(datetime(2026, 11, 24, 9, tzinfo=UTC)) == []
    await ada.says(on)
    assert (await place.store.learner(ada.who)).profile.practice_reminders
    assert len(await place.reminding.due(datetime(2026, 11, 25, 9, tzinfo=UTC))) == 1


async def test_how_they_are_set_is_told(place: Place, ada: Person) -> None:
    assert "once a day at most" in await ada.says("/reminders")
    await ada.says("/reminders off", "/undo")
    assert "once a day at most" in await ada.says("/reminders")
    await ada.says("/reminders off")
    assert "don't remind you" in await ada.says("/reminders")
