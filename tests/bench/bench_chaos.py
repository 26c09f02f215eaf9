"""300 approved mails, three sender processes, forty kill -9, a real SMTP server: `python -m tests.bench.bench_chaos`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.fakes import chaos
from tests.fakes.postgres import postgres_server

N, WORKERS, KILLS = 300, 3, 40


def measure() -> dict[str, Any]:
    """What came of it on both databases; `problems` must be 0."""
    found: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        postgres_server() as server,
    ):
        runs = {
            "SQLite": (one, f"sqlite:///{Path(one) / 'chaos.db'}"),
            "PostgreSQL": (two, server.fresh_url()),
        }
        for name, (folder, url) in runs.items():
            came = chaos.run(Path(folder), url, n=N, workers=WORKERS, kills=KILLS)
            found |= {
                f"{name}: kills while there was work": came.kills,
                f"{name}: sent once": came.sent,
                f"{name}: unknown, shown to a person": came.unknown,
                f"{name}: of those arrived": came.unknown_arrived,
                f"{name}: broken off before anything was sent, and sent by another": came.again,
                f"{name}: lost, sent twice or otherwise wrong": len(came.problems),
                f"{name}: seconds": came.seconds,
            }
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2, ensure_ascii=False) + "\n")
