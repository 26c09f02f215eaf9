"""Who used the assistant: active users a day, and those who did something with what they were told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from .advice import Entry
from .calendar import local_day
from .kpi_figures import Figure
from .shares import wilson


def usage(
    lines: Sequence[Entry],
    licensed: Mapping[date, Mapping[str, Sequence[str]]],
    since: datetime,
    until: datetime,
    offset: int,
) -> list[Figure]:
    """Adoption: the mean over days of active users / licensed users. Engagement: users who acted / active users."""
    active, acted = _active([one for one in lines if one.at >= since], offset)
    last = local_day(until - timedelta(microseconds=1), offset)
    days = [day for day in sorted(licensed) if local_day(since, offset) <= day <= last]
    rates = []
    for day in days:
        people = {person for team in licensed[day].values() for person in team}
        if people:
            rates.append(len(active.get(day, set()) & people) / len(people))
    users = set().union(*active.values()) if active else set()
    k, n = len(acted & users), len(users)
    low, high = wilson(k, n)
    return [
        Figure(
            name="adoption",
            n=len(rates),
            floor=1,
            value=math.fsum(rates) / len(rates) if rates else None,
            rows=tuple(day.isoformat() for day in days),
        ),
        Figure(
            name="engagement",
            n=n,
            k=k,
            floor=1,
            value=k / n if n else None,
            low=low if n else None,
            high=high if n else None,
        ),
    ]


def _active(lines: Sequence[Entry], offset: int) -> tuple[dict[date, set[str]], set[str]]:
    """Day -> who was shown something or did something with it; and all who did."""
    active: dict[date, set[str]] = {}
    acted: set[str] = set()
    for one in lines:
        deed = one.event in ("opened", "accepted", "rejected", "undone") and one.actor == one.person_id
        if one.event == "shown" or deed:
            active.setdefault(local_day(one.at, offset), set()).add(one.person_id)
        if deed:
            acted.add(one.person_id)
    return active, acted
