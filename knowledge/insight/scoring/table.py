"""A table to learn from: cells by column, labels, and where given the group and the moment of each row; and its folds."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .cells import day_of, number_of

SEED = 7


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows in one order everywhere. `labels` are 0 or 1; `groups` and `times` are empty where none was named."""

    columns: Mapping[str, Sequence[str]]
    labels: Sequence[int]
    groups: Sequence[str] = ()
    times: Sequence[str] = ()

    @property
    def n(self) -> int:
        return len(self.labels)

    @property
    def positives(self) -> int:
        return sum(self.labels)

    @property
    def fewest(self) -> int:
        """Rows of the rarer class."""
        return min(self.positives, self.n - self.positives)

    def take(self, rows: Sequence[int]) -> Table:
        """These rows alone, in this order."""
        return Table(
            columns={name: [cells[i] for i in rows] for name, cells in self.columns.items()},
            labels=[self.labels[i] for i in rows],
            groups=[self.groups[i] for i in rows] if self.groups else (),
            times=[self.times[i] for i in rows] if self.times else (),
        )

    @property
    def hash(self) -> str:
        """SHA-256 over names, cells, labels, groups and times: the same table has the same hash."""
        digest = hashlib.sha256()
        extra = {"\x00label": [str(y) for y in self.labels], "\x00group": self.groups, "\x00time": self.times}
        for name, cells in (*sorted(self.columns.items()), *sorted(extra.items())):
            digest.update("\x1e".join((name, *cells)).encode() + b"\x1d")
        return digest.hexdigest()


def moment_of(cell: str) -> float:
    """When a row happened, for ordering: a day, a date and clock time, or any number; unreadable ones come first."""
    day = day_of(cell)
    if day is None:
        number = number_of(cell)
        return -1e18 if number is None else number
    clock = cell.strip()[10:].strip("T Z").split("+")[0].split(":")
    parts = [float(part) if part.replace(".", "", 1).isdigit() else 0.0 for part in clock if part][:3]
    return day + sum(part * unit for part, unit in zip(parts, (1 / 24, 1 / 1440, 1 / 86400), strict=False))


def folds(table: Table, k: int) -> list[tuple[list[int], list[int]]]:
    """(rows to learn from, rows held out) k times. With moments every held-out row is later than what was learned from;
    with groups none is on both sides; otherwise each fold has its share of either label. Deterministic."""
    if table.times:
        return _forward(table, k)
    place = _by_group(table, k) if table.groups else _stratified(table.labels, k)
    rows = range(table.n)
    return [([i for i in rows if place[i] != f], [i for i in rows if place[i] == f]) for f in range(k)]


def _stratified(labels: Sequence[int], k: int) -> list[int]:
    place = [0] * len(labels)
    chance = random.Random(SEED)
    for label in (0, 1):
        rows = [i for i, y in enumerate(labels) if y == label]
        chance.shuffle(rows)
        for at, i in enumerate(rows):
            place[i] = at % k
    return place


def _by_group(table: Table, k: int) -> list[int]:
    """Whole groups, the largest first, each to the fold that is emptiest."""
    sizes = Counter(table.groups)
    ordered = sorted(sizes, key=lambda g: (-sizes[g], hashlib.sha256(g.encode()).hexdigest()))
    held, fold = [0] * k, {}
    for group in ordered:
        emptiest = min(range(k), key=lambda f: (held[f], f))
        fold[group] = emptiest
        held[emptiest] += sizes[group]
    return [fold[group] for group in table.groups]


def _forward(table: Table, k: int) -> list[tuple[list[int], list[int]]]:
    """Blocks in time: learn from all earlier ones. A group seen in the held-out block is not learned from; rows of one
    moment stay together."""
    moments = [moment_of(cell) for cell in table.times]
    order = sorted(range(table.n), key=lambda i: (moments[i], i))
    cuts = [moments[order[table.n * f // (k + 1)]] for f in range(1, k + 1)] + [float("inf")]
    made = []
    for begin, end in pairwise(cuts):
        held = [i for i in range(table.n) if begin <= moments[i] < end]
        theirs = {table.groups[i] for i in held} if table.groups else set()
        past = [
            i for i in range(table.n) if moments[i] < begin and not (theirs and table.groups[i] in theirs)
        ]
        if held and past:
            made.append((past, held))
    return made
