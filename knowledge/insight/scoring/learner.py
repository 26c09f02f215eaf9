"""The one file that imports the learning libraries: codes and labels go in, tables over the codes come out.

Three glass boxes are learned and added up, weighted by how well each did on rows it had not seen (decision 0017):
a ridge regression over cumulative bins (scikit-learn), an Explainable Boosting Machine (interpret-core), and shallow trees
of which each may look at two columns only (scikit-learn; knowledge/insight/scoring/paired.py reads them out). All are sums
of tables over codes, so their weighted sum is one. Seeds are fixed and one thread works: the same rows, the same tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .designs import Learned, Shape, Tables, as_values, block, grid

SEED = 7
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Inverse penalties of the ridge that are tried."""
BAGS, PAIRS, ROWS_A_PAIR, WIDEST_PAIR = 8, 10, 1000, 70
"""Outer bags of the boosting machine; pairs of columns at most, one for each ROWS_A_PAIR rows; and the widest column (in
codes) that may be in one."""


def ridge(codes: Any, labels: Any, shapes: Sequence[Shape], strength: float, weights: Any = None) -> Learned:
    """Logistic regression with a quadratic penalty on the steps between neighbouring bins of a number and on the levels
    of a category; missing is a step of its own. Source: a penalised B-spline of degree 0 (Eilers and Marx 1996)."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    blocks = [block(codes[:, at], shape) for at, shape in enumerate(shapes)]
    design = np.hstack([wide[codes[:, at]] for at, wide in enumerate(blocks)])
    means = np.average(design, axis=0, weights=weights)
    with _calm():
        fit = LogisticRegression(C=strength, max_iter=400, tol=1e-5).fit(design - means, labels, weights)
    slopes = fit.coef_[0]
    tables: Tables = {}
    begin = 0
    for at, wide in enumerate(blocks):
        end = begin + wide.shape[1]
        tables[(at,)] = [float(v) for v in (wide - means[begin:end]) @ slopes[begin:end]]
        begin = end
    return Learned(float(fit.intercept_[0]), tables)


def boosted(
    codes: Any, labels: Any, shapes: Sequence[Shape], bags: int = BAGS, weights: Any = None
) -> Learned:
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
        machine.fit(as_values(codes, shapes), labels, sample_weight=weights)
        tables: Tables = {}
        for place, at in enumerate(machine.term_features_):
            every = as_values(grid(at, shapes), shapes)
            tables[tuple(at)] = [float(v) for v in machine.eval_terms(every)[:, place]]
    return Learned(float(np.ravel(machine.intercept_)[0]), tables)


def pairs_of(
    codes: Any, labels: Any, shapes: Sequence[Shape], begin: Any, most: int
) -> list[tuple[int, int]]:
    """The pairs of columns that together say most of what `begin` (log-odds) leaves unsaid, strongest first (FAST, Lou et
    al. 2013); columns that are monotone or too wide are in none."""
    from interpret.utils import measure_interactions  # type: ignore[import-untyped]

    fit = [at for at, one in enumerate(shapes) if one.size <= WIDEST_PAIR and not one.monotone]
    if len(fit) < 2:
        return []
    with _calm():
        found = measure_interactions(
            as_values(codes, shapes)[:, fit],
            labels,
            interactions=most,
            init_score=begin,
            feature_types=["continuous" if shapes[at].ordered else "nominal" for at in fit],
            max_interaction_bins=16,
        )
    return [(fit[a], fit[b]) for (a, b), strength in found if strength > 0]


def trees(
    codes: Any,
    labels: Any,
    shapes: Sequence[Shape],
    pairs: Sequence[tuple[int, int]],
    bags: int,
    weights: Any = None,
) -> list[Any]:
    """Histogram-gradient-boosted trees of which each may look at one of the pairs, or at one column. Categories must come
    before numbers: scikit-learn 1.9 puts them there itself, but not in its interaction constraints."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

    assert [one.ordered for one in shapes] == sorted(one.ordered for one in shapes)
    paired = {at for pair in pairs for at in pair}
    alone: list[set[int]] = [{at} for at in range(len(shapes)) if at not in paired]
    machines = [
        HistGradientBoostingClassifier(
            learning_rate=0.06,
            max_iter=400,
            max_depth=3,
            early_stopping=True,
            interaction_cst=[*({*pair} for pair in pairs), *alone],
            categorical_features=[not one.ordered for one in shapes],
            monotonic_cst=[one.monotone for one in shapes],
            random_state=SEED + bag,
        )
        for bag in range(bags)
    ]
    return [machine.fit(as_values(codes, shapes), labels, weights) for machine in machines]


@contextmanager
def one_thread() -> Iterator[None]:
    """Whatever is learned here is learned by one thread: several wait for each other, actively, on a machine that is shared
    (measured: four times the processor time), and sums come out the same wherever they are made."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield


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


@contextmanager
def _calm() -> Iterator[None]:
    """The libraries' own warnings (a nearly empty bag, slow convergence) are not ours to show."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
