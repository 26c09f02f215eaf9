"""Where a row of values changes its level: one change point by least squares, believed only when chance would not make it.

The place is the one at which two means explain the row best (Hawkins 1977), values that say nothing counting little; the share
of rows of the same values in another order that are explained as well is its p (permutation test, 999 orders from a fixed seed,
so that the same row has the same p)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_VALUES = 6
"""Fewer values than this tell nothing of a change."""

SIDE = 2
"""Values each level must have at least."""

SILENT, FAINT = 0.05, 0.2
"""A value nearer to 0 than SILENT says nothing either way and has the weight FAINT."""

ORDERS = 999
SEED = 20261125


@dataclass(frozen=True, kw_only=True)
class Change:
    """`at` is the index of the first value of the new level; `before` and `after` are the (weighted) means, `p` by permutation,
    `n` the number of values."""

    at: int
    before: float
    after: float
    p: float
    n: int

    @property
    def down(self) -> bool:
        return self.after < self.before


@dataclass(frozen=True)
class _Split:
    at: int
    gain: float
    before: float
    after: float


def change_point(values: Sequence[float], *, least: float = 0.25, level: float = 0.05) -> Change | None:
    """The change of level in `values`, or None: fewer than six values, a step below `least`, or p above `level`."""
    n = len(values)
    if n < LEAST_VALUES:
        return None
    found = _split(values)
    if found.gain <= 0 or abs(found.after - found.before) < least:
        return None
    shuffled, dice, as_good = list(values), random.Random(SEED), 0
    for _ in range(ORDERS):
        dice.shuffle(shuffled)
        as_good += _split(shuffled).gain >= found.gain - 1e-12
    p = (1 + as_good) / (1 + ORDERS)
    if p > level:
        return None
    return Change(
        at=_first_of_new(values, found), before=round(found.before, 4), after=round(found.after, 4), p=round(p, 4), n=n
    )  # fmt: skip


def _first_of_new(values: Sequence[float], found: _Split) -> int:
    """The first value from the split on that belongs to the new level: silent turns between the two are of neither."""
    middle = (found.before + found.after) / 2
    down = found.after < found.before
    for at in range(found.at, len(values)):
        if _weight(values[at]) == 1.0 and (values[at] < middle) == down:
            return at
    return found.at


def _weight(value: float) -> float:
    return 1.0 if abs(value) >= SILENT else FAINT


def _split(values: Sequence[float]) -> _Split:
    """Where two means explain most, and how much more than one mean does: a (w-a) / w times the squared step, a and w the
    weights on the left and in all."""
    n = len(values)
    weights = [_weight(one) for one in values]
    whole, total = sum(weights), sum(w * v for w, v in zip(weights, values, strict=True))
    a = left = 0.0
    best = _Split(SIDE, -1.0, 0.0, 0.0)
    for k in range(1, n - SIDE + 1):
        a += weights[k - 1]
        left += weights[k - 1] * values[k - 1]
        if k < SIDE:
            continue
        before, after = left / a, (total - left) / (whole - a)
        gain = a * (whole - a) / whole * (after - before) ** 2
        if gain > best.gain + 1e-12:
            best = _Split(k, gain, before, after)
    return best
