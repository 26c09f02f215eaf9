"""Columns as a model sees them: each value becomes a small code (a bin, a level, missing, other) with words for it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

from .cells import Kind, day_of, is_nothing, number_of

BINS, RAREST, MOST_LEVELS, REMEMBERED = 64, 10, 200, 4096
"""Bins of a number, rows that a level needs to be one of its own, and levels at most; rarer ones share
"other". REMEMBERED: cells whose code is kept at hand."""
_PARTS = ("", "weekday", "month")


@dataclass(frozen=True, kw_only=True)
class Column:
    """How the cells of one column become codes: 0 is missing; a number falls into one of len(edges) + 1 bins counted from
    1; a level has its place among `levels` from 1, all others share len(levels) + 1. `part` is "" or what is taken of a
    date (weekday, month). `monotone` is +1, -1 or 0."""

    name: str
    kind: Kind
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    part: str = ""
    monotone: int = 0

    @property
    def key(self) -> str:
        """The column's name, with the part of a date where only that is taken."""
        return f"{self.name} ({self.part})" if self.part else self.name

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.levels) + 2 if self.kind == "category" else len(self.edges) + 2

    def code(self, cell: str) -> int:
        """The code of a cell as it stands in the table."""
        return self.of_value(value_of(cell, self.kind, self.part))

    def quick(self, cell: str) -> int:
        """The same, remembering cells it has met (at most REMEMBERED)."""
        known = self._met
        code = known.get(cell)
        if code is None:
            code = self.code(cell)
            if len(known) < REMEMBERED:
                known[cell] = code
        return code

    def of_value(self, value: float | str | None) -> int:
        """The code of a value that was read before."""
        if value is None:
            return 0
        if self.kind == "category":
            return self._places.get(str(value), len(self.levels) + 1)
        return 1 + bisect_right(self.edges, float(value))

    def words(self, code: int) -> str:
        """What a code stands for: `missing`, `other`, a level, or the ends of a bin."""
        if code == 0:
            return "missing"
        if self.kind == "category":
            return self.levels[code - 1] if code <= len(self.levels) else "other"
        low = self._shown(self.edges[code - 2]) if code >= 2 else ""
        high = self._shown(self.edges[code - 1]) if code <= len(self.edges) else ""
        return f"≥ {low}" if not high else f"< {high}" if not low else f"{low} – {high}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Column:
        return cls(**{**stored, "edges": tuple(stored["edges"]), "levels": tuple(stored["levels"])})

    def _shown(self, edge: float) -> str:
        if self.kind == "date" and not self.part:
            return date.fromordinal(max(1, int(edge))).isoformat()
        return f"{edge:.6g}"

    @cached_property
    def _places(self) -> dict[str, int]:
        return {level: at for at, level in enumerate(self.levels, start=1)}

    @cached_property
    def _met(self) -> dict[str, int]:
        return {}


def value_of(cell: str, kind: Kind, part: str = "") -> float | str | None:
    """A cell as a value of a kind; None where it says nothing or is not of the kind."""
    if is_nothing(cell):
        return None
    if kind == "category":
        return cell.strip()
    if kind == "number":
        return number_of(cell)
    day = day_of(cell)
    if day is None or not part:
        return day
    return float(date.fromordinal(day).isoweekday() if part == "weekday" else date.fromordinal(day).month)


def fitted(name: str, kind: Kind, cells: Sequence[str], monotone: int = 0) -> tuple[Column, ...]:
    """The columns made of one: cut at quantiles of the filled cells, levels by frequency (ties by name). A date gives
    itself, its weekday and its month. What would have a single code is left out."""
    parts = _PARTS if kind == "date" else ("",)
    made = []
    for part in parts:
        values = [value_of(cell, kind, part) for cell in cells]
        filled = [value for value in values if value is not None]
        if kind == "category":
            column = Column(name=name, kind=kind, levels=_levels(filled))
        else:
            column = Column(
                name=name, kind=kind, part=part, monotone=monotone, edges=_edges([float(v) for v in filled])
            )
        if column.edges or column.levels or len(filled) < len(values):
            made.append(column)
    return tuple(made)


def _levels(filled: Sequence[float | str]) -> tuple[str, ...]:
    counted = Counter(str(value) for value in filled)
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    kept = [level for level, n in ranked if n >= RAREST][:MOST_LEVELS]
    return tuple(sorted(kept))


def _edges(values: Sequence[float]) -> tuple[float, ...]:
    """Cuts half way between neighbouring values, at most BINS - 1 of them, as evenly filled as ties allow."""
    ordered = sorted(values)
    distinct = sorted(set(ordered))
    if len(distinct) <= BINS:
        return tuple((low + high) / 2 for low, high in pairwise(distinct))
    cuts = {ordered[len(ordered) * k // BINS] for k in range(1, BINS)}
    places = {value: at for at, value in enumerate(distinct)}
    return tuple(sorted((distinct[places[c] - 1] + c) / 2 for c in cuts if places[c]))
