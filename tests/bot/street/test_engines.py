"""Whatever moves the conversations: each in order, side by side, nothing left lying, nothing broken off at the end."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.settings import Settings
from bot.street.crew import Crew
from bot.street.engines import engine_for
from bot.street.street import EngineFor
from bot.street.wire import arrival_json, lane_of
from bot.wiring import House, open_house
from knowledge.model import ArrivalRow
from tests.fakes.street import Scene, on_stage

PEOPLE = ("p-lina", "p-heqiang", "p-zhaolei")


@pytest.fixture(params=["threads", "dbos"])
def engine(request: pytest.FixtureRequest) -> EngineFor:
    return engine_for(str(request.param))


def test_each_conversation_keeps_its_order(demo_house: House, engine: EngineFor) -> None:
    async def play(scene: Scene) -> None:
        for number in range(5):
            for who in PEOPLE:
                await scene.say(who, f"/no{number}")
        for who in PEOPLE:
            assert await _replied(scene, who, 5) == ["0", "1", "2", "3", "4"]

    asyncio.run(on_stage(demo_house, play, engine=engine))


def test_one_conversation_at_once_and_others_beside_it(demo_house: House, engine: EngineFor) -> None:
    inside: dict[str, int] = {}
    most, together, lock = dict[str, int](), [0], threading.Lock()

    async def play(scene: Scene) -> None:
        drain = scene.street.turns.drain

        def watched(lane: str) -> None:
            with lock:
                inside[lane] = inside.get(lane, 0) + 1
                most[lane] = max(most.get(lane, 0), inside[lane])
                together[0] = max(together[0], sum(inside.values()))
            time.sleep(0.2)
            drain(lane)
            with lock:
                inside[lane] -= 1

        _replace_drain(scene, watched)
        for number in range(3):
            for who in PEOPLE:
                await scene.say(who, f"/no{number}")
        for who in PEOPLE:
            await _replied(scene, who, 3)

    asyncio.run(on_stage(demo_house, play, engine=engine))
    assert set(most.values()) == {1}
    assert together[0] >= 2


def test_what_a_dead_process_left_is_answered(demo_house: House, engine: EngineFor) -> None:
    async def play(scene: Scene) -> None:
        with demo_house.store.session() as session:
            for number, state in enumerate(("working", "waiting")):
                arrival = scene.arrival("p-lina", f"/no{number}")
                session.add(
                    ArrivalRow(
                        channel=arrival.channel, external_id=arrival.external_id, lane=lane_of(arrival),
                        kind=arrival.kind, payload=arrival_json(arrival), state=state, tries=1,
                        claimed_by="host:gone:1" if state == "working" else "",
                        claimed_at=demo_house.clock() - timedelta(seconds=1),
                    )
                )  # fmt: skip
        assert await _replied(scene, "p-lina", 2) == ["0", "1"]

    asyncio.run(on_stage(demo_house, play, engine=engine))


def test_closing_lets_the_running_turn_end_and_leaves_the_rest_in_its_rows(
    demo_house: House, engine: EngineFor
) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def play(scene: Scene) -> None:
        drain = scene.street.turns.drain

        def slow(lane: str) -> None:
            begun.set()
            time.sleep(0.5)
            drain(lane)
            ended.set()

        _replace_drain(scene, slow)
        await scene.say("p-lina", "/help")
        await asyncio.to_thread(begun.wait, 10)

    asyncio.run(on_stage(demo_house, play, engine=engine))
    assert ended.is_set()
    with demo_house.store.reading() as session:
        assert set(session.exec(select(ArrivalRow.state))) == {"done"}


def test_processes_of_its_own_answer_and_one_that_dies_is_replaced(demo_dir: Path) -> None:
    """The child runs on the true clock, in another process, and is killed between two questions."""
    house = open_house(Settings(var_dir=demo_dir, start_sender=False, _env_file=None))
    held: list[Crew] = []

    def children(street: object) -> Crew:
        held.append(engine_for("threads", 1)(street))  # type: ignore[arg-type]
        return held[0]

    async def play(scene: Scene) -> None:
        await scene.say("p-lina", "/no1")
        assert await _replied(scene, "p-lina", 1) == ["1"]
        child = held[0]._members[0]._child
        assert child is not None
        child.kill()
        await scene.say("p-lina", "/no2")
        assert await _replied(scene, "p-lina", 2) == ["1", "2"]

    asyncio.run(on_stage(house, play, engine=children))
    house.close()


async def _replied(scene: Scene, who: str, count: int) -> list[str]:
    """The numbers in so many replies, in order; further parts of a long reply and notes about waiting do not count."""

    def first() -> list[str]:
        shown = [one for one in scene.channel.shown if one.address.to == who]
        return [one.text for one in shown if re.fullmatch(r"reply:t\d+:0", one.id)]

    await scene.until(lambda: len(first()) >= count, f"{count} replies for {who}")
    found = [re.search(r"/no(\d)", text) for text in first()]
    return [match[1] for match in found if match]


def _replace_drain(scene: Scene, drain: Callable[[str], None]) -> None:
    """Put a watched drain in the place of the engine's own."""
    engine = scene.street.engine
    if hasattr(engine, "_drain"):
        engine._drain = drain
    else:
        object.__setattr__(engine.work, "drain", drain)  # type: ignore[attr-defined]
