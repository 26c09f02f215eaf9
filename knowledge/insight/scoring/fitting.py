"""From a table to a model that explains itself: choose columns, learn two glass boxes, weigh them on rows not seen, add up.

Below the floors there is less: with few rows the ridge alone, with hardly any the share of positives and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from . import learner
from .choosing import choose
from .columns import Column
from .figures import Figures, figures
from .leaking import Dropped
from .model import ScoreModel, Term, chance_of
from .table import Table, folds

FOLDS = 4
FEW, HARDLY_ANY = 60, 8
"""Rows of the rarer class below which the boosting machine is left out, and below which nothing is learned at all."""
DIGITS = 9
"""Entries are rounded to so many digits, so that the last bits of a sum do not depend on the processor."""

Method = Literal["glass box", "ridge", "prior"]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A model with how it came about. `unseen` are figures on rows it had not seen (cross-validation over `folds`), None
    for a prior; `weights` say how much each learner counts; `strength` is the ridge's."""

    model: ScoreModel
    method: Method
    dropped: tuple[Dropped, ...]
    table_hash: str
    unseen: Figures | None = None
    folds: int = 0
    strength: float = 0.0
    weights: tuple[tuple[str, float], ...] = ()


def fit(
    table: Table,
    *,
    drop: Sequence[str] = (),
    monotone: Mapping[str, int] | None = None,
    today: int | None = None,
) -> Fitted:
    """Learn the chance of label 1. Always gives a model; `method` says how much it could learn.

    table: at least one row. drop: columns not to use. monotone: column -> +1 (more is never less likely) or -1.
    today: the day as an ordinal after which a date is in the future, for tables without moments.
    """
    columns, dropped = choose(table, drop=drop, monotone=monotone, today=today)
    parts = folds(table, FOLDS) if columns and table.fewest >= HARDLY_ANY else []
    parts = [(a, b) for a, b in parts if 0 < sum(table.labels[i] for i in a) < len(a)]
    if len(parts) < 2:
        return Fitted(model=prior(table), method="prior", dropped=dropped, table_hash=table.hash)
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
    labels = np.array(table.labels)
    shapes = [learner.Shape(c.size, c.kind != "category", c.monotone) for c in columns]
    held = np.concatenate([np.array(b) for _, b in parts])
    strength, by_ridge = _strongest(codes, labels, shapes, parts)
    names, out_of_fold = ["ridge"], [by_ridge]
    if table.fewest >= FEW:
        names.append("boosted")
        out_of_fold.append(_out_of_fold(codes, shapes, parts, lambda a: _boosted(codes, labels, shapes, a)))
    stack = np.stack(out_of_fold, axis=1)
    fold = _fold_numbers(parts)
    weights, shift = learner.stacked(stack, labels[held], fold if table.times else np.zeros_like(fold))
    unseen = _honest(stack, labels[held], fold, bool(table.times))
    whole = [learner.ridge(codes, labels, shapes, strength)]
    whole += [learner.boosted(codes, labels, shapes)] if len(names) > 1 else []
    model = _added(table, columns, codes, whole, weights, shift)
    return Fitted(
        model=model,
        method="glass box" if len(names) > 1 else "ridge",
        dropped=dropped,
        table_hash=table.hash,
        unseen=unseen,
        folds=len(parts),
        strength=strength,
        weights=tuple((name, round(weight, 4)) for name, weight in zip(names, weights, strict=True)),
    )


def _boosted(codes: Any, labels: Any, shapes: Sequence[learner.Shape], rows: list[int]) -> learner.Learned:
    """The boosting machine of a fold: half the bags, which is enough to weigh it by."""
    return learner.boosted(codes[rows], labels[rows], shapes, bags=learner.BAGS // 2)


def _out_of_fold(codes: Any, shapes: Sequence[learner.Shape], parts: Any, learn: Any) -> Any:
    import numpy as np

    return np.concatenate([learn(a).logits(codes[b], shapes) for a, b in parts])


def _strongest(codes: Any, labels: Any, shapes: Any, parts: Any) -> tuple[float, Any]:
    """The ridge's strength with the least log loss on rows not seen, and its log-odds there."""
    import numpy as np

    held = labels[np.concatenate([np.array(b) for _, b in parts])]
    best: tuple[float, float, Any] | None = None
    for strength in learner.STRENGTHS:
        found = _out_of_fold(
            codes, shapes, parts, lambda a, s=strength: learner.ridge(codes[a], labels[a], shapes, s)
        )
        loss = float(np.logaddexp(0.0, -(2.0 * held - 1.0) * found).sum())
        if best is None or loss < best[0]:
            best = (loss, strength, found)
    assert best is not None
    return best[1], best[2]


def _fold_numbers(parts: Sequence[tuple[list[int], list[int]]]) -> Any:
    """The fold of each held-out row, in the order of the folds."""
    import numpy as np

    return np.repeat(np.arange(len(parts)), [len(b) for _, b in parts])


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


def _added(
    table: Table,
    columns: Sequence[Column],
    codes: Any,
    whole: Sequence[learner.Learned],
    weights: Sequence[float],
    shift: float,
) -> ScoreModel:
    """One model out of weighted ones: tables added up, each column's centred on the rows, codes nobody had at 0."""
    import numpy as np

    tables: dict[tuple[int, ...], Any] = {}
    intercept = shift
    for weight, one in zip(weights, whole, strict=True):
        intercept += weight * one.intercept
        for at, entries in one.tables.items():
            tables[at] = tables.get(at, 0.0) + weight * np.array(entries)
    terms = []
    for at in sorted(tables, key=lambda one: (len(one), one)):
        entries = tables[at]
        if len(at) == 1:
            column = columns[at[0]]
            counts = np.bincount(codes[:, at[0]], minlength=column.size)
            entries, centre = _centred(
                _one_way(entries, counts, column.monotone) if column.monotone else entries, counts
            )
            intercept += centre
        terms.append(Term(columns=at, table=tuple(round(float(v), DIGITS) + 0.0 for v in entries)))
    return _without_idle(
        ScoreModel(
            columns=tuple(columns),
            terms=tuple(terms),
            intercept=round(intercept, DIGITS),
            n=table.n,
            positives=table.positives,
        )
    )


def _centred(entries: Any, counts: Any) -> tuple[Any, float]:
    """Entries with a mean of 0 over the rows, and what was taken off. Codes nobody had get 0, but for the empty bins of a
    number, which go on saying what their neighbours say."""
    import numpy as np

    centre = float(entries @ counts) / float(counts.sum())
    entries = entries - centre
    if not counts[0]:
        entries[0] = 0.0
    if not counts[-1]:
        entries[-1] = 0.0
    return np.asarray(entries), centre


def _one_way(entries: Any, counts: Any, way: int) -> Any:
    """The nearest table that never turns back (pool adjacent violators, weighted by rows); missing keeps its entry."""
    import numpy as np

    blocks: list[list[float]] = []
    for value, count in zip(way * entries[1:], counts[1:], strict=True):
        blocks.append([float(value), max(float(count), 1e-9), 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value_b, count_b, size_b = blocks.pop()
            value_a, count_a, size_a = blocks.pop()
            both = count_a + count_b
            blocks.append([(value_a * count_a + value_b * count_b) / both, both, size_a + size_b])
    level = [value for value, _, size in blocks for _ in range(int(size))]
    return np.concatenate([entries[:1], way * np.array(level)])


def _without_idle(model: ScoreModel) -> ScoreModel:
    """The model without columns that add nothing for any code."""
    busy = tuple(term for term in model.terms if any(term.table))
    used = sorted({at for term in busy for at in term.columns})
    place = {at: new for new, at in enumerate(used)}
    return replace(
        model,
        columns=tuple(model.columns[at] for at in used),
        terms=tuple(replace(one, columns=tuple(place[at] for at in one.columns)) for one in busy),
    )
