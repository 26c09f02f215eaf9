"""The pace of every call of this process to the card APIs: 20 in any second, some of them kept for what must arrive."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

PER_SECOND = 20
KEPT = 5
"""Calls of a second that drafts leave for final answers and approvals."""

WINDOW_S = 1.05
"""A little more than the second: calls may arrive closer together than they left."""

LEAST_S = 0.001

Sleep = Callable[[float], Awaitable[None]]


class Bucket:
    """At most `per_second` calls in any second. `monotonic` gives seconds, `sleep` waits for some."""

    def __init__(self, monotonic: Callable[[], float], sleep: Sleep, per_second: int = PER_SECOND) -> None:
        self._now, self._sleep, self._most = monotonic, sleep, per_second
        self._recent: deque[float] = deque()
        self._shut_until = 0.0
        self._queue = asyncio.Lock()

    def try_one(self) -> float:
        """Take one for a draft: 0.0, or the seconds after which to try again."""
        if (wait := self._wait(self._most - KEPT)) > 0:
            return wait
        self._recent.append(self._now())
        return 0.0

    async def one(self) -> None:
        """Take one for what must arrive, waiting for it in turn."""
        async with self._queue:
            while (wait := self._wait(self._most)) > 0:
                await self._sleep(wait)
            self._recent.append(self._now())

    def shut(self, seconds: float) -> None:
        """The platform wants a pause: nobody calls until then."""
        self._shut_until = max(self._shut_until, self._now() + seconds)

    def _wait(self, most: int) -> float:
        now = self._now()
        while self._recent and now - self._recent[0] >= WINDOW_S:
            self._recent.popleft()
        if now < self._shut_until:
            return max(LEAST_S, self._shut_until - now)
        if len(self._recent) < most:
            return 0.0
        return max(LEAST_S, self._recent[len(self._recent) - most] + WINDOW_S - now)
