"""Rates with their intervals, and the sums by whatever a payload says of itself."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: intervals of 95 %."""


def wilson(k: int, n: int) -> tuple[float, float]:
    """The 95 % interval of k in n (Wilson 1927, score interval), (0, 1) for no observations."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = k / n, Z * Z
    middle, half = p + z2 / (2 * n), Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return (0.0 if k == 0 else low), (1.0 if k == n else high)


def rate(k: int, n: int) -> dict[str, Any]:
    """{n, k, rate, low, high}; the rate of nothing is null."""
    low, high = wilson(k, n)
    return {
        "n": n,
        "k": k,
        "rate": round(k / n, 4) if n else None,
        "low": round(low, 4),
        "high": round(high, 4),
    }


def grouped(rows: Iterable[tuple[str, bool]]) -> dict[str, dict[str, Any]]:
    """Group -> its rate, sorted by group."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for group, hit in rows:
        counts[group or "-"][0] += hit
        counts[group or "-"][1] += 1
    return {group: rate(*counts[group]) for group in sorted(counts)}
