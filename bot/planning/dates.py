"""The days on which study falls. Everything is counted in whole hundredths of an hour, so that nothing drifts.

Study is sequential and even: every day takes a seventh of a week's hours, and one step begins where the last one
ended, be it in the middle of a day. With `studied` the hours from the start of the path to the end of a step, the step
finishes on day `ceil(7 x studied / pace) - 1` after the start: the day on which its last hour falls. Its first day is
`floor(7 x studied before it / pace)`; a step without hours falls on the day on which the one before it finishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.catalog.terms import add_months

HUNDREDTHS = 100
DAYS = 7
MONTHS = 12
# A path that takes longer is no plan, and its end may lie beyond what a calendar can hold.
LONGEST_YEARS = 50
MOST_HOURS_A_WEEK = 168.0


def hundredths(amount: float) -> int:
    """Hours in hundredths, or dollars in cents; finer than that is rounded to the nearest."""
    return round(amount * HUNDREDTHS)


@dataclass(frozen=True, slots=True)
class Clock:
    """From hours studied to days and back. `pace` is in hundredths of an hour a week; days count from 0 = `start`."""

    start: date
    pace: int

    def finish_day(self, studied: int) -> int:
        """The day on which the last of these hours falls."""
        return max(0, -(-DAYS * studied // self.pace) - 1)

    def first_day(self, before: int, studied: int) -> int:
        """The day on which the first hour after `before` falls, for a step that ends with `studied`."""
        return min(DAYS * before // self.pace, self.finish_day(studied))

    def studied_by(self, day: int) -> int:
        """The most hours that are done by the end of a day; -1 before the first day."""
        return self.pace * (day + 1) // DAYS if day >= 0 else -1

    def day(self, when: date) -> int:
        return (when - self.start).days

    def date(self, day: int) -> date:
        return self.start + timedelta(days=day)

    def last_valid(self, finish: int, months: int) -> int:
        """The last day on which something is valid that was earned on day `finish` for so many months."""
        return self.day(add_months(self.date(finish), months))
