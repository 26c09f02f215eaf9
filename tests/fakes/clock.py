"""A clock that moves only when told to."""

from __future__ import annotations

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
