"""Clocks for tests: one that moves only when told to, and one that also goes on by itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

WORKING_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday 10:00 in Shanghai."""


class FakeClock:
    """Callable like the real one; `pass_(seconds)` moves it on."""

    def __init__(self, now: datetime = WORKING_MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class RunningClock(FakeClock):
    """Goes on by itself as real time does, so that what is due in a second comes due; `pass_` moves it further."""

    def __init__(self, now: datetime = WORKING_MORNING) -> None:
        super().__init__(now)
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._began)
