"""Recency, frequency and money of customers as quintiles, and the segments they make (definitions.md D10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DAYS = 365
"""Orders and money are counted over so many days."""
FEWEST = 5
"""Customers below which there are no quintiles."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one customer has paid for: (day as an ordinal, net money in fen, id of the row), in any order."""

    customer: str
    paid: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, kw_only=True)
class Rfm:
    """One customer among the others. `days` since the last paid order, `orders` and `money_fen` in 365 days; the quintiles
    run from 1 (least good) to 5."""

    customer: str
    days: int
    orders: int
    money_fen: int
    r: int
    f: int
    m: int
    ids: tuple[str, ...] = ()

    @property
    def segment(self) -> str:
        return segment(self.r, self.f, self.m)


SEGMENTS: Mapping[str, tuple[str, str]] = {
    "champions": ("核心客户", "champions"),
    "loyal": ("忠诚客户", "loyal"),
    "at_risk": ("有流失风险", "at risk"),
    "hibernating": ("沉睡客户", "hibernating"),
    "new": ("新客户", "new"),
    "others": ("普通客户", "others"),
}


def segment(r: int, f: int, m: int) -> str:
    """The first that fits: at risk (R ≤ 2, F ≥ 4), hibernating (R = 1, F ≤ 2), champions (R, F and M ≥ 4 and two of them 5),
    loyal (all ≥ 4, or F ≥ 4 with R ≥ 3), new (R ≥ 4, F ≤ 2), else others."""
    if r <= 2 and f >= 4:
        return "at_risk"
    if r == 1 and f <= 2:
        return "hibernating"
    if min(r, f, m) >= 4 and r + f + m >= 14:
        return "champions"
    if min(r, f, m) >= 4 or (f >= 4 and r >= 3):
        return "loyal"
    if r >= 4 and f <= 2:
        return "new"
    return "others"


def quintiles(values: Sequence[float]) -> list[int]:
    """1 to 5 by rank, ties by their average rank; the largest values are 5."""
    n = len(values)
    places: dict[float, list[int]] = {}
    for at, value in enumerate(sorted(values), start=1):
        places.setdefault(value, []).append(at)
    mean = {value: sum(at) / len(at) for value, at in places.items()}
    return [min(5, 1 + int(5 * (mean[value] - 0.5) / n)) for value in values]


def rfm(customers: Sequence[Orders], today: int) -> tuple[Rfm, ...]:
    """Everybody who has ever paid up to `today`, by id; nobody when there are fewer than FEWEST."""
    past = {
        one.customer: sorted(row for row in one.paid if row[0] <= today)
        for one in sorted(customers, key=lambda one: one.customer)
    }
    past = {customer: paid for customer, paid in past.items() if paid}
    if len(past) < FEWEST:
        return ()
    names = list(past)
    days = [today - past[name][-1][0] for name in names]
    within = [[row for row in past[name] if today - row[0] <= DAYS] for name in names]
    orders = [len({day for day, _, _ in rows}) for rows in within]
    money = [sum(fen for _, fen, _ in rows) for rows in within]
    r, f, m = quintiles([-d for d in days]), quintiles(orders), quintiles(money)
    return tuple(
        Rfm(
            customer=name,
            days=days[i],
            orders=orders[i],
            money_fen=money[i],
            r=r[i],
            f=f[i],
            m=m[i],
            ids=tuple(row[2] for row in (within[i] or past[name][-1:])),
        )
        for i, name in enumerate(names)
    )
