"""From a table to a model that explains itself: choose columns, learn three glass boxes, weigh them on rows not seen, add up.

Below the floors there is less: with few rows the ridge alone, with hardly any the share of positives and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Literal

from . import learner
from .adding import added
from .choosing import choose
from .columns import Column
from .designs import Learned, Shape
from .figures import Figures, figures
from .leaking import Dropped
from .model import ScoreModel, chance_of
from .paired import BAGS, Paired, paired
from .table import Table, folds, moment_of

FOLDS = 4
FEW, HARDLY_ANY = 60, 8
"""Rows of the rarer class below which the boosting machine is left out, and below which nothing is learned at all."""
LEARNERS = ("ridge", "boosted", "paired")
FADES = (0.0, 0.5, 0.15)
"""How fast older rows fade, tried where rows have moments."""

Method = Literal["glass box", "ridge", "prior"]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A model with how it came about. `unseen` are figures on rows it had not seen (cross-validation over `folds`), None
    for a prior; `weights` say how much each learner counts; `strength` is the ridge's.
    `fade`: of rows with moments, the share of the rows after which an older one counts half; 0: all count the same."""

    model: ScoreModel
    method: Method
    dropped: tuple[Dropped, ...]
    table_hash: str
    unseen: Figures | None = None
    folds: int = 0
    strength: float = 0.0
    weights: tuple[tuple[str, float], ...] = ()
    fade: float = 0.0


def fit(
    table: Table,
    *,
    drop: Sequence[str] = (),
    monotone: Mapping[str, int] | None = None,
    today: int | None = None,
    forward: bool = True,
) -> Fitted:
    """Learn the chance of label 1. Always gives a model; `method` says how much it could learn.

    table: at least one row. drop: columns not to use. monotone: column -> +1 (more is never less likely) or -1.
    today: the day as an ordinal after which a date is in the future, for tables without moments. forward: whether rows to
    come are what is asked for, where rows have moments; if not, moments only tell what was filled in later.
    """
    columns, dropped = choose(table, drop=drop, monotone=monotone, today=today, forward=forward)
    if not forward:
        table = replace(table, times=())
    parts = folds(table, FOLDS) if columns and table.fewest >= HARDLY_ANY else []
    parts = [(a, b) for a, b in parts if 0 < sum(table.labels[i] for i in a) < len(a)]
    if len(parts) < 2:
        return Fitted(model=prior(table), method="prior", dropped=dropped, table_hash=table.hash)
    with learner.one_thread():
        return _learned(table, columns, dropped, parts)


def prior(table: Table) -> ScoreModel:
    """The share of positives, drawn to one half by half a row of either label (Jeffreys)."""
    odds = (table.positives + 0.5) / (table.n - table.positives + 0.5)
    return ScoreModel(columns=(), terms=(), intercept=math.log(odds), n=table.n, positives=table.positives)


def _learned(
    table: Table,
    columns: Sequence[Column],
    dropped: tuple[Dropped, ...],
    parts: Sequence[tuple[list[int], list[int]]],
) -> Fitted:
    import numpy as np

    codes = np.array([[c.code(cell) for cell in table.columns[c.name]] for c in columns], dtype=np.int64).T
    shapes = [Shape(c.size, c.kind != "category", c.monotone) for c in columns]
    bench = _Bench(codes, np.array(table.labels), shapes, parts, _moments(table))
    fade, strength, by_ridge = bench.best_ridge()
    stack = np.stack([by_ridge, *(bench.others(fade, strength) if table.fewest >= FEW else [])], axis=1)
    names, fold = LEARNERS[: stack.shape[1]], bench.fold
    weights, shift = learner.stacked(stack, bench.held, fold if table.times else np.zeros_like(fold))
    whole = bench.whole(fade, strength, len(names))
    return Fitted(
        model=added(table, columns, codes, whole, weights, shift),
        method="glass box" if len(names) > 1 else "ridge",
        dropped=dropped,
        table_hash=table.hash,
        unseen=_honest(stack, bench.held, fold, bool(table.times)),
        folds=len(parts),
        strength=strength,
        weights=tuple((name, round(weight, 4)) for name, weight in zip(names, weights, strict=True)),
        fade=fade,
    )


def _moments(table: Table) -> Any:
    """The rows' moments as an array, None without."""
    import numpy as np

    return np.array([moment_of(cell) for cell in table.times]) if table.times else None


@dataclass
class _Bench:
    """The rows as codes, and what each learner says of rows it has not seen. `moments` are None without a time."""

    codes: Any
    labels: Any
    shapes: list[Shape]
    parts: Sequence[tuple[list[int], list[int]]]
    moments: Any

    @cached_property
    def held(self) -> Any:
        """Labels of the held-out rows, in the order of the folds."""
        import numpy as np

        return self.labels[np.concatenate([np.array(b) for _, b in self.parts])]

    @cached_property
    def fold(self) -> Any:
        """The fold of each held-out row, in the order of the folds."""
        import numpy as np

        return np.repeat(np.arange(len(self.parts)), [len(b) for _, b in self.parts])

    def best_ridge(self) -> tuple[float, float, Any]:
        """How fast old rows fade and how strong the ridge's penalty is, by the least log loss on rows not seen (a fold's
        level aside where rows have moments: it moves); and the ridge's log-odds there."""
        tried = []
        for fade in FADES if self.moments is not None else FADES[:1]:
            for strength in learner.STRENGTHS:
                found = self._unseen(partial(self._ridge, fade=fade, strength=strength))
                tried.append((self._loss(found), fade, strength, found))
        _, fade, strength, found = min(tried, key=lambda one: one[0])
        return fade, strength, found

    def others(self, fade: float, strength: float) -> list[Any]:
        """Log-odds of the boosting machine and of the paired trees on rows not seen: fewer bags than in the end, which is
        enough to weigh them by."""
        return [
            self._unseen(partial(self._boosted, fade=fade, bags=learner.BAGS // 2)),
            self._unseen(partial(self._paired, fade=fade, strength=strength, bags=BAGS // 2)),
        ]

    def whole(self, fade: float, strength: float, learners: int) -> list[Learned]:
        """Every learner on all rows, as tables."""
        rows = list(range(len(self.labels)))
        found = [self._ridge(rows, fade, strength)]
        if learners > 1:
            found.append(self._boosted(rows, fade, learner.BAGS))
            found.append(self._paired(rows, fade, strength, BAGS).learned(self.codes, self.shapes))
        return found

    def _unseen(self, learn: Callable[[list[int]], Learned | Paired]) -> Any:
        import numpy as np

        return np.concatenate([learn(a).logits(self.codes[b], self.shapes) for a, b in self.parts])

    def _ridge(self, rows: list[int], fade: float, strength: float) -> Learned:
        return learner.ridge(
            self.codes[rows], self.labels[rows], self.shapes, strength, self._weights(rows, fade)
        )

    def _boosted(self, rows: list[int], fade: float, bags: int) -> Learned:
        return learner.boosted(
            self.codes[rows], self.labels[rows], self.shapes, bags, self._weights(rows, fade)
        )

    def _paired(self, rows: list[int], fade: float, strength: float, bags: int) -> Paired:
        begin = self._ridge(rows, fade, strength).logits(self.codes[rows], self.shapes)
        return paired(
            self.codes[rows], self.labels[rows], self.shapes, begin, bags, self._weights(rows, fade)
        )

    def _weights(self, rows: list[int], fade: float) -> Any:
        """The weight of each row: half of it is gone after the share `fade` of the rows came later; all 1 at 0."""
        import numpy as np

        if not fade:
            return None
        order = np.argsort(np.argsort(self.moments[rows], kind="stable"), kind="stable")
        weights = 0.5 ** ((1 - (order + 1) / len(rows)) / fade)
        return weights / weights.mean()

    def _loss(self, found: Any) -> float:
        """Log loss of log-odds on the held-out rows; with moments after the best shift of each fold (Newton's method)."""
        import numpy as np

        signs, shift = 2.0 * self.held - 1.0, np.zeros(int(self.fold.max()) + 1)
        for _ in range(12 if self.moments is not None else 0):
            chance = 1 / (1 + np.exp(-np.clip(found + shift[self.fold], -30, 30)))
            slope = np.bincount(self.fold, weights=self.held - chance)
            bend = np.bincount(self.fold, weights=chance * (1 - chance)) + 1.0
            shift += np.clip(slope / bend, -2, 2)
        return float(np.logaddexp(0.0, -signs * (found + shift[self.fold])).sum())


def _honest(stack: Any, held: Any, fold: Any, in_time: bool) -> Figures | None:
    """Figures of the stack on rows that neither the learners nor the weights have seen: the weights of each fold come
    from the others, with moments from the earlier ones (so that its first fold only teaches)."""
    import numpy as np

    chances = np.full(len(held), np.nan)
    for f in range(int(fold.max()) + 1):
        others = fold < f if in_time else fold != f
        if others.any():
            told = fold[others] if in_time else np.zeros(int(others.sum()), dtype=np.int64)
            weights, shift = learner.stacked(stack[others], held[others], told)
            chances[fold == f] = [chance_of(float(z)) for z in stack[fold == f] @ np.array(weights) + shift]
    known = ~np.isnan(chances)
    return figures([int(y) for y in held[known]], [float(p) for p in chances[known]])
