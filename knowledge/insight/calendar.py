"""Days between moments, as a calendar and a working week count them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone


def local_day(moment: datetime, utc_offset_hours: int) -> date:
    """The calendar day of a moment on the working clock."""
    return moment.astimezone(timezone(timedelta(hours=utc_offset_hours))).date()


def days_between(start: datetime, end: datetime) -> int:
    """Whole days from start to end; negative when end is earlier."""
    return (end - start) // timedelta(days=1)


def working_days(start: datetime, end: datetime, utc_offset_hours: int) -> int:
    """Mondays to Fridays after the day of start up to and including the day of end; public holidays count as work."""
    first, last = local_day(start, utc_offset_hours), local_day(end, utc_offset_hours)
    if last <= first:
        return 0
    weeks, rest = divmod((last - first).days, 7)
    return weeks * 5 + sum((first + timedelta(days=step)).weekday() < 5 for step in range(1, rest + 1))
