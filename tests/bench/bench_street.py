"""200 messages a second into `serve` over real HTTP while it answers: `python -m tests.bench.bench_street`."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import select

from bot.street import intake
from knowledge.library import doors
from knowledge.model import ArrivalRow, Person
from knowledge.store import Store
from tests.fakes import street_chaos
from tests.fakes.hook_platform import HookPlatform, Wire, callback, free_port
from tests.fakes.postgres import postgres_server
from tests.fakes.street_worker import ROOT, Orders

A_SECOND, SECONDS, PEOPLE, AGAIN, KILLS = 200, 20, 300, 0.1, 12
SIGN_WITHIN_S = 3.0
SAID = (
    "华东医疗那个单子,上次谈到哪了?",
    "那报价呢?",
    "/help",
    "客户说太贵了怎么回?",
    "/actions",
    "好的,谢谢",
)


@dataclass
class Run:
    """What was measured: seconds of each acknowledgement, when each message was first sent, what became of redeliveries."""

    acks: list[float] = field(default_factory=list)
    sent_at: dict[str, float] = field(default_factory=dict)
    acked: set[str] = field(default_factory=set)
    fresh_again: int = 0
    refused: int = 0
    late: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to run it: arrivals in a transaction at most, processes beside that answer, messages a second."""

    says: str
    together: int = intake.TOGETHER
    processes: int = 0
    engine: str = "threads"
    a_second: int = A_SECOND


WAYS = (
    Way(says="one transaction each (the plain way)", together=1),
    Way(says="group commit"),
    Way(says="group commit, answering in a process beside", processes=1),
    Way(says="group commit, DBOS", engine="dbos"),
    Way(says="group commit, 4 a second", a_second=4),
)


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """Every way, one after the other on copies of one house, and what kill -9 does to it."""
    found: dict[str, Any] = {
        "load of the machine before": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    }
    with tempfile.TemporaryDirectory() as temporary:
        template = Path(temporary) / "template"
        prepared(template, "")
        for number, way in enumerate(WAYS):
            folder = Path(shutil.copytree(template, Path(temporary) / f"var{number}"))
            came = asyncio.run(_measured(folder, way, seconds))
            found |= {f"{way.says}: {what}": value for what, value in came.items()}
    return found | chaos()


def chaos() -> dict[str, Any]:
    """200 messages of 20 people, two processes, twelve kills, each engine on each database; `wrong` must be 0."""
    found: dict[str, Any] = {}
    with postgres_server() as server, tempfile.TemporaryDirectory() as temporary:
        for place in ("SQLite", "PostgreSQL"):
            for engine in ("threads", "dbos"):
                folder = Path(temporary) / f"{place}-{engine}"
                folder.mkdir()
                url = f"sqlite:///{folder / 'street.db'}" if place == "SQLite" else server.fresh_url()
                came = street_chaos.run(folder, url, people=20, each=10, kills=KILLS, engine=engine)
                found[
                    f"kill -9, {place}, {engine}: kills / callbacks / unknown (of those arrived) / wrong / s"
                ] = (
                    f"{came.kills} / {came.tries} / {came.unknown} ({came.unknown_seen}) / "
                    f"{len(came.problems)} / {came.seconds}"
                )
    return found


def prepared(folder: Path, database: str) -> None:
    """The demo company, and several hundred colleagues with accounts on the platform."""
    from bot.cli.opening import load_demo
    from bot.settings import Settings
    from bot.wiring import open_house

    house = open_house(Settings(var_dir=folder, database_url=database, _env_file=None))
    load_demo(house)
    with house.store.session() as session:
        for number in range(PEOPLE):
            who = f"p-b{number}"
            session.add(
                Person(
                    id=who,
                    name=f"同事{number}",
                    email=f"b{number}@chengdan-demo.cn",
                    roles=["rep"],
                    team_id="t-east-1",
                )
            )
            session.flush()
            doors.bind(session, "hook", who, who)
    house.close()


async def _measured(folder: Path, way: Way, seconds: int) -> dict[str, Any]:
    port, run = free_port(), Run()
    async with HookPlatform() as platform:
        orders = Orders(
            folder=str(folder),
            outlet=platform.outlet,
            port=port,
            together=way.together,
            processes=way.processes,
            engine=way.engine,
            warmed=True,
        )
        process = subprocess.Popen(orders.command(), cwd=ROOT)
        try:
            await _warm(platform, port)
            await _load(run, port, seconds, way.a_second)
            await asyncio.sleep(SIGN_WITHIN_S)
        finally:
            process.kill()
            process.wait()
        ids = _ids(orders)
    return _figures(run, platform, ids)


async def _warm(platform: HookPlatform, port: int) -> None:
    """Until it answers: a serving process imports and opens its parts with the first question."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            await Wire(port).post("/hooks/hook", callback("warm", "p-lina", SAID[0]))
            break
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
    while not platform.heard and time.monotonic() < ends:
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)


async def _load(run: Run, port: int, seconds: int, a_second: int) -> None:
    """Open loop: each message leaves at its moment, whatever became of those before."""
    dice, idle = random.Random(4), list[Wire]()
    began, tasks = time.monotonic(), set[asyncio.Task[None]]()
    for number in range(a_second * seconds):
        await asyncio.sleep(max(0.0, began + number / a_second - time.monotonic()))
        run.late.append(time.monotonic() - began - number / a_second)
        who, text = f"p-b{dice.randrange(PEOPLE)}", dice.choice(SAID)
        again = dice.random() < AGAIN
        task = asyncio.create_task(_say(run, idle, port, f"m{number}", who, text, again))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


async def _say(run: Run, idle: list[Wire], port: int, name: str, who: str, text: str, again: bool) -> None:
    body = callback(name, who, text)
    run.sent_at[name] = time.monotonic()
    if await _post(run, idle, port, body) is None:
        return
    run.acked.add(name)
    if again:
        run.fresh_again += await _post(run, idle, port, body) == b"fresh"


async def _post(run: Run, idle: list[Wire], port: int, body: bytes) -> bytes | None:
    """What the server said, None when it did not acknowledge. A kept connection that the server has closed meanwhile is no
    answer: as any HTTP client, ask again on a new one."""
    began = time.perf_counter()
    for wire in (idle.pop() if idle else Wire(port), Wire(port)):
        try:
            status, told = await wire.post("/hooks/hook", body)
        except (OSError, asyncio.IncompleteReadError):
            continue
        run.acks.append(time.perf_counter() - began)
        idle.append(wire)
        if status == 200:
            return told
        break
    run.refused += 1
    return None


def _ids(orders: Orders) -> dict[str, str]:
    """The number of an arrival in the parcels -> the platform's id of the message."""
    store = Store(orders.database or f"sqlite:///{Path(orders.folder) / 'chengdan.db'}")
    with store.reading() as session:
        found = {str(one.id): one.external_id for one in session.exec(select(ArrivalRow))}
    store.close()
    return found


def _figures(run: Run, platform: HookPlatform, ids: dict[str, str]) -> dict[str, Any]:
    signs, answers, stored = dict[str, float](), set[str](), set(ids.values())
    for one in platform.heard:
        kind, _, rest = one.id.partition(":")
        name = ids.get(rest.removeprefix("t").partition(":")[0], "")
        if name in run.sent_at:
            signs.setdefault(name, one.at - run.sent_at[name])
        if kind == "reply":
            answers.add(name)
    acks = sorted(run.acks)
    within = sum(after <= SIGN_WITHIN_S for after in signs.values())
    return {
        "callbacks": len(acks),
        "acknowledged after, p50 / p95 / p99 / max ms": " / ".join(
            f"{acks[min(len(acks) - 1, int(len(acks) * share))] * 1e3:.1f}" for share in (0.5, 0.95, 0.99, 1)
        ),
        "not acknowledged": run.refused,
        "acknowledged and lost": len(run.acked - stored),
        "redeliveries taken twice": run.fresh_again,
        "sign of life within 3 s": f"{within / len(run.sent_at):.1%}",
        "answered by the end": f"{len(answers & set(run.sent_at)) / len(run.sent_at):.1%}",
        "generator late, p99 ms": round(statistics.quantiles(run.late, n=100)[98] * 1e3, 1),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2, ensure_ascii=False) + "\n")
