"""Where a row of values changes its level: one change point under a noisy reading of each turn, believed when chance would not make it.

A turn was meant well or ill; its value only tells which with odds e^(4 value), so that a value of 0 tells nothing and one loud word
cannot decide. A level is the share of turns meant well. The evidence for a change before a turn is the likelihood of all turns under
two levels at least 0.4 apart, averaged over such pairs (Jeffreys' prior); summed over the places it is the statistic (Barry and
Hartigan 1993). Its p is the share of 999 other orders of the same values that give as much (a permutation test, exact for any
customer, however mixed), from a fixed seed so that the same row has the same p. The place is the middle of the three turns that
hold the most posterior mass: the best guess where a guess counts within one turn. A turn that sounds like the new level is
twice as likely beforehand to be its first as one that does not: of silent turns and the loud one behind them, it is the loud one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

LEAST_VALUES = 6
"""Fewer values than this tell nothing of a change."""

SIDE = 2
"""Values each level must have at least."""

SILENT, FAINT = 0.05, 0.2
"""A value nearer to 0 than SILENT says nothing either way; it has the weight FAINT in the means that are shown."""

ODDS = 4.0
"""A plain word (0.45) is right six times in seven: product reviews and half of persuasion_for_good gave 0.82 to 0.91."""

HEARD = 2.0
"""How much likelier the first turn of a level is one that sounds like it; 1.5 to 6 do alike on clear talks, more loses on dull ones."""

LEVELS = 9
APART = 0.4
"""Levels are the middles of nine equal parts of 0 to 1; two that are nearer than this are no change of mood."""

FALLS = 0.8
"""What falls may use of the error allowed: falls and rises are tested each for itself, and it is a fall that one must not miss."""

ORDERS = 999
SEED = 20261125
AT_A_TIME = 200_000
"""Values held at a time while orders are tried."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """`at` is the index of the first value of the new level, `shown` that of the value next to it that sounds like the new level;
    `before` and `after` are the (weighted) means of the `n_before` and `n_after` values, `p` by permutation, of `n` values."""

    at: int
    shown: int
    before: float
    after: float
    p: float
    n: int

    @property
    def down(self) -> bool:
        return self.after < self.before

    @property
    def n_before(self) -> int:
        return self.at

    @property
    def n_after(self) -> int:
        return self.n - self.at


def change_point(values: Sequence[float], *, least: float = 0.25, level: float = 0.05) -> Change | None:
    """The change of level in `values`, or None: fewer than six values, a step below `least`, or p above its part of `level`."""
    if len(values) < LEAST_VALUES or all(abs(one) < SILENT for one in values):
        return None
    fall, rise = _tested(values)
    for (p, places), part, down in ((fall, FALLS, True), (rise, 1 - FALLS, False)):
        if p > level * part:
            continue
        places = _heard(values, places, down=down)
        at = _middle(places)
        before, after = _mean(values[:at]), _mean(values[at:])
        if (after < before) == down and abs(after - before) >= least:
            shown = _shown(values, places, at, down=down)
            return Change(at=at, shown=shown, before=before, after=after, p=round(p, 4), n=len(values))
    return None


def _tested(values: Sequence[float]) -> list[tuple[float, list[float]]]:
    """Of a fall and of a rise: p, and the posterior mass of each index as the first of the new level."""
    import numpy as np

    n, dice = len(values), random.Random(SEED)
    numbers = list(range(n))
    orders = [list(numbers)] + [dice.sample(numbers, n) for _ in range(ORDERS)]
    terms, step = _terms(values), max(1, AT_A_TIME // n)
    found: list[tuple[float, list[float]]] = []
    for pairs in _pairs():
        sums: list[float] = []
        first: Array | None = None
        for start in range(0, len(orders), step):
            evidence = _evidence(terms, np.array(orders[start : start + step]), pairs)
            first = evidence[0] if first is None else first
            top = evidence.max(axis=1)
            sums += (top + np.log(np.exp(evidence - top[:, None]).sum(axis=1))).tolist()
        assert first is not None
        as_good = sum(one >= sums[0] - 1e-9 for one in sums[1:])
        mass = np.exp(first - first.max())
        inner = (mass / mass.sum()).tolist()
        found.append(((1 + as_good) / (1 + ORDERS), [0.0] * SIDE + inner + [0.0] * (SIDE - 1)))
    return found


def _terms(values: Sequence[float]) -> Array:
    """The log likelihood of each value (rows) under each level, against no knowledge: 0 for a value of 0."""
    import numpy as np

    shares = np.array(_shares())
    well = (1 / (1 + np.exp(-ODDS * np.array(values, dtype=float))))[:, None]
    terms: Array = np.log(2 * (shares * well + (1 - shares) * (1 - well)))
    return terms


def _evidence(terms: Array, orders: NDArray[np.int64], pairs: Array) -> Array:
    """The log evidence for a change at each place from SIDE to n - SIDE, a row an order."""
    import numpy as np

    n = terms.shape[0]
    left = np.cumsum(terms[orders], axis=1)[:, SIDE - 1 : n - SIDE]
    right = terms.sum(axis=0) - left
    most, rest = left.max(axis=2), right.max(axis=2)
    both = (np.exp(left - most[:, :, None]) @ pairs) * np.exp(right - rest[:, :, None])
    evidence: Array = np.log(both.sum(axis=2)) + most + rest
    return evidence


def _shares() -> list[float]:
    return [(number + 0.5) / LEVELS for number in range(LEVELS)]


@cache
def _pairs() -> tuple[Array, Array]:
    """The prior of (level before, level after), for a fall and for a rise."""
    import numpy as np

    shares = np.array(_shares())
    weight = 1 / np.sqrt(shares * (1 - shares))
    fall = np.outer(weight, weight) * (shares[:, None] - shares[None, :] >= APART)
    fall /= fall.sum()
    return fall, fall.T.copy()


def _middle(places: Sequence[float]) -> int:
    """The index with the most mass within one of it; of equals the one with the most mass of its own, then the first."""
    inner = range(SIDE, len(places) - SIDE + 1)
    return max(inner, key=lambda at: (round(math.fsum(places[at - 1 : at + 2]), 9), places[at], -at))


def _sounds(values: Sequence[float], *, down: bool) -> list[bool]:
    return [one <= -SILENT if down else one >= SILENT for one in values]


def _heard(values: Sequence[float], places: Sequence[float], *, down: bool) -> list[float]:
    """The mass of each place once turns that sound like the new level count HEARD times."""
    mass = [
        one * (HEARD if new else 1.0) for one, new in zip(places, _sounds(values, down=down), strict=True)
    ]
    whole = math.fsum(mass)
    return [one / whole for one in mass]


def _shown(values: Sequence[float], places: Sequence[float], at: int, *, down: bool) -> int:
    """A value that sounds like the new level: the likeliest within one of `at`, else the first after it, else `at` itself."""
    sounds = _sounds(values, down=down)
    near = [one for one in (at - 1, at, at + 1) if one < len(values) and sounds[one]]
    if near:
        return max(near, key=lambda one: (places[one], -one))
    return next((one for one in range(at, len(values)) if sounds[one]), at)


def _mean(values: Sequence[float]) -> float:
    """The weighted mean, four digits."""
    weights = [1.0 if abs(one) >= SILENT else FAINT for one in values]
    return round(math.fsum(w * v for w, v in zip(weights, values, strict=True)) / math.fsum(weights), 4)
