"""One connection, from subscribe to its end: who may talk on it, what was acknowledged, and whether it still lives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from . import frames
from .arrivals import EVICTED
from .frames import Ack, Frame, NoAck, NotSent
from .outcome import BUSY, limited

LOG = logging.getLogger(__name__)
Sleep = Callable[[float], Awaitable[None]]


class Evicted(Exception):
    """Another instance subscribed with the same bot."""


class NotAdmitted(Exception):
    """The subscription was refused: `code` and the platform's words."""

    def __init__(self, ack: Ack) -> None:
        super().__init__(f"errcode {ack.code}: {ack.words}")
        self.ack = ack


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds and counts, as the platform's own SDK has them. `idle_beats`: so many heartbeats without any push, and the
    connection is opened anew, because one that was evicted unheard acknowledges pings and brings nothing."""

    ack_s: float = 5.0
    beat_s: float = 30.0
    missed: int = 2
    idle_beats: int = 240


@dataclass(eq=False)
class _Lane:
    """The frames of one request id go one after the other. `owed`: acknowledgements that never came in time."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    acks: asyncio.Queue[Ack | None] = field(default_factory=asyncio.Queue)
    users: int = 0
    owed: int = 0


class Link:
    """`ask` may be called by many tasks at once; `live` runs until the connection ends."""

    def __init__(self, socket: ClientConnection, pace: Pace, sleep: Sleep, seen: Callable[[], None]) -> None:
        self._socket = socket
        self._pace = pace
        self._sleep = sleep
        self._seen = seen
        self._lanes: dict[str, _Lane] = {}
        self._missed = 0
        self._idle = 0
        self._over = False
        self.ready = False

    async def ask(self, cmd: str, req_id: str, body: dict[str, Any]) -> Ack:
        """The acknowledgement of one frame, sent after those of the same request id. Raises NotSent, NoAck."""
        lane = self._lanes.setdefault(req_id, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                await self._put(frames.written(cmd, req_id, body))
                return await self._acknowledged(lane)
        finally:
            lane.users -= 1
            if not lane.users and not lane.owed:
                self._lanes.pop(req_id, None)

    async def _put(self, text: str) -> None:
        if self._over or self._socket.state is not State.OPEN:
            raise NotSent("the connection is down")
        try:
            async with asyncio.timeout(self._pace.ack_s):
                await self._socket.send(text)
        except (ConnectionClosed, OSError, TimeoutError):
            raise NoAck("the connection broke while sending") from None

    async def _acknowledged(self, lane: _Lane) -> Ack:
        """Acknowledgements carry the request id only, and come in order: what comes while one is owed pays that first. When
        nothing more comes, the last one was ours after all."""
        latest: Ack | None = None
        try:
            async with asyncio.timeout(self._pace.ack_s):
                while True:
                    latest = await lane.acks.get()
                    if latest is None:
                        raise NoAck("the connection was lost before the acknowledgement")
                    if not lane.owed:
                        return latest
                    lane.owed -= 1
        except TimeoutError:
            if latest is not None:
                return latest
            lane.owed += 1
            raise NoAck(f"no acknowledgement within {self._pace.ack_s:g} s") from None

    async def live(self, subscribe: dict[str, Any], hand: Callable[[Frame], Awaitable[None]]) -> str:
        """Subscribe, then read and beat until the end; why it ended. Raises NotAdmitted, Evicted."""
        tasks = [asyncio.create_task(self._read(hand)), asyncio.create_task(self._stay(subscribe))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended = sorted(done, key=lambda task: task.exception() is None)
            return ended[0].result()
        finally:
            self.ready, self._over = False, True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for lane in self._lanes.values():
                lane.acks.put_nowait(None)

    async def _stay(self, subscribe: dict[str, Any]) -> str:
        try:
            ack = await self.ask(frames.SUBSCRIBE, frames.fresh_id(frames.SUBSCRIBE), subscribe)
        except (NotSent, NoAck) as error:
            return f"subscribe: {error}"
        if ack.code == BUSY or limited(ack.code, ack.words):
            return f"subscribe: errcode {ack.code}"
        if ack.code:
            raise NotAdmitted(ack)
        self.ready = True
        self._seen()
        return await self._beat()

    async def _beat(self) -> str:
        """The platform's own heartbeat: WebSocket pings are no substitute. Why we gave up."""
        while True:
            await self._sleep(self._pace.beat_s)
            if self._missed >= self._pace.missed:
                self._socket.transport.abort()
                return f"{self._missed} heartbeats without an answer"
            if self._idle >= self._pace.idle_beats and not self._lanes:
                return "nothing came for long; connecting anew"
            self._missed += 1
            self._idle += 1
            with suppress(NotSent, NoAck):
                await self._put(frames.written(frames.PING, frames.fresh_id(frames.PING)))

    async def _read(self, hand: Callable[[Frame], Awaitable[None]]) -> str:
        try:
            async for raw in self._socket:
                frame = frames.read(raw)
                if frame is None:
                    LOG.warning("wecom-bot: a frame of %d characters was no JSON object, left out", len(raw))
                    continue
                self._seen()
                await self._sort(frame, hand)
        except ConnectionClosed:
            pass
        return f"closed by the platform ({self._socket.close_code})"

    async def _sort(self, frame: Frame, hand: Callable[[Frame], Awaitable[None]]) -> None:
        if frame.ack:
            if frame.req_id.startswith(frames.PING + "_"):
                self._missed = 0
            elif lane := self._lanes.get(frame.req_id):
                lane.acks.put_nowait(frame.ack)
            return
        self._idle = 0
        event = frame.body.get("event")
        if isinstance(event, dict) and event.get("eventtype") == EVICTED:
            raise Evicted
        if frame.cmd in (frames.MESSAGE, frames.EVENT):
            await hand(frame)
