"""One WebSocket: its frames read without ever waiting for our work, each acknowledged on the connection it came by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .frames import BAD, CARDS, EVENT_TAKEN, MESSAGES, UNKNOWN_TOPIC, Frame, ack, read_frame, response
from .gateway import Ticket

LOG = logging.getLogger(__name__)
WIRE = logging.getLogger(f"{__name__}.wire")
WIRE.setLevel(logging.INFO)  # at DEBUG websockets writes the ticket

AT_ONCE = 2000
"""Frames under way above which further ones are left to redelivery: memory has an end, and the pings must be answered."""

MOST_BYTES = 8 * 1024 * 1024

Taker = Callable[[Frame], Awaitable[str | None]]
"""What is made of a CALLBACK: the acknowledgement's data, None for what cannot be read. If it raises, nothing is acknowledged,
and DingTalk brings the frame again."""


class Line:
    """An open connection. `leaving` is set when a successor is needed: it is closed, silent, old, or about to be shut."""

    def __init__(self, socket: ClientConnection, take: Taker, monotonic: Callable[[], float]) -> None:
        self._socket, self._take, self._now = socket, take, monotonic
        self.leaving = asyncio.Event()
        self.opened_at = self.heard_at = monotonic()
        self._pings, self._longest_gap, self._pinged_at = 0, 0.0, 0.0
        self._under_way: set[asyncio.Task[None]] = set()
        self.reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls,
        ticket: Ticket,
        take: Taker,
        monotonic: Callable[[], float],
        *,
        ping_s: float,
        pong_s: float,
        close_s: float,
    ) -> Line:
        """Connect with a ticket nobody has used. A peer that answers no ping is found dead after `ping_s` + `pong_s`."""
        socket = await connect(
            ticket.url,
            ping_interval=ping_s,
            ping_timeout=pong_s,
            open_timeout=15,
            close_timeout=close_s,
            max_size=MOST_BYTES,
            logger=WIRE,
        )
        return cls(socket, take, monotonic)

    def stale(self, oldest_s: float) -> bool:
        """Old, or silent for far longer than its pings have taught us to expect: a proxy may keep a dead connection open."""
        now = self._now()
        silent = self._pings >= 2 and now - self.heard_at > max(120.0, 3 * self._longest_gap)
        return silent or now - self.opened_at > oldest_s

    async def close(self) -> None:
        """Close, and wait a moment for what is under way: it is on disk, and its acknowledgement saves a redelivery."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=2)
        await self._socket.close()
        self.reader.cancel()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(self.reader, *self._under_way, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                self.heard_at = self._now()
                frame = read_frame(raw)
                if frame is None:
                    LOG.warning("dingtalk: what came is no frame")
                    continue
                self._start(frame)
        except ConnectionClosed:
            LOG.info("dingtalk: the connection broke")
        finally:
            self.leaving.set()

    def _start(self, frame: Frame) -> None:
        if len(self._under_way) >= AT_ONCE and frame.type != "SYSTEM":
            LOG.error("dingtalk: too much at once, a message is left to redelivery")
            return
        task = asyncio.create_task(self._handle(frame))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _handle(self, frame: Frame) -> None:
        try:
            answer = await self._answer(frame)
        except Exception:
            LOG.exception("dingtalk: a message could not be stored; it is not acknowledged")
            return
        try:
            await self._socket.send(answer)
        except ConnectionClosed:
            LOG.info("dingtalk: closed before the acknowledgement; what comes again is known")

    async def _answer(self, frame: Frame) -> str:
        if frame.type == "SYSTEM":
            return self._system(frame)
        if frame.type == "EVENT":
            return ack(frame, EVENT_TAKEN)
        if frame.type != "CALLBACK" or frame.topic not in (MESSAGES, CARDS):
            LOG.info("dingtalk: an unknown kind of frame")
            return ack(frame, response(), UNKNOWN_TOPIC)
        data = await self._take(frame)
        if data is None:
            LOG.warning("dingtalk: a message on %s cannot be read", frame.topic)
            return ack(frame, response(), BAD)
        return ack(frame, data)

    def _system(self, frame: Frame) -> str:
        """A ping's data comes back as it is; a disconnect starts the search for a successor."""
        if frame.topic == "ping":
            now = self._now()
            if self._pings:
                self._longest_gap = max(self._longest_gap, now - self._pinged_at)
            self._pings, self._pinged_at = self._pings + 1, now
        elif frame.topic == "disconnect":
            self.leaving.set()
        return ack(frame, frame.data)
