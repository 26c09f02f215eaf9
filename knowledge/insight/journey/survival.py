"""How long something lasts when some of it still goes on: Kaplan-Meier, and Wilson's interval for a share.

Sources: E. L. Kaplan, P. Meier, JASA 53 (1958); E. B. Wilson, JASA 22 (1927).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

Z95 = 1.959963984540054
"""The standard normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """Days of `n` stretches, of which `ended` are over; the others still go on and count as longer than they are now.

    A quantile is None when too many go on to tell it. `steps` are (days, the share still going on from then).
    """

    n: int
    ended: int
    median: float | None
    p75: float | None
    steps: tuple[tuple[float, float], ...] = ()

    def over_by(self, days: float) -> float:
        """The estimated share that is over within so many days."""
        return 1 - next((share for at, share in reversed(self.steps) if at <= days), 1.0)


def lasting(stretches: Iterable[tuple[float, bool]]) -> Lasting:
    """The median and the third quartile of (days, whether it is over)."""
    over: Counter[float] = Counter()
    going_on: Counter[float] = Counter()
    for days, is_over in stretches:
        (over if is_over else going_on)[days] += 1
    n, ended = sum(over.values()) + sum(going_on.values()), sum(over.values())
    median: float | None = None
    p75: float | None = None
    at_risk, share = n, 1.0
    steps: list[tuple[float, float]] = []
    for days in sorted({*over, *going_on}):
        if over[days]:
            share *= 1 - over[days] / at_risk
            steps.append((days, share))
            if median is None and share <= 0.5 + 1e-12:
                median = days
            if p75 is None and share <= 0.25 + 1e-12:
                p75 = days
        at_risk -= over[days] + going_on[days]
    return Lasting(n=n, ended=ended, median=median, p75=p75, steps=tuple(steps))


@dataclass(frozen=True, kw_only=True)
class Share:
    """So many of n, with Wilson's 95 % interval."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """The lower and the upper end; everything when there is nothing to tell from."""
        if not self.n:
            return 0.0, 1.0
        p, z2 = self.k / self.n, Z95 * Z95
        middle = (p + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = Z95 * math.sqrt(p * (1 - p) / self.n + z2 / (4 * self.n**2)) / (1 + z2 / self.n)
        return max(0.0, middle - half), min(1.0, middle + half)
