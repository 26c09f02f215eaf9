"""`eval score`: the scoring engine on any two tables, streamed, with figures on rows it has not seen."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.insight.scoring.cells import is_nothing
from knowledge.insight.scoring.figures import figures
from knowledge.insight.scoring.fitting import Fitted, fit
from knowledge.insight.scoring.model import ScoreModel
from knowledge.insight.scoring.table import moment_of
from knowledge.scoring_rows import MOST_ROWS, BadTable, Counts, positive_of, rows_of, sample, table_of
from knowledge.table_faults import clock_jumped, distinct

TIMED = 2000
"""Rows whose prediction with reasons is timed, one by one."""
MOST_LABELS = 1000
"""Different label values that are kept; more is no yes-or-no label."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a pair of files. `time` and `group` are columns or ""; `monotone` column -> +1 or -1."""

    train: Path
    test: Path
    label: str
    positive: str = ""
    drop: tuple[str, ...] = ()
    group: str = ""
    time: str = ""
    monotone: Mapping[str, int] = field(default_factory=dict)
    today: int | None = None


@dataclass
class _Tested:
    """What the test file shows before anything is learned: its groups (as hashes) and its first moment."""

    groups: set[int] = field(default_factory=set)
    first: float = float("inf")
    labels: Counter[str] = field(default_factory=Counter)


def evaluate_score(question: Question, most: int = MOST_ROWS) -> dict[str, Any]:
    """Fit on one file, judge on the other. Raises BadTable when a file or a column is not as it must be.

    Groups of the test file are not learned from, nor with a time column anything later than the first test row; unless
    the files were not cut that way at all, which is then said in `warnings`. Inside, folds keep both rules always.
    """
    tested = _look(question)
    warnings: list[str] = []
    train = Counts()
    cut = _cut(question, tested, warnings)
    labels: Counter[str] = Counter(tested.labels)
    rows = sample(_learnable(question, train, tested, labels, cut), question.group, most)
    if not rows:
        raise BadTable(f"{question.train.name} 没有可学的行 / has no row to learn from")
    rows, left_out, said = distinct(rows, question.test, question.label, (question.group, question.time))
    train.left_out |= left_out
    warnings += said
    positive = positive_of(labels, question.positive)
    table = table_of(rows, question.label, positive, question.group, question.time)
    begun = time.perf_counter()
    fitted = fit(
        table, drop=question.drop, monotone=question.monotone, today=question.today, forward=cut.forward
    )
    seconds = time.perf_counter() - begun
    if len(rows) < train.rows - train.without_label - sum(train.left_out.values()):
        warnings.append(f"learned from a fair sample of {len(rows)} of {train.rows} rows")
    return {
        **_judged(question, fitted, positive),
        "fit_seconds": round(seconds, 3),
        "positive": positive,
        "n_train": table.n,
        "train_positives": table.positives,
        "train_rows": train.rows,
        "train_left_out": {"without_label": train.without_label, **train.left_out},
        **_how(fitted),
        "warnings": warnings,
    }


def _look(question: Question) -> _Tested:
    found = _Tested()
    for row in rows_of(question.test, Counts()):
        _must_have(row, question, question.test)
        if is_nothing(row[question.label]):
            continue
        if len(found.labels) < MOST_LABELS:
            found.labels[row[question.label].strip()] += 1
        if question.group:
            found.groups.add(hash(row[question.group]))
        if question.time and not clock_jumped(row[question.time], question.today):
            found.first = min(found.first, moment_of(row[question.time]))
    return found


def _must_have(row: Mapping[str, str], question: Question, path: Path) -> None:
    asked = (question.label, question.group, question.time)
    extra = (*question.drop, *question.monotone) if path == question.train else ()
    for name in filter(None, (*asked, *extra)):
        if name not in row:
            shown = ", ".join(list(row)[:12])
            raise BadTable(f"{path.name} 没有列 {name!r} / has no column {name!r}; 有 / it has: {shown}")


@dataclass(frozen=True)
class _Cut:
    """What is left out of the training file: rows of the test's groups, rows not before the test's first moment.
    `forward`: the test lies after what is learned from."""

    groups: bool = False
    later: bool = False
    forward: bool = True


def _cut(question: Question, tested: _Tested, warnings: list[str]) -> _Cut:
    """What has to be left out so that the test is fair; neither when that would leave less than half, which is said."""
    if not question.time and not question.group:
        return _Cut()
    total = late = shared = 0
    for row in rows_of(question.train, Counts()):
        _must_have(row, question, question.train)
        total += 1
        late += bool(question.time) and moment_of(row[question.time]) >= tested.first
        shared += bool(question.group) and hash(row[question.group]) in tested.groups
    if late > total / 2:
        warnings.append(
            f"the files are not cut by time: {late} of {total} training rows are not before the first test row; kept, "
            "and judged as rows of the same time"
        )
    if shared > total / 2:
        warnings.append(
            f"the files are not cut by group: {shared} of {total} training rows have a group of the test; kept"
        )
    return _Cut(groups=0 < shared <= total / 2, later=0 < late <= total / 2, forward=late <= total / 2)


def _learnable(
    question: Question, counts: Counts, tested: _Tested, labels: Counter[str], cut: _Cut
) -> Iterator[Mapping[str, str]]:
    for row in rows_of(question.train, counts):
        _must_have(row, question, question.train)
        label = row[question.label].strip()
        if is_nothing(label):
            counts.without_label += 1
        elif question.time and clock_jumped(row[question.time], question.today):
            counts.left_out["clock_jumped"] = counts.left_out.get("clock_jumped", 0) + 1
        elif cut.groups and hash(row[question.group]) in tested.groups:
            counts.left_out["group_in_test"] = counts.left_out.get("group_in_test", 0) + 1
        elif cut.later and moment_of(row[question.time]) >= tested.first:
            counts.left_out["not_before_test"] = counts.left_out.get("not_before_test", 0) + 1
        else:
            if len(labels) < MOST_LABELS:
                labels[label] += 1
            yield row


def _judged(question: Question, fitted: Fitted, positive: str) -> dict[str, Any]:
    """Figures on the test file and the cost of one prediction with its reasons."""
    counts = Counts()
    labels, chances = array("b"), array("d")
    timed: list[Mapping[str, str]] = []
    for row in rows_of(question.test, counts):
        if is_nothing(row[question.label]):
            counts.without_label += 1
            continue
        labels.append(int(row[question.label].strip() == positive))
        chances.append(fitted.model.chance(row))
        if len(timed) < TIMED:
            timed.append(row)
    found = figures(labels, chances)
    if found is None:
        raise BadTable(f"{question.test.name} 没有带标签的行 / has no row with a label")
    return {
        **found.as_json(),
        "us_per_prediction_with_reasons": round(_cost(fitted.model, timed), 1),
        "largest_gap_of_sum": _gap(fitted.model, timed),
        "n_test": found.n,
        "test_without_label": counts.without_label,
        "uneven_rows": counts.uneven,
    }


def _cost(model: ScoreModel, rows: Sequence[Mapping[str, str]]) -> float:
    """Microseconds for one row: reading its cells, the chance, and five reasons each way."""
    begun = time.perf_counter()
    for row in rows:
        model.explain(row).reasons()
    return (time.perf_counter() - begun) / max(1, len(rows)) * 1e6


def _gap(model: ScoreModel, rows: Sequence[Mapping[str, str]]) -> float:
    """The largest distance between a row's log-odds and the sum of its parts."""
    found = (model.explain(row) for row in rows)
    return max(
        (abs(one.intercept + sum(p.points for p in one.parts) - one.logit) for one in found), default=0.0
    )


def _how(fitted: Fitted) -> dict[str, Any]:
    return {
        "method": fitted.method,
        "model": fitted.model.version,
        "data_hash": fitted.table_hash,
        "features": list(fitted.model.features),
        "dropped": [
            {"column": one.column, "reason": one.reason, "zh": one.zh, "en": one.en} for one in fitted.dropped
        ],
        "cross_validation": fitted.unseen.as_json() if fitted.unseen else None,
        "folds": fitted.folds,
        "weights": dict(fitted.weights),
        "ridge_strength": fitted.strength,
        "fade": fitted.fade,
    }
