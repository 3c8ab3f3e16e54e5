"""A time zone is understood however people name it, or they are told how to."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InputError
from bot.learning import zones
from bot.learning.learner import Profile
from bot.learning.wallet import Say
from bot.learning.zones import find_zone, local_day, zone_of


def silent(key: str, **values: object) -> str:
    return key


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" Berlin ", "Europe/Berlin"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Istanbul", "Europe/Istanbul"),
        ("Mumbai", "Asia/Kolkata"),
        ("EST", "America/New_York"),
        ("CET", "Europe/Berlin"),
        ("Japan", "Japan"),
        ("北京", "Asia/Shanghai"),
        ("UTC", "Etc/UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("utc −05:00", "Etc/GMT+5"),
        ("GMT+0530", "Asia/Kolkata"),
        ("+0", "Etc/UTC"),
    ],
)
def test_a_zone_is_understood_as_people_name_it(said: str, zone: str) -> None:
    assert zone == find_zone(said, silent)


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        ("Berln", "Did you mean Europe/Berlin?"),
        ("CST", "America/Chicago, Asia/Shanghai"),
        ("the moon", "Name a large city"),
        ("UTC+25", "write UTC+2"),
        ("UTC+1:17", "Name a large city"),
        ("", "Name a large city"),
        ("../../etc/passwd", "Name a large city"),
        ("x" * 10_000, "Name a large city"),
    ],
)
def test_what_is_not_understood_gets_a_message_that_helps(say: Say, said: str, helps: str) -> None:
    with pytest.raises(InputError) as refused:
        find_zone(said, say)
    assert helps in str(refused.value)
    assert len(str(refused.value)) < 200


@settings(deadline=None)
@given(st.sampled_from(sorted(zoneinfo.available_timezones())))
def test_every_zone_of_the_database_is_understood_by_its_name(name: str) -> None:
    """Or, where the name is one that people use for another, as what they mean by it."""
    if "/" in name:
        now = datetime(2026, 7, 1, tzinfo=UTC)
        assert (
            now.astimezone(ZoneInfo(name)).utcoffset() == now.astimezone(ZoneInfo(find_zone(name, silent))).utcoffset()
        )


@pytest.mark.parametrize("hours", range(-12, 15))
def test_an_offset_from_utc_is_that_offset(hours: int) -> None:
    zone = ZoneInfo(find_zone(f"UTC{hours:+d}", silent))

    assert timedelta(hours=hours) == datetime(2026, 7, 1, tzinfo=zone).utcoffset()


def test_zones_between_the_hours_are_where_the_database_has_them_all_year() -> None:
    for offset, name in zones._BETWEEN.items():
        hours, minutes = (int(part) for part in offset.split(":"))
        for month in (1, 7):
            found = datetime(2026, month, 1, tzinfo=ZoneInfo(name)).utcoffset()
            assert timedelta(hours=hours, minutes=minutes) == found, name


def test_every_name_that_people_use_leads_to_a_zone_of_the_database() -> None:
    meant = {*zones._CALLED.values(), *zones._BETWEEN.values(), *(n for o in zones._AMBIGUOUS.values() for n in o)}

    assert set() == meant - zoneinfo.available_timezones()


@pytest.mark.parametrize("name", [None, "", "No/Such", "Europe", "../../etc/passwd", "\x00"])
def test_without_a_zone_that_can_be_read_it_is_utc(name: str | None) -> None:
    assert UTC is zone_of(Profile(time_zone=name))


def test_a_day_is_the_learners_own() -> None:
    now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    assert date(2026, 11, 23) == local_day(Profile(), now)
    assert date(2026, 11, 24) == local_day(Profile(time_zone="Asia/Tokyo"), now)
