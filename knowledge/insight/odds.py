"""Expert odds drawn to what a company's own closed deals showed: one sum of parts, the experts as its prior.

The log-odds of a deal are the stage's + an offset + the points of its signals (win.py). The points are the most probable ones
(MAP) when each is normal about the log of the expert's odds and the offset is normal about 0: a logistic regression with a
known offset and a ridge about the experts (Hosmer, Lemeshow, Sturdivant, Applied Logistic Regression, 3rd ed. 2013, 2.1;
the offset is "calibration in the large", Steyerberg, Clinical Prediction Models, 2nd ed. 2019, 15.3). One row tells of a
log-odds at most an information of 1/4, so experts who count as k deals have the precision k/4. Learned together, signals that
say the same are not counted twice. With no rows the experts are left as they are; with many they no longer matter, except that
a history may take an expert's odds away or make them stronger but not turn them round: that deals which stood still were won
more often is also what a history shows in which lost ones are never closed, and nobody should be told to leave a customer alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .scoring.model import chance_of

STEPS, CLOSE = 50, 1e-10
"""Newton steps at most, and the change of every point below which it stands still."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How a deal that has ended stood at a moment before: the log-odds of its stage, and which odds applied (keys)."""

    deal_id: str
    base: float
    hits: frozenset[str]
    won: bool


@dataclass(frozen=True, kw_only=True)
class LearnedOdds:
    """One signal's log-odds in use, the experts' own, and the closed deals that showed it and that never did."""

    points: float
    expert: float
    n: int
    won: int
    n_without: int
    won_without: int


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a history made of the experts' odds: by key, and the offset for all deals; `n` deals, as if `prior_rows` rows had
    told the experts' own."""

    n: int
    won: int
    offset: float
    prior_rows: float
    odds: Mapping[str, LearnedOdds] = field(default_factory=dict)


def learn(rows: Iterable[Situation], expert: Mapping[str, float], prior_rows: float) -> Learned | None:
    """The most probable odds given these situations; None when there are none. `expert`: key -> odds.

    A deal is looked at in each different situation it was in; all situations weigh the same, and together as much as there
    are deals.
    """
    seen = sorted(set(rows), key=lambda one: (one.deal_id, one.base, sorted(one.hits)))
    if not seen:
        return None
    keys = sorted(expert)
    means = [0.0, *(math.log(expert[key]) for key in keys)]
    won = {one.deal_id: one.won for one in seen}
    points = _fitted(_cells(seen, keys, len(won) / len(seen)), means, prior_rows / 4)
    odds = {}
    for place, key in enumerate(keys, start=1):
        showed = {one.deal_id for one in seen if key in one.hits}
        good = sum(won[one] for one in showed)
        odds[key] = LearnedOdds(
            points=points[place],
            expert=means[place],
            n=len(showed),
            won=good,
            n_without=len(won) - len(showed),
            won_without=sum(won.values()) - good,
        )
    return Learned(n=len(won), won=sum(won.values()), offset=points[0], prior_rows=prior_rows, odds=odds)


@dataclass
class _Cell:
    """Alike situations: the places of their points, weight, and weight of those won."""

    base: float
    places: tuple[int, ...]
    weight: float = 0.0
    won: float = 0.0


def _cells(seen: Sequence[Situation], keys: Sequence[str], weight: float) -> list[_Cell]:
    """Alike situations are one cell, in the order they come."""
    place = {key: at for at, key in enumerate(keys, start=1)}
    cells: dict[tuple[float, tuple[int, ...]], _Cell] = {}
    for one in seen:
        places = (0, *sorted(place[key] for key in one.hits if key in place))
        cell = cells.setdefault((one.base, places), _Cell(one.base, places))
        cell.weight += weight
        cell.won += weight * one.won
    return list(cells.values())


def _fitted(cells: Sequence[_Cell], means: Sequence[float], precision: float) -> list[float]:
    """The most probable points of the experts' signs: those that would turn round are held at 0 (an active set), and let go
    when, the others being what they are, they would turn no more. The objective is strictly concave: there is one answer."""
    held: set[int] = set()
    points = list(means)
    for _ in range(2 * len(means)):
        points = _climbed(
            cells, [0.0 if at in held else one for at, one in enumerate(points)], means, precision, held
        )
        turned = {at for at, mean in enumerate(means) if points[at] * mean < 0}
        slope, _ = _slopes(cells, points, means, precision)
        eased = {at for at in held if slope[at] * means[at] > CLOSE}
        if not turned and not eased:
            break
        held = held | turned if turned else held - eased
    return [0.0 if point * mean < 0 else point for point, mean in zip(points, means, strict=True)]


def _climbed(
    cells: Sequence[_Cell], start: list[float], means: Sequence[float], precision: float, held: set[int]
) -> list[float]:
    """Newton's method with halved steps over the points that are not held."""
    points, value = start, _objective(cells, start, means, precision)
    for _ in range(STEPS):
        step = _newton(*_slopes(cells, points, means, precision), held)
        size, found = 1.0, -math.inf
        while size > 1e-6 and found < value:
            tried = [point + size * move for point, move in zip(points, step, strict=True)]
            found = _objective(cells, tried, means, precision)
            size /= 2
        if found < value:
            break
        points, value = tried, found
        if max(map(abs, step)) < CLOSE:
            break
    return points


def _objective(
    cells: Sequence[_Cell], points: Sequence[float], means: Sequence[float], precision: float
) -> float:
    """Log likelihood and log prior, up to a constant."""
    total = []
    for cell in cells:
        logit = cell.base + math.fsum(points[at] for at in cell.places)
        # log(1 + e^x) without overflow
        total.append(cell.won * logit - cell.weight * (max(logit, 0.0) + math.log1p(math.exp(-abs(logit)))))
    away = math.fsum((point - mean) ** 2 for point, mean in zip(points, means, strict=True))
    return math.fsum(total) - precision / 2 * away


def _slopes(
    cells: Sequence[_Cell], points: Sequence[float], means: Sequence[float], precision: float
) -> tuple[list[float], list[list[float]]]:
    """The gradient of the objective, and its curvature with the sign turned."""
    size = len(points)
    slope = [-precision * (point - mean) for point, mean in zip(points, means, strict=True)]
    curve = [[precision if row == column else 0.0 for column in range(size)] for row in range(size)]
    for cell in cells:
        chance = chance_of(cell.base + math.fsum(points[at] for at in cell.places))
        gap, bend = cell.won - cell.weight * chance, cell.weight * chance * (1 - chance)
        for row in cell.places:
            slope[row] += gap
            for column in cell.places:
                curve[row][column] += bend
    return slope, curve


def _newton(slope: list[float], curve: list[list[float]], held: set[int]) -> list[float]:
    """Newton's step; held points stay."""
    free = [at for at in range(len(slope)) if at not in held]
    found = _solved([[curve[row][column] for column in free] for row in free], [slope[at] for at in free])
    step = [0.0] * len(slope)
    for at, move in zip(free, found, strict=True):
        step[at] = move
    return step


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss elimination; the matrix is symmetric and positive definite, so no pivot is small."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(size):
        for below in range(at + 1, size):
            share = rows[below][at] / rows[at][at]
            if share:
                for column in range(at, size + 1):
                    rows[below][column] -= share * rows[at][column]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = math.fsum(rows[at][column] * found[column] for column in range(at + 1, size))
        found[at] = (rows[at][size] - known) / rows[at][at]
    return found
