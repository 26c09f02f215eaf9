"""What events cost: a file of them stitched into a database, the same again, memory as it grows, one request of a page."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SMALL, LARGE = 20_000, 100_000
_LOAD = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.collecting import Batch, Collector, Sender
from knowledge.feeds import ingest
from knowledge.journey.keys import HouseKey
from knowledge.library import identity
from knowledge.migrate import upgrade
from knowledge.store import Store
store, path, key = Store(sys.argv[1]), Path(sys.argv[2]), HouseKey(b"k" * 32)
upgrade(store)
now = datetime(2026, 11, 25, tzinfo=UTC)
told = {}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in ("first", "again"):
    began, cpu = time.perf_counter(), time.process_time()
    report = ingest(store, path, now=now, key=key, rejected=path.parent / "rejected")
    told[name] = [time.perf_counter() - began, time.process_time() - cpu, report.new, report.unchanged]
told["mib"] = [before / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]
collector = Collector(store, key, lambda: now)
took = []
for number in range(200):
    event = {"id": f"c{number}", "name": "page_view", "anon_id": f"x{number % 50}", "consent": {"analytics": True, "identity": True}}
    began = time.perf_counter()
    collector.take(Sender("site", "web", ("https://a.example",)), Batch("", None, [event]), bot=False)
    took.append(1000 * (time.perf_counter() - began))
told["requests"] = took
with store.reading() as session:
    told["counts"] = identity.counts(session)
print(json.dumps(told))
"""


def measure() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        small = _run(Path(folder) / "small", SMALL)
        large = _run(Path(folder) / "large", LARGE)
    wall, cpu, new, _ = large["first"]
    again_wall, again_cpu, added, same = large["again"]
    requests = sorted(large["requests"])
    counts = large["counts"]
    return {
        "events": f"{new:,}",
        "profiles / identifiers / edges": f"{counts['profiles']:,} / {counts['identifiers']:,} / {counts['edges']:,}",
        "CPU, µs an event, stitched": f"{1e6 * cpu / new:.0f}",
        "wall, s": f"{wall:.1f}",
        "the same file again: new, CPU µs an event, wall s": f"{added}, {1e6 * again_cpu / same:.0f}, {again_wall:.1f}",
        f"memory above start, MiB, {SMALL:,} / {LARGE:,} events": " / ".join(
            f"{one['mib'][1] - one['mib'][0]:.0f}" for one in (small, large)
        ),
        "one request of one event into it, ms p50 / p95 (n 200)": f"{statistics.median(requests):.1f} / {requests[189]:.1f}",
    }


def _run(folder: Path, count: int) -> dict[str, Any]:
    folder.mkdir()
    path = folder / "events.jsonl"
    write_events(path, count)
    command = [sys.executable, "-c", _LOAD, f"sqlite:///{folder / 'store.db'}", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def write_events(path: Path, count: int, seed: int = 7) -> None:
    """Visitors of a shop: twelve events each, a tenth with a device that two share, some log in, some leave a number."""
    dice, start = random.Random(seed), datetime(2026, 10, 1, tzinfo=UTC)
    visitors = max(1, count // 12)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            who = dice.randrange(visitors)
            event: dict[str, Any] = {
                "id": f"e{number}",
                "name": "page_view",
                "at": (start + timedelta(seconds=number * 25)).isoformat(),
                "anon_id": f"x{who}",
                "page": f"https://shop.example/p/{dice.randrange(500)}?utm_source=baidu&utm_campaign=c{who % 7}",
                "visible_s": round(dice.expovariate(1 / 40), 1),
                "consent": {"analytics": True, "identity": True},
            }
            if dice.random() < 0.1:
                event["device_id"] = f"d{who % (visitors // 2 + 1)}"
            if dice.random() < 0.05:
                event |= {"name": "login", "user_id": f"u{who // 2}"}
            if dice.random() < 0.02:
                event |= {"name": "form_submit", "props": {"form": "demo"}, "phone": f"137{who:08d}"}
            stream.write(json.dumps(event) + "\n")


if __name__ == "__main__":
    began = time.perf_counter()
    for name, value in measure().items():
        sys.stdout.write(f"{name}: {value}\n")
    sys.stdout.write(f"{time.perf_counter() - began:.0f} s\n")
