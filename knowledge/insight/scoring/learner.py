"""The one file that imports the learning libraries: codes and labels go in, tables over the codes come out.

Two glass boxes are learned and added up, weighted by how well each did on rows it had not seen (decision 0017):
a ridge regression over cumulative bins (scikit-learn) and an Explainable Boosting Machine (interpret-core). Both are sums
of tables over codes, so their weighted sum is one. Seeds are fixed and one thread works: the same rows, the same tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SEED = 7
STEPS = 32
"""Cumulative bins of a number in the ridge."""
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Inverse penalties of the ridge that are tried."""
BAGS, PAIRS, ROWS_A_PAIR, WIDEST_PAIR = 8, 10, 1000, 70
"""Outer bags of the boosting machine; pairs of columns at most, one for each ROWS_A_PAIR rows; and the widest column (in
codes) that may be in one."""

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


def ridge(codes: Any, labels: Any, shapes: Sequence[Shape], strength: float) -> Learned:
    """Logistic regression with a quadratic penalty on the steps between neighbouring bins of a number and on the levels
    of a category; missing is a step of its own. Source: a penalised B-spline of degree 0 (Eilers and Marx 1996)."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    blocks = [_block(codes[:, at], shape) for at, shape in enumerate(shapes)]
    design = np.hstack([wide[codes[:, at]] for at, wide in enumerate(blocks)])
    means = design.mean(axis=0)
    with _calm():
        fit = LogisticRegression(C=strength, max_iter=400, tol=1e-5).fit(design - means, labels)
    weights = fit.coef_[0]
    tables: Tables = {}
    begin = 0
    for at, wide in enumerate(blocks):
        end = begin + wide.shape[1]
        tables[(at,)] = [float(v) for v in (wide - means[begin:end]) @ weights[begin:end]]
        begin = end
    return Learned(float(fit.intercept_[0]), tables)


def boosted(codes: Any, labels: Any, shapes: Sequence[Shape], bags: int = BAGS) -> Learned:
    """An Explainable Boosting Machine (Lou et al. 2013; interpret-core), read out as tables by asking it for every code."""
    import numpy as np
    from interpret.glassbox import ExplainableBoostingClassifier  # type: ignore[import-untyped]

    pairs = min(PAIRS, len(codes) // ROWS_A_PAIR) if len(shapes) > 1 else 0
    wide = [at for at, one in enumerate(shapes) if one.size > WIDEST_PAIR or one.monotone]
    machine = ExplainableBoostingClassifier(
        feature_names=[f"c{at}" for at in range(len(shapes))],
        feature_types=["continuous" if one.ordered else "nominal" for one in shapes],
        interactions=pairs,
        exclude=[(a, b) for a in range(len(shapes)) for b in range(a + 1, len(shapes)) if {a, b} & set(wide)],
        outer_bags=bags,
        max_bins=128,
        max_interaction_bins=16,
        learning_rate=0.04,
        max_rounds=2000,
        monotone_constraints=[one.monotone for one in shapes],
        random_state=SEED,
        n_jobs=1,
    )
    with _calm():
        machine.fit(_as_values(codes, shapes), labels)
        tables: Tables = {}
        for place, at in enumerate(machine.term_features_):
            grid = _grid(at, shapes)
            tables[tuple(at)] = [float(v) for v in machine.eval_terms(_as_values(grid, shapes))[:, place]]
    return Learned(float(np.ravel(machine.intercept_)[0]), tables)


def stacked(logits: Any, labels: Any, fold: Any) -> tuple[list[float], float]:
    """Weights (none negative) and shift that make the sum of columns of out-of-fold log-odds most likely, pulled a little
    towards equal shares: with few rows the halves stay halves. Logistic stacking (Wolpert 1992; Platt 1999).

    fold: the number of each row's fold, from 0 without gaps. Every fold has a shift of its own, so that a level that
    moves from fold to fold is not taken for a lack of order within them; the shift given back is the last fold's.
    """
    import numpy as np
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    k, n = logits.shape[1], int(fold.max()) + 1
    signs = 2.0 * labels - 1.0

    def loss(w: Any) -> Any:
        margin = signs * (logits @ w[:k] + w[k + fold])
        slope = -signs / (1.0 + np.exp(np.clip(margin, -50, 50)))
        pull, spread = w[:k] - 1.0 / k, w[k:] - w[k:].mean()
        shifts = np.bincount(fold, weights=slope, minlength=n) + 20.0 * (spread - spread.mean())
        total = np.logaddexp(0.0, -margin).sum() + 10.0 * (pull @ pull) + 10.0 * (spread @ spread)
        return total, np.concatenate([logits.T @ slope + 20.0 * pull, shifts])

    begin = np.array([*([1.0 / k] * k), *([0.0] * n)])
    bounds = [*([(0.0, None)] * k), *([(None, None)] * n)]
    found = minimize(loss, begin, jac=True, bounds=bounds, method="L-BFGS-B").x
    return [float(v) for v in found[:k]], float(found[-1])


def _block(codes: Any, shape: Shape) -> Any:
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


def _grid(at: Sequence[int], shapes: Sequence[Shape]) -> Any:
    """Every code, or pair of codes, of some columns, the last one fastest; other columns at code 1."""
    import numpy as np

    sizes = [shapes[one].size for one in at]
    codes = np.ones((int(np.prod(sizes)), len(shapes)), dtype=np.int64)
    for one, values in zip(at, np.unravel_index(np.arange(len(codes)), sizes), strict=True):
        codes[:, one] = values
    return codes


def _as_values(codes: Any, shapes: Sequence[Shape]) -> Any:
    """Codes as the boosting machine takes them: numbers with NaN for missing, levels as they are."""
    import numpy as np

    values = codes.astype(np.float64)
    ordered = np.array([one.ordered for one in shapes])
    values[(codes == 0) & ordered] = np.nan
    return values


@contextmanager
def _calm() -> Iterator[None]:
    """The libraries' own warnings (a nearly empty bag, slow convergence) are not ours to show."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
