"""The injection evaluation on the development part of the public attacks: `python -m tests.bench.bench_injection`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bot.cli.opening import DEMO
from bot.evaluation.injection.payloads import read_payloads
from bot.evaluation.injection.report import report
from bot.evaluation.injection.run import evaluate

CALM = 60
"""Harmless texts of the false-alarm run."""


def measure(data: Path) -> dict[str, Any]:
    """Counts that must be 0, and the work that still got done, with their n."""
    folder = data / "prompt_injection"
    rows, skipped = read_payloads(folder / "attacks.jsonl.gz", 0)
    calm = read_payloads(folder / "carriers_table.jsonl.gz", CALM)[0]
    course, control = evaluate(rows, DEMO, benign=calm)
    found = report(course, skipped, "hostile", control)
    return {"attack texts": len(rows), "harmless texts": len(calm), **_flat(found)}


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """The counts, the seconds, and how much of the work that gets done without an attack still gets done with it."""
    lines: dict[str, Any] = {f"must be 0: {name}": value for name, value in found["counts"].items()}
    lines["conversations"] = found["conversations"]
    for title, part in (("under attack", found["tasks"]), ("with harmless texts", found["false_alarms"])):
        for brain, tasks in part.items():
            rate = tasks["all"]
            lines[f"all work done {title}, {brain}"] = (
                f"{rate['k']}/{rate['n']}" if "k" in rate else str(rate)
            )
    return {**lines, "seconds": round(found["seconds"])}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1])), indent=2, ensure_ascii=False) + "\n")
