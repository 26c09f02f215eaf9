"""Yes votes a second from 20 threads, and what one costs by itself: `python -m tests.bench.bench_approvals`."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.fakes.firm import BODY, Firm, founded
from tests.fakes.postgres import postgres_server

N, THREADS = 100, 20


def measure() -> dict[str, Any]:
    """Both databases in one run: waiting actions, each approved once by its manager, from 20 threads and from one."""
    found: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        postgres_server() as server,
    ):
        for name, folder, url in (("SQLite", one, ""), ("PostgreSQL", two, server.fresh_url())):
            firm = founded(Path(folder), url)
            codes = [_waiting(firm, number) for number in range(N)]
            alone = _timed(firm, codes[: N // 4], 1)
            began = time.perf_counter()
            raced = _timed(firm, codes[N // 4 :], THREADS)
            seconds = time.perf_counter() - began
            firm.store.close()
            found |= {
                f"{name}: one yes, alone, median ms": round(statistics.median(alone) * 1e3, 1),
                f"{name}: yes a second, {THREADS} threads": round(len(raced) / seconds, 1),
                f"{name}: one yes among {THREADS} threads, p99 ms": round(
                    sorted(raced)[int(len(raced) * 0.99) - 1] * 1e3, 1
                ),
            }
    return found


def _waiting(firm: Firm, number: int) -> str:
    body = BODY + "可以给到 12% 的折扣。\n"
    return firm.send(f"b{number}", subject=f"第 {number} 封", body=body, discount_bp=1200).code


def _timed(firm: Firm, codes: list[str], threads: int) -> list[float]:
    """Seconds of each yes."""

    def one(code: str) -> float:
        began = time.perf_counter()
        firm.approve("p-zhao", code)
        return time.perf_counter() - began

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, codes))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2, ensure_ascii=False) + "\n")
