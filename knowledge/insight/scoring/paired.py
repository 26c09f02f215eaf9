"""Trees over pairs of columns read out as tables, exactly.

A function that is a sum of functions of at most two columns is told by its values around one anchor row a (anchored
decomposition, Kuo et al. 2010):  f(x) = f(a) + sum m_i(x_i) + sum p_ij(x_i, x_j)  with  m_i(u) = f(a with x_i = u) - f(a)
and  p_ij(u, v) = f(a with x_i = u, x_j = v) - f(a) - m_i(u) - m_j(v).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import learner
from .designs import Learned, Shape, Tables, as_values, grid

PAIRS, ROWS_A_PAIR = 15, 150
"""Pairs of columns at most, one for each ROWS_A_PAIR rows."""
BAGS = 5


@dataclass(frozen=True)
class Paired:
    """Trees fitted on the columns in `order` (categories first); `pairs` are places in it."""

    machines: Sequence[Any]
    order: Sequence[int]
    pairs: Sequence[tuple[int, int]]

    def logits(self, codes: Any, shapes: Sequence[Shape]) -> Any:
        """Log-odds of rows of codes (array n x columns): the mean of the machines'."""
        mine = [shapes[at] for at in self.order]
        values = as_values(codes[:, self.order], mine)
        return sum(machine.decision_function(values) for machine in self.machines) / len(self.machines)

    def learned(self, codes: Any, shapes: Sequence[Shape]) -> Learned:
        """The same as tables; the anchor is the commonest code of each column among the rows `codes`."""
        import numpy as np

        anchor = np.array(
            [np.bincount(codes[:, at], minlength=one.size).argmax() for at, one in enumerate(shapes)]
        )

        def around(at: tuple[int, ...]) -> Any:
            every = grid(at, shapes)
            rows = np.tile(anchor, (len(every), 1))
            rows[:, at] = every[:, at]
            return self.logits(rows, shapes)

        base = float(self.logits(anchor[None], shapes)[0])
        mains = {at: around((at,)) - base for at in range(len(shapes))}
        tables: Tables = {(at,): [float(v) for v in main] for at, main in mains.items()}
        for one in self.pairs:
            a, b = sorted(self.order[place] for place in one)
            both = around((a, b)).reshape(shapes[a].size, shapes[b].size)
            alone = both - base - mains[a][:, None] - mains[b][None, :]
            tables[a, b] = [float(v) for v in alone.ravel()]
        return Learned(base, tables)


def paired(
    codes: Any, labels: Any, shapes: Sequence[Shape], begin: Any, bags: int = BAGS, weights: Any = None
) -> Paired:
    """Fit them. `begin`: log-odds of the rows by columns alone, beyond which pairs are looked for."""
    order = sorted(range(len(shapes)), key=lambda at: (shapes[at].ordered, at))
    mine, there = [shapes[at] for at in order], codes[:, order]
    most = min(PAIRS, len(codes) // ROWS_A_PAIR)
    pairs = learner.pairs_of(there, labels, mine, begin, most) if most else []
    return Paired(learner.trees(there, labels, mine, pairs, bags, weights), order, pairs)
