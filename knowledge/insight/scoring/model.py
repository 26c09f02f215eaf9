"""The model as it is kept and used: tables over codes whose entries add up to the log-odds, in plain Python.

    log-odds = intercept + sum of entries,  chance = 1 / (1 + exp(-log-odds))

Nothing of the library that learned it is needed to score, to give reasons, or to ask what another value would change.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from .columns import Column

FORM = 1
"""Version of the artefact's form."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One addend: a table over the codes of one column, or over those of two (row by row: code of the first times the
    second's size plus the second's code). `columns` are places in the model's columns."""

    columns: tuple[int, ...]
    table: tuple[float, ...]


class Contribution(NamedTuple):
    """What one term adds to the log-odds of one row, and the value it saw, as words (zh from en is up to who shows it)."""

    name: str
    value: str
    points: float


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A chance with everything it is made of: `intercept` and the points of `parts` add up to `logit`."""

    chance: float
    logit: float
    intercept: float
    parts: tuple[Contribution, ...]

    def reasons(self, most: int = 5) -> tuple[tuple[Contribution, ...], tuple[Contribution, ...]]:
        """The strongest parts for and against, strongest first, at most `most` each way; what adds nothing is no reason."""
        fore = sorted([one for one in self.parts if one.points > 1e-9], key=_strength)[:most]
        against = sorted([one for one in self.parts if one.points < -1e-9], key=_strength)[:most]
        return tuple(fore), tuple(against)


@dataclass(frozen=True, kw_only=True)
class ScoreModel:
    """A fitted model. `n` and `positives` count the rows it was fitted on."""

    columns: tuple[Column, ...]
    terms: tuple[Term, ...]
    intercept: float
    n: int
    positives: int

    def codes(self, row: Mapping[str, str]) -> list[int]:
        """The codes of a row; a column the row lacks is missing."""
        return [column.quick(row.get(column.name, "")) for column in self.columns]

    def logit_of(self, codes: Sequence[int]) -> float:
        """The log-odds of a row given as codes."""
        total = self.intercept
        for term, sizes in zip(self.terms, self._strides, strict=True):
            at = codes[term.columns[0]]
            if sizes:
                at = at * sizes + codes[term.columns[1]]
            total += term.table[at]
        return total

    def chance(self, row: Mapping[str, str]) -> float:
        """The chance that the label is true."""
        return chance_of(self.logit_of(self.codes(row)))

    def explain(self, row: Mapping[str, str]) -> Scored:
        """The chance of a row with the part each term has in it."""
        codes = self.codes(row)
        parts, total = [], self.intercept
        for term, name, stride in zip(self.terms, self._names, self._strides, strict=True):
            first = term.columns[0]
            at = codes[first]
            value = self._words[first][at]
            if stride:
                second = term.columns[1]
                value = f"{value} × {self._words[second][codes[second]]}"
                at = at * stride + codes[second]
            points = term.table[at]
            parts.append(Contribution(name, value, points))
            total += points
        return Scored(chance=chance_of(total), logit=total, intercept=self.intercept, parts=tuple(parts))

    def what_if(self, row: Mapping[str, str], **changes: str) -> float:
        """By how much the chance moves when these cells change: the row is scored anew, nothing is estimated."""
        return self.chance({**row, **changes}) - self.chance(row)

    @property
    def features(self) -> tuple[str, ...]:
        """The columns of the table that are used, in order."""
        return tuple(dict.fromkeys(column.name for column in self.columns))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(" × ".join(self.columns[at].key for at in term.columns) for term in self.terms)

    @cached_property
    def _words(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(column.words(code) for code in range(column.size)) for column in self.columns)

    @cached_property
    def _strides(self) -> tuple[int, ...]:
        return tuple(self.columns[one.columns[1]].size if len(one.columns) == 2 else 0 for one in self.terms)

    def rescaled(self, slope: float, shift: float) -> ScoreModel:
        """The model whose log-odds are `shift + slope * log-odds`: still a sum of tables."""
        terms = tuple(replace(one, table=tuple(slope * v for v in one.table)) for one in self.terms)
        return replace(self, terms=terms, intercept=shift + slope * self.intercept)

    def as_json(self) -> dict[str, Any]:
        """The artefact. Floats are written so that reading gives the same bits."""
        return {
            "form": FORM,
            "intercept": self.intercept,
            "n": self.n,
            "positives": self.positives,
            "columns": [column.as_json() for column in self.columns],
            "terms": [{"columns": list(one.columns), "table": list(one.table)} for one in self.terms],
        }

    def as_bytes(self) -> bytes:
        """Canonical JSON: the same model is the same bytes."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()

    @property
    def version(self) -> str:
        """SHA-256 of the artefact, in hex."""
        return hashlib.sha256(self.as_bytes()).hexdigest()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ScoreModel:
        """The model that `as_json` wrote. Raises ValueError for another form."""
        if stored.get("form") != FORM:
            raise ValueError(f"model artefact of form {stored.get('form')!r}, this code reads {FORM}")
        return cls(
            columns=tuple(Column.from_json(one) for one in stored["columns"]),
            terms=tuple(
                Term(columns=tuple(one["columns"]), table=tuple(one["table"])) for one in stored["terms"]
            ),
            intercept=stored["intercept"],
            n=stored["n"],
            positives=stored["positives"],
        )


def _strength(one: Contribution) -> tuple[float, str]:
    return -abs(one.points), one.name


def chance_of(logit: float) -> float:
    """The logistic function, without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    power = math.exp(logit)
    return power / (1 + power)
