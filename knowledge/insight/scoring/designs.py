"""What a learner gets to see of codes: designs, grids and values; and tables over codes as what it has learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STEPS = 32
"""Cumulative bins of a number in the ridge."""

Tables = dict[tuple[int, ...], list[float]]
"""Places of one or two columns -> table over their codes."""


@dataclass(frozen=True)
class Shape:
    """What a learner needs to know of a column: how many codes, whether they are ordered, and which way it must go."""

    size: int
    ordered: bool
    monotone: int = 0


@dataclass(frozen=True)
class Learned:
    """Tables and an intercept on the scale of log-odds."""

    intercept: float
    tables: Tables

    def logits(self, codes: Any, shapes: Sequence[Shape]) -> Any:
        """Log-odds of rows of codes (array n x columns) as an array."""
        import numpy as np

        total = np.full(len(codes), self.intercept)
        for at, table in self.tables.items():
            place = (
                codes[:, at[0]] if len(at) == 1 else codes[:, at[0]] * shapes[at[1]].size + codes[:, at[1]]
            )
            total += np.asarray(table)[place]
        return total


def block(codes: Any, shape: Shape) -> Any:
    """One column's design, a row for each code: steps for what is ordered, levels for what is not, missing by itself."""
    import numpy as np

    if not shape.ordered:
        return np.eye(shape.size)
    groups = _groups(np.bincount(codes, minlength=shape.size), shape.size)
    steps = max(groups)
    wide = np.zeros((shape.size, steps + 1))
    wide[0, steps] = 1.0
    for code in range(1, shape.size):
        wide[code, : groups[code]] = 1.0
    return wide


def _groups(counts: Any, size: int) -> list[int]:
    """Neighbouring bins joined until each group holds its share of the rows; the group of each code, from 0."""
    wanted = counts[1:].sum() / STEPS
    groups, group, held = [0], 0, 0
    for code in range(1, size):
        if held and held + counts[code] / 2 >= wanted:
            group, held = group + 1, 0
        held += int(counts[code])
        groups.append(group)
    return groups


def grid(at: Sequence[int], shapes: Sequence[Shape]) -> Any:
    """Every code, or pair of codes, of some columns, the last one fastest; other columns at code 1."""
    import numpy as np

    sizes = [shapes[one].size for one in at]
    codes = np.ones((int(np.prod(sizes)), len(shapes)), dtype=np.int64)
    for one, values in zip(at, np.unravel_index(np.arange(len(codes)), sizes), strict=True):
        codes[:, one] = values
    return codes


def as_values(codes: Any, shapes: Sequence[Shape]) -> Any:
    """Codes as the boosting machine takes them: numbers with NaN for missing, levels as they are."""
    import numpy as np

    values = codes.astype(np.float64)
    ordered = np.array([one.ordered for one in shapes])
    values[(codes == 0) & ordered] = np.nan
    return values
