"""The chance that a path of touches ends in a conversion: a ridge regression on what a path is made of, in plain sums.

Every path has a weight (how often it was walked) and a share that converted; the penalty is chosen by cross-validation
over whole paths, so that a path seen before is not mistaken for knowledge of paths.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .attribution import Path

PENALTIES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
INNER = 3
"""Folds by which the penalty is chosen."""
LENGTHS = (1, 2, 3, 4, 5, 6, 8, 12, 20)
STEPS = 25


@dataclass(frozen=True)
class PathModel:
    """Weights by feature over standardised columns. `columns`: name -> (mean, spread)."""

    names: tuple[str, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    penalty: float

    def chance(self, channels: Sequence[str]) -> float:
        """The chance of a conversion after these touches."""
        cells = features(channels)
        logit = self.intercept + sum(
            w * (cells.get(name, 0.0) - centre) / spread
            for name, centre, spread, w in zip(
                self.names, self.centre, self.spread, self.weights, strict=True
            )
        )
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, logit))))


def features(channels: Sequence[str]) -> dict[str, float]:
    """What a path is made of: length, changes of channel, which channels, how often, the first and the last two."""
    n, seen = len(channels), Counter(channels)
    cells = {
        "log length": math.log(max(1, n)),
        "channels": float(len(seen)),
        "changes": float(sum(a != b for a, b in pairwise(channels))),
        "one channel": float(len(seen) == 1),
        "odd": float(n % 2),
    }
    cells |= {f"length >= {k}": 1.0 for k in LENGTHS if n >= k}
    for one, times in seen.items():
        cells[f"has {one}"] = 1.0
        cells[f"share {one}"] = times / n
        cells[f"log times {one}"] = math.log1p(times)
    if channels:
        cells[f"first {channels[0]}"] = cells[f"last {channels[-1]}"] = 1.0
        if n > 1:
            cells[f"before last {channels[-2]}"] = 1.0
    return cells


def fit_paths(paths: Sequence[Path]) -> PathModel:
    """Learn from walked paths. paths: at least one with a positive count. Deterministic."""
    import numpy as np

    rows = sorted((one for one in paths if one.conversions + one.nulls > 0), key=lambda one: one.channels)
    names = sorted({name for one in rows for name in features(one.channels)})
    cells = np.array([[features(one.channels).get(name, 0.0) for name in names] for one in rows])
    won = np.array([one.conversions for one in rows])
    walked = won + np.array([one.nulls for one in rows])
    centre = np.average(cells, axis=0, weights=walked)
    spread = np.sqrt(np.average((cells - centre) ** 2, axis=0, weights=walked))
    spread[spread < 1e-9] = 1.0
    x = (cells - centre) / spread
    place = np.arange(len(rows)) % INNER
    penalty = min(PENALTIES, key=lambda one: _unseen_loss(x, won, walked, place, one))
    weights = _ridge(x, won, walked, penalty)
    return PathModel(
        tuple(names), tuple(centre), tuple(spread), tuple(weights[:-1]), float(weights[-1]), penalty
    )


def _unseen_loss(x: Any, won: Any, walked: Any, place: Any, penalty: float) -> float:
    import numpy as np

    loss = 0.0
    for fold in range(INNER):
        inside, held = place != fold, place == fold
        if not inside.any() or not held.any():
            continue
        weights = _ridge(x[inside], won[inside], walked[inside], penalty)
        logits = x[held] @ weights[:-1] + weights[-1]
        loss += float((walked[held] * np.logaddexp(0, logits) - won[held] * logits).sum())
    return loss


def _ridge(x: Any, won: Any, walked: Any, penalty: float) -> Any:
    """Newton's method; the intercept, the last entry, is not pulled."""
    import numpy as np

    wide = np.hstack([x, np.ones((len(x), 1))])
    pull = np.full(wide.shape[1], penalty)
    pull[-1] = 1e-9
    weights = np.zeros(wide.shape[1])
    share = (won.sum() + 0.5) / (walked.sum() + 1)
    weights[-1] = math.log(share / (1 - share))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(wide @ weights, -40, 40)))
        slope = wide.T @ (won - walked * chance) - pull * weights
        curve = (wide * (walked * chance * (1 - chance))[:, None]).T @ wide + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights
