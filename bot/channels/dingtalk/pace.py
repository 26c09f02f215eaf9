"""One bucket for every call of this process to the card APIs: 20 a second, some of them kept for what must arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PER_SECOND = 20
KEPT = 5
"""Calls that drafts leave for final answers and approvals."""

Sleep = Callable[[float], Awaitable[None]]


class Bucket:
    """A token bucket. `monotonic` gives seconds, `sleep` waits for some."""

    def __init__(self, monotonic: Callable[[], float], sleep: Sleep, per_second: int = PER_SECOND) -> None:
        self._now, self._sleep, self._rate = monotonic, sleep, float(per_second)
        self._left, self._at, self._shut_until = float(per_second), monotonic(), 0.0
        self._lock = asyncio.Lock()

    def try_one(self) -> float:
        """Take one for a draft: 0.0, or the seconds after which to try again."""
        self._fill()
        if (shut := self._shut_until - self._now()) > 0:
            return shut
        if self._left < KEPT + 1:
            return (KEPT + 1 - self._left) / self._rate
        self._left -= 1
        return 0.0

    async def one(self) -> None:
        """Take one for what must arrive, waiting for it."""
        async with self._lock:
            while (wait := self._wait()) > 0:
                await self._sleep(wait)
            self._left -= 1

    def shut(self, seconds: float) -> None:
        """The platform wants a pause: nobody calls until then."""
        self._shut_until = max(self._shut_until, self._now() + seconds)

    def _wait(self) -> float:
        self._fill()
        shut = self._shut_until - self._now()
        return max(shut, 0.0 if self._left >= 1 else (1 - self._left) / self._rate)

    def _fill(self) -> None:
        now = self._now()
        self._left = min(self._rate, self._left + (now - self._at) * self._rate)
        self._at = now
