"""People who write, several `serve` processes on one database, kill -9 at random moments: what the people saw at the end."""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from bot.settings import Settings
from bot.wiring import open_house
from knowledge.library import doors
from knowledge.model import ArrivalRow, DeliveryRow, Message, Person
from knowledge.store import Store
from tests.fakes.hook_platform import Heard, HookPlatform, callback, deliver, free_port
from tests.fakes.street_worker import ROOT, Orders

UNCERTAIN_AFTER_S = 4.0
AGAIN = 0.1
"""Share of messages that the platform delivers again although they were acknowledged."""


@dataclass(frozen=True, kw_only=True)
class Chaos:
    """What came of it; `problems` is empty when every promise was kept. `unknown` replies were on their way when their
    process died; of those `unknown_seen` had arrived. `tries` counts callbacks, redeliveries included; `ended` processes
    that ended by themselves and were started again."""

    messages: int
    kills: int
    ended: int
    tries: int
    unknown: int
    unknown_seen: int
    seconds: float
    problems: tuple[str, ...]


@dataclass
class Stage:
    """The processes and who writes to them."""

    orders: list[Orders]
    dice: random.Random
    crew: list[subprocess.Popen[bytes]] = field(default_factory=list)
    wanted: int = 0
    kills: int = 0
    ended: int = 0
    tries: int = 0

    @property
    def ports(self) -> list[int]:
        return [one.port for one in self.orders]

    def start(self, place: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.orders[place].command(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def run(
    folder: Path, database: str, *, people: int, each: int, kills: int, seed: int = 7, engine: str = "threads"
) -> Chaos:
    """`people` write `each` messages, two processes answer, one at random is killed `kills` times and started again."""
    settled(folder, database, people)
    began = time.monotonic()
    orders = Orders(
        folder=str(folder),
        outlet="",
        port=0,
        database=database,
        uncertain_after_s=UNCERTAIN_AFTER_S,
        engine=engine,
    )
    stage, heard = asyncio.run(_played(orders, people, each, kills, random.Random(seed)))
    return _judged(database, stage, heard, people, each, time.monotonic() - began)


def settled(folder: Path, database: str, people: int) -> None:
    """A house with so many colleagues (p-0, p-1, ...), each with an account on the platform."""
    house = open_house(Settings(var_dir=folder, database_url=database, _env_file=None))
    with house.store.session() as session:
        for number in range(people):
            session.add(
                Person(
                    id=f"p-{number}", name=f"同事{number}", email=f"p{number}@us.example.cn", roles=["rep"]
                )
            )
            session.flush()
            doors.bind(session, "hook", f"p-{number}", f"p-{number}")
    house.close()


async def _played(
    orders: Orders, people: int, each: int, kills: int, dice: random.Random
) -> tuple[Stage, list[Heard]]:
    async with HookPlatform() as platform:
        stage = Stage([replace(orders, outlet=platform.outlet, port=free_port()) for _ in range(2)], dice)
        stage.crew = [stage.start(place) for place in range(2)]
        try:
            stage.wanted = kills
            writing = [asyncio.create_task(_writes(stage, number, each)) for number in range(people)]
            killing = asyncio.create_task(_kills(stage, kills, writing))
            await asyncio.gather(*writing)
            await killing
            await _quiet(orders.database)
        finally:
            for one in stage.crew:
                one.kill()
                one.wait()
        return stage, platform.heard


async def _writes(stage: Stage, number: int, each: int) -> None:
    """One person: the next message follows the acknowledgement of the last one, as platforms deliver them in order."""
    for count in range(each):
        while count * stage.wanted > (stage.kills + 1) * each:  # people go on writing while processes die
            await asyncio.sleep(0.05)
        body = callback(f"{number}-{count}", f"p-{number}", f"/no-{number}-{count}")
        again = 1 + (stage.dice.random() < AGAIN)
        for _ in range(again):
            stage.tries += await deliver(stage.ports, body, stage.dice.randrange(2), 60)
        await asyncio.sleep(stage.dice.uniform(0, 0.4))


async def _kills(stage: Stage, kills: int, writing: Sequence[asyncio.Task[None]]) -> None:
    """Only a process that serves is worth killing; the other one goes on meanwhile."""
    for _ in range(kills):
        place = stage.dice.randrange(2)
        while not await _serves(stage.ports[place]):
            if stage.crew[place].poll() is not None:  # a supervisor starts it again, as here
                stage.ended += 1
                stage.crew[place] = stage.start(place)
            await asyncio.sleep(0.05)
        await asyncio.sleep(stage.dice.uniform(0.05, 0.6))
        if all(one.done() for one in writing):
            return
        stage.crew[place].kill()
        await asyncio.to_thread(stage.crew[place].wait)
        stage.kills += 1
        stage.crew[place] = stage.start(place)


async def _serves(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _quiet(database: str) -> None:
    """Until nothing waits and nothing is on its way."""
    store, ends = Store(database), time.monotonic() + 90
    try:
        while await asyncio.to_thread(_moving, store):
            if time.monotonic() > ends:
                raise TimeoutError("the street did not come to rest")
            await asyncio.sleep(0.1)
    finally:
        store.close()


def _moving(store: Store) -> bool:
    with store.reading() as session:
        came = select(func.count()).where(col(ArrivalRow.state).in_(("waiting", "working")))
        goes = select(func.count()).where(col(DeliveryRow.state).in_(("waiting", "sending")))
        return bool(session.execute(came).scalar_one() or session.execute(goes).scalar_one())


def _judged(database: str, stage: Stage, heard: list[Heard], people: int, each: int, seconds: float) -> Chaos:
    store = Store(database)
    with store.reading() as session:
        came = {one.external_id: one for one in session.exec(select(ArrivalRow).order_by(col(ArrivalRow.id)))}
        goes = {one.key: one for one in session.exec(select(DeliveryRow))}
        kept = Counter(session.exec(select(Message.external_id).where(Message.role == "assistant")))
    store.close()
    seen = Counter(one.id for one in heard)
    problems = [f"{key} arrived {count} times" for key, count in seen.items() if count > 1]
    unknown = [one for one in goes.values() if one.state == "unknown"]
    for number in range(people):
        for count in range(each):
            problems += _one(f"{number}-{count}", came, goes, kept, seen)
        problems += _order(number, heard)
    if len(unknown) > stage.kills * 16:
        problems.append(f"{len(unknown)} unknown after {stage.kills} kills")
    return Chaos(
        messages=people * each,
        kills=stage.kills,
        ended=stage.ended,
        tries=stage.tries,
        unknown=len(unknown),
        unknown_seen=sum(seen[one.key] for one in unknown),
        seconds=round(seconds, 1),
        problems=tuple(problems),
    )


def _one(
    name: str,
    came: dict[str, ArrivalRow],
    goes: dict[str, DeliveryRow],
    kept: Counter[str],
    seen: Counter[str],
) -> list[str]:
    """What is wrong with one message: it was accepted, so it has one stored reply, and that was brought out or is unknown."""
    if name not in came:
        return [f"{name} was acknowledged and is not there"]
    row = came[name]
    if row.state != "done":
        return [f"{name} ended as {row.state}"]
    problems = []
    if kept[f"reply:hook:{name}"] != 1:
        problems.append(f"{name} has {kept[f'reply:hook:{name}']} stored replies")
    out = goes.get(f"reply:t{row.id}:0")
    if out is None or out.state not in ("sent", "unknown"):
        problems.append(f"the reply to {name} is {out.state if out else 'not queued'}")
    elif out.state == "sent" and seen[out.key] != 1:
        problems.append(f"the reply to {name} is sent and arrived {seen[out.key]} times")
    return problems


def _order(number: int, heard: list[Heard]) -> list[str]:
    """The replies a person saw are in the order of what they wrote; each reply names its message."""
    found = [re.search(rf"no-{number}-(\d+)", one.text) for one in heard if one.to == f"p-{number}"]
    order = [int(match[1]) for match in found if match]
    return [] if order == sorted(order) else [f"p-{number} saw the replies in the order {order}"]
