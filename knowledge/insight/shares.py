"""Shares with their uncertainty: intervals of one share and of the difference of two."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The interval of k in n (Wilson 1927, score interval; 95 % by default), (0, 1) for no observations."""
    if n <= 0:
        return 0.0, 1.0
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half) if k else 0.0, min(1.0, middle + half) if k < n else 1.0


def difference(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float]:
    """The 95 % interval of k1/n1 - k2/n2 (Newcombe 1998, method 10: from the two score intervals)."""
    if n1 <= 0 or n2 <= 0:
        return -1.0, 1.0
    p1, p2 = k1 / n1, k2 / n2
    low1, high1 = wilson(k1, n1)
    low2, high2 = wilson(k2, n2)
    gap = p1 - p2
    return (
        gap - math.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        gap + math.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )
