"""Reminders come in time, once, at a decent local hour, whatever clocks and learners do."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.catalog import Catalog
from bot.learning.learner import Holding, Profile, Reminder
from bot.learning.reminder_times import in_quiet_hours, wanted_reminders
from bot.learning.wallet import Entry, Expiry, wallet
from bot.learning.zones import local_day
from bot.text.prompts import Phrases

BERLIN = Profile(time_zone="Europe/Berlin")
# With daylight saving north and south, by half an hour, at midnight, with days skipped and offsets to the quarter.
ODD_ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
    "America/Scoresbysund",
    "Antarctica/Troll",
    "Etc/GMT+12",
    "UTC",
)
zones = st.sampled_from(ODD_ZONES) | st.sampled_from(sorted(zoneinfo.available_timezones() - {"Factory", "localtime"}))
moments = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: utc("2020-01-01") + timedelta(minutes=minutes))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def held(credential: str, earned: str) -> Holding:
    return Holding(credential=credential, earned_on=date.fromisoformat(earned))


def reminders(catalog: Catalog, now: str, *holdings: Holding, profile: Profile = BERLIN) -> dict[str, str]:
    """When each wanted reminder is due, by key."""
    moment = utc(now)
    entries = wallet(holdings, catalog, moment.date())
    return {one.key: f"{one.due_at:%Y-%m-%d %H:%M}" for one in wanted_reminders(entries, profile, moment)}


def expiring(on: date) -> Entry:
    """Something with the dates of expiry alone."""
    return Entry(
        holding=Holding(credential="x", expires_on=on),
        credential=None,
        validity="valid",
        expiry=Expiry(basis="stated", on=on),
    )


class Sender:
    """What storage and sender do with what is wanted: unsent ones are replaced, each key is sent at most once."""

    def __init__(self) -> None:
        self.waiting: dict[str, Reminder] = {}
        self.sent: list[tuple[str, datetime]] = []

    def plan(self, wanted: Iterable[Reminder]) -> None:
        done = {key for key, _ in self.sent}
        self.waiting = {reminder.key: reminder for reminder in wanted if reminder.key not in done}

    def tick(self, now: datetime) -> None:
        for key in [key for key, reminder in self.waiting.items() if reminder.due_at <= now]:
            self.sent.append((key, now))
            del self.waiting[key]


class TestWhatIsTold:
    def test_security_plus_passed_on_1_december_2023_is_warned_about_in_time(self, catalog: Catalog) -> None:
        about = "comptia-security-plus:2026-12-01"

        assert {
            f"expiry:{about}:365d": "2025-12-01 08:00",
            f"expiry:{about}:90d": "2026-09-02 07:00",
            f"expiry:{about}:30d": "2026-11-01 08:00",
            f"expiry:{about}:7d": "2026-11-24 08:00",
            f"expiry:{about}:expired": "2026-12-02 08:00",
        } == reminders(catalog, "2024-01-10T12:00", held("comptia-security-plus", "2023-12-01"))

    def test_it_is_warned_about_once_when_everything_is_planned_again_every_day(self, catalog: Catalog) -> None:
        sender = Sender()
        for day in range(3 * 365 + 40):
            now = utc("2023-12-02T06:00") + timedelta(days=day)
            entries = wallet([held("comptia-security-plus", "2023-12-01")], catalog, now.date())
            sender.plan(wanted_reminders(entries, BERLIN, now))
            sender.tick(now + timedelta(hours=5))

        told = [(key.rsplit(":", 1)[-1], f"{at:%Y-%m-%d}") for key, at in sender.sent]
        assert [
            ("365d", "2025-12-01"),
            ("90d", "2026-09-02"),
            ("30d", "2026-11-01"),
            ("7d", "2026-11-24"),
            ("expired", "2026-12-02"),
        ] == told

    def test_az_104_says_that_renewal_opens_180_days_before(self, catalog: Catalog) -> None:
        found = reminders(catalog, "2026-11-23T12:00", held("az-104", "2026-11-20"))

        assert ("window:az-104:2027-11-20", "2027-05-24 07:00") == next(iter(found.items()))
        assert ["90d", "30d", "7d", "expired"] == [key.rsplit(":", 1)[-1] for key in list(found)[1:]]

    def test_of_what_is_overdue_only_the_latest_is_told(self, catalog: Catalog) -> None:
        found = reminders(catalog, "2026-11-23T12:00", held("comptia-security-plus", "2023-12-01"))

        assert ["30d", "7d", "expired"] == [key.rsplit(":", 1)[-1] for key in found]

    def test_what_expired_long_ago_is_no_news(self, catalog: Catalog) -> None:
        assert {} == reminders(catalog, "2026-11-23T12:00", held("comptia-security-plus", "2020-12-01"))
        assert 1 == len(reminders(catalog, "2026-11-23T12:00", held("comptia-security-plus", "2023-11-01")))

    def test_a_plan_that_retires_is_warned_about_until_it_is_gone(self, catalog: Catalog) -> None:
        planned = Holding(credential="ms-102", state="planned")

        found = reminders(catalog, "2026-07-01T12:00", planned)
        assert [
            "retiring:ms-102:2026-11-30:90d",
            "retiring:ms-102:2026-11-30:30d",
            "retiring:ms-102:2026-11-30:7d",
            "retired:ms-102:2026-11-30",
        ] == list(found)
        assert ["retired:ms-102:2026-11-30"] == list(reminders(catalog, "2026-12-24T12:00", planned))

    def test_who_holds_what_retires_is_told_before_and_on_the_day(self, catalog: Catalog) -> None:
        found = reminders(catalog, "2026-07-01T12:00", held("ms-102", "2026-06-20"))

        assert ["retiring:ms-102:2026-11-30:90d", "retired:ms-102:2026-11-30"] == [k for k in found if "retir" in k]

    def test_what_does_not_expire_needs_no_reminder(self, catalog: Catalog) -> None:
        assert {} == reminders(catalog, "2026-11-23T12:00", held("az-900", "2020-01-01"))

    def test_a_renewed_credential_is_warned_about_at_its_new_date_alone(self, catalog: Catalog) -> None:
        found = reminders(
            catalog,
            "2026-11-23T12:00",
            held("comptia-security-plus", "2023-12-01"),
            held("comptia-cysa-plus", "2026-10-01"),
        )

        assert {"2029-10-01"} == {key.split(":")[2] for key in found}

    def test_every_text_of_a_reminder_is_a_phrase_with_its_values(self, catalog: Catalog, phrases: Phrases) -> None:
        holdings = [held(credential.id, "2026-06-20") for credential in catalog]
        plans = [Holding(credential=credential.id, state="planned") for credential in catalog]
        now = utc("2026-07-01T12:00")
        entries = [*wallet(holdings, catalog, now.date()), *wallet(plans, catalog, now.date())]
        wanted = wanted_reminders(entries, BERLIN, now, practice_due=now)

        assert 100 < len({phrases.say(one.text_key, "en", **one.values) for one in wanted})
        assert {
            *("reminder.window", "reminder.expiry", "reminder.expired", "reminder.retired", "reminder.practice"),
            "reminder.retiring",
        } == {one.text_key for one in wanted}


class TestPractice:
    def practice(self, now: str, due: str) -> list[str]:
        wanted = wanted_reminders([], BERLIN, utc(now), practice_due=utc(due))
        return [f"{one.key} {one.due_at:%m-%d %H:%M}" for one in wanted]

    def test_practice_is_recalled_daily_for_a_week(self) -> None:
        found = self.practice("2026-11-23T12:00", "2026-11-25T03:00")

        assert [f"practice:2026-11-{day} 11-{day} 08:00" for day in (25, 26, 27, 28, 29, 30)] == found[:6]
        assert 7 == len(found)

    def test_what_comes_due_after_the_hour_is_for_the_next_day(self) -> None:
        assert "practice:2026-11-24 11-24 08:00" == self.practice("2026-11-23T07:00", "2026-11-23T09:00")[0]

    def test_planning_again_just_after_the_hour_does_not_lose_the_day(self) -> None:
        assert "practice:2026-11-23 11-23 08:00" == self.practice("2026-11-23T08:01", "2026-11-22T09:00")[0]


class TestTheHour:
    def due(self, day: str, profile: Profile) -> str:
        """The local time at which something about that day is sent."""
        [reminder] = [
            one
            for one in wanted_reminders(
                [expiring(date.fromisoformat(day) - timedelta(days=1))], profile, utc("2020-01-01")
            )
            if one.key.endswith("expired")
        ]
        return f"{reminder.due_at.astimezone(ZoneInfo(profile.time_zone or 'UTC')):%Y-%m-%d %H:%M}"

    @pytest.mark.parametrize(
        ("quiet_from", "quiet_until", "hour"),
        [
            pytest.param(time(22), time(8), "09:00", id="over midnight, over by nine"),
            pytest.param(time(22), time(10, 30), "10:30", id="over midnight, until later than nine"),
            pytest.param(time(8), time(12), "12:00", id="in the morning"),
            pytest.param(time(9), time(8, 30), "08:30", id="all day but for half an hour"),
            pytest.param(time(9), time(9), "09:00", id="none"),
        ],
    )
    def test_it_is_nine_or_the_end_of_quiet_hours(self, quiet_from: time, quiet_until: time, hour: str) -> None:
        profile = Profile(time_zone="Europe/Berlin", quiet_from=quiet_from, quiet_until=quiet_until)

        assert f"2027-03-02 {hour}" == self.due("2027-03-02", profile)

    @pytest.mark.parametrize(
        ("zone", "quiet_until", "day", "sent"),
        [
            pytest.param("Europe/Berlin", time(8), "2027-03-28", "2027-03-28 09:00", id="the clock goes forward"),
            pytest.param("Europe/Berlin", time(8), "2027-10-31", "2027-10-31 09:00", id="the clock goes back"),
            pytest.param("Asia/Tokyo", time(8), "2028-02-29", "2028-02-29 09:00", id="29 February"),
        ],
    )
    def test_a_change_of_the_clock_leaves_the_hour(self, zone: str, quiet_until: time, day: str, sent: str) -> None:
        assert sent == self.due(day, Profile(time_zone=zone, quiet_until=quiet_until))

    def test_a_time_that_the_clock_skips_is_told_after_the_gap(self) -> None:
        """In Berlin it is never 02:30 on 28 March 2027."""
        profile = Profile(time_zone="Europe/Berlin", quiet_from=time(4), quiet_until=time(2, 30))

        assert "2027-03-28 03:30" == self.due("2027-03-28", profile)

    def test_quiet_hours_that_end_in_the_gap_put_it_off_by_a_day(self) -> None:
        profile = Profile(time_zone="Europe/Berlin", quiet_from=time(3), quiet_until=time(2, 30))

        assert "2027-03-29 02:30" == self.due("2027-03-28", profile)

    def test_a_day_that_the_zone_skips_is_told_on_the_next(self) -> None:
        """Samoa went over the date line: it had no 30 December 2011."""
        entries = [expiring(date(2011, 12, 29))]
        wanted = wanted_reminders(entries, Profile(time_zone="Pacific/Apia"), utc("2011-12-27"))

        assert ["2011-12-30 19:00"] == [f"{one.due_at:%Y-%m-%d %H:%M}" for one in wanted if "expired" in one.key]

    def test_what_is_overdue_waits_for_the_morning(self) -> None:
        [latest, *_] = wanted_reminders([expiring(date(2026, 12, 20))], BERLIN, utc("2026-11-23T23:30"))

        assert ("30d", "2026-11-24 07:00") == (latest.key.rsplit(":", 1)[-1], f"{latest.due_at:%Y-%m-%d %H:%M}")


quiet_hours = st.tuples(st.times(), st.times()).map(
    lambda both: (both[0].replace(second=0, microsecond=0), both[1].replace(second=0, microsecond=0))
)


class TestAlways:
    @given(zone=zones, quiet=quiet_hours, on=st.dates(date(2021, 1, 1), date(2040, 1, 1)), now=moments)
    @settings(max_examples=300, deadline=None)
    def test_nothing_comes_in_quiet_hours_or_on_another_day(
        self, zone: str, quiet: tuple[time, time], on: date, now: datetime
    ) -> None:
        profile = Profile(time_zone=zone, quiet_from=quiet[0], quiet_until=quiet[1])

        for reminder in wanted_reminders([expiring(on)], profile, now):
            # What is overdue by now is sent by the next tick; until then it may be dated back.
            sent = max(reminder.due_at, now)
            assert not in_quiet_hours(profile, sent)
            label = reminder.key.rsplit(":", 1)[-1]
            day = on + timedelta(days=1) if label == "expired" else on - timedelta(days=int(label[:-1]))
            if day > local_day(profile, now):
                late = reminder.due_at.astimezone(ZoneInfo(zone)).date() - day
                assert timedelta(0) <= late <= timedelta(days=1)

    @given(
        on=st.dates(date(2021, 1, 1), date(2030, 1, 1)) | st.sampled_from([date(2024, 2, 29), date(2028, 2, 29)]),
        moves=st.lists(st.tuples(st.integers(0, 110), st.integers(0, 23), zones), max_size=12),
        hour=st.integers(0, 23),
        data=st.data(),
    )
    @settings(max_examples=150, deadline=None)
    def test_moving_from_zone_to_zone_and_planning_again_neither_loses_nor_doubles(
        self, on: date, moves: list[tuple[int, int, str]], hour: int, data: st.DataObject
    ) -> None:
        """A hundred days before it expires until nine days after: wherever the learner is, each comes exactly once."""
        start = datetime.combine(on - timedelta(days=100), time(hour), UTC)
        planned = {start + timedelta(days=day, hours=hours): zone for day, hours, zone in moves}
        sender, profile = Sender(), Profile(time_zone=data.draw(zones))
        sender.plan(wanted_reminders([expiring(on)], profile, start))
        for step in range(110 * 24):
            now = start + timedelta(hours=step)
            if now in planned:
                profile = Profile(time_zone=planned[now])
                sender.plan(wanted_reminders([expiring(on)], profile, now))
            sender.tick(now)

        assert ["90d", "30d", "7d", "expired"] == [key.rsplit(":", 1)[-1] for key, _ in sender.sent]

    @settings(deadline=None)
    @given(now=moments, first=zones, second=zones, on=st.dates(date(2021, 1, 1), date(2040, 1, 1)))
    def test_a_reminder_that_is_to_come_has_the_same_key_in_every_zone(
        self, now: datetime, first: str, second: str, on: date
    ) -> None:
        here, there = (
            {one.key for one in wanted_reminders([expiring(on)], Profile(time_zone=zone), now) if one.due_at > now}
            for zone in (first, second)
        )

        # At most the one that lies between the two zones' mornings differs.
        assert len(here ^ there) <= 1

    @settings(deadline=None)
    @given(now=moments, zone=zones, on=st.dates(date(2021, 1, 1), date(2040, 1, 1)))
    def test_planning_twice_at_one_moment_changes_nothing(self, now: datetime, zone: str, on: date) -> None:
        profile = Profile(time_zone=zone)
        once = wanted_reminders([expiring(on)], profile, now)

        assert once == wanted_reminders([expiring(on)], profile, now)
        assert len({one.key for one in once}) == len(once)
        assert all(one.due_at.tzinfo is UTC for one in once)
