"""Staying connected: back-off, refused credentials, eviction by another instance, and what to tell about it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidURI, WebSocketException

from bot.street.port import Health

from .frames import Frame
from .link import Evicted, Link, NotAdmitted, Pace, Sleep

LOG = logging.getLogger(__name__)
BIGGEST_FRAME = 4 << 20


class BotRefused(ValueError):
    """No retry mends it; the words are for the admin (zh / en) and hold no secret."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds and counts. After `steady_s` a connection counts as good and the counters start anew."""

    first_s: float = 1.0
    most_s: float = 30.0
    steady_s: float = 60.0
    refusals: int = 5
    cool_s: float = 60.0
    coolest_s: float = 900.0
    evictions: int = 6


_REFUSED = (
    "企业微信拒绝了智能机器人的 BotID 或 Secret({n} 次,{words})。到管理后台核对 WECOM_BOT_ID 和 WECOM_BOT_SECRET,"
    "并确认 API 模式选的是“长连接” / WeCom refused the bot's id or secret; check both, and that the console says long connection"
)
_EVICTED = (
    "同一个智能机器人在别处也连着,把我们挤下线 {n} 次,已停止。只保留一个实例 / another instance with the same bot "
    "took the connection over again and again; stopped. Run one instance only"
)


class Line:
    """`link` is the connection that may be used now, or None."""

    def __init__(
        self, url: str, bot_id: str, secret: str, clock: Callable[[], datetime], *,
        pace: Pace, patience: Patience, sleep: Sleep, chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._url, self._bot_id, self._secret = url, bot_id, secret
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._pace, self._patience = pace, patience
        self._link: Link | None = None
        self._failures = self._refusals = self._evictions = 0
        self._says = "尚未连接 / not connected yet"
        self._last_seen: datetime | None = None
        self._connections = self._evicted_ever = 0

    @property
    def link(self) -> Link | None:
        """Only while it is subscribed."""
        return self._link if self._link is not None and self._link.ready else None

    def health(self) -> Health:
        """Well only while subscribed."""
        figures = {"connections": self._connections, "evictions": self._evicted_ever}
        says = "长连接正常 / connected" if self.link else self._says
        return Health(ok=self.link is not None, says=says, last_seen=self._last_seen, figures=figures)

    async def run(self, hand: Callable[[Frame], Awaitable[None]]) -> None:
        """Until cancelled. Raises BotRefused; called again, it starts with new patience."""
        self._failures = self._refusals = self._evictions = 0
        while True:
            await self._sleep(await self._once(hand))

    async def _once(self, hand: Callable[[Frame], Awaitable[None]]) -> float:
        """One connection; seconds to wait before the next."""
        began = asyncio.get_running_loop().time()
        try:
            said = await self._connected(hand)
        except NotAdmitted as error:
            return self._refused(error)
        except Evicted:
            return self._evicted(asyncio.get_running_loop().time() - began)
        except InvalidURI:
            raise BotRefused("WECOM_BOT_WS_URL 不是 ws(s) 地址 / is no ws(s) address") from None
        except (OSError, TimeoutError, WebSocketException) as error:
            said = f"{type(error).__name__}"
        if asyncio.get_running_loop().time() - began >= self._patience.steady_s:
            self._failures = self._evictions = 0
        return self._lost(said)

    async def _connected(self, hand: Callable[[Frame], Awaitable[None]]) -> str:
        async with connect(
            self._url, open_timeout=10, close_timeout=1, ping_interval=None, max_size=BIGGEST_FRAME
        ) as socket:
            self._connections += 1
            return await self._talk(socket, hand)

    async def _talk(self, socket: ClientConnection, hand: Callable[[Frame], Awaitable[None]]) -> str:
        self._link = Link(socket, self._pace, self._sleep, self._seen)
        try:
            return await self._link.live({"bot_id": self._bot_id, "secret": self._secret}, hand)
        finally:
            self._link = None

    def _seen(self) -> None:
        self._last_seen = self._clock()
        if self._link is not None and self._link.ready:
            self._refusals = 0

    def _lost(self, said: str) -> float:
        self._failures += 1
        delay = self._backoff(self._failures)
        self._says = f"断开({said}),{delay:.0f} 秒后再连 / lost, next try in {delay:.0f} s"
        LOG.warning("wecom-bot: connection lost (%s), next try in %.1f s", said, delay)
        return delay

    def _refused(self, error: NotAdmitted) -> float:
        self._refusals += 1
        if self._refusals >= self._patience.refusals:
            self._says = _REFUSED.format(n=self._refusals, words=error)
            raise BotRefused(self._says) from None
        delay = self._backoff(self._refusals)
        self._says = f"订阅被拒({error}),{delay:.0f} 秒后再试 / refused, next try in {delay:.0f} s"
        LOG.warning("wecom-bot: subscription refused (%s), try %d", error, self._refusals)
        return delay

    def _evicted(self, lived_s: float) -> float:
        """Coming back at once would evict the other, which would evict us, for ever."""
        self._evictions = 1 if lived_s >= self._patience.coolest_s else self._evictions + 1
        self._evicted_ever += 1
        if self._evictions >= self._patience.evictions:
            self._says = _EVICTED.format(n=self._evictions)
            raise BotRefused(self._says)
        delay = min(self._patience.coolest_s, self._patience.cool_s * (1 << (self._evictions - 1)))
        delay *= 1 + self._chance() / 2
        self._says = (
            f"被另一个实例挤下线,{delay:.0f} 秒后再连 / evicted by another instance, back in {delay:.0f} s"
        )
        LOG.error("wecom-bot: another instance took the connection over; back in %.0f s", delay)
        return delay

    def _backoff(self, count: int) -> float:
        full = min(self._patience.most_s, self._patience.first_s * (1 << min(count - 1, 10)))
        return max(self._patience.first_s, full * (0.5 + self._chance() / 2))
