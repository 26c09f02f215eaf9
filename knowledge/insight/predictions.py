"""Predictions held against what came of them: one row a deal or lead, the first that was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.blueprints.advice import PREDICTIONS, Advice

from .advice import Fate
from .scoring.figures import Figures, figures


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Predictions of one kind that came to an end in the time. `n` all of them, `figures` over those with a chance (None
    below the floor), `grades` grade -> (n, came true), `versions` version -> n, `rows` the suggestions."""

    kind: str
    n: int
    with_chance: int
    floor: int
    figures: Figures | None
    grades: Mapping[str, tuple[int, int]]
    versions: Mapping[str, int]
    rows: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "n": self.n,
            "with_chance": self.with_chance,
            "floor": self.floor,
            "figures": self.figures.as_json() if self.figures else None,
            "grades": {name: list(pair) for name, pair in self.grades.items()},
            "versions": dict(self.versions),
            "rows": list(self.rows),
        }


def predicted(
    everything: Iterable[Fate], since: datetime, until: datetime, rules: Advice
) -> dict[str, Predicted]:
    """By kind, for what ended in [since, until). Of several predictions about one deal the first counts: it was the one to
    act on, and deals that were asked about often weigh no more than others."""
    rows: dict[str, dict[str, Fate]] = {kind: {} for kind in PREDICTIONS}
    for one in everything:
        if one.kind not in rows or one.won is None or one.outcome_at is None:
            continue
        if not since <= one.outcome_at < until:
            continue
        known = rows[one.kind].get(one.subject)
        if known is None or (one.suggested_at, one.suggestion_id) < (known.suggested_at, known.suggestion_id):
            rows[one.kind][one.subject] = one
    return {kind: _judged(kind, [found[key] for key in sorted(found)], rules) for kind, found in rows.items()}


def _judged(kind: str, rows: list[Fate], rules: Advice) -> Predicted:
    given = [one for one in rows if isinstance(one.said.get("chance"), int | float)]
    chances = [float(one.said["chance"]) for one in given]
    labels = [int(bool(one.won)) for one in given]
    grades: dict[str, tuple[int, int]] = {}
    versions: dict[str, int] = {}
    for one in rows:
        version = str(one.said.get("version") or "prior")
        versions[version] = versions.get(version, 0) + 1
        grade = str(one.said.get("grade") or "")
        if grade:
            n, hits = grades.get(grade, (0, 0))
            grades[grade] = (n + 1, hits + bool(one.won))
    return Predicted(
        kind=kind,
        n=len(rows),
        with_chance=len(given),
        floor=rules.floor_prediction,
        figures=figures(labels, chances) if len(given) >= rules.floor_prediction else None,
        grades=dict(sorted(grades.items())),
        versions=dict(sorted(versions.items())),
        rows=tuple(one.suggestion_id for one in rows),
    )
