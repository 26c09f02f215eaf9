"""What a DingTalk channel is given in tests: an intake, a pad, a clock that is turned by hand; and a scene with all of it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.channels.dingtalk import Beat, DingTalk
from bot.street.words import Address, Arrival, ClickAnswer, Load, Parcel, Receipt

from .dingtalk_server import FakeDingTalk

MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
QUICK = Beat(ping_s=0.05, pong_s=0.05, close_s=0.1, look_s=0.02, linger_s=0.5)


@dataclass
class FakeIntake:
    """Keeps arrivals under their key. `answer` is what clicks get; `slow_s` lets the decision wait, `broken` loses the disk."""

    kept: dict[str, Arrival] = field(default_factory=dict)
    asked: int = 0
    answer: ClickAnswer | None = None
    slow_s: float = 0.0
    broken: bool = False
    gate: asyncio.Event | None = None

    async def accept(self, arrival: Arrival) -> Receipt:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise OSError("the disk is full")
        fresh = arrival.external_id not in self.kept
        self.kept.setdefault(arrival.external_id, arrival)
        return Receipt(id=list(self.kept).index(arrival.external_id) + 1, fresh=fresh)

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        await self.accept(arrival)
        if self.slow_s > within_s:
            return None
        return self.answer

    @property
    def arrivals(self) -> list[Arrival]:
        return list(self.kept.values())


@dataclass
class FakePad:
    """Notes in memory. It outlives a channel, as the real one outlives a process."""

    notes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, key: str) -> dict[str, Any] | None:
        return self.notes.get(key)

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        assert ttl_s > 0
        self.notes[key] = dict(value)

    def take(self, key: str) -> dict[str, Any] | None:
        return self.notes.pop(key, None)


@dataclass
class HandClock:
    """A clock and a stop-watch turned by hand; whoever sleeps turns them too."""

    at: datetime = MORNING
    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.turn(seconds)
        await asyncio.sleep(0.001)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds
        self.at += timedelta(seconds=seconds)


@dataclass
class Scene:
    """A channel at a fake DingTalk."""

    fake: FakeDingTalk
    channel: DingTalk
    intake: FakeIntake
    pad: FakePad
    clock: HandClock
    running: asyncio.Task[None] | None = None

    async def heard(self, count: int = 1) -> list[Arrival]:
        await self.fake.stream.wait_for(lambda: len(self.intake.kept) >= count, f"{count} arrivals")
        return self.intake.arrivals

    async def address(self, user: str = "staff1", group: str = "") -> Address:
        """Where the answer to a message of this person goes."""
        said = await self.fake.say(user, "你好", group=group)
        await said.ack
        return self.intake.kept[said.key].address


def parcel(load: Load, to: Address | str, **fields: Any) -> Parcel:
    address = (
        to if isinstance(to, Address) else Address(channel="dingtalk", to=to, group=to.startswith("cid"))
    )
    given: dict[str, Any] = {"id": f"{load}:1", "load": load, "address": address}
    return Parcel(**(given | fields))


@asynccontextmanager
async def scene(
    *,
    run: bool = True,
    beat: Beat = QUICK,
    pad: FakePad | None = None,
    timeout_s: float = 5.0,
    **account: Any,
) -> AsyncIterator[Scene]:
    """A fake, a channel with `account` changes, connected when `run`."""
    clock, kept = HandClock(), pad or FakePad()
    async with FakeDingTalk(now=clock) as fake, httpx.AsyncClient(timeout=timeout_s) as http:
        fake.cards.monotonic = clock.monotonic
        channel = DingTalk(
            fake.account(**account), kept, clock, http=http, beat=beat,
            sleep=clock.sleep, monotonic=clock.monotonic, dice=lambda: 1.0,
        )  # fmt: skip
        shown = Scene(fake, channel, FakeIntake(), kept, clock)
        if run:
            shown.running = asyncio.create_task(channel.run(shown.intake))
            await fake.stream.wait_for(lambda: channel.health().ok, "a connection")
        try:
            yield shown
        finally:
            if shown.running is not None:
                shown.running.cancel()
                await asyncio.gather(shown.running, return_exceptions=True)


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs an async test in a loop of its own."""

    @functools.wraps(test)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 30))

    return wrapper
