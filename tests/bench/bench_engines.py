"""Threads against DBOS for conversation turns, each in a process of its own: `python -m tests.bench.bench_engines`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.fakes import street_chaos
from tests.fakes.postgres import postgres_server
from tests.fakes.street_worker import ROOT

ALONE, PEOPLE, EACH, IDLE_S, ROUNDS = 40, 20, 10, 5.0, 2


def measure() -> dict[str, Any]:
    """Both engines on both databases, interleaved twice; the better of the two rounds counts, so a busy machine hurts less."""
    found: dict[str, Any] = {}
    with postgres_server() as server, tempfile.TemporaryDirectory() as temporary:
        for place, url in (("SQLite", ""), ("PostgreSQL", "server")):
            rounds: dict[str, list[dict[str, float]]] = {"threads": [], "dbos": []}
            for number in range(ROUNDS):
                for engine, came in rounds.items():
                    folder = Path(temporary) / f"{place}-{engine}-{number}"
                    folder.mkdir()
                    came.append(
                        _apart(folder, server.fresh_url() if url else f"sqlite:///{folder / 'x.db'}", engine)
                    )
            for what in rounds["threads"][0]:
                best = max if what.startswith("turns") else min
                cells = [f"{best(one[what] for one in came):g}" for came in rounds.values()]
                found[f"{place}: {what}, threads / dbos"] = " / ".join(cells)
    return found


def _apart(folder: Path, database: str, engine: str) -> dict[str, float]:
    street_chaos.settled(folder, database, PEOPLE)
    command = [sys.executable, "-m", "tests.bench.bench_engines", str(folder), database, engine]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ, check=True, capture_output=True, timeout=300)
    told: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return told


async def _one(folder: Path, database: str, engine: str) -> dict[str, float]:
    """One engine in this process: opening, answers one at a time, all at once, nothing at all, closing."""
    from bot.settings import Settings
    from bot.street.engines import engine_for
    from bot.street.street import Street
    from bot.wiring import open_house
    from tests.fakes.street import FakeChannel, Scene

    house = open_house(Settings(var_dir=folder, database_url=database, start_sender=False, _env_file=None))
    channel = FakeChannel(name="hook")
    began = time.perf_counter()
    async with Street(house, [channel], engine_for(engine)) as street:
        opened = time.perf_counter() - began
        scene = Scene(street, channel)
        await _answered(scene, 1)  # what is imported with the first answer
        alone = [await _answered(scene, 1) for _ in range(ALONE)]
        took = await _answered(scene, EACH * PEOPLE)
        await asyncio.sleep(2)
        spent = time.process_time()
        await asyncio.sleep(IDLE_S)
        idle = (time.process_time() - spent) / IDLE_S
        began = time.perf_counter()
    closed = time.perf_counter() - began
    house.close()
    return {
        "opening s": round(opened, 2),
        "message to answer alone, p50 ms": round(statistics.median(alone) * 1e3, 1),
        "message to answer alone, p95 ms": round(sorted(alone)[int(len(alone) * 0.95)] * 1e3, 1),
        f"turns a second, {EACH * PEOPLE} messages of {PEOPLE} people": round(EACH * PEOPLE / took, 1),
        "idle, % of a core": round(idle * 100, 1),
        "closing s": round(closed, 2),
    }


async def _answered(scene: Any, count: int) -> float:
    """Seconds from the first of so many messages, spread over everybody, to the last reply on the way out."""
    shown = scene.channel.shown
    before = sum(one.id.startswith("reply:") for one in shown)
    began = time.perf_counter()
    await asyncio.gather(*(scene.say(f"p-{number % PEOPLE}", f"/no{number}") for number in range(count)))
    while sum(one.id.startswith("reply:") for one in shown) - before < count:
        await asyncio.sleep(0.002)
        if time.perf_counter() - began > 120:
            raise TimeoutError(f"{len(shown)} shown")
    return time.perf_counter() - began


def main(words: list[str]) -> None:
    """Without words everything; with them one engine in this process."""
    logging.disable(logging.WARNING)
    found = asyncio.run(_one(Path(words[0]), words[1], words[2])) if words else measure()
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=None if words else 2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)
