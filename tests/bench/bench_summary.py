"""Our extractive summaries beside LexRank, cross-validated by meeting: `python -m tests.bench.bench_summary`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .summary_sets import DATA, make_rows
from .train_summary import cross_validated, examples


def bench(data: Path) -> dict[str, dict[str, Any]]:
    """Set -> n, ROUGE of ours and of LexRank; every row by weights that never saw its meeting."""
    made = [one for name, rows in make_rows(data).items() for one in examples(rows, name)]
    found: dict[str, dict[str, Any]] = {}
    for language in ("zh", "en"):
        found |= cross_validated([one for one in made if one["language"] == language])
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bench(DATA), indent=1) + "\n")
