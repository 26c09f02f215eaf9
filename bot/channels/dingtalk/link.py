"""Staying connected: open, use, and have the next connection before the last one goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from .gateway import Shut, Ticket
from .line import Line, Taker
from .trouble import Trouble

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Beat:
    """Seconds. `linger_s`: how long an old connection is still read; `oldest_s`: its age at which it is replaced unasked (the
    platform cuts it at about twelve hours anyway)."""

    ping_s: float = 20.0
    pong_s: float = 20.0
    close_s: float = 2.0
    look_s: float = 5.0
    linger_s: float = 10.0
    oldest_s: float = 6 * 3600.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0
    steady_s: float = 30.0


@dataclass
class Link:
    """`knock` gives a ticket, `monotonic` seconds, `dice` a number between 0 and 1 (so that many do not come at once)."""

    knock: Callable[[], Awaitable[Ticket]]
    take: Taker
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    dice: Callable[[], float]
    beat: Beat = field(default_factory=Beat)
    line: Line | None = None
    opened: int = 0
    trouble: str = ""
    _leaving: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Until cancelled. Raises Shut when the gateway refuses our credentials and the last connection has ended."""
        try:
            pause = 0
            while True:
                line, pause = await self._next(pause)
                if self.line is not None:
                    self._retire(self.line)
                self.line = line
                await self._use(line)
                if self.monotonic() - line.opened_at >= self.beat.steady_s:
                    pause = 0
        finally:
            await self._hang_up()

    @property
    def silent_s(self) -> float | None:
        """Seconds since the platform last sent something on this connection; None without one."""
        return self.monotonic() - self.line.heard_at if self.line is not None else None

    @property
    def alive(self) -> bool:
        return self.line is not None and not self.line.reader.done()

    async def _next(self, pause: int) -> tuple[Line, int]:
        """The next open connection. One that broke at once counts as a failed try: a server that lets in and throws out must
        not be asked without end."""
        while True:
            if pause:
                await self.sleep(self._pause(pause))
            pause += 1
            try:
                ticket = await self.knock()
                line = await Line.open(
                    ticket,
                    self.take,
                    self.monotonic,
                    ping_s=self.beat.ping_s,
                    pong_s=self.beat.pong_s,
                    close_s=self.beat.close_s,
                )
            except Shut as shut:
                if not self.alive:
                    raise
                self.trouble = str(shut)  # the connection there is still delivers: it is used to its end
                LOG.warning("dingtalk: %s", shut)
            except (Trouble, OSError, WebSocketException, EOFError) as error:
                self.trouble = error.note if isinstance(error, Trouble) else type(error).__name__
                LOG.warning("dingtalk: not connected: %s", self.trouble)
            else:
                self.opened, self.trouble = self.opened + 1, ""
                return line, pause

    def _pause(self, tries: int) -> float:
        longest = min(self.beat.longest_pause_s, self.beat.first_pause_s * 2.0 ** min(tries - 1, 16))
        return longest * (0.5 + self.dice() / 2)

    async def _use(self, line: Line) -> None:
        while not line.leaving.is_set():
            try:
                await asyncio.wait_for(line.leaving.wait(), self.beat.look_s)
            except TimeoutError:
                if line.stale(self.beat.oldest_s):
                    LOG.info("dingtalk: the connection is old or silent, a new one takes over")
                    line.leaving.set()

    def _retire(self, line: Line) -> None:
        """The new one is there: read the old one until its end, then close it."""
        task = asyncio.create_task(self._linger(line))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _linger(self, line: Line) -> None:
        try:
            await asyncio.wait([line.reader], timeout=self.beat.linger_s)
        finally:
            await line.close()

    async def _hang_up(self) -> None:
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        if self.line is not None:
            await self.line.close()
