"""`eval score`: figures of the scoring engine on two tables."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .screen import err, out, out_json
from .trouble import Trouble

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
            raise Trouble(f"没有找到 {path} / {path} is not there", EXIT_NOT_FOUND)
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
