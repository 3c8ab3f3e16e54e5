"""Time zones as people name them: "Europe/Berlin", "Berlin", "UTC+2", "EST", "Japan". Reads only the zone database."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from bot.errors import InputError
from bot.learning.learner import Profile
from bot.learning.wallet import Say
from bot.text.words import fold

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?")
_SHOWN = 40  # characters of what was not understood
_MIN_HOURS, _MAX_HOURS = -12, 14
# Zones east or west by part of an hour, and without daylight saving; a test holds them against the zone database.
_BETWEEN = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+08:45": "Australia/Eucla",
    "+09:30": "Australia/Darwin",
}
# What people call the time where they live. Somebody on "EST" lives with daylight saving, though the zone of that name
# has none. "CST" and the like are left out: they are the time of two continents.
_CALLED = {
    **dict.fromkeys(("utc", "gmt", "z", "zulu"), "Etc/UTC"),
    **dict.fromkeys(("et", "est", "edt", "eastern", "eastern time"), "America/New_York"),
    **dict.fromkeys(("ct", "cdt", "central time"), "America/Chicago"),
    **dict.fromkeys(("mt", "mst", "mdt", "mountain time"), "America/Denver"),
    **dict.fromkeys(("pt", "pst", "pdt", "pacific time"), "America/Los_Angeles"),
    **dict.fromkeys(("cet", "cest", "mez", "mesz"), "Europe/Berlin"),
    **dict.fromkeys(("eet", "eest"), "Europe/Athens"),
    **dict.fromkeys(("wet", "west"), "Europe/Lisbon"),
    **dict.fromkeys(("jst",), "Asia/Tokyo"),
    **dict.fromkeys(("kst",), "Asia/Seoul"),
    **dict.fromkeys(("hkt",), "Asia/Hong_Kong"),
    **dict.fromkeys(("sgt",), "Asia/Singapore"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    **dict.fromkeys(("nzst", "nzdt"), "Pacific/Auckland"),
    **dict.fromkeys(("india", "delhi", "new delhi", "mumbai", "bangalore", "bengaluru", "hyderabad"), "Asia/Kolkata"),
    **dict.fromkeys(("nyc", "boston", "washington", "washington dc", "miami", "atlanta"), "America/New_York"),
    **dict.fromkeys(("san francisco", "seattle", "california"), "America/Los_Angeles"),
    **dict.fromkeys(("dallas", "houston", "texas"), "America/Chicago"),
    **dict.fromkeys(("munich", "munchen", "hamburg", "frankfurt", "cologne", "koln"), "Europe/Berlin"),
    **dict.fromkeys(("rio", "rio de janeiro", "brasilia"), "America/Sao_Paulo"),
    **dict.fromkeys(("germany", "deutschland"), "Europe/Berlin"),
    **dict.fromkeys(("france",), "Europe/Paris"),
    **dict.fromkeys(("spain", "espana"), "Europe/Madrid"),
    **dict.fromkeys(("china", "beijing", "北京", "中国"), "Asia/Shanghai"),
    **dict.fromkeys(("uk", "england"), "Europe/London"),
}
_AMBIGUOUS = {
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ast": ("America/Halifax", "Asia/Riyadh"),
}
# In the database for programs: they name no time.
_NO_ZONES = {"Factory", "localtime"}


def find_zone(text: str, say: Say) -> str:
    """The IANA name of the zone that somebody means. Raises `InputError`, in the words of `say`, for one that is not
    known or that may be one of several.
    """
    wanted = _spelt(text)
    if found := _offset(wanted):
        return found
    if wanted in _CALLED:
        return _CALLED[wanted]
    if wanted in _AMBIGUOUS:
        raise InputError(say("zone.ambiguous", zone=text.strip(), options=", ".join(_AMBIGUOUS[wanted])))
    if found := _named(wanted):
        return found
    shown = text.strip()[:_SHOWN]
    if near := _close(wanted[:_SHOWN]):
        raise InputError(say("zone.near", zone=shown, near=near))
    raise InputError(say("zone.unknown", zone=shown))


def zone_of(profile: Profile) -> tzinfo:
    """The learner's zone; UTC where none is told, or where the database no longer has it."""
    try:
        return ZoneInfo(profile.time_zone) if profile.time_zone else UTC
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # Better at an odd hour than never.
        return UTC


def local_day(profile: Profile, now: datetime) -> date:
    """Which day it is for the learner; `now` knows its zone."""
    return now.astimezone(zone_of(profile)).date()


def _spelt(text: str) -> str:
    return " ".join(fold(text).replace("_", " ").replace("\u2212", "-").split())


def _offset(wanted: str) -> str | None:
    """`utc+2` and the like as a zone without daylight saving. The signs of `Etc/` zones are the other way round."""
    match = _OFFSET.fullmatch(wanted)
    if match is None:
        return None
    sign, hours, minutes = match[1], int(match[2]), int(match[3] or 0)
    if minutes:
        return _BETWEEN.get(f"{sign}{hours:02d}:{minutes:02d}")
    if not _MIN_HOURS <= int(f"{sign}{hours}") <= _MAX_HOURS:
        return None
    return "Etc/UTC" if hours == 0 else f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"


def _named(wanted: str) -> str | None:
    """A zone by its whole name, by its place, or by a country that the database names."""
    names = _names()
    return names.get(wanted) or names.get(wanted.split(",", maxsplit=1)[0].strip())


def _close(wanted: str) -> str | None:
    near = difflib.get_close_matches(wanted, _names(), n=1, cutoff=0.75)
    return _names()[near[0]] if near else None


@cache
def _names() -> Mapping[str, str]:
    """Zones by what people write: the whole name, or its last part. Several zones of one place are names of the same
    time; of those Europe's and the shortest are the ones in use.
    """
    names = sorted(
        zoneinfo.available_timezones() - _NO_ZONES,
        key=lambda name: (name.count("/"), not name.startswith("Europe/"), name),
    )
    places = {_spelt(name.rsplit("/", 1)[-1]): name for name in reversed(names) if not name.startswith("Etc/")}
    return places | {_spelt(name): name for name in names}
