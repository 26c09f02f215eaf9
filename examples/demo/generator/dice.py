"""Seeded chance that is the same on every Python: it leans on Random.random() alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A named stream of chance; two dice with the same name roll alike."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"chengdan-demo/{name}")

    def chance(self, share: float) -> bool:
        """True in `share` of all throws (0..1)."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self._random.random() * len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items (all of them if there are fewer), in mixed order."""
        pool = list(items)
        return [pool.pop(int(self._random.random() * len(pool))) for _ in range(min(count, len(pool)))]
