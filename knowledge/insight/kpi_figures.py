"""One figure with its n, its interval and the rows it is counted over; shares, and gaps between two groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .advice import Fate
from .shares import difference, wilson


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure over `n` rows, of which `k` count. `value` is None below its `floor`; `low` and `high` are the 95 %
    interval. `rows` are the suggestions (or days, or deals) it is counted over."""

    name: str
    n: int
    floor: int
    value: float | None
    k: float | None = None
    low: float | None = None
    high: float | None = None
    rows: tuple[str, ...] = ()

    @property
    def enough(self) -> bool:
        return self.value is not None


def share(name: str, rows: Sequence[Fate], counts: Callable[[Fate], bool], floor: int) -> Figure:
    """The share of rows that count, with its interval; no value below the floor."""
    k, n = sum(counts(one) for one in rows), len(rows)
    low, high = wilson(k, n)
    enough = n >= floor
    return Figure(
        name=name,
        n=n,
        k=k,
        floor=floor,
        value=k / n if enough and n else None,
        low=low if enough else None,
        high=high if enough else None,
        rows=tuple(one.suggestion_id for one in rows),
    )


def gap(name: str, first: Mapping[str, bool], second: Mapping[str, bool], floor: int) -> Figure:
    """The difference of two win rates, first less second, in shares."""
    k1, n1, k2, n2 = sum(first.values()), len(first), sum(second.values()), len(second)
    enough = min(n1, n2) >= floor
    low, high = difference(k1, n1, k2, n2) if enough else (None, None)
    return Figure(
        name=name,
        n=n1 + n2,
        k=float(min(n1, n2)),
        floor=floor,
        value=k1 / n1 - k2 / n2 if enough else None,
        low=low,
        high=high,
        rows=tuple([*sorted(first), *sorted(second)]),
    )


def within(one: Fate, since: datetime, until: datetime) -> bool:
    """Whether its deal or lead ended in [since, until)."""
    return one.outcome_at is not None and since <= one.outcome_at < until
