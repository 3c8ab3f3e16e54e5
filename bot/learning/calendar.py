"""The wallet and a learning path as iCalendar (RFC 5545) for one's own calendar. Pure: `now` is given.

An event's UID names what it is about and whose it is, not when: importing again moves the event instead of adding one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.catalog.credential import Credential, Source
from bot.catalog.wording import Wording, money
from bot.learning.reminder_times import TELLING_HOUR
from bot.learning.wallet import Entry
from bot.planning.model import LearningPath, Step
from bot.text.words import clean

# How long before an expiry the calendar itself rings; reminders in chat begin earlier.
_ALARM_DAYS = (30, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """All of the days from `first` to `last`. `about` is what stays when it moves; alarms ring so many days before the
    first day, at the hour at which reminders come, too.
    """

    about: str
    title: str
    first: date
    last: date
    text: str = ""
    url: str | None = None
    alarm_days: tuple[int, ...] = ()


def wallet_calendar(
    entries: Iterable[Entry], wording: Wording, language: str, now: datetime, *, owner: str = ""
) -> bytes:
    """Expiries, first days of renewal windows and retirements to come, of the entries that have such a day.

    `owner` tells one learner's events from another's in a calendar that both import; it is not in the file itself.
    """
    events = [event for entry in entries for event in _of_entry(entry, wording, language)]
    return _calendar(wording.say("calendar.wallet", language), events, now, owner)


def path_calendar(path: LearningPath, wording: Wording, language: str, now: datetime, *, owner: str = "") -> bytes:
    """Each step of the path over the days on which it is studied."""
    events = [_of_step(step, wording, language) for step in path.steps]
    return _calendar(wording.say("calendar.path", language), events, now, owner)


def _of_entry(entry: Entry, wording: Wording, language: str) -> Iterator[_Event]:
    about, credential, expiry, alert = entry.holding.credential, entry.credential, entry.expiry, entry.alert
    text = _told(entry, wording, language)
    url = credential.url if credential else None

    def event(kind: str, day: date, alarm_days: tuple[int, ...]) -> _Event:
        title = wording.say(f"calendar.{kind}", language, name=entry.name)
        return _Event(
            about=f"{kind}.{about}", title=title, first=day, last=day, text=text, url=url, alarm_days=alarm_days
        )

    if expiry is not None and expiry.on is not None:
        yield event("expiry", expiry.on, _ALARM_DAYS)
    if entry.window is not None:
        # The day on which it opens: half a year of it as a bar would hide what else is in the calendar.
        yield event("window", entry.window.opens, (0,))
    if alert is not None and alert.kind == "retiring" and alert.on is not None:
        yield event("retirement", alert.on, _ALARM_DAYS)


def _told(entry: Entry, wording: Wording, language: str) -> str:
    """How it is renewed, what its date rests on, and the source."""
    credential, expiry = entry.credential, entry.expiry
    if credential is None:
        return ""
    lines = []
    if credential.renewal is not None:
        lines.append(wording.sentence(credential, "renewal", language, name=credential.short_name))
    if expiry is not None and expiry.basis in {"computed", "renewed"} and expiry.months is not None:
        lines.append(wording.say("calendar.basis", language, term=wording.term(expiry.months, language)))
    if (source := _source(credential)) is not None:
        lines.append(wording.say("calendar.source", language, title=source.title))
    return "\n".join(lines)


def _source(credential: Credential) -> Source | None:
    known = credential.renewal or credential.validity
    keys = [key for reading in known.readings for key in reading.source] if known else []
    return next((credential.sources[key] for key in keys if key in credential.sources), None)


def _of_step(step: Step, wording: Wording, language: str) -> _Event:
    offer = step.offer
    key = "calendar.effort.assumed" if offer.hours_assumed else "calendar.effort"
    effort = wording.say(key, language, hours=wording.say("hours", language, n=f"{offer.hours:g}"))
    return _Event(
        about=f"step.{offer.id}",
        title=wording.say("calendar.step", language, name=offer.title),
        first=step.start,
        last=step.finish,
        text=f"{effort}\n{money(offer.cost_usd)}",
    )


def _calendar(name: str, events: Iterable[_Event], now: datetime, owner: str) -> bytes:
    from icalendar import Calendar  # noqa: PLC0415 - loads in a third of a second, and only those who export need it

    calendar = Calendar()
    calendar.add("prodid", "-//Credway//Credway//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(_component(event, now.astimezone(UTC), owner))
    return bytes(calendar.to_ical())


def _component(event: _Event, now: datetime, owner: str) -> Any:
    from icalendar import Alarm, Event  # noqa: PLC0415

    component = Event()
    component.add("uid", _uid(event.about, owner))
    component.add("dtstamp", now)
    component.add("last-modified", now)
    # Calendars take an event again only when its number has grown: minutes fit, and grow by themselves.
    component.add("sequence", int(now.timestamp()) // 60)
    component.add("dtstart", event.first)
    # RFC 5545, 3.6.1: the end is the first day that no longer belongs to it.
    component.add("dtend", event.last + timedelta(days=1))
    component.add("summary", clean(event.title))
    # What takes days beside work does not make anybody busy.
    component.add("transp", "TRANSPARENT")
    if event.text:
        component.add("description", clean(event.text))
    if event.url:
        component.add("url", event.url)
    hour = timedelta(hours=TELLING_HOUR.hour, minutes=TELLING_HOUR.minute)
    for days in event.alarm_days:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", clean(event.title))
        alarm.add("trigger", hour - timedelta(days=days))
        component.add_component(alarm)
    return component


def _uid(about: str, owner: str) -> str:
    """Unique in the world and the same for ever; a digest, so that a shared calendar names nobody."""
    mark = hashlib.sha256(owner.encode()).hexdigest()[:12]
    return f"{about}.{mark}@credway"
