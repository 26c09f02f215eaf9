"""`eval score`, `eval churn`, `eval price`: figures of the scores on files of one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import EXIT_FAILED, EXIT_USAGE
from .screen import err, out, out_json
from .trouble import Trouble, missing

_SHOWN = ("auc", "log_loss", "brier", "base_brier", "ece", "top_decile_precision")


def score(
    train: Path,
    test: Path,
    label: str,
    positive: str,
    drop: str,
    group: str,
    time: str,
    monotone: str,
    *,
    as_json: bool,
) -> None:
    """Fit on one table, judge on the other."""
    from knowledge.score_evaluation import Question, evaluate_score
    from knowledge.scoring_rows import BadTable

    for path in (train, test):
        if not path.is_file():
            raise missing(path)
    question = Question(
        train=train,
        test=test,
        label=label,
        positive=positive,
        drop=tuple(name.strip() for name in drop.split(",") if name.strip()),
        group=group,
        time=time,
        monotone=_ways(monotone),
        today=datetime.now(UTC).date().toordinal(),
    )
    try:
        result = evaluate_score(question)
    except BadTable as error:
        raise Trouble(str(error), EXIT_FAILED) from error
    if as_json:
        out_json(result)
    else:
        _show(result)


def churn(data: Path, customer: str, date: str, value: str, cut: str, *, as_json: bool) -> None:
    """Who buys nothing after a day, cross-validated by customer."""
    from knowledge.churn_evaluation import evaluate_churn

    _figures(lambda: evaluate_churn(data, customer, date, value, cut), data, as_json=as_json)


def price(data: Path, *, as_json: bool) -> None:
    """Ranges on deals or on price histories, cross-validated."""
    from knowledge.price_evaluation import evaluate_price

    _figures(lambda: evaluate_price(data), data, as_json=as_json)


def journey(data: Path, *, as_json: bool) -> None:
    """Paths with their attribution, or a funnel of leads, cross-validated."""
    from knowledge.journey_evaluation import evaluate_journey

    _figures(lambda: evaluate_journey(data), data, as_json=as_json)


def _figures(measure: Callable[[], dict[str, Any]], path: Path, *, as_json: bool) -> None:
    """Measure and show; what cannot be read is a sentence."""
    from knowledge.scoring_rows import BadTable

    if not path.exists():
        raise missing(path)
    try:
        result = measure()
    except BadTable as error:
        raise Trouble(str(error), EXIT_FAILED) from error
    if as_json:
        out_json(result)
        return
    baselines = result.get("baselines", {})
    for name, found in {**result, **baselines}.items():
        if isinstance(found, int | float | str):
            out(f"{name:<24}{found:.4f}" if isinstance(found, float) else f"{name:<24}{found}")


def _ways(text: str) -> dict[str, int]:
    ways = {"up": 1, "down": -1, "+1": 1, "-1": -1}
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, way = part.rpartition("=")
        if not name or way not in ways:
            raise Trouble("--monotone 的写法:列=up 或 列=down / write COL=up or COL=down", EXIT_USAGE)
        found[name] = ways[way]
    return found


def _show(result: dict[str, Any]) -> None:
    out(f"{result['method']} · n = {result['n_train']} → {result['n_test']}")
    for name in _SHOWN:
        value = result[name]
        out(f"{name:<22}{'-' if value is None else f'{value:.4f}'}")
    out(
        f"fit {result['fit_seconds']} s · {result['us_per_prediction_with_reasons']} µs 每次预测(含理由)/ a prediction with reasons"
    )
    for one in result["dropped"]:
        out(f"- {one['column']}: {one['zh']} / {one['en']}")
    for one in result["warnings"]:
        err(one)
