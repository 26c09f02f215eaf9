"""Past forecasts held against what came: chances of deals that have ended, and sums of months that are over."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from .calendar import local_day
from .forecast import Closed, Expected
from .scoring.figures import Figures, figures

LATEST_DAY = 5
"""A month's forecast is the first on record in it, up to this day of the month."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month that is over in one currency: what was forecast for it at its beginning, and what was won in it. Fen."""

    month: str
    currency: str
    made_on: date
    forecast_fen: float
    won_fen: int

    @property
    def error(self) -> float | None:
        """The absolute error as a share of what was won; None when nothing was."""
        return abs(self.forecast_fen - self.won_fen) / self.won_fen if self.won_fen else None


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """`chances` over the first forecast of each deal that has ended since (None below the floor), `n` such deals; `mape`
    over `months` that are over and brought something (None below their floor)."""

    n: int
    floor: int
    chances: Figures | None
    months: tuple[Month, ...]
    months_floor: int
    mape: float | None
    first_day: date | None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "n": self.n,
            "floor": self.floor,
            "chances": self.chances.as_json() if self.chances else None,
            "months": [
                {
                    "month": one.month,
                    "currency": one.currency,
                    "made_on": one.made_on.isoformat(),
                    "forecast_fen": one.forecast_fen,
                    "won_fen": one.won_fen,
                    "error": one.error,
                }
                for one in self.months
            ],
            "months_floor": self.months_floor,
            "mape": self.mape,
            "first_day": self.first_day.isoformat() if self.first_day else None,
        }


def track_record(
    first: Mapping[str, Expected],
    by_day: Mapping[date, Sequence[Expected]],
    closed: Sequence[Closed],
    now: datetime,
    floor: int,
    months_floor: int,
    utc_offset_hours: int = 8,
) -> TrackRecord:
    """`first`: deal -> the first forecast of it on record. `by_day`: the forecasts of the days that begin a month."""
    ended = {one.deal_id: one for one in closed}
    pairs = [(int(ended[key].won), first[key].p) for key in sorted(first) if key in ended]
    labels, chances = [one for one, _ in pairs], [p for _, p in pairs]
    months = _months(by_day, closed, now, utc_offset_hours)
    errors = [one.error for one in months if one.error is not None]
    return TrackRecord(
        n=len(pairs),
        floor=floor,
        chances=figures(labels, chances) if len(pairs) >= floor else None,
        months=tuple(months),
        months_floor=months_floor,
        mape=math.fsum(errors) / len(errors) if len(errors) >= months_floor else None,
        first_day=min(by_day, default=None),
    )


def beginnings(days: Sequence[date]) -> tuple[date, ...]:
    """Of days on record those that speak for their month: the first in it, when it is early enough."""
    found: dict[tuple[int, int], date] = {}
    for day in sorted(days):
        found.setdefault((day.year, day.month), day)
    return tuple(day for day in found.values() if day.day <= LATEST_DAY)


def _months(
    by_day: Mapping[date, Sequence[Expected]], closed: Sequence[Closed], now: datetime, offset: int
) -> list[Month]:
    found = []
    for made_on in sorted(by_day):
        end = (made_on.replace(day=1) + timedelta(days=32)).replace(day=1)
        if local_day(now, offset) < end:
            continue
        due = [
            one
            for one in by_day[made_on]
            if one.expected_close is not None and local_day(one.expected_close, offset) < end
        ]
        won = [one for one in closed if one.won and made_on <= local_day(one.closed_at, offset) < end]
        for currency in sorted({one.currency for one in due} | {one.currency for one in won}):
            found.append(
                Month(
                    month=made_on.strftime("%Y-%m"),
                    currency=currency,
                    made_on=made_on,
                    forecast_fen=math.fsum(one.weighted for one in due if one.currency == currency),
                    won_fen=sum(one.amount_fen for one in won if one.currency == currency),
                )
            )
    return found
