"""The street as the WeCom bot's tests need it: an intake that remembers, and a pad with a clock."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.street.words import Arrival, ClickAnswer, Receipt


class RememberingIntake:
    """`accepted` holds what came, once each; `failing` so many calls raise first; `then` runs after an accept, as a worker
    would; `answer` is what a click gets after `click_s` seconds."""

    def __init__(self) -> None:
        self.accepted: list[Arrival] = []
        self.clicks: list[Arrival] = []
        self.failing = 0
        self.answer: ClickAnswer | None = None
        self.click_s = 0.0
        self.then: Callable[[Arrival], Awaitable[object]] | None = None
        self._tasks: set[asyncio.Task[object]] = set()
        self.calls = 0

    async def accept(self, arrival: Arrival) -> Receipt:
        """As the real one: unique by external id."""
        self._maybe_fail()
        for number, known in enumerate(self.accepted, 1):
            if known.external_id == arrival.external_id:
                return Receipt(id=number, fresh=False)
        self.accepted.append(arrival)
        if self.then is not None:
            task = asyncio.ensure_future(self.then(arrival))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return Receipt(id=len(self.accepted), fresh=True)

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        """None when it takes longer than the channel waits."""
        self._maybe_fail()
        self.clicks.append(arrival)
        if self.click_s > within_s:
            return None
        await asyncio.sleep(self.click_s)
        return self.answer

    def _maybe_fail(self) -> None:
        self.calls += 1
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the disk is full of 机密")


class ClockedPad:
    """Notes by a clock that the test moves; values make the way through JSON, as on the real one."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._notes: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> dict[str, Any] | None:
        """None when there is none, or it is too old."""
        with self._lock:
            text, until = self._notes.get(key, ("null", 0.0))
            value: dict[str, Any] | None = json.loads(text)
            return value if until > self._clock().timestamp() else None

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        """Replaces."""
        with self._lock:
            self._notes[key] = (json.dumps(value), self._clock().timestamp() + ttl_s)

    def take(self, key: str) -> dict[str, Any] | None:
        """Reads and removes."""
        value = self.get(key)
        with self._lock:
            return value if self._notes.pop(key, None) is not None else None

    def everything(self) -> str:
        """All that stands there, to look for what must not."""
        with self._lock:
            return "\n".join(f"{key} {text}" for key, (text, _) in self._notes.items())
