"""Terms in calendar days: until when something is valid, and when its renewal opens. Pure."""

from __future__ import annotations

import calendar
from datetime import date

_MONTHS = 12


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier), or the month's last day where it has no such day.

    29 February 2024 and twelve months are 28 February 2025, forty-eight are 29 February 2028. What would lie beyond
    the calendar is its first or last day.
    """
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
