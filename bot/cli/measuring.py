"""`eval summary`: what the extractive summaries are worth on rows of one's own."""

from __future__ import annotations

from pathlib import Path

from . import EXIT_USAGE
from .screen import err, out, out_json
from .trouble import Trouble, missing


def summary(data: Path, *, as_json: bool) -> None:
    """Ours and LexRank on the same rows, in the same run."""
    from bot.evaluation.summary import BadSummaryFile, evaluate

    if not data.exists():
        raise missing(data)
    try:
        result = evaluate(data)
    except BadSummaryFile as wrong:
        raise Trouble(str(wrong), EXIT_USAGE) from None
    if as_json:
        out_json(result)
        return
    for name, value in result.items():
        if isinstance(value, int | float):
            beside = result["baseline"].get(name)
            out(f"{name:<20}{value:>12.4f}" + (f"  LexRank {beside:>10.4f}" if beside is not None else ""))
    err("抽取式摘要,不用模型;LexRank 同一次运行 / extractive, no model; LexRank in the same run")
