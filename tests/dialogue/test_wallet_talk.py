"""The wallet in conversation, and the reminders that come of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar

from tests.dialogue.conftest import Place


async def test_security_plus_passed_in_december_2023_expires_three_years_later(place: Place) -> None:
    person = place.person()
    said = await person.says("I passed Security+ on 2023-12-01", "/wallet")
    assert "expires on 2026-12-01" in said
    assert person.answers[-1].claims[0].citations == (1,)


async def test_the_renewal_of_az_104_opens_180_days_before_it_expires(place: Place) -> None:
    said = await place.person().says("I passed AZ-104 on 2026-06-02", "when does my AZ-104 expire?")
    assert "expires on 2027-06-02" in said
    assert "opens on 2026-12-04, 180 days before" in said


async def test_a_higher_certification_renews_the_lower(place: Place) -> None:
    said = await place.person().says("I passed SAA-C03 on 2024-02-29 and SAP-C02 on 2026-01-10", "/wallet")
    assert "renewed when you earned AWS Solutions Architect Professional" in said
    assert "expires on 2029-01-10" in said


async def test_what_is_planned_and_has_retired_is_warned_about_at_once(place: Place) -> None:
    said = await place.person().says("I plan to take AZ-500")
    assert "retired on 2026-08-31" in said
    assert "SC-500" in said


async def test_a_day_to_come_or_long_past_is_asked_again(place: Place) -> None:
    person = place.person()
    assert "1950" in await person.says("I passed CCNA on 1950-01-01")
    assert not (await place.store.learner(person.who)).wallet


async def test_what_is_not_in_the_wallet_is_said_not_to_be(place: Place) -> None:
    assert "CISSP is not in your wallet" in await place.person().says("when does my CISSP expire?")


async def test_the_calendar_holds_the_expiry(place: Place) -> None:
    person = place.person()
    await person.says("I passed Security+ on 2023-12-01", "/calendar")
    (file,) = person.reply.attachments
    days = [event.decoded("dtstart") for event in icalendar.Calendar.from_ical(file.content).walk("VEVENT")]
    assert datetime(2026, 12, 1, tzinfo=UTC).date() in days


async def test_a_calendar_of_nothing_says_what_to_do(place: Place) -> None:
    person = place.person()
    assert "Tell me what you hold" in await person.says("/calendar")
    assert not person.reply.attachments


class TestReminders:
    async def test_an_expiry_is_warned_about_in_time_and_once(self, place: Place) -> None:
        person = place.person()
        await person.says("I passed Security+ on 2023-12-01")
        (notice,) = await place.reminding.due(place.now, to=person.who)
        assert "Security+" in notice.reply.text
        assert "2026-12-01" in notice.reply.text
        assert notice.reply.citations
        await place.reminding.delivered([notice], place.now)
        assert [] == await place.reminding.due(place.now, to=person.who)

    async def test_over_a_year_each_reminder_comes_on_its_day_and_once(self, place: Place) -> None:
        person = place.person()
        place.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        await person.says("I passed Security+ on 2023-12-01 and live in Berlin")
        told: list[int] = []
        for day in range(400):
            now = place.now + timedelta(days=day)
            notices = await place.reminding.due(now)
            await place.reminding.delivered(notices, now)
            told += [day for _ in notices]
        # A year, a quarter, a month and a week before, and when it has run out.
        assert [0, 244, 304, 327, 335] == told

    async def test_what_was_renewed_meanwhile_is_not_warned_about(self, place: Place) -> None:
        person = place.person()
        await person.says("I passed Security+ on 2023-12-01", "I passed CySA+ on 2026-11-20")
        due = await place.reminding.due(place.now, to=person.who)
        assert [] == [notice for notice in due if "2026-12-01" in notice.reply.text]

    async def test_quiet_hours_put_a_reminder_off(self, place: Place) -> None:
        person = place.person()
        place.now = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
        await person.says("I passed Security+ on 2023-12-01, quiet hours 21:00 to 7:00")
        assert [] == await place.reminding.due(place.now)
        assert [] == await place.reminding.due(place.now + timedelta(hours=8))
        assert len(await place.reminding.due(place.now + timedelta(hours=11))) == 1

    async def test_who_opens_the_chat_in_quiet_hours_is_told_all_the_same(self, place: Place) -> None:
        person = place.person()
        place.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        await person.says("I passed Security+ on 2023-12-01, quiet hours 21:00 to 7:00")
        night = place.now.replace(hour=22, minute=30)
        assert len(await place.reminding.due(night, to=person.who)) == 1

    async def test_one_person_s_reminders_are_not_taken_by_another_s_terminal(self, place: Place) -> None:
        ann, ben = place.person("1"), place.person("2")
        await ann.says("I passed Security+ on 2023-12-01")
        await ben.says("I hold CISM")
        assert [] == await place.reminding.due(place.now, to=ben.who)
        assert len(await place.reminding.due(place.now, to=ann.who)) == 1
