"""How far the sum of many yes-or-no amounts may lie: the exact distribution on a grid, not a bell curve drawn over it."""

from __future__ import annotations

import math
from collections.abc import Sequence

CELLS = 2048
_NODES = (-1.5341, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.5341)
"""Eight equally likely values that stand for a standard normal: the medians of its eighths."""


def spread(
    amounts: Sequence[tuple[float, float]], rests_on: float, share: float = 0.8
) -> tuple[float, float]:
    """The `share` interval of the sum of amounts of which each comes with its chance, independently given the base rate.

    The base rate itself is uncertain: on the scale of log-odds all chances move together by a normal with standard
    deviation 1 / sqrt(rests_on p (1 - p)), p being their mean weighted by amount and `rests_on` the closed deals (and prior
    rows) they rest on. Poisson-binomial convolution on a grid of 2048 cells; a cell's mass is split between neighbours so
    that the mean is exact. (0, 0) for nothing.
    """
    live = [(amount, min(max(p, 0.0), 1.0)) for amount, p in amounts if amount > 0]
    total = math.fsum(amount for amount, _ in live)
    if total <= 0:
        return 0.0, 0.0
    mean = math.fsum(amount * p for amount, p in live) / total
    variance = max(mean * (1 - mean), 1e-6)
    sd = 1 / math.sqrt(max(rests_on, 1.0) * variance)
    return _quantiles(live, total, min(sd, 3.0), share)


def _quantiles(
    live: Sequence[tuple[float, float]], total: float, sd: float, share: float
) -> tuple[float, float]:
    import numpy as np

    step = total / CELLS
    base = np.array([p for _, p in live])
    odds = np.log(np.clip(base, 1e-9, 1 - 1e-9) / np.clip(1 - base, 1e-9, 1))
    moved = 1 / (1 + np.exp(-(odds[None, :] + sd * np.array(_NODES)[:, None])))
    moved = np.where((base <= 0) | (base >= 1), base, moved)
    width = CELLS + len(live) + 2
    mass = np.zeros((len(_NODES), width))
    mass[:, 0] = 1 / len(_NODES)
    for at, (amount, _) in enumerate(live):
        low = int(amount / step)
        part = amount / step - low
        p = moved[:, at : at + 1]
        fresh = mass * (1 - p)
        fresh[:, low:] += mass[:, : width - low] * p * (1 - part)
        fresh[:, low + 1 :] += mass[:, : width - low - 1] * p * part
        mass = fresh
    summed = np.cumsum(mass.sum(axis=0))
    tail = (1 - share) / 2
    last = len(summed) - 1
    low_cell, high_cell = np.searchsorted(summed, [tail - 1e-12, 1 - tail - 1e-12]).tolist()
    return min(min(low_cell, last) * step, total), min(min(high_cell, last) * step, total)
