"""What a time will bring (definitions.md D7): amounts weighted by chance, by category, currency, team, colleague and month,
with an interval that knows both the luck of each deal and how little the base rate rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .calendar import local_day
from .sums import spread

CATEGORIES = ("commit", "best case", "pipeline")
Z80 = 1.2815515655446004


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An open deal as it is forecast. `chance` is None where the deal is not scored; then `base`, what its stage alone
    says, stands for it. `n` is how many closed deals that rests on."""

    deal_id: str
    name: str
    owner_id: str
    team_id: str
    stage: str
    amount_fen: int
    currency: str
    chance: float | None
    base: float
    n: int
    expected_close: datetime | None
    version: str = ""

    @property
    def p(self) -> float:
        return self.base if self.chance is None else self.chance

    @property
    def category(self) -> str:
        """Commit from .8 on, best case from .5 on, else pipeline."""
        return "commit" if self.p >= 0.8 else "best case" if self.p >= 0.5 else "pipeline"

    @property
    def weighted(self) -> float:
        return self.amount_fen * self.p


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A deal that ended in the time."""

    deal_id: str
    owner_id: str
    team_id: str
    amount_fen: int
    currency: str
    won: bool
    closed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a forecast: open deals with their sum and weighted sum, and what is won already. Fen."""

    n: int = 0
    amount_fen: int = 0
    weighted_fen: float = 0.0
    won_n: int = 0
    won_fen: int = 0


@dataclass(frozen=True, kw_only=True)
class Book:
    """The forecast in one currency. `low_fen` and `high_fen` are the 80 % interval of what will have been won by the end,
    what is won already included. `late` are deals past their expected close, `unscored` those without a chance of their
    own, `unpriced` those without an amount; all count. `rests_on` is the fewest closed deals behind any chance, `month_of` the
    month each deal counts in."""

    currency: str
    whole: Part
    categories: Mapping[str, Part]
    teams: Mapping[str, Part]
    people: Mapping[str, Part]
    months: Mapping[str, Part]
    stages: Mapping[str, Part]
    low_fen: float
    high_fen: float
    late: int
    unscored: int
    unpriced: int
    rests_on: int
    deals: tuple[Expected, ...]
    month_of: Mapping[str, str]

    @property
    def total_fen(self) -> float:
        """What is won already and the weighted sum of what is open."""
        return self.whole.won_fen + self.whole.weighted_fen


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Books by currency, never added up; `undated` are open deals without an expected close, which are in none."""

    since: date | None
    until: date | None
    books: tuple[Book, ...]
    undated: tuple[Expected, ...]


def forecast(
    deals: Sequence[Expected],
    closed: Sequence[Closed],
    now: datetime,
    since: date | None = None,
    until: date | None = None,
    prior_rows: float = 20,
    utc_offset_hours: int = 8,
) -> Forecast:
    """Of [since, until], both days included: deals that should close by its end (those past their date as well, when the
    time is not over), and what was won in it. Without a time: everything open, and nothing won."""
    timed = until is not None
    undated = tuple(one for one in deals if timed and one.expected_close is None)
    chosen = [one for one in deals if not timed or _falls(one, now, since, until, utc_offset_hours)]
    ended = [
        one for one in closed if one.won and timed and _in(one.closed_at, since, until, utc_offset_hours)
    ]
    currencies = sorted({one.currency for one in chosen} | {one.currency for one in ended})
    return Forecast(
        since=since,
        until=until,
        undated=undated,
        books=tuple(
            _book(
                one,
                [deal for deal in chosen if deal.currency == one],
                [deal for deal in ended if deal.currency == one],
                now,
                prior_rows,
                utc_offset_hours,
            )
            for one in currencies
        ),
    )


def _falls(one: Expected, now: datetime, since: date | None, until: date | None, offset: int) -> bool:
    if one.expected_close is None or until is None or until < local_day(now, offset):
        return False
    day = max(local_day(one.expected_close, offset), local_day(now, offset))
    return day <= until and (since is None or day >= since)


def _in(moment: datetime, since: date | None, until: date | None, offset: int) -> bool:
    day = local_day(moment, offset)
    return (since is None or day >= since) and (until is None or day <= until)


def _book(
    currency: str,
    deals: Sequence[Expected],
    won: Sequence[Closed],
    now: datetime,
    prior_rows: float,
    offset: int,
) -> Book:
    won_fen = sum(one.amount_fen for one in won)
    rests_on = min((one.n for one in deals), default=0)
    low, high = spread([(one.amount_fen, one.p) for one in deals], rests_on + prior_rows)
    ordered = sorted(deals, key=lambda one: (-one.weighted, one.deal_id))

    def month_of(one: Expected) -> str:
        return local_day(max(one.expected_close or now, now), offset).strftime("%Y-%m")

    return Book(
        currency=currency,
        whole=_part(deals, won),
        categories={name: _part([one for one in deals if one.category == name]) for name in CATEGORIES},
        teams=_parts(deals, won, lambda one: one.team_id, lambda one: one.team_id),
        people=_parts(deals, won, lambda one: one.owner_id, lambda one: one.owner_id),
        months=_parts(deals, won, month_of, lambda one: local_day(one.closed_at, offset).strftime("%Y-%m")),
        stages=_parts(deals, (), lambda one: one.stage, lambda _: ""),
        low_fen=won_fen + low,
        high_fen=won_fen + high,
        late=sum(one.expected_close is not None and one.expected_close < now for one in deals),
        unscored=sum(one.chance is None for one in deals),
        unpriced=sum(one.amount_fen <= 0 for one in deals),
        rests_on=rests_on,
        deals=tuple(ordered),
        month_of={one.deal_id: month_of(one) for one in deals},
    )


def _part(deals: Iterable[Expected], won: Iterable[Closed] = ()) -> Part:
    rows, ended = list(deals), list(won)
    return Part(
        n=len(rows),
        amount_fen=sum(one.amount_fen for one in rows),
        weighted_fen=math.fsum(one.weighted for one in rows),
        won_n=len(ended),
        won_fen=sum(one.amount_fen for one in ended),
    )


def _parts(
    deals: Sequence[Expected],
    won: Sequence[Closed],
    key: Callable[[Expected], str],
    won_key: Callable[[Closed], str],
) -> dict[str, Part]:
    names = sorted({key(one) for one in deals} | {won_key(one) for one in won})
    return {
        name: _part([one for one in deals if key(one) == name], [one for one in won if won_key(one) == name])
        for name in names
    }
