"""`make bench`: every figure of docs/benchmarks.md, measured now and written there."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from pathlib import Path
from typing import Any

from tests.bench import bench_policy, bench_retrieval, bench_start, bench_turn

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
COLUMNS = ("recall@1", "recall@5", "recall@10", "hit@1", "hit@5", "MRR@10", "nDCG@10")

START = "Whole processes, medians of seven; the bare import is the floor under `ask`."
TURN = (
    "A loopback OpenAI-compatible server that answers at once, two model calls and one tool call; ours minus the bare\n"
    "SDK loop, interleaved in one run."
)
POLICY = "Microseconds, beside one SQL read by primary key in the same run."


def main() -> None:
    """Measure, print, write."""
    parts = [
        _head(),
        _table("Start-up and offline turns", START, bench_start.measure()),
        _table("One turn on a model", TURN, bench_turn.measure(40)),
        _table("Policy", POLICY, bench_policy.measure()),
    ]
    if DATA.exists():
        parts.append(_retrieval(bench_retrieval.bench(DATA)))
    else:
        parts.append("## Retrieval\n\n`../shared/data` is not here: not measured.\n")
    text = "\n".join(parts)
    DOCUMENT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _head() -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        "# Benchmarks\n\n"
        f"Made by `make bench` on {datetime.date.today().isoformat()} ({machine}).\n"
        "Compare within one table: absolute times belong to this machine, ratios travel.\n"
    )


def _table(title: str, says: str, found: dict[str, Any]) -> str:
    rows = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in found.items())
    return f"## {title}\n\n{says}\n\n| | |\n| --- | --: |\n{rows}\n"


def _retrieval(found: dict[str, dict[str, Any]]) -> str:
    lines = [
        "## Retrieval",
        "",
        "`chengdan eval retrieval` on the sets of `../shared/data`, ours / plain BM25 (Okapi, character bigrams and",
        "words) in the same run.",
        "",
        "| set | " + " | ".join(COLUMNS) + " | p50 / p95 ms | index s |",
        "| --- |" + " --- |" * (len(COLUMNS) + 2),
    ]
    for name, ours in found.items():
        cells = [f"{ours[column]:.3f} / {ours['baseline'][column]:.3f}" for column in COLUMNS]
        times = f"{ours['p50_ms']:.1f} / {ours['p95_ms']:.1f} | {ours['index_seconds']:.1f}"
        lines.append(f"| {name} | {' | '.join(cells)} | {times} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
