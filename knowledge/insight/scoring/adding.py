"""One model out of several: tables weighted and added up, what one column says alone taken out of the pairs, each centred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .columns import Column
from .designs import Learned
from .model import ScoreModel, Term
from .table import Table

DIGITS = 9
"""Entries are rounded to so many digits, so that the last bits of a sum do not depend on the processor."""
SWEEPS = 50
"""Rounds of purification at most; it stops when nothing moves any more."""


def added(
    table: Table,
    columns: Sequence[Column],
    codes: Any,
    whole: Sequence[Learned],
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
    _purify(tables, columns, codes)
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


def _purify(tables: dict[tuple[int, ...], Any], columns: Sequence[Column], codes: Any) -> None:
    """What a pair says of one of its columns alone goes to that column: every row and column of its table gets a mean of 0
    over the rows there were (Lengerich et al. 2020), so that a pair is told as a reason only for what it adds."""
    import numpy as np

    for at in sorted(one for one in tables if len(one) == 2):
        a, b = at
        shape = (columns[a].size, columns[b].size)
        counts = np.zeros(shape)
        np.add.at(counts, (codes[:, a], codes[:, b]), 1.0)
        table = tables[at].reshape(shape).copy()
        for axis, one in ((1, a), (0, b)) * SWEEPS:
            mass = counts.sum(axis=axis)
            mean = np.divide((table * counts).sum(axis=axis), mass, out=np.zeros_like(mass), where=mass > 0)
            table -= mean[:, None] if axis else mean[None, :]
            tables[(one,)] = tables.get((one,), np.zeros(columns[one].size)) + mean
            if np.abs(mean).max() < 1e-12 and axis == 0:
                break
        tables[at] = table.ravel()
