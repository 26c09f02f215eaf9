"""How often a customer buys and whether they still do: the BG/NBD model, fitted by maximum likelihood and read off in closed form.

Source of every formula: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24 (2005), equations 6, 7 and 10. While active a customer buys at a rate of their own
(Gamma over customers) and may leave after any purchase with a chance of their own (Beta over customers).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

FEWEST = 30
"""Customers below which nothing is fitted."""
FEWEST_REPEATS = 10
"""Repeat purchases below which nothing is fitted."""
_START = (0.0, 1.5, -0.2, 0.9)
"""Logarithms of r, alpha, a and b to begin the search with (r = 1, alpha = 4.5 weeks, a = 0.8, b = 2.5)."""
_SHRINK = 1e-3
"""A slight pull of the logarithms to the start: without it small books let a parameter run away."""


@dataclass(frozen=True)
class History:
    """One customer at one day: `repeats` purchase days after the first, `last` weeks from the first purchase to the last
    one, `age` weeks from the first purchase to today."""

    repeats: int
    last: float
    age: float


def history_of(days: Iterable[int], today: int) -> History | None:
    """The history of purchase days (ordinals) up to `today`; several purchases of a day are one. None without any."""
    past = sorted({day for day in days if day <= today})
    if not past:
        return None
    return History(len(past) - 1, (past[-1] - past[0]) / 7, (today - past[0]) / 7)


@dataclass(frozen=True)
class BuyingModel:
    """Fitted parameters (r and alpha of the rate in purchases a week, a and b of leaving) and the customers behind them."""

    r: float
    alpha: float
    a: float
    b: float
    n: int

    def alive(self, one: History) -> float:
        """The chance that the customer still buys at all (equation 7's denominator)."""
        return 1 / (1 + self._gone(one))

    def silent(self, one: History, weeks: float) -> float:
        """The chance of no purchase at all in the next `weeks`: gone, or active and not buying in that time."""
        stays = ((self.alpha + one.age) / (self.alpha + one.age + weeks)) ** (self.r + one.repeats)
        return float(1 - self.alive(one) * (1 - stays))

    def expected(self, one: History, weeks: float) -> float:
        """Expected purchases in the next `weeks` (equation 10)."""
        from scipy.special import hyp2f1  # type: ignore[import-untyped]

        x, top = one.repeats, self.alpha + one.age
        z = weeks / (top + weeks)
        shape = self.a + self.b + x - 1
        series = float(hyp2f1(self.r + x, self.b + x, shape, z))
        rest = 1 - (top / (top + weeks)) ** (self.r + x) * series
        return float(max(0.0, shape / (self.a - 1) * rest * self.alive(one)))

    def _gone(self, one: History) -> float:
        if one.repeats == 0:
            return 0.0
        odds = ((self.alpha + one.age) / (self.alpha + one.last)) ** (self.r + one.repeats)
        return float(self.a / (self.b + one.repeats - 1) * odds)


def fit_buying(histories: Sequence[History]) -> BuyingModel | None:
    """The model most likely to have made these histories; None when there are too few of them. Deterministic."""
    import numpy as np
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    if len(histories) < FEWEST or sum(one.repeats for one in histories) < FEWEST_REPEATS:
        return None
    counted: dict[tuple[int, float, float], int] = {}
    for one in histories:
        key = (one.repeats, one.last, one.age)
        counted[key] = counted.get(key, 0) + 1
    rows = sorted(counted)
    x, last, age = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    weight = np.array([counted[row] for row in rows], dtype=float)
    start = np.array(_START)

    def loss(logs: Any) -> float:
        made = -float((weight * _likelihood(np.exp(logs), x, last, age)).sum()) / len(histories)
        return made + _SHRINK * float(((logs - start) ** 2).sum())

    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-7.0, 7.0)] * 4)
    r, alpha, a, b = (float(round(value, 9)) for value in np.exp(found.x))
    if abs(a - 1) < 1e-6:  # equation 10 has a removable gap there
        a += 2e-6
    return BuyingModel(r, alpha, a, b, len(histories))


def _likelihood(parameters: Any, x: Any, last: Any, age: Any) -> Any:
    """Log-likelihood of each history (equation 6, in the stable form of the authors' own note)."""
    import numpy as np
    from scipy.special import gammaln

    r, alpha, a, b = parameters
    base = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    base = base + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    stays = -(r + x) * np.log(alpha + age)
    leaves = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    return base + np.where(x > 0, np.logaddexp(stays, leaves), stays)
