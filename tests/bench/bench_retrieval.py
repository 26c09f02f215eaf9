"""The retrieval bench: our search and plain BM25 on every public set, as a table and as JSON.

Run as `python -m tests.bench.bench_retrieval [--json OUT] [--data ../shared/data]`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from knowledge.evaluation import evaluate_retrieval
from tests.bench.retrieval_sets import DATA, make_sets

COLUMNS = (
    "recall@1",
    "recall@5",
    "recall@10",
    "hit@1",
    "hit@5",
    "MRR@10",
    "nDCG@10",
    "p50_ms",
    "p95_ms",
    "index_seconds",
)


def bench(data: Path) -> dict[str, dict[str, Any]]:
    """Set name -> what evaluate_retrieval says."""
    with TemporaryDirectory(prefix="chengdan-bench-") as folder:
        root = Path(folder)
        _say(f"| set | search | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 2)}\n")
        found = {}
        for one in make_sets(data, root):
            found[one.name] = evaluate_retrieval(one.corpus, one.queries, one.qrels, root / "work")
            _say(_rows(one.name, found[one.name]))
        return found


def _rows(name: str, result: dict[str, Any]) -> str:
    pairs = (("ours", result), ("plain BM25", result["baseline"]))
    return "".join(
        f"| {name if who == 'ours' else ''} | {who} | {' | '.join(f'{figures[c]:.4g}' for c in COLUMNS)} |\n"
        for who, figures in pairs
    )


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--data", type=Path, default=DATA, help="the shared data folder")
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        _say(f"没有评测数据目录 {chosen.data}，跳过。 / No data folder {chosen.data}: nothing measured.\n")
        return 0
    found = bench(chosen.data)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
