"""How good probabilities are: AUC, log loss, Brier, ECE over ten equal-mass bins, and the table behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

BINS = 10
_SMALLEST = 1e-15


@dataclass(frozen=True)
class Reliability:
    """One bin of equal mass: how many rows, what was said on average, and how often it came true."""

    n: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class Figures:
    """Figures over `n` rows of which `positives` came true. `auc` is None with one class alone; `base_brier` is the Brier
    score of always saying the share of positives; `top_decile_precision` is the share of positives among the tenth of
    the rows with the highest scores."""

    n: int
    positives: int
    auc: float | None
    log_loss: float
    brier: float
    base_brier: float
    ece: float
    top_decile_precision: float
    reliability: tuple[Reliability, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def figures(labels: Sequence[int], chances: Sequence[float]) -> Figures | None:
    """The figures of chances against labels (0 or 1), in the same order; None without a row."""
    n = len(labels)
    if not n:
        return None
    share = sum(labels) / n
    bins = reliability(labels, chances)
    order = sorted(range(n), key=lambda i: (-chances[i], i))[: max(1, round(n / 10))]
    return Figures(
        n=n,
        positives=sum(labels),
        auc=auc(labels, chances),
        log_loss=math.fsum(_loss(y, p) for y, p in zip(labels, chances, strict=True)) / n,
        brier=math.fsum((p - y) ** 2 for y, p in zip(labels, chances, strict=True)) / n,
        base_brier=share * (1 - share),
        ece=math.fsum(one.n / n * abs(one.observed - one.predicted) for one in bins),
        top_decile_precision=sum(labels[i] for i in order) / len(order),
        reliability=bins,
    )


def auc(labels: Sequence[int], chances: Sequence[float]) -> float | None:
    """The chance that a row that came true stands above one that did not, ties counting half (Mann-Whitney)."""
    ordered = sorted(zip(chances, labels, strict=True))
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    ranks, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        ranks += (at + 1 + end) / 2 * sum(label for _, label in ordered[at:end])
        at = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def reliability(labels: Sequence[int], chances: Sequence[float], bins: int = BINS) -> tuple[Reliability, ...]:
    """The rows in order of their chance, cut into bins of as equal mass as whole rows allow."""
    order = sorted(range(len(labels)), key=lambda i: (chances[i], i))
    cut = [len(order) * k // bins for k in range(bins + 1)]
    parts = [order[low:high] for low, high in pairwise(cut) if high > low]
    return tuple(
        Reliability(
            n=len(part),
            predicted=math.fsum(chances[i] for i in part) / len(part),
            observed=sum(labels[i] for i in part) / len(part),
        )
        for part in parts
    )


def _loss(label: int, chance: float) -> float:
    return -math.log(max(_SMALLEST, chance if label else 1 - chance))
