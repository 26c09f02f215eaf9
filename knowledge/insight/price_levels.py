"""What part of a list price is paid, or reached: every known case counts, those of a like price and the same group most."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 1.0
"""How fast cases of another price level fade: the standard deviation of a Gauss kernel over the logarithm of the price."""
ENOUGH = 8
"""Cases that a group needs; with fewer a wider one is taken (definitions.md D13)."""
PULL = 60
"""With so many cases of its group a case of another one counts half; the more of its own, the less the others say."""


@dataclass(frozen=True)
class Case:
    """One known case: its group, the list price, and the share of it that was paid (or reached)."""

    group: str
    price: float
    share: float


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours (Hyndman and Fan's type 7); 1 without an observation."""
    if not ordered:
        return 1.0
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def weighted_quantile(pairs: Sequence[tuple[float, float]], part: float) -> float:
    """The quantile of (value, weight) pairs, linear between the middles of neighbouring weights; 1 without one."""
    ordered = sorted(pairs)
    total = math.fsum(weight for _, weight in ordered)
    if total <= 0:
        return 1.0
    passed, before = 0.0, (0.0, ordered[0][0])
    for value, weight in ordered:
        middle = (passed + weight / 2) / total
        if middle >= part:
            low, known = before
            span = middle - low
            return value if span <= 0 else known + (value - known) * (part - low) / span
        passed, before = passed + weight, (middle, value)
    return ordered[-1][0]


def weigher(group: str, price: float, alike: int) -> Callable[[Case], float]:
    """The weight of a case for a thing of this list price and group, of which `alike` cases are known."""
    level, others = math.log(price), PULL / (PULL + alike)

    def weight(case: Case) -> float:
        near = math.exp(-(((level - math.log(case.price)) / WIDTH) ** 2) / 2)
        return (near + 1e-6) * (1.0 if case.group == group else others)

    return weight


def ranged(
    cases: Sequence[Case], group: str, price: float, parts: Sequence[float]
) -> tuple[float, list[float]]:
    """The share that errs least in percent, and the shares at these quantiles. The least mean absolute percentage error is
    that of the median with each case weighted by one over its share (Gneiting 2011)."""
    weight = weigher(group, price, sum(one.group == group for one in cases))
    known = [(one, weight(one)) for one in cases if one.share > 0 and one.price > 0]
    middle = weighted_quantile([(one.share, heavy / one.share) for one, heavy in known], 0.5)
    pairs = [(one.share, heavy) for one, heavy in known]
    return middle, [weighted_quantile(pairs, part) for part in parts]


@dataclass(frozen=True)
class Path:
    """A price history as shares: lowest over now, highest over the dearer of now and list, and that over now."""

    lowest: float
    highest: float
    depth: float
    badge: str


@dataclass(frozen=True)
class Depths:
    """Histories in groups by what the tracker says of today's price and how far it is below the list price (thirds)."""

    paths: Sequence[Path]

    def like(self, depth: float, badge: str) -> Sequence[Path]:
        """The histories of the same group; of the same badge, or all, where there are too few."""
        edges = self._edges()
        alike = [one for one in self.paths if one.badge == badge]
        third = [one for one in alike if _third(one.depth, edges) == _third(depth, edges)]
        return next((net for net in (third, alike) if len(net) >= ENOUGH), self.paths)

    def _edges(self) -> tuple[float, float]:
        ordered = sorted(one.depth for one in self.paths)
        return (ordered[len(ordered) // 3], ordered[2 * len(ordered) // 3]) if ordered else (1.0, 1.0)


def _third(depth: float, edges: tuple[float, float]) -> int:
    return sum(depth > edge for edge in edges)
