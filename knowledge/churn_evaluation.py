"""`eval churn`: from purchases up to a day, who buys nothing afterwards; cross-validated by customer, rules of thumb beside."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from knowledge.insight.buying import History, fit_buying, history_of
from knowledge.insight.churn import Purchase, gone_by_rule, signs
from knowledge.insight.scoring.cells import day_of, number_of
from knowledge.insight.scoring.figures import Figures, auc, figures
from knowledge.insight.scoring.fitting import fit
from knowledge.insight.scoring.table import Table, folds
from knowledge.scoring_rows import BadTable, Counts, rows_of

FOLDS = 3
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")


def evaluate_churn(
    path: Path, customer: str = "customer_id", day: str = "date", value: str = "value", cut: str = ""
) -> dict[str, Any]:
    """Figures of "buys nothing after the cut" on customers not learned from. `cut` is a day, YYYY-MM-DD; without it the
    middle of the records. Raises BadTable when a column is missing or nothing can be read."""
    bought, rejected = _read(path, customer, day, value)
    days = [one.day for purchases in bought.values() for one in purchases]
    begin, end = min(days), max(days)
    edge = day_of(cut) if cut else (begin + end) // 2
    if edge is None or not begin <= edge < end:
        raise BadTable(f"--cut 要在记录之内 / --cut must lie within the records: {cut}")
    known = {key: rows for key, rows in sorted(bought.items()) if any(one.day <= edge for one in rows)}
    cells = [signs(rows, begin, edge) for rows in known.values()]
    labels = [int(all(one.day <= edge for one in rows)) for rows in known.values()]
    table = Table(columns={name: [row[name] for row in cells] for name in cells[0]}, labels=labels)
    begun = time.perf_counter()
    found, order = _crossed(table)
    seconds = time.perf_counter() - begun
    at_risk = sorted(range(len(order)), key=lambda i: (-order[i][1], i))[:50]
    return {
        **found.as_json(),
        "precision_at_50": sum(order[i][0] for i in at_risk) / max(1, len(at_risk)),
        "customers": len(known),
        "silent_afterwards": sum(labels),
        "cut": date.fromordinal(edge).isoformat(),
        "days_before": edge - begin + 1,
        "days_after": end - edge,
        "rejected_rows": rejected,
        "seconds": round(seconds, 1),
        "expected_repeats": _repeats(list(known.values()), edge, end),
        "baselines": {
            **_baselines(list(known.values()), cells, labels, edge),
            **_bought_model(list(known.values()), labels, edge, end),
        },
    }


def _read(path: Path, customer: str, day: str, value: str) -> tuple[dict[str, list[Purchase]], int]:
    bought: dict[str, list[Purchase]] = {}
    rejected = 0
    for row in rows_of(path, Counts()):
        for name in (customer, day):
            if name not in row:
                raise BadTable(f"{path.name} 没有列 {name!r} / has no column {name!r}")
        packed = _PACKED.fullmatch(row[day].strip())
        moment = day_of("-".join(packed.groups()) if packed else row[day])
        money = number_of(row.get(value, "") or "0")
        if moment is None or money is None or money < 0:
            rejected += 1
            continue
        pieces = number_of(row.get("cds", "") or "1") or 0.0
        bought.setdefault(row[customer], []).append(Purchase(moment, pieces, money))
    if not bought:
        raise BadTable(f"{path.name} 没有可读的购买 / has no purchase that can be read")
    return bought, rejected


def _crossed(table: Table) -> tuple[Figures, list[tuple[int, float]]]:
    pairs: list[tuple[int, float]] = []
    for learn, held in folds(table, FOLDS):
        model = fit(table.take(learn)).model
        there = table.take(held)
        for i in range(there.n):
            chance = model.chance({name: cells[i] for name, cells in there.columns.items()})
            pairs.append((there.labels[i], chance))
    found = figures([label for label, _ in pairs], [chance for _, chance in pairs])
    assert found is not None
    return found, pairs


def _baselines(
    customers: Sequence[Sequence[Purchase]], cells: Sequence[dict[str, str]], labels: Sequence[int], edge: int
) -> dict[str, Any]:
    """What recency alone, frequency alone, and the rule of D10 (two cycles of silence) reach."""
    silent = [float(row["silent_days"]) for row in cells]
    times = [-float(row["times"]) for row in cells]
    cycles = [float(row["cycle_days"]) for row in cells if row["cycle_days"]]
    gone = [gone_by_rule(rows, edge, median(cycles) if cycles else 90.0) for rows in customers]
    flagged = [label for label, one in zip(labels, gone, strict=True) if one]
    return {
        "recency_auc": auc(labels, silent),
        "frequency_auc": auc(labels, times),
        "rule_auc": auc(labels, [float(one) for one in gone]),
        "rule_precision": sum(flagged) / len(flagged) if flagged else None,
        "rule_recall": sum(flagged) / max(1, sum(labels)),
    }


def _bought_model(
    customers: Sequence[Sequence[Purchase]], labels: Sequence[int], edge: int, end: int
) -> dict[str, Any]:
    """BG/NBD: its chance of no purchase afterwards. It is fitted on what lies before the cut alone."""
    histories = _histories(customers, edge)
    model = fit_buying(histories)
    if model is None:
        return {}
    found = figures(labels, [model.silent(one, (end - edge) / 7) for one in histories])
    assert found is not None
    return {
        "bg_nbd_auc": found.auc,
        "bg_nbd_brier": found.brier,
        "bg_nbd_log_loss": found.log_loss,
        "bg_nbd_ece": found.ece,
    }


def _repeats(customers: Sequence[Sequence[Purchase]], edge: int, end: int) -> dict[str, Any]:
    """Expected purchase days after the cut (BG/NBD) against what came, beside plain guesses: everybody goes on at their own
    rate, everybody buys as often again, everybody buys nothing."""
    histories = _histories(customers, edge)
    weeks = (end - edge) / 7
    actual = [float(len({one.day for one in rows if one.day > edge})) for rows in customers]
    model = fit_buying(histories)
    before = (edge - min(one.day for rows in customers for one in rows) + 1) / 7
    guesses = {
        "own_rate": [one.repeats / max(1.0, one.age) * weeks for one in histories],
        "same_again": [one.repeats * weeks / max(1.0, before) for one in histories],
        "nothing": [0.0] * len(histories),
    }
    if model is not None:
        guesses = {"bg_nbd": [model.expected(one, weeks) for one in histories], **guesses}
    found: dict[str, Any] = {name: _errors(chances, actual) for name, chances in guesses.items()}
    if model is not None:
        found["parameters"] = {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b, "n": model.n}
    return {"n": len(actual), "weeks": round(weeks, 1), "purchases": sum(actual), **found}


def _histories(customers: Sequence[Sequence[Purchase]], edge: int) -> list[History]:
    return [one for rows in customers if (one := history_of((p.day for p in rows), edge)) is not None]


def _errors(guessed: Sequence[float], actual: Sequence[float]) -> dict[str, float]:
    gaps = [a - b for a, b in zip(guessed, actual, strict=True)]
    return {
        "mae": sum(abs(gap) for gap in gaps) / len(gaps),
        "rmse": (sum(gap * gap for gap in gaps) / len(gaps)) ** 0.5,
        "total": sum(guessed),
    }
