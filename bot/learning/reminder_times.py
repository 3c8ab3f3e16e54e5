"""What a learner is to be told without having asked, and when. Pure: the same wallet, profile and moment give the same.

A reminder's key names what is told and the calendar day it is about, never the hour: planning again, in whatever time
zone, moves what is unsent and never doubles what is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.learning.learner import CardState, Profile, Reminder, Review
from bot.learning.wallet import Entry
from bot.learning.zones import local_day, zone_of

# The hour of the learner's own day at which people are told things, of whatever kind: by a message (`_sent_at` moves it
# out of quiet hours) or by an alarm of their calendar.
TELLING_HOUR = time(9)
# Days before. A quarter to register and study, a month to sit an exam, a week for what was put off.
_BEFORE_EXPIRY = (90, 30, 7)
# Fifty or a hundred and twenty credits are not collected in a quarter.
_BEFORE_CREDITS = (365, *_BEFORE_EXPIRY)
# Who prepares for an exam that goes away has to finish or to change plans; who holds it only has to know once.
_BEFORE_RETIREMENT = (90, 30, 7)
_BEFORE_RETIREMENT_HELD = (90,)
# That a credential ran out longer ago is no news: whoever adds an old one to the wallet knows.
_EXPIRED_IS_NEWS = timedelta(days=30)
# Somebody who does not come for a week after daily reminders does not want them.
_PRACTICE_DAYS = 7
# A practice reminder that is this late still goes out: the sender may have been away for a moment.
_PRACTICE_IS_NEWS = timedelta(hours=2)
PRACTICE = "reminder.practice"
_TRIES = 3  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """Something to tell on a day. Of those of one `series` that are overdue only the latest is worth telling."""

    series: str
    key: str
    day: date
    text_key: str
    values: dict[str, str]
    credential: str | None


def wanted_reminders(
    entries: Iterable[Entry], profile: Profile, now: datetime, *, practice_due: datetime | None = None
) -> tuple[Reminder, ...]:
    """The whole set that is wanted from now on, in order of time. `now` and `practice_due` know their zone;
    `practice_due` is when the next practice item is due, None where daily practice is not wanted.
    """
    reminders = [
        _reminder(moment, profile, now)
        for entry in entries
        for moment in _current([*_of_expiry(entry), *_of_retirement(entry)], profile, now)
    ]
    if practice_due is not None:
        reminders += [_reminder(moment, profile, now) for moment in _of_practice(practice_due, profile, now)]
    return tuple(sorted(reminders, key=lambda reminder: (reminder.due_at, reminder.key)))


def practice_due(cards: Iterable[CardState], reviews: Iterable[Review], profile: Profile) -> datetime | None:
    """When somebody is to be reminded to practise, None where they never are: they have not practised yet, or do not
    want it. Not on a day on which they have practised. `reviews`: the latest are enough.
    """
    first = min((card.due_at for card in cards), default=None)
    if first is None or not profile.practice_reminders:
        return None
    # What is due today is so at whatever hour: see `is_due` of practice.
    due = datetime.combine(first.astimezone(UTC).date(), time(), UTC)
    last = max((review.at for review in reviews), default=None)
    if last is None:
        return due
    return max(due, datetime.combine(_moved(local_day(profile, last), 1), time(), zone_of(profile)))


def practice_key(day: date) -> str:
    return f"practice:{day}"


def in_quiet_hours(profile: Profile, moment: datetime) -> bool:
    """Whether nothing may be sent: from `quiet_from` until just before `quiet_until`, also over midnight."""
    at = moment.astimezone(zone_of(profile)).time()
    return _quiet(profile, at)


def _of_expiry(entry: Entry) -> Iterator[_Moment]:
    if entry.expiry is None or entry.expiry.on is None:
        return
    on, about = entry.expiry.on, entry.holding.credential
    series = f"expiry:{about}:{on}"
    values = {"name": entry.name, "date": on.isoformat()}

    def moment(key: str, day: date, text_key: str) -> _Moment:
        return _Moment(series=series, key=key, day=day, text_key=text_key, values=values, credential=about)

    if entry.window is not None:
        yield moment(f"window:{about}:{on}", entry.window.opens, "reminder.window")
    credits_needed = entry.rule is not None and "credits" in entry.rule.by
    for days in _BEFORE_CREDITS if credits_needed else _BEFORE_EXPIRY:
        yield moment(f"{series}:{days}d", _moved(on, -days), "reminder.expiry")
    # The day of expiry is still a valid one.
    yield moment(f"{series}:expired", _moved(on, 1), "reminder.expired")


def _of_retirement(entry: Entry) -> Iterator[_Moment]:
    alert = entry.alert
    if alert is None or alert.on is None or entry.validity == "expired":
        return
    about = entry.holding.credential
    series = f"retirement:{about}:{alert.on}"
    values = {"name": entry.name, "date": alert.on.isoformat()}

    def moment(key: str, day: date, text_key: str) -> _Moment:
        return _Moment(series=series, key=key, day=day, text_key=text_key, values=values, credential=about)

    for days in _BEFORE_RETIREMENT_HELD if entry.held else _BEFORE_RETIREMENT:
        yield moment(f"retiring:{about}:{alert.on}:{days}d", _moved(alert.on, -days), "reminder.retiring")
    yield moment(f"retired:{about}:{alert.on}", alert.on, "reminder.retired")


def _of_practice(due: datetime, profile: Profile, now: datetime) -> Iterator[_Moment]:
    # Counted from when it was due, so that planning again does not begin the week anew.
    first = local_day(profile, due)
    for day in (first + timedelta(days=number) for number in range(_PRACTICE_DAYS)):
        at = _sent_at(day, profile)
        # Whoever practised in the morning is not called back the same day by what has come due since.
        if at >= max(due, now - _PRACTICE_IS_NEWS):
            yield _Moment(
                series=practice_key(day),
                key=practice_key(day),
                day=day,
                text_key=PRACTICE,
                values={},
                credential=None,
            )


def _current(moments: Sequence[_Moment], profile: Profile, now: datetime) -> list[_Moment]:
    """Those to come, and of each series the latest that is overdue, unless it is no news any more."""
    coming = [moment for moment in moments if _sent_at(moment.day, profile) > now]
    latest: dict[str, _Moment] = {}
    for moment in sorted(moments, key=lambda moment: moment.day):
        if moment not in coming:
            latest[moment.series] = moment
    today = local_day(profile, now)
    return coming + [
        moment
        for moment in latest.values()
        if moment.text_key != "reminder.expired" or today - moment.day <= _EXPIRED_IS_NEWS
    ]


def _reminder(moment: _Moment, profile: Profile, now: datetime) -> Reminder:
    due = _sent_at(moment.day, profile)
    if due <= now and in_quiet_hours(profile, now):
        # Overdue, but not tonight.
        due = quiet_end(profile, now)
    return Reminder(
        key=moment.key, due_at=due, text_key=moment.text_key, values=moment.values, credential=moment.credential
    )


def _sent_at(day: date, profile: Profile) -> datetime:
    """The moment of a local day at which to send, in UTC: the hour for telling, or when quiet hours end if that
    lies in them.

    A time that the clock skips is the one as long after the gap; one that it shows twice is the first. Where that
    falls into quiet hours (they would have to end inside the gap), the next day is tried.
    """
    zone = zone_of(profile)
    local = profile.quiet_until if _quiet(profile, TELLING_HOUR) else TELLING_HOUR
    tries = [datetime.combine(_moved(day, number), local, zone).astimezone(UTC) for number in range(_TRIES)]
    return next((moment for moment in tries if not in_quiet_hours(profile, moment)), tries[0])


def quiet_end(profile: Profile, now: datetime) -> datetime:
    """The first moment after `now` at which quiet hours end, in UTC."""
    zone = zone_of(profile)
    today = now.astimezone(zone).date()
    ends = [
        datetime.combine(_moved(today, number), profile.quiet_until, zone).astimezone(UTC) for number in range(_TRIES)
    ]
    return next((end for end in ends if end > now and not in_quiet_hours(profile, end)), now)


def _quiet(profile: Profile, at: time) -> bool:
    start, end = profile.quiet_from, profile.quiet_until
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def _moved(day: date, days: int) -> date:
    """A day so many days later, or the calendar's last or first."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
